"""Texts as Rust's formatter for programmers spells them, which stand in some of Meerkat's messages. Pure."""

from __future__ import annotations

import unicodedata
from typing import Final

_SHORT: Final = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
_COMBINING: Final = frozenset({"Mn", "Me"})


def quoted(text: str) -> str:
    """A text in quotes, with everything escaped that cannot be seen."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if " " <= character <= "~":
        return character
    category = unicodedata.category(character)
    if category in _UNPRINTABLE or category in _COMBINING:
        return f"\\u{{{ord(character):x}}}"
    return character
