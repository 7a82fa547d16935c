"""What a session store lists: rows without their documents, and what narrows them (formats/meerkat.md §1.1).

This is the reference's own listing: one bad row makes the whole list fail, as it does in Meerkat. The browsing reader
shows such a row as damaged instead. Times are nanoseconds since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.meerkat.codec.strict_json import Json, NotStrict
from store.meerkat.reference.building_blocks import U64_MAX, wrong_type
from store.meerkat.reference.canonical import decode_value
from store.meerkat.reference.errors import Internal
from store.meerkat.reference.uuid_text import NotUuid, uuid_of
from store.meerkat.shapes.structs import NotTyped, free


class TextBytes(bytes):
    """A TEXT value before it is known to be text, told apart from a BLOB."""


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """What a list is narrowed to.

    Attributes:
        created_after_ns, updated_after_ns: lower bounds, inclusive; SQLite compares whole milliseconds.
        limit: at most so many, None for all; 0 gives none.
        offset: so many are left out first.
    """

    created_after_ns: int | None = None
    updated_after_ns: int | None = None
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class SessionMeta:
    """One session in a list.

    Attributes:
        created_at_ns, updated_at_ns: to the millisecond where they come from SQLite.
        message_count, total_tokens: the largest 64-bit number where the column is negative.
    """

    id: str
    created_at_ns: int
    updated_at_ns: int
    message_count: int
    total_tokens: int
    metadata: dict[str, Json]


def meta_of(row: Sequence[object]) -> SessionMeta:
    """Make a row of the list from six columns, TEXT as `TextBytes`, in the order of the table.

    Raises:
        Internal: a column cannot be read, and then there is no list.
    """
    # In the order in which Meerkat reads them, so that the same one of two faults is named.
    metadata = metadata_of_column(row[5], 5)
    session_id = _session_id(_text(row[0], 0, "session_id"))
    created_at_ms = _integer(row[1], 1, "created_at_ms")
    updated_at_ms = _integer(row[2], 2, "updated_at_ms")
    message_count = _integer(row[3], 3, "message_count")
    total_tokens = _integer(row[4], 4, "total_tokens")
    return SessionMeta(
        session_id,
        max(created_at_ms, 0) * 1_000_000,
        max(updated_at_ms, 0) * 1_000_000,
        U64_MAX if message_count < 0 else message_count,
        U64_MAX if total_tokens < 0 else total_tokens,
        metadata,
    )


def metadata_of_column(value: object, index: int) -> dict[str, Json]:
    """Decode the column `metadata_json`, the `index`-th of its statement, TEXT as `TextBytes`. Raises Internal."""
    text = _text(value, index, "metadata_json")
    try:
        value = free(decode_value(text.encode("utf-8")))
    except (NotStrict, NotTyped) as reason:
        raise _conversion(index, str(reason)) from None
    if not isinstance(value, dict):
        raise _conversion(index, f"invalid type: {_kind(value)}, expected a map")
    return value


def _text(value: object, index: int, name: str) -> str:
    if not isinstance(value, TextBytes):
        raise wrong_type(value, index, name)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _conversion(index, f"invalid utf-8 sequence from index {error.start}") from None


def _integer(value: object, index: int, name: str) -> int:
    if not isinstance(value, int):
        raise wrong_type(value.decode("utf-8", "replace") if isinstance(value, TextBytes) else value, index, name)
    return value


def _session_id(text: str) -> str:
    try:
        return uuid_of(text)
    except NotUuid as reason:
        raise _conversion(0, f"Internal error: invalid session_id '{text}': {reason}") from None


def _conversion(index: int, reason: str) -> Internal:
    return Internal(f"SQLite error: Conversion error from type Text at index: {index}, {reason}")


def _kind(value: Json) -> str:
    """How Meerkat's decoder names a value in an error."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"boolean `{str(value).lower()}`"
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        return f"floating point `{value}`"
    return f'string "{value}"' if isinstance(value, str) else "sequence"
