"""Stored JSON bytes → values → the same bytes (formats/meerkat.md §2.1, §3.3). Pure; worker threads only.

Two readings, named for what they are for. `decode` is exact: what it gives encodes to the bytes that came in, unknown
keys in their place, integers of any size. `decode_loaded` gives the numbers that Meerkat has after it loaded the bytes,
which is what it hashes. Neither knows structures: a key that stands twice is only marked (`Doubled`), and `typed`
refuses it where a structure does not allow it.

One call holds the interpreter for as long as it lasts, about 1 ms for 0.5 MB: documents go message by message.
"""

from __future__ import annotations

import json
from typing import Final, cast

import orjson

from store.meerkat.codec.numbers import LoadedFloat, exact_integer, float_text, loaded_float, loaded_integer
from store.meerkat.codec.strict_json import Json, NotStrict, finite, mark_doubled, parse, refuse_constant

_EXACT = json.JSONDecoder(
    parse_constant=refuse_constant, parse_float=finite, parse_int=exact_integer, object_pairs_hook=mark_doubled
)
_LOADED = json.JSONDecoder(
    parse_constant=refuse_constant, parse_float=loaded_float, parse_int=loaded_integer, object_pairs_hook=mark_doubled
)

_PROBES: Final = (1e-05, 1.5e-05, 1e-06, 1.25e-07, 0.0001, 1e15, 1e16, 1.5e17, -0.0, 5e-324, 1.7976931348623157e308)
_IS_SPELT_ALIKE: Final = orjson.dumps(_PROBES).decode() == f"[{','.join(map(float_text, _PROBES))}]"
"""Whether the installed orjson spells floats as the systems do; releases before 3.11 did not."""


def decode(data: bytes) -> Json:
    """Read one JSON value exactly, as strictly as the systems do.

    Bytes in the systems' own spelling are read by the quick reader, and proved by printing them again: a key that
    stands twice, a number or an escape in another spelling would come out different.

    Raises:
        NotStrict: with the reason, ready to follow "because ".
    """
    value = decode_unproved(data)
    if value is not None and encode(value) == data:
        return value
    return parse(data, _EXACT)[1]


def decode_unproved(data: bytes) -> Json:
    """Read bytes that are probably in the systems' own spelling; whoever calls proves it by printing the value again.

    Returns:
        The value, None also where it could not be read: then only the careful reader can say why.
    """
    try:
        return cast(Json, orjson.loads(data))
    except orjson.JSONDecodeError:
        return None


def decode_loaded(data: bytes) -> Json:
    """Read one JSON value with the numbers that Meerkat has after a load; floats are `LoadedFloat`.

    Raises:
        NotStrict: with the reason, ready to follow "because ".
    """
    return parse(data, _LOADED)[1]


def encode(value: Json) -> bytes:
    """Print a value from `decode` as the systems do: compact, characters as they are, floats with the fewest digits.

    Raises:
        NotStrict: it holds half a character or is nested too deeply.
    """
    if _IS_SPELT_ALIKE:
        try:
            return orjson.dumps(value, default=_plain)
        except orjson.JSONEncodeError:
            pass  # An integer beyond 64 bits, deep nesting, or what is refused below.
    pieces: list[str] = []
    try:
        _print(value, pieces)
        return "".join(pieces).encode("utf-8")
    except UnicodeEncodeError:
        raise NotStrict("it holds half of a surrogate pair, which is no character") from None
    except RecursionError:
        raise NotStrict("it is nested too deeply") from None


def _plain(value: object) -> float:
    """What orjson does not print of itself: floats of a subclass."""
    if isinstance(value, LoadedFloat):
        return float(value)
    raise TypeError


def _print(value: Json, pieces: list[str]) -> None:
    if isinstance(value, dict):
        separator = "{"
        for key, member in value.items():
            pieces.append(f"{separator}{json.dumps(key, ensure_ascii=False)}:")
            _print(member, pieces)
            separator = ","
        pieces.append("{}" if separator == "{" else "}")
    elif isinstance(value, list):
        separator = "["
        for element in value:
            pieces.append(separator)
            _print(element, pieces)
            separator = ","
        pieces.append("[]" if separator == "[" else "]")
    elif isinstance(value, float):
        pieces.append(float_text(float(value)))
    else:
        pieces.append(json.dumps(value, ensure_ascii=False))
