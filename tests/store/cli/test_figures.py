"""Invariant: programs get exact UTC times and bytes, people local times and rounded sizes, and nothing is guessed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from store.cli.figures import count, local_time, rfc3339, size


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_785_578_400_123, "2026-08-01T10:00:00.123Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        (10**18, None),
        (None, None),
    ],
)
def test_times_for_programs_are_rfc_3339_with_milliseconds(time_ms: int | None, text: str | None) -> None:
    assert rfc3339(time_ms) == text


@pytest.mark.usefixtures("tokyo")
def test_times_for_people_are_local() -> None:
    assert local_time(1_785_578_400_123) == "2026-08-01 19:00"
    assert local_time(1_785_578_400_123, has_seconds=True) == "2026-08-01 19:00:00"


@pytest.mark.usefixtures("tokyo")
@pytest.mark.parametrize("time_ms", [None, 10**18, 253_402_300_799_999])
def test_a_time_that_is_not_recorded_or_has_no_date_reads_as_a_dash(time_ms: int | None) -> None:
    assert local_time(time_ms) == "–"


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (None, "–"),
        (0, "0 B"),
        (999, "999 B"),
        (91_823, "91.8 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (46_100_000, "46.1 MB"),
        (10**18, "1000000.0 TB"),
    ],
)
def test_sizes_are_rounded_to_units_of_a_thousand(size_bytes: int | None, text: str) -> None:
    assert size(size_bytes) == text


def test_counts_are_grouped_and_absent_ones_are_a_dash() -> None:
    assert (count(1_234_567), count(0), count(None)) == ("1,234,567", "0", "–")
