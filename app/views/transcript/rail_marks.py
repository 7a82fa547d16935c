"""Where the rail's marks stand: one for each thing worth finding, those that lie close together as one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import compress

from app.present.reading import SHOWN

MANY = 30
"""Of more than one row in so many each row is looked at."""


class MarkKind(IntEnum):
    """What a mark is for; of marks that lie close together the greatest is shown."""

    PROMPT = 0
    REWRITE = 1
    ERROR = 2
    HIT = 3


@dataclass(frozen=True, slots=True)
class RailMark:
    """One mark.

    Attributes:
        y: its middle on the rail, in pixels from the top.
        kind: what is shown.
        row: the message that it stands for.
        count: marks that it stands for.
    """

    y: int
    kind: MarkKind
    row: int
    count: int = 1


def marks_of(
    tops: Iterable[int],
    total_px: int,
    rail_px: int,
    masks: Mapping[MarkKind, bytes],
    spread_px: int,
    error_spread_px: int = 0,
) -> list[RailMark]:
    """The marks of a transcript, from the top.

    Args:
        tops: where each message begins in the text.
        total_px: height of the text.
        rail_px: height of the rail.
        masks: for each kind one byte a message, 1 or 0.
        spread_px: marks closer than this become one.
        error_spread_px: so do errors that are closer than this, whose marks are the highest: they would lie over each
            other, and hundreds of them would be one strip.
    """
    places = list(tops)
    scale = rail_px / max(total_px, 1)
    found: list[tuple[int, MarkKind, int, int]] = []
    for kind, mask in masks.items():
        # By pixel first, the earliest message of each: of 100,000 no more are left than the rail has pixels.
        rows = _rows_of(mask)
        pixels = [int(places[row] * scale) for row in rows]
        counts = Counter(pixels)
        first = dict(zip(reversed(pixels), reversed(rows), strict=True))
        found += [(y, kind, row, counts[y]) for y, row in first.items()]
    return _merged([RailMark(y, kind, row, count) for y, kind, row, count in sorted(found)], spread_px, error_spread_px)


def _rows_of(mask: bytes) -> list[int]:
    """The rows with a 1: few among many are found faster by searching than by looking at each row."""
    if mask.count(SHOWN) * MANY > len(mask):
        return list(compress(range(len(mask)), mask))
    find, rows, row = mask.find, [], mask.find(SHOWN)
    while row >= 0:
        rows.append(row)
        row = find(SHOWN, row + 1)
    return rows


def _merged(marks: list[RailMark], spread_px: int, error_spread_px: int) -> list[RailMark]:
    """Marks in order, each at least a spread away from the next; the one that matters most stays."""
    kept: list[RailMark] = []
    error = -1
    for mark in marks:
        last = kept[-1] if kept else None
        if error >= 0 and mark.kind is MarkKind.ERROR and mark.y - kept[error].y < error_spread_px:
            kept[error] = replace(kept[error], count=kept[error].count + mark.count)
            continue
        if last is None or mark.y - last.y >= spread_px:
            kept.append(mark)
        elif mark.kind > last.kind:
            kept[-1] = RailMark(last.y, mark.kind, mark.row, last.count + mark.count)
        else:
            kept[-1] = replace(last, count=last.count + mark.count)
        if kept[-1].kind is MarkKind.ERROR:
            error = len(kept) - 1
    return kept
