"""Times, counts and sizes, for people in local time and rounded, for programs in UTC and exact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

ABSENT = "–"
"""What is not recorded."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(time_ms: int) -> datetime | None:
    """A time in milliseconds since 1970 as UTC; None outside the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(milliseconds=time_ms)
    except OverflowError:
        return None


def rfc3339(time_ms: int | None) -> str | None:
    """`2026-08-01T10:00:00.123Z`; None for what is not recorded or has no such form."""
    at = moment(time_ms) if time_ms is not None else None
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z".rjust(24, "0") if at is not None else None


def local_time(time_ms: int | None, has_seconds: bool = False) -> str:
    """`2026-08-01 10:42` in local time."""
    at = moment(time_ms) if time_ms is not None else None
    if at is None:
        return ABSENT
    try:
        local = at.astimezone()
    except (OverflowError, ValueError, OSError):
        return ABSENT  # the system's own clock does not know that year
    return f"{local:%Y-%m-%d %H:%M:%S}" if has_seconds else f"{local:%Y-%m-%d %H:%M}"


def count(number: int | None) -> str:
    """`1,234`."""
    return ABSENT if number is None else f"{number:,}"


def size(size_bytes: int | None) -> str:
    """`812 B`, `91.8 kB`, `46.1 MB`: powers of 1000."""
    if size_bytes is None:
        return ABSENT
    if size_bytes < 1000:
        return f"{size_bytes} B"
    amount, units = size_bytes / 1000, ["kB", "MB", "GB", "TB"]
    while amount >= 999.95 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return f"{amount:.1f} {units[0]}"
