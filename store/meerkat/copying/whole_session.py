"""Reading everything of one session, from a whole document or from a head with its strand and cells (§1.5, §2.1).

Unlike what is read to be shown this is all or nothing: a session of which something is missing raises.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from store.cancel import CancelToken
from store.errors import SessionDamaged, SessionError
from store.meerkat.checks.documents import Places
from store.meerkat.codec.byte_source import BlobSource, ByteSource
from store.meerkat.codec.codec import decode, encode
from store.meerkat.codec.strict_json import Json, NotStrict
from store.meerkat.codec.walker import Broken, Undecodable, Walker
from store.meerkat.generation import Generation, Layout
from store.meerkat.heads.cells import read_cells
from store.meerkat.heads.head_detail import inline_metadata
from store.meerkat.heads.heads import Head, head_of, read_boundary, unfinished
from store.meerkat.heads.strands import MAX_READ_BYTES, read_strand, resolve_strand
from store.meerkat.messages.document_walk import MAX_MESSAGE_BYTES, DocumentWalk, read_from, walk_document
from store.meerkat.places import Copy, Place, find_place
from store.meerkat.session_detail import copies_agree
from store.meerkat.summaries import read_facts
from store.values.amounts import counted
from store.values.session import SessionState
from store.values.store import StoreKey
from store.values.whole import WholeSession

PAGE_MESSAGES = 200
_OF_HEAD = ("created_at", "updated_at", "usage", "model_routing_control")
"""What of a head belongs to the session itself; the rest says how it is stored."""

_HEAD_FIELDS = frozenset(
    (
        *("id", "version", "strand", "head_revision", "message_count", "message_row_prefix", "row_lineage_anchor"),
        *("rewrite_count", "rewrite_prefix", "graph_prefix", "realtime_event_prefix", "created_at", "updated_at"),
        *("usage", "metadata_identity", "metadata", "model_routing_control"),
    )
)
"""All members of a head in every known release (rule 2)."""

_SAYS_SOMETHING = "instr(CAST(event_json AS TEXT), '\"items\":{}') = 0"
"""Each rewrite of any session leaves a record of a live voice that never spoke."""

_DIFFERING = "Its two stored copies differ in their messages or history; the copy is of the one that is shown."
_OTHER_SESSIONS = "The other sessions are unaffected."


def read_whole(
    connection: sqlite3.Connection, layout: Layout, store: StoreKey, session_id: str, token: CancelToken
) -> WholeSession:
    """Read everything of one session of a database.

    Raises:
        SessionMissing: there is none.
        SessionDamaged: something of it is missing or cannot be read.
        SessionError: it is of a Meerkat that is not known.
    """
    if layout.generation is Generation.NEWER:
        raise SessionError("The store is newer than every Meerkat known to Burrow: a copy of it could lack something.")
    place = find_place(connection, layout, session_id)
    state = read_facts(connection, layout, (place.handle,), token)[place.handle].summary(store).state
    if place.copy is Copy.HEAD:
        whole = _whole_of_head(connection, layout, place, session_id, token)
    else:
        try:
            source = BlobSource(connection, *place.document)
        except sqlite3.OperationalError:
            raise SessionDamaged("The session has no stored document.", _OTHER_SESSIONS) from None
        with closing(source):
            whole = whole_of_document(source, session_id, token)
        if not copies_agree(connection, place, token):
            whole = replace(whole, left_behind=(_DIFFERING,))
    return replace(whole, is_archived=state is SessionState.ARCHIVED)


def whole_of_document(source: ByteSource, session_id: str, token: CancelToken) -> WholeSession:
    """Read everything of a session that is one document. Raises SessionDamaged."""
    try:
        walk = walk_document(source, token, whole=True, index=Places())
    except Broken:
        raise SessionDamaged("The session's document is no JSON object.", _OTHER_SESSIONS) from None
    if walk.index.faults:
        raise SessionDamaged(walk.index.faults[0].sentence, _OTHER_SESSIONS)
    envelope = {
        key.encode("latin-1", "replace").decode("utf-8", "replace"): source.read(begin, end - begin)
        for key, (begin, end) in walk.spans.items()
        if key not in ("messages", "metadata")
    }
    span = walk.spans.get("metadata")
    return WholeSession(
        session_id=session_id,
        version=_count(envelope.get("version")),
        envelope=envelope,
        metadata=_members(source, span[0], token) if span is not None else {},
        messages=tuple(_messages(source, walk, token)),
    )


def _messages(source: ByteSource, walk: DocumentWalk, token: CancelToken) -> Iterator[bytes]:
    index = walk.index
    for begin in range(0, index.count, PAGE_MESSAGES):
        numbers = list(range(begin, min(index.count, begin + PAGE_MESSAGES)))
        page = read_from(source, index, numbers, token)
        for number in numbers:
            if index.sizes[number] > MAX_MESSAGE_BYTES:
                raise _too_long(number)
            yield page[number]


def _members(source: ByteSource, begin: int, token: CancelToken) -> dict[str, bytes]:
    """The stored JSON of each member of the object at `begin`. Raises SessionDamaged."""
    walker = Walker(source, token)
    found: dict[str, bytes] = {}
    try:
        for member in walker.members(begin):
            key = member.name
            member.end = end = walker.skip(member.begin)
            if key in found:
                raise SessionDamaged(f"The session's metadata holds the key “{key}” twice.", _OTHER_SESSIONS)
            found[key] = source.read(member.begin, end - member.begin)
    except (Broken, Undecodable):
        raise SessionDamaged("The stored metadata of the session is no JSON object.", _OTHER_SESSIONS) from None
    return found


def _whole_of_head(
    connection: sqlite3.Connection, layout: Layout, place: Place, session_id: str, token: CancelToken
) -> WholeSession:
    head = head_of(connection, place.head_rowid or 0, token)
    unknown = [key for key in head.json.fields if key not in _HEAD_FIELDS]
    if unknown:
        raise SessionError(f"Its head holds “{unknown[0][:60]}”, which no Meerkat known to Burrow writes.")
    broken = next(iter(head.json.faults), None)
    count = head.message_count
    if broken is not None or count is None:
        raise SessionDamaged(broken.sentence if broken else "The head counts no messages.", _OTHER_SESSIONS)
    strand = resolve_strand(connection, head.session_id, head.strand, count, token)
    if strand.faults or strand.missing:
        raise SessionDamaged(strand.faults[0].sentence if strand.faults else "Messages are missing.", _OTHER_SESSIONS)
    messages = []
    for number, data in read_strand(connection, strand, 0, count, token):
        if len(data) >= MAX_READ_BYTES:
            raise _too_long(number)
        messages.append(data)
    fields = {key: encode(head.json.fields[key]) for key in _OF_HEAD if key in head.json.fields}
    name = head.json.session_id
    return WholeSession(
        session_id=session_id,
        version=head.json.version,
        envelope={"id": encode(name if name is not None else session_id), **fields},
        metadata=_metadata_of_head(connection, layout, head, token),
        messages=tuple(messages),
        left_behind=_left_behind(connection, layout, head),
    )


def _metadata_of_head(
    connection: sqlite3.Connection, layout: Layout, head: Head, token: CancelToken
) -> dict[str, bytes]:
    """The metadata of a head, from the head itself or from its cells. Raises SessionDamaged."""
    if not head.json.has_cells:
        with inline_metadata(connection, head.rowid, token) as found:
            if found is None:
                raise SessionDamaged("The stored metadata of the session is no JSON object.", _OTHER_SESSIONS)
            return _members(*found, token)
    identity = head.json.fields.get("metadata_identity")
    cells = read_cells(connection, layout, head.session_id, identity, MAX_READ_BYTES)
    if cells.faults:
        raise SessionDamaged(cells.faults[0].sentence, _OTHER_SESSIONS)
    found_cells: dict[str, bytes] = {}
    for cell in cells.cells:
        if cell.value is None:
            raise SessionDamaged(f"The metadata value “{cell.name[:100]}” is too large to be copied.", _OTHER_SESSIONS)
        found_cells[cell.name] = cell.value
    return found_cells


def _left_behind(connection: sqlite3.Connection, layout: Layout, head: Head) -> tuple[str, ...]:
    """What is kept of a session beside its head, messages and metadata, and does not go into a document."""
    notes: list[str] = []
    if head.rewrite_count:
        rewrites = counted(head.rewrite_count, "rewrite")
        notes.append(f"Its history ({rewrites}, with the messages that they replaced) is not in the copy.")
    if layout.has("session_component_events"):
        (count,) = connection.execute(
            f"SELECT count(*) FROM session_component_events WHERE session_id = CAST(? AS TEXT) AND {_SAYS_SOMETHING}",
            (head.session_id,),
        ).fetchone()
        if count:
            records = "1 record of live voice is" if count == 1 else f"{count:,} records of live voice are"
            notes.append(f"{records} kept apart from its metadata and not in the copy.")
    boundary = read_boundary(connection, layout, head.session_id)
    if boundary is not None:
        is_same = boundary.committed_token == head.columns.cas_token
        fault = unfinished(head.message_count, boundary.head.message_count, is_same, boundary.tail)
        if fault is not None:
            notes.append(f"{fault.sentence} The copy holds all messages.")
    return tuple(notes)


def _count(data: bytes | None) -> int | None:
    try:
        value: Json = decode(data) if data is not None else None
    except NotStrict:
        return None
    return value if type(value) is int else None


def _too_long(number: int) -> SessionDamaged:
    return SessionDamaged(f"Message {number + 1:,} is too long to be copied.", _OTHER_SESSIONS)
