"""What every test has: an own home, no network, no thread left behind, and real stores to copy.

A test under tests/app runs on a thread that must not wait (rule 5): what opens, reads or decodes in it raises. Prepare
with a fixture, or with `in_worker`.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import socket
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
STORES = ROOT / "tests" / "data" / "stores"
HOME_VARIABLES = {
    "HOME": "",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CONFIG_HOME": ".config",
    "XDG_CACHE_HOME": ".cache",
    "XDG_STATE_HOME": ".local/state",
    "XDG_RUNTIME_DIR": ".run",
}
WORKER_GRACE_S = 3.0
"""How long a thread that is ending may still be seen after a test."""


# ---------------------------------------------------------------------------------------------- the run as a whole


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a home of its own before anything asks for one, and close the network."""
    home = Path(tempfile.mkdtemp(prefix="burrow-tests-"))
    config.stash[_HOME] = home
    for name, below in HOME_VARIABLES.items():
        folder = home / below
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ[name] = str(folder)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.addaudithook(_refuse_network)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the home of the run."""
    shutil.rmtree(config.stash[_HOME], ignore_errors=True)


_HOME = pytest.StashKey[Path]()


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    # An audit hook also sees what libraries do below Python's own socket module.
    if event in {"socket.connect", "socket.sendto"} and arguments[0].family in {socket.AF_INET, socket.AF_INET6}:
        raise RuntimeError(f"A test opened a network connection to {arguments[1]}.")
    if event == "socket.getaddrinfo":
        raise RuntimeError(f"A test asked for the address of {arguments[0]}.")


# ------------------------------------------------------------------------------------------------- around each test


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Mark the thread of a test of the window as one that must not wait, for the test itself, not its fixtures."""
    if not pyfuncitem.path.is_relative_to(ROOT / "tests" / "app"):
        return (yield)
    from store.blocking import must_not_wait

    with must_not_wait():
        return (yield)


@pytest.fixture(autouse=True)
def _no_worker_left() -> Iterator[None]:
    """Fail a test that leaves a thread running, and let Qt delete what was given to `deleteLater`."""
    before = set(threading.enumerate())
    yield
    _delete_deferred()
    deadline = time.monotonic() + WORKER_GRACE_S
    while (left := _running_since(before)) and time.monotonic() < deadline:
        time.sleep(0.01)
    if left:
        pytest.fail(f"The test left threads running: {', '.join(sorted(thread.name for thread in left))}")


def _running_since(before: set[threading.Thread]) -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.is_alive()} - before


def _delete_deferred() -> None:
    qt = sys.modules.get("PySide6.QtCore")
    if qt is not None and qt.QCoreApplication.instance() is not None:
        qt.QCoreApplication.sendPostedEvents(None, qt.QEvent.Type.DeferredDelete.value)


# ------------------------------------------------------------------------------------------------------ for use


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The checkout that is tested."""
    return ROOT


@pytest.fixture
def in_worker() -> Iterator[Callable[[Callable[[], T]], T]]:
    """Call a function on a thread that may wait, and hand back its result: to prepare or check on disk."""
    with ThreadPoolExecutor(1, thread_name_prefix="test-worker") as pool:
        yield lambda work: pool.submit(work).result()


@pytest.fixture
def own_paths(tmp_path: Path) -> Any:
    """Burrow's own folders below the test's temporary folder (store.OwnPaths)."""
    from store import OwnPaths

    return OwnPaths.under(tmp_path / "own")


@pytest.fixture
def copy_sample(tmp_path: Path) -> Callable[[str], Path]:
    """Copy a sample below tests/data/stores, a file or a folder, with its times and modes.

    `copy_sample("meerkat/realm-0.6.24-rich")` gives the path of the copy; a second copy replaces it.
    """

    def copy(name: str) -> Path:
        source, target = STORES / name, tmp_path / "samples" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            if target.exists():
                shutil.rmtree(target)
            return Path(shutil.copytree(source, target))
        return Path(shutil.copy2(source, target))

    return copy


@dataclass(frozen=True)
class Seen:
    """What can be seen of one file or folder from outside; folders have no digest and no size."""

    name: str
    mode: str
    mtime_ns: int
    size_bytes: int
    sha256: str


def look_at(folder: Path) -> list[Seen]:
    """Everything below a folder and the folder itself, by name; links are not followed."""
    return [_seen(path, folder) for path in [folder, *sorted(folder.rglob("*"))]]


def _seen(path: Path, folder: Path) -> Seen:
    found = path.lstat()
    digest, size = "", 0
    if stat.S_ISREG(found.st_mode):
        size, digest = found.st_size, hashlib.sha256(_bytes_of(path)).hexdigest()
    return Seen(str(path.relative_to(folder)), stat.filemode(found.st_mode), found.st_mtime_ns, size, digest)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except PermissionError:
        return b"(no permission)"


@pytest.fixture
def untouched() -> Callable[[Path], AbstractContextManager[None]]:
    """A block after which a folder must be as before: names, bytes, sizes, modes and times of files and folders."""

    @contextmanager
    def compare(folder: Path) -> Iterator[None]:
        before = look_at(folder)
        yield
        assert look_at(folder) == before, f"{folder.name} was touched"

    return compare


@pytest.fixture(scope="session")
def load_packaging() -> Callable[[str], ModuleType]:
    """Import a module of packaging/, which is no package, by its name."""
    folder = str(ROOT / "packaging")

    def load(name: str) -> ModuleType:
        if folder not in sys.path:
            # Last, so that nothing in that folder can hide a library.
            sys.path.append(folder)
        return importlib.import_module(name)

    return load


@pytest.fixture(scope="session")
def virtual_display(load_packaging: Callable[[str], ModuleType]) -> Iterator[dict[str, str]]:
    """The environment for child processes that draw on a real X server with a window manager.

    For tests marked `xcb`. Starts Xvfb and openbox once a run; skips where they are not installed.
    """
    display = load_packaging("dev_display")
    if missing := display.missing_for_virtual_display():
        pytest.skip(f"needs {' and '.join(missing)}")
    with display.virtual_display() as name:
        yield os.environ | {"DISPLAY": name, "QT_QPA_PLATFORM": "xcb"}


def _luminance(colour: str) -> float:
    parts = [int(colour.lstrip("#")[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.fixture(scope="session")
def contrast() -> Callable[[str, str], float]:
    """The contrast of two "#RRGGBB" colours after WCAG 2, from 1 to 21."""

    def of(one: str, other: str) -> float:
        darker, lighter = sorted((_luminance(one), _luminance(other)))
        return (lighter + 0.05) / (darker + 0.05)

    return of
