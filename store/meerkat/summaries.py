"""A page of the list: rows for handles, in their order, whatever tables they stand in."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence

from store.cancel import CancelToken
from store.meerkat.generation import Layout
from store.meerkat.heads.head_rows import read_head_rows
from store.meerkat.listing import IN_HEADS, IN_SESSIONS, IN_SNAPSHOTS, IN_WHOLE_BLOBS, RUNTIME_PREFIX, rows_by_table
from store.meerkat.realm import is_recent_s
from store.meerkat.row_facts import RowFacts
from store.meerkat.session_rows import read_orphan_rows, read_session_rows
from store.meerkat.whole_blob_rows import read_whole_blob_rows
from store.values.session import SessionSummary
from store.values.store import StoreKey

BATCH_ROWS = 100
"""Rows read by one statement."""

_READERS = {
    IN_SESSIONS: read_session_rows,
    IN_HEADS: read_head_rows,
    IN_SNAPSHOTS: read_orphan_rows,
    IN_WHOLE_BLOBS: read_whole_blob_rows,
}


def read_summaries(
    connection: sqlite3.Connection,
    layout: Layout,
    store: StoreKey,
    handles: Sequence[int],
    is_store_running: bool,
    token: CancelToken,
) -> tuple[SessionSummary, ...]:
    """Read rows for handles, in their order; one for each, a damaged one where there is none any more."""
    found = read_facts(connection, layout, handles, token)
    now = time.time()
    rows = []
    for handle in handles:
        facts = found.get(handle)
        if facts is None:
            facts = RowFacts("", handle)
            facts.damage("vanished", "This session is not in the store any more.")
        elif is_store_running:
            facts.is_running = is_session_running(connection, layout, facts, now)
        rows.append(facts.summary(store))
    return tuple(rows)


def read_facts(
    connection: sqlite3.Connection, layout: Layout, handles: Sequence[int], token: CancelToken
) -> dict[int, RowFacts]:
    """Read what the rows of handles tell, by handle."""
    found: dict[int, RowFacts] = {}
    for table, rowids in rows_by_table(handles).items():
        reader = _READERS[table]
        if not is_readable(layout, table):
            continue
        for begin in range(0, len(rowids), BATCH_ROWS):
            for facts in reader(connection, layout, rowids[begin : begin + BATCH_ROWS], token).values():
                found[facts.handle] = facts
    return found


def is_readable(layout: Layout, table: int) -> bool:
    """Whether a store has the tables that a handle speaks of; it may have lost them since."""
    return {
        IN_SESSIONS: layout.has("sessions"),
        IN_HEADS: layout.has_heads,
        IN_SNAPSHOTS: layout.has("runtime_session_snapshots"),
        IN_WHOLE_BLOBS: layout.has_whole_blobs,
    }[table]


def is_session_running(connection: sqlite3.Connection, layout: Layout, facts: RowFacts, now: float) -> bool:
    """Whether a session of a running store works now: an input without outcome, or a change within 30 seconds.

    The last change of an archived session is that it was archived: it says nothing of work.
    """
    if facts.updated_at_ms is not None and is_recent_s(facts.updated_at_ms / 1000, now) and not facts.is_archived():
        return True
    if not layout.has("runtime_input_states"):
        return False
    # `terminal_outcome` is left out, or null, for as long as the input waits (formats/meerkat.md §1.2).
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM runtime_input_states WHERE runtime_id = ?"
        " AND (instr(CAST(state_json AS TEXT), '\"terminal_outcome\":') = 0"
        " OR instr(CAST(state_json AS TEXT), '\"terminal_outcome\":null') > 0))",
        (RUNTIME_PREFIX + facts.session_id,),
    ).fetchone()
    return bool(row[0])
