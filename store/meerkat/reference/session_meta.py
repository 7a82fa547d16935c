"""What a session store lists: rows without their documents, and what narrows them (formats/meerkat.md §1.1).

This is the reference's own listing: one bad row makes the whole list fail, as it does in Meerkat. The browsing reader
shows such a row as damaged instead. Times are nanoseconds since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from store.meerkat.codec.strict_json import Json, NotStrict, scan, skip_space
from store.meerkat.reference.building_blocks import U64_MAX, wrong_type
from store.meerkat.reference.canonical import decode_value
from store.meerkat.reference.decoders import wrong_type as mistyped
from store.meerkat.reference.errors import Internal
from store.meerkat.reference.uuid_text import NotUuid, uuid_of
from store.meerkat.shapes.structs import NotTyped, free

LINE_END: Final = b"\n"
_BEGINS_A_NUMBER: Final = frozenset("-0123456789")
_GOES_ON_A_NUMBER: Final = frozenset("0123456789.eE")


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
    begin = skip_space(text, 0)
    if text[begin : begin + 1] not in ("{", ""):
        _refuse_other_type(text, begin, index)
    data = text.encode("utf-8")
    try:
        return cast("dict[str, Json]", free(decode_value(data)))
    except (NotStrict, NotTyped) as reason:
        raise _conversion(index, _problem(data) or str(reason)) from None


def _refuse_other_type(text: str, begin: int, index: int) -> None:
    """Raise for a value that is no object; Meerkat's parser sees that at its first sign, whatever follows."""
    end = begin
    value: Json = []
    if text[begin] != "[":
        try:
            end = scan(text, begin)[1]
            value = decode_value(text[begin:end].encode("utf-8"))
        except (StopIteration, ValueError):
            return  # Not even a value of another type.
        if text[begin] in _BEGINS_A_NUMBER and text[end : end + 1] in _GOES_ON_A_NUMBER:
            return
    read = text[:end].encode("utf-8")
    place = f"line {read.count(LINE_END) + 1} column {len(read) - read.rfind(LINE_END) - 1}"
    raise _conversion(index, f"{mistyped(value, 'a map')} at {place}")


def _problem(data: bytes) -> str:
    """Where the text stops being JSON, as Meerkat's parser says it."""
    from store.meerkat.reference.syntax import syntax_problem  # Loaded only where something is refused.

    return syntax_problem(data)


def _text(value: object, index: int, name: str) -> str:
    if not isinstance(value, TextBytes):
        raise wrong_type(value, index, name)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = error.reason == "unexpected end of data"
        what = (
            "incomplete utf-8 byte sequence" if is_cut else f"invalid utf-8 sequence of {error.end - error.start} bytes"
        )
        raise _conversion(index, f"{what} from index {error.start}") from None


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
