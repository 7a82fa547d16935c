"""Counts and sizes in the middle of a sentence, alike on both sides of the door. Pure text, any thread."""

from __future__ import annotations

from store.values.checks import SizePart

COUNTED_IN_SESSION = {
    SizePart.MESSAGES: ("message", "messages"),
    SizePart.REVISIONS: ("older revision", "older revisions"),
    SizePart.METADATA: ("key", "keys"),
    SizePart.SNAPSHOT: ("copy", "copies"),
    SizePart.BLOBS: ("file", "files"),
    SizePart.EVENTS: ("event", "events"),
    SizePart.REST: ("row", "rows"),
}
COUNTED_IN_STORE = COUNTED_IN_SESSION | {SizePart.METADATA: ("session", "sessions"), SizePart.EVENTS: ("log", "logs")}
"""What is counted of each part of a size: one, several."""


def counted(count: int, one: str, many: str = "") -> str:
    """A count with its noun: "1 session", "2,084 sessions"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def sized(size_bytes: int) -> str:
    """A size: "812 bytes", "91.8 kB", "46.1 MB"; powers of 1000."""
    if size_bytes < 1000:
        return counted(size_bytes, "byte")
    amount, units = size_bytes / 1000, ["kB", "MB", "GB", "TB"]
    while amount >= 999.95 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return f"{amount:.1f} {units[0]}"
