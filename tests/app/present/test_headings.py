"""Headings between rows say days as people do, names of stores, models, and how many sessions are below (2.3)."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest

from app.present.headings import day_heading, heading_of
from store.values.listing import Group, GroupBy
from store.values.store import StoreKey

NOON_MS = 1_787_054_400_000
"""18 August 2026, 12:00 UTC, a Tuesday."""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-08-18", "Today"),
        ("2026-08-17", "Yesterday"),
        ("2026-08-16", "Sunday 16 Aug"),
        ("2026-08-19", "Wednesday 19 Aug"),
        ("2025-12-31", "31 Dec 2025"),
        ("+012345-01-01", "+012345-01-01"),
    ],
)
def test_2_3_days_read_as_people_say_them(value: str, text: str) -> None:
    assert day_heading(value, NOON_MS, UTC) == text


def test_2_3_today_is_the_day_of_the_zone_that_times_are_shown_in() -> None:
    assert day_heading("2026-08-19", NOON_MS, timezone(timedelta(hours=13))) == "Today"


@pytest.mark.parametrize(
    ("group_by", "value", "text"),
    [
        (GroupBy.STORE, "/stores/orchard.sqlite3", "orchard"),
        (GroupBy.STORE, "/stores/gone.sqlite3", "/stores/gone.sqlite3"),
        (GroupBy.MODEL, "gpt-5.2\nand more", "gpt-5.2 and more"),
        (GroupBy.MODEL, "", "No model"),
        (GroupBy.DAY, "", "No date"),
    ],
)
def test_2_3_a_heading_is_one_line_in_words(group_by: GroupBy, value: str, text: str) -> None:
    names = {StoreKey("/stores/orchard.sqlite3"): "orchard"}
    assert heading_of(Group(value, 0, 7), group_by, False, names, NOON_MS, UTC).text == text


def test_2_3_screen_readers_hear_count_and_folding() -> None:
    group = Group("2026-08-18", 10, 17)
    opened, folded = (heading_of(group, GroupBy.DAY, is_folded, {}, NOON_MS, UTC) for is_folded in (False, True))
    assert opened.spoken == "Today, 7 sessions, expanded"
    assert folded.spoken == "Today, 7 sessions, collapsed"
