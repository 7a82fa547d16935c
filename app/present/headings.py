"""The headings between the rows of a grouped list, as texts. Pure, any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo

from app.present.one_line import one_line
from app.present.sizes import counted
from app.present.times import MONTHS, moment
from store.values.listing import Group, GroupBy
from store.values.store import StoreKey

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NOTHING = {GroupBy.DAY: "No date", GroupBy.STORE: "No store", GroupBy.MODEL: "No model", GroupBy.NONE: ""}


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading.

    Attributes:
        value: of its group, by which folding is remembered.
        text: what it says.
        count: sessions under it.
        is_folded: they are not shown.
    """

    value: str
    text: str
    count: int
    is_folded: bool

    @property
    def spoken(self) -> str:
        """The heading for screen readers: "Today, 7 sessions, expanded"."""
        return f"{self.text}, {counted(self.count, 'session')}, {'collapsed' if self.is_folded else 'expanded'}"


def heading_of(
    group: Group,
    group_by: GroupBy,
    is_folded: bool,
    store_names: Mapping[StoreKey, str],
    now_ms: int,
    zone: tzinfo | None = None,
) -> Heading:
    """Make the heading of a group.

    Args:
        now_ms: milliseconds since 1970; decides which day reads "Today".
    """
    if not group.value:
        text = _NOTHING[group_by]
    elif group_by is GroupBy.DAY:
        text = day_heading(group.value, now_ms, zone)
    elif group_by is GroupBy.STORE:
        text = one_line(store_names.get(StoreKey(group.value), group.value))
    else:
        text = one_line(group.value)
    return Heading(group.value, text, group.end - group.begin, is_folded)


def day_heading(value: str, now_ms: int, zone: tzinfo | None = None) -> str:
    """A day as people say it: "Today", "Yesterday", "Sunday 16 Aug", "16 Aug 2025" in other years.

    Args:
        value: the date, "2026-08-16"; what is no date is given back as it is.
    """
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return one_line(value)
    now = moment(now_ms, zone)
    if now is None:
        return value
    days_ago = (now.date() - day).days
    if days_ago in (0, 1):
        return ("Today", "Yesterday")[days_ago]
    short = f"{day.day} {MONTHS[day.month - 1]}"
    return f"{WEEKDAYS[day.weekday()]} {short}" if day.year == now.year else f"{short} {day.year}"
