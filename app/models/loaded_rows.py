"""The texts of the rows that were looked at lately, in pages that may come from several stores. Pure, GUI thread only.

A page is PAGE_ROWS rows in display order. What is asked for and arrives is a part of a page: its rows of one store, so
that a store which is slow to answer holds up nobody else's rows. The pages that were looked at longest ago are
forgotten.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.present.row_text import RowText
from store.values.listing import Listed, ListWant
from store.values.store import StoreKey

PAGE_ROWS = 50
"""A screen shows 15 to 40 rows. More would be read for nothing after each key that is typed into the filter."""

KEPT_PAGES = 64
"""3,200 rows at a few kilobytes each."""


class Part(NamedTuple):
    """The rows of one store in one page.

    Attributes:
        store: its place in the answer's stores.
    """

    page: int
    store: int


@dataclass(slots=True)
class _Page:
    """One page; `waiting` are the stores whose rows have neither come nor been given up."""

    rows: list[RowText | None]
    waiting: set[int]


def no_rows() -> Listed:
    """An answer without rows."""
    return Listed(ListWant(()), (), array("H"), array("q"))


class LoadedRows:
    """What is loaded of one answer."""

    def __init__(self, listed: Listed) -> None:
        self._listed = listed
        self._pages: OrderedDict[int, _Page] = OrderedDict()

    def row_at(self, row: int) -> RowText | None:
        """A row's texts; None while they are not loaded."""
        page = self._pages.get(row // PAGE_ROWS)
        offset = row % PAGE_ROWS
        return page.rows[offset] if page is not None and offset < len(page.rows) else None

    def missing(self, spans: Iterable[tuple[int, int]]) -> tuple[Part, ...]:
        """The parts that hold rows of these half open spans and are not loaded, in order."""
        wanted: dict[int, None] = {}
        for begin, end in spans:
            wanted.update(dict.fromkeys(range(begin // PAGE_ROWS, (end - 1) // PAGE_ROWS + 1)))
        found: list[Part] = []
        for number in wanted:
            page = self._pages.get(number)
            stores = self._stores_of(number) if page is None else page.waiting
            found.extend(Part(number, store) for store in sorted(stores))
        return tuple(found)

    def handles(self, part: Part) -> tuple[int, ...]:
        """Handles of a part's rows, in display order."""
        begin, end = self._span(part.page)
        handles, stores = self._listed.handles[begin:end], self._listed.store_of
        if not stores:
            return tuple(handles) if part.store == 0 else ()
        return tuple(h for h, store in zip(handles, stores[begin:end], strict=True) if store == part.store)

    def put(self, part: Part, rows: Sequence[RowText]) -> bool:
        """Take a part's rows, one for each of `handles(part)`; False if they cannot be its rows."""
        begin, end = self._span(part.page)
        stores = self._listed.store_of[begin:end]
        places = [at for at in range(end - begin) if (stores[at] if stores else 0) == part.store]
        if not rows or len(places) != len(rows):
            return False
        page = self._page(part.page)
        for place, row in zip(places, rows, strict=True):
            page.rows[place] = row
        page.waiting.discard(part.store)
        return True

    def give_up(self, part: Part) -> None:
        """Note that a part cannot be read, so that it is not asked for again and again."""
        if part.store in self._stores_of(part.page):
            self._page(part.page).waiting.discard(part.store)

    def touch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Note that rows are being looked at, so that their pages are forgotten last."""
        for begin, end in spans:
            for number in range(begin // PAGE_ROWS, (end - 1) // PAGE_ROWS + 1):
                if number in self._pages:
                    self._pages.move_to_end(number)

    def remake(self, make: Callable[[RowText], RowText]) -> tuple[int, ...]:
        """Make loaded texts again; gives back the pages in which one became another."""
        changed = []
        for number, page in self._pages.items():
            rows = [None if row is None else make(row) for row in page.rows]
            if any(new is not old for new, old in zip(rows, page.rows, strict=True)):
                page.rows = rows
                changed.append(number)
        return tuple(changed)

    def by_handle(self) -> Iterator[tuple[tuple[StoreKey, int], RowText]]:
        """All loaded rows, by store and handle."""
        for page in self._pages.values():
            for row in page.rows:
                if row is not None:
                    yield (row.summary.key.store, row.summary.handle), row

    def _page(self, number: int) -> _Page:
        """A page, made when it is not there; the one looked at longest ago goes."""
        page = self._pages.get(number)
        if page is None:
            begin, end = self._span(number)
            page = self._pages[number] = _Page([None] * (end - begin), self._stores_of(number))
        self._pages.move_to_end(number)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        return page

    def _span(self, page: int) -> tuple[int, int]:
        return page * PAGE_ROWS, max(min((page + 1) * PAGE_ROWS, len(self._listed.handles)), page * PAGE_ROWS)

    def _stores_of(self, page: int) -> set[int]:
        begin, end = self._span(page)
        if begin >= end:
            return set()
        return set(self._listed.store_of[begin:end]) if self._listed.store_of else {0}
