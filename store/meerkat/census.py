"""The stored columns of all sessions, in pages: what the catalogue compares to know what has changed.

No document is read here. A page is one statement along the row ids of a table; the tables follow each other in the
order of their numbers, so that a handle says where the next page begins.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from store.cancel import CancelToken
from store.errors import DamagedDatabase
from store.meerkat.generation import Layout
from store.meerkat.listing import (
    IN_HEADS,
    IN_SNAPSHOTS,
    IN_WHOLE_BLOBS,
    ORPHAN_ID,
    Sources,
    octets,
    row_of,
    stored_bytes,
)
from store.meerkat.session_rows import stored_id
from store.values.listing import CensusRow

_TIME = "CASE typeof({0}) WHEN 'integer' THEN max({0}, 0) END"
_COUNT = "CASE WHEN typeof({0}) = 'integer' AND {0} >= 0 THEN {0} END"
_ENDED = "(instr(t.runtime_state_json, '\"retired\"') > 0 OR instr(t.runtime_state_json, '\"destroyed\"') > 0)"
_FLAGGED = (
    '(instr({0}, \'"session_archived":true\') > 0 OR instr({0}, \'"session_lifecycle_terminal":"archived"\') > 0)'
)
_CATALOGUED = (
    'coalesce(instr(s.entry_json, \'"lifecycle_terminal":"archived"\') > 0'
    ' OR instr(s.entry_json, \'"runtime_state":"retired"\') > 0'
    ' OR instr(s.entry_json, \'"runtime_state":"destroyed"\') > 0, 0)'
)
"""What the runtime's own list of its sessions says, for one whose state row is not there."""

_KNOWN_FLAG_BYTES = 64 * 1024
"""In longer metadata no flag is looked for; the whole document tells it later."""


def read_census(
    connection: sqlite3.Connection,
    layout: Layout,
    sources: Sources,
    after_handle: int | None,
    limit: int,
    token: CancelToken,
) -> tuple[CensusRow, ...]:
    """Read the stored columns of the next sessions.

    Args:
        after_handle: of the last row of the page before; None for the first page.
        limit: rows at most; fewer come only at the end.

    Raises:
        DamagedDatabase: the rows do not stand in their order, so that no page could be the last.
    """
    tables = sorted(sources.rows)
    after_rowid: int | None = None
    if after_handle is not None:
        after_table, after_rowid = row_of(after_handle)
        tables = [(table, source) for table, source in tables if table >= after_table]
        if not tables or tables[0][0] != after_table:
            after_rowid = None
    rows: list[CensusRow] = []
    for table, source in tables:
        token.check()
        found = _read_table(connection, layout, (table, source), after_rowid, limit - len(rows))
        rows.extend(found)
        after_rowid = None
        if len(rows) >= limit:
            break
    return tuple(rows)


def _read_table(
    connection: sqlite3.Connection, layout: Layout, source: tuple[int, str], after_rowid: int | None, limit: int
) -> list[CensusRow]:
    statement = _statement(layout, *source, has_start=after_rowid is not None)
    parameters: Sequence[int] = (limit,) if after_rowid is None else (after_rowid, limit)
    rows = connection.execute(statement, parameters).fetchall()
    before = after_rowid
    for handle, *_columns in rows:
        _, rowid = row_of(handle)
        if before is not None and rowid <= before:
            # The pages would begin anew for ever.
            raise DamagedDatabase("The database is damaged: the rows of a table are not in their order.")
        before = rowid
    return [CensusRow(handle, stored_id(raw_id), *columns) for handle, raw_id, *columns in rows]


def _statement(layout: Layout, table: int, source: str, has_start: bool) -> str:
    """SQL of one page of one table: the fields of a CensusRow."""
    row = "n" if table == IN_SNAPSHOTS else "s"
    if table == IN_SNAPSHOTS:
        columns = f"CAST({ORPHAN_ID} AS BLOB), NULL, NULL, NULL, NULL, {octets('n.session_snapshot')}"
    else:
        columns = ", ".join(
            (
                "CAST(s.session_id AS BLOB)",
                _TIME.format("s.updated_at_ms"),
                _TIME.format("s.created_at_ms"),
                _COUNT.format("s.message_count"),
                _COUNT.format("s.total_tokens"),
                stored_bytes(table, layout),
            )
        )
    mark, is_archived = _marks(layout, table)
    start = ""
    if has_start:
        start = f" {'AND' if ' WHERE ' in source else 'WHERE'} {row}.rowid > ?"
    return (
        f"SELECT {row}.rowid << 2 | {table}, {columns}, {mark}, {is_archived} FROM {source}{start}"
        f" ORDER BY {row}.rowid LIMIT ?"
    )


def _marks(layout: Layout, table: int) -> tuple[str, str]:
    """SQL for what else tells a change, and for whether the columns alone say that a session is archived.

    The runtime's state row decides about whole documents (formats/meerkat.md §3.10), and no other column moves with it.
    """
    runtime_id = "n.runtime_id" if table == IN_SNAPSHOTS else "'rt:session:' || s.session_id"
    state = (
        f"coalesce((SELECT 1 + {_ENDED} FROM runtime_states t WHERE t.runtime_id = {runtime_id}), 0)"
        if layout.has("runtime_states")
        else "0"
    )
    if table == IN_SNAPSHOTS:
        return state, f"{state} = 2"
    if table == IN_WHOLE_BLOBS:
        revision = "CASE typeof(s.store_revision) WHEN 'integer' THEN s.store_revision & 1048575 ELSE 0 END"
        return f"{state} | {revision} << 2", f"{state} = 2 OR {_CATALOGUED}"
    metadata = f"CASE WHEN length(s.metadata_json) <= {_KNOWN_FLAG_BYTES} THEN s.metadata_json ELSE '' END"
    flagged = f"coalesce({_FLAGGED.format(f'({metadata})')}, 0)"
    if table == IN_HEADS:
        rewrites = "CASE typeof(s.rewrite_count) WHEN 'integer' THEN s.rewrite_count & 1048575 ELSE 0 END"
        mark = f"{state} | {rewrites} << 2 | {_is_ahead(layout)} << 23"
        return mark, f"{state} = 2 OR {flagged}{_told_elsewhere(layout, state)}"
    if layout.has_heads:
        return state, f"{state} = 2 OR {flagged}"
    return state, f"CASE {state} WHEN 2 THEN 1 WHEN 1 THEN 0 ELSE {flagged} END"


def _is_ahead(layout: Layout) -> str:
    """SQL for whether a head is another one than the last committed (formats/meerkat.md §1.5, rule 10)."""
    if not layout.has("runtime_session_authority"):
        return "0"
    return (
        "EXISTS (SELECT 1 FROM runtime_session_authority a WHERE a.runtime_id = 'rt:session:' || s.session_id"
        " AND a.committed_head_token IS NOT s.cas_token)"
    )


def _told_elsewhere(layout: Layout, state: str) -> str:
    """SQL, to be added to a condition, for heads whose cells or catalogue say that the session is archived."""
    terms = ""
    if layout.has("session_head_metadata_current") and layout.has("session_head_metadata_cells"):
        terms += (
            " OR EXISTS (SELECT 1 FROM session_head_metadata_current u JOIN session_head_metadata_cells l"
            " ON l.session_id = u.session_id AND l.metadata_key = u.metadata_key"
            " AND l.exact_value_digest = u.exact_value_digest WHERE u.session_id = s.session_id"
            " AND u.metadata_key = 'session_lifecycle_terminal' AND CAST(l.metadata_json AS TEXT) = '\"archived\"')"
        )
    if layout.has("runtime_session_catalog"):
        terms += (
            f" OR {state} = 0 AND EXISTS (SELECT 1 FROM (SELECT entry_json FROM runtime_session_catalog k"
            f" WHERE k.runtime_id = 'rt:session:' || s.session_id) s WHERE {_CATALOGUED})"
        )
    return terms


def read_recent_ids(
    connection: sqlite3.Connection, layout: Layout, sources: Sources, since_ms: int, until_ms: int
) -> frozenset[str]:
    """Ids of sessions that were changed within a time, in milliseconds since 1970, both ends included.

    None of those that are archived: what changed them last was that.
    """
    found: set[str] = set()
    for table, source in sources.rows:
        if table == IN_SNAPSHOTS:
            continue
        joiner = "AND" if " WHERE " in source else "WHERE"
        rows = connection.execute(
            f"SELECT CAST(s.session_id AS BLOB) FROM {source} {joiner} s.updated_at_ms BETWEEN ? AND ?"
            f" AND NOT ({_marks(layout, table)[1]})",
            (since_ms, until_ms),
        ).fetchall()
        found.update(stored_id(row[0]) for row in rows)
    return frozenset(found)


def read_waiting_ids(connection: sqlite3.Connection, layout: Layout) -> frozenset[str]:
    """Ids of sessions with an input without outcome (formats/meerkat.md §1.2)."""
    if not layout.has("runtime_input_states"):
        return frozenset()
    rows = connection.execute(
        "SELECT DISTINCT CAST(substr(CAST(runtime_id AS BLOB), 12) AS BLOB) FROM runtime_input_states"
        " WHERE instr(CAST(state_json AS TEXT), '\"terminal_outcome\":') = 0"
        " OR instr(CAST(state_json AS TEXT), '\"terminal_outcome\":null') > 0"
    ).fetchall()
    return frozenset(stored_id(row[0]) for row in rows)
