"""Bringing stored JSON into the bytes in which Meerkat prints it (formats/meerkat.md §2.3–§2.5, §3.3).

Most documents are of Meerkat itself and need no change: their messages are recognised by their spelling, without being
decoded. Everything else is decoded and printed anew. Of a key that stands twice the last one counts, since Meerkat
reads a document into a map first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from enum import Enum
from typing import Final

import orjson

from store.meerkat.codec.codec import decode, decode_unproved, encode
from store.meerkat.codec.numbers import loaded_float, loaded_integer
from store.meerkat.codec.strict_json import Json, NotStrict, parse, refuse_constant
from store.meerkat.shapes.message_shapes import USAGE
from store.meerkat.shapes.reference_shapes import REFERENCE_USAGE, reference_message
from store.meerkat.shapes.structs import MAX_DEPTH, Fields, Read, free
from store.meerkat.shapes.typed import typed_message

MissingTime = Callable[[], str]
"""Gives the time of a message that has none of its own; asked once for each."""


class Shapes(Enum):
    """Which fields of messages are known; others are dropped, as Meerkat drops them."""

    REFERENCE = "0.6.24"
    """Those of 0.6.24, which refuses names of enumerations that it does not know."""

    ALL = "all"
    """Those of every release from 0.3 to 0.9.8."""


_READERS: Final = {Shapes.REFERENCE: reference_message, Shapes.ALL: typed_message}

_VALUE = json.JSONDecoder(parse_constant=refuse_constant, parse_float=loaded_float, parse_int=loaded_integer)

_BRACKETS: Final = re.compile(rb'[\[\]{}]|"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
"""Brackets; strings are stepped over whole."""

_MAY_BE_FLOAT: Final = re.compile(rb"[0-9][.eE]|-0")


# ------------------------------------------------------------------------------------------------- any spelling


def decode_value(data: bytes, around: int = 0) -> Json:
    """Decode one value as Meerkat holds it: numbers as it reads them, the last one of keys that stand twice.

    Args:
        around: how many lists and objects it stands in.

    Raises:
        NotStrict: it is no JSON that Meerkat reads.
    """
    value = parse(data, _VALUE)[1]
    refuse_depth(data, around)
    return value


def refuse_depth(data: bytes, around: int) -> None:
    """Raise NotStrict where JSON is nested so deeply that Meerkat does not read it.

    Args:
        around: how many lists and objects it stands in.
    """
    at_most = MAX_DEPTH - around
    if data.count(b"{") + data.count(b"[") <= at_most:
        return
    depth = 0
    for found in _BRACKETS.finditer(data):
        mark = found.group()
        if mark in b"[{":
            depth += 1
            if depth > at_most:
                raise NotStrict("it is nested too deeply")
        elif mark in b"]}":
            depth -= 1


def read_message(data: bytes, shapes: Shapes, missing_time: MissingTime | None = None, around: int = 2) -> bytes:
    """Read one stored message, and print it as Meerkat does.

    Args:
        data: its JSON, keys in any order.
        missing_time: of a message without one; TimeMissing is raised where this is not given.
        around: how many lists and objects it stands in.

    Raises:
        NotStrict: it is no JSON that Meerkat reads.
        NotTyped: Meerkat refuses it.
    """
    refuse_depth(data, around)
    value = decode_unproved(data)
    if value is not None:
        made = canonical_message(value, shapes, missing_time)
        plain = encode(made)
        # Printed alike, it was read right: a key that stands twice or a number in another spelling would show.
        if plain == data or encode(value) == data:
            return plain
    return encode(canonical_message(decode_value(data), shapes, missing_time))


def canonical_message(value: Json, shapes: Shapes, missing_time: MissingTime | None = None) -> Fields:
    """A decoded message as Meerkat holds it. Raises NotTyped."""
    reader = _READERS[shapes]
    if missing_time is None or (isinstance(value, dict) and "created_at" in value):
        return reader(value)
    return reader(value, missing_time())


def usage_reader(shapes: Shapes) -> Read:
    """The reader of token counts."""
    return USAGE if shapes is Shapes.ALL else REFERENCE_USAGE


def sorted_value(data: bytes) -> bytes:
    """Print a free value as Meerkat does: keys sorted at every depth, numbers as it reads them.

    Raises:
        NotStrict: it is no JSON that Meerkat reads.
        NotTyped: it is nested too deeply.
    """
    if _MAY_BE_FLOAT.search(data) is None:
        try:
            if orjson.dumps(orjson.loads(data), option=orjson.OPT_SORT_KEYS) == data:
                return data
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            pass  # The careful reader says why, or reads what this one cannot.
    return encode(free(decode_value(data)))


def with_sorted_keys(data: bytes) -> bytes:
    """The canonical bytes of a message, or of a list of messages, as they stand inside metadata: all keys sorted.

    Nothing but the order of members changes, so that every message of a list keeps its place and length.
    """
    try:
        value = orjson.loads(data)
        # Printed alike, its numbers are spelled alike in any order.
        if orjson.dumps(value) == data:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        pass  # Integers beyond 64 bits are read below.
    return encode(_sorted(decode(data)))


def _sorted(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(element) for element in value]
    return value
