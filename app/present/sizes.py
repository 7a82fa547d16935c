"""Counts and sizes as people read them: rounded in lists, exact where it matters. Pure text, any thread."""

from __future__ import annotations

from store.values.amounts import counted

__all__ = ["ABSENT", "counted", "exact_count", "exact_size", "short_count", "short_size"]

ABSENT = "–"
"""What is not recorded; never 0."""

_COUNT_UNITS = (("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000))
_SIZE_UNITS = (("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000))


def short_count(count: int | None) -> str:
    """A count of tokens for a list: "812", "94.2k", "182k", "1.2M"."""
    if count is None:
        return ABSENT
    if abs(count) < 1000:
        return str(count)
    for letter, unit in _COUNT_UNITS:
        scaled = count / unit
        # 999,950 must become "1.0M", not "1000k".
        if abs(scaled) < 999.5 or unit == _COUNT_UNITS[-1][1]:
            return f"{scaled:.1f}{letter}" if abs(scaled) < 99.95 else f"{scaled:,.0f}{letter}"
    return str(count)


def exact_count(count: int | None) -> str:
    """A count in full: "1,819,402"."""
    return ABSENT if count is None else f"{count:,}"


def short_size(size_bytes: int | None) -> str:
    """A size for a list, in thousands as file managers show it: "118 bytes", "706 KB", "1.41 MB", "46.0 MB"."""
    if size_bytes is None:
        return ABSENT
    if size_bytes < 1000:
        return counted(size_bytes, "byte")
    if size_bytes < 999_500:
        return f"{size_bytes / 1000:.0f} KB"
    for name, unit in _SIZE_UNITS:
        scaled = size_bytes / unit
        if scaled < 999.5 or unit == _SIZE_UNITS[-1][1]:
            digits = 2 if scaled < 9.995 else 1 if scaled < 99.95 else 0
            return f"{scaled:,.{digits}f} {name}"
    return exact_size(size_bytes)


def exact_size(size_bytes: int | None) -> str:
    """A size in full: "1,410,233 bytes"."""
    return ABSENT if size_bytes is None else counted(size_bytes, "byte")
