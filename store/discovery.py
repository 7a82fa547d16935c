"""Where stores are looked for without being asked: the places at which systems keep them, and folders people added.

Which places these are is pure; what lies there is found on a thread that may wait, each place on its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

from store.blocking import may_wait
from store.cancel import CancelToken
from store.library import Found, Library

REALMS_OF_PROJECT = PurePath(".rkat", "realms")
"""Where `rkat` keeps the realms of a project, below its context root."""

REALMS_OF_USER = ("meerkat", "realms")
"""Where Meerkat's servers keep realms, below the folder that a system gives to programs for a user's data."""


class Origin(Enum):
    """Why a place is searched."""

    USUAL = auto()
    """A system keeps its stores there."""
    PROJECT = auto()
    """The program was started from a terminal in this folder, which may lie in a project with realms of its own."""
    ADDED = auto()
    """A person added it, so that it is said when nothing can be found there."""


@dataclass(frozen=True, slots=True)
class SearchPlace:
    """A folder that is searched for stores; it need not exist."""

    path: Path
    origin: Origin = Origin.USUAL


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What tells which places are the usual ones.

    Attributes:
        platform: as in `sys.platform`.
        environment: as in `os.environ`.
        home: the user's home folder; None if the system knows none.
        folder: the working folder, where it means something; else None.
    """

    platform: str
    environment: Mapping[str, str] = field(default_factory=dict)
    home: Path | None = None
    folder: Path | None = None

    @classmethod
    def of_process(cls, is_command: bool = False) -> Surroundings:
        """Those of this process.

        Args:
            is_command: the working folder means something. That of a program with a window does if a terminal is
                attached: one that is started from a menu runs anywhere.
        """
        try:
            home = Path.home()
        except RuntimeError:
            home = None
        return cls(sys.platform, dict(os.environ), home, _working_folder(is_command))


def _working_folder(is_command: bool) -> Path | None:
    try:
        return Path.cwd() if is_command or (sys.stdin is not None and sys.stdin.isatty()) else None
    except (OSError, ValueError):
        return None


def default_places(platform: str, environment: Mapping[str, str], home: Path | None) -> tuple[SearchPlace, ...]:
    """The places at which Meerkat keeps realms for a user of this system.

    Args:
        platform: as in `sys.platform`.

    Source:
        formats/meerkat.md §1.7: what Rust's `dirs::data_dir()` gives, and `meerkat/realms` below it.
    """
    data = _data_folder(platform, environment, home)
    return () if data is None else (SearchPlace(data.joinpath(*REALMS_OF_USER)),)


def _data_folder(platform: str, environment: Mapping[str, str], home: Path | None) -> Path | None:
    if platform == "win32":
        roaming = environment.get("APPDATA", "")
        if PureWindowsPath(roaming).is_absolute():
            return Path(roaming)
        return None if home is None else home / "AppData" / "Roaming"
    if platform == "darwin":
        return None if home is None else home / "Library" / "Application Support"
    # A relative path in the variable counts as not set: https://specifications.freedesktop.org/basedir-spec/.
    given = environment.get("XDG_DATA_HOME", "")
    if PurePosixPath(given).is_absolute():
        return Path(given)
    return None if home is None else home / ".local" / "share"


def usual_places(surroundings: Surroundings) -> tuple[SearchPlace, ...]:
    """The default places, and the project in which the program was started from a terminal; looks at no file."""
    places = default_places(surroundings.platform, surroundings.environment, surroundings.home)
    folder = surroundings.folder
    return places if folder is None else (*places, SearchPlace(folder, Origin.PROJECT))


def added_places(folders: Iterable[str]) -> tuple[SearchPlace, ...]:
    """The folders that a person added."""
    return tuple(SearchPlace(Path(folder), Origin.ADDED) for folder in folders)


def find_at(library: Library, place: SearchPlace, token: CancelToken) -> Found:
    """Find the stores at a place; of one that nobody added, nothing is said when there are none.

    An added folder without a store in it may lie in a project; then it is the project's realms that are meant.

    Raises:
        Cancelled: token was cancelled.
    """
    token.check()
    if place.origin is Origin.PROJECT:
        realms = realms_of_project(place.path)
        found = Found((), None) if realms is None else library.find(realms, token)
    else:
        found = library.find(place.path, token)
    if found.candidates:
        return found
    if place.origin is not Origin.ADDED:
        return Found((), None)
    realms = realms_of_project(place.path)
    of_project = Found((), None) if realms is None else library.find(realms, token)
    return of_project if of_project.candidates else found


def realms_of_project(folder: Path) -> Path | None:
    """The realms of the project that a folder lies in: those of the nearest `.rkat` at or above it; None without one.

    Source:
        formats/meerkat.md §1.7: `rkat` takes the nearest `.rkat` on the way up for its context root.
    """
    may_wait("look for a project")
    for parent in (folder, *folder.parents):
        if os.path.lexists(parent / REALMS_OF_PROJECT.parts[0]):
            realms = parent / REALMS_OF_PROJECT
            return realms if os.path.isdir(realms) else None  # noqa: PTH112 - Path.is_dir raises without permission
    return None
