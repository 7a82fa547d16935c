"""Copying the files of a store into a private folder, and knowing whether the copies belong together.

Main is copied first, then the log: a log that grows meanwhile only holds more commits, and what a reader of the copy
finds after the last whole commit it leaves alone. A checkpoint or a new log would move the stamp; then the copy is
rejected.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from store.cancel import CancelToken
from store.opening.classify import classify_os
from store.opening.fence import shared_fence
from store.opening.gate import LOOK_FLAGS, looking_at
from store.opening.scratch import PRIVATE_FILE_MODE, scratch_error
from store.opening.stamp import Found, journal_path, take, wal_path

CHUNK_BYTES = 8 * 1024 * 1024
"""Copied between two looks at the token."""

COPY_NAME = "copy.sqlite3"

SUPER_JOURNAL_MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
SUPER_JOURNAL_TAIL_BYTES = 16
"""Length, checksum and magic after the name: https://www.sqlite.org/fileformat2.html, section 3."""


@dataclass(frozen=True, slots=True)
class CopiedLog:
    """What was copied of a log or journal.

    Attributes:
        size_bytes: copied.
        digest: of what was copied; tells one state of the log from another under one stamp.
    """

    size_bytes: int
    digest: bytes


NO_LOG = CopiedLog(0, b"")


def copy_store(main: Path, found: Found, folder: Path, token: CancelToken) -> CopiedLog | None:
    """Copy main, then its log or journal.

    Args:
        found: a settled look at the files.
        folder: empty and ours.

    Returns:
        What was copied of the log, or None if the copies do not belong together.
    """
    target = folder / COPY_NAME
    with shared_fence(main):
        if not _copy_main(main, found, target, token):
            return None
        log = _copy_beside(wal_path(main), wal_path(target), token) if found.wal_bytes else NO_LOG
        if found.journal is not None:
            journal = _copy_beside(journal_path(main), journal_path(target), token)
            log = CopiedLog(log.size_bytes + journal.size_bytes, log.digest + journal.digest)
            if journal.size_bytes < found.journal_bytes:
                return None
        after = take(main)
    if after.stamp != found.stamp or not _is_journal_whole(found, after):
        return None
    _cut_super_journal(journal_path(target))
    return log


def copy_log(main: Path, found: Found, target: Path, token: CancelToken) -> CopiedLog | None:
    """Copy the log alone, for a main file that has not moved since it was copied.

    Args:
        target: a new file in a folder of ours.

    Returns:
        None if it does not belong to that main file any more.
    """
    with shared_fence(main):
        log = _copy_beside(wal_path(main), target, token)
        after = take(main)
    return log if after.stamp == found.stamp else None


def _is_journal_whole(before: Found, after: Found) -> bool:
    """Whether the copied journal was neither shortened nor begun anew meanwhile; a new one has not touched main yet."""
    if before.journal is None:
        return True
    return before.journal == after.journal and after.journal_bytes >= before.journal_bytes


def _copy_main(main: Path, found: Found, target: Path, token: CancelToken) -> bool:
    """Copy the main file that was stamped; False if there is another one now or it ended early."""
    try:
        with looking_at(main) as source:
            status = os.fstat(source)
            if (status.st_dev, status.st_ino) != found.stamp.main.file_id:
                return False
            return _copy_bytes(source, main, target, found.stamp.main.size_bytes, token) == found.stamp.main.size_bytes
    except OSError as error:
        raise classify_os(error, main, was_open=True) from error


def _copy_bytes(source: int, main: Path, target: Path, size_bytes: int, token: CancelToken) -> int:
    """Copy the first bytes of a file within the system, sharing blocks where the file system can."""
    copied = 0
    with _created(target) as out:
        while copied < size_bytes:
            token.check()
            wanted = min(CHUNK_BYTES, size_bytes - copied)
            moved = _copy_range(source, out, wanted, copied)
            if moved == 0:
                # Some file systems copy nothing this way and say so by 0, which is also the end of the file.
                chunk = _read(source, wanted, copied, main)
                if not chunk:
                    break
                _write(out, chunk, copied)
                moved = len(chunk)
            copied += moved
            token.report(copied, size_bytes, "Making a private copy", "bytes")
    return copied


def _copy_range(source: int, target: int, wanted: int, offset: int) -> int:
    """Let the system copy; 0 where it cannot."""
    if sys.platform != "linux":
        return 0
    try:
        return os.copy_file_range(source, target, wanted, offset, offset)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise scratch_error(error) from error
        return 0


def _copy_beside(path: Path, target: Path, token: CancelToken) -> CopiedLog:
    """Copy a log as long as it is when the copy begins; a busy writer could lengthen it without end."""
    try:
        source = os.open(path, LOOK_FLAGS)
    except FileNotFoundError:
        return NO_LOG
    except OSError as error:
        raise classify_os(error, path, was_open=True) from error
    try:
        size_bytes = os.fstat(source).st_size
        digest = hashlib.blake2b(digest_size=16)
        copied = 0
        with _created(target) as out:
            while copied < size_bytes:
                token.check()
                chunk = _read(source, min(CHUNK_BYTES, size_bytes - copied), copied, path)
                if not chunk:
                    break
                digest.update(chunk)
                _write(out, chunk, copied)
                copied += len(chunk)
    finally:
        os.close(source)
    return CopiedLog(copied, digest.digest())


@contextmanager
def _created(target: Path) -> Iterator[int]:
    """The descriptor of a new file of ours, 0600, closed after the block."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        descriptor = os.open(target, flags, PRIVATE_FILE_MODE)
    except OSError as error:
        raise scratch_error(error) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read(source: int, wanted: int, offset: int, path: Path) -> bytes:
    try:
        return os.pread(source, wanted, offset)
    except OSError as error:
        raise classify_os(error, path, was_open=True) from error


def _write(target: int, chunk: bytes, offset: int) -> None:
    try:
        view = memoryview(chunk)
        while view:
            written = os.pwrite(target, view, offset)
            view, offset = view[written:], offset + written
    except OSError as error:
        raise scratch_error(error) from error


def _cut_super_journal(journal: Path) -> None:
    """Take the name of a super-journal out of a copied journal.

    A transaction over several databases writes into each journal the path of a file that ties them together. SQLite
    would follow it into the user's folder, and delete that file when it found it settled. So we look only: while the
    file is there the write was cut short and is rolled back, without it the write was complete and the journal is void.
    """
    try:
        with journal.open("r+b") as file:
            name = _super_journal_name(file)
            if name is None:
                return
            if os.path.lexists(name):
                file.seek(-len(SUPER_JOURNAL_MAGIC), os.SEEK_END)
                file.write(bytes(len(SUPER_JOURNAL_MAGIC)))
            else:
                file.truncate(0)
    except FileNotFoundError:
        return
    except OSError as error:
        raise scratch_error(error) from error


def _super_journal_name(journal: BinaryIO) -> bytes | None:
    """The path at the end of a journal, None if it is of a transaction over one database."""
    size_bytes = journal.seek(0, os.SEEK_END)
    if size_bytes < SUPER_JOURNAL_TAIL_BYTES:
        return None
    journal.seek(-SUPER_JOURNAL_TAIL_BYTES, os.SEEK_END)
    tail = journal.read(SUPER_JOURNAL_TAIL_BYTES)
    name_bytes = int.from_bytes(tail[:4], "big")
    if tail[8:] != SUPER_JOURNAL_MAGIC or not 0 < name_bytes <= size_bytes - SUPER_JOURNAL_TAIL_BYTES:
        return None
    journal.seek(size_bytes - SUPER_JOURNAL_TAIL_BYTES - name_bytes)
    name = journal.read(name_bytes)
    # SQLite adds up C characters, which are signed on some processors.
    signed = sum(byte - 256 if byte > 127 else byte for byte in name)
    if b"\0" in name or int.from_bytes(tail[4:8], "big") not in (sum(name) & 0xFFFFFFFF, signed & 0xFFFFFFFF):
        return None
    return name
