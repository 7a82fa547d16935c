"""The skeleton of a value that is too long to be decoded: its keys and short parts, long ones left out."""

from __future__ import annotations

from store.meerkat.codec.strict_json import Json
from store.meerkat.codec.walker import Undecodable, Walker
from store.values.message import CUT_TEXT_CHARS

SHORT_BYTES = 64 * 1024
MAX_DEPTH = 5
MAX_ELEMENTS = 20_000
LEFT_OUT = " " * CUT_TEXT_CHARS
"""What stands for a long text: as much as would be shown of it."""


def skeleton(walker: Walker, at: int, depth: int = 0) -> Json:
    """Read a value, with blanks for its long texts and nothing for what lies too deep.

    Raises:
        Broken: it has no end.
    """
    end = walker.skip(at)
    if end - at <= SHORT_BYTES:
        try:
            return walker.value(at)[0]
        except Undecodable:
            return None
    mark, at = walker.char(at)
    if mark == '"':
        return LEFT_OUT
    if depth >= MAX_DEPTH:
        return None
    if mark == "{":
        return {member.key: skeleton(walker, member.begin, depth + 1) for member in walker.members(at)}
    found: list[Json] = []
    for element in walker.elements(at):
        if len(found) >= MAX_ELEMENTS:
            break
        found.append(skeleton(walker, element.begin, depth + 1))
    return found
