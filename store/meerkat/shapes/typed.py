"""A stored message as Meerkat holds it after a load (formats/meerkat.md §2.2–§2.5, §3.3). Pure.

That is what it hashes: the fields in the order of its structures whatever order they were stored in, free values
sorted, unknown keys dropped, content of one text collapsed, numbers as it reads them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.message_shapes import MESSAGES, SYSTEM_AFTER_TIME
from store.meerkat.shapes.structs import Field, Fields, NotTyped, TimeMissing, fields_of, take

__all__ = ["NotTyped", "TimeMissing", "read_message", "typed_message", "typed_time"]

_TIME = re.compile(
    r"\s*([0-9]{1,4})\s*-\s*([0-9]{1,2})\s*-\s*([0-9]{1,2})"
    r"[Tt ]\s*([0-9]{1,2})\s*:\s*([0-9]{1,2})\s*:\s*([0-9]{1,2})(?:\.([0-9]+))?\s*"
    r"(?:([Zz]|[Uu][Tt][Cc])|([+\-−])([01][0-9]|2[0-3])[:\s]*([0-5][0-9]))"
)
"""What is read as a time: RFC 3339 with single digits and white space here and there."""

_USUAL = re.compile(
    r"\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(?:\d{3}){0,2}(?!000)\d{3})?Z",
    re.ASCII,
)
"""A time as it is printed, of a day that there is."""


def typed_message(message: Json, missing_time: str | None = None) -> Fields:
    """Read a decoded message as Meerkat does.

    Args:
        message: from `codec.decode` or `codec.decode_loaded`; keys in any order.
        missing_time: stands for the time of a message that has none.

    Raises:
        NotTyped: Meerkat refuses it: an unknown role or block type, a field of a wrong type, a key that stands twice.
        TimeMissing: it has no time of its own, so what Meerkat holds differs from load to load.
    """
    return read_message(message, MESSAGES, SYSTEM_AFTER_TIME, missing_time)


def read_message(
    message: Json,
    shapes: Mapping[str, tuple[Field, ...]],
    system_after_time: tuple[Field, ...],
    missing_time: str | None,
) -> Fields:
    """Read a decoded message as one release, or all of them, do.

    Args:
        shapes: the fields of each role between `role` and `created_at`.
        system_after_time: the fields of a system message behind its time.
        missing_time: stands for the time of a message that has none.

    Raises:
        NotTyped, TimeMissing.
    """
    found = fields_of(message, "message")
    role = found.get("role")
    fields = shapes.get(role) if type(role) is str else None
    if fields is None:
        raise NotTyped(f"it has the unknown role “{role}”" if "role" in found else "it has no role")
    made: Fields = {"role": role}
    take(made, found, fields)
    created_at = found.get("created_at")
    if created_at is None and "created_at" not in found:
        if missing_time is None:
            raise TimeMissing("it has no time of its own")
        created_at = missing_time
    made["created_at"] = typed_time(created_at)
    if role == "system":
        take(made, found, system_after_time)
    return made


def typed_time(value: Json) -> str:
    """Print a time as Meerkat does: UTC, with as many of 0, 3, 6 or 9 digits as are needed (§2.2). Raises NotTyped."""
    if not isinstance(value, str):
        raise NotTyped("its time is no text")
    if _USUAL.fullmatch(value):
        return value
    if (matched := _TIME.fullmatch(value)) is None:
        raise NotTyped("its time is none")
    whole = _in_utc(matched)
    digits = (matched[7] or "")[:9].ljust(9, "0")
    while digits.endswith("000"):
        digits = digits[:-3]
    return f"{whole}.{digits}Z" if digits else f"{whole}Z"


def _in_utc(matched: re.Match[str]) -> str:
    """The time in UTC without its fraction, proved to be one; a leap second stays one."""
    second = "59" if matched[6] == "60" else matched[6].zfill(2)
    try:
        year, month, day, hour, minute = (int(matched[group]) for group in range(1, 6))
        moment = datetime(year, month, day, hour, minute, int(second))
        if matched[9]:
            offset = timedelta(hours=int(matched[10]), minutes=int(matched[11]))
            moment += -offset if matched[9] == "+" else offset
    except (ValueError, OverflowError):
        raise NotTyped("its time is none") from None
    return f"{moment.isoformat()[:17]}{matched[6].zfill(2)}"
