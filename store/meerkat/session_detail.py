"""Reading one session of a database: its detail, the values that were masked, and its index with all faults."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson

from store.cancel import CancelToken
from store.errors import SessionDamaged, SessionError
from store.meerkat.agreement import documents_agree
from store.meerkat.codec.byte_source import BlobSource, ByteSource
from store.meerkat.codec.strict_json import NotStrict, parse, text_of
from store.meerkat.codec.walker import Broken
from store.meerkat.details import Envelope, member_span_at, read_envelope, take_metadata
from store.meerkat.generation import Layout
from store.meerkat.heads.head_detail import head_fact_lines, head_metadata_value, read_head_envelope
from store.meerkat.listing import RUNTIME_PREFIX
from store.meerkat.messages.document_walk import walk_document
from store.meerkat.messages.metadata import value_at
from store.meerkat.messages.usage import usage_of
from store.meerkat.places import Copy, Place, find_place
from store.meerkat.row_facts import RowFacts
from store.meerkat.session_rows import COPIES_DIFFER, stored_id
from store.meerkat.shapes.migration import SESSION_METADATA, VERSION, migrate_session_metadata, version_change
from store.meerkat.summaries import is_session_running, read_facts
from store.meerkat.transcripts import Indexed, index_session
from store.meerkat.writable import write_obstacle
from store.values.fault import Fault
from store.values.session import SessionDetail, Usage
from store.values.store import StoreKey

MAX_MATCHES = 10
LARGE_BYTES = 2 * 1024 * 1024
"""From here on a document is not walked for the Info tab: the columns and the document's end tell the same."""

TAIL_BYTES = 2_048
_USAGE = re.compile(rb'"usage":(\{(?:[^{}]|\{[^{}]*\})*\})')


def matching_ids(connection: sqlite3.Connection, layout: Layout, beginning: str) -> tuple[str, ...]:
    """Session ids that are or begin with these characters; at most 10, the exact one alone."""
    columns = [("sessions", "session_id", "")] if layout.has("sessions") else []
    if layout.has_heads:
        columns.append(("session_heads", "session_id", ""))
    if layout.has("runtime_session_snapshots"):
        columns.append(("runtime_session_snapshots", "runtime_id", RUNTIME_PREFIX))
    if layout.has_whole_blobs:
        columns.append(("runtime_whole_blob_authority", "runtime_id", RUNTIME_PREFIX))
    found: set[str] = set()
    for table, column, prefix in columns:
        first = prefix + beginning
        within = f"{column} >= ? AND {column} < ?"
        rows = connection.execute(
            f"SELECT CAST({column} AS BLOB) FROM {table} WHERE {within} ORDER BY {column} LIMIT ?",
            (first, first + "\U0010ffff", MAX_MATCHES + 1),
        ).fetchall()
        found.update(stored_id(row[0])[len(prefix) :] for row in rows)
    return (beginning,) if beginning in found else tuple(sorted(found)[:MAX_MATCHES])


def index_with_faults(
    connection: sqlite3.Connection, layout: Layout, place: Place, token: CancelToken, since: Indexed | None = None
) -> Indexed:
    """Index a session, and say what does not agree about it. Raises SessionDamaged.

    Args:
        since: an older index of it, of which is kept what is stored as before.
    """
    indexed = index_session(connection, layout, place, token, since=since)
    faults = indexed.index.faults
    if place.size_bytes <= LARGE_BYTES and not copies_agree(connection, place, token):
        faults.append(Fault("copies-differ", COPIES_DIFFER))
    counted = _counted(place)
    has_agreed = all(fault.code not in ("copies-differ", "bad-json") for fault in faults)
    if isinstance(counted, int) and counted != indexed.index.count and has_agreed:
        faults.append(
            Fault("wrong-count", f"The row says {counted:,} messages, the document holds {indexed.index.count:,}.")
        )
    return indexed


def _counted(place: Place) -> object:
    """How many messages the columns beside a whole document say that it has; None if they say nothing."""
    position = {Copy.SNAPSHOT: 2, Copy.SESSIONS: 1, Copy.WHOLE_BLOB: 1}.get(place.copy)
    return None if position is None else place.mark[position]


def copies_agree(connection: sqlite3.Connection, place: Place, token: CancelToken) -> bool:
    """Whether the copy that is shown and the other one tell the same; true where there is no other."""
    if place.copy is not Copy.SNAPSHOT or place.sessions_rowid is None or place.snapshot_rowid is None:
        return True
    try:
        with (
            closing(BlobSource(connection, "sessions", "session_json", place.sessions_rowid)) as own,
            closing(
                BlobSource(connection, "runtime_session_snapshots", "session_snapshot", place.snapshot_rowid)
            ) as other,
        ):
            return documents_agree(own, other, token)
    except (Broken, sqlite3.OperationalError):
        return False


def read_detail(
    connection: sqlite3.Connection,
    layout: Layout,
    store: StoreKey,
    session_id: str,
    is_store_running: bool,
    token: CancelToken,
) -> SessionDetail:
    """Read what the Info tab shows. Raises SessionMissing."""
    place = find_place(connection, layout, session_id)
    facts = read_facts(connection, layout, (place.handle,), token)[place.handle]
    if is_store_running:
        facts.is_running = is_session_running(connection, layout, facts, time.time())
    if not copies_agree(connection, place, token):
        facts.note("copies-differ", COPIES_DIFFER)
    envelope = _envelope(connection, layout, place, token)
    for fault in envelope.faults:
        facts.note(fault.code, fault.sentence)
    facts.metadata = facts.metadata or envelope.small
    summary = facts.summary(store)
    usage = envelope.usage
    summary = replace(
        summary,
        input_tokens=usage.input_tokens if summary.input_tokens is None else summary.input_tokens,
        output_tokens=usage.output_tokens if summary.output_tokens is None else summary.output_tokens,
    )
    return SessionDetail(
        summary=summary,
        usage=usage,
        document_version=envelope.version,
        authority=place.copy.value,
        metadata=envelope.metadata,
        facts=_fact_lines(connection, layout, place, facts, token),
        written_by=_written_by(connection, layout, place, facts.session_id, envelope, token),
        migrated=tuple(envelope.migrated),
        family=_family(connection, layout, store),
    )


def _family(connection: sqlite3.Connection, layout: Layout, store: StoreKey) -> str:
    """Which releases the store is written for and how that is known; "" where it is not written at all."""
    if write_obstacle(Path(store.path), layout) is not None:
        return ""
    # What writes to a store is loaded when somebody looks at Info: the start of the program needs none of it.
    from store.meerkat.outside.family import family_of

    family = family_of(connection, layout)
    return f"{family.name.value}. {family.reason}"


def _written_by(
    connection: sqlite3.Connection,
    layout: Layout,
    place: Place,
    session_id: str,
    envelope: Envelope,
    token: CancelToken,
) -> str:
    """The releases that write such a session, as far as its rows prove it."""
    # Loaded with the first Info: the start of the program needs none of it.
    from store.meerkat.origin import origin_of_rows
    from store.meerkat.written_by import written_by

    origin = origin_of_rows(connection, layout, place, session_id, token)
    return written_by(envelope.version, dict.fromkeys(origin.keys) | envelope.small, origin.beside)


def _envelope(connection: sqlite3.Connection, layout: Layout, place: Place, token: CancelToken) -> Envelope:
    """What stands around the messages of the copy that is shown."""
    if place.head_rowid is not None:
        return read_head_envelope(connection, layout, place.head_rowid, token)
    try:
        source = BlobSource(connection, *place.document)
    except sqlite3.OperationalError:
        return Envelope(faults=[Fault("no-document", "The session has no stored document.")])
    with closing(source):
        if place.size_bytes > LARGE_BYTES and place.sessions_rowid is not None:
            return _large_envelope(connection, place.sessions_rowid, source, token)
        try:
            walk = walk_document(source, token, whole=True)
        except Broken:
            return Envelope(faults=[Fault("bad-json", "The session's document is no JSON object.")])
        envelope = read_envelope(source, walk.spans, token)
        envelope.faults.extend(walk.index.faults)
        return envelope


def _large_envelope(
    connection: sqlite3.Connection, sessions_rowid: int, source: BlobSource, token: CancelToken
) -> Envelope:
    """The envelope of a large document, from the metadata column and the document's two ends."""
    envelope = Envelope()
    found = _USAGE.findall(source.read(max(0, source.size_bytes - TAIL_BYTES), TAIL_BYTES))
    version = re.match(rb'\s*\{\s*"version":\s*(\d{1,9})[,\s}]', source.read(0, 100))
    envelope.version = int(version.group(1)) if version else None
    envelope.is_document = True
    if envelope.is_migrated and envelope.version != VERSION:
        envelope.migrated.append(version_change(envelope.version))
    if found:
        envelope.usage = _usage(found[-1])
    try:
        with closing(BlobSource(connection, "sessions", "metadata_json", sessions_rowid)) as metadata:
            take_metadata(envelope, metadata, 0, token)
    except sqlite3.OperationalError:
        envelope.faults.append(Fault("bad-metadata", "The stored metadata of the session is no JSON object."))
    return envelope


def _usage(data: bytes) -> Usage:
    try:
        return usage_of(orjson.loads(data))
    except ValueError:
        return Usage()


def _fact_lines(
    connection: sqlite3.Connection, layout: Layout, place: Place, facts: RowFacts, token: CancelToken
) -> tuple[tuple[str, str], ...]:
    """Further lines for people: where the session is stored, and what the runtime keeps of it."""
    lines: list[tuple[str, str]] = []
    if place.head_rowid is not None:
        lines.extend(head_fact_lines(connection, layout, place.head_rowid, token))
    else:
        lines.append(("Stored as", "whole document"))
        lines.append(("Document shown", f"{place.size_bytes:,} bytes"))
    if place.copy is Copy.SNAPSHOT and isinstance(place.mark[0], int):
        lines.append(("Row in “sessions”", f"{place.mark[0]:,} bytes"))
    if facts.runtime_state is not None:
        lines.append(("Runtime state", facts.runtime_state))
    if layout.has("runtime_input_states"):
        count = connection.execute(
            "SELECT count(*) FROM runtime_input_states WHERE runtime_id = ?", (RUNTIME_PREFIX + facts.session_id,)
        ).fetchone()[0]
        lines.append(("Inputs recorded", f"{count:,}"))
    return tuple(lines)


def read_unmasked(
    connection: sqlite3.Connection, layout: Layout, session_id: str, path: tuple[str | int, ...], token: CancelToken
) -> str:
    """The stored JSON text of one metadata value. Raises SessionError where there is none."""
    place = find_place(connection, layout, session_id)
    if place.head_rowid is not None:
        key = path[0] if path and isinstance(path[0], str) else ""
        with head_metadata_value(connection, layout, place.head_rowid, key, token) as (source, span):
            return _text_at(source, span, path)
    with closing(_metadata_source(connection, place)) as source:
        begin = 0
        if not (place.size_bytes > LARGE_BYTES and place.sessions_rowid is not None):
            try:
                begin = walk_document(source, token, whole=True).spans["metadata"][0]
            except (Broken, KeyError):
                raise SessionError("The session has no metadata that could be read.") from None
        return value_text(source, begin, path, token)


def _metadata_source(connection: sqlite3.Connection, place: Place) -> BlobSource:
    try:
        if place.size_bytes > LARGE_BYTES and place.sessions_rowid is not None:
            return BlobSource(connection, "sessions", "metadata_json", place.sessions_rowid)
        return BlobSource(connection, *place.document)
    except sqlite3.OperationalError:
        raise SessionDamaged("The session has no metadata that could be read.") from None


def value_text(source: ByteSource, begin: int, path: tuple[str | int, ...], token: CancelToken) -> str:
    """The JSON text of the value under a path in the metadata object at `begin`; whole values as they are stored."""
    span = member_span_at(source, begin, path[0], token) if path and isinstance(path[0], str) else None
    if span is None:
        raise SessionError("There is no such value in the session's metadata.")
    return _text_at(source, span, path)


def _text_at(source: ByteSource, span: tuple[int, int], path: tuple[str | int, ...]) -> str:
    """The same for the value of the path's first key at a span."""
    try:
        text, value = parse(source.read(span[0], span[1] - span[0]))
    except NotStrict as reason:
        raise SessionError(f"This value of the session's metadata cannot be read: {reason}.") from None
    stored = value
    found, value = value_at(stored, path[1:])
    if not found and path[0] == SESSION_METADATA:
        # The tree shows it in its newer form, where the document is of an old one.
        found, value = value_at(migrate_session_metadata(stored).document, path[1:])
    if not found:
        raise SessionError("There is no such value in the session's metadata.")
    try:
        return text if len(path) == 1 else text_of(value)
    except RecursionError:
        raise SessionError("This value of the session's metadata is nested too deeply.") from None
