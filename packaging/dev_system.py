"""System libraries and programs: what is missing is found by loading it, and brought by apt where we may.

Found by loading and not by asking the package manager, since Qt cares for the file, wherever it came from.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence


class SetupError(Exception):
    """Set-up cannot go on; the text is one sentence that says why and what to do."""


LIBRARIES_OFFSCREEN = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""Library that Qt loads to draw without a display, and its package on Debian and Ubuntu."""

LIBRARIES_WINDOW = LIBRARIES_OFFSCREEN | {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""The same, to show a window on X."""

PROGRAMS_VIRTUAL_DISPLAY = {"Xvfb": "xvfb", "openbox": "openbox"}
"""What draws on a display that nobody sees; without a window manager shortcuts and menus fail."""

PROGRAMS_BENCH = PROGRAMS_VIRTUAL_DISPLAY | {"xdotool": "xdotool", "sqlitebrowser": "sqlitebrowser"}
"""What the benchmarks need beside it."""


def say(sentence: str) -> None:
    """Tell the developer what takes so long, apart from the output of what is run."""
    print(sentence, file=sys.stderr, flush=True)


def can_load(library: str) -> bool:
    """Whether the system's loader finds a library and everything that it needs itself."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def can_start(program: str) -> bool:
    """Whether a program is in the search path."""
    return shutil.which(program) is not None


def missing_packages(wanted: dict[str, str], is_there: Callable[[str], bool]) -> list[str]:
    """Packages of what is not there, in the order of the table."""
    return [package for name, package in wanted.items() if not is_there(name)]


def missing_libraries(wanted: dict[str, str]) -> list[str]:
    """Packages of libraries that Qt needs and that are not there; elsewhere than on Linux it brings them itself."""
    return missing_packages(wanted, can_load) if sys.platform == "linux" else []


def provide_programs(wanted: dict[str, str], why: str) -> None:
    """Bring programs that a command of dev.py starts."""
    provide(missing_packages(wanted, can_start), why)


def provide(packages: Sequence[str], why: str) -> None:
    """Install Debian packages if that is possible, else raise SetupError with the exact command; none is no work."""
    if not packages:
        return
    if not can_start("apt-get"):
        raise SetupError(f"{why}: install what your system calls {' '.join(packages)}, then start this again.")
    by_hand = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0:
        raise SetupError(f"{why}: run `sudo sh -c '{by_hand}'`, then start this again.")
    say(f"{why}; installing {' '.join(packages)} …")
    if not _apt(packages):
        raise SetupError(f"{why}, and installing them failed: run `{by_hand}` and see why, then start this again.")


def _apt(packages: Sequence[str]) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    # The lists may be old, or absent as in a fresh container; a failure to refresh them alone is no reason to stop.
    subprocess.run(["apt-get", "update", "-qq"], env=environment, stdout=subprocess.DEVNULL, check=False)
    return subprocess.run(install, env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0
