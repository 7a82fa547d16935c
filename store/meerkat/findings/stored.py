"""What a database says of sessions that have an event log: when they changed, their rewrites, their runs.

SQLite itself takes the rewrites out of the JSON, so that no large graph is decoded here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from store.meerkat.findings.log_findings import Stored
from store.meerkat.findings.tables import Tables
from store.meerkat.messages.metadata import GRAPH_KEY

MAX_COMMITS = 20_000
_REVISION = "CAST(json_extract({0}, '$.revision') AS BLOB)"


def read_stored(connection: sqlite3.Connection, tables: Tables, session_ids: Sequence[str]) -> dict[str, Stored]:
    """Read what is stored of sessions; those that do not exist are left out."""
    found: dict[str, Stored] = {}
    for session_id in session_ids:
        stored = _read_one(connection, tables, session_id)
        if stored is not None:
            found[session_id] = stored
    return found


def _read_one(connection: sqlite3.Connection, tables: Tables, session_id: str) -> Stored | None:
    try:
        session_id.encode("utf-8")
    except UnicodeEncodeError:
        return None  # a file name that is no text; no session has such an id
    commits: frozenset[str] | None
    if tables.has("session_heads", "session_id", "updated_at_ms", "rewrite_count"):
        row = _first(
            connection, "SELECT updated_at_ms, rewrite_count FROM session_heads WHERE session_id = ?", session_id
        )
        if row is not None:
            commits = _of_head(connection, tables, session_id, row[1])
            return Stored(_time(row[0]), commits, _runs(connection, tables, session_id))
    if tables.has("sessions", "session_id", "updated_at_ms", "metadata_json"):
        row = _first(connection, "SELECT updated_at_ms FROM sessions WHERE session_id = ?", session_id)
        if row is not None:
            statement = "SELECT CAST(metadata_json AS TEXT) AS j FROM sessions WHERE session_id = ?"
            commits = _of_graph(connection, statement, session_id, f"$.{GRAPH_KEY}")
            return Stored(_time(row[0]), commits, _runs(connection, tables, session_id))
    for table in ("runtime_whole_blob_authority", "runtime_session_snapshots"):
        if tables.has(table, "runtime_id") and _first(
            connection, f"SELECT 1 FROM {table} WHERE runtime_id = 'rt:session:' || ?", session_id
        ):
            return Stored(None, None, _runs(connection, tables, session_id))
    return None


def _first(connection: sqlite3.Connection, statement: str, session_id: str) -> tuple[object, ...] | None:
    row: tuple[object, ...] | None = connection.execute(statement, (session_id,)).fetchone()
    return row


def _time(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _of_graph(connection: sqlite3.Connection, statement: str, session_id: str, path: str) -> frozenset[str] | None:
    """The rewrites of a revision graph in a JSON column `j`; None where it cannot be read, or has another shape."""
    shape = connection.execute(
        f"SELECT CASE WHEN json_valid(d.j) THEN coalesce(json_type(d.j, '{path}'), '') END,"
        f" CASE WHEN json_valid(d.j) THEN json_type(d.j, '{path}.format') END,"
        f" CASE WHEN json_valid(d.j) THEN json_type(d.j, '{path}.commits') END FROM ({statement}) d",
        (session_id,),
    ).fetchone()
    if shape is None or shape[0] is None or shape[1] is not None:
        return None
    if shape[2] != b"array":
        return frozenset()
    rows = connection.execute(
        f"SELECT {_REVISION.format('c.value')} FROM ({statement}) d, json_each(d.j, '{path}.commits') c"
        " WHERE c.type = 'object' LIMIT ?",
        (session_id, MAX_COMMITS),
    ).fetchall()
    return _names(rows)


def _of_head(
    connection: sqlite3.Connection, tables: Tables, session_id: str, rewrite_count: object
) -> frozenset[str] | None:
    """The rewrites that a head adopted, those among them whose bodies were retired (formats/meerkat.md §1.5 rule 7)."""
    if not tables.has("session_rewrites", "session_id", "rewrite_idx", "commit_json"):
        return None
    rows = connection.execute(
        f"SELECT CASE WHEN json_valid(r.j) THEN {_REVISION.format('r.j')} END FROM"
        " (SELECT CAST(commit_json AS TEXT) AS j FROM session_rewrites WHERE session_id = ? AND rewrite_idx < ?"
        " LIMIT ?) r",
        (session_id, rewrite_count if isinstance(rewrite_count, int) else 0, MAX_COMMITS),
    ).fetchall()
    retired: list[tuple[bytes | None]] = []
    if tables.has("session_transcript_retirements", "session_id", "base_json"):
        retired = connection.execute(
            f"SELECT {_REVISION.format('c.value')} FROM (SELECT CAST(base_json AS TEXT) AS j FROM"
            " session_transcript_retirements WHERE session_id = ?) d,"
            " json_each(CASE WHEN json_valid(d.j) THEN d.j ELSE '{}' END, '$.retired.commits') c"
            " WHERE c.type = 'object' LIMIT ?",
            (session_id, MAX_COMMITS),
        ).fetchall()
    return _names([*rows, *retired])


def _names(rows: Sequence[tuple[bytes | None]]) -> frozenset[str] | None:
    """The revisions; None where one of them cannot be told."""
    names = [row[0] for row in rows]
    if None in names:
        return None
    return frozenset(name.decode("utf-8", "replace") for name in names if name is not None)


def _runs(connection: sqlite3.Connection, tables: Tables, session_id: str) -> int:
    """How many runs reached a boundary."""
    if not tables.has("runtime_boundary_receipts", "runtime_id", "run_id"):
        return 0
    row = _first(
        connection,
        "SELECT count(DISTINCT run_id) FROM runtime_boundary_receipts WHERE runtime_id = 'rt:session:' || ?",
        session_id,
    )
    count = row[0] if row is not None else 0
    return count if isinstance(count, int) else 0
