"""Mutations of stored JSON as bytes: what a faulty disk, program or person makes of a document, a row or a head."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random

_KEY = re.compile(rb'"([a-z_0-9]{1,40})":')
_SCALAR = re.compile(
    rb'(?<=[:,\[])("(?:[^"\\]|\\.){0,400}"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?=[,\]}])'
)
_TEXT = re.compile(rb'"(?:[^"\\]|\\.){3,2000}"(?=[,\]}])')

DECODER = json.JSONDecoder()


def flipped_byte(data: bytes, chance: Random) -> bytes:
    """One bit of one byte."""
    if not data:
        return b"\x01"
    place = chance.randrange(len(data))
    return data[:place] + bytes((data[place] ^ (1 << chance.randrange(8)),)) + data[place + 1 :]


def cut(data: bytes, chance: Random) -> bytes:
    """The end is gone."""
    return data[: chance.randrange(len(data) + 1)]


def doubled_key(data: bytes, chance: Random) -> bytes:
    """A key stands twice in one object, with two values."""
    found = _somewhere(_KEY, data, chance)
    if found is None:
        return flipped_byte(data, chance)
    value = chance.choice((b"null", b"0", b'"other"', b"[]", b"{}"))
    return data[: found.start()] + found.group() + value + b"," + data[found.start() :]


def renamed_key(data: bytes, chance: Random) -> bytes:
    """A key has another letter."""
    found = _somewhere(_KEY, data, chance)
    if found is None:
        return flipped_byte(data, chance)
    place = chance.randrange(*found.span(1))
    return data[:place] + bytes((chance.choice(b"abcxyz_0"),)) + data[place + 1 :]


def other_value(data: bytes, chance: Random) -> bytes:
    """Another kind of value in the place of one."""
    others = (b"null", b"true", b"-1", b"0", b"1.5", b'""', b'"x"', b"[]", b"{}", b"[null]", b'{"":null}')
    return _replaced(data, chance, chance.choice(others))


def no_number(data: bytes, chance: Random) -> bytes:
    """A number that JSON or the systems do not have."""
    numbers = (b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400", b"01", b"1.", b"+1", b"0x10")
    return _replaced(data, chance, chance.choice(numbers))


def huge_integer(data: bytes, chance: Random) -> bytes:
    """A number that no word of a machine holds."""
    numbers = (2**31, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63) - 1, 10**30, 10**400)
    digits = b"9" * 6000 if chance.random() < 0.1 else str(chance.choice(numbers)).encode()
    return _replaced(data, chance, digits)


def nested(data: bytes, chance: Random) -> bytes:
    """A value so deep that a parser may lose itself."""
    depth = chance.choice((60, 130, 600, 1_100, 3_000, 50_000))
    opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return _replaced(data, chance, opening * depth + b"1" + closing * depth)


def lone_surrogate(data: bytes, chance: Random) -> bytes:
    """Half a character, as an escape or as the bytes that such a half would have."""
    found = _somewhere(_TEXT, data, chance)
    if found is None:
        return flipped_byte(data, chance)
    half = chance.choice((b"\\ud800", b"\\udfff", b"\\uD83D", b"\xed\xa0\x80", b"\xff", b"\xc3", b"\\u0000", b"\x00"))
    place = found.start() + 1
    return data[:place] + half + data[place:]


def other_text(data: bytes, chance: Random) -> bytes:
    """A letter of a text is another one: nothing is broken, only not true any more."""
    found = _somewhere(_TEXT, data, chance)
    letters = [] if found is None else [place for place in range(*found.span()) if data[place : place + 1].isalpha()]
    # What follows a backslash is no letter of the text.
    letters = [place for place in letters if b"\\" not in data[max(0, place - 6) : place]]
    if not letters:
        return flipped_byte(data, chance)
    place = chance.choice(letters)
    other = chance.choice([letter for letter in b"abcdefgh" if letter != data[place]])
    return data[:place] + bytes((other,)) + data[place + 1 :]


def added_key(data: bytes, chance: Random) -> bytes:
    """A key that no release knows."""
    found = _somewhere(_KEY, data, chance)
    if found is None:
        return flipped_byte(data, chance)
    return data[: found.start()] + b'"zz_unknown":[1,{"a":2}],' + data[found.start() :]


def swapped_messages(data: bytes, chance: Random) -> bytes:
    """Two messages in each other's place."""
    spans = message_spans(data)
    if len(spans) < 2:
        return other_text(data, chance)
    (one, one_end), (other, other_end) = sorted(chance.sample(spans, 2))
    return data[:one] + data[other:other_end] + data[one_end:other] + data[one:one_end] + data[other_end:]


def removed_message(data: bytes, chance: Random) -> bytes:
    """A message is gone, and the list is sound."""
    spans = message_spans(data)
    if len(spans) < 2:
        return other_text(data, chance)
    number = chance.randrange(len(spans))
    if number:
        return data[: spans[number - 1][1]] + data[spans[number][1] :]
    return data[: spans[0][0]] + data[spans[1][0] :]


def doubled_message(data: bytes, chance: Random) -> bytes:
    """A message stands there twice."""
    spans = message_spans(data)
    if not spans:
        return other_text(data, chance)
    begin, end = chance.choice(spans)
    return data[:end] + b"," + data[begin:end] + data[end:]


def message_spans(data: bytes) -> list[tuple[int, int]]:
    """Where the messages of a sound document stand; none in anything else."""
    # Latin-1 has a character for each byte, and JSON's own signs are the same in it.
    text = data.decode("latin-1")
    at = text.find('"messages":')
    if at < 0 or not text.startswith("{"):
        return []
    at = text.find("[", at) + 1
    spans: list[tuple[int, int]] = []
    try:
        while True:
            while text[at] in " \n\r\t,":
                at += 1
            if text[at] != "{":
                return spans
            end = DECODER.scan_once(text, at)[1]
            spans.append((at, end))
            at = end
    except (ValueError, IndexError, StopIteration, RecursionError):
        return []


def _replaced(data: bytes, chance: Random, value: bytes) -> bytes:
    found = _somewhere(_SCALAR, data, chance)
    return flipped_byte(data, chance) if found is None else data[: found.start()] + value + data[found.end() :]


def _somewhere(pattern: re.Pattern[bytes], data: bytes, chance: Random) -> re.Match[bytes] | None:
    """A match somewhere: the first one after a place that is chosen at random, else the first of all."""
    return pattern.search(data, chance.randrange(len(data) + 1)) or pattern.search(data)


JSON_MUTATIONS: dict[str, tuple[int, Callable[[bytes, Random], bytes]]] = {
    "flipped byte": (4, flipped_byte),
    "truncated": (2, cut),
    "doubled key": (2, doubled_key),
    "renamed key": (3, renamed_key),
    "other value": (4, other_value),
    "no number": (2, no_number),
    "huge integer": (2, huge_integer),
    "deep nesting": (2, nested),
    "half a character": (2, lone_surrogate),
    "other text": (4, other_text),
    "added key": (1, added_key),
    "swapped messages": (2, swapped_messages),
    "removed message": (2, removed_message),
    "doubled message": (1, doubled_message),
}
"""Weight and function of each mutation, by its name."""
