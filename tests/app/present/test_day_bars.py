"""Days as bars: every day stands in exactly one bar, in order, and a wrong clock squeezes nobody else's days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.present.day_bars import day_bars, range_text
from store.values.listing import FacetValue


def run_of_days(first: str, count: int) -> tuple[FacetValue, ...]:
    begin = date.fromisoformat(first)
    return tuple(FacetValue((begin + timedelta(days=n)).isoformat(), n + 1) for n in range(count))


def test_2_2_each_day_has_its_bar_where_there_is_room() -> None:
    values = (FacetValue("2026-08-16", 9), FacetValue("2026-08-18", 1))
    assert [(bar.days, bar.session_count, bar.text) for bar in day_bars(values, 30)] == [
        (("2026-08-16",), 9, "Sun 16 Aug 2026, 9 sessions"),
        ((), 0, "Mon 17 Aug 2026, 0 sessions"),
        (("2026-08-18",), 1, "Tue 18 Aug 2026, 1 session"),
    ]


def test_2_2_where_there_is_less_room_one_bar_stands_for_a_few_days() -> None:
    bars = day_bars(run_of_days("2026-08-01", 20), 10)
    assert len(bars) == 10
    assert bars[-1].days == ("2026-08-19", "2026-08-20")
    assert bars[-1].text == "Wed 19 Aug 2026 – Thu 20 Aug 2026, 39 sessions"


def test_2_2_a_session_of_a_wrong_clock_does_not_squeeze_the_others_into_one_bar() -> None:
    month = tuple(FacetValue(value.value, 20) for value in run_of_days("2026-08-01", 30))
    values = (FacetValue("1970-01-01", 1), *month, FacetValue("9999-12-31", 1))
    bars = day_bars(values, 30)
    assert len(bars) == 30
    assert bars[0].days == ("1970-01-01", "2026-08-01")
    assert bars[0].text == "Thu 1 Jan 1970 – Sat 1 Aug 2026, 21 sessions"
    assert bars[-1].days == ("2026-08-30", "9999-12-31")


def test_what_is_no_date_has_no_bar() -> None:
    assert day_bars((FacetValue("", 3),), 10) == ()
    assert range_text((FacetValue("", 3),)) == ""


def test_the_head_says_from_when_to_when() -> None:
    assert range_text(run_of_days("2026-07-29", 21)) == "29 Jul – 18 Aug"
    assert range_text(run_of_days("2026-08-18", 1)) == "18 Aug"
    assert range_text((FacetValue("", 1), FacetValue("2025-12-31", 1), FacetValue("2026-01-01", 1))) == "2025 – 2026"


@given(
    days=st.dictionaries(st.dates(), st.integers(1, 10_000), max_size=60),
    bar_count=st.integers(1, 50),
)
def test_every_day_stands_in_exactly_one_bar_in_order(days, bar_count) -> None:
    values = tuple(FacetValue(day.isoformat(), days[day]) for day in sorted(days))
    bars = day_bars(values, bar_count)
    assert len(bars) <= bar_count
    assert [day for bar in bars for day in bar.days] == [value.value for value in values]
    assert sum(bar.session_count for bar in bars) == sum(days.values())
