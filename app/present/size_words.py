"""Where the bytes of a session or a store go, in words: names, shares that add up to 100 %. Pure, any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.present.sizes import counted, exact_size, short_size
from store.values.amounts import COUNTED_IN_SESSION, COUNTED_IN_STORE
from store.values.checks import PartSize, SizeBreakdown, SizePart

PART_NAMES = {
    SizePart.MESSAGES: "Current messages",
    SizePart.REVISIONS: "Retained revisions",
    SizePart.METADATA: "Metadata",
    SizePart.SNAPSHOT: "Snapshot copy",
    SizePart.BLOBS: "Blobs",
    SizePart.EVENTS: "Events",
    SizePart.REST: "Index and rest",
}
"""What people call each part."""

_REST_OF_SESSION, _REST_OF_STORE = "metadata column, envelope", "indexes, free pages"


@dataclass(frozen=True, slots=True)
class SizePartText:
    """One part as a person reads it.

    Attributes:
        share: of all bytes, 0 to 1, for the bar.
        size: "351 KB · 25 %".
        count: "232 messages"; "" where nothing is counted.
        tip: all of it, the size in full.
    """

    part: SizePart
    name: str
    share: float
    size: str
    count: str
    tip: str


@dataclass(frozen=True, slots=True)
class SizeText:
    """A whole breakdown as a person reads it.

    Attributes:
        total: "1.41 MB in the store".
        parts: in the order in which they are shown.
        spoken: for screen readers: "Size: current messages 351 KB, 25 %; …".
    """

    total: str
    parts: tuple[SizePartText, ...]
    spoken: str


def session_size_text(sizes: SizeBreakdown) -> SizeText:
    """The breakdown of one session."""
    return _size_text(sizes, "in the store", "Size", COUNTED_IN_SESSION, _REST_OF_SESSION)


def store_size_text(sizes: SizeBreakdown, store_name: str) -> SizeText:
    """The breakdown of a whole store.

    Args:
        store_name: on one line.
    """
    return _size_text(sizes, f"in {store_name}", f"Size of {store_name}", COUNTED_IN_STORE, _REST_OF_STORE)


def percents(sizes_bytes: tuple[int, ...]) -> tuple[int, ...]:
    """Shares in whole percent that add up to 100: what was cut off most goes up first; all 0 if there are no bytes."""
    total = sum(sizes_bytes)
    if total <= 0:
        return (0,) * len(sizes_bytes)
    whole = [size * 100 // total for size in sizes_bytes]
    rests = sorted(range(len(sizes_bytes)), key=lambda at: (-(sizes_bytes[at] * 100 % total), at))
    for at in rests[: 100 - sum(whole)]:
        whole[at] += 1
    return tuple(whole)


_Nouns = Mapping[SizePart, tuple[str, str]]


def _size_text(sizes: SizeBreakdown, where: str, spoken: str, nouns: _Nouns, rest: str) -> SizeText:
    shares = percents(tuple(part.size_bytes for part in sizes.parts))
    parts = tuple(
        _part_text(part, percent, sizes.total_bytes, nouns, rest)
        for part, percent in zip(sizes.parts, shares, strict=True)
    )
    about = "about " if sizes.is_estimate else ""
    said = "; ".join(
        ", ".join(piece for piece in (f"{text.name.lower()} {text.size.replace(' · ', ', ')}", text.count) if piece)
        for text in parts
    )
    total = f"{about}{short_size(sizes.total_bytes)} {where}"
    return SizeText(total, parts, f"{spoken}: {said}" if parts else f"{spoken}: {total}")


def _part_text(part: PartSize, percent: int, total_bytes: int, nouns: _Nouns, rest: str) -> SizePartText:
    name = PART_NAMES[part.part]
    # What is there and rounds to nothing is not nothing.
    share = f"{percent} %" if percent or not part.size_bytes else "<1 %"
    if part.count is not None:
        count = counted(part.count, *nouns[part.part])
    else:
        count = rest if part.part is SizePart.REST else ""
    tip = "\n".join(piece for piece in (f"{name}: {exact_size(part.size_bytes)}, {share}", count) if piece)
    ratio = part.size_bytes / total_bytes if total_bytes > 0 else 0.0
    return SizePartText(part.part, name, ratio, f"{short_size(part.size_bytes)} · {share}", count, tip)
