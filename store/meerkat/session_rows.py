"""Rows of the list for sessions that are stored as whole documents: S-0.6, and snapshots without a row of their own.

Tables `sessions`, `runtime_session_snapshots`, `runtime_states` (formats/meerkat.md §1.1, §1.2). A document up to 64 KB
is decoded whole, so that its faults show in the list; of a larger one only the beginning is read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from store.cancel import CancelToken
from store.meerkat.agreement import tell_the_same
from store.meerkat.codec.byte_source import BlobSource
from store.meerkat.codec.peek import PEEKED_BYTES, peek_messages, peek_metadata
from store.meerkat.codec.strict_json import Json
from store.meerkat.generation import Layout
from store.meerkat.listing import IN_SESSIONS, IN_SNAPSHOTS, ORPHAN_ID, RUNTIME_PREFIX, octets
from store.meerkat.messages.times import system_time_ms
from store.meerkat.messages.usage import usage_of
from store.meerkat.row_facts import RowFacts, check_id, runtime_state_of, take_columns

SMALL_BYTES = 64 * 1024
"""Documents up to here are decoded whole for a row of the list."""

_SMALL = "CASE WHEN {0} <= {2} THEN CAST({1} AS BLOB) END"


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One stored document: where it stands, how long it is, and its bytes if it is small."""

    table: str
    column: str
    rowid: int
    size_bytes: int
    small: bytes | None

    def beginning(self, connection: sqlite3.Connection) -> bytes:
        """Its first 64 KB."""
        if self.small is not None:
            return self.small
        source = BlobSource(connection, self.table, self.column, self.rowid)
        try:
            return source.read(0, PEEKED_BYTES)
        finally:
            source.close()


def read_session_rows(
    connection: sqlite3.Connection,
    layout: Layout,
    rowids: Sequence[int],
    token: CancelToken,
    small_bytes: int = SMALL_BYTES,
) -> dict[int, RowFacts]:
    """Read rows of `sessions`, by row id; what is not there any more is left out.

    Args:
        small_bytes: documents up to here are decoded whole.
    """
    states = (
        "runtime_states t"
        if layout.has("runtime_states")
        else "(SELECT NULL AS runtime_id, NULL AS runtime_state_json) t"
    )
    snapshots = (
        "runtime_session_snapshots n"
        if layout.has("runtime_session_snapshots")
        else "(SELECT NULL AS rowid, NULL AS runtime_id, NULL AS session_snapshot) n"
    )
    document, snapshot = octets("s.session_json"), octets("n.session_snapshot")
    statement = (
        "SELECT s.rowid, CAST(s.session_id AS BLOB), s.created_at_ms, s.updated_at_ms, s.message_count, s.total_tokens,"
        f" {document}, {_SMALL.format(document, 's.session_json', small_bytes)},"
        f" {_SMALL.format(document, 's.metadata_json', small_bytes)},"
        f" n.rowid, {snapshot}, {_SMALL.format(snapshot, 'n.session_snapshot', small_bytes)},"
        " CAST(t.runtime_state_json AS BLOB)"
        f" FROM sessions s LEFT JOIN {snapshots} ON n.runtime_id = '{RUNTIME_PREFIX}' || s.session_id"
        f" LEFT JOIN {states} ON t.runtime_id = '{RUNTIME_PREFIX}' || s.session_id"
        f" WHERE s.rowid IN ({','.join('?' * len(rowids))})"
    )
    found: dict[int, RowFacts] = {}
    for row in connection.execute(statement, tuple(rowids)).fetchall():
        token.check()
        found[row[0]] = _session_facts(connection, row, token)
        found[row[0]].is_state_alone = not layout.has_heads
    return found


def _session_facts(connection: sqlite3.Connection, row: tuple[Any, ...], token: CancelToken) -> RowFacts:
    rowid, raw_id, created, updated, count, tokens, length, small, metadata, n_rowid, n_length, n_small, state = row
    facts = RowFacts(stored_id(raw_id), rowid << 2 | IN_SESSIONS)
    take_columns(facts, created, updated, count, tokens)
    facts.runtime_state = runtime_state_of(state)
    facts.size_bytes = (length or 0) + (n_length or 0)
    check_id(facts)
    own = DocumentRow("sessions", "session_json", rowid, length or 0, small)
    snapshot = None
    if n_rowid is not None:
        snapshot = DocumentRow("runtime_session_snapshots", "session_snapshot", n_rowid, n_length or 0, n_small)
    _take_documents(facts, connection, own, snapshot, token)
    _take_stored_metadata(facts, connection, rowid, metadata, token)
    return facts


def stored_id(raw: bytes | None) -> str:
    """A session id as text; bytes that are no UTF-8 are spelled out."""
    return "" if raw is None else raw.decode("utf-8", "backslashreplace")


def _take_documents(
    facts: RowFacts,
    connection: sqlite3.Connection,
    own: DocumentRow,
    snapshot: DocumentRow | None,
    token: CancelToken,
) -> None:
    """Take what the authority's document tells: the snapshot where there is one (formats/meerkat.md §0 fact 3)."""
    own_document = decode_document(facts, own, "its row in “sessions”")
    if own_document is not None:
        _compare_count(facts, own_document)
    shown, shown_document = own, own_document
    if snapshot is not None:
        if snapshot.small is not None and snapshot.small == own.small:
            shown = snapshot
        else:
            shown, shown_document = snapshot, decode_document(facts, snapshot, "its snapshot, which is the authority")
            _compare_copies(facts, own, snapshot, own_document, shown_document)
    if shown_document is not None:
        take_document(facts, shown_document)
    elif shown.small is None and shown.size_bytes:
        facts.messages, facts.prompt = peek_messages(shown.beginning(connection), token)


def decode_document(facts: RowFacts, document: DocumentRow, where: str) -> dict[str, Json] | None:
    """Decode a small document; one that is none damages the row. None also for a large one."""
    if document.size_bytes == 0:
        facts.damage("no-document", f"The session has no document in {where}.")
        return None
    if document.small is None:
        return None
    try:
        value = orjson.loads(document.small)
    except ValueError:
        facts.damage("bad-json", f"The session's document in {where} is no JSON that Meerkat reads.")
        return None
    if not isinstance(value, dict) or not isinstance(value.get("messages"), list):
        facts.damage("bad-document", f"The session's document in {where} has no list of messages.")
        return None
    return value


def _compare_count(facts: RowFacts, document: dict[str, Json]) -> None:
    messages = document.get("messages")
    count = len(messages) if isinstance(messages, list) else None
    if facts.message_count is not None and count is not None and count != facts.message_count:
        facts.damage("wrong-count", f"The row says {facts.message_count:,} messages, the document holds {count:,}.")


def _compare_copies(
    facts: RowFacts,
    own: DocumentRow,
    snapshot: DocumentRow,
    own_document: dict[str, Json] | None,
    shown_document: dict[str, Json] | None,
) -> None:
    """Say that the two copies differ, as far as a row of the list can know."""
    if own_document is not None and shown_document is not None:
        if not tell_the_same(own_document, shown_document):
            facts.note("copies-differ", COPIES_DIFFER)
    elif (own.small is None) != (snapshot.small is None) and own.size_bytes and snapshot.size_bytes:
        facts.note("copies-differ", COPIES_DIFFER)


COPIES_DIFFER = (
    "The two stored copies of this session differ in their messages or revisions; the runtime's snapshot is shown,"
    " which Meerkat takes for the true one."
)


def take_document(facts: RowFacts, document: dict[str, Json]) -> None:
    """Take title, labels, usage and history from a decoded document."""
    metadata = document.get("metadata")
    if isinstance(metadata, dict):
        facts.metadata = metadata
    elif metadata is not None:
        facts.damage("bad-metadata", "The metadata of the session's document is no object.")
    messages = document.get("messages")
    facts.messages = messages if isinstance(messages, list) else []
    facts.are_all_messages = True
    facts.usage = document.get("usage")
    stored = document.get("id")
    if isinstance(stored, str) and stored.lower() != facts.session_id.lower():
        facts.damage("wrong-id", "The session's document names another session than its row.")


def _take_stored_metadata(
    facts: RowFacts, connection: sqlite3.Connection, rowid: int, metadata: bytes | None, token: CancelToken
) -> None:
    """Check the metadata column, and take what a large document did not give."""
    if metadata is not None:
        try:
            stored = orjson.loads(metadata)
        except ValueError:
            stored = None
        is_sound = isinstance(stored, dict)
    else:
        try:
            source = BlobSource(connection, "sessions", "metadata_json", rowid)
        except sqlite3.OperationalError:
            stored, is_sound = None, False  # it is NULL or a number
        else:
            try:
                stored, is_sound = peek_metadata(source, token)
            finally:
                source.close()
    if not is_sound:
        facts.damage("bad-metadata", "The stored metadata of the session is no JSON object.")
    if isinstance(stored, dict) and not facts.metadata:
        facts.metadata = stored


def read_orphan_rows(
    connection: sqlite3.Connection,
    layout: Layout,
    rowids: Sequence[int],
    token: CancelToken,
    small_bytes: int = SMALL_BYTES,
) -> dict[int, RowFacts]:
    """Read snapshots without a row in `sessions`, by row id."""
    snapshot = octets("n.session_snapshot")
    state = (
        "(SELECT CAST(t.runtime_state_json AS BLOB) FROM runtime_states t WHERE t.runtime_id = n.runtime_id)"
        if layout.has("runtime_states")
        else "NULL"
    )
    statement = (
        f"SELECT n.rowid, CAST({ORPHAN_ID} AS BLOB), {snapshot},"
        f" {_SMALL.format(snapshot, 'n.session_snapshot', small_bytes)}, {state}"
        f" FROM runtime_session_snapshots n WHERE n.rowid IN ({','.join('?' * len(rowids))})"
    )
    found: dict[int, RowFacts] = {}
    for rowid, raw_id, length, small, state_json in connection.execute(statement, tuple(rowids)).fetchall():
        token.check()
        facts = RowFacts(stored_id(raw_id), rowid << 2 | IN_SNAPSHOTS, size_bytes=length or 0)
        facts.is_state_alone = not layout.has_heads
        facts.runtime_state = runtime_state_of(state_json)
        facts.note("no-sessions-row", "The session has no row in “sessions”, only the runtime's snapshot.")
        check_id(facts)
        row = DocumentRow("runtime_session_snapshots", "session_snapshot", rowid, length or 0, small)
        document = decode_document(facts, row, "its snapshot")
        if document is not None:
            take_document(facts, document)
            take_envelope(facts, document)
        elif small is None and length:
            facts.messages, facts.prompt = peek_messages(row.beginning(connection), token)
        found[rowid] = facts
    return found


def take_envelope(facts: RowFacts, document: dict[str, Json]) -> None:
    """Take counts and times from the document itself, where no columns hold them."""
    messages = document.get("messages")
    facts.message_count = len(messages) if isinstance(messages, list) else None
    facts.created_at_ms = system_time_ms(document.get("created_at"))
    facts.updated_at_ms = system_time_ms(document.get("updated_at"))
    usage = usage_of(document.get("usage"))
    if usage.input_tokens is not None and usage.output_tokens is not None:
        facts.total_tokens = usage.input_tokens + usage.output_tokens
