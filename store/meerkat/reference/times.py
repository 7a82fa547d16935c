"""Times of sessions as they are stored, from and to nanoseconds since 1970 (§2.1). Pure."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.structs import U32, U64, Fields, NotTyped, required, struct

NS_PER_S = 1_000_000_000
MAX_SECONDS = (1 << 63) - 1

Clock = Callable[[], int]
"""Gives the time in nanoseconds since 1970."""

SYSTEM_CLOCK: Clock = time.time_ns

_READ = struct("time", required("secs_since_epoch", U64), required("nanos_since_epoch", U32))


def system_time_ns(value: Json) -> int:
    """Read `{"secs_since_epoch", "nanos_since_epoch"}`, and nothing beside it. Raises NotTyped."""
    found = cast("dict[str, int]", _READ(value))
    if len(cast(Fields, value)) != len(found):
        raise NotTyped("its time holds something else too")
    seconds, nanos = found["secs_since_epoch"], found["nanos_since_epoch"]
    if seconds + nanos // NS_PER_S > MAX_SECONDS:
        raise NotTyped("its time is too late")
    return seconds * NS_PER_S + nanos


def system_time(ns: int) -> Fields:
    """The stored form of a time of a session."""
    return {"secs_since_epoch": ns // NS_PER_S, "nanos_since_epoch": ns % NS_PER_S}
