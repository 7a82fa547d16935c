"""Rows of sessions that stand alone: a snapshot without its session, a session without its snapshot, old documents.

Sources: formats/meerkat.md §0 fact 3, §1.5 rules 1 and 10, §3.10 ("Verified with the real 0.6.24 CLI: …").
"""

from __future__ import annotations

import sqlite3

from store.meerkat.findings.collecting import Collector, some_rows
from store.meerkat.findings.tables import Tables
from store.meerkat.listing import octets
from store.meerkat.session_rows import stored_id
from store.values.amounts import counted, sized
from store.values.checks import Finding, Severity

SNAPSHOTS = "runtime_session_snapshots"
_OF_SESSIONS = "{0}.runtime_id >= 'rt:session:' AND {0}.runtime_id < 'rt:session;'"
_ID = "CAST(substr(CAST({0}.runtime_id AS BLOB), 12) AS TEXT)"


def find_lone_rows(connection: sqlite3.Connection, tables: Tables, found: Collector) -> None:
    """Find what stands alone among documents, snapshots and heads."""
    has_sessions = tables.has("sessions", "session_id", "session_json")
    has_heads = tables.has("session_heads", "session_id", "message_count", "updated_at_ms")
    if tables.has(SNAPSHOTS, "runtime_id", "session_snapshot"):
        _snapshots_without_session(connection, has_sessions, has_heads, found)
        if has_sessions and not has_heads:
            _sessions_without_snapshot(connection, found)
        if has_heads and tables.has("runtime_session_authority", "runtime_id"):
            _frozen_snapshots(connection, found)
    if has_sessions and has_heads:
        _behind_heads(connection, found)


def has_no_session(session_id: str, has_sessions: bool, has_heads: bool) -> str:
    """SQL for that no document and no head is of a session.

    Args:
        session_id: SQL for its id.
    """
    sessions = f"NOT EXISTS (SELECT 1 FROM sessions o WHERE o.session_id = {session_id})" if has_sessions else "1"
    heads = f"NOT EXISTS (SELECT 1 FROM session_heads h WHERE h.session_id = {session_id})" if has_heads else "1"
    return f"({sessions} AND {heads})"


def _snapshots_without_session(
    connection: sqlite3.Connection, has_sessions: bool, has_heads: bool, found: Collector
) -> None:
    rows, more = some_rows(
        connection,
        f"SELECT CAST({_ID.format('n')} AS BLOB), {octets('n.session_snapshot')} FROM {SNAPSHOTS} n"
        f" WHERE {_OF_SESSIONS.format('n')} AND {has_no_session(_ID.format('n'), has_sessions, has_heads)}",
    )
    found.take(
        (
            Finding(
                Severity.WARNING,
                stored_id(raw_id),
                "snapshot-without-session",
                f"Only the runtime's snapshot of this session is there ({sized(size or 0)}), no row in “sessions”:"
                " Meerkat 0.6.24 shows it, does not list it, and cannot resume it.",
            )
            for raw_id, size in rows
        ),
        more,
    )


def _sessions_without_snapshot(connection: sqlite3.Connection, found: Collector) -> None:
    """Only where others have one: a program without a runtime writes none at all."""
    statement = f"SELECT EXISTS (SELECT 1 FROM {SNAPSHOTS} n WHERE {_OF_SESSIONS.format('n')})"
    if not connection.execute(statement).fetchone()[0]:
        return
    rows, more = some_rows(
        connection,
        f"SELECT CAST(s.session_id AS BLOB) FROM sessions s WHERE NOT EXISTS (SELECT 1 FROM {SNAPSHOTS} n"
        " WHERE n.runtime_id = 'rt:session:' || s.session_id)",
    )
    found.take(
        (
            Finding(
                Severity.WARNING,
                stored_id(row[0]),
                "session-without-snapshot",
                "This session has a row in “sessions” and no runtime snapshot: Meerkat 0.6.24 neither lists nor shows"
                " it, though it can be resumed.",
            )
            for row in rows
        ),
        more,
    )


def _frozen_snapshots(connection: sqlite3.Connection, found: Collector) -> None:
    """Snapshots that the runtime left behind when the head became the true copy (rule 10)."""
    count, size = connection.execute(
        f"SELECT count(*), coalesce(sum({octets('n.session_snapshot')}), 0) FROM {SNAPSHOTS} n"
        " WHERE EXISTS (SELECT 1 FROM runtime_session_authority a WHERE a.runtime_id = n.runtime_id)"
        f" AND EXISTS (SELECT 1 FROM session_heads h WHERE h.session_id = {_ID.format('n')})"
    ).fetchone()
    if count:
        found.add(
            Finding(
                Severity.INFO,
                None,
                "frozen-snapshot",
                f"{counted(count, 'runtime snapshot')} of sessions that have a head since ({sized(size)})"
                f" {'is' if count == 1 else 'are'} kept as it was and never read again; old texts stay in the file.",
            )
        )


def _behind_heads(connection: sqlite3.Connection, found: Collector) -> None:
    """Documents from before a session had a head: a frozen archive (rule 1)."""
    rows, more = some_rows(
        connection,
        f"SELECT CAST(o.session_id AS BLOB), {octets('o.session_json')}, o.message_count, h.message_count,"
        " o.updated_at_ms = h.updated_at_ms FROM sessions o JOIN session_heads h ON h.session_id = o.session_id",
    )
    found.take((_behind_head(*row) for row in rows), more)


def _behind_head(raw_id: bytes | None, size: int | None, old: object, new: object, is_of_same_time: object) -> Finding:
    differs = "as many messages as the head, of the same time"
    if old != new:
        differs = f"{_messages(old)}, the head counts {new if isinstance(new, int) else '?'}"
    elif not is_of_same_time:
        differs = "as many messages as the head, of another time"
    return Finding(
        Severity.INFO,
        stored_id(raw_id),
        "document-behind-head",
        f"A row in “sessions” is left from before this session had a head: {sized(size or 0)}, {differs}. Meerkat never"
        " reads it again; old texts stay in it.",
    )


def _messages(count: object) -> str:
    return counted(count, "message") if isinstance(count, int) else "an unknown number of messages"
