"""Stamps: what is noted of a store's files before and after a look, to know that nothing moved in between.

Runs on worker threads. Files are only ever opened for reading here, the main file through the gate: to close a
descriptor of it gives up every POSIX lock that this process holds on it.
"""

from __future__ import annotations

import fcntl
import os
import stat
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from store.cancel import CancelToken
from store.errors import NotAStore
from store.opening.classify import classify_os
from store.opening.content import HEADER_BYTES, OPEN_ADVICE, SNIFFED_BYTES
from store.opening.gate import LOOK_FLAGS, looking_at
from store.opening.naming import shown

YOUNG_NS = 20_000_000
"""A file written within this time may be written again under the same mtime: clocks of file systems tick at 4–10 ms."""

WAL_HEADER_BYTES = 32
JOURNAL_HEADER_BYTES = 28
RESERVED_LOCK_BYTE = 0x40000001
"""The byte that a writer of SQLite locks while its journal is its own: https://www.sqlite.org/fileformat2.html."""


@dataclass(frozen=True, slots=True)
class MainStamp:
    """What tells one state of a main file from another.

    Attributes:
        change_counter, valid_for: bytes 24–27 and 92–95 of the header.
    """

    device: int
    inode: int
    size_bytes: int
    mtime_ns: int
    change_counter: bytes
    valid_for: bytes

    @property
    def file_id(self) -> tuple[int, int]:
        """Which file it is, whatever its content."""
        return (self.device, self.inode)


@dataclass(frozen=True, slots=True)
class StoreStamp:
    """Main file and log together.

    Attributes:
        wal: None absent, b"" empty, else its first 32 bytes. It may grow under an unchanged stamp.
    """

    main: MainStamp
    wal: bytes | None


@dataclass(frozen=True, slots=True)
class Moves:
    """Sizes and times alone, cheap enough to be asked for four times a second.

    Attributes:
        main: device, inode, size in bytes, mtime in ns, mode; a permission that is lost moves nothing else.
        wal: size in bytes and mtime in ns; None if absent or empty.
    """

    main: tuple[int, int, int, int, int]
    wal: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was found on one look at a store's files.

    Attributes:
        first: the first bytes of main, up to SNIFFED_BYTES.
        wal_bytes: size of the log.
        journal: the first 28 bytes of a journal that holds something; None if there is none or its header is zeroed.
        journal_bytes: its size.
        is_journal_owned: a living writer holds its lock, so the journal is not hot.
        taken_ns: when.
    """

    stamp: StoreStamp
    first: bytes
    moves: Moves
    wal_bytes: int
    journal: bytes | None
    journal_bytes: int
    is_journal_owned: bool
    taken_ns: int

    @property
    def is_young(self) -> bool:
        """Whether main was written so recently that a further write could leave the same mtime."""
        return abs(self.taken_ns - self.stamp.main.mtime_ns) < YOUNG_NS

    @property
    def is_journal_hot(self) -> bool:
        """Whether a write was cut short and waits to be rolled back."""
        return self.journal is not None and not self.is_journal_owned

    @property
    def size_bytes(self) -> int:
        """Main file, log and journal."""
        return self.stamp.main.size_bytes + self.wal_bytes + self.journal_bytes


def wal_path(main: Path) -> Path:
    """Where SQLite keeps the write-ahead log of a main file."""
    return main.with_name(main.name + "-wal")


def journal_path(main: Path) -> Path:
    """Where SQLite keeps the rollback journal of a main file."""
    return main.with_name(main.name + "-journal")


def take(main: Path, was_open: bool = True) -> Found:
    """Look at a store's files once.

    Args:
        main: resolved path of the main file; SQLite names log and journal after it.
        was_open: whether it was read before, for the error if it is missing.

    Raises:
        PathMissing, StoreVanished, PermissionDenied, NotAStore: it is no file that can be read.
    """
    try:
        refuse_other_than_file(main, main.stat())
        with looking_at(main) as descriptor:
            status = os.fstat(descriptor)
            first = os.pread(descriptor, SNIFFED_BYTES, 0)
            wal_bytes, wal_mtime_ns, wal = _beginning(wal_path(main), WAL_HEADER_BYTES)
            journal_bytes, _, journal = _beginning(journal_path(main), JOURNAL_HEADER_BYTES)
            if not journal or journal[0] == 0:
                journal, journal_bytes = None, 0
            is_owned = journal is not None and _is_reserved(descriptor)
    except OSError as error:
        # Of the three files the one that could not be opened is named.
        raise classify_os(error, Path(error.filename or main), was_open) from error
    stamp = MainStamp(
        status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, first[24:28], first[92:HEADER_BYTES][:4]
    )
    moves = _moves(status, (wal_bytes, wal_mtime_ns))
    return Found(StoreStamp(stamp, wal), first, moves, wal_bytes, journal, journal_bytes, is_owned, time.time_ns())


def take_settled(main: Path, token: CancelToken, was_open: bool = True) -> Found | None:
    """Look at a store's files; if main was written just now, wait and look again.

    Returns:
        None while it is being written so often that no stamp can be trusted.
    """
    found = take(main, was_open)
    if not found.is_young:
        return found
    token.check()
    time.sleep(YOUNG_NS / 1e9)
    token.check()
    found = take(main, was_open)
    return None if found.is_young else found


def look_at_moves(main: Path) -> Moves | None:
    """Sizes and times of main and log by stat alone; None if main cannot be seen."""
    try:
        status = main.stat()
    except OSError:
        return None
    try:
        # Asked for each open store four times a second: to make a path takes longer than to ask.
        wal_status = os.stat(f"{main}-wal")  # noqa: PTH116
    except OSError:
        return _moves(status, (0, 0))
    return _moves(status, (wal_status.st_size, wal_status.st_mtime_ns))


def refuse_other_than_file(path: Path, status: os.stat_result) -> None:
    """Raise NotAStore for a folder, a pipe, a device or a socket."""
    if stat.S_ISREG(status.st_mode):
        return
    what = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe, device or socket"
    raise NotAStore(f"“{shown(path)}” is {what}, not a file.", OPEN_ADVICE)


def _moves(status: os.stat_result, wal: tuple[int, int]) -> Moves:
    """Put sizes and times together; an empty log is as good as none."""
    main = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode)
    return Moves(main, wal if wal[0] else None)


def _beginning(path: Path, length_bytes: int) -> tuple[int, int, bytes | None]:
    """Size, mtime in ns and first bytes of a file beside main; bytes are None if it is absent."""
    try:
        descriptor = os.open(path, LOOK_FLAGS)
    except FileNotFoundError:
        return 0, 0, None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return 0, 0, None
        return status.st_size, status.st_mtime_ns, os.pread(descriptor, length_bytes, 0)
    finally:
        os.close(descriptor)


def _is_reserved(descriptor: int) -> bool:
    """Whether another process holds SQLite's RESERVED lock; asks, takes nothing.

    Where the system's structure is not known to us the answer is no: the journal is then taken for hot and a private
    copy is read, which is right in both cases.
    """
    if sys.platform != "linux":
        return False
    layout = "hhqqi4x"
    wanted = struct.pack(layout, fcntl.F_WRLCK, os.SEEK_SET, RESERVED_LOCK_BYTE, 1, 0)
    answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, wanted)
    return bool(struct.unpack(layout, answer)[0] != fcntl.F_UNLCK)
