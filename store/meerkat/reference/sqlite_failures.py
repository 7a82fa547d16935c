"""What SQLite and the file system say while a session store works, as Meerkat's own error (formats/meerkat.md §3.1).

Meerkat carries every trouble of the database as `Internal` with SQLite's words, and one with folders as `Io`. The text
is theirs; what went wrong is kept beside it, with a sentence for people and what can be done.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from store.meerkat.reference.errors import Internal, Io


class StorageFault(Enum):
    """What kept a database from being read or written: a sentence for people, and what can be done."""

    LOCKED = ("Another program holds the database locked.", "Try again when it has finished.")
    FULL = ("The disk is full; nothing was changed.", "Make room and try again.")
    READ_ONLY = ("The database cannot be written: the file, its folder or the disk is read-only.", "Copy it elsewhere.")
    NO_ACCESS = ("The database or its folder cannot be opened.", "Check that it is there and that you may read it.")
    NOT_A_DATABASE = ("The file is no SQLite database.", "Choose another file.")
    DAMAGED = ("The database is damaged.", "Work on a copy; “Check Store…” says what can still be read.")
    DISK = ("The disk refused what was to be read or written; nothing was changed.", "Check the disk and try again.")
    REPLACED = ("Another file took the place of the database meanwhile; nothing was changed.", "Try again.")
    OTHER = ("SQLite could not do what was asked.", "")

    def __init__(self, sentence: str, advice: str) -> None:
        self.sentence = sentence
        self.advice = advice


_FAULTS = {
    sqlite3.SQLITE_BUSY: StorageFault.LOCKED,
    sqlite3.SQLITE_LOCKED: StorageFault.LOCKED,
    sqlite3.SQLITE_PROTOCOL: StorageFault.LOCKED,
    sqlite3.SQLITE_FULL: StorageFault.FULL,
    sqlite3.SQLITE_READONLY: StorageFault.READ_ONLY,
    sqlite3.SQLITE_PERM: StorageFault.NO_ACCESS,
    sqlite3.SQLITE_AUTH: StorageFault.NO_ACCESS,
    sqlite3.SQLITE_CANTOPEN: StorageFault.NO_ACCESS,
    sqlite3.SQLITE_NOTADB: StorageFault.NOT_A_DATABASE,
    sqlite3.SQLITE_FORMAT: StorageFault.NOT_A_DATABASE,
    sqlite3.SQLITE_CORRUPT: StorageFault.DAMAGED,
    sqlite3.SQLITE_IOERR: StorageFault.DISK,
}
_OS_FAULTS = {
    errno.EACCES: StorageFault.NO_ACCESS,
    errno.EPERM: StorageFault.NO_ACCESS,
    errno.ENOENT: StorageFault.NO_ACCESS,
    errno.ENOTDIR: StorageFault.NO_ACCESS,
    errno.EEXIST: StorageFault.NO_ACCESS,
    errno.EROFS: StorageFault.READ_ONLY,
    errno.ENOSPC: StorageFault.FULL,
    errno.EDQUOT: StorageFault.FULL,
}
_PRIMARY = 0xFF
"""The low byte of a code of SQLite names the kind, the rest says more of it."""


class _Explained:
    """An error that knows what was wrong with the disk or the file.

    Attributes:
        fault: what it was, in our words.
    """

    fault: StorageFault

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        return self.fault.sentence

    @property
    def advice(self) -> str:
        """What can be done; may be empty."""
        return self.fault.advice


class StorageFailed(_Explained, Internal):
    """Meerkat's `Internal` for what SQLite refused."""

    def __init__(self, text: str, fault: StorageFault) -> None:
        super().__init__(text)
        self.fault = fault

    @property
    def variant(self) -> str:
        """Meerkat's name of this kind of error."""
        return Internal.__name__


class FolderFailed(_Explained, Io):
    """Meerkat's `Io` for what the file system refused before SQLite was asked."""

    def __init__(self, text: str, fault: StorageFault) -> None:
        super().__init__(text)
        self.fault = fault

    @property
    def variant(self) -> str:
        """Meerkat's name of this kind of error."""
        return Io.__name__


def storage_failed(error: sqlite3.Error) -> StorageFailed:
    """Say an error of SQLite as Meerkat does."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return StorageFailed(f"SQLite error: {error}", _FAULTS.get(code & _PRIMARY, StorageFault.OTHER))


def folder_failed(error: OSError) -> FolderFailed:
    """Say an error of the file system as Meerkat does."""
    number = error.errno or 0
    return FolderFailed(f"{os.strerror(number)} (os error {number})", _OS_FAULTS.get(number, StorageFault.DISK))


@contextmanager
def in_words_of_the_reference() -> Iterator[None]:
    """Turn what SQLite and the file system raise inside the block into Meerkat's errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise storage_failed(error) from error
    except OSError as error:
        raise folder_failed(error) from error
