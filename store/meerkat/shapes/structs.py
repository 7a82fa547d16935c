"""Small pieces of which the shapes of stored structures are put together (`message_shapes`). Pure.

A reader takes a decoded value and gives what Meerkat holds after it loaded that value: fields in their order, unknown
keys dropped, defaults filled in, free values sorted; or it raises NotTyped where Meerkat refuses the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, auto
from typing import Final, NamedTuple, TypeAlias

from store.meerkat.codec.numbers import LoadedFloat, as_loaded
from store.meerkat.codec.strict_json import Doubled, Json, NotStrict

Read: TypeAlias = Callable[[Json], Json]
Fields: TypeAlias = dict[str, Json]

MAX_U32: Final = (1 << 32) - 1
MAX_U64: Final = (1 << 64) - 1
MAX_DEPTH: Final = 127
"""Their reader gives up beyond."""


_HEX_ID = re.compile(r"[0-9a-fA-F]{32}")
_ID_FORMS = re.compile(
    r"(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|\{([0-9a-f-]{36})\}", re.ASCII | re.IGNORECASE
)


class NotTyped(ValueError):
    """Meerkat refuses this value; the text says where and why, as the end of a sentence."""


class TimeMissing(NotTyped):
    """A message has no time of its own: it is of before 0.6.0, and each load of Meerkat fills in another one."""


class Need(Enum):
    """What happens where a field is absent."""

    REQUIRED = auto()
    """It is an error."""

    OPTIONAL = auto()
    """It is left out, and so is a null."""

    FILLED = auto()
    """Its default is written."""

    FULL = auto()
    """It is left out, and so is an empty list or object."""

    NULLABLE = auto()
    """It is written, as null where it is absent."""

    SPREAD = auto()
    """It is no field but reads the whole object, and its fields stand here."""


# Looked up for every field of every message: an attribute of an enumeration costs as much as reading the field.
_REQUIRED, _OPTIONAL, _FULL = Need.REQUIRED, Need.OPTIONAL, Need.FULL


class Field(NamedTuple):
    """One field of a structure.

    Attributes:
        key: None of a SPREAD one.
        default: of a FILLED one.
    """

    key: str | None
    read: Read
    need: Need = Need.REQUIRED
    default: Json = None


def required(key: str, read: Read) -> Field:
    """A field that must be there."""
    return Field(key, read)


def optional(key: str, read: Read) -> Field:
    """A field that is left out when it is absent or null."""
    return Field(key, read, Need.OPTIONAL)


def filled(key: str, read: Read, default: Json) -> Field:
    """A field that is written with its default when it is absent."""
    return Field(key, read, Need.FILLED, default)


def full(key: str, read: Read) -> Field:
    """A list or object that is left out when it is absent or empty."""
    return Field(key, read, Need.FULL)


def nullable(key: str, read: Read) -> Field:
    """A field that is written as null when it is absent."""
    return Field(key, read, Need.NULLABLE)


def spread(read: Read) -> Field:
    """Fields that a reader of the whole object gives, as if they stood here."""
    return Field(None, read, Need.SPREAD)


def fields_of(value: Json, what: str) -> Fields:
    """The members of a structure. Raises NotTyped, also where a key stands twice."""
    if type(value) is dict:
        return value
    if isinstance(value, Doubled):
        raise NotTyped(f"a key stands twice in its {what}")
    raise NotTyped(f"its {what} is no object")


def take(into: Fields, found: Fields, fields: tuple[Field, ...]) -> None:
    """Read the fields of `found` in their order into `into`. Raises NotTyped."""
    key: str | None = None
    try:
        for key, read, need, default in fields:
            value = found.get(key)  # type: ignore[arg-type]  # no member is called None
            if value is None:
                if need is _OPTIONAL:
                    continue
                if key is None:
                    into.update(read(found))  # type: ignore[arg-type]  # what is spread is an object
                    continue
                if key not in found:
                    if need is _REQUIRED:
                        break
                    if need is not _FULL:
                        into[key] = default
                    continue
                if need is Need.NULLABLE:
                    into[key] = None
                    continue
            made = read(value)
            if made or need is not _FULL:
                into[key] = made  # type: ignore[index]  # only what is spread has no key
        else:
            return
    except NotTyped as problem:
        if key is None:
            raise
        raise type(problem)(f"{problem}, in “{key}”") from None
    raise NotTyped(f"it has no “{key}”")


def struct(what: str, *fields: Field) -> Read:
    """A reader of an object with these fields, in this order."""

    def read(value: Json) -> Json:
        made: Fields = {}
        take(made, fields_of(value, what), fields)
        return made

    return read


def tagged(what: str, tag: str, variants: dict[str, tuple[Field, ...]]) -> Read:
    """A reader of an object that says by `tag` which of the variants it is; the tag comes first."""

    def read(value: Json) -> Json:
        found = fields_of(value, what)
        name = found.get(tag)
        if type(name) is not str or name not in variants:
            raise NotTyped(f"it holds the unknown {what} “{name}”" if tag in found else f"its {what} has no “{tag}”")
        made: Fields = {tag: name}
        take(made, found, variants[name])
        return made

    return read


def list_of(read_element: Read) -> Read:
    """A reader of a list."""

    def read(value: Json) -> Json:
        if not isinstance(value, list):
            raise NotTyped("it is no list")
        return [read_element(element) for element in value]

    return read


def one_of(*names: str) -> Read:
    """A reader of an enumeration."""
    known = frozenset(names)

    def read(value: Json) -> Json:
        if type(value) is str and value in known:
            return value
        raise NotTyped(f"“{value}” is not known")

    return read


def text(value: Json) -> Json:
    """Read a text."""
    if type(value) is str:
        return value
    raise NotTyped("it is no text")


def uuid(value: Json) -> str:
    """Read a UUID in any of its text forms; hyphenated and in small letters."""
    if isinstance(value, str):
        if _HEX_ID.fullmatch(value):
            text = value.lower()
            return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
        matched = _ID_FORMS.fullmatch(value)
        if matched is not None and (matched[1] or _ID_FORMS.fullmatch(matched[2])):
            return (matched[1] or matched[2]).lower()
    raise NotTyped("it is no UUID")


def truth(value: Json) -> Json:
    """Read true or false."""
    if type(value) is bool:
        return value
    raise NotTyped("it is neither true nor false")


def up_to(greatest: int) -> Read:
    """A reader of a whole number that is not negative."""

    def read(value: Json) -> Json:
        if type(value) is int and 0 <= value <= greatest:
            return value
        raise NotTyped(f"it is no whole number up to {greatest:,}")

    return read


U32: Final = up_to(MAX_U32)
U64: Final = up_to(MAX_U64)


def free(value: Json) -> Json:
    """Read a free value: keys sorted by code point at every depth, numbers as Meerkat reads them."""
    return _loaded(value, is_sorted=True, depth=MAX_DEPTH)


def kept(value: Json) -> Json:
    """Read a structure of which the fields are not known: as it was stored, numbers as Meerkat reads them."""
    return _loaded(value, is_sorted=False, depth=MAX_DEPTH)


def _loaded(value: Json, *, is_sorted: bool, depth: int) -> Json:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is int or kind is float or kind is LoadedFloat:
        try:
            return as_loaded(value)  # type: ignore[arg-type]  # the kinds are just these
        except NotStrict as reason:
            raise NotTyped(str(reason)) from None
    if depth == 0:
        raise NotTyped("it is nested too deeply")
    if isinstance(value, dict):
        keys = sorted(value) if is_sorted else value
        return {key: _loaded(value[key], is_sorted=is_sorted, depth=depth - 1) for key in keys}
    if isinstance(value, list):
        return [_loaded(element, is_sorted=is_sorted, depth=depth - 1) for element in value]
    return value


def free_map(value: Json) -> Json:
    """Read an object of free values."""
    if isinstance(value, dict):
        return free(value)
    raise NotTyped("it is no object")
