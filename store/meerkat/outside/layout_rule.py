"""The rule that the store as a whole decides: only what a known release of 0.6.0 to 0.7.24 wrote is written to.

Beside its generation the tables themselves are compared with those of real files, and a schema that does something by
itself is refused: a trigger would change more than was planned.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from store.meerkat.generation import Layout
from store.meerkat.outside.refusals import HIDE_HERE
from store.meerkat.outside.rows import ALL_TABLES
from store.meerkat.writable import write_obstacle
from store.values.changes import Refusal, RefusalCode

_COPY: Final = "Copy it to a working store to change the copy, or “Hide here”."


def layout_refusal(connection: sqlite3.Connection, main: Path, layout: Layout) -> Refusal | None:
    """Why nothing is written to a store; None where it may be."""
    obstacle = write_obstacle(main, layout)
    if obstacle is not None:
        code, sentence = obstacle
        return Refusal(code, sentence, HIDE_HERE if code is RefusalCode.READ_ONLY else _COPY)
    if connection.execute("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger')").fetchone()[0]:
        return Refusal(RefusalCode.GENERATION, "The database has triggers, which no Meerkat makes.", _COPY)
    strange = [
        table.name for table in ALL_TABLES if layout.has(table.name) and not _is_as_known(connection, table.name)
    ]
    if strange:
        sentence = f"The table “{strange[0]}” is not as any Meerkat known to Burrow makes it."
        return Refusal(RefusalCode.GENERATION, sentence, _COPY)
    return None


def _is_as_known(connection: sqlite3.Connection, table: str) -> bool:
    ddl = next(known.ddl for known in ALL_TABLES if known.name == table)
    return sorted(_columns(connection, table)) == sorted(_columns_of(ddl))


def _columns(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str, bool, int]]:
    """Name, type, NOT NULL and place in the primary key of each column; hidden and computed ones too."""
    for name, kind, not_null, key in connection.execute(
        'SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?)', (table,)
    ).fetchall():
        yield _text(name), _text(kind).upper(), bool(not_null), key


def _columns_of(ddl: str) -> list[tuple[str, str, bool, int]]:
    """The same of a statement; asked of SQLite itself, in a database that is never on a disk."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(ddl)
        name = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchone()[0]
        return list(_columns(connection, name))
    finally:
        connection.close()


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
