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
from store.meerkat.byte_source import BlobSource, ByteSource
from store.meerkat.document_walk import MAX_MESSAGE_BYTES, Enough, read_from, walk_document
from store.meerkat.generation import NOT_YET, Layout
from store.meerkat.head_rows import OF_HEAD, missing_messages
from store.meerkat.listing import octets
from store.meerkat.places import Copy, Place
from store.meerkat.prefix import Prefix, prefix_of
from store.meerkat.transcript_index import TranscriptIndex
from store.meerkat.walker import Broken
from store.values.fault import Fault

MAX_INDEXED_ROW_BYTES = 32 * 1024 * 1024
FETCHED_ROWS = 500
FIRST_ROWS = 100
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
        seqs: row numbers of a strand's messages if some are missing, else empty: the number is the position.
        edges: digest of the document's edges, compared when the store moved.
        stamp: of the state that was indexed.
        prefix: by which the messages of a document are known again when more follow; None for strands.
        kept: leading messages that were taken over from an older index.
    """

    place: Place
    index: TranscriptIndex
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    seqs: list[int] = field(default_factory=list)
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
    """Index the rows of a head's strand."""
    rowid = place.head_rowid
    count = place.mark[1]
    if layout.has("session_strand_links"):
        statement = f"SELECT EXISTS (SELECT 1 FROM session_strand_links l WHERE {OF_HEAD.format('l')})"
        if connection.execute(statement, (rowid, rowid)).fetchone()[0]:
            raise SessionDamaged(f"The messages of this session are linked strands: {NOT_YET}.")
    if not isinstance(count, int) or count < 0:
        raise SessionDamaged("The head of this session does not say how many messages it has.")
    indexed = Indexed(place, TranscriptIndex())
    if since is not None and _is_same_strand(connection, place, since):
        indexed.index.begin_with(since.index)
        indexed.kept = since.index.count
    size = octets("m.message_json")
    cursor = connection.execute(
        f"SELECT m.seq, {size}, CASE WHEN {size} <= {MAX_INDEXED_ROW_BYTES} THEN CAST(m.message_json AS BLOB)"
        " ELSE substr(CAST(m.message_json AS BLOB), 1, 400) END"
        f" FROM session_strand_messages m WHERE {OF_HEAD.format('m')} AND m.seq >= ? AND m.seq < ? ORDER BY m.seq",
        (rowid, rowid, indexed.kept, count),
    )
    seqs = list(range(indexed.kept))
    while rows := cursor.fetchmany(FETCHED_ROWS if is_enough is None else FIRST_ROWS):
        token.check()
        seqs.extend(row[0] for row in rows)
        _index_rows(indexed.index, rows)
        token.report(len(seqs), count, "Reading transcript", "messages")
        if is_enough is not None and is_enough(indexed.index):
            indexed.seqs = seqs
            return indexed
    if len(seqs) < count:
        indexed.seqs = seqs
        indexed.index.faults.append(Fault("missing-messages", missing_messages(count - len(seqs), count)))
    return indexed


def _is_same_strand(connection: sqlite3.Connection, place: Place, since: Indexed) -> bool:
    """Whether the rows that were indexed are the first ones of the strand still.

    Rows of a strand are never changed (formats/meerkat.md §1.5), so that it is enough that the head is on the same
    strand without a further rewrite, and that the last row is as it was. An index that lacks rows is made again.
    """
    old, count = since.place, since.index.count
    if old.copy is not Copy.HEAD or since.seqs or not count:
        return False
    _, covered, rewrites, _, strand = place.mark
    if (rewrites, strand) != (old.mark[2], old.mark[4]) or not isinstance(covered, int) or count > covered:
        return False
    last = connection.execute(
        f"SELECT {octets('m.message_json')} FROM session_strand_messages m WHERE {OF_HEAD.format('m')} AND m.seq = ?",
        (place.head_rowid, place.head_rowid, count - 1),
    ).fetchone()
    return last is not None and last[0] == since.index.sizes[-1]


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


def index_beginning(
    connection: sqlite3.Connection, layout: Layout, place: Place, limit: int, token: CancelToken
) -> Indexed:
    """Index the first messages of a session, and as many more as their calls need to find their results.

    Raises SessionDamaged.
    """

    def is_enough(index: TranscriptIndex) -> bool:
        if sum(index.sizes) > BEYOND_BYTES:
            return True
        return index.count >= limit and (index.count >= limit + BEYOND_MESSAGES or not index.join.is_waiting(limit))

    return index_session(connection, layout, place, token, is_enough)


def verify(connection: sqlite3.Connection, found: Place, indexed: Indexed, has_moved: bool) -> None:
    """Raise SessionChanged unless the stored session is the one that was indexed.

    Args:
        found: where it stands now.
        has_moved: whether the store's stamp is another one than that of the index.
    """
    if found != indexed.place:
        raise changed()
    if has_moved and found.copy is not Copy.HEAD:
        with closing(open_document(connection, found)) as source:
            if _edges(source, indexed.index) != indexed.edges:
                raise changed()


def changed() -> SessionChanged:
    """The error for a session that is not the indexed one any more."""
    return SessionChanged("The session has changed since it was opened.", "Reload to read it as it is now.")


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
    rowid = indexed.place.head_rowid
    found: dict[int, bytes] = {}
    for number in numbers:
        token.check()
        seq = indexed.seqs[number] if indexed.seqs else number
        row = connection.execute(
            "SELECT coalesce(substr(CAST(m.message_json AS BLOB), 1, ?), x'') FROM session_strand_messages m"
            f" WHERE {OF_HEAD.format('m')} AND m.seq = ?",
            (MAX_MESSAGE_BYTES, rowid, rowid, seq),
        ).fetchone()
        if row is None or len(row[0]) != min(indexed.index.sizes[number], MAX_MESSAGE_BYTES):
            raise changed()
        found[number] = row[0]
    return found
