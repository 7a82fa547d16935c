"""Rows of the list for sessions that are split into heads and strands: every release since 0.7.25.

Tables `session_heads`, `session_strand_messages`, `session_strand_links`, the metadata cells, and what the runtime
keeps of them (formats/meerkat.md §1.3, §1.5). The head is canonical.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import orjson

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import BlobSource
from store.meerkat.codec.peek import cut_text, peek_metadata
from store.meerkat.codec.strict_json import Json
from store.meerkat.generation import Layout
from store.meerkat.heads.cells import Cells, read_cells
from store.meerkat.heads.heads import (
    HeadColumns,
    HeadFields,
    columns_of,
    decode_head,
    differences,
    read_head,
    unfinished,
)
from store.meerkat.heads.strands import (
    IN_RUN,
    LINKS_TABLE,
    Links,
    Strand,
    count_rows,
    missing_messages,
    overlay,
    read_links,
)
from store.meerkat.listing import IN_HEADS, RUNTIME_PREFIX, octets, stored_bytes
from store.meerkat.row_facts import RowFacts, check_id, runtime_state_of, take_columns
from store.meerkat.session_rows import stored_id

PEEKED_ROWS = 40
PEEKED_ROW_BYTES = 8_192
MAX_COUNTED_ROWS = 2_000
"""Up to here the rows of a strand are counted for the list; beyond, the last one is looked for."""

MAX_HEAD_BYTES = 128 * 1024
MAX_WALKED_BYTES = 4 * 1024 * 1024
"""A head is decoded at once, walked, or left alone for the list: inline metadata makes some of them long."""

MAX_LISTED_CELL_BYTES = 64 * 1024
LISTED_KEYS = (b"session_labels", b"session_lifecycle_terminal", b"session_archived", b"session_metadata")
"""Metadata that a row of the list shows."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of `session_heads` with what the runtime keeps of the session."""

    rowid: int
    columns: HeadColumns
    metadata: bytes | None
    metadata_bytes: int
    head: bytes | None
    head_bytes: int
    size_bytes: int
    is_linked: bool
    state: bytes | None
    entry: bytes | None
    boundary: bytes | None
    committed_token: bytes | None
    has_tail: bool


def read_head_rows(
    connection: sqlite3.Connection, layout: Layout, rowids: Sequence[int], token: CancelToken
) -> dict[int, RowFacts]:
    """Read rows of `session_heads`, by row id; what is not there any more is left out."""
    found: dict[int, RowFacts] = {}
    for row in connection.execute(_statement(layout, len(rowids)), tuple(rowids)).fetchall():
        token.check()
        facts = _head_facts(connection, layout, _row(row), token)
        found[row[0]] = facts
    return found


def _statement(layout: Layout, count: int) -> str:
    """SQL of the rows; what a store has no table for is NULL."""

    def of_runtime(table: str, column: str) -> str:
        if not layout.has(table):
            return "NULL"
        return (
            f"(SELECT CASE WHEN length({column}) <= {MAX_HEAD_BYTES} THEN CAST({column} AS BLOB) ELSE x'' END"
            f" FROM {table} t WHERE t.runtime_id = '{RUNTIME_PREFIX}' || s.session_id)"
        )

    linked = (
        f"EXISTS (SELECT 1 FROM {LINKS_TABLE} l WHERE l.session_id = s.session_id)" if layout.has(LINKS_TABLE) else "0"
    )
    metadata, head = octets("s.metadata_json"), octets("s.head_json")
    return (
        "SELECT s.rowid, CAST(s.session_id AS BLOB), s.version, CAST(s.strand AS BLOB), CAST(s.head_revision AS BLOB),"
        " s.message_count, s.rewrite_count, s.total_tokens, s.created_at_ms, s.updated_at_ms,"
        " CAST(s.cas_token AS BLOB),"
        f" CASE WHEN {metadata} <= {MAX_HEAD_BYTES} THEN CAST(s.metadata_json AS BLOB) END, {metadata},"
        f" CASE WHEN {head} <= {MAX_HEAD_BYTES} THEN CAST(s.head_json AS BLOB) END, {head},"
        f" {stored_bytes(IN_HEADS, layout)}, {linked},"
        f" {of_runtime('runtime_states', 'runtime_state_json')},"
        f" {of_runtime('runtime_session_catalog', 'entry_json')},"
        f" {of_runtime('runtime_session_authority', 'boundary_head_json')},"
        f" {of_runtime('runtime_session_authority', 'committed_head_token')},"
        f" {of_runtime('runtime_head_canonical_provisional_tails', 'run_id')} IS NOT NULL"
        f" FROM session_heads s WHERE s.rowid IN ({','.join('?' * count)})"
    )


def _row(row: tuple[Any, ...]) -> _Row:
    rowid, rest = row[0], row[11:]
    metadata, metadata_bytes, head, head_bytes, size, linked, state, entry, boundary, committed, tail = rest
    return _Row(
        rowid,
        columns_of(row[1:11]),
        metadata,
        metadata_bytes or 0,
        head,
        head_bytes or 0,
        size,
        bool(linked),
        state,
        entry,
        boundary,
        committed,
        bool(tail),
    )


def _head_facts(connection: sqlite3.Connection, layout: Layout, row: _Row, token: CancelToken) -> RowFacts:
    columns = row.columns
    facts = RowFacts(stored_id(columns.session_id), row.rowid << 2 | IN_HEADS, is_state_alone=False)
    take_columns(facts, columns.created_at_ms, columns.updated_at_ms, columns.message_count, columns.total_tokens)
    facts.is_rewritten = isinstance(columns.rewrite_count, int) and columns.rewrite_count > 0
    facts.size_bytes = row.size_bytes
    _take_runtime(facts, row)
    check_id(facts)
    head = _take_head(facts, connection, row, token)
    _take_metadata(facts, connection, layout, row, head, token)
    _note_unfinished(facts, row, head)
    if head.message_count is not None:
        facts.message_count = head.message_count
    if facts.message_count:
        strand = _strand(connection, layout, row, head, facts.message_count, token)
        _check_rows(facts, connection, strand)
        _peek_strand(facts, connection, strand)
    facts.are_all_messages = len(facts.messages) == facts.message_count
    return facts


def _take_runtime(facts: RowFacts, row: _Row) -> None:
    """The runtime's state; where it has no row for it, the entry of its catalogue tells (fact 9, 0.9.8)."""
    facts.runtime_state = runtime_state_of(row.state)
    entry = _object(row.entry) if facts.runtime_state is None and row.entry is not None else None
    if entry is None:
        return
    state = entry.get("runtime_state")
    facts.runtime_state = state if isinstance(state, str) else None
    facts.is_ended = entry.get("lifecycle_terminal") == "archived"


def _take_head(facts: RowFacts, connection: sqlite3.Connection, row: _Row, token: CancelToken) -> HeadFields:
    """Decode the head and compare it with its columns."""
    if row.head is None and row.head_bytes > MAX_WALKED_BYTES:
        return HeadFields({})  # too long for a list; it is read when the session is opened
    if row.head is None and row.head_bytes:
        walked = read_head(connection, row.rowid, token)
        head = HeadFields({}) if walked is None else walked.json
    else:
        head = decode_head(row.head or b"", is_quick=True)
    facts.usage = head.usage
    for fault in head.faults:
        (facts.note if fault.code == "newer-version" else facts.damage)(fault.code, fault.sentence)
    for fault in differences(head, row.columns):
        facts.damage(fault.code, fault.sentence)
    return head


def _take_metadata(
    facts: RowFacts,
    connection: sqlite3.Connection,
    layout: Layout,
    row: _Row,
    head: HeadFields,
    token: CancelToken,
) -> None:
    """Take the metadata from the head, its column, or its cells (rules 2 and 9)."""
    stored = _stored_metadata(connection, row, token)
    if stored is None:
        facts.damage("bad-metadata", "The stored metadata of the session is no JSON object.")
    told = head.fields.get("metadata")
    is_compared = row.metadata is not None and isinstance(told, dict) and stored is not None
    if is_compared and told != stored:
        facts.damage("metadata-differs", "The stored metadata of the session differs from that in its head.")
    facts.metadata = told if isinstance(told, dict) else stored or {}
    if not head.has_cells:
        return
    identity = head.fields.get("metadata_identity")
    cells = read_cells(connection, layout, row.columns.session_id, identity, MAX_LISTED_CELL_BYTES, LISTED_KEYS)
    facts.metadata = _listed(facts, cells)


def _stored_metadata(connection: sqlite3.Connection, row: _Row, token: CancelToken) -> dict[str, Json] | None:
    """The metadata column; of a long one the small values of its first megabytes. None if it is no object."""
    if row.metadata is not None or not row.metadata_bytes:
        return _object(row.metadata)
    with closing(BlobSource(connection, "session_heads", "metadata_json", row.rowid)) as source:
        found, is_sound = peek_metadata(source, token)
    return found if is_sound else None


def _listed(facts: RowFacts, cells: Cells) -> dict[str, Json]:
    """The values of the cells that a row of the list shows."""
    found: dict[str, Json] = {}
    for cell in cells.cells:
        if cell.value is None:
            continue
        try:
            found[cell.name] = orjson.loads(cell.value)
        except ValueError:
            facts.damage("bad-metadata-value", "One value of the session's metadata cannot be read.")
    for fault in cells.faults:
        facts.damage(fault.code, fault.sentence)
    return found


def _note_unfinished(facts: RowFacts, row: _Row, head: HeadFields) -> None:
    """Say that a run did not finish: the head is ahead of the last committed one (rule 10)."""
    if row.committed_token is None:
        return
    is_same = row.committed_token == row.columns.cas_token
    if is_same and not row.has_tail:
        return
    committed = decode_head(row.boundary or b"", is_quick=True).message_count
    count = head.message_count if head.message_count is not None else facts.message_count
    fault = unfinished(count, committed, is_same, row.has_tail)
    if fault is not None:
        facts.note(fault.code, fault.sentence)


def _strand(
    connection: sqlite3.Connection, layout: Layout, row: _Row, head: HeadFields, count: int, token: CancelToken
) -> Strand:
    session_id = row.columns.session_id
    links: Links = read_links(connection, session_id) if row.is_linked and layout.has(LINKS_TABLE) else {}
    name = head.strand if head.strand is not None else row.columns.strand
    return overlay(session_id, name, count, links, token)


def _check_rows(facts: RowFacts, connection: sqlite3.Connection, strand: Strand) -> None:
    """Say whether the strand has the rows that the head promises."""
    for fault in strand.faults:
        facts.damage(fault.code, fault.sentence)
    count = strand.length
    if count <= MAX_COUNTED_ROWS:
        missing = count - sum(count_rows(connection, strand, run) for run in strand.runs)
        if missing:
            facts.damage("missing-messages", missing_messages(missing, count))
    elif not _has_last(connection, strand):
        facts.damage("missing-messages", missing_messages(None, count))


def _has_last(connection: sqlite3.Connection, strand: Strand) -> bool:
    """Whether the last message of a strand is stored."""
    for run in strand.within(strand.length - 1, strand.length):
        return count_rows(connection, strand, run) == 1
    return False


def _object(data: bytes | None) -> dict[str, Json] | None:
    try:
        value = orjson.loads(data or b"")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _peek_strand(facts: RowFacts, connection: sqlite3.Connection, strand: Strand) -> None:
    """Decode the first short messages, for the title and to know whether there is an answer."""
    for run in strand.within(0, strand.length):
        left = PEEKED_ROWS - len(facts.messages)
        if left <= 0:
            return
        rows = connection.execute(
            f"SELECT coalesce(substr(CAST(m.message_json AS BLOB), 1, ?), x''), {octets('m.message_json')}"
            f" FROM session_strand_messages m WHERE {IN_RUN} ORDER BY m.seq LIMIT ?",
            (PEEKED_ROW_BYTES, *strand.range_of(run), left),
        ).fetchall()
        for data, length in rows:
            is_cut = (length or 0) > PEEKED_ROW_BYTES
            facts.are_whole = facts.are_whole and not is_cut
            facts.messages.append(_beginning(data) if is_cut else _object(data))


def _beginning(data: bytes) -> Json:
    """What the beginning of a long message tells: its role, and the start of a person's text."""
    text = cut_text(data)
    if text:
        return {"role": "user", "content": text}
    return {"role": "block_assistant"} if b'"role":"block_assistant"' in data[:100] else None
