"""Reading JSON as strictly as the systems do, and finding where a value stands in its text.

Refused, because the systems refuse them: bytes that are not UTF-8, NaN and infinities, numbers out of range, lone
surrogates. A key that stands twice in one object is marked (`Doubled`), since it is an error in a structure and none in
free data. Worker threads only; nothing here opens a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TypeAlias

import orjson

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SPACE = re.compile(r"[ \t\r\n]*")


class NotStrict(ValueError):
    """The bytes are no JSON that the systems would read; the text says why, as the end of a sentence."""


class Doubled(dict[str, Json]):
    """An object in which a key stands more than once; the last one counts."""


def refuse_constant(name: str) -> float:
    """NaN, Infinity and -Infinity are no JSON."""
    raise NotStrict(f"it holds {name}, which is no JSON number")


def finite(digits: str) -> float:
    """Read a number, refusing what no 64-bit float can hold."""
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise NotStrict("it holds a number that is out of range")
    return number


def mark_doubled(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Make an object of its members, a Doubled where a key stands twice."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Doubled(found)


_FAST = json.JSONDecoder(parse_constant=refuse_constant, parse_float=finite)

scan: Callable[[str, int], tuple[Json, int]] = _FAST.scan_once  # type: ignore[attr-defined]
"""Read one value at a position, fast and blind to doubled keys: the value, and the position after it.

Raises StopIteration, ValueError or RecursionError where there is none.
"""

_CAREFUL = json.JSONDecoder(parse_constant=refuse_constant, parse_float=finite, object_pairs_hook=mark_doubled)


def parse(data: bytes, decoder: json.JSONDecoder = _CAREFUL) -> tuple[str, Json]:
    """Decode one whole JSON document.

    Args:
        decoder: another that reads numbers in its own way; it too must refuse constants and mark doubled keys.

    Returns:
        Its text and its value.

    Raises:
        NotStrict: with the reason, ready to follow "because ".
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotStrict(f"byte {error.start} is not UTF-8") from None
    try:
        value, end = decoder.raw_decode(text, _SPACE.match(text).end())  # type: ignore[union-attr]
    except NotStrict:
        raise
    except RecursionError:
        raise NotStrict("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotStrict(f"it is no JSON from character {error.pos} on") from None
    except ValueError:
        raise NotStrict("it holds a number that is too long") from None
    if text[end:].strip(" \t\r\n"):
        raise NotStrict(f"something follows its end at character {end}")
    if SURROGATE_ESCAPE.search(text):
        refuse_lone_surrogates(data)
    return text, value


def refuse_lone_surrogates(data: bytes) -> None:
    """Raise NotStrict where an escape stands for half a character; only then is the second parser asked."""
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if "surrogate" in str(error):
            raise NotStrict("it holds half of a surrogate pair, which is no character") from None
        # What else the second parser dislikes (its own depth limit) was judged already.


def skip_space(text: str, at: int) -> int:
    """The position of the next character that is not white space."""
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


def value_end(text: str, begin: int) -> int:
    """Where the value that begins at `begin` ends; the text is known to be JSON."""
    return scan(text, begin)[1]


def member_span(text: str, begin: int, key: str) -> tuple[int, int] | None:
    """Find the value of a key in the object that begins at `begin`; the last one where it stands twice.

    Returns:
        [begin, end) of the value's own text, None if the key is missing.
    """
    found = None
    at = skip_space(text, begin + 1)
    while text[at : at + 1] == '"':
        name, at = scan(text, at)
        at = skip_space(text, skip_space(text, at) + 1)
        end = value_end(text, at)
        if name == key:
            found = (at, end)
        at = skip_space(text, end)
        if text[at : at + 1] != ",":
            break
        at = skip_space(text, at + 1)
    return found


def element_spans(text: str, begin: int, limit: int) -> list[tuple[int, int]]:
    """Find the first `limit` elements of the list that begins at `begin`, each as [begin, end)."""
    spans: list[tuple[int, int]] = []
    at = skip_space(text, begin + 1)
    while len(spans) < limit and text[at : at + 1] not in ("]", ""):
        end = value_end(text, at)
        spans.append((at, end))
        at = skip_space(text, end)
        if text[at : at + 1] == ",":
            at = skip_space(text, at + 1)
    return spans


def text_of(value: Json) -> str:
    """Compact JSON text of a value, for people; characters stay as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def indented(value: Json) -> str:
    """JSON text of a value with two spaces a level."""
    return json.dumps(value, ensure_ascii=False, indent=2)
