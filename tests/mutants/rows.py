"""Mutations of a database as rows and columns: what a faulty program, or a person with a SQL shell, makes of it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from tests.mutants.json_bytes import JSON_MUTATIONS
from tests.mutants.plain import is_document

KEYS = ("session_id", "runtime_id", "blob_sha256")
"""Columns that say whose row it is, the first one that a table has."""

STRANGE_ID = "01a1ffff-0000-7000-8000-000000000000"
SESSION_TABLES = {
    "sessions",
    "runtime_session_snapshots",
    "session_heads",
    "session_strand_messages",
    "runtime_whole_blob_bodies",
}
"""Tables that hold what a person reads; mutated more often than the others."""

MEERKAT_TABLES = ("session", "runtime_", "meerkat_schema")


@dataclass(frozen=True)
class Table:
    """One table with at least one row.

    Attributes:
        columns: names, in order.
        key: the column that says whose row it is; None where it has none.
    """

    name: str
    columns: tuple[str, ...]
    key: str | None
    count: int

    @property
    def documents(self) -> tuple[str, ...]:
        """Columns that hold JSON."""
        return tuple(name for name in self.columns if is_document(name))


def tables_of(connection: sqlite3.Connection) -> list[Table]:
    """The tables of Meerkat that have rows, those of other domains left out."""
    found = []
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        if not name.startswith(MEERKAT_TABLES):
            continue
        count = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        columns = tuple(row[1] for row in connection.execute(f'PRAGMA table_info("{name}")').fetchall())
        if count:
            found.append(Table(name, columns, next((key for key in KEYS if key in columns), None), count))
    return found


def deleted_row(connection: sqlite3.Connection, chance: Random) -> str:
    """A row is gone."""
    table = _table(connection, chance)
    rowid = _rowid(connection, table, chance)
    connection.execute(f'DELETE FROM "{table.name}" WHERE rowid = ?', (rowid,))
    return f"{table.name} {rowid}"


def deleted_rows(connection: sqlite3.Connection, chance: Random) -> str:
    """All rows of one owner in one table are gone."""
    table = _table(connection, chance, lambda one: one.key is not None)
    rowid = _rowid(connection, table, chance)
    connection.execute(
        f'DELETE FROM "{table.name}" WHERE {table.key} = (SELECT {table.key} FROM "{table.name}" WHERE rowid = ?)',
        (rowid,),
    )
    return f"{table.name} of {rowid}"


def strange_row(connection: sqlite3.Connection, chance: Random) -> str:
    """A row stands there a second time, under another owner's name."""
    table = _table(connection, chance, lambda one: one.key in ("session_id", "runtime_id"))
    rowid = _rowid(connection, table, chance)
    owner = f"rt:session:{STRANGE_ID}" if table.key == "runtime_id" else STRANGE_ID
    columns = ", ".join("?1" if name == table.key else f'"{name}"' for name in table.columns)
    connection.execute(
        f'INSERT OR REPLACE INTO "{table.name}" SELECT {columns} FROM "{table.name}" WHERE rowid = ?2', (owner, rowid)
    )
    return f"{table.name} {rowid}"


def renamed_owner(connection: sqlite3.Connection, chance: Random) -> str:
    """A row belongs to somebody else than before: to nobody, or to another session."""
    table = _table(connection, chance, lambda one: one.key is not None)
    rowid = _rowid(connection, table, chance)
    (owner,) = connection.execute(f'SELECT {table.key} FROM "{table.name}" WHERE rowid = ?', (rowid,)).fetchone()
    others = [row[0] for row in connection.execute(f'SELECT DISTINCT {table.key} FROM "{table.name}"').fetchall()]
    names = [name for name in others if name != owner] + [STRANGE_ID, "", str(owner)[:-1], str(owner).upper()]
    name = chance.choice(names)
    connection.execute(f'UPDATE OR REPLACE "{table.name}" SET {table.key} = ? WHERE rowid = ?', (name, rowid))
    return f"{table.name} {rowid} to {name!r}"


def other_row_number(connection: sqlite3.Connection, chance: Random) -> str:
    """A row has another row id: far up, below zero, or the smallest and the largest there are."""
    table = _table(connection, chance)
    rowid = _rowid(connection, table, chance)
    other = chance.choice((0, -1, -5, 2**31, 2**53, 2**61 - 1, 2**61, 2**62 + 1, 2**63 - 1, -(2**63), -(2**61) - 1))
    connection.execute(f'UPDATE OR REPLACE "{table.name}" SET rowid = ? WHERE rowid = ?', (other, rowid))
    return f"{table.name} {rowid} to {other}"


def swapped_values(connection: sqlite3.Connection, chance: Random) -> str:
    """Two rows have each other's value in one column."""
    table = _table(connection, chance, lambda one: one.count > 1)
    one, other = _rowid(connection, table, chance), _rowid(connection, table, chance)
    name = chance.choice([*table.documents, *table.documents, *table.columns])
    select = f'SELECT "{name}" FROM "{table.name}" WHERE rowid = ?'
    first, second = connection.execute(select, (one,)).fetchone()[0], connection.execute(select, (other,)).fetchone()[0]
    if name in KEYS:
        update = f'UPDATE OR REPLACE "{table.name}" SET "{name}" = ? WHERE rowid = ?'
        connection.execute(update, ("between", one))
        connection.execute(update, (first, other))
    else:
        update = f'UPDATE OR REPLACE "{table.name}" SET "{name}" = ? WHERE rowid = ?'
        connection.execute(update, (first, other))
    connection.execute(update, (second, one))
    return f"{table.name}.{name} of {one} and {other}"


def other_column(connection: sqlite3.Connection, chance: Random) -> str:
    """A column holds something of another kind, or a number beyond all reason."""
    table = _table(connection, chance)
    rowid = _rowid(connection, table, chance)
    name = chance.choice(table.columns)
    value = chance.choice(
        (None, -1, 0, 2**31, 2**63 - 1, -(2**63), 1.5, 1e300, float("inf"), "", "x", "12", b"", b"\xff\xfe", b"12",
         "\x00", "\ud7ff", 10**15)
    )  # fmt: skip
    connection.execute(f'UPDATE OR REPLACE "{table.name}" SET "{name}" = ? WHERE rowid = ?', (value, rowid))
    return f"{table.name}.{name} of {rowid} = {value!r}"


def no_value(connection: sqlite3.Connection, chance: Random) -> str:
    """Nothing stands where the schema promises something."""
    table = _table(connection, chance)
    rowid = _rowid(connection, table, chance)
    name = chance.choice(table.columns)
    (law,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table.name,)).fetchone()
    _write_law(connection, table, re.sub("(?<!IS )NOT NULL", "", law, flags=re.IGNORECASE))
    connection.execute(f'UPDATE OR REPLACE "{table.name}" SET "{name}" = NULL WHERE rowid = ?', (rowid,))
    _write_law(connection, table, law)
    return f"{table.name}.{name} of {rowid} = NULL"


def _write_law(connection: sqlite3.Connection, table: Table, law: str) -> None:
    """Write the text by which a table was made, without making it anew."""
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (law, table.name))
    connection.execute("PRAGMA writable_schema = RESET")


def changed_number(connection: sqlite3.Connection, chance: Random) -> str:
    """A number is a little more or less."""
    table = _table(connection, chance)
    rowid = _rowid(connection, table, chance)
    name = chance.choice(table.columns)
    step = chance.choice((-1, 1, 1, 2, 1000))
    connection.execute(
        f'UPDATE OR REPLACE "{table.name}" SET "{name}" = "{name}" + ? WHERE rowid = ? AND typeof("{name}") = ?',
        (step, rowid, "integer"),
    )
    return f"{table.name}.{name} of {rowid} {step:+}"


def other_storage(connection: sqlite3.Connection, chance: Random) -> str:
    """TEXT is a BLOB of the same bytes, and the reverse."""
    table = _table(connection, chance)
    rowid = _rowid(connection, table, chance)
    name = chance.choice([*table.documents, *table.documents, *table.columns])
    connection.execute(
        f'UPDATE OR REPLACE "{table.name}" SET "{name}" = CASE typeof("{name}") WHEN \'blob\' THEN'
        f' CAST("{name}" AS TEXT) ELSE CAST("{name}" AS BLOB) END WHERE rowid = ?',
        (rowid,),
    )
    return f"{table.name}.{name} of {rowid}"


def no_utf8(connection: sqlite3.Connection, chance: Random) -> str:
    """A TEXT whose bytes are no text."""
    table = _table(connection, chance)
    rowid = _rowid(connection, table, chance)
    name = chance.choice(table.columns)
    value = chance.choice((b"\xff\xfe\xfd", b"rt:session:\xff", b'{"a":"\xc3"}', b"ab\x00cd", b"\xed\xa0\x80"))
    connection.execute(
        f'UPDATE OR REPLACE "{table.name}" SET "{name}" = CAST(? AS TEXT) WHERE rowid = ?', (value, rowid)
    )
    return f"{table.name}.{name} of {rowid} = {value!r}"


def json_mutation(name: str) -> Callable[[sqlite3.Connection, Random], str]:
    """The mutation of JSON bytes of this name, of some document in the database."""
    _weight, change = JSON_MUTATIONS[name]

    def mutate(connection: sqlite3.Connection, chance: Random) -> str:
        table = _table(connection, chance, lambda one: bool(one.documents))
        rowid = _rowid(connection, table, chance)
        column = chance.choice(table.documents)
        before, storage = connection.execute(
            f'SELECT CAST("{column}" AS BLOB), typeof("{column}") FROM "{table.name}" WHERE rowid = ?', (rowid,)
        ).fetchone()
        after = change(before or b"", chance)
        value = "CAST(? AS TEXT)" if storage == "text" else "?"
        connection.execute(f'UPDATE "{table.name}" SET "{column}" = {value} WHERE rowid = ?', (after, rowid))
        return f"{table.name}.{column} of {rowid}"

    return mutate


@contextmanager
def lawless(connection: sqlite3.Connection) -> Iterator[None]:
    """A block in which no trigger of the schema and no condition of a column is in the way."""
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("BEGIN")
    for name, _statement in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    yield
    for _name, statement in triggers:
        connection.execute(statement)
    connection.execute("COMMIT")


def _table(
    connection: sqlite3.Connection, chance: Random, is_wanted: Callable[[Table], bool] = lambda _table: True
) -> Table:
    tables = [table for table in tables_of(connection) if is_wanted(table)]
    if not tables:
        raise LookupError("no table has such rows")
    return chance.choices(tables, [4 if table.name in SESSION_TABLES else 1 for table in tables])[0]


def _rowid(connection: sqlite3.Connection, table: Table, chance: Random) -> int:
    statement = f'SELECT rowid FROM "{table.name}" ORDER BY rowid LIMIT 1 OFFSET ?'
    return int(connection.execute(statement, (chance.randrange(table.count),)).fetchone()[0])


ROW_MUTATIONS: dict[str, tuple[int, Callable[[sqlite3.Connection, Random], str]]] = {
    "deleted row": (3, deleted_row),
    "deleted rows of one": (2, deleted_rows),
    "row of a stranger": (2, strange_row),
    "renamed owner": (3, renamed_owner),
    "other row number": (2, other_row_number),
    "swapped values": (4, swapped_values),
}
COLUMN_MUTATIONS: dict[str, tuple[int, Callable[[sqlite3.Connection, Random], str]]] = {
    "other kind": (6, other_column),
    "no value": (3, no_value),
    "changed number": (3, changed_number),
    "other storage": (3, other_storage),
    "no UTF-8": (2, no_utf8),
}
"""Weight and function of each mutation, by its name."""
