"""JSON text as a tree that is read where it is opened: children are found, never decoded whole. Pure; any thread.

Every key and value keeps its spelling: a key that stands twice is two children, a number of 40 digits has 40 digits.
Of a long list the children stand in groups, so that a million of them are never listed at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from json.decoder import JSONDecoder

from app.present.safe_text import tool_text

GROUP = 500
"""Children that stand together; longer lists stand in groups."""

SHOWN_CHARS = 300
"""Characters of a value that its row shows."""

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}]+")
_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_SCAN: Callable[[str, int], tuple[object, int]] = JSONDecoder(  # type: ignore[attr-defined]
    parse_float=str, parse_int=str, parse_constant=str
).scan_once


class JsonKind(Enum):
    """What a value is."""

    OBJECT = "object"
    LIST = "list"
    TEXT = "text"
    OTHER = "other"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class JsonItem:
    """One value of a JSON text.

    Attributes:
        name: its key, or its number in a list; empty for the whole.
        kind: what it is.
        begin, end: where its value stands in the text, in characters; of a group the first and last of its children.
        summary: what its row shows: the value as it is spelled, or how much is in it.
        children: of a group, which are known already; None for others.
    """

    name: str
    kind: JsonKind
    begin: int
    end: int
    summary: str
    children: tuple[JsonItem, ...] | None = None

    @property
    def has_children(self) -> bool:
        """Whether it can be opened."""
        return self.kind in (JsonKind.OBJECT, JsonKind.LIST, JsonKind.GROUP) and self.summary not in ("{}", "[]")


def root_of(text: str) -> JsonItem | None:
    """The whole of a JSON text as one item; None if it is no object and no list."""
    begin = _skip_space(text, 0)
    if text[begin : begin + 1] not in ("{", "["):
        return None
    try:
        end = _end_of(text, begin)
    except ValueError:
        return None
    if _skip_space(text, end) != len(text):
        return None
    return _item(text, "", begin, end)


def children_of(text: str, item: JsonItem) -> tuple[JsonItem, ...]:
    """The children of an item in their order, in groups where there are many.

    Raises:
        ValueError: the text is no JSON there.
    """
    if item.children is not None:
        return item.children
    is_object = item.kind is JsonKind.OBJECT
    found: list[JsonItem] = []
    at = _skip_space(text, item.begin + 1)
    while at < item.end - 1:
        name = str(len(found))
        if is_object:
            key = _STRING.match(text, at)
            if key is None:
                raise ValueError("a key is missing")
            name = tool_text(key.group()[1:-1])
            at = _skip_space(text, key.end())
            if text[at : at + 1] != ":":
                raise ValueError("a colon is missing")
            at = _skip_space(text, at + 1)
        end = _end_of(text, at)
        found.append(_item(text, name, at, end))
        at = _skip_space(text, end)
        if text[at : at + 1] == ",":
            at = _skip_space(text, at + 1)
    return _grouped(found)


def _grouped(items: Sequence[JsonItem]) -> tuple[JsonItem, ...]:
    """Items in groups of GROUP, and groups of groups, until there are few."""
    size = GROUP
    grouped = list(items)
    while len(grouped) > GROUP:
        parts = [grouped[first : first + GROUP] for first in range(0, len(grouped), GROUP)]
        grouped = [_group(part, number * size, len(items), size) for number, part in enumerate(parts)]
        size *= GROUP
    return tuple(grouped)


def _group(part: Sequence[JsonItem], first: int, count: int, size: int) -> JsonItem:
    last = min(first + size, count) - 1
    return JsonItem(f"{first:,} … {last:,}", JsonKind.GROUP, part[0].begin, part[-1].end, "", tuple(part))


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at


def _end_of(text: str, at: int) -> int:
    """Where the value at a position ends. Raises ValueError where there is none."""
    mark = text[at : at + 1]
    if mark == '"':
        string = _STRING.match(text, at)
        if string is None:
            raise ValueError("a text does not end")
        return string.end()
    if mark in ("{", "["):
        try:
            return int(_SCAN(text, at)[1])
        except StopIteration:
            raise ValueError("a value is missing") from None
        except RecursionError:
            return _end_of_deep(text, at)
    scalar = _SCALAR.match(text, at)
    if scalar is None:
        raise ValueError("a value is missing")
    return scalar.end()


def _end_of_deep(text: str, at: int) -> int:
    """Where an object or list ends that is nested too deeply for the parser."""
    depth = 0
    for match in _MARK.finditer(text, at):
        mark = match.group()
        if mark in ("{", "["):
            depth += 1
        elif mark in ("}", "]"):
            depth -= 1
            if depth == 0:
                return match.end()
    raise ValueError("a value does not end")


def _item(text: str, name: str, begin: int, end: int) -> JsonItem:
    mark = text[begin : begin + 1]
    if mark == "{" or mark == "[":
        is_empty = _skip_space(text, begin + 1) == end - 1
        words = mark + ("" if is_empty else "…") + ("}" if mark == "{" else "]")
        return JsonItem(name, JsonKind.OBJECT if mark == "{" else JsonKind.LIST, begin, end, words)
    spelled = text[begin : min(end, begin + SHOWN_CHARS)]
    shown = tool_text(spelled.replace("\n", " ")) + ("…" if end - begin > SHOWN_CHARS else "")
    return JsonItem(name, JsonKind.TEXT if mark == '"' else JsonKind.OTHER, begin, end, shown)
