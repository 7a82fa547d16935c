"""Reading transcripts out of a database: the index of one session, and the stored bytes of single messages.

A connection is at hand only for the time of one batch. Two forms exist: whole documents, read through SQLite's blob
access, and strands, where each message is a row.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Hashable, Iterable
from contextlib import closing
from dataclasses import dataclass, field

import orjson

from store.cancel import CancelToken
from store.errors import SessionChanged, SessionDamaged
from store.meerkat.codec.byte_source import BlobSource, ByteSource
from store.meerkat.codec.walker import Broken
from store.meerkat.generation import Layout
from store.meerkat.heads.heads import Head, head_of, read_boundary, unfinished
from store.meerkat.heads.strands import IN_RUN, LINKS_TABLE, Strand, batches, missing_messages, overlay, read_links
from store.meerkat.listing import octets
from store.meerkat.messages.document_walk import MAX_MESSAGE_BYTES, Enough, read_from, walk_document
from store.meerkat.messages.prefix import Prefix, prefix_of
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.meerkat.places import Copy, Place
from store.values.fault import Fault

MAX_INDEXED_ROW_BYTES = 32 * 1024 * 1024
FIRST_WINDOW_BYTES = 64 * 1024
"""Fetched at once when only the beginning is wanted."""

LONG_BYTES = 2 * 1024 * 1024
LONG_ROWS = 5_000
"""Of a longer transcript the beginning is worth reading before all of it is indexed."""

BEYOND_MESSAGES = 2_000
BEYOND_BYTES = 2 * 1024 * 1024
"""How far results are looked for beyond the messages that a beginning shows."""

EDGE_BYTES = 4_096


@dataclass(slots=True)
class Indexed:
    """One indexed transcript and where it was found.

    Attributes:
        place: of the session.
        index: its messages.
        spans: places of the document's top-level values; empty for strands.
        strand: where the messages of a head stand; None for documents.
        rewrites: adopted rewrites of a head.
        numbers: which messages of the strand are there if some are missing, else empty: the number is the position.
        edges: digest of the document's edges, compared when the store moved.
        stamp: of the state that was indexed.
        prefix: by which the messages of a document are known again when more follow; None for strands.
        kept: leading messages that were taken over from an older index.
    """

    place: Place
    index: TranscriptIndex
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    strand: Strand | None = None
    rewrites: int | None = None
    numbers: list[int] = field(default_factory=list)
    edges: bytes = b""
    stamp: Hashable = None
    prefix: Prefix | None = None
    kept: int = 0


def index_session(
    connection: sqlite3.Connection,
    layout: Layout,
    place: Place,
    token: CancelToken,
    is_enough: Enough | None = None,
    since: Indexed | None = None,
) -> Indexed:
    """Index the messages of a session. Raises SessionDamaged when nothing of it can be read.

    Args:
        is_enough: asked from time to time; the index ends where it says so, and is good for one reading only.
        since: an older index of the session; what it holds is taken over if it is stored as before.
    """
    if place.copy is Copy.HEAD:
        return _index_strand(connection, layout, place, token, is_enough, since)
    with closing(open_document(connection, place)) as source:
        try:
            if is_enough is not None:
                walk = walk_document(source, token, window_bytes=FIRST_WINDOW_BYTES, is_enough=is_enough)
                return Indexed(place, walk.index, walk.spans)
            walk = walk_document(source, token, known=since.prefix if since is not None else None)
        except Broken:
            raise SessionDamaged(
                "The stored document of this session is no JSON object.", "The other sessions are unaffected."
            ) from None
        edges = _edges(source, walk.index)
        prefix = prefix_of(source, walk.index, token, since.prefix if since is not None and walk.kept else None)
        return Indexed(place, walk.index, walk.spans, edges=edges, prefix=prefix, kept=walk.kept)


def open_document(connection: sqlite3.Connection, place: Place) -> BlobSource:
    """The stored document of a session, to be closed before its connection. Raises SessionDamaged."""
    try:
        return BlobSource(connection, *place.document)
    except sqlite3.OperationalError:
        raise SessionDamaged("The session has no stored document.", "The other sessions are unaffected.") from None


def _edges(source: ByteSource, index: TranscriptIndex) -> bytes:
    """A digest of the beginning and end of a document, and of what follows its last message: the times stand there."""
    digest = hashlib.sha256(source.read(0, EDGE_BYTES))
    if index.count:
        digest.update(source.read(index.begins[-1], index.sizes[-1] % EDGE_BYTES + EDGE_BYTES))
    digest.update(source.read(max(0, source.size_bytes - EDGE_BYTES), EDGE_BYTES))
    return digest.digest()


def _index_strand(
    connection: sqlite3.Connection,
    layout: Layout,
    place: Place,
    token: CancelToken,
    is_enough: Enough | None,
    since: Indexed | None,
) -> Indexed:
    """Index the rows of a head's strand, along its runs."""
    head = head_of(connection, place.head_rowid or 0, token)
    count = head.message_count
    if count is None:
        raise SessionDamaged("The head of this session does not say how many messages it has.")
    links = read_links(connection, head.session_id) if layout.has(LINKS_TABLE) else {}
    strand = overlay(head.session_id, head.strand, count, links, token)
    indexed = Indexed(place, TranscriptIndex(), strand=strand, rewrites=head.rewrite_count)
    indexed.index.faults.extend((*head.faults, *strand.faults))
    if since is not None and _is_same_strand(connection, indexed, since):
        indexed.index.begin_with(since.index)
        indexed.kept = since.index.count
    numbers = list(range(indexed.kept))
    has_all = _index_runs(connection, indexed, numbers, token, is_enough)
    if not has_all:
        indexed.numbers = numbers
        return indexed
    if len(numbers) < count:
        indexed.numbers = numbers
        indexed.index.faults.append(Fault("missing-messages", missing_messages(count - len(numbers), count)))
    _note_unfinished(connection, layout, head, indexed.index)
    return indexed


def _index_runs(
    connection: sqlite3.Connection,
    indexed: Indexed,
    numbers: list[int],
    token: CancelToken,
    is_enough: Enough | None,
) -> bool:
    """Index the messages that are not yet, appending their numbers; False if enough of them are."""
    strand = indexed.strand
    assert strand is not None
    size = octets("m.message_json")
    for run in strand.within(indexed.kept, strand.length):
        cursor = connection.execute(
            f"SELECT m.seq, {size}, CASE WHEN {size} <= {MAX_INDEXED_ROW_BYTES} THEN CAST(m.message_json AS BLOB)"
            " ELSE substr(CAST(m.message_json AS BLOB), 1, 400) END"
            f" FROM session_strand_messages m WHERE {IN_RUN} ORDER BY m.seq",
            strand.range_of(run),
        )
        shift = run.begin - run.first
        for rows in batches(cursor, token):
            numbers.extend(row[0] + shift for row in rows)
            _index_rows(indexed.index, rows)
            token.report(len(numbers), strand.length, "Reading transcript", "messages")
            if is_enough is not None and is_enough(indexed.index):
                return False
    return True


def _note_unfinished(connection: sqlite3.Connection, layout: Layout, head: Head, index: TranscriptIndex) -> None:
    """Say that the last messages belong to a run that did not finish (formats/meerkat.md §1.5, rule 10)."""
    boundary = read_boundary(connection, layout, head.session_id)
    if boundary is None:
        return
    is_same = boundary.committed_token == head.columns.cas_token
    fault = unfinished(head.message_count, boundary.head.message_count, is_same, boundary.tail)
    if fault is not None:
        index.faults.append(fault)


def _is_same_strand(connection: sqlite3.Connection, indexed: Indexed, since: Indexed) -> bool:
    """Whether the rows that were indexed are the first ones of the strand still.

    Rows of a strand are never changed (formats/meerkat.md §1.5), so that it is enough that the head is on the same
    rows without a further rewrite, and that the last row is as it was. An index that lacks rows is made again.
    """
    strand, old, count = indexed.strand, since.strand, since.index.count
    if strand is None or old is None or since.numbers or not 0 < count <= strand.length:
        return False
    if (indexed.rewrites, strand.name) != (since.rewrites, old.name) or not strand.has_same_rows(old, count):
        return False
    return _row_size(connection, strand, count - 1) == since.index.sizes[-1]


def _row_size(connection: sqlite3.Connection, strand: Strand, number: int) -> int | None:
    """Stored bytes of one message, None if it is not there."""
    for run in strand.within(number, number + 1):
        row = connection.execute(
            f"SELECT {octets('m.message_json')} FROM session_strand_messages m WHERE {IN_RUN}", strand.range_of(run)
        ).fetchone()
        return None if row is None else row[0]
    return None


def _index_rows(index: TranscriptIndex, rows: list[tuple[int, int | None, bytes | None]]) -> None:
    """Take rows of a strand into the index. The fast parser refuses what the systems refuse, doubled keys apart."""
    loads, add = orjson.loads, index.add
    for _, length, data in rows:
        size = length or 0
        if size > MAX_INDEXED_ROW_BYTES:
            index.add_large((data or b"").decode("latin-1"), size)
            continue
        try:
            value = loads(data or b"")
        except ValueError:
            index.add_damaged(size)
        else:
            add(value, size)


def is_long(place: Place) -> bool:
    """Whether a transcript takes a noticeable time to index."""
    if place.copy is Copy.HEAD:
        return isinstance(place.mark[1], int) and place.mark[1] > LONG_ROWS
    return place.size_bytes > LONG_BYTES


def enough_for(limit: int) -> Enough:
    """What says when the first messages, and those with the results of their calls, are indexed.

    Args:
        limit: messages that are wanted.
    """

    def is_enough(index: TranscriptIndex) -> bool:
        if sum(index.sizes) > BEYOND_BYTES:
            return True
        return index.count >= limit and (index.count >= limit + BEYOND_MESSAGES or not index.join.is_waiting(limit))

    return is_enough


def index_beginning(
    connection: sqlite3.Connection, layout: Layout, place: Place, limit: int, token: CancelToken
) -> Indexed:
    """Index the first messages of a session, and as many more as their calls need to find their results.

    Raises SessionDamaged.
    """
    return index_session(connection, layout, place, token, enough_for(limit))


def verify(connection: sqlite3.Connection, found: Place, indexed: Indexed, has_moved: bool, token: CancelToken) -> None:
    """Raise SessionChanged unless the stored session is the one that was indexed.

    Args:
        found: where it stands now.
        has_moved: whether the store's stamp is another one than that of the index.
    """
    if found != indexed.place:
        raise SessionChanged
    if has_moved and found.copy is Copy.HEAD and not _has_same_links(connection, indexed, token):
        raise SessionChanged
    if has_moved and found.copy is not Copy.HEAD:
        with closing(open_document(connection, found)) as source:
            if _edges(source, indexed.index) != indexed.edges:
                raise SessionChanged


def _has_same_links(connection: sqlite3.Connection, indexed: Indexed, token: CancelToken) -> bool:
    """Whether the rows of a strand are to be found where they were; the head itself was compared already."""
    old = indexed.strand
    if old is None:
        return False
    links = read_links(connection, old.session_id)
    return overlay(old.session_id, old.name, old.length, links, token) == old


def read_messages(
    connection: sqlite3.Connection, indexed: Indexed, wanted: Iterable[int], token: CancelToken
) -> dict[int, bytes]:
    """Read the stored bytes of messages; of one over MAX_MESSAGE_BYTES only the beginning."""
    numbers = sorted(set(wanted))
    if indexed.place.copy is Copy.HEAD:
        return _read_rows(connection, indexed, numbers, token)
    with closing(open_document(connection, indexed.place)) as source:
        return read_from(source, indexed.index, numbers, token)


def _read_rows(
    connection: sqlite3.Connection, indexed: Indexed, numbers: list[int], token: CancelToken
) -> dict[int, bytes]:
    strand = indexed.strand
    assert strand is not None
    found: dict[int, bytes] = {}
    for number in numbers:
        token.check()
        place = indexed.numbers[number] if indexed.numbers else number
        row = None
        for run in strand.within(place, place + 1):
            row = connection.execute(
                "SELECT coalesce(substr(CAST(m.message_json AS BLOB), 1, ?), x'') FROM session_strand_messages m"
                f" WHERE {IN_RUN}",
                (MAX_MESSAGE_BYTES, *strand.range_of(run)),
            ).fetchone()
        if row is None or len(row[0]) != min(indexed.index.sizes[number], MAX_MESSAGE_BYTES):
            raise SessionChanged
        found[number] = row[0]
    return found
