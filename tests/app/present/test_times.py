"""A time is shown so that it cannot be misread, and stays true while it stands there (1.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.present.times import (
    duration_text,
    list_time,
    local_text,
    ms_to_midnight,
    span_text,
    time_tip,
    utc_text,
)

BERLIN = timezone(timedelta(hours=2))


def ms(*parts: int) -> int:
    """Milliseconds of a time in BERLIN."""
    return round(datetime(*parts, tzinfo=BERLIN).timestamp() * 1000)  # type: ignore[misc,arg-type]


NOW = ms(2026, 8, 18, 11, 53)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ((2026, 8, 18, 10, 42), "today 10:42"),
        ((2026, 8, 18, 0, 0), "today 00:00"),
        ((2026, 8, 17, 23, 59), "Mon 23:59"),
        ((2026, 8, 12, 9, 5), "Wed 09:05"),
        ((2026, 8, 11, 9, 5), "11 Aug"),
        ((2025, 8, 11, 9, 5), "11 Aug 2025"),
        ((2026, 8, 19, 9, 5), "19 Aug"),
    ],
)
def test_1_4_a_list_time_names_the_day_and_never_counts_from_now(at: tuple[int, ...], text: str) -> None:
    assert list_time(ms(*at), NOW, BERLIN) == text


def test_1_4_what_is_not_recorded_reads_as_a_dash() -> None:
    assert list_time(None, NOW, BERLIN) == "–"


@pytest.mark.parametrize("hostile", [2**63 - 1, -(2**63), 10**17])
def test_1_4_a_time_that_no_calendar_has_is_said_and_never_raises(hostile: int) -> None:
    assert list_time(hostile, NOW, BERLIN) == "no date"
    assert utc_text(hostile).startswith("no date: ")
    assert local_text(hostile, BERLIN).startswith("no date: ")
    assert span_text(hostile, hostile, BERLIN) == ""


def test_1_4_the_tool_tip_of_a_time_says_the_zone_and_utc() -> None:
    assert time_tip(NOW + 123, BERLIN) == "Tue 18 Aug 2026, 11:53:00 (UTC+02:00)\n2026-08-18 09:53:00.123 UTC"
    assert time_tip(None, BERLIN) == "Not recorded"


def test_1_4_a_span_names_the_second_day_only_if_it_is_another() -> None:
    assert span_text(ms(2026, 8, 18, 8, 12), NOW, BERLIN) == "Tue 18 Aug 2026, 08:12 – 11:53"
    assert span_text(ms(2026, 8, 17, 8, 12), NOW, BERLIN) == "Mon 17 Aug 2026, 08:12 – Tue 18 Aug 2026, 11:53"
    assert span_text(NOW, NOW, BERLIN) == "Tue 18 Aug 2026, 11:53"
    assert span_text(None, None, BERLIN) == ""


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (None, "–"),
        (-1, "–"),
        (0, "0 s"),
        (1, "0.01 s"),
        (310, "0.31 s"),
        (12_900, "12 s"),
        (59_999, "59 s"),
        (38 * 60_000, "38 m"),
        (13_260_000, "3 h 41 m"),
        (7_440_000, "2 h 04 m"),
        (2 * 86_400_000, "2 d 0 h"),
    ],
)
def test_1_4_a_duration_keeps_its_two_largest_units(duration_ms: int | None, text: str) -> None:
    assert duration_text(duration_ms) == text


def test_1_4_today_is_asked_for_again_at_local_midnight() -> None:
    assert ms_to_midnight(NOW, BERLIN) == (12 * 60 + 7) * 60_000
    assert list_time(NOW, NOW + ms_to_midnight(NOW, BERLIN), BERLIN) == "Tue 11:53"


def test_1_4_the_zone_of_the_machine_is_used_when_none_is_given() -> None:
    at = datetime.fromtimestamp(NOW / 1000, UTC).astimezone()
    assert list_time(NOW, NOW) == f"today {at:%H:%M}"
