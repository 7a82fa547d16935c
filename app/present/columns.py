"""The columns of the session list: their words, what the store can sort them by, and which are seen at which width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from store.values.session import SortKey, SortOrder


class Column(IntEnum):
    """Columns of the session list, in display order."""

    TITLE = 0
    STATE = 1
    MODEL = 2
    MESSAGES = 3
    TOKENS = 4
    SIZE = 5
    CREATED = 6
    UPDATED = 7


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column.

    Attributes:
        title: the word in the header.
        sort_key: what the store sorts it by; None if the file itself cannot.
        is_number: right-aligned.
        samples: texts that must fit; the column is as wide as the widest.
    """

    title: str
    sort_key: SortKey | None
    is_number: bool
    samples: tuple[str, ...]


COLUMNS: Mapping[Column, ColumnSpec] = {
    Column.TITLE: ColumnSpec("Title", None, False, ()),
    Column.STATE: ColumnSpec("State", None, False, ("Never run", "Damaged", "Archived")),
    Column.MODEL: ColumnSpec("Model", None, False, ("claude-sonnet-4-55",)),
    Column.MESSAGES: ColumnSpec("Messages", SortKey.MESSAGES, True, ("100,000",)),
    Column.TOKENS: ColumnSpec("Tokens", SortKey.TOKENS, True, ("94.2k",)),
    Column.SIZE: ColumnSpec("Size", SortKey.SIZE, True, ("1.41 MB",)),
    Column.CREATED: ColumnSpec("Created", SortKey.CREATED, True, ("today 10:42", "Wed 10:42", "28 Aug 2025")),
    Column.UPDATED: ColumnSpec("Updated", SortKey.UPDATED, True, ("today 10:42", "Wed 10:42", "28 Aug 2025")),
}

DEFAULT_COLUMNS = (Column.TITLE, Column.TOKENS, Column.UPDATED)
KEPT_LONGEST = (Column.UPDATED, Column.TOKENS)
ADDED_AS_ROOM_GROWS = (Column.STATE, Column.MODEL, Column.MESSAGES, Column.SIZE, Column.CREATED)


def seen_columns(
    width_px: int, widths_px: Mapping[Column, int], title_least_px: int, title_min_px: int
) -> tuple[Column, ...]:
    """Which columns are seen in a pane, in display order. The title always is; no column is ever cut.

    Args:
        width_px: of the pane's rows.
        widths_px: of every column but the title.
        title_least_px: what the title keeps beside the default columns.
        title_min_px: what the title keeps before another column is added.
    """
    seen = [Column.TITLE]
    room = width_px
    for columns, kept_px in ((KEPT_LONGEST, title_least_px), (ADDED_AS_ROOM_GROWS, title_min_px)):
        for column in columns:
            if room - widths_px[column] < kept_px:
                return tuple(sorted(seen))
            room -= widths_px[column]
            seen.append(column)
    return tuple(sorted(seen))


def order_after_click(column: Column, order: SortOrder) -> SortOrder | None:
    """The order that a click on a header asks for: newest or largest first, then turned; None if not sortable."""
    key = COLUMNS[column].sort_key
    if key is None:
        return None
    return SortOrder(key, not order.is_descending if key is order.key else True)
