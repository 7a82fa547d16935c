"""Rows of the list for sessions that a runtime keeps as whole documents (formats/meerkat.md §1.5 rule 11).

The runtime's own catalogue gives counts and times; of a document up to 64 KB all is decoded, of a larger one the two
ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import orjson

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import BlobSource
from store.meerkat.codec.peek import PEEKED_BYTES, peek_messages
from store.meerkat.codec.strict_json import Json
from store.meerkat.documents.tail import Tail, peek_tail
from store.meerkat.generation import Layout
from store.meerkat.listing import IN_WHOLE_BLOBS, octets
from store.meerkat.messages.times import system_time_ms
from store.meerkat.messages.usage import usage_of
from store.meerkat.row_facts import RowFacts, check_id, runtime_state_of, take_columns
from store.meerkat.session_rows import (
    SMALL_BYTES,
    DocumentRow,
    decode_document,
    stored_id,
    take_document,
    take_envelope,
)
from store.meerkat.whole_blob_tables import whole_blob_source

MISSING = "The document that the runtime names for this session is not stored."
UNCATALOGUED = "The runtime's list of its sessions leaves this one out."


def read_whole_blob_rows(
    connection: sqlite3.Connection,
    layout: Layout,
    rowids: Sequence[int],
    token: CancelToken,
    small_bytes: int = SMALL_BYTES,
) -> dict[int, RowFacts]:
    """Read sessions that the runtime keeps as whole documents, by the row id of their authority row.

    Args:
        small_bytes: documents up to here are decoded whole.
    """
    state = (
        "(SELECT CAST(t.runtime_state_json AS BLOB) FROM runtime_states t WHERE t.runtime_id = s.runtime_id)"
        if layout.has("runtime_states")
        else "NULL"
    )
    tail = (
        "EXISTS (SELECT 1 FROM runtime_whole_blob_provisional_tails p WHERE p.runtime_id = s.runtime_id)"
        if layout.has("runtime_whole_blob_provisional_tails")
        else "0"
    )
    length = octets("d.session_snapshot")
    statement = (
        "SELECT s.rowid, CAST(s.session_id AS BLOB), s.created_at_ms, s.updated_at_ms, s.message_count, s.total_tokens,"
        f" CAST(s.entry_json AS BLOB), {state}, {tail}, d.rowid, {length},"
        f" CASE WHEN {length} <= {small_bytes} THEN CAST(d.session_snapshot AS BLOB) END"
        f" FROM {_joined(whole_blob_source(layout))} AND s.rowid IN ({','.join('?' * len(rowids))})"
    )
    found: dict[int, RowFacts] = {}
    for row in connection.execute(statement, tuple(rowids)).fetchall():
        token.check()
        found[row[0]] = _facts(connection, row, token)
    return found


def _joined(source: str) -> str:
    """The same source with the document `d` of each row."""
    rows, _, condition = source.rpartition(" s WHERE ")
    return f"{rows} s LEFT JOIN runtime_whole_blob_bodies d ON d.blob_sha256 = s.blob_sha256 WHERE {condition}"


def _facts(connection: sqlite3.Connection, row: tuple[Any, ...], token: CancelToken) -> RowFacts:
    rowid, raw_id, created, updated, count, tokens, entry, state, has_tail, body, length, small = row
    facts = RowFacts(stored_id(raw_id), rowid << 2 | IN_WHOLE_BLOBS, is_state_alone=False, size_bytes=length or 0)
    check_id(facts)
    catalogued = _object(entry)
    if entry is None:
        facts.note("not-catalogued", UNCATALOGUED)
    else:
        take_columns(facts, created, updated, count, tokens)
    facts.runtime_state = runtime_state_of(state)
    if facts.runtime_state is None and isinstance(catalogued.get("runtime_state"), str):
        facts.runtime_state = str(catalogued["runtime_state"])
    if has_tail:
        facts.note("unfinished-run", "A run of this session did not finish; what it added is not shown.")
    if body is None:
        facts.damage("no-document", MISSING)
    else:
        _take_body(
            facts,
            connection,
            DocumentRow("runtime_whole_blob_bodies", "session_snapshot", body, length or 0, small),
            entry is not None,
            token,
        )
    _take_catalogued(facts, catalogued)
    return facts


def _take_body(
    facts: RowFacts, connection: sqlite3.Connection, body: DocumentRow, is_catalogued: bool, token: CancelToken
) -> None:
    """Take what the document tells, and say where the catalogue does not agree with it."""
    document = decode_document(facts, body, "the runtime's store")
    if document is not None:
        take_document(facts, document)
        messages = document.get("messages")
        count = len(messages) if isinstance(messages, list) else None
        if not is_catalogued:
            take_envelope(facts, document)
        elif facts.message_count is not None and count != facts.message_count:
            facts.damage(
                "wrong-count",
                f"The runtime's list says {facts.message_count:,} messages, the document holds {count:,}.",
            )
    elif body.small is None and body.size_bytes:
        facts.messages, facts.prompt = peek_messages(body.beginning(connection), token)
        with closing(BlobSource(connection, body.table, body.column, body.rowid)) as source:
            tail = peek_tail(source, token, PEEKED_BYTES)
        if tail is not None:
            take_tail(facts, tail, is_catalogued)


def take_tail(facts: RowFacts, tail: Tail, is_catalogued: bool) -> None:
    """Take what the end of a large document tells; times and tokens only where nothing else says them."""
    facts.metadata, facts.usage = tail.metadata, tail.usage
    if not is_catalogued:
        facts.created_at_ms = system_time_ms(tail.created_at)
        facts.updated_at_ms = system_time_ms(tail.updated_at)
        usage = usage_of(tail.usage)
        if usage.input_tokens is not None and usage.output_tokens is not None:
            facts.total_tokens = usage.input_tokens + usage.output_tokens


def _take_catalogued(facts: RowFacts, entry: dict[str, Json]) -> None:
    """Take labels and the archive key from the runtime's list where the document's own metadata is not at hand."""
    if not facts.metadata and isinstance(entry.get("labels"), dict):
        facts.metadata = {"session_labels": entry["labels"]}
    if entry.get("lifecycle_terminal") == "archived":
        facts.metadata.setdefault("session_lifecycle_terminal", "archived")


def _object(data: bytes | None) -> dict[str, Json]:
    try:
        value = orjson.loads(data or b"")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
