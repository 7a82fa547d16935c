"""Sessions of several stores as one list in one order, read page by page so that a million are never held.

What the file itself sorts by is merged from one sorted stream a store. For any other field the rows are read once for
their keys, which are held, and again in their order.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from store.backend import Backend
from store.cancel import CancelToken
from store.cli.arguments import DerivedKey, ListOrder
from store.cli.noting import NO_NOTES, Notes, noted_rows
from store.errors import OpenError
from store.values.session import SessionSummary, SortKey, SortOrder
from store.values.store import StoreFacts, StoreKey

PAGE_ROWS = 200
"""Rows read at once; as many as are held of each store."""

MAX_SHARED_VALUES = 1000
"""Of so many values one copy is held for all rows that have it: models and states repeat, titles do not."""


@dataclass(frozen=True, eq=False, slots=True)
class OpenStore:
    """A store to list."""

    facts: StoreFacts
    backend: Backend


class Listed(NamedTuple):
    """A row of the list and the store it comes from."""

    store: OpenStore
    summary: SessionSummary


class Listing:
    """One list over all stores, read as it is iterated, once.

    Attributes:
        fault_counts: how many faults the rows had that came so far, by store.
        lost: stores that could not be read any more while their rows came, and why; the others go on.
    """

    def __init__(
        self, stores: Sequence[OpenStore], order: ListOrder, token: CancelToken, notes: Notes = NO_NOTES
    ) -> None:
        self._stores = tuple(stores)
        self._order = order
        self._token = token
        self._notes = notes
        self.fault_counts: Counter[StoreKey] = Counter()
        self.lost: dict[StoreKey, OpenError] = {}

    def rows(self, begin: int, end: int | None) -> Iterator[Listed]:
        """Read rows [begin, end) of the list; `end` None for all. Raises Cancelled."""
        for row in self._ordered(begin, end):
            if row.summary.faults:
                self.fault_counts[row.store.facts.key] += len(row.summary.faults)
            yield row

    def _ordered(self, begin: int, end: int | None) -> Iterator[Listed]:
        key, is_descending = self._order.key, self._order.is_descending
        if isinstance(key, DerivedKey):
            return self._in_derived_order(key, is_descending, begin, end)
        if len(self._stores) == 1:
            return self._stream(self._stores[0], SortOrder(key, is_descending), begin, end)
        streams = [self._stream(store, SortOrder(key, is_descending), 0, end) for store in self._stores]
        return islice(_merged(streams, key, is_descending), begin, end)

    def _stream(self, store: OpenStore, order: SortOrder, begin: int, end: int | None) -> Iterator[Listed]:
        """Rows of one store in the order in which its file sorts them."""
        try:
            handles = store.backend.ids(order, self._token).handles[begin:end]
            for start in range(0, len(handles), PAGE_ROWS):
                self._token.report(begin + start, begin + len(handles), "Reading the list", "sessions")
                for summary in self._summaries(store, handles[start : start + PAGE_ROWS]):
                    yield Listed(store, summary)
        except OpenError as error:
            self.lost[store.facts.key] = error

    def _summaries(self, store: OpenStore, handles: Sequence[int]) -> Sequence[SessionSummary]:
        """Rows with what is noted of them."""
        return noted_rows(store.backend.summaries(handles, self._token), self._notes)

    def _in_derived_order(self, key: DerivedKey, is_descending: bool, begin: int, end: int | None) -> Iterator[Listed]:
        """Rows in the order of a field of the rows themselves; those without it come last either way."""
        by_id = [self._stream(store, SortOrder(SortKey.ID, is_descending=False), 0, None) for store in self._stores]
        numbers = {store.facts.key: number for number, store in enumerate(self._stores)}
        # Compact, for a million rows: what is read in the order of ids needs no id to break ties.
        values: list[Any] = []
        handles, homes = array("q"), array("L")
        shared: dict[str | int, str | int] = {}
        for row in _merged(by_id, SortKey.ID, is_descending=False):
            value = _derived(row, key)
            if value is not None and len(shared) < MAX_SHARED_VALUES:
                value = shared.setdefault(value, value)
            values.append(value)
            handles.append(row.summary.handle)
            homes.append(numbers[row.store.facts.key])
        self._token.check()
        ordered = [place for place, value in enumerate(values) if value is not None]
        ordered.sort(key=values.__getitem__, reverse=is_descending)
        ordered.extend(place for place, value in enumerate(values) if value is None)
        wanted = ordered[begin:end]
        for start in range(0, len(wanted), PAGE_ROWS):
            page = wanted[start : start + PAGE_ROWS]
            yield from self._read_again([(self._stores[homes[place]], handles[place]) for place in page])

    def _read_again(self, places: Sequence[tuple[OpenStore, int]]) -> Iterator[Listed]:
        """Rows for stores and handles in their order, one batch for each store among them."""
        batches: dict[OpenStore, list[int]] = {}
        for store, handle in places:
            batches.setdefault(store, []).append(handle)
        summaries: dict[OpenStore, Iterator[SessionSummary]] = {}
        for store, batch in batches.items():
            try:
                summaries[store] = iter(self._summaries(store, batch))
            except OpenError as error:
                self.lost[store.facts.key] = error
        for store, _ in places:
            if store in summaries:
                yield Listed(store, next(summaries[store]))


def _merged(streams: Sequence[Iterator[Listed]], key: SortKey, is_descending: bool) -> Iterator[Listed]:
    if key is SortKey.ID:
        return heapq.merge(*streams, key=lambda row: row.summary.key.session_id, reverse=is_descending)
    sign = -1 if is_descending else 1

    def place(row: Listed) -> tuple[int, str]:
        # What is not recorded sorts below everything, as NULL does in the file.
        number = _number(row.summary, key)
        return (sign * (-1 if number is None else number), row.summary.key.session_id)

    return heapq.merge(*streams, key=place)


def _number(summary: SessionSummary, key: SortKey) -> int | None:
    match key:
        case SortKey.UPDATED:
            return summary.updated_at_ms
        case SortKey.CREATED:
            return summary.created_at_ms
        case SortKey.MESSAGES:
            return summary.message_count
        case SortKey.TOKENS:
            return summary.total_tokens
        case SortKey.SIZE:
            return summary.size_bytes
        case SortKey.ID:
            raise ValueError("an id is no number")


def _derived(row: Listed, key: DerivedKey) -> str | int | None:
    """The value to sort by: texts without regard to case."""
    value = _field(row, key)
    return value.casefold() if isinstance(value, str) else value


def _field(row: Listed, key: DerivedKey) -> str | int | None:
    summary = row.summary
    match key:
        case DerivedKey.PATH:
            return summary.key.store.path
        case DerivedKey.KIND:
            return row.store.facts.kind.value
        case DerivedKey.TITLE:
            return summary.title
        case DerivedKey.TITLE_FROM:
            return summary.title_from.value
        case DerivedKey.STATE:
            return summary.state.value
        case DerivedKey.RUNNING:
            return int(summary.is_running)
        case DerivedKey.MODEL:
            return summary.model
        case DerivedKey.PROVIDER:
            return summary.provider
        case DerivedKey.INPUT_TOKENS:
            return summary.input_tokens
        case DerivedKey.OUTPUT_TOKENS:
            return summary.output_tokens
        case DerivedKey.HIDDEN:
            return int(summary.is_hidden)
        case DerivedKey.HAS_NOTE:
            return int(summary.has_note)
