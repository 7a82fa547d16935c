"""Reading the beginning and the end of files that lie beside others: never a link, never a pipe, never more than asked.

What is read here is a look; a document as a whole is read through store/opening. Runs on threads that may wait.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from store.opening.gate import LOOK_FLAGS

Moves = tuple[int, ...]
"""Device, inode, size in bytes and mtime in ns of a file; empty where there is none, or where it cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The beginning of a file.

    Attributes:
        data: its first bytes.
        size_bytes: how many it has in all.
        moves: size and times as they were when it was opened.
    """

    data: bytes
    size_bytes: int
    moves: Moves

    @property
    def is_whole(self) -> bool:
        """Whether the piece is all of it."""
        return len(self.data) == self.size_bytes


def moves_of(status: os.stat_result) -> Moves:
    """What tells that a file is another one, or another state of it."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def look_at(path: Path | str) -> Moves:
    """The same of what stands at a path, without following a link; empty where nothing can be seen."""
    try:
        # Asked for hundreds of files at once: to make a path takes longer than to ask.
        return moves_of(os.lstat(path))
    except OSError:
        return ()


def read_beginning(path: Path, limit_bytes: int) -> Piece:
    """Read the first bytes of a regular file. Raises OSError, also where it is a link or no file."""
    descriptor = os.open(path, LOOK_FLAGS | os.O_NOFOLLOW)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path.name} is no file")
        data = b""
        while len(data) < limit_bytes and (more := os.read(descriptor, limit_bytes - len(data))):
            data += more
        return Piece(data, max(status.st_size, len(data)), moves_of(status))
    finally:
        os.close(descriptor)


class FileSource:
    """A file as a source of bytes, read in pieces; to be closed."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises OSError, also where it is a link or no file."""
        self._descriptor = os.open(path, LOOK_FLAGS | os.O_NOFOLLOW)
        status = os.fstat(self._descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(self._descriptor)
            raise OSError(f"{path.name} is no file")
        self._size = status.st_size

    @property
    def size_bytes(self) -> int:
        """Its length when it was opened."""
        return self._size

    def read(self, begin: int, length: int) -> bytes:
        """Read a piece. Raises OSError where the file was cut since it was opened."""
        pieces = []
        length = min(length, self._size - begin)
        while length > 0 and (piece := os.pread(self._descriptor, length, begin)):
            pieces.append(piece)
            begin += len(piece)
            length -= len(piece)
        if length > 0:
            raise OSError("the file was cut while it was read")
        return b"".join(pieces)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._descriptor)
