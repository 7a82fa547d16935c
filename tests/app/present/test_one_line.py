"""Stored text in a label stays one line, shows what could deceive, and is never taken for HTML (1-case-7, 1-case-8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.present.one_line import LIMIT_CHARS, as_tip, one_line


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Fix the parser", "Fix the parser"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred\x00", "␛[31mred␀"),
        ("invoice\u202egpj.exe", "invoice[RLO]gpj.exe"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("修复夜间检查点", "修复夜间检查点"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
        ("e\u0301tude", "e\u0301tude"),
    ],
)
def test_control_and_direction_marks_are_seen_and_letters_are_left_alone(stored: str, shown: str) -> None:
    """(1-case-7, 1-case-8) control characters, bidi overrides, CJK, emoji, combining marks."""
    assert one_line(stored) == shown


def test_a_long_text_is_cut_before_it_is_looked_at() -> None:
    """(1-case-8) a title may be megabytes."""
    assert one_line("x" * 10_000_000) == "x" * LIMIT_CHARS + "…"


@given(st.text(alphabet=st.characters()))
def test_whatever_is_stored_comes_out_as_one_line_that_can_be_encoded(stored: str) -> None:
    """(1-case-8) any text at all."""
    shown = one_line(stored)
    assert len(shown.splitlines()) <= 1
    shown.encode("utf-8")


def test_a_tool_tip_shows_html_as_text() -> None:
    """(1-case-7) Qt takes a tool tip for HTML when it looks like it."""
    assert "<img" not in as_tip('<img src="file:///etc/passwd">')
    assert as_tip("") == ""
