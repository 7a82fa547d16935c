"""Days with their sessions as bars: which days one bar stands for when there is no room for one each. Pure, any thread.

Clocks are sometimes wrong, and a single session of 1970 must not squeeze a month of work into one bar: what lies far
from nearly all sessions is taken into the first or the last bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from app.present.sizes import counted
from app.present.times import DAYS, MONTHS
from store.values.listing import FacetValue

OUTLIERS = 0.02
"""So much of all sessions may lie outside of the calendar of the bars, at each end."""


class DayBar(NamedTuple):
    """One bar.

    Attributes:
        days: dates with sessions that it stands for, oldest first; empty for a time without sessions.
        session_count: of all these days.
        text: days and count in words: "Tue 18 Aug 2026, 12 sessions".
    """

    days: tuple[str, ...]
    session_count: int
    text: str


def day_bars(values: Sequence[FacetValue], bar_count: int) -> tuple[DayBar, ...]:
    """Bars over the calendar, oldest first; every day stands in exactly one of them.

    Args:
        values: days "2026-08-18" with their sessions; what is no date is passed over.
        bar_count: bars at most, above 0.

    Returns:
        One bar for each day from the first to the last where there is room, else one for each few days.
    """
    known = sorted((day, value) for value in values if (day := _day_of(value.value)) is not None)
    if not known:
        return ()
    low, high = _usual_days(known)
    width = -(-(high - low + 1) // bar_count)
    begin = high - width * -(-(high - low + 1) // width) + 1
    count = (high - begin + 1) // width
    found: list[list[tuple[int, FacetValue]]] = [[] for _ in range(count)]
    for day, value in known:
        found[min(max((day - begin) // width, 0), count - 1)].append((day, value))
    return tuple(_bar(begin + number * width, width, inside) for number, inside in enumerate(found))


def range_text(values: Sequence[FacetValue]) -> str:
    """From the first day to the last, for a head: "29 Jul – 18 Aug", "2025 – 2026"; empty without days."""
    days = sorted(day for value in values if (day := _day_of(value.value)) is not None)
    if not days:
        return ""
    first, last = date.fromordinal(days[0]), date.fromordinal(days[-1])
    if first == last:
        return _short(first)
    return f"{_short(first)} – {_short(last)}" if first.year == last.year else f"{first.year} – {last.year}"


def _day_of(text: str) -> int | None:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def _usual_days(known: list[tuple[int, FacetValue]]) -> tuple[int, int]:
    """The days between which nearly all sessions lie."""
    spare = int(sum(value.session_count for _day, value in known) * OUTLIERS)
    low = _first_beyond(known, spare)
    high = _first_beyond(known[::-1], spare)
    low, high = min(low, high), max(low, high)
    first, last = known[0][0], known[-1][0]
    # A month with quiet days at its ends is shown as it is; only what would squeeze the rest is taken in.
    return (first, last) if last - first + 1 <= 2 * (high - low + 1) else (low, high)


def _first_beyond(known: list[tuple[int, FacetValue]], spare: int) -> int:
    for day, value in known:
        spare -= value.session_count
        if spare < 0:
            return day
    return known[-1][0]


def _bar(begin: int, width: int, inside: list[tuple[int, FacetValue]]) -> DayBar:
    count = sum(value.session_count for _day, value in inside)
    end = begin + width - 1
    if inside:
        begin, end = min(begin, inside[0][0]), max(end, inside[-1][0])
    first, last = date.fromordinal(begin), date.fromordinal(end)
    when = _long(first) if first == last else f"{_long(first)} – {_long(last)}"
    return DayBar(tuple(value.value for _day, value in inside), count, f"{when}, {counted(count, 'session')}")


def _short(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def _long(day: date) -> str:
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
