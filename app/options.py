"""What the command line asks of the window, as frozen values. No Qt here, and no file is looked at."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from store.errors import UsageError

if TYPE_CHECKING:
    from store import Surroundings

COMMANDS = frozenset({"list", "show", "doctor", "copy", "paths"})
"""First words that mean the command line, not the window. A store of such a name is opened as ./list."""

HELP = frozenset({"--help", "-h"})
WITHOUT_WINDOW = HELP | {"--version"}
_SIZE = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})")
_SMALLEST_PX, _LARGEST_PX = 200, 16_000


WINDOW_HELP = """
the window: burrow [PATH …] [--session ID] [--demo]
  PATH               a database or session file, a realm, or a folder; without one, what was open last
                     and the stores that lie where Meerkat keeps them
  --session ID       show this session; the beginning of its id is enough
  --demo             open the demo library
  --theme THEME      light or dark, instead of what the settings say
  --zoom PERCENT     80 to 200
  --screenshot OUT   write a picture of the loaded window to OUT, as PNG, and end
  --size 1280x800    the picture's size
"""
"""What `burrow --help` says of the window, after what it says of the commands."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the window is to start.

    Attributes:
        paths: what to open, and nothing else; empty for what was open last.
        session: id of a session to show, or the beginning of one.
        is_demo: open the demo library.
        data_dir: folder for all of Burrow's own files; None for the usual places.
        screenshot: picture to write once everything is loaded; the program then ends.
        size: of the window in pixels.
        theme: "light" or "dark"; empty for the settings.
        zoom_percent: 80 to 200; None for the settings.
        surroundings: tells where stores usually lie, which are then opened beside what was open last; None to look
            nowhere but where somebody asked for it.
    """

    paths: tuple[str, ...] = ()
    session: str = ""
    is_demo: bool = False
    data_dir: Path | None = None
    screenshot: Path | None = None
    size: tuple[int, int] | None = None
    theme: str = ""
    zoom_percent: int | None = None
    surroundings: Surroundings | None = None


class _Parser(argparse.ArgumentParser):
    """A parser that raises instead of writing and leaving."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", "See burrow --help.")


def wants_command_line(argv: Sequence[str]) -> bool:
    """Whether these arguments are for the program without a window."""
    takes_value = {"--data-dir", "--session", "--screenshot", "--size", "--theme", "--zoom"}
    rest = iter(argv)
    for argument in rest:
        if argument in WITHOUT_WINDOW:
            return True
        if argument in takes_value:
            next(rest, None)
        elif not argument.startswith("-"):
            return argument in COMMANDS
    return False


def wants_window_help(argv: Sequence[str]) -> bool:
    """Whether help is asked for that is not of one command."""
    return not HELP.isdisjoint(argv) and COMMANDS.isdisjoint(argv)


def parse_options(argv: Sequence[str]) -> Options:
    """Understand the arguments of the window. Raises UsageError."""
    parser = _Parser(prog="burrow", add_help=False, allow_abbrev=False)
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--session", default="")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--screenshot", type=Path)
    parser.add_argument("--size", type=_size)
    parser.add_argument("--theme", choices=("light", "dark"), default="")
    parser.add_argument("--zoom", type=_zoom)
    found = parser.parse_args(list(argv))
    if found.size is not None and found.screenshot is None:
        raise UsageError("--size goes with --screenshot.", "See burrow --help.")
    # The program may be started anywhere; a path means what it meant there.
    paths = tuple(os.path.abspath(path) for path in found.paths if path)  # noqa: PTH100 - resolve() would read links
    return Options(
        paths=paths,
        session=found.session,
        is_demo=found.demo,
        data_dir=found.data_dir,
        screenshot=found.screenshot,
        size=found.size,
        theme=found.theme,
        zoom_percent=found.zoom,
    )


def _size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write it as 1280x800")
    width, height = int(match[1]), int(match[2])
    if not all(_SMALLEST_PX <= side <= _LARGEST_PX for side in (width, height)):
        raise argparse.ArgumentTypeError(f"a side has {_SMALLEST_PX} to {_LARGEST_PX} pixels")
    return width, height


def _zoom(text: str) -> int:
    if not text.isdecimal() or not 80 <= int(text) <= 200:
        raise argparse.ArgumentTypeError(f"{text!r} is no zoom from 80 to 200 percent")
    return int(text)


def missing_display(platform: str, environment: Mapping[str, str]) -> str:
    """A sentence when no window can be shown on this system; empty when one can, or when the user chose how.

    Args:
        platform: as in `sys.platform`.
    """
    if not platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return ""
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return ""
    return (
        "There is no display to show a window on (neither DISPLAY nor WAYLAND_DISPLAY is set)."
        " Run it under a virtual one with `xvfb-run burrow`, or read without a window: `burrow list PATH`."
    )
