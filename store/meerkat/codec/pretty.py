"""The layout in which the JSONL backend prints a document for people (formats/meerkat.md §1.6). Pure.

Two spaces a level, empty lists and objects closed at once; the arguments of a tool call alone stay compact, because
Meerkat holds them as text.
"""

from __future__ import annotations

from typing import Final

from store.meerkat.codec.codec import encode
from store.meerkat.codec.strict_json import Json, NotStrict

_INDENT: Final = b"  "


def encode_pretty(document: Json) -> bytes:
    """Print a document from `codec.decode` as the JSONL backend does.

    Raises:
        NotStrict: it holds half a character or is nested too deeply.
    """
    pieces: list[bytes] = []
    try:
        _print(document, b"\n", pieces, 0)
    except RecursionError:
        raise NotStrict("it is nested too deeply") from None
    return b"".join(pieces)


# Depths, from the document down, of what leads to a tool call: messages, a message, its blocks, a block.
_BLOCK_DEPTH: Final = 4


def _print(value: Json, line: bytes, pieces: list[bytes], depth: int, *, is_call: bool = False) -> None:
    """Print one value.

    Args:
        line: a line break and the indentation of the value's own line.
        is_call: it is the data of a block that is a tool call.
    """
    if not isinstance(value, (dict, list)) or not value:
        pieces.append(encode(value))
        return
    inner = line + _INDENT
    separator = b""
    if isinstance(value, list):
        pieces.append(b"[")
        for element in value:
            pieces += (separator, inner)
            _print(element, inner, pieces, depth + 1)
            separator = b","
        pieces += (line, b"]")
        return
    is_block = depth == _BLOCK_DEPTH and value.get("block_type") == "tool_use"
    pieces.append(b"{")
    for key, member in value.items():
        pieces += (separator, inner, encode(key), b": ")
        if is_call and key == "args":
            pieces.append(encode(member))
        else:
            _print(member, inner, pieces, depth + 1, is_call=is_block and key == "data")
        separator = b","
    pieces += (line, b"}")
