"""Counts and sizes are rounded in lists, exact where they matter, and never guessed (1.4)."""

from __future__ import annotations

import pytest

from app.present.sizes import counted, exact_count, exact_size, short_count, short_size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "–"),
        (0, "0"),
        (999, "999"),
        (1000, "1.0k"),
        (94_211, "94.2k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (182_400, "182k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (1_240_000, "1.2M"),
        (-94_211, "-94.2k"),
        (2**63 - 1, "9,223,372T"),
    ],
)
def test_1_4_tokens_are_rounded_with_a_unit(count: int | None, text: str) -> None:
    assert short_count(count) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, "–"),
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 KB"),
        (705_600, "706 KB"),
        (999_499, "999 KB"),
        (999_500, "1.00 MB"),
        (1_410_233, "1.41 MB"),
        (45_960_000, "46.0 MB"),
        (182_400_000, "182 MB"),
        (1_410_000_000, "1.41 GB"),
        (2**63 - 1, "9,223,372 TB"),
    ],
)
def test_1_4_sizes_are_rounded_with_a_unit(size: int | None, text: str) -> None:
    assert short_size(size) == text


def test_1_4_exact_numbers_are_grouped_and_have_their_noun() -> None:
    assert (exact_count(1_819_402), exact_size(1_819_402)) == ("1,819,402", "1,819,402 bytes")
    assert (exact_count(None), exact_size(None)) == ("–", "–")
    assert [counted(n, "session") for n in (0, 1, 284)] == ["0 sessions", "1 session", "284 sessions"]
