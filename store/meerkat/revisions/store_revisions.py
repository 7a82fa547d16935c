"""Retained revisions of the sessions of a database: found, indexed and read as the current transcript is.

Each answer is one batch on one consistent state of the file. The index of the revision that was read last is kept.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeVar

from store.cancel import CancelToken
from store.errors import SessionChanged, SessionDamaged
from store.meerkat.checks.releases import releases_of_head
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.codec.walker import Broken, Walker
from store.meerkat.generation import Layout
from store.meerkat.heads.heads import head_of
from store.meerkat.heads.strands import Strand, read_strand
from store.meerkat.heads.trust import trust
from store.meerkat.messages.content import as_count
from store.meerkat.messages.document_walk import walk_document
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.meerkat.origin import origin_of_rows
from store.meerkat.places import Copy, Place, find_place
from store.meerkat.reading import Reading
from store.meerkat.revisions.graph_values import MAX_MESSAGE_BYTES, Body, GraphProblem, read_body
from store.meerkat.revisions.revision_reading import fetch_from, find_kept, index_messages, page_of, unknown_revision
from store.meerkat.revisions.revisions import (
    document_revisions,
    graph_of,
    head_revisions,
    kept_in_graph,
    kept_in_rewrites,
)
from store.meerkat.revisions.rewrites import StrandText, read_rewrites, retirement_source
from store.meerkat.transcripts import Indexed, index_session, open_document, read_messages
from store.opening import Looking
from store.values.message import Message
from store.values.revisions import Revision

T = TypeVar("T")

MAX_PAGE_MESSAGES = 200
_SMALL_BYTES = 64 * 1024


@dataclass(slots=True)
class _Retained:
    """One revision of a database that was indexed, and where its messages stand.

    Attributes:
        stamp: of the state that was read.
        current: the transcript itself, where the revision is the current one.
        strand: of its rows; `base_rowid` of the record of retired rewrites; with neither it is in the document.
    """

    place: Place
    revision: str
    index: TranscriptIndex
    current: Indexed | None = None
    strand: Strand | None = None
    base_rowid: int | None = None
    stamp: Hashable = None


class StoreRevisions:
    """Revisions of the sessions of a database; thread-safe."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self._lock = threading.Lock()
        self._last: tuple[str, _Retained] | None = None

    def revisions(self, layout: Layout, session_id: str, token: CancelToken) -> tuple[Revision, ...]:
        """The revisions of a session, oldest first, the current one last. Raises SessionMissing, SessionDamaged."""

        def batch(connection: sqlite3.Connection) -> tuple[Revision, ...]:
            _prepare(connection, layout)
            return _revisions(connection, layout, find_place(connection, layout, session_id), session_id, token)

        return self._looking.read(batch, token)

    def messages(
        self, layout: Layout, session_id: str, revision: str, begin: int, end: int, token: CancelToken
    ) -> tuple[Message, ...]:
        """Decode messages [begin, end) of a revision; fewer at its end. Raises RevisionMissing, SessionError."""
        found: list[Message] = []
        for first in range(begin, max(end, begin + 1), MAX_PAGE_MESSAGES):
            last = min(end, first + MAX_PAGE_MESSAGES)
            page = self.use(layout, session_id, revision, _decoder(first, last), token)
            found.extend(page)
            if len(page) < last - first:
                break
        return tuple(found)

    def use(self, layout: Layout, session_id: str, revision: str, use: Callable[[Reading], T], token: CancelToken) -> T:
        """Let a function decode messages of a revision. Raises RevisionMissing, SessionMissing, SessionDamaged."""

        def batch(connection: sqlite3.Connection) -> tuple[T, _Retained]:
            _prepare(connection, layout)
            place = find_place(connection, layout, session_id)
            retained = self._kept(session_id, revision, place)
            if retained is None:
                retained = _retain(connection, layout, place, session_id, revision, token)
            reading = Reading(retained.index, lambda wanted: _fetch(connection, retained, wanted, token))
            return use(reading), retained

        (result, retained), stamp = self._looking.read_stamped(batch, token)
        retained.stamp = stamp
        with self._lock:
            self._last = session_id, retained
        return result

    def _kept(self, session_id: str, revision: str, place: Place) -> _Retained | None:
        """The revision that was read last, if it is asked for again and the store has not moved."""
        with self._lock:
            last = self._last
        if last is None or last[0] != session_id or last[1].revision != revision:
            return None
        return last[1] if (last[1].place, last[1].stamp) == (place, self._looking.stamp) else None

    def close(self) -> None:
        """Let go of what is kept."""
        with self._lock:
            self._last = None


def _prepare(connection: sqlite3.Connection, layout: Layout) -> None:
    """Texts come as bytes: what a hostile file calls text need not be any."""
    connection.text_factory = bytes
    if layout.needs_trust:
        trust(connection)


def _decoder(begin: int, end: int) -> Callable[[Reading], tuple[Message, ...]]:
    return lambda reading: page_of(reading, begin, end)


def _revisions(
    connection: sqlite3.Connection, layout: Layout, place: Place, session_id: str, token: CancelToken
) -> tuple[Revision, ...]:
    if place.copy is Copy.HEAD:
        head = head_of(connection, place.head_rowid or 0, token)
        return head_revisions(connection, layout, head, releases_of_head(layout, head.json.version), token)
    keys = _Keys()
    with closing(open_document(connection, place)) as source:
        try:
            walk = walk_document(source, token, whole=True, metadata=keys.step_over)
        except Broken:
            raise _no_document() from None
        origin = origin_of_rows(connection, layout, place, session_id, token)
        releases = origin.releases(as_count(_small(source, walk.spans.get("version"))), keys.found)
        return document_revisions(source, walk.index, walk.spans, releases, token)


def _retain(
    connection: sqlite3.Connection, layout: Layout, place: Place, session_id: str, revision: str, token: CancelToken
) -> _Retained:
    """Find and index one revision. Raises RevisionMissing, SessionDamaged."""
    if place.copy is Copy.HEAD:
        return _retain_rows(connection, layout, place, session_id, revision, token)
    with closing(open_document(connection, place)) as source:
        try:
            walk = walk_document(source, token, whole=True)
        except Broken:
            raise _no_document() from None
        graph = graph_of(source, walk.spans, token)
        kept = find_kept(kept_in_graph(graph), revision) if graph is not None else None
        if kept is not None and kept.body is not None:
            body = kept.body
            return _Retained(place, revision, _indexed_body(source, body, token))
    return _retain_current(connection, layout, place, session_id, revision, token)


def _retain_rows(
    connection: sqlite3.Connection, layout: Layout, place: Place, session_id: str, revision: str, token: CancelToken
) -> _Retained:
    head = head_of(connection, place.head_rowid or 0, token)
    rewrites = read_rewrites(connection, layout, head, token)
    kept = find_kept(kept_in_rewrites(rewrites), revision)
    if kept is not None and kept.rows is not None:
        strand = rewrites.body(kept.rows.strand, kept.rows.length, token)
        try:
            text = StrandText(connection, strand, token)
            index = index_messages(text.read(0, strand.length), None, token)
        except GraphProblem as problem:
            raise SessionDamaged(problem.sentence, "The current transcript may still be whole.") from None
        return _Retained(place, revision, index, strand=strand)
    if kept is not None and kept.body is not None and rewrites.retired_rowid is not None:
        with closing(retirement_source(connection, rewrites.retired_rowid)) as source:
            index = _indexed_body(source, kept.body, token)
        return _Retained(place, revision, index, base_rowid=rewrites.retired_rowid)
    return _retain_current(connection, layout, place, session_id, revision, token)


def _retain_current(
    connection: sqlite3.Connection, layout: Layout, place: Place, session_id: str, revision: str, token: CancelToken
) -> _Retained:
    """The current transcript, where it is what the name means."""
    if _revisions(connection, layout, place, session_id, token)[-1].revision != revision:
        raise unknown_revision(revision)
    indexed = index_session(connection, layout, place, token)
    return _Retained(place, revision, indexed.index, current=indexed)


def _indexed_body(source: ByteSource, body: Body, token: CancelToken) -> TranscriptIndex:
    return index_messages(read_body(source, body, 0, body.count), body.begins, token)


def _fetch(
    connection: sqlite3.Connection, retained: _Retained, wanted: Iterable[int], token: CancelToken
) -> dict[int, bytes]:
    if retained.current is not None:
        return read_messages(connection, retained.current, wanted, token)
    if retained.strand is not None:
        return _fetch_rows(connection, retained.strand, sorted(set(wanted)), token)
    if retained.base_rowid is not None:
        with closing(retirement_source(connection, retained.base_rowid)) as source:
            return fetch_from(source, retained.index, wanted, token)
    with closing(open_document(connection, retained.place)) as source:
        return fetch_from(source, retained.index, wanted, token)


def _fetch_rows(
    connection: sqlite3.Connection, strand: Strand, numbers: list[int], token: CancelToken
) -> dict[int, bytes]:
    """Read rows; those that follow each other in one statement."""
    found: dict[int, bytes] = {}
    position = 0
    while position < len(numbers):
        last = position
        while last + 1 < len(numbers) and numbers[last + 1] == numbers[last] + 1:
            last += 1
        for number, data in read_strand(connection, strand, numbers[position], numbers[last] + 1, token):
            found[number] = data[:MAX_MESSAGE_BYTES]
        position = last + 1
    if len(found) < len(numbers):
        raise SessionChanged
    return found


def _no_document() -> SessionDamaged:
    return SessionDamaged(
        "The stored document of this session is no JSON object.", "The other sessions are unaffected."
    )


@dataclass(slots=True)
class _Keys:
    """The keys of a document's metadata, noted while it is walked."""

    found: set[str] = field(default_factory=set)

    def step_over(self, walker: Walker, begin: int) -> int:
        """Look at the metadata at an offset; returns the offset after it. Raises Broken."""
        if walker.char(begin)[0] != "{":
            return walker.skip(begin)
        for member in walker.members(begin):
            self.found.add(member.key)
            member.end = walker.skip(member.begin)
        return walker.end_of_object


def _small(source: ByteSource, span: tuple[int, int] | None) -> Json:
    if span is None or span[1] - span[0] > _SMALL_BYTES:
        return None
    try:
        return parse(source.read(span[0], span[1] - span[0]))[1]
    except NotStrict:
        return None
