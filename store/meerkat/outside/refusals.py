"""Why a change is not made: the refusals that several rules share, and what SQLite says in their words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from store.errors import Cancelled, ChangeRefused, MaintenanceRunning, OpenError
from store.opening.classify import PRIMARY_CODE_MASK
from store.opening.naming import shown
from store.values.changes import Refusal, RefusalCode

PLAN_AGAIN: Final = "Plan again."
HIDE_HERE: Final = "“Hide here” puts it out of sight in Burrow alone, and the store stays as it is."

CHANGED_SINCE_PLAN: Final = Refusal(
    RefusalCode.CHANGED_SINCE_PLAN,
    "The session was planned on an older state: it has changed since.",
    PLAN_AGAIN,
)
UNREADABLE: Final = Refusal(RefusalCode.DAMAGED, "Meerkat could not read the document of this session.", HIDE_HERE)
MISSING: Final = Refusal(
    RefusalCode.MISSING, "The session is not in the store any more.", "Reload to see what the store holds now."
)

_SENTENCES: Final = {
    sqlite3.SQLITE_BUSY: (RefusalCode.LOCKED, "Another program holds the database locked.", "Try again."),
    sqlite3.SQLITE_LOCKED: (RefusalCode.LOCKED, "Another program holds the database locked.", "Try again."),
    sqlite3.SQLITE_PROTOCOL: (RefusalCode.LOCKED, "Another program holds the database locked.", "Try again."),
    sqlite3.SQLITE_FULL: (
        RefusalCode.NO_SPACE,
        "There is no room left on the disk; nothing was changed.",
        "Free some disk space, then try again.",
    ),
    sqlite3.SQLITE_READONLY: (
        RefusalCode.READ_ONLY,
        "The database cannot be written: the file, its folder or the disk is read-only.",
        HIDE_HERE,
    ),
    sqlite3.SQLITE_PERM: (RefusalCode.READ_ONLY, "The system does not let us write the database.", HIDE_HERE),
    sqlite3.SQLITE_AUTH: (RefusalCode.READ_ONLY, "The system does not let us write the database.", HIDE_HERE),
    sqlite3.SQLITE_CANTOPEN: (
        RefusalCode.CANNOT_WRITE,
        "The database or a file beside it cannot be opened to be written.",
        "Check that it is there and that its folder can be written.",
    ),
    sqlite3.SQLITE_IOERR: (
        RefusalCode.CANNOT_WRITE,
        "The disk did not take what was to be written; nothing was changed.",
        "Check the disk and the room on it, then try again.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        RefusalCode.DAMAGED,
        "The database is damaged: SQLite cannot read its pages.",
        "Work on a copy; “Check Store…” says what can still be read.",
    ),
    sqlite3.SQLITE_NOTADB: (RefusalCode.DAMAGED, "The file is no SQLite database any more.", "Open it again."),
}


def refuse(code: RefusalCode, sentence: str, advice: str = "") -> ChangeRefused:
    """The error of a refusal."""
    return ChangeRefused(Refusal(code, sentence, advice))


def refusal_of_sqlite(error: sqlite3.Error) -> Refusal:
    """What an error of SQLite says about a change, by its result code."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return Refusal(RefusalCode.DAMAGED, "A value in the database cannot be read as what it should be.")
    known = _SENTENCES.get(code & PRIMARY_CODE_MASK)
    if known is not None:
        return Refusal(*known)
    name = getattr(error, "sqlite_errorname", str(code))
    return Refusal(RefusalCode.CANNOT_WRITE, f"The database cannot be written: SQLite says {name}.")


@contextmanager
def in_words_of_a_refusal() -> Iterator[None]:
    """Turn errors of SQLite into refusals for the time of the block; what we did wrong ourselves is not one."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE_MASK == sqlite3.SQLITE_INTERRUPT:
            raise Cancelled from error
        raise ChangeRefused(refusal_of_sqlite(error)) from error


def refusal_of_open(error: OpenError) -> Refusal:
    """Why a store that cannot be looked at is not changed."""
    code = RefusalCode.FENCE_HELD if isinstance(error, MaintenanceRunning) else RefusalCode.CANNOT_WRITE
    return Refusal(code, error.sentence, error.advice)


def replaced(main: Path) -> ChangeRefused:
    """Another file stands where the store was that is to be changed."""
    return refuse(
        RefusalCode.CANNOT_WRITE,
        f"“{shown(main)}” was replaced by another file; nothing was changed.",
        "Open it again.",
    )


def not_written(error: OSError, path: Path) -> ChangeRefused:
    """The system did not let us change a file."""
    reason = error.strerror or "no reason given"
    return refuse(RefusalCode.CANNOT_WRITE, f"“{shown(path)}” cannot be written: {reason}.", "Check the disk.")
