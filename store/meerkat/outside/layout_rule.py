"""The rule that the store as a whole decides: only what a known release of 0.6.0 to 0.7.24 wrote is written to.

Beside its generation the tables themselves are compared with those of real files, and a schema that does something by
itself is refused: a trigger would change more than was planned.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Final

from store.meerkat.generation import Layout
from store.meerkat.outside.refusals import HIDE_HERE
from store.meerkat.outside.rows import ALL_TABLES, Table
from store.meerkat.writable import write_obstacle
from store.values.changes import Refusal, RefusalCode

_COLUMN: Final = re.compile(r"^    ([a-z_]+) (TEXT|INTEGER|BLOB)\b(.*)$", re.MULTILINE)
_COPY: Final = "Copy it to a working store to change the copy, or “Hide here”."


def layout_refusal(connection: sqlite3.Connection, main: Path, layout: Layout) -> Refusal | None:
    """Why nothing is written to a store; None where it may be."""
    obstacle = write_obstacle(main, layout)
    if obstacle is not None:
        code, sentence = obstacle
        return Refusal(code, sentence, HIDE_HERE if code is RefusalCode.READ_ONLY else _COPY)
    if connection.execute("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger')").fetchone()[0]:
        return Refusal(RefusalCode.GENERATION, "The database has triggers, which no Meerkat makes.", _COPY)
    strange = [table.name for table in ALL_TABLES if layout.has(table.name) and not _is_as_known(connection, table)]
    if strange:
        sentence = f"The table “{strange[0]}” is not as any Meerkat known to Burrow makes it."
        return Refusal(RefusalCode.GENERATION, sentence, _COPY)
    return None


def _is_as_known(connection: sqlite3.Connection, table: Table) -> bool:
    """Whether a table has the columns of real files, and no hidden or computed ones beside them."""
    rows = connection.execute('SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?)', (table.name,)).fetchall()
    return {
        (_text(name), _text(kind).upper(), bool(not_null), place) for name, kind, not_null, place in rows
    } == _columns_of(table)


def _columns_of(table: Table) -> set[tuple[str, str, bool, int]]:
    """Name, type, NOT NULL and place in the primary key of each column, from the statement that makes the table."""
    return {
        (name, kind, "NOT NULL" in more, table.key.index(name) + 1 if name in table.key else 0)
        for name, kind, more in _COLUMN.findall(table.ddl)
    }


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
