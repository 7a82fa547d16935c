"""Text that could deceive becomes visible; text that cannot stays as it is (1-case-7)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.present.safe_text import prose_text, stored_text, tool_text

HARMLESS = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Co", "Cn", "So")))


@given(HARMLESS)
def test_1_case_7_harmless_text_is_not_changed(text: str) -> None:
    assert prose_text(text) == text
    assert tool_text(text) == text


@given(st.text())
def test_1_case_7_no_control_character_or_override_is_left(text: str) -> None:
    for shown in (prose_text(text), tool_text(text), stored_text(text)):
        left = set(shown) - {"\n", "\t"}
        assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in left)
        assert not left & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufdd0\ufdd1\ufffc")


def test_1_case_7_terminal_sequences_go_and_their_words_stay() -> None:
    assert tool_text("\x1b[1;32mok\x1b[0m \x1b]8;;http://h\x07link\x1b]8;;\x07 \x1b(Bend") == "ok link end"
    assert tool_text("10%\r20%\r\nnext") == "10%\n20%\nnext"


def test_1_6_a_stored_record_hides_nothing() -> None:
    assert stored_text("a\rb\x1b[0m") == "a␍b␛[0m"
