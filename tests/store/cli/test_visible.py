"""Invariant: nothing in a store's text can command a terminal or turn text around; widths are counted in cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.cli.visible import elided, visible, visible_line, width_of


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]8;;http://x\x07link", "␛]8;;http://x␇link"),
        ("nul\x00bell\x07", "nul␀bell␇"),
        ("over\rwritten", "over␍written"),
        ("windows\r\nline", "windows\nline"),
        ("c1 \x9b31m", "c1 <U+009B>31m"),
        ("del\x7f", "del␡"),
        ("\u202eevil\u202c", "<U+202E>evil<U+202C>"),
        ("\u2066isolate\u2069", "<U+2066>isolate<U+2069>"),
        ("tab\tnew\nline", "tab\tnew\nline"),
        ("שלום 世界 e\u0301 👩‍👩‍👧", "שלום 世界 e\u0301 👩‍👩‍👧"),
    ],
)
def test_1_case_7_what_a_terminal_would_obey_is_shown(stored: str, shown: str) -> None:
    assert visible(stored) == shown


def test_one_line_stays_one_line() -> None:
    assert visible_line("a\n\tb\u2028c") == "a b<U+2028>c"


@given(st.text())
def test_no_text_whatever_leaves_a_control_or_an_override(text: str) -> None:
    shown = visible(text)
    assert not any(ord(c) < 0x20 and c not in "\n\t" for c in shown)
    assert not any(0x7F <= ord(c) <= 0x9F or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in shown)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("世界", 4),
        ("ｱ", 1),
        ("Ａ", 2),
        ("e\u0301", 1),
        ("한", 2),
        ("\u1112\u1161\u11ab", 2),
        ("שלום", 4),
        ("😀", 2),
    ],
)
def test_1_case_8_widths_are_cells_of_a_terminal(text: str, cells: int) -> None:
    assert width_of(text) == cells


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 4, "abc…"),
        ("世界世界", 5, "世界…"),
        ("世界世界", 4, "世…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("abc", 0, ""),
    ],
)
def test_1_case_8_elision_keeps_within_its_cells_and_splits_no_letter(text: str, width: int, shown: str) -> None:
    assert elided(text, width) == shown


@given(st.text(), st.integers(0, 20))
def test_an_elided_text_is_never_wider_than_asked(text: str, width: int) -> None:
    assert width_of(elided(visible_line(text), width)) <= width
