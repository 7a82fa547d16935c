"""Spans count UTF-16 units and lie in order (1.5)."""

from __future__ import annotations

from app.present.highlight import HIGHLIGHT_LIMIT_CHARS, Syntax, highlight, language_title
from app.present.utf16 import utf16_slice


def words(text: str, language: str) -> list[tuple[str, Syntax]]:
    spans = highlight(text, language)
    begins = range(0, len(spans), 3)
    return [(utf16_slice(text, spans[at], spans[at] + spans[at + 1]), Syntax(spans[at + 2])) for at in begins]


def test_1_5_words_get_their_colours_after_an_emoji_too() -> None:
    found = words('s = "🎉"  # é\nfn = 12', "python")
    assert ("12", Syntax.NUMBER) in found
    assert ("# é", Syntax.COMMENT) in found
    assert ("🎉", Syntax.STRING) in found


def test_1_5_unknown_languages_stay_plain() -> None:
    assert not highlight("x = 1", "no-such-language")
    assert not highlight("x = 1", "")
    assert language_title("rs") == "Rust"
    assert language_title("no-such-language") == "no-such-language"


def test_1_case_6_a_long_text_is_coloured_only_at_its_beginning() -> None:
    """(1-case-6) The work is bounded."""
    spans = highlight("x = 1\n" * 1_000_000, "python")
    assert max(spans[0::3]) < HIGHLIGHT_LIMIT_CHARS
