"""Whether a database is sound: SQLite's own check of its pages, its tables and their indexes.

Only that can tell that an index has lost rows. A session whose row reads well is then missing from the list all the
same, since the list is read along an index.
"""

from __future__ import annotations

import sqlite3

from store.errors import DamagedDatabase, OpenError
from store.meerkat.findings.tables import Read
from store.meerkat.naming import shown
from store.values.amounts import counted
from store.values.checks import Finding, Severity

MAX_PLACES = 100
"""SQLite stops there; each is one line of its answer."""

DAMAGED = "damaged-database"


def find_unsound(read: Read) -> Finding | None:
    """Let SQLite check the database; None where it finds nothing wrong.

    Args:
        read: runs a batch on it; texts come as bytes.

    Raises:
        OpenError: it cannot be read for another reason than that it is damaged.
    """
    try:
        places = read(_places)
    except DamagedDatabase:
        return _finding("The database is so damaged that SQLite cannot even check it")
    except OpenError as error:
        if type(error).code != "unreadable-generation":
            raise
        # The schema of a newer release may use functions that the SQLite of this system does not have.
        return Finding(Severity.WARNING, None, "unchecked-database", "SQLite cannot check this database here.")
    if places == [b"ok"]:
        return None
    number = "more than 100" if len(places) >= MAX_PLACES else counted(len(places), "place")
    return _finding(f"SQLite finds the database damaged ({number}, the first: {shown(places[0])})")


def _places(connection: sqlite3.Connection) -> list[bytes]:
    # The lines name tables, indexes, pages and row numbers, never what stands in them.
    return [row[0] for row in connection.execute(f"PRAGMA integrity_check({MAX_PLACES})").fetchall()]


def _finding(what: str) -> Finding:
    return Finding(
        Severity.ERROR,
        None,
        DAMAGED,
        f"{what}: sessions may be missing from the list, and what is shown may be wrong."
        " Nothing was changed; try a backup, or SQLite's own “.recover” on a copy.",
    )
