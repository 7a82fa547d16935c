"""A name out of a store never commands a terminal, never deceives, and never fills a screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.naming import MAX_SHOWN_CHARS, shown


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("plain", "plain"),
        (b"bytes", "bytes"),
        (None, ""),
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("a\nb", "a\ufffdb"),
        ("\u202egpj.exe", "\ufffdgpj.exe"),
        (b"half \xff", "half \\xff"),
        ("\ud800", "\ufffd"),
    ],
)
def test_what_could_command_or_deceive_is_replaced(name: str | bytes | None, told: str) -> None:
    assert shown(name) == told


@given(st.text() | st.binary(), st.integers(1, 200))
def test_a_name_is_never_longer_than_asked_and_always_valid_text(name: str | bytes, limit: int) -> None:
    told = shown(name, limit)
    assert len(told) <= limit
    assert told.encode().decode() == told


def test_a_long_name_ends_in_an_ellipsis() -> None:
    assert shown("x" * 1_000) == "x" * (MAX_SHOWN_CHARS - 1) + "…"
