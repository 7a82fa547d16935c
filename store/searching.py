"""What lies at a path, and which stores lie in a folder: by names and kinds of files only, nothing is opened here.

Runs on any thread that may wait. A search is bounded in depth and in entries, follows a folder only once however many
links lead to it, and comes out in the same order each time.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from store.backend import System
from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import NotAStore, PathMissing, PermissionDenied

MAX_DEPTH = 8
"""Folders below the one that was asked for; `.rkat/realms/REALM` in a project lies at 3."""

MAX_ENTRIES = 200_000
"""Names looked at in one search; about a second of a warm disk."""

PASSED_BY = frozenset({".git", "node_modules", "blobs", ".venv", "__pycache__"})
"""Folders that hold many files and never a store."""

_COMPANIONS = {
    "-wal": "the write-ahead log",
    "-shm": "the shared memory file",
    "-journal": "the rollback journal",
    ".mfence": "the maintenance lock",
}


class PlaceKind(Enum):
    """What a path leads to."""

    FILE = auto()
    FOLDER = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """A path that exists and can be opened or searched.

    Attributes:
        path: resolved: absolute, without links; of a main file the identity of its store.
        kind: what it is.
    """

    path: Path
    kind: PlaceKind


@dataclass(frozen=True, slots=True)
class Candidate:
    """A main file that was found.

    Attributes:
        system: the one that says that it lies in a folder; None when somebody named the file itself.
        path: as found; a link is not followed yet.
    """

    system: System | None
    path: Path


@dataclass(frozen=True, slots=True)
class Search:
    """What a search of a folder found.

    Attributes:
        candidates: main files, each store once, nearest first and by name.
        entry_count: names that were looked at.
        unreadable_count: folders that the system does not let us read.
        is_cut: whether it ended at MAX_ENTRIES with more to look at.
        is_deeper: whether there are folders below MAX_DEPTH, which were not looked at.
    """

    candidates: tuple[Candidate, ...]
    entry_count: int
    unreadable_count: int
    is_cut: bool
    is_deeper: bool


def place_at(path: Path) -> Place:
    """Say what lies at a path.

    Raises:
        PathMissing, PermissionDenied: there is nothing, or it is not ours to see.
        NotAStore: a pipe, socket or device, or a companion file of a database.
    """
    may_wait("look at a path")
    try:
        resolved = path.expanduser().resolve(strict=True)
        mode = resolved.stat().st_mode
    except PermissionError:
        raise _no_permission(path) from None
    except (OSError, RuntimeError, ValueError):
        # RuntimeError: a circle of links, or a home folder that is not known; ValueError: a NUL in the path.
        raise _nothing_there(path) from None
    if stat.S_ISDIR(mode):
        return Place(resolved, PlaceKind.FOLDER)
    if not stat.S_ISREG(mode):
        # Opening a pipe would wait for ever.
        raise NotAStore(
            f"“{resolved.name}” is a pipe, a socket or a device, not a file.", "Open a database file or a folder."
        )
    _refuse_companion(resolved)
    return Place(resolved, PlaceKind.FILE)


def _no_permission(path: Path) -> PermissionDenied:
    return PermissionDenied(
        f"The system does not let us read “{_name(path)}”.",
        "Ask its owner for the right to read it, or open a copy of your own.",
    )


def _nothing_there(path: Path) -> PathMissing:
    """Tell a path without anything from a link that leads nowhere or in a circle."""
    try:
        is_link = path.is_symlink()
    except (OSError, ValueError):
        is_link = False
    if is_link:
        return PathMissing(f"“{_name(path)}” is a link that leads nowhere.", "Check what it points to.")
    return PathMissing(
        f"There is no file or folder “{_name(path)}” at this path.",
        "Check the spelling, and whether its disk is connected.",
    )


def _name(path: Path) -> str:
    return path.name or str(path)


def _refuse_companion(path: Path) -> None:
    """Say kindly which file is meant when somebody opens the log beside a database."""
    for suffix, what in _COMPANIONS.items():
        main = path.with_name(path.name.removesuffix(suffix))
        if path.name.endswith(suffix) and main.name and main.is_file():
            raise NotAStore(
                f"“{path.name}” is {what} of a database, not the database itself.", f"Open “{main.name}” beside it."
            )


def search_folder(folder: Path, systems: Sequence[System], token: CancelToken) -> Search:
    """Find the stores in a folder and in the folders below it.

    Args:
        folder: resolved.
        token: checked at every folder.

    Returns:
        The search; stores in order of depth, then of path.

    Raises:
        PermissionDenied: the folder itself cannot be read.
    """
    may_wait("search a folder")
    found: dict[str, Candidate] = {}
    seen: set[tuple[int, int]] = set()
    waiting = deque([(folder, 0)])
    entry_count = unreadable_count = 0
    is_deeper = False
    while waiting and entry_count < MAX_ENTRIES:
        token.check()
        here, depth = waiting.popleft()
        try:
            status = here.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            below, count = _folders_in(here, MAX_ENTRIES - entry_count)
        except OSError as error:
            if depth == 0:
                raise _no_permission(here) if isinstance(error, PermissionError) else _nothing_there(here) from None
            unreadable_count += 1
            continue
        entry_count += count
        for candidate in _candidates_in(here, systems):
            found.setdefault(os.path.realpath(candidate.path), candidate)
        token.report(entry_count, 0, "Searching for stores", "files")
        if depth < MAX_DEPTH:
            waiting.extend((path, depth + 1) for path in below)
        else:
            is_deeper = is_deeper or bool(below)
    is_cut = entry_count >= MAX_ENTRIES
    return Search(tuple(found.values()), entry_count, unreadable_count, is_cut, is_deeper)


def _folders_in(folder: Path, limit: int) -> tuple[list[Path], int]:
    """The folders directly below a folder, by name, and how many names were looked at; at most `limit` are."""
    below: list[Path] = []
    count = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            count += 1
            if entry.name not in PASSED_BY and _is_folder(entry):
                below.append(Path(entry.path))
            if count >= limit:
                break
    return sorted(below), count


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder or a link to one; what cannot be seen is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _candidates_in(folder: Path, systems: Sequence[System]) -> Iterator[Candidate]:
    for system in systems:
        for path in system.main_files(folder):
            yield Candidate(system, path)
