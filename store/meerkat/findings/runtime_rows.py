"""What the runtime's own tables tell: prompts that wait, sessions that are stopped, rows of sessions that are gone.

Sources: formats/meerkat.md §1.2, §1.5 rules 10 and 11, §3.10.
"""

from __future__ import annotations

import re
import sqlite3

from store.meerkat.findings.collecting import Collector, some_rows
from store.meerkat.findings.session_rows import SNAPSHOTS, has_no_session
from store.meerkat.findings.tables import Tables
from store.meerkat.session_rows import stored_id
from store.values.amounts import counted
from store.values.checks import Finding, Severity

_NAMED = {
    "runtime_states": "state",
    "runtime_input_states": "input",
    "runtime_boundary_receipts": "receipt",
    "runtime_ops_lifecycle": "list of operations",
    "runtime_session_authority": "committed head",
    "runtime_session_catalog": "catalogue entry",
    "runtime_head_canonical_provisional_tails": "unfinished run",
    "runtime_whole_blob_provisional_tails": "unfinished run",
    "runtime_projection_quarantine": "quarantine mark",
    "runtime_session_boundary_witnesses": "boundary witness",
}
_MANY = {
    "list of operations": "lists of operations",
    "catalogue entry": "catalogue entries",
    "boundary witness": "boundary witnesses",
}
_OF_SESSIONS = "{0}.runtime_id >= 'rt:session:' AND {0}.runtime_id < 'rt:session;'"
_ID = "CAST(substr(CAST({0}.runtime_id AS BLOB), 12) AS TEXT)"
_TEXT = "CAST({0} AS TEXT)"
_STATE_WORD = re.compile(rb"[a-z_]{1,40}")


def find_runtime_rows(connection: sqlite3.Connection, tables: Tables, is_running: bool, found: Collector) -> None:
    """Find everything of this kind.

    Args:
        is_running: a program works on the store now, so that a waiting prompt is most likely being answered.
    """
    sessions = _Sessions(tables)
    if tables.has("runtime_input_states", "runtime_id", "input_id", "state_json"):
        _waiting_inputs(connection, sessions, is_running, found)
    if tables.has("runtime_states", "runtime_id", "runtime_state_json"):
        _stopped(connection, sessions, found)
    if tables.has("runtime_whole_blob_bodies", "blob_sha256", "session_snapshot"):
        _bodies_of_nobody(connection, tables, found)
    _rows_of_gone(connection, tables, sessions, found)


class _Sessions:
    """SQL for whether a session of a runtime row is stored in any form."""

    def __init__(self, tables: Tables) -> None:
        self._has_sessions = tables.has("sessions", "session_id")
        self._has_heads = tables.has("session_heads", "session_id")
        self._others = [
            table for table in (SNAPSHOTS, "runtime_whole_blob_authority") if tables.has(table, "runtime_id")
        ]

    def are_gone(self, row: str) -> str:
        """SQL for that nothing is stored of the session of a row with a `runtime_id`."""
        others = [
            f"NOT EXISTS (SELECT 1 FROM {table} w WHERE w.runtime_id = {row}.runtime_id)" for table in self._others
        ]
        return " AND ".join([has_no_session(_ID.format(row), self._has_sessions, self._has_heads), *others])


def _waiting_inputs(connection: sqlite3.Connection, sessions: _Sessions, is_running: bool, found: Collector) -> None:
    state = _TEXT.format("i.state_json")
    rows, more = some_rows(
        connection,
        f"SELECT CAST({_ID.format('i')} AS BLOB), count(*), CAST(min(CASE WHEN json_valid({state})"
        f" THEN json_extract({state}, '$.current_state') END) AS BLOB) FROM runtime_input_states i"
        f" WHERE {_OF_SESSIONS.format('i')} AND (instr({state}, '\"terminal_outcome\":') = 0"
        f" OR instr({state}, '\"terminal_outcome\":null') > 0) AND NOT ({sessions.are_gone('i')})"
        " GROUP BY i.runtime_id",
    )
    found.take((_waiting(raw_id, count, word, is_running) for raw_id, count, word in rows), more)


def _waiting(raw_id: bytes | None, count: int, state: bytes | None, is_running: bool) -> Finding:
    word = f" ({state.decode('ascii')})" if state is not None and _STATE_WORD.fullmatch(state) else ""
    prompts = f"{counted(count, 'prompt')} of this session {'has' if count == 1 else 'have'} no outcome{word}"
    if is_running:
        return Finding(
            Severity.INFO,
            stored_id(raw_id),
            "input-waiting",
            f"{prompts}: a program works on this store, so a turn may be running.",
        )
    return Finding(
        Severity.WARNING,
        stored_id(raw_id),
        "input-waiting",
        f"{prompts}: a turn failed or was killed. The next resume sends {'it' if count == 1 else 'them'} to the model"
        " before anything else.",
    )


def _stopped(connection: sqlite3.Connection, sessions: _Sessions, found: Collector) -> None:
    state = _TEXT.format("t.runtime_state_json")
    is_stopped = (
        f"CASE WHEN NOT json_valid({state}) THEN 0 WHEN json_type({state}) = 'text' THEN json_extract({state}, '$')"
        f" = 'stopped' ELSE json_extract({state}, '$.runtime_state') = 'stopped' END"
    )
    rows, more = some_rows(
        connection,
        f"SELECT CAST({_ID.format('t')} AS BLOB) FROM runtime_states t WHERE {_OF_SESSIONS.format('t')}"
        f" AND instr({state}, '\"stopped\"') > 0 AND {is_stopped} AND NOT ({sessions.are_gone('t')})",
    )
    found.take(
        (
            Finding(
                Severity.WARNING,
                stored_id(row[0]),
                "session-stopped",
                "The runtime stopped this session after a turn whose result could not be saved: it is listed and shown,"
                " and Meerkat refuses every resume (“Runtime not ready: stopped”).",
            )
            for row in rows
        ),
        more,
    )
    unreadable, more = some_rows(
        connection,
        f"SELECT CAST({_ID.format('t')} AS BLOB) FROM runtime_states t WHERE {_OF_SESSIONS.format('t')}"
        f" AND NOT coalesce(json_valid({state}), 0) AND NOT ({sessions.are_gone('t')})",
    )
    found.take(
        (
            Finding(
                Severity.WARNING,
                stored_id(row[0]),
                "bad-state",
                "The runtime's state of this session is no JSON, so that Meerkat cannot tell whether it is archived.",
            )
            for row in unreadable
        ),
        more,
    )


def _bodies_of_nobody(connection: sqlite3.Connection, tables: Tables, found: Collector) -> None:
    """Whole documents of the runtime that no session names any more (rule 11)."""
    named: list[str] = []
    for table, columns in (
        ("runtime_whole_blob_authority", ("blob_sha256",)),
        ("runtime_whole_blob_provisional_tails", ("base_blob_sha256", "candidate_blob_sha256")),
    ):
        if tables.has(table, *columns):
            named.extend(f"EXISTS (SELECT 1 FROM {table} t WHERE t.{column} = b.blob_sha256)" for column in columns)
    if not named:
        return
    count, size = connection.execute(
        "SELECT count(*), coalesce(sum(length(CAST(b.session_snapshot AS BLOB))), 0) FROM runtime_whole_blob_bodies b"
        f" WHERE NOT ({' OR '.join(named)})"
    ).fetchone()
    if count:
        found.add(
            Finding(
                Severity.INFO,
                None,
                "body-unreferenced",
                f"{counted(count, 'whole document')} of the runtime ({size:,} bytes) {'is' if count == 1 else 'are'} of"
                " no session any more; Meerkat never reads them.",
            )
        )


def _rows_of_gone(connection: sqlite3.Connection, tables: Tables, sessions: _Sessions, found: Collector) -> None:
    """Rows of sessions of which nothing else is stored, all tables of one session in one finding."""
    kept: dict[bytes | None, dict[str, int]] = {}
    more = 0
    for table, name in _NAMED.items():
        if not tables.has(table, "runtime_id"):
            continue
        rows, beyond = some_rows(
            connection,
            f"SELECT CAST({_ID.format('g')} AS BLOB), count(*) FROM {table} g WHERE {_OF_SESSIONS.format('g')}"
            f" AND {sessions.are_gone('g')} GROUP BY g.runtime_id",
        )
        more = max(more, beyond)
        for raw_id, count in rows:
            counts = kept.setdefault(raw_id, {})
            counts[name] = counts.get(name, 0) + count
    found.take((_of_gone(raw_id, counts) for raw_id, counts in kept.items()), more)


def _of_gone(raw_id: bytes | None, counts: dict[str, int]) -> Finding:
    what = ", ".join(counted(count, name, _MANY.get(name, "")) for name, count in counts.items())
    if counts.keys() == {"state"}:
        return Finding(
            Severity.INFO,
            stored_id(raw_id),
            "state-of-no-session",
            "The runtime keeps a state of this session and nothing else of it is stored: it never had a turn, or it was"
            " deleted. Meerkat does not list it.",
        )
    is_text = "input" in counts
    return Finding(
        Severity.WARNING,
        stored_id(raw_id),
        "runtime-rows-of-no-session",
        f"The runtime keeps {what} of a session that is not stored any more."
        + (" Its prompts can still be read there." if is_text else ""),
    )
