"""What the list of sessions asks of a worker thread: plain functions from frozen values to frozen values; no Qt."""

from __future__ import annotations

import struct
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from itertools import chain
from typing import TYPE_CHECKING

from app.models.loaded_rows import Part
from app.present.row_text import RowText, row_text
from store.errors import OpenError
from store.values.listing import CatalogueFacts, Listed, ListWant
from store.values.session import SessionSummary, SortKey, SortOrder
from store.values.store import SessionKey, StoreKey

if TYPE_CHECKING:
    from store import Library, Lists
    from store.backend import Backend
    from store.cancel import CancelToken

MOST_SPANS = 1_000
"""Rows that stay selected together stand in so many places at most: a view compares each place with all others."""

SELECTED_BATCH = 10_000
"""Between so many rows a search for selected ones can be cancelled."""

CHUNK_ROWS = 200
"""Rows read in one go where many are read: between two of them a job can be cancelled, and says how far it is."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list was, so that it can be found again among other rows.

    Attributes:
        key: of the chosen session.
        handle: its handle when it was read; None if not known.
    """

    key: SessionKey
    handle: int | None = None


@dataclass(frozen=True, slots=True)
class Selected:
    """Rows of a list, to be found in another one.

    Attributes:
        spans: the rows of `listed`, as half open spans.
    """

    listed: Listed
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """Rows of a list, and which of them were asked for.

    Attributes:
        listed: the rows.
        row: of the place that was asked for; None if it is not among them.
        also: rows that were selected besides, as half open spans, ascending.
    """

    listed: Listed
    row: int | None
    also: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Makes the texts of rows, with times as they read at that moment; on any thread.

    Attributes:
        names: what people call the stores.
        zone: of the times; None for the machine's.
        pinned: sessions that are pinned.
        has_many_stores: the list is of several stores.
        is_under_day: headings say the day of the last change.
    """

    names: Mapping[StoreKey, str]
    zone: tzinfo | None
    pinned: frozenset[SessionKey]
    has_many_stores: bool
    is_under_day: bool = False

    def make(self, summary: SessionSummary, known: CatalogueFacts | None) -> RowText:
        """Make a row."""
        name, now_ms = self.names.get(summary.key.store, ""), time.time_ns() // 1_000_000
        is_pinned = summary.key in self.pinned
        many, under = self.has_many_stores, self.is_under_day
        return row_text(summary, name, now_ms, self.zone, known, is_pinned, many, under)

    def remake(self, row: RowText) -> RowText:
        """Make a row's texts again."""
        return self.make(row.summary, row.known)


@dataclass(frozen=True, slots=True)
class PartsAnswer:
    """The rows of some parts of one generation of a list."""

    generation: int
    parts: tuple[tuple[Part, tuple[RowText, ...]], ...]


def list_work(
    library: Library,
    lists: Lists,
    want: ListWant,
    place: Place | None,
    also: Selected | None = None,
    is_renewed: bool = False,
    changed: frozenset[StoreKey] = frozenset(),
) -> Callable[[CancelToken], ListAnswer]:
    """Work that lists rows and finds a place among them.

    Args:
        also: other rows to find.
        is_renewed: the stores may have given the place's handle to another session since it was read.
        changed: stores that were just changed here: rows that came or went are to be in the list at once.
    """

    def work(token: CancelToken) -> ListAnswer:
        for key in changed.intersection(want.stores):
            with suppress(OpenError):  # of a store that cannot be read its last state is listed
                lists.take_census(key, token)
        listed = lists.listed(want, token)
        if listed.waiting and len(want.stores) == 1 and lists.take_census(want.stores[0], token):
            listed = lists.listed(want, token)
        row = _row_of_place(library, lists, listed, place, is_renewed, token) if place is not None else None
        return ListAnswer(listed, row, _spans_of(listed, also, token) if also is not None else ())

    return work


def parts_work(
    lists: Lists,
    key: StoreKey,
    generation: int,
    wanted: Sequence[tuple[Part, tuple[int, ...]]],
    maker: RowMaker,
) -> Callable[[CancelToken], PartsAnswer]:
    """Work that reads some parts of rows of one store, given with their handles, and makes their texts."""

    def work(token: CancelToken) -> PartsAnswer:
        parts = []
        for part, handles in wanted:
            token.check()
            summaries = lists.summaries(key, handles, token)
            known = lists.facts(key, [summary.key.session_id for summary in summaries], token)
            rows = tuple(maker.make(summary, known.get(summary.key.session_id)) for summary in summaries)
            parts.append((part, rows))
        return PartsAnswer(generation, tuple(parts))

    return work


def known_work(lists: Lists, keys: Sequence[SessionKey]) -> Callable[[CancelToken], dict[SessionKey, CatalogueFacts]]:
    """Work that looks up what the catalogue knows of some sessions by now."""

    def work(token: CancelToken) -> dict[SessionKey, CatalogueFacts]:
        by_store: dict[StoreKey, list[str]] = {}
        for key in keys:
            by_store.setdefault(key.store, []).append(key.session_id)
        found: dict[SessionKey, CatalogueFacts] = {}
        for store, ids in by_store.items():
            found.update((SessionKey(store, name), facts) for name, facts in lists.facts(store, ids, token).items())
        return found

    return work


def selected_work(
    library: Library, listed: Listed, spans: Sequence[tuple[int, int]], lists: Lists | None = None
) -> Callable[[CancelToken], tuple[SessionSummary, ...]]:
    """Work that reads the rows of half open spans, in display order, however many there are.

    Args:
        lists: says what is noted of them; without it they are as their stores tell them.
    """

    def work(token: CancelToken) -> tuple[SessionSummary, ...]:
        total, found = sum(end - begin for begin, end in spans), list[SessionSummary]()
        for begin, end in _chunks(spans):
            token.report(len(found), total, "Reading sessions", "sessions")
            summaries = _summaries(library, listed, begin, end, token)
            found.extend(summaries if lists is None else lists.with_notes(summaries, token))
        return tuple(found)

    return work


def pin_work(
    library: Library,
    lists: Lists,
    listed: Listed,
    spans: Sequence[tuple[int, int]],
    keys: Sequence[SessionKey],
    is_pinned: bool,
) -> Callable[[CancelToken], frozenset[SessionKey]]:
    """Work that pins or unpins sessions, given by rows and by keys; gives back all that are pinned then."""

    def work(token: CancelToken) -> frozenset[SessionKey]:
        summaries = selected_work(library, listed, spans)(token)
        lists.pin(tuple({*keys, *(summary.key for summary in summaries)}), is_pinned, token)
        return lists.pinned(token)

    return work


def row_of_handle(handles: array[int], handle: int, begin: int = 0) -> int | None:
    """The first row of a handle from a row on; a search through bytes, ten times as fast as comparing integers."""
    stored, wanted = memoryview(handles).cast("B"), struct.pack("=q", handle)
    searched = bytes(stored[begin * 8 :])
    at = searched.find(wanted)
    while at >= 0:
        if at % 8 == 0:
            return begin + at // 8
        at = searched.find(wanted, at + 1)
    return None


def row_of(listed: Listed, store: StoreKey, handle: int) -> int | None:
    """The row of a store's handle; other stores may use the same number."""
    if store not in listed.stores:
        return None
    number, row = listed.stores.index(store), row_of_handle(listed.handles, handle)
    while row is not None and listed.store_of and listed.store_of[row] != number:
        row = row_of_handle(listed.handles, handle, row + 1)
    return row


def _spans_of(listed: Listed, also: Selected, token: CancelToken) -> tuple[tuple[int, int], ...]:
    """Rows of other rows' sessions; none where they stand in more than MOST_SPANS places."""
    numbers = {store: number for number, store in enumerate(listed.stores)}
    rows = chain.from_iterable(range(*span) for span in also.spans)
    wanted = {(numbers.get(also.listed.store_at(row), -1), also.listed.handles[row]) for row in rows}
    spans: list[tuple[int, int]] = []
    for row, handle in enumerate(listed.handles):
        if row % SELECTED_BATCH == 0:
            token.check()
        if (listed.store_of[row] if listed.store_of else 0, handle) not in wanted:
            continue
        if spans and spans[-1][1] == row:
            spans[-1] = spans[-1][0], row + 1
        elif len(spans) < MOST_SPANS:
            spans.append((row, row + 1))
        else:
            return ()
    return tuple(spans)


def _row_of_place(
    library: Library, lists: Lists, listed: Listed, place: Place, is_renewed: bool, token: CancelToken
) -> int | None:
    store = place.key.store
    if store not in listed.stores:
        return None
    if place.handle is not None and not is_renewed:
        return row_of(listed, store, place.handle)
    if len(listed.stores) > 1:
        # The list of the other stores does not wait for one whose files do not answer.
        handle = lists.handle_of(place.key, token)
    else:
        try:
            backend = library.backend(store)
            if place.handle is not None and _id_of(backend, place.handle, token) == place.key.session_id:
                return row_of(listed, store, place.handle)
            handle = _handle_of_id(backend, place.key.session_id, token)
        except OpenError:
            handle = lists.handle_of(place.key, token)  # its last state is listed
    return None if handle is None else row_of(listed, store, handle)


def _handle_of_id(backend: Backend, session_id: str, token: CancelToken) -> int | None:
    """Find a session's handle by halving the list in the order of ids: 20 rows read among a million."""
    handles = backend.ids(SortOrder(SortKey.ID, is_descending=False), token).handles
    low, high = 0, len(handles)
    while low < high:
        token.check()
        middle = (low + high) // 2
        found = _id_of(backend, handles[middle], token)
        if found == session_id:
            return handles[middle]
        if found < session_id:
            low = middle + 1
        else:
            high = middle
    return None


def _id_of(backend: Backend, handle: int, token: CancelToken) -> str:
    return backend.summaries((handle,), token)[0].key.session_id


def _chunks(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for begin, end in spans:
        for first in range(begin, end, CHUNK_ROWS):
            yield first, min(first + CHUNK_ROWS, end)


def _summaries(library: Library, listed: Listed, begin: int, end: int, token: CancelToken) -> list[SessionSummary]:
    by_store: dict[StoreKey, list[int]] = {}
    for row in range(begin, end):
        by_store.setdefault(listed.store_at(row), []).append(listed.handles[row])
    read = {store: iter(library.backend(store).summaries(handles, token)) for store, handles in by_store.items()}
    return [next(read[listed.store_at(row)]) for row in range(begin, end)]
