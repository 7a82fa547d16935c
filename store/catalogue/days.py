"""Days of last changes.

Every zone's clock differs from UTC by whole quarters of an hour, so that all of a quarter is of one day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

QUARTER_MS = 15 * 60 * 1000
QUARTER = f"r.updated_at_ms / {QUARTER_MS}"
"""SQL for the quarter of an hour of a row; NULL where no time is recorded."""


def day_of(quarter: int | None, is_utc: bool) -> str:
    """The date of a quarter of an hour, "2026-08-18"; "" where there is none."""
    if quarter is None:
        return ""
    try:
        moment = datetime.fromtimestamp(quarter * (QUARTER_MS // 1000), UTC if is_utc else None)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.date().isoformat()


def bounds_of(day: str, is_utc: bool) -> tuple[int, int] | None:
    """First millisecond of a day and of the next one; None if it is no date."""
    try:
        first = date.fromisoformat(day)
        days = (first, first + timedelta(days=1))
        begin, end = (
            datetime(one.year, one.month, one.day, tzinfo=UTC if is_utc else None).timestamp() for one in days
        )
    except (ValueError, OverflowError, OSError):
        return None
    return int(begin) * 1000, int(end) * 1000
