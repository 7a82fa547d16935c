"""Text of a store for a terminal: what could command or deceive is shown as a mark, and widths are counted in cells.

Pure functions. Content is hostile (rule 13): an escape sequence in a transcript must never reach the terminal as one.
"""

from __future__ import annotations

import re
import unicodedata

from store.values.controls import control_picture

ELLIPSIS = "…"

_COMMANDING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Controls but tab and newline, bidi embeddings, overrides and isolates, and separators that may act as a newline."""

_BREAKS = re.compile(r"[\t\n]+")


def visible(text: str) -> str:
    """Make everything visible that a terminal would obey; newlines and tabs stay, CR LF becomes a newline."""
    if text.isascii() and text.isprintable():
        return text
    return _COMMANDING.sub(_mark, text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """The same for text that has to stay on one line: newlines and tabs become a space."""
    return _BREAKS.sub(" ", visible(text))


def _mark(match: re.Match[str]) -> str:
    """The picture of a control character where Unicode has one, else its code point."""
    return control_picture(match.group()) or f"<U+{ord(match.group()):04X}>"


def width_of(text: str) -> int:
    """How many cells of a terminal a text of one line takes."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    """0 for marks that sit on the character before, 2 for wide ones, 1 for all others."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf") or "\u1160" <= character <= "\u11ff":
        return 0  # U+1160 to U+11FF: vowels and finals of Hangul, drawn into the syllable before
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def elided(text: str, width: int) -> str:
    """Cut a text of one line to at most `width` cells, with an ellipsis where something was left out."""
    if width_of(text) <= width:
        return text
    kept: list[str] = []
    left = width - 1
    for character in text:
        cells = _cells(character)
        if cells > left:
            break
        left -= cells
        kept.append(character)
    return "".join(kept).rstrip() + ELLIPSIS if width > 0 else ""
