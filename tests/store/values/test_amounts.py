"""Counts and sizes in a sentence agree with their noun and their unit."""

from __future__ import annotations

import pytest

from store.values.amounts import counted, sized


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 messages"), (1, "1 message"), (2, "2 messages"), (12_345, "12,345 messages")]
)
def test_a_count_agrees_with_its_noun(count: int, told: str) -> None:
    assert counted(count, "message") == told


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert [counted(count, "entry", "entries") for count in (1, 2)] == ["1 entry", "2 entries"]


@pytest.mark.parametrize(
    ("size_bytes", "told"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (46_100_000, "46.1 MB"),
        (10**16, "10000.0 TB"),
    ],
)
def test_a_size_is_rounded_in_the_unit_in_which_it_is_short(size_bytes: int, told: str) -> None:
    assert sized(size_bytes) == told
