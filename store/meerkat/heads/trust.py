"""Whether the schema of a database may use functions that SQLite calls unsafe (formats/meerkat.md §1.2, §1.8).

Files of 0.9 have a partial index over JSON functions. Up to SQLite 3.40 these count as unsafe, and a schema that names
one cannot be read at all while it is not trusted. It is trusted only if it names no other such function.
"""

from __future__ import annotations

import re
import sqlite3

INNOCUOUS = 0x0020_0000
"""Bit of `pragma_function_list.flags`: any schema may use the function."""

_CALL = re.compile(r"(\w+)\s*\(")
_TRUST = "PRAGMA trusted_schema=ON"
_DISTRUST = "PRAGMA trusted_schema=OFF"


def needs_trust(connection: sqlite3.Connection) -> bool:
    """Whether the schema can be read only when it is trusted; leaves the connection so that it can be read.

    Raises:
        sqlite3.DatabaseError: it names unsafe functions other than those of JSON, or cannot be read for another reason.
    """
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        return False
    except sqlite3.DatabaseError as error:
        if "unsafe use of" not in str(error):
            raise
        reason = error
    trust(connection)
    rows = connection.execute("SELECT CAST(sql AS BLOB) FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    named = {
        match.group(1).lower() for row in rows for match in _CALL.finditer((row[0] or b"").decode("utf-8", "replace"))
    }
    if named & _unsafe(connection):
        connection.execute(_DISTRUST)
        raise reason
    return True


def trust(connection: sqlite3.Connection) -> None:
    """Let the schema of a connection use functions; those that only a statement itself may use stay out of reach."""
    connection.execute(_TRUST)


def _unsafe(connection: sqlite3.Connection) -> set[str]:
    """Functions that an untrusted schema may not use, without those of JSON."""
    rows = connection.execute("SELECT DISTINCT CAST(name AS BLOB), flags FROM pragma_function_list").fetchall()
    names = {name.decode("utf-8", "replace").lower() for name, flags in rows if not flags & INNOCUOUS}
    return {name for name in names if not name.startswith(("json", "->"))}
