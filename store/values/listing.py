"""What a list of sessions over one or many stores is asked for, and what comes back: frozen values.

A list is asked for by its stores, a saved view, chosen facets, a filter text, an order and a grouping. The answer names
rows only; their texts are read page by page.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from store.values.session import SortKey, SortOrder
from store.values.store import StoreKey


class CatalogueKey(StrEnum):
    """What only the catalogue can sort by; the value is the field of the command line."""

    TITLE = "title"
    STATE = "state"
    STORE = "store"
    MODEL = "model"
    PROVIDER = "provider"
    DURATION = "duration"
    LABELS = "labels"


class View(StrEnum):
    """The saved views of the library."""

    ALL = "all"
    ACTIVE = "active"
    RUNNING = "running"
    PINNED = "pinned"
    ARCHIVED = "archived"
    FAULTS = "faults"


class GroupBy(StrEnum):
    """What headings stand between the rows."""

    NONE = "none"
    DAY = "day"
    STORE = "store"
    MODEL = "model"


class Facet(StrEnum):
    """What a list can be narrowed by, with counts."""

    MODEL = "model"
    PROVIDER = "provider"
    LABEL = "label"
    DAY = "day"


class Choice(NamedTuple):
    """One chosen value of a facet. Values of one facet are joined by "or", facets by "and".

    Attributes:
        value: model or provider as listed; "key=value" of a label; of a day its date, "2026-08-18"; "" where nothing
            is recorded.
    """

    facet: Facet
    value: str


@dataclass(frozen=True, slots=True)
class ListOrder:
    """An order of a list.

    Ties are broken by id, as a file does it; in an order of the catalogue by the last change first, newest first.
    """

    key: SortKey | CatalogueKey = SortKey.UPDATED
    is_descending: bool = True

    @property
    def stored(self) -> SortOrder | None:
        """The same order as the file itself can give it; None if only the catalogue can."""
        return SortOrder(self.key, self.is_descending) if isinstance(self.key, SortKey) else None


@dataclass(frozen=True, slots=True)
class ListWant:
    """One question.

    Attributes:
        stores: whose sessions; in the order in which groups by store stand.
        view: narrows to a saved view.
        text: filter, matched without case anywhere in title, model, label, id or first prompt; words are joined by
            "and"; "" for none.
        choices: chosen facets.
        order, group_by: how the rows stand. Groups stand in the order of their first row.
        is_utc: days are those of UTC, not of the machine's zone.
    """

    stores: tuple[StoreKey, ...]
    view: View = View.ALL
    text: str = ""
    choices: frozenset[Choice] = frozenset()
    order: ListOrder = field(default_factory=ListOrder)
    group_by: GroupBy = GroupBy.NONE
    is_utc: bool = False


class Group(NamedTuple):
    """Rows under one heading.

    Attributes:
        value: date "2026-08-18", path of a store, or model; "" where nothing is recorded or known yet.
        begin, end: rows, half open; groups follow each other without a gap.
    """

    value: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list in display order. Arrays are read only by agreement.

    Attributes:
        want: the question.
        stores: stores that rows come from.
        store_of: for each row an index into `stores` (unsigned, 16 bits); empty when all rows are of `stores[0]`.
        handles: for each row its handle in its store's backend (signed, 64 bits).
        groups: headings; empty without grouping.
        known, total: rows of these stores whose catalogue facts are known, and all of them: "sorted 412 of 1,000".
            Equal where the catalogue was not needed.
        waiting: stores that are not in the answer yet, because nothing is known of their rows so far.
    """

    want: ListWant
    stores: tuple[StoreKey, ...]
    store_of: array[int]
    handles: array[int]
    groups: tuple[Group, ...] = ()
    known: int = 0
    total: int = 0
    waiting: tuple[StoreKey, ...] = ()

    def store_at(self, row: int) -> StoreKey:
        """The store of a row."""
        return self.stores[self.store_of[row]] if self.store_of else self.stores[0]


class FacetValue(NamedTuple):
    """A value of a facet and how many sessions have it."""

    value: str
    session_count: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What the library shows beside its views and facets.

    Attributes:
        want: the question it answers; its text, order and grouping play no part.
        views: sessions in each saved view, of all of `want.stores`, without facets.
        facets: values with their counts, most frequent first, days in order; within the view and the choices of the
            *other* facets. At most MAX_FACET_VALUES of each.
        value_counts: how many values each facet has in all.
        known, total: sessions whose catalogue facts are known, and all.
        waiting: stores of which nothing is known yet; nothing of them is counted.
        faulty: stores of `want` with sessions that have faults, and how many they have.
    """

    want: ListWant
    views: dict[View, int]
    facets: dict[Facet, tuple[FacetValue, ...]]
    value_counts: dict[Facet, int]
    known: int
    total: int
    waiting: tuple[StoreKey, ...] = ()
    faulty: dict[StoreKey, int] = field(default_factory=dict)

    def certain_views(self) -> dict[View, int]:
        """Numbers of the saved views that can be said: none while a store waits, no 0 that may yet turn out wrong."""
        if self.waiting:
            return {}
        late = (View.ARCHIVED, View.FAULTS) if self.known < self.total else ()
        return {view: count for view, count in self.views.items() if count or view not in late}


MAX_FACET_VALUES = 5_000
"""More values of a facet are not listed; they can still be filtered by text."""


@dataclass(frozen=True, slots=True)
class CatalogueFacts:
    """What the catalogue holds of one session beyond its row; what the whole document says.

    Attributes:
        title, title_from, model, provider, labels: as in SessionSummary, of the whole document.
        first_prompt: at most 500 characters, one line; "" if there is none.
        duration_ms: last minus first message time; None where times are not recorded.
        is_archived, has_no_answer, is_rewritten, is_damaged: flags; is_forked is None where the file does not tell.
        faults: all that the whole document shows.
    """

    session_id: str
    title: str
    title_from: str
    model: str | None
    provider: str | None
    labels: tuple[tuple[str, str], ...]
    first_prompt: str
    duration_ms: int | None
    input_tokens: int | None
    output_tokens: int | None
    is_archived: bool
    has_no_answer: bool
    is_rewritten: bool
    is_damaged: bool
    is_forked: bool | None
    faults: tuple[tuple[str, str], ...] = ()


class CensusRow(NamedTuple):
    """The stored columns of one session: what tells that it has changed. What is not recorded is None.

    Attributes:
        size_bytes: stored bytes of the session's own rows.
        mark: anything else of the store that tells a change, packed into one number.
        is_archived: 1 where the columns alone say that it is archived, else 0.
    """

    handle: int
    session_id: str
    updated_at_ms: int | None
    created_at_ms: int | None
    message_count: int | None
    total_tokens: int | None
    size_bytes: int | None
    mark: int
    is_archived: int


class FillState(NamedTuple):
    """How far the catalogue of a store is.

    Attributes:
        known, total: sessions whose facts are known, and all.
        is_complete: nothing is left to be read; `known` can be less where sessions vanished meanwhile.
    """

    known: int
    total: int
    is_complete: bool
