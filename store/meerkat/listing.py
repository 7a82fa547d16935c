"""The rows of the list: which sessions there are, in which order, as opaque handles.

A handle is a row id shifted by two bits, with the table in the lowest bits. Only columns that are stored are sorted by,
so that SQLite does the work; ties are broken by id, as the reference version does.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from store.cancel import CancelToken
from store.joined import joined_numbers
from store.meerkat.generation import Layout
from store.meerkat.whole_blob_tables import SESSION_ID, body_bytes, not_whole_blob, whole_blob_source
from store.values.session import SortKey, SortOrder

IN_SESSIONS = 0
IN_HEADS = 1
IN_SNAPSHOTS = 2
IN_WHOLE_BLOBS = 3

RUNTIME_PREFIX = "rt:session:"
MAX_EXACT_SNAPSHOTS = 100_000
"""Up to here snapshots without a row in `sessions` are looked for one by one; beyond, if there are more of them."""

ORPHAN_ID = SESSION_ID.format("n")
"""The session of a snapshot."""

_SESSIONS = "sessions s"
_HEADLESS = "sessions s WHERE NOT EXISTS (SELECT 1 FROM session_heads h WHERE h.session_id = s.session_id)"
_HEADS = "session_heads s"
_SNAPSHOTS = "runtime_session_snapshots n WHERE n.runtime_id >= 'rt:session:' AND n.runtime_id < 'rt:session;'"
_ORPHANS = f"{_SNAPSHOTS} AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.session_id = {ORPHAN_ID})"

_HEADLESS_ORPHANS = f"{_ORPHANS} AND NOT EXISTS (SELECT 1 FROM session_heads h WHERE h.session_id = {ORPHAN_ID})"

_COLUMN = {
    SortKey.UPDATED: "s.updated_at_ms",
    SortKey.CREATED: "s.created_at_ms",
    SortKey.MESSAGES: "s.message_count",
    SortKey.TOKENS: "s.total_tokens",
    SortKey.ID: "s.session_id",
}


def row_of(handle: int) -> tuple[int, int]:
    """Take a handle apart: table and row id."""
    return handle & 3, handle >> 2


def rows_by_table(handles: Iterable[int]) -> dict[int, list[int]]:
    """Row ids of handles, by table, in the order of the handles."""
    found: dict[int, list[int]] = {}
    for handle in handles:
        table, rowid = row_of(handle)
        found.setdefault(table, []).append(rowid)
    return found


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables that hold the sessions of a store.

    Attributes:
        rows: each table with its row source; a table that adds none is left out.
        count: sessions in all of them.
    """

    rows: tuple[tuple[int, str], ...]
    count: int


def find_sources(connection: sqlite3.Connection, layout: Layout) -> Sources:
    """Find out which tables hold sessions; at a million of them this costs more than to open the store."""
    if layout.has_whole_blobs and _exists(connection, "runtime_whole_blob_authority"):
        return _with_whole_blobs(connection, layout)
    if layout.has_heads:
        return _with_heads(connection, layout)
    if not layout.has("sessions"):
        return _with_whole_blobs(connection, layout)
    sessions = _count(connection, _SESSIONS)
    orphans = _count_orphans(connection, layout, sessions, _ORPHANS)
    if orphans:
        return Sources(((IN_SESSIONS, _SESSIONS), (IN_SNAPSHOTS, _ORPHANS)), sessions + orphans)
    return Sources(((IN_SESSIONS, _SESSIONS),), sessions)


def _with_heads(connection: sqlite3.Connection, layout: Layout) -> Sources:
    """Heads, rows in `sessions` that have none, and snapshots that have neither (rule 10)."""
    heads, left = _count(connection, _HEADS), _count(connection, _HEADLESS)
    orphans = _count_orphans(connection, layout, heads + left, _HEADLESS_ORPHANS)
    counted = ((IN_HEADS, _HEADS, 1), (IN_SESSIONS, _HEADLESS, left), (IN_SNAPSHOTS, _HEADLESS_ORPHANS, orphans))
    return Sources(tuple((table, source) for table, source, count in counted if count), heads + left + orphans)


def _with_whole_blobs(connection: sqlite3.Connection, layout: Layout) -> Sources:
    """The tables where a runtime keeps whole documents; each session stands in the first that counts."""
    of_row, of_snapshot = not_whole_blob(layout, "s.session_id"), not_whole_blob(layout, ORPHAN_ID)
    tables = [(IN_WHOLE_BLOBS, whole_blob_source(layout))]
    if layout.has_heads:
        tables.append((IN_HEADS, f"{_HEADS} WHERE {of_row}"))
        tables.append((IN_SESSIONS, f"{_HEADLESS} AND {of_row}"))
    elif layout.has("sessions"):
        tables.append((IN_SESSIONS, f"{_SESSIONS} WHERE {of_row}"))
    if layout.has("runtime_session_snapshots"):
        orphans = _ORPHANS if layout.has("sessions") else _SNAPSHOTS
        orphans = _HEADLESS_ORPHANS if layout.has_heads else orphans
        tables.append((IN_SNAPSHOTS, f"{orphans} AND {of_snapshot}"))
    counted = [(table, source, _count(connection, source)) for table, source in tables]
    held = tuple((table, source) for table, source, count in counted if count) or tuple(tables[:1])
    return Sources(held, sum(count for _, _, count in counted))


def _exists(connection: sqlite3.Connection, source: str) -> bool:
    return bool(connection.execute(f"SELECT EXISTS (SELECT 1 FROM {source})").fetchone()[0])


def _count(connection: sqlite3.Connection, source: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {source}").fetchone()[0])


def _count_orphans(connection: sqlite3.Connection, layout: Layout, sessions: int, orphans: str) -> int:
    """Snapshots without a row in `sessions`: the product shows such a session, and does not list it."""
    if not layout.has("runtime_session_snapshots"):
        return 0
    if sessions > MAX_EXACT_SNAPSHOTS and _count(connection, "runtime_session_snapshots") <= sessions:
        return 0
    return _count(connection, orphans)


def list_handles(
    connection: sqlite3.Connection, layout: Layout, sources: Sources, order: SortOrder, token: CancelToken
) -> array[int]:
    """Read the handles of all sessions in an order."""
    direction = "DESC" if order.is_descending else "ASC"
    if len(sources.rows) == 1 and sources.rows[0][0] != IN_SNAPSHOTS:
        # Alone, a table is read along the index that its writer made for this very order.
        table, source = sources.rows[0]
        tie = "" if order.key is SortKey.ID else ", s.session_id ASC"
        statement = f"SELECT s.rowid << 2 | {table} AS n FROM {source} ORDER BY {_sorted_by(order.key, table, layout)}"
        return _fetch(connection, f"{statement} {direction}{tie}", token)
    union = " UNION ALL ".join(_part(table, source, order.key, layout) for table, source in sources.rows)
    return _fetch(connection, f"SELECT n FROM ({union}) ORDER BY k {direction}, i ASC", token)


def _part(table: int, source: str, key: SortKey, layout: Layout) -> str:
    """One table's rows as sort value k, id i and handle n."""
    if table == IN_SNAPSHOTS:
        session_id = ORPHAN_ID
        value = session_id if key is SortKey.ID else "NULL"
        return f"SELECT {value} AS k, {session_id} AS i, n.rowid << 2 | {table} AS n FROM {source}"
    value = _sorted_by(key, table, layout)
    return f"SELECT {value} AS k, s.session_id AS i, s.rowid << 2 | {table} AS n FROM {source}"


def _sorted_by(key: SortKey, table: int, layout: Layout) -> str:
    if key is not SortKey.SIZE:
        return _COLUMN[key]
    return stored_bytes(table, layout)


def stored_bytes(table: int, layout: Layout) -> str:
    """SQL for the bytes of the rows of session `s`: its document, or its head and strands, and its snapshot."""
    if table == IN_WHOLE_BLOBS:
        return body_bytes(octets("d.session_snapshot"))
    terms = [octets("s.session_json") if table == IN_SESSIONS else octets("s.head_json")]
    if layout.has("runtime_session_snapshots"):
        terms.append(
            f"(SELECT coalesce(sum({octets('n.session_snapshot')}), 0) FROM runtime_session_snapshots n"
            f" WHERE n.runtime_id = '{RUNTIME_PREFIX}' || s.session_id)"
        )
    if table == IN_HEADS:
        terms.append(
            f"(SELECT coalesce(sum({octets('m.message_json')}), 0) FROM session_strand_messages m"
            " WHERE m.session_id = s.session_id)"
        )
        terms.append(
            f"(SELECT coalesce(sum({octets('o.session_json')}), 0) FROM sessions o WHERE o.session_id = s.session_id)"
        )
        terms.extend(_beside_head(layout))
    return " + ".join(terms)


_BESIDE_HEADS = (
    ("session_rewrites", "commit_json"),
    ("session_head_metadata_cells", "metadata_json"),
    ("session_component_events", "event_json"),
    ("session_transcript_retirements", "base_json"),
)
"""Further tables with rows of a session that has a head, and the column that holds their JSON."""


def _beside_head(layout: Layout) -> list[str]:
    """SQL for the bytes of what else is stored of session `s`: rewrites, metadata values, events of live voice."""
    columns = [(table, column) for table, column in _BESIDE_HEADS if layout.has(table)]
    if layout.has_graph_edges:
        columns.append(("session_rewrites", "graph_edge_json"))
    return [
        f"(SELECT coalesce(sum({octets(f'x.{column}')}), 0) FROM {table} x WHERE x.session_id = s.session_id)"
        for table, column in columns
    ]


def octets(column: str) -> str:
    """SQL for the stored bytes of a value; that of a BLOB is known without reading it."""
    return f"CASE typeof({column}) WHEN 'blob' THEN length({column}) ELSE length(CAST({column} AS BLOB)) END"


def _fetch(connection: sqlite3.Connection, statement: str, token: CancelToken) -> array[int]:
    """Read one column of integers."""
    joined = connection.execute(f"SELECT group_concat(n) FROM ({statement})").fetchone()[0]
    return joined_numbers(joined, "q", token)
