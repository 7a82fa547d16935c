"""Small decoders that look for the first fault of a value in the order in which Meerkat's decoder looks (§2.7, §3.1).

Each one takes a decoded value and raises DecodeError with the decoder's own words. They decode nothing: what is sound
was read before, by the shapes; these are asked only why it was not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

from store.meerkat.codec.numbers import float_text
from store.meerkat.codec.strict_json import Json
from store.meerkat.reference.errors import DecodeError
from store.meerkat.reference.rust_text import quoted
from store.meerkat.reference.uuid_text import NotUuid, uuid_of
from store.meerkat.shapes.structs import MAX_U32, MAX_U64, NotTyped
from store.meerkat.shapes.typed import typed_time

Look: TypeAlias = Callable[[Json], None]


_LOOKS_LIKE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LOOKS_LIKE_TIME_BEGINNING = re.compile(
    r"(?:\d{4}(?:-(?:\d\d(?:-(?:\d\d(?:[Tt ](?:\d\d(?::(?:\d\d(?::(?:\d\d(?:\.\d+)?)?)?)?)?)?)?)?)?)?)?)?", re.ASCII
)


class Member(NamedTuple):
    """A field of a structure; one that `may_miss` is filled in where it is absent."""

    key: str
    look: Look
    may_miss: bool = False


def found(value: Json) -> str:
    """A value as the decoder names it where it expected something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"boolean `{'true' if value else 'false'}`"
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        return f"floating point `{float_text(float(value))}`"
    if isinstance(value, str):
        return f"string {quoted(value)}"
    return "sequence" if isinstance(value, list) else "map"


def wrong_type(value: Json, expected: str) -> DecodeError:
    """The error of a value of another type."""
    return DecodeError(f"invalid type: {found(value)}, expected {expected}")


def missing(key: str) -> DecodeError:
    """The error of a field that is not there."""
    return DecodeError(f"missing field `{key}`")


def anything(_: Json) -> None:
    """A free value."""


def text(value: Json) -> None:
    """A text."""
    if not isinstance(value, str):
        raise wrong_type(value, "a string")


def truth(value: Json) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise wrong_type(value, "a boolean")


def _whole(name: str, greatest: int) -> Look:
    def look(value: Json) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(value, name)
        if not 0 <= value <= greatest:
            raise DecodeError(f"invalid value: integer `{value}`, expected {name}")

    return look


U32: Final = _whole("u32", MAX_U32)
U64: Final = _whole("u64", MAX_U64)
USIZE: Final = _whole("usize", MAX_U64)


def uuid(value: Json) -> None:
    """A UUID."""
    if not isinstance(value, str):
        raise wrong_type(value, "a formatted UUID string")
    try:
        uuid_of(value)
    except NotUuid as reason:
        raise DecodeError(f"UUID parsing failed: {reason}") from None


def message_time(value: Json) -> None:
    """A time of a message."""
    if not isinstance(value, str):
        raise wrong_type(value, "an RFC 3339 formatted date and time string")
    try:
        typed_time(value)
    except NotTyped:
        raise DecodeError(_time_problem(value)) from None


def _time_problem(value: str) -> str:
    if _LOOKS_LIKE_TIME.fullmatch(value):
        return "input is out of range"
    begins = _LOOKS_LIKE_TIME_BEGINNING.match(value)
    if begins is not None and begins.end() == len(value):
        return "premature end of input"
    return "input contains invalid characters"


def nullable(look: Look) -> Look:
    """A value or null."""

    def look_at(value: Json) -> None:
        if value is not None:
            look(value)

    return look_at


def optional(key: str, look: Look) -> Member:
    """A field that may be absent or null."""
    return Member(key, nullable(look), True)


def list_of(look: Look) -> Look:
    """A list."""

    def look_at(value: Json) -> None:
        if not isinstance(value, list):
            raise wrong_type(value, "a sequence")
        for element in value:
            look(element)

    return look_at


def a_map(value: Json) -> None:
    """An object of free values."""
    if not isinstance(value, dict):
        raise wrong_type(value, "a map")


def struct(name: str, *members: Member) -> Look:
    """An object with these fields, called `name` where there is another value."""

    def look(value: Json) -> None:
        if value == []:
            raise DecodeError(f"invalid length 0, expected {name} with {_counted(len(members))}")
        if not isinstance(value, dict):
            raise wrong_type(value, name)
        look_at_members(value, members)

    return look


def _counted(count: int) -> str:
    return "1 element" if count == 1 else f"{count} elements"


def look_at_members(value: dict[str, Json], members: tuple[Member, ...]) -> None:
    """What is there is looked at in the order of the keys; then what is missing, in that of the fields."""
    by_key = {member.key: member.look for member in members}
    for key in sorted(value):
        if key in by_key:
            by_key[key](value[key])
    for member in members:
        if member.key not in value and not member.may_miss:
            raise missing(member.key)


def _one_of(names: tuple[str, ...]) -> str:
    quoted_names = [f"`{name}`" for name in names]
    if len(quoted_names) > 2:
        return f"one of {', '.join(quoted_names)}"
    return " or ".join(quoted_names)


def unknown_variant(name: str, names: tuple[str, ...]) -> DecodeError:
    """The error of a name that an enumeration does not have."""
    return DecodeError(f"unknown variant `{name}`, expected {_one_of(names)}")


def _name_among(value: Json, known: tuple[str, ...]) -> str:
    """A name of an enumeration; the decoder would take an object with one key for it too."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value))
    elif isinstance(value, dict):
        raise DecodeError("invalid value: map, expected map with a single key")
    if not isinstance(value, str):
        raise wrong_type(value, "string or map")
    if value not in known:
        raise unknown_variant(value, known)
    return value


def names(*known: str) -> Look:
    """An enumeration of names."""

    def look(value: Json) -> None:
        _name_among(value, known)

    return look


Variants: TypeAlias = Mapping[str, tuple[Member, ...]]


def tagged(name: str, tag: str, variants: Variants) -> Look:
    """An object that says by one of its fields which of the variants it is."""
    known = tuple(variants)

    def look(value: Json) -> None:
        if value == []:
            raise missing(tag)
        if not isinstance(value, dict):
            raise wrong_type(value, f"internally tagged enum {name}")
        if tag not in value:
            raise missing(tag)
        kind = value[tag]
        if not isinstance(kind, bool) and isinstance(kind, int) and kind >= len(known):
            raise DecodeError(f"invalid value: integer `{kind}`, expected variant index 0 <= i < {len(known)}")
        if not isinstance(kind, str):
            raise wrong_type(kind, "variant identifier")
        if kind not in variants:
            raise unknown_variant(kind, known)
        look_at_members({key: inner for key, inner in value.items() if key != tag}, variants[kind])

    return look


def beside(name: str, tag: str, content: str, variants: Variants) -> Look:
    """An object with the name of a variant in one field, and its fields in another."""
    known = tuple(variants)

    def look(value: Json) -> None:
        if value == []:
            raise DecodeError(f"invalid length 0, expected adjacently tagged enum {name}")
        if not isinstance(value, dict):
            raise wrong_type(value, f"adjacently tagged enum {name}")
        if tag not in value:
            raise missing(tag)
        kind = _name_among(value[tag], known)
        if content not in value:
            raise missing(content)
        inner = value[content]
        if not isinstance(inner, dict):
            variant = "".join(part.capitalize() for part in kind.split("_"))
            raise wrong_type(inner, f"struct variant {name}::{variant}")
        look_at_members(inner, variants[kind])

    return look


def any_of(name: str, *looks: Look) -> Look:
    """A value that one of several decoders takes."""

    def look(value: Json) -> None:
        for each in looks:
            try:
                each(value)
            except DecodeError:
                continue
            return
        raise DecodeError(f"data did not match any variant of untagged enum {name}")

    return look
