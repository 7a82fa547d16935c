"""A Meerkat database as a backend: one opened `sessions.sqlite3`, looked at and never touched.

Thread-safe. Every answer is one batch on one consistent state of the file (store/opening); between calls only indexes
of opened transcripts are held.
"""

from __future__ import annotations

import sqlite3
import time
from array import array
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import SessionChanged, SessionError
from store.meerkat.blobs import read_blob
from store.meerkat.candidates import find_candidates
from store.meerkat.census import read_census, read_recent_ids, read_waiting_ids
from store.meerkat.generation import Layout, recognise
from store.meerkat.heads.row_numbers import refuse_row_numbers
from store.meerkat.heads.trust import needs_trust, trust
from store.meerkat.listing import Sources, find_sources, list_handles
from store.meerkat.messages.plain_texts import read_plain_texts
from store.meerkat.places import find_place
from store.meerkat.reading import Reading
from store.meerkat.realm import RUNNING_S, is_store_running, realm_id, store_name
from store.meerkat.recently_used import RecentlyUsed
from store.meerkat.session_detail import index_with_faults, matching_ids, read_detail, read_unmasked
from store.meerkat.summaries import read_summaries
from store.meerkat.transcripts import Indexed, index_beginning, is_long, read_messages, verify
from store.meerkat.whole_facts import read_catalogue_facts
from store.meerkat.writable import writability
from store.opening import Looking
from store.values.checks import Finding, SessionCheck, SizeBreakdown
from store.values.fault import Fault
from store.values.following import Followed
from store.values.listing import CatalogueFacts, CensusRow
from store.values.message import ImageRef, Message, Outline, WholeRef
from store.values.revisions import Revision
from store.values.session import SessionDetail, SessionIds, SessionSummary, SortOrder
from store.values.store import StoreFacts, StoreKey, StoreKind
from store.values.texts import PlainMessage
from store.values.whole import WholeSession

if TYPE_CHECKING:
    from store.changing import Changing
    from store.meerkat.findings import Read
    from store.meerkat.revisions.store_revisions import StoreRevisions

# Proofs, findings and old revisions are loaded when somebody asks for them: the start of the program needs none.

T = TypeVar("T")

MAX_PAGE_MESSAGES = 200
MAX_PICKED_MESSAGES = 1_000
"""Single messages stand far apart; to find the first of a batch in a large document takes as long as reading many."""

MAX_PAGE_ROWS = 500
"""More are read in several batches, so that none takes long."""

MAX_INDEXES_BYTES = 48 * 1024 * 1024


class StoreFile:
    """One opened database of Meerkat."""

    def __init__(self, looking: Looking, layout: Layout) -> None:
        self._looking = looking
        self._layout = layout
        self._key = StoreKey(str(looking.path))
        self._indexes = RecentlyUsed[Indexed](MAX_INDEXES_BYTES, lambda indexed: indexed.index.size_bytes)
        self._sources: Sources | None = None

    def facts(self, token: CancelToken) -> StoreFacts:
        """Say what the store is and how it is being read; counts its sessions."""
        may_wait("read a store")
        main = self._looking.path
        sources = self._read(lambda connection: find_sources(connection, self._layout), token)
        left_out = self._documents_left_out(token)
        self._sources = sources
        realm = realm_id(main.parent)
        is_writable, write_reason = writability(main, self._layout)
        return StoreFacts(
            key=self._key,
            name=store_name(main, realm),
            file_name=main.name,
            kind=StoreKind.MEERKAT,
            generation=self._layout.generation.value,
            access=self._looking.access,
            why=self._looking.why,
            is_writable=is_writable,
            write_reason=write_reason,
            session_count=sources.count,
            size_bytes=self._looking.size_bytes,
            is_running=is_store_running(main),
            state_of_ms=self._looking.state_of_ms,
            realm=realm,
            faults=(*self._layout.faults, *left_out),
        )

    def ids(self, order: SortOrder, token: CancelToken) -> SessionIds:
        """List the handles of all sessions in the given order."""
        may_wait("read a store")

        def batch(connection: sqlite3.Connection) -> array[int]:
            # Whoever lists has asked for the facts just before; to find out the same again would double the time.
            sources = self._sources or find_sources(connection, self._layout)
            return list_handles(connection, self._layout, sources, order, token)

        handles = self._read(batch, token)
        return SessionIds(handles, order)

    def summaries(self, handles: Sequence[int], token: CancelToken) -> tuple[SessionSummary, ...]:
        """Read rows for handles, in their order."""
        may_wait("read a store")
        is_running = is_store_running(self._looking.path)
        found: list[SessionSummary] = []
        for begin in range(0, len(handles), MAX_PAGE_ROWS):
            page = tuple(handles[begin : begin + MAX_PAGE_ROWS])
            found.extend(self._read(self._summaries_batch(page, is_running, token), token))
        return tuple(found)

    def _summaries_batch(
        self, page: tuple[int, ...], is_running: bool, token: CancelToken
    ) -> Callable[[sqlite3.Connection], tuple[SessionSummary, ...]]:
        return lambda connection: read_summaries(connection, self._layout, self._key, page, is_running, token)

    def matching_ids(self, beginning: str, token: CancelToken) -> tuple[str, ...]:
        """Session ids that are or begin with these characters; at most 10, the exact one alone."""
        may_wait("read a store")
        return self._read(lambda connection: matching_ids(connection, self._layout, beginning), token)

    def census(self, after_handle: int | None, limit: int, token: CancelToken) -> tuple[CensusRow, ...]:
        """Read the stored columns of the next sessions, along the rows of their tables."""
        may_wait("read a store")

        def batch(connection: sqlite3.Connection) -> tuple[CensusRow, ...]:
            # A later page belongs to the same question; a store that gains a table of sessions meanwhile is read anew.
            sources = self._sources if after_handle is not None else None
            self._sources = sources = sources or find_sources(connection, self._layout)
            return read_census(connection, self._layout, sources, after_handle, limit, token)

        return self._read(batch, token)

    def catalogue_facts(self, handles: Sequence[int], token: CancelToken) -> tuple[CatalogueFacts, ...]:
        """Read what the whole documents say, one answer a handle, in their order."""
        may_wait("read a store")
        return self._read(lambda connection: read_catalogue_facts(connection, self._layout, handles, token), token)

    def running_ids(self, token: CancelToken) -> frozenset[str]:
        """Ids of the sessions that a program works on now; none where nothing says that the store is in use."""
        may_wait("read a store")
        if not is_store_running(self._looking.path):
            return frozenset()
        now_ms = int(time.time() * 1000)

        def batch(connection: sqlite3.Connection) -> frozenset[str]:
            sources = self._sources or find_sources(connection, self._layout)
            recent = read_recent_ids(connection, self._layout, sources, now_ms - RUNNING_S * 1000, now_ms + 2000)
            return recent | read_waiting_ids(connection, self._layout)

        return self._read(batch, token)

    def detail(self, session_id: str, token: CancelToken) -> SessionDetail:
        """Read what the Info tab shows."""
        may_wait("read a session")
        is_running = is_store_running(self._looking.path)
        return self._read(
            lambda connection: read_detail(connection, self._layout, self._key, session_id, is_running, token), token
        )

    def unmasked(self, session_id: str, path: tuple[str | int, ...], token: CancelToken) -> str:
        """The stored JSON text of one masked metadata value."""
        may_wait("read a session")
        return self._read(lambda connection: read_unmasked(connection, self._layout, session_id, path, token), token)

    def outline(self, session_id: str, token: CancelToken) -> Outline:
        """Index the session's messages, anew each time."""
        may_wait("read a session")
        return self._index(session_id, token).index.outline()

    def beginning(self, session_id: str, limit: int, token: CancelToken) -> tuple[Outline, tuple[Message, ...]] | None:
        """Read the first messages of a long session; nothing of it is kept."""
        may_wait("read a session")

        def batch(connection: sqlite3.Connection) -> tuple[Outline, tuple[Message, ...]] | None:
            place = find_place(connection, self._layout, session_id)
            if not is_long(place):
                return None
            indexed = index_beginning(connection, self._layout, place, limit, token)
            outline = indexed.index.beginning(limit)
            reading = Reading(indexed.index, lambda wanted: read_messages(connection, indexed, wanted, token))
            return outline, reading.messages(0, outline.count)

        return self._read(batch, token)

    def messages(self, session_id: str, begin: int, end: int, token: CancelToken) -> tuple[Message, ...]:
        """Decode messages [begin, end)."""
        may_wait("read a session")
        if not 0 <= begin <= end:
            raise SessionError("There are no messages at these positions.")
        found: list[Message] = []
        for first in range(begin, end, MAX_PAGE_MESSAGES):
            last = min(end, first + MAX_PAGE_MESSAGES)
            found.extend(self._with_reading(session_id, token, _decoder(first, last)))
        return tuple(found)

    def messages_at(self, session_id: str, numbers: Sequence[int], token: CancelToken) -> tuple[Message, ...]:
        """Decode single messages."""
        may_wait("read a session")
        found: list[Message] = []
        for first in range(0, len(numbers), MAX_PICKED_MESSAGES):
            page = tuple(numbers[first : first + MAX_PICKED_MESSAGES])
            found.extend(self._with_reading(session_id, token, _picker(page)))
        return tuple(found)

    def candidates(self, session_id: str, words: Sequence[str], begin: int, end: int, token: CancelToken) -> array[int]:
        """Messages of [begin, end) that could hold all the words."""
        may_wait("look through a session")

        def look(connection: sqlite3.Connection, indexed: Indexed) -> array[int]:
            return find_candidates(connection, indexed, words, begin, end, token)

        return self._with_indexed(session_id, token, look)

    def plain_texts(
        self, session_id: str, numbers: Sequence[int], token: CancelToken
    ) -> tuple[PlainMessage | None, ...]:
        """The texts of single messages; None for each that must be decoded."""
        may_wait("look through a session")

        def look(connection: sqlite3.Connection, indexed: Indexed) -> tuple[PlainMessage | None, ...]:
            def fetch(wanted: Iterable[int]) -> dict[int, bytes]:
                return read_messages(connection, indexed, wanted, token)

            return read_plain_texts(indexed.index, numbers, fetch, token)

        return self._with_indexed(session_id, token, look)

    def raw(self, session_id: str, message: int, token: CancelToken) -> bytes:
        """The exact stored bytes of a message's JSON value."""
        may_wait("read a session")
        return self._with_reading(session_id, token, lambda reading: reading.raw(message))

    def whole(self, session_id: str, ref: WholeRef, token: CancelToken) -> str:
        """The uncut text of a block that was cut."""
        may_wait("read a session")
        return self._with_reading(session_id, token, lambda reading: reading.whole(ref))

    def image(self, session_id: str, ref: ImageRef, token: CancelToken) -> bytes:
        """The encoded bytes of an image, inline or from the blob store."""
        may_wait("read an image")
        if ref.blob is not None:
            return read_blob(self._looking.path.parent, ref.blob)
        return self._with_reading(session_id, token, lambda reading: reading.image(ref))

    def checks(self, session_ids: Sequence[str], token: CancelToken) -> tuple[SessionCheck, ...]:
        """Prove what the store promises of sessions, one answer an id, in their order."""
        may_wait("check a session")
        from store.meerkat.checks.sessions import check_sessions

        return check_sessions(self._reader(token), self._layout, self._looking.path, session_ids, token)

    def sizes(self, session_id: str, token: CancelToken) -> SizeBreakdown:
        """Where the bytes of one session go, its blobs and event log included. Raises SessionMissing."""
        may_wait("measure a session")
        from store.meerkat.checks.session_sizes import session_sizes

        return session_sizes(self._reader(token), self._layout, self._looking.path.parent, session_id, token)

    def store_sizes(self, token: CancelToken) -> SizeBreakdown:
        """Where the bytes of the whole store go, its log, blobs and event logs included."""
        may_wait("measure a store")
        from store.meerkat.store_sizes import database_sizes

        return database_sizes(self._looking.path, self._looking.size_bytes, self._reader(token), token)

    def store_findings(self, token: CancelToken) -> tuple[Finding, ...]:
        """What is lost, orphaned or left over in the store and its realm."""
        may_wait("check a store")
        from store.meerkat.findings import database_findings

        count = self._read(lambda connection: find_sources(connection, self._layout), token).count
        return database_findings(self._looking.path, self._layout, self._reader(token), count, token)

    def revisions(self, session_id: str, token: CancelToken) -> tuple[Revision, ...]:
        """The versions of the transcript that are known, oldest first, the current one last."""
        may_wait("read a session")
        return self._retained.revisions(self._layout, session_id, token)

    def revision_messages(
        self, session_id: str, revision: str, begin: int, end: int, token: CancelToken
    ) -> tuple[Message, ...]:
        """Decode messages [begin, end) of one version."""
        may_wait("read a session")
        return self._retained.messages(self._layout, session_id, revision, begin, end, token)

    def revision_raw(self, session_id: str, revision: str, message: int, token: CancelToken) -> bytes:
        """The exact stored bytes of a message of one version."""
        may_wait("read a session")
        return self._retained.use(self._layout, session_id, revision, lambda reading: reading.raw(message), token)

    def revision_whole(self, session_id: str, revision: str, ref: WholeRef, token: CancelToken) -> str:
        """The uncut text of a block that was cut, in one version."""
        may_wait("read a session")
        return self._retained.use(self._layout, session_id, revision, lambda reading: reading.whole(ref), token)

    def whole_session(self, session_id: str, token: CancelToken) -> WholeSession:
        """Read everything of one session exactly. Raises SessionMissing, SessionDamaged."""
        may_wait("read a session")
        from store.meerkat.copying.whole_session import read_whole

        return self._read(lambda connection: read_whole(connection, self._layout, self._key, session_id, token), token)

    def changing(self) -> Changing:
        """How the store is changed; where it may not be, its plans say why."""
        from store.meerkat.outside.changing import StoreFileChanging

        return StoreFileChanging(self._looking)

    def has_changed(self) -> bool:
        """Whether the files moved since they were opened or refreshed."""
        return self._looking.has_changed()

    def is_running(self) -> bool:
        """Whether a program works on the store now."""
        may_wait("look at a store's files")
        return is_store_running(self._looking.path)

    def refresh(self, token: CancelToken) -> bool:
        """Read the newest state from now on; a layout that was migrated meanwhile is recognised anew."""
        if not self._looking.refresh(token):
            return False
        name = self._looking.path.name
        self._layout = self._looking.read(lambda connection: recognise_layout(connection, name), token)
        self._sources = None
        return True

    def follow(self, session_id: str, since: Outline, token: CancelToken) -> Followed:
        """Index what is new in a session; all of it where it is not the old one with more at its end."""
        may_wait("read a session")
        known = self._indexes.get(session_id)
        if known is not None and not known.index.is_of(since):
            known = None

        def batch(connection: sqlite3.Connection) -> Indexed | None:
            place = find_place(connection, self._layout, session_id)
            if known is not None:
                with suppress(SessionChanged):
                    verify(connection, place, known, True, token)
                    return None
            return index_with_faults(connection, self._layout, place, token, known)

        indexed, stamp = self._looking.read_stamped(_with_bytes(batch, self._layout), token)
        if indexed is None:
            assert known is not None
            known.stamp = stamp
            return Followed(since, since.count)
        indexed.stamp = stamp
        self._indexes.put(session_id, indexed)
        joined = known.index.join.count if known is not None else 0
        redrawn = indexed.index.join.calls_joined_since(joined, indexed.kept) if indexed.kept else ()
        return Followed(indexed.index.outline(), indexed.kept, redrawn)

    def close(self) -> None:
        """Give back snapshots and indexes."""
        self._indexes.clear()
        if "_retained" in self.__dict__:
            self._retained.close()
        self._looking.close()

    @cached_property
    def _retained(self) -> StoreRevisions:
        from store.meerkat.revisions.store_revisions import StoreRevisions

        return StoreRevisions(self._looking)

    def _documents_left_out(self, token: CancelToken) -> tuple[Fault, ...]:
        """A fault for documents beside a runtime's own database that are not listed."""
        if self._layout.has("sessions"):
            return ()
        from store.meerkat.documents.realm_documents import documents_left_out

        return documents_left_out(self._layout, self._looking.path, self._reader(token), token)

    def _read(self, batch: Callable[[sqlite3.Connection], T], token: CancelToken) -> T:
        return self._looking.read(_with_bytes(batch, self._layout), token)

    def _reader(self, token: CancelToken) -> Read:
        """What runs batches on the store for whoever has several of them."""

        def read(batch: Callable[[sqlite3.Connection], T]) -> T:
            return self._read(batch, token)

        return read

    def _index(self, session_id: str, token: CancelToken) -> Indexed:
        def batch(connection: sqlite3.Connection) -> Indexed:
            place = find_place(connection, self._layout, session_id)
            return index_with_faults(connection, self._layout, place, token)

        indexed, stamp = self._looking.read_stamped(_with_bytes(batch, self._layout), token)
        indexed.stamp = stamp
        self._indexes.put(session_id, indexed)
        return indexed

    def _with_reading(self, session_id: str, token: CancelToken, use: Callable[[Reading], T]) -> T:
        """Let a function decode messages of a session."""

        def read(connection: sqlite3.Connection, indexed: Indexed) -> T:
            return use(Reading(indexed.index, lambda wanted: read_messages(connection, indexed, wanted, token)))

        return self._with_indexed(session_id, token, read)

    def _with_indexed(self, session_id: str, token: CancelToken, use: Callable[[sqlite3.Connection, Indexed], T]) -> T:
        """Let a function read a session in one state of the store that is the indexed one."""
        indexed = self._indexes.get(session_id) or self._index(session_id, token)

        def read(has_moved: bool) -> tuple[T, Hashable]:
            def batch(connection: sqlite3.Connection) -> T:
                verify(connection, find_place(connection, self._layout, session_id), indexed, has_moved, token)
                return use(connection, indexed)

            return self._looking.read_stamped(_with_bytes(batch, self._layout), token)

        has_moved = self._looking.stamp != indexed.stamp
        result, stamp = read(has_moved)
        if stamp != indexed.stamp and not has_moved:
            # The store moved just now: what was read counts only after the careful comparison.
            result, stamp = read(True)
        indexed.stamp = stamp
        return result


def recognise_layout(connection: sqlite3.Connection, name: str) -> Layout:
    """Tell the layout, and whether its schema needs trust. Raises as `recognise` does."""
    is_trusted = needs_trust(connection)
    layout = recognise(connection, name)
    refuse_row_numbers(connection, layout, name)
    return replace(layout, needs_trust=True) if is_trusted else layout


def _decoder(begin: int, end: int) -> Callable[[Reading], tuple[Message, ...]]:
    return lambda reading: reading.messages(begin, end)


def _picker(numbers: tuple[int, ...]) -> Callable[[Reading], tuple[Message, ...]]:
    return lambda reading: reading.messages_at(numbers)


def _with_bytes(batch: Callable[[sqlite3.Connection], T], layout: Layout) -> Callable[[sqlite3.Connection], T]:
    """Let a batch get texts as bytes: what a hostile file calls text need not be any."""

    def prepared(connection: sqlite3.Connection) -> T:
        connection.text_factory = bytes
        if layout.needs_trust:
            trust(connection)
        return batch(connection)

    return prepared
