"""Times as Meerkat stores them (formats/meerkat.md §2.1, §2.2), as numbers since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from store.meerkat.codec.strict_json import Json

_RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(?:[Zz]|([+-])(\d\d):(\d\d))")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339_ms(text: str) -> int | None:
    """Read an RFC 3339 time with any number of fraction digits; None if it is none."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, off_hour, off_minute = match.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
    except ValueError:
        return None
    passed = moment - _EPOCH
    ms = (passed.days * 86_400 + passed.seconds) * 1000 + int(((fraction or "") + "000")[:3])
    if sign:
        offset_ms = (int(off_hour) * 60 + int(off_minute)) * 60_000
        ms += -offset_ms if sign == "+" else offset_ms
    return ms


def system_time_ms(value: Json) -> int | None:
    """Read `{"secs_since_epoch", "nanos_since_epoch"}`; None if it is something else."""
    if not isinstance(value, dict):
        return None
    seconds, nanos = value.get("secs_since_epoch"), value.get("nanos_since_epoch")
    if not isinstance(seconds, int) or not isinstance(nanos, int) or seconds < 0 or seconds > 1 << 50:
        return None
    return seconds * 1000 + nanos // 1_000_000


def message_time(time_ns: int) -> str:
    """Print a time as messages hold it: 0, 3, 6 or 9 digits, the fewest that are exact (§2.2).

    Args:
        time_ns: nanoseconds since 1970, UTC. Raises OverflowError beyond the year 9999.
    """
    seconds, nanos = divmod(time_ns, 1_000_000_000)
    text = (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    if nanos == 0:
        return text + "Z"
    digits = f"{nanos:09}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f"{text}.{digits}Z"
