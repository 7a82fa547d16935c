"""Small looks at files of a realm that may be anything: never a link followed, a pipe waited for, or too much read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.opening.gate import LOOK_FLAGS

CHUNK_BYTES = 256 * 1024
MAX_SMALL_BYTES = 64 * 1024
MAX_ENTRIES = 2_000_000
"""Entries of one folder that are looked at."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A plain file in a folder.

    Attributes:
        size_bytes: of its content.
        link_count: names that it has on its disk.
    """

    path: Path
    name: str
    size_bytes: int
    link_count: int


def plain_files(folder: Path, suffix: str, token: CancelToken) -> Iterator[Entry]:
    """The plain files of a folder whose names end so, in no order; none where it cannot be read."""
    for entry in _entries(folder, token):
        if not entry.name.endswith(suffix):
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode):
            yield Entry(folder / entry.name, entry.name, status.st_size, status.st_nlink)


def folders_in(folder: Path, token: CancelToken) -> Iterator[str]:
    """The names of the folders in a folder, in no order; none where it cannot be read."""
    return (entry.name for entry in _entries(folder, token) if _is_folder(entry))


def _entries(folder: Path, token: CancelToken) -> Iterator[os.DirEntry[str]]:
    may_wait("look into a folder")
    try:
        with os.scandir(folder) as entries:
            for count, entry in enumerate(entries):
                token.take_turn()
                if count >= MAX_ENTRIES:
                    return
                yield entry
    except OSError:
        return


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def look_at(path: Path) -> Entry | None:
    """One plain file; None if there is none."""
    may_wait("look at a file")
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return Entry(path, path.name, status.st_size, status.st_nlink)


def read_small(path: Path, limit_bytes: int = MAX_SMALL_BYTES) -> bytes | None:
    """The beginning of a plain file; None if there is none or it cannot be read."""
    return next(pieces(path, limit_bytes), None if look_at(path) is None else b"")


def pieces(path: Path, piece_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """A plain file piece by piece; it ends where it cannot be read any further."""
    may_wait("read a file")
    try:
        descriptor = os.open(path, LOOK_FLAGS | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return
        while data := os.read(descriptor, piece_bytes):
            yield data
    except OSError:
        return
    finally:
        os.close(descriptor)
