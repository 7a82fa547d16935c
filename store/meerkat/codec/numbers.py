"""Numbers as the systems print and read them (formats/meerkat.md §3.3). Pure.

They print a float with the fewest digits that name it, as Python does, but spell small ones in their own way. They do
not read exactly: the digits become one 64-bit integer, surplus ones are ignored, and that integer is multiplied with or
divided by a power of ten, so that about a tenth of all floats of 16 and 17 digits come out one unit in the last place
off. A digest is over the numbers as they were read.
"""

from __future__ import annotations

import re
from typing import Final

from store.meerkat.codec.strict_json import NotStrict

U64_LIMIT: Final = 1 << 64
I64_LEAST: Final = -(1 << 63)

_MAX_POWER = 308
_POWERS: Final = tuple(float(f"1e{exponent}") for exponent in range(_MAX_POWER + 1))
_EXPONENT_LIMIT = (1 << 31) - 1
_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?)([0-9]+))?")


class LoadedFloat(float):
    """A float that was read from its text as the systems read it, and must not be read so a second time."""

    __slots__ = ()


def float_text(number: float) -> str:
    """Spell a finite float as the systems print it: positional from 1e-5 up to below 1e16."""
    text = repr(number)
    digits, marker, exponent = text.partition("e-")
    if not marker:
        return text
    if exponent != "05":
        return f"{digits}e-{exponent.lstrip('0')}"
    sign = "-" if digits.startswith("-") else ""
    return f"{sign}0.0000{digits.removeprefix('-').replace('.', '')}"


def loaded_float(text: str) -> LoadedFloat:
    """Read a number's JSON text as the systems do.

    Raises:
        NotStrict: it is beyond what a 64-bit float holds, which they refuse.
    """
    matched = _NUMBER.fullmatch(text)
    if matched is None:
        raise NotStrict("it holds a number that is out of range")
    sign, whole, fraction, exponent_sign, exponent_digits = matched.groups()
    significand, exponent = _significand(whole, fraction or "")
    if exponent_digits is not None:
        shift = min(int(exponent_digits[-19:]) if len(exponent_digits) < 20 else U64_LIMIT, U64_LIMIT)
        if shift > _EXPONENT_LIMIT:
            return _beyond_exponents(sign, significand, exponent_sign != "-")
        exponent += -shift if exponent_sign == "-" else shift
    number = _scaled(float(significand), exponent)
    return LoadedFloat(-number if sign else number)


def _significand(whole: str, fraction: str) -> tuple[int, int]:
    """The digits as one integer below 2^64, and the power of ten that belongs to it."""
    significand = 0
    for position, digit in enumerate(whole):
        if (grown := significand * 10 + int(digit)) >= U64_LIMIT:
            # The digits left over before the point count as zeros; those after it are taken up as far as they fit.
            return _with_fraction(significand, fraction, len(whole) - position)
        significand = grown
    return _with_fraction(significand, fraction, 0)


def _with_fraction(significand: int, fraction: str, exponent: int) -> tuple[int, int]:
    for digit in fraction:
        if (grown := significand * 10 + int(digit)) >= U64_LIMIT:
            break
        significand = grown
        exponent -= 1
    return significand, exponent


def _beyond_exponents(sign: str, significand: int, is_large: bool) -> LoadedFloat:
    """A number whose exponent alone is out of range: nothing, unless it would be without end."""
    if significand and is_large:
        raise NotStrict("it holds a number that is out of range")
    return LoadedFloat(-0.0 if sign else 0.0)


def _scaled(number: float, exponent: int) -> float:
    """`number` times ten to the power, in the steps and with the roundings of the systems."""
    while exponent < -_MAX_POWER and number != 0.0:
        number /= _POWERS[_MAX_POWER]
        exponent += _MAX_POWER
    if number == 0.0:
        return number
    if exponent < 0:
        return number / _POWERS[-exponent]
    if exponent > _MAX_POWER or (number := number * _POWERS[exponent]) == float("inf"):
        raise NotStrict("it holds a number that is out of range")
    return number


def loaded_integer(text: str) -> int | LoadedFloat:
    """Read an integer's JSON text as the systems do: beyond 64 bits, and -0, it becomes a float."""
    if len(text) < 19 and text != "-0":
        return int(text)
    if len(text) <= 20 and I64_LEAST <= (number := int(text)) < U64_LIMIT and text != "-0":
        return number
    return loaded_float(text)


def exact_integer(text: str) -> int | float:
    """Read an integer's JSON text without loss; -0 alone is a float, as it is printed.

    Raises:
        NotStrict: not even a 64-bit float holds it.
    """
    if text == "-0":
        return -0.0
    if len(text) > _MAX_POWER:
        loaded_float(text)
    return int(text)


def as_loaded(number: int | float) -> int | float:
    """What the systems make of a number which they printed: they read their own text again."""
    if type(number) is LoadedFloat:
        return float(number)
    if isinstance(number, float):
        return float(loaded_float(float_text(number)))
    return number if I64_LEAST <= number < U64_LIMIT else float(loaded_float(str(number)))
