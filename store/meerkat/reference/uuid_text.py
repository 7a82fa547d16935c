"""UUIDs as Meerkat reads them from text, and its words for what is none. Pure.

Four spellings are read: 32 hexadecimal digits, the same in five groups with hyphens, that one in braces, and that one
behind `urn:uuid:`. The spelling that is written is the one with hyphens, in lower case.
"""

from __future__ import annotations

import re
from typing import Final

_URN: Final = "urn:uuid:"
_HYPHENATED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_SIMPLE = re.compile(r"[0-9a-f]{32}", re.ASCII | re.IGNORECASE)
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_GROUP_LENGTHS: Final = (8, 4, 4, 4, 12)
_GROUP_BEGINS: Final = (0, 9, 14, 19, 24)
_GROUPED_LENGTH: Final = 36
_LONGEST: Final = 45


class NotUuid(ValueError):
    """The text is no UUID; the message says why, in Meerkat's words."""


def uuid_of(text: str) -> str:
    """Read a UUID in any spelling and give it with hyphens in lower case. Raises NotUuid."""
    if _SIMPLE.fullmatch(text):
        digits = text.lower()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
    inner = text
    if text[:1] == "{" and text[-1:] == "}":
        inner = text[1:-1]
    elif text[: len(_URN)].lower() == _URN:
        inner = text[len(_URN) :]
    if _HYPHENATED.fullmatch(inner):
        return inner.lower()
    raise NotUuid(_reason(text))


def _reason(text: str) -> str:
    """Why a text is no UUID; places and lengths in bytes of UTF-8."""
    size = _size(text)
    if not text or size > _LONGEST:
        return f"invalid length: found {size}"
    begin, inner, is_grouped = 0, text, False
    # One brace alone is first and last character at once, and none of a pair.
    if len(text) > 1 and text[0] == "{" and text[-1] == "}":
        begin, inner, is_grouped = 1, text[1:-1], True
    elif text[: len(_URN)].lower() == _URN:
        begin, inner, is_grouped = len(_URN), text[len(_URN) :], True
    if _size(inner) == _GROUPED_LENGTH:
        # Of the right length: from here on only what is between the marks is looked at, and counted.
        begin, size, is_grouped = 0, _GROUPED_LENGTH, True
    hyphens: list[int] = []
    at = 0
    for character in inner:
        if character == "-":
            hyphens.append(at)
        elif character not in _HEX:
            return f"invalid character: found `{character}` at {begin + at}"
        at += _size(character)
    if not hyphens and not is_grouped:
        return f"invalid length: found {size}"
    if len(hyphens) != len(_GROUP_LENGTHS) - 1:
        return f"invalid group count: expected 5, found {len(hyphens) + 1}"
    return _group_reason(hyphens, size)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _group_reason(hyphens: list[int], size: int) -> str:
    for group, hyphen in enumerate(hyphens):
        found = hyphen - _GROUP_BEGINS[group]
        if found != _GROUP_LENGTHS[group]:
            return f"invalid group length in group {group}: expected {_GROUP_LENGTHS[group]}, found {found}"
    return f"invalid group length in group 4: expected 12, found {size - _GROUP_BEGINS[-1]}"
