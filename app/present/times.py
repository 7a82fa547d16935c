"""Times and durations as people read them. Pure text, any thread; English only, whatever the locale.

A time is shown in the zone of the machine; the tool tip says it in UTC as well. Nothing here counts from now ("2 m
ago"), because such a text grows wrong while it stands there. "today" does as well, once, at midnight: whoever shows it
asks `ms_to_midnight`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from app.present.sizes import ABSENT

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NO_DATE = "no date"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000


def zone_of(is_utc: bool) -> tzinfo | None:
    """The zone in which times are shown: UTC, or None for that of the machine."""
    return UTC if is_utc else None


def moment(time_ms: int, zone: tzinfo | None = None) -> datetime | None:
    """The time in a zone (None: the machine's); None if no calendar has it, as a hostile counter may ask for."""
    try:
        return (_EPOCH + timedelta(milliseconds=time_ms)).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return None


def list_time(time_ms: int | None, now_ms: int, zone: tzinfo | None = None) -> str:
    """A time for a column: "today 10:42", "Tue 10:42" within the last six days, "12 Aug", "12 Aug 2025"."""
    if time_ms is None:
        return ABSENT
    at, now = moment(time_ms, zone), moment(now_ms, zone)
    if at is None or now is None:
        return NO_DATE
    days_ago = (now.date() - at.date()).days
    clock = f"{at.hour:02}:{at.minute:02}"
    if days_ago == 0:
        return f"today {clock}"
    if 0 < days_ago < 7:
        return f"{DAYS[at.weekday()]} {clock}"
    day = f"{at.day} {MONTHS[at.month - 1]}"
    return day if at.year == now.year else f"{day} {at.year}"


def day_text(at: datetime) -> str:
    """A day in full: "Tue 18 Aug 2026"."""
    return f"{DAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]} {at.year}"


def span_text(begin_ms: int | None, end_ms: int | None, zone: tzinfo | None = None) -> str:
    """From when to when, for a page head: "Tue 18 Aug 2026, 08:12 – 11:53"; empty if neither is recorded."""
    begin = None if begin_ms is None else moment(begin_ms, zone)
    end = None if end_ms is None else moment(end_ms, zone)
    only = begin or end
    if only is None:
        return ""
    first = f"{day_text(only)}, {only.hour:02}:{only.minute:02}"
    if begin is None or end is None or (begin.date(), begin.hour, begin.minute) == (end.date(), end.hour, end.minute):
        return first
    last = f"{end.hour:02}:{end.minute:02}"
    return f"{first} – {last}" if begin.date() == end.date() else f"{first} – {day_text(end)}, {last}"


def duration_text(duration_ms: int | None) -> str:
    """How long: "0.31 s", "12 s", "38 m", "3 h 41 m", "2 d 4 h"; "–" when not recorded or negative."""
    if duration_ms is None or duration_ms < 0:
        return ABSENT
    if duration_ms < 1000:
        return "0 s" if duration_ms == 0 else f"{max(duration_ms / 1000, 0.01):.2f} s"
    seconds = duration_ms // 1000
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if minutes == 0:
        return f"{seconds} s"
    if hours == 0:
        return f"{minutes} m"
    if days == 0:
        return f"{hours} h {minutes % 60:02} m"
    return f"{days:,} d {hours % 24} h"


def local_text(time_ms: int, zone: tzinfo | None = None) -> str:
    """A time in full with its zone: "Tue 18 Aug 2026, 10:42:07 (UTC+02:00)"."""
    at = moment(time_ms, zone)
    if at is None:
        return f"{NO_DATE}: {time_ms:,} ms since 1970"
    offset = at.strftime("%z") or "+0000"
    return f"{day_text(at)}, {at.hour:02}:{at.minute:02}:{at.second:02} (UTC{offset[:3]}:{offset[3:5]})"


def utc_text(time_ms: int) -> str:
    """A time in UTC, exact: "2026-08-18 08:42:07.123 UTC"."""
    at = moment(time_ms, UTC)
    if at is None:
        return f"{NO_DATE}: {time_ms:,} ms since 1970"
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} UTC"


def time_tip(time_ms: int | None, zone: tzinfo | None = None) -> str:
    """A time for a tool tip, local and UTC on two lines."""
    return "Not recorded" if time_ms is None else f"{local_text(time_ms, zone)}\n{utc_text(time_ms)}"


def clock_text(time_ms: int, zone: tzinfo | None = None) -> str:
    """The time of day alone: "11:53:20"."""
    at = moment(time_ms, zone)
    return NO_DATE if at is None else f"{at.hour:02}:{at.minute:02}:{at.second:02}"


def ms_to_midnight(now_ms: int, zone: tzinfo | None = None) -> int:
    """Milliseconds from now to the next local midnight, when "today" grows wrong; at least one second."""
    now = moment(now_ms, zone)
    if now is None:
        return _DAY_MS
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(round((midnight - now).total_seconds() * 1000), 1000)
