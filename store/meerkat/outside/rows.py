"""The rows of a session in the six tables that Meerkat keeps it in, read exactly (formats/meerkat.md §1.1, §1.2).

Rows are read for many sessions with one statement a table, by whoever plans, and for one by whoever writes; both get
the same values with the same storage classes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from store.changing import Columns, Value, value_bytes
from store.meerkat.generation import Layout
from store.meerkat.listing import RUNTIME_PREFIX
from store.meerkat.schema import (
    RUNTIME_BOUNDARY_RECEIPTS,
    RUNTIME_INPUT_STATES,
    RUNTIME_OPS_LIFECYCLE,
    RUNTIME_SESSION_SNAPSHOTS,
    RUNTIME_STATES,
    SESSIONS,
)

WITHOUT_OUTCOME: Final = (
    "CASE WHEN json_valid(CAST(state_json AS TEXT))"
    " THEN json_extract(CAST(state_json AS TEXT), '$.terminal_outcome') IS NULL ELSE 1 END"
)
"""An input whose turn is running, or that waits to be sent to the model by the next resume (§1.2).

Whoever only shows a session looks for the words; before something is written the value itself is asked for, since a
prompt may hold such a key, and an input that cannot be read counts as one that waits.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """One table that holds rows of sessions.

    Attributes:
        key: its primary key; the first column says whose the row is.
        columns: all of them, in their order.
        ddl: the statement that makes it, as real files hold it.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    ddl: str

    def owner(self, session_id: str) -> str:
        """What the first column of the key holds for a session."""
        return session_id if self.key[0] == "session_id" else RUNTIME_PREFIX + session_id


SESSION_TABLE: Final = Table(
    "sessions",
    ("session_id",),
    ("session_id", "created_at_ms", "updated_at_ms", "message_count", "total_tokens", "metadata_json", "session_json"),
    SESSIONS,
)
SNAPSHOT_TABLE: Final = Table(
    "runtime_session_snapshots", ("runtime_id",), ("runtime_id", "session_snapshot"), RUNTIME_SESSION_SNAPSHOTS
)
STATE_TABLE: Final = Table("runtime_states", ("runtime_id",), ("runtime_id", "runtime_state_json"), RUNTIME_STATES)
INPUT_TABLE: Final = Table(
    "runtime_input_states",
    ("runtime_id", "input_id"),
    ("runtime_id", "input_id", "state_json"),
    RUNTIME_INPUT_STATES,
)
RECEIPT_TABLE: Final = Table(
    "runtime_boundary_receipts",
    ("runtime_id", "run_id", "sequence"),
    ("runtime_id", "run_id", "sequence", "receipt_json"),
    RUNTIME_BOUNDARY_RECEIPTS,
)
OPS_TABLE: Final = Table("runtime_ops_lifecycle", ("runtime_id",), ("runtime_id", "state_json"), RUNTIME_OPS_LIFECYCLE)
DOCUMENT_TABLES: Final = (SESSION_TABLE, SNAPSHOT_TABLE, STATE_TABLE)
ALL_TABLES: Final = (*DOCUMENT_TABLES, INPUT_TABLE, RECEIPT_TABLE, OPS_TABLE)
TABLES_BY_NAME: Final = {table.name: table for table in ALL_TABLES}

PAGE_BYTES: Final = 16 * 1024 * 1024
PAGE_SESSIONS: Final = 200
"""Sessions are read in pages of so many, or of so many stored bytes."""


class NoText(bytes):
    """What a column calls text and is none: no known program writes such a thing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One stored row.

    Attributes:
        values: of all columns, in their order.
    """

    table: Table
    values: tuple[Value, ...]

    @property
    def columns(self) -> Columns:
        """Names and values."""
        return tuple(zip(self.table.columns, self.values, strict=True))

    @property
    def key(self) -> Columns:
        """Names and values of its primary key."""
        return tuple(islice(self.columns, len(self.table.key)))

    @property
    def name(self) -> str:
        """Which row of its table it is, for people."""
        return row_name(self.key)

    @property
    def size_bytes(self) -> int:
        """Stored bytes of all its values."""
        return sum(map(value_bytes, self.values))

    @property
    def is_sound(self) -> bool:
        """Whether every text in it is one."""
        return not any(isinstance(value, NoText) for value in self.values)


def row_name(key: Columns) -> str:
    """Which row of its table a key names, for people."""
    return " · ".join(str(value) for _, value in key)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """Everything that a database holds of one session.

    Attributes:
        session, snapshot, state: None where there is no such row.
        others: input, receipt and lifecycle rows, in the order of their keys; empty where they were not asked for.
        is_waiting: an input of it has no outcome yet.
    """

    session_id: str
    session: Row | None
    snapshot: Row | None
    state: Row | None
    others: tuple[Row, ...]
    is_waiting: bool

    @property
    def rows(self) -> tuple[Row, ...]:
        """All of its rows."""
        return (*(row for row in (self.session, self.snapshot, self.state) if row is not None), *self.others)


def text_or_bytes(data: bytes) -> str | NoText:
    """A stored text; its bytes where it is none. A text factory for connections whose rows are read here."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return NoText(data)


def pages_of(connection: sqlite3.Connection, layout: Layout, session_ids: Sequence[str]) -> list[list[str]]:
    """Cut ids into pages, so that none of them takes much memory, in their order; a very large session stands alone."""
    sizes: dict[str, int] = {}
    for begin in range(0, len(session_ids), PAGE_SESSIONS):
        page = session_ids[begin : begin + PAGE_SESSIONS]
        for table, column in ((SESSION_TABLE, "session_json"), (SNAPSHOT_TABLE, "session_snapshot")):
            if not layout.has(table.name):
                continue
            rows = connection.execute(
                f"SELECT {table.key[0]}, length({column}) FROM {table.name} WHERE {_is_of(table, page)}",
                _owners(table, page),
            ).fetchall()
            for owner, size in rows:
                name = _id_of(table, owner)
                sizes[name] = sizes.get(name, 0) + (size or 0)
    pages: list[list[str]] = [[]]
    room = PAGE_BYTES
    for session_id in session_ids:
        size = sizes.get(session_id, 0)
        if pages[-1] and (len(pages[-1]) >= PAGE_SESSIONS or size > room):
            pages.append([])
            room = PAGE_BYTES
        pages[-1].append(session_id)
        room -= size
    return pages


def read_stored(
    connection: sqlite3.Connection, layout: Layout, session_ids: Sequence[str], *, whole: bool
) -> dict[str, StoredSession]:
    """Read the rows of sessions; those without any document are left out.

    Args:
        connection: with `text_or_bytes` as its text factory.
        session_ids: at most PAGE_SESSIONS.
        whole: also the rows that only a deletion touches.
    """
    found: dict[str, dict[str, list[Row]]] = {}
    for table in ALL_TABLES if whole else DOCUMENT_TABLES:
        if not layout.has(table.name):
            continue
        rows = connection.execute(
            f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {_is_of(table, session_ids)}"
            f" ORDER BY {', '.join(table.key)}",
            _owners(table, session_ids),
        ).fetchall()
        for values in rows:
            of_session = found.setdefault(_id_of(table, values[0]), {})
            of_session.setdefault(table.name, []).append(Row(table, values))
    waiting = _waiting(connection, layout, session_ids)
    stored = {}
    for session_id, of_tables in found.items():
        one = StoredSession(
            session_id,
            _single(of_tables, SESSION_TABLE),
            _single(of_tables, SNAPSHOT_TABLE),
            _single(of_tables, STATE_TABLE),
            tuple(row for table in ALL_TABLES[3:] for row in of_tables.get(table.name, ())),
            session_id in waiting,
        )
        if one.session is not None or one.snapshot is not None:
            stored[session_id] = one
    return stored


def read_row(connection: sqlite3.Connection, table: Table, key: Columns) -> Row | None:
    """Read one row by its key. The connection has `text_or_bytes` as its text factory."""
    values = connection.execute(
        f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {is_row(table)}", tuple(value for _, value in key)
    ).fetchone()
    return None if values is None else Row(table, values)


def is_waiting(connection: sqlite3.Connection, layout: Layout, session_id: str) -> bool:
    """Whether an input of a session has no outcome yet."""
    return bool(_waiting(connection, layout, (session_id,)))


def is_row(table: Table) -> str:
    """The condition that names one row of a table by its key."""
    return " AND ".join(f"{column} = ?" for column in table.key)


def _waiting(connection: sqlite3.Connection, layout: Layout, session_ids: Sequence[str]) -> frozenset[str]:
    if not layout.has(INPUT_TABLE.name):
        return frozenset()
    rows = connection.execute(
        f"SELECT DISTINCT runtime_id FROM {INPUT_TABLE.name}"
        f" WHERE {_is_of(INPUT_TABLE, session_ids)} AND {WITHOUT_OUTCOME}",
        _owners(INPUT_TABLE, session_ids),
    ).fetchall()
    return frozenset(_id_of(INPUT_TABLE, row[0]) for row in rows)


def _single(of_tables: dict[str, list[Row]], table: Table) -> Row | None:
    rows = of_tables.get(table.name)
    return rows[0] if rows else None


def _is_of(table: Table, session_ids: Sequence[str]) -> str:
    return f"{table.key[0]} IN ({','.join('?' * len(session_ids))})"


def _owners(table: Table, session_ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(table.owner(session_id) for session_id in session_ids)


def _id_of(table: Table, owner: str) -> str:
    return owner if table.key[0] == "session_id" else owner[len(RUNTIME_PREFIX) :]
