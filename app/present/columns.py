"""The columns of the session list: their words, what they sort by, and which are seen at which width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from store.values.listing import CatalogueKey, ListOrder
from store.values.session import SortKey


class Column(IntEnum):
    """Columns of the session list, in the order in which they stand until a person moves one."""

    TITLE = 0
    STORE = 1
    STATE = 2
    MODEL = 3
    MESSAGES = 4
    TOKENS = 5
    SIZE = 6
    CREATED = 7
    UPDATED = 8
    DURATION = 9
    LABELS = 10


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column.

    Attributes:
        title: the word in the header.
        sort_key: what it is sorted by: what the file stores, or what the catalogue knows.
        is_number: right-aligned.
        samples: texts that must fit; the column is as wide as the widest.
    """

    title: str
    sort_key: SortKey | CatalogueKey
    is_number: bool
    samples: tuple[str, ...]

    @property
    def name(self) -> str:
        """The word by which the settings remember it."""
        return self.title.lower()


_TIMES = ("today 10:42", "Wed 10:42", "28 Aug 2025")

COLUMNS: Mapping[Column, ColumnSpec] = {
    Column.TITLE: ColumnSpec("Title", CatalogueKey.TITLE, False, ()),
    Column.STORE: ColumnSpec("Store", CatalogueKey.STORE, False, ("orchard-nightly",)),
    Column.STATE: ColumnSpec("State", CatalogueKey.STATE, False, ("Never run", "Damaged", "Archived")),
    Column.MODEL: ColumnSpec("Model", CatalogueKey.MODEL, False, ("claude-sonnet-4-55",)),
    Column.MESSAGES: ColumnSpec("Messages", SortKey.MESSAGES, True, ("100,000",)),
    Column.TOKENS: ColumnSpec("Tokens", SortKey.TOKENS, True, ("94.2k",)),
    Column.SIZE: ColumnSpec("Size", SortKey.SIZE, True, ("1.41 MB",)),
    Column.CREATED: ColumnSpec("Created", SortKey.CREATED, True, _TIMES),
    Column.UPDATED: ColumnSpec("Updated", SortKey.UPDATED, True, _TIMES),
    Column.DURATION: ColumnSpec("Duration", CatalogueKey.DURATION, True, ("23 h 59 m",)),
    Column.LABELS: ColumnSpec("Labels", CatalogueKey.LABELS, False, ("area=storage, by=dana",)),
}

BY_NAME: Mapping[str, Column] = {spec.name: column for column, spec in COLUMNS.items()}

DEFAULT_COLUMNS = (Column.TITLE, Column.TOKENS, Column.UPDATED)
KEPT_LONGEST = (Column.UPDATED, Column.TOKENS)
ADDED_AS_ROOM_GROWS = (
    Column.STATE,
    Column.MODEL,
    Column.MESSAGES,
    Column.SIZE,
    Column.CREATED,
    Column.DURATION,
)
_LARGEST_FIRST = frozenset(spec.sort_key for spec in COLUMNS.values() if spec.is_number)


def fitting_columns(
    width_px: int,
    widths_px: Mapping[Column, int],
    title_least_px: int,
    title_min_px: int,
    has_many_stores: bool = False,
) -> tuple[Column, ...]:
    """As many columns as fit into a pane, in display order. The title always is seen; no column is ever cut.

    Args:
        width_px: of the pane's rows.
        widths_px: of every column but the title.
        title_least_px: what the title keeps beside the default columns.
        title_min_px: what the title keeps before another column is added.
        has_many_stores: the rows are of several stores, so that it matters of which.
    """
    seen = [Column.TITLE]
    room = width_px
    added = ((Column.STORE,) if has_many_stores else ()) + ADDED_AS_ROOM_GROWS
    for columns, kept_px in ((KEPT_LONGEST, title_least_px), (added, title_min_px)):
        for column in columns:
            if room - widths_px[column] < kept_px:
                return tuple(sorted(seen))
            room -= widths_px[column]
            seen.append(column)
    return tuple(sorted(seen))


def chosen_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns that the settings name, the title first; empty if they name none that is known."""
    known = tuple(dict.fromkeys(BY_NAME[name] for name in names if name in BY_NAME))
    if not known:
        return ()
    return (Column.TITLE, *(column for column in known if column is not Column.TITLE))


def with_column(seen: Sequence[Column], column: Column, is_seen: bool) -> tuple[Column, ...]:
    """The columns after one was switched on or off; a new one stands where it does by default, as far as that goes."""
    left = [other for other in seen if other is not column]
    if not is_seen or column is Column.TITLE:
        return tuple(left) if column is not Column.TITLE else tuple(seen)
    place = max((at for at, other in enumerate(left) if other < column), default=0) + 1
    return (*left[:place], column, *left[place:])


def first_order(key: SortKey | CatalogueKey) -> ListOrder:
    """The order that is shown when a key is chosen anew: numbers and times from the largest, words from A."""
    return ListOrder(key, key in _LARGEST_FIRST)


def order_after_click(column: Column, order: ListOrder) -> ListOrder:
    """The order that a click on a header asks for: the first one of its key, then turned."""
    key = COLUMNS[column].sort_key
    return ListOrder(key, not order.is_descending) if key is order.key else first_order(key)


def order_named(word: str, is_descending: bool) -> ListOrder | None:
    """The order that the settings remember by the word of the command line; None for a word that is not known."""
    for kind in (SortKey, CatalogueKey):
        if word in set(kind):
            return ListOrder(kind(word), is_descending)
    return None
