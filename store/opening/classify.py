"""Errors of SQLite and of the system turned into our own typed ones, in one place.

Runs on worker threads. What SQLite says is judged by its result code, never by the text of its message.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from store.errors import (
    BurrowError,
    Cancelled,
    ChangingTooFast,
    DamagedDatabase,
    OpenError,
    PathMissing,
    PermissionDenied,
    SnapshotTooLarge,
    StoreVanished,
    UnreadableGeneration,
)
from store.opening.naming import shown

PRIMARY_CODE_MASK = 0xFF
"""The low byte of an extended result code is the primary one."""

DAMAGE_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
BUSY_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
PASSING_CODES = BUSY_CODES | {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
"""What a writer that begins or dies at this very moment makes SQLite say; the files are looked at again."""

REFUSED_CODES = frozenset({sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
MISSING_ERRNOS = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
REFUSED_ERRNOS = frozenset({errno.EACCES, errno.EPERM})

WAIT_ADVICE = "Try again in a moment, or when the program that writes to it has finished."


def classify(error: sqlite3.Error) -> BurrowError:
    """The typed error for an error of SQLite that stands after the stamps were found unmoved.

    Source:
        Result codes: https://www.sqlite.org/rescode.html
    """
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return OpenError("A value in the database cannot be read as what it should be.")
    if code == sqlite3.SQLITE_IOERR_SHORT_READ:
        return DamagedDatabase("The database ends before all of its pages are there.", _damage_advice())
    primary = code & PRIMARY_CODE_MASK
    if primary in DAMAGE_CODES:
        return DamagedDatabase("The database is damaged: SQLite cannot read its pages.", _damage_advice())
    if primary in BUSY_CODES:
        return ChangingTooFast("Another program holds the database locked.", WAIT_ADVICE)
    if primary == sqlite3.SQLITE_INTERRUPT:
        return Cancelled()
    if primary in REFUSED_CODES:
        return PermissionDenied("The system does not let us read the database.", _permission_advice())
    if primary == sqlite3.SQLITE_FULL:
        return SnapshotTooLarge("There is no room left for a private copy of the database.", "Free some disk space.")
    if primary == sqlite3.SQLITE_ERROR:
        sentence = "The database does not have the tables and columns that its layout should have."
        return UnreadableGeneration(sentence, "It may have been changed by another program.")
    name = getattr(error, "sqlite_errorname", str(code))
    return OpenError(f"The database cannot be read: SQLite says {name}.", "Check the disk, then open it again.")


def is_defect(error: sqlite3.Error) -> bool:
    """Whether the error says that we used SQLite wrongly: it must reach the place for uncaught errors as it is."""
    # The plain code is a batch that tried to write; its extensions speak of a journal or an index in the way.
    is_write = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY
    return is_write or isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError)


def is_passing(error: Exception) -> bool:
    """Whether a writer in the way may be the cause, though no stamp moved."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None or code == sqlite3.SQLITE_READONLY:
        return False
    return code & PRIMARY_CODE_MASK in PASSING_CODES


def classify_os(error: OSError, path: Path, was_open: bool = False) -> OpenError:
    """The typed error for a path that the system would not give us.

    Args:
        was_open: whether the same path was read before: then what is missing has vanished.
    """
    name = shown(path)
    if error.errno in MISSING_ERRNOS:
        if was_open:
            return vanished(path)
        if os.path.islink(path):  # noqa: PTH114 - Path.is_symlink raises for names that are too long
            return PathMissing(f"“{name}” is a link that leads nowhere.", "Open the file itself.")
        return PathMissing(f"There is no file “{name}”.", "Check the path; the file may have been moved or renamed.")
    if error.errno in REFUSED_ERRNOS:
        return PermissionDenied(f"The system does not let us read “{name}”.", _permission_advice())
    reason = os.strerror(error.errno) if error.errno else "no reason given"
    return OpenError(f"“{name}” cannot be read: {reason}.", "Check the disk, then open it again.")


def vanished(path: Path) -> StoreVanished:
    """The error for a file that was read before and is not there any more."""
    return StoreVanished(
        f"“{shown(path)}” is not there any more.", "It was moved, deleted or its disk was removed; open it again."
    )


def replaced(path: Path) -> StoreVanished:
    """The error for a file in whose place there is another one now."""
    return StoreVanished(f"“{shown(path)}” was replaced by another file.", "Reload to read the new one.")


def changing_too_fast(path: Path) -> ChangingTooFast:
    """The error for a store of which no consistent state could be read."""
    return ChangingTooFast(f"“{shown(path)}” is changing faster than it can be read.", WAIT_ADVICE)


def _damage_advice() -> str:
    return "Nothing was changed; try a backup, or SQLite's own “.recover” on a copy."


def _permission_advice() -> str:
    return "Ask its owner for the right to read it, or open a copy of your own."
