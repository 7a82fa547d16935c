"""Positions of Qt are UTF-16 units, those of Python are code points: the few functions that know both. Any thread."""

from __future__ import annotations


def utf16_length(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, begin: int, end: int) -> str:
    """The part [begin, end) counted in UTF-16 units."""
    if text.isascii():
        return text[begin:end]
    return text.encode("utf-16-le", "surrogatepass")[2 * begin : 2 * end].decode("utf-16-le", "replace")


def utf16_index(text: str, code_points: int) -> int:
    """The UTF-16 position of a code point position."""
    return utf16_length(text[:code_points])


def code_point_index(text: str, position: int) -> int:
    """The code point position of a UTF-16 position; inside a pair, that of the pair."""
    if text.isascii():
        return min(position, len(text))
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * position].decode("utf-16-le", "ignore"))
