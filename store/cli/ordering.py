"""Sessions of several stores as one list in one order, read page by page so that a million are never held.

What the file itself sorts by is merged from one sorted stream a store. For any other field the rows are read once for
their keys, which are held, and again in their order.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from store.backend import Backend
from store.cancel import CancelToken
from store.cli.arguments import DerivedKey, ListOrder
from store.values.session import SessionSummary, SortKey, SortOrder
from store.values.store import StoreFacts

PAGE_ROWS = 200
"""Rows read at once; as many as are held of each store."""


class OpenStore(NamedTuple):
    """A store to list."""

    facts: StoreFacts
    backend: Backend


class Listed(NamedTuple):
    """A row of the list and the store it comes from."""

    store: OpenStore
    summary: SessionSummary


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is held of a row while rows are put in order."""

    value: str | int | None
    session_id: str
    store: OpenStore
    handle: int


def listed(
    stores: Sequence[OpenStore], order: ListOrder, begin: int, end: int | None, token: CancelToken
) -> Iterator[Listed]:
    """Read rows [begin, end) of the list over all stores; `end` None for all.

    Raises:
        OpenError: a store cannot be read any more.
        Cancelled: token was cancelled.
    """
    if isinstance(order.key, DerivedKey):
        return _in_derived_order(stores, order.key, order.is_descending, begin, end, token)
    if len(stores) == 1:
        return _stream(stores[0], SortOrder(order.key, order.is_descending), begin, end, token)
    streams = [_stream(store, SortOrder(order.key, order.is_descending), 0, end, token) for store in stores]
    return islice(_merged(streams, order.key, order.is_descending), begin, end)


def _stream(store: OpenStore, order: SortOrder, begin: int, end: int | None, token: CancelToken) -> Iterator[Listed]:
    """Rows of one store in the order in which its file sorts them."""
    handles = store.backend.ids(order, token).handles[begin:end]
    for start in range(0, len(handles), PAGE_ROWS):
        token.report(begin + start, begin + len(handles), "Reading the list", "sessions")
        for summary in store.backend.summaries(handles[start : start + PAGE_ROWS], token):
            yield Listed(store, summary)


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


def _in_derived_order(
    stores: Sequence[OpenStore], key: DerivedKey, is_descending: bool, begin: int, end: int | None, token: CancelToken
) -> Iterator[Listed]:
    """Rows in the order of a field of the rows themselves; those without it come last either way."""
    entries = [
        _Entry(_derived(row, key), row.summary.key.session_id, row.store, row.summary.handle)
        for store in stores
        for row in _stream(store, SortOrder(SortKey.ID, is_descending=False), 0, None, token)
    ]
    token.check()
    entries.sort(key=lambda entry: entry.session_id)
    with_value = [entry for entry in entries if entry.value is not None]
    with_value.sort(key=_comparable, reverse=is_descending)
    ordered = with_value + [entry for entry in entries if entry.value is None]
    wanted = ordered[begin:end]
    for start in range(0, len(wanted), PAGE_ROWS):
        yield from _read_again(wanted[start : start + PAGE_ROWS], token)


def _comparable(entry: _Entry) -> tuple[int, str]:
    """A key that puts texts in order without regard to case, and numbers as numbers."""
    return (0, entry.value.casefold()) if isinstance(entry.value, str) else (int(entry.value or 0), "")


def _read_again(entries: Sequence[_Entry], token: CancelToken) -> Iterator[Listed]:
    """Rows for entries in their order, one batch for each store among them."""
    batches: dict[str, list[_Entry]] = {}
    for entry in entries:
        batches.setdefault(entry.store.facts.key.path, []).append(entry)
    summaries = {
        path: iter(batch[0].store.backend.summaries([entry.handle for entry in batch], token))
        for path, batch in batches.items()
    }
    for entry in entries:
        yield Listed(entry.store, next(summaries[entry.store.facts.key.path]))


def _derived(row: Listed, key: DerivedKey) -> str | int | None:
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
