"""Rows of the list for sessions that are split into heads and strands: S-0.7H and S-0.8L up to ledger 2.

Tables `session_heads`, `session_strand_messages` (formats/meerkat.md §1.3, §1.5). The head is canonical; the strand's
rows in [0, message_count) are the messages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import orjson

from store.cancel import CancelToken
from store.meerkat.generation import NOT_YET, Layout
from store.meerkat.listing import IN_HEADS, RUNTIME_PREFIX, octets, stored_bytes
from store.meerkat.peek import cut_text
from store.meerkat.row_facts import RowFacts, check_id, counter, moment, runtime_state_of
from store.meerkat.session_rows import stored_id
from store.meerkat.strict_json import Json

PEEKED_ROWS = 40
PEEKED_ROW_BYTES = 8_192
OF_HEAD = (
    "{0}.session_id = (SELECT session_id FROM session_heads WHERE rowid = ?)"
    " AND {0}.strand = (SELECT strand FROM session_heads WHERE rowid = ?)"
)
"""Rows of a head's own strand; two parameters, both the head's row id. Ids of hostile bytes never leave SQLite."""

MAX_COUNTED_ROWS = 2_000
"""Up to here the rows of a strand are counted for the list; beyond, the last one is looked for."""


def read_head_rows(
    connection: sqlite3.Connection, layout: Layout, rowids: Sequence[int], token: CancelToken
) -> dict[int, RowFacts]:
    """Read rows of `session_heads`, by row id; what is not there any more is left out."""
    state = (
        f"(SELECT CAST(t.runtime_state_json AS BLOB) FROM runtime_states t"
        f" WHERE t.runtime_id = '{RUNTIME_PREFIX}' || s.session_id)"
        if layout.has("runtime_states")
        else "NULL"
    )
    statement = (
        "SELECT s.rowid, CAST(s.session_id AS BLOB), s.created_at_ms, s.updated_at_ms,"
        " s.message_count, s.total_tokens, s.rewrite_count, CAST(s.metadata_json AS BLOB), CAST(s.head_json AS BLOB),"
        f" {stored_bytes(IN_HEADS, layout)}, {state}"
        f" FROM session_heads s WHERE s.rowid IN ({','.join('?' * len(rowids))})"
    )
    found: dict[int, RowFacts] = {}
    for row in connection.execute(statement, tuple(rowids)).fetchall():
        token.check()
        found[row[0]] = _head_facts(connection, layout, row)
    return found


def _head_facts(connection: sqlite3.Connection, layout: Layout, row: tuple[Any, ...]) -> RowFacts:
    rowid, raw_id, created, updated, count, tokens, rewrites, metadata, head, size, state = row
    facts = RowFacts(stored_id(raw_id), rowid << 2 | IN_HEADS, is_state_alone=False)
    facts.created_at_ms = moment(facts, created, "creation")
    facts.updated_at_ms = moment(facts, updated, "the last change")
    facts.message_count = counter(facts, count, "messages")
    facts.total_tokens = counter(facts, tokens, "tokens")
    facts.is_rewritten = isinstance(rewrites, int) and rewrites > 0
    facts.runtime_state = runtime_state_of(state)
    facts.size_bytes = size
    check_id(facts)
    decoded = _object(head)
    if decoded is None:
        facts.damage("bad-head", "The head of this session is no JSON object.")
    else:
        facts.usage = decoded.get("usage")
        if "metadata_identity" in decoded:
            facts.damage("unreadable-metadata", f"The metadata of this session lies in cells: {NOT_YET}.")
    stored = _object(metadata)
    if stored is None:
        facts.damage("bad-metadata", "The stored metadata of the session is no JSON object.")
    facts.metadata = stored or {}
    check_strand(facts, connection, layout, rowid, count)
    _peek_strand(facts, connection, rowid)
    return facts


def _object(data: bytes | None) -> dict[str, Json] | None:
    try:
        value = orjson.loads(data or b"")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def check_strand(facts: RowFacts, connection: sqlite3.Connection, layout: Layout, rowid: int, count: object) -> None:
    """Say whether the strand has the rows that the head promises, and owns them itself."""
    if layout.has("session_strand_links"):
        link = connection.execute(
            f"SELECT EXISTS (SELECT 1 FROM session_strand_links l WHERE {OF_HEAD.format('l')})", (rowid, rowid)
        ).fetchone()
        if link[0]:
            facts.damage("unreadable-links", f"The messages of this session are linked strands: {NOT_YET}.")
            return
    if not isinstance(count, int) or count <= 0:
        return
    if count <= MAX_COUNTED_ROWS:
        found = connection.execute(
            f"SELECT count(*) FROM session_strand_messages m WHERE {OF_HEAD.format('m')} AND seq >= 0 AND seq < ?",
            (rowid, rowid, count),
        ).fetchone()[0]
        missing = count - found
    else:
        last = connection.execute(
            f"SELECT EXISTS (SELECT 1 FROM session_strand_messages m WHERE {OF_HEAD.format('m')} AND seq = ?)",
            (rowid, rowid, count - 1),
        ).fetchone()[0]
        missing = 0 if last else 1
    if missing:
        facts.damage("missing-messages", missing_messages(missing if count <= MAX_COUNTED_ROWS else None, count))


def missing_messages(missing: int | None, count: int) -> str:
    """The sentence about rows of a strand that are not there."""
    lost = "Some" if missing is None else f"{missing:,}"
    verb = "is" if missing == 1 else "are"
    return f"{lost} of the {count:,} messages that the head of this session counts {verb} not stored."


def _peek_strand(facts: RowFacts, connection: sqlite3.Connection, rowid: int) -> None:
    """Decode the first short messages, for the title and to know whether there is an answer."""
    count = facts.message_count or 0
    rows = connection.execute(
        f"SELECT coalesce(substr(CAST(message_json AS BLOB), 1, ?), x''), {octets('message_json')}"
        " FROM session_strand_messages m"
        f" WHERE {OF_HEAD.format('m')} AND seq >= 0 AND seq < ? ORDER BY seq LIMIT ?",
        (PEEKED_ROW_BYTES, rowid, rowid, count, PEEKED_ROWS),
    ).fetchall()
    for data, length in rows:
        if (length or 0) <= PEEKED_ROW_BYTES:
            value = _object(data)
            facts.messages.append(value)
        else:
            facts.messages.append(_beginning(data))
    facts.are_all_messages = len(rows) == count


def _beginning(data: bytes) -> Json:
    """What the beginning of a long message tells: its role, and the start of a person's text."""
    text = cut_text(data)
    if text:
        return {"role": "user", "content": text}
    return {"role": "block_assistant"} if b'"role":"block_assistant"' in data[:100] else None
