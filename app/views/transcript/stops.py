"""The things in a message that the keyboard can reach one by one: cards, buttons, links. Pure over a layout."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect

from app.present.shown import Section, part_key
from app.views.transcript.layout import MessageLayout
from app.views.transcript.ops import Act, Spot


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing that Tab reaches and Enter does.

    Attributes:
        name: tells it from the others of its message, also after cards were opened or folded.
        rects: where it is in the message; a link may cover several lines.
        words: for screen readers.
        spot: what Enter does; None for a link.
        link: the address of a link, else empty.
    """

    name: tuple[str, int, int]
    rects: tuple[QRect, ...]
    words: str
    spot: Spot | None = None
    link: str = ""


def stops_of(layout: MessageLayout) -> list[Stop]:
    """The stops of a message in the order in which they are seen."""
    found: list[Stop] = []
    counts: dict[tuple[str, int], int] = {}
    for spot in layout.spots:
        number = _next(counts, spot.act.name, spot.key)
        found.append(Stop((spot.act.name, spot.key, number), (spot.rect,), _words(layout, spot), spot))
    for part in layout.parts:
        for rects, words, target in part.link_rects():
            name = ("link", part.key, _next(counts, "link", part.key))
            found.append(Stop(name, rects, f"Link {words}", link=target))
    return sorted(found, key=lambda stop: (stop.rects[0].top(), stop.rects[0].left()))


def _next(counts: dict[tuple[str, int], int], kind: str, key: int) -> int:
    number = counts[(kind, key)] = counts.get((kind, key), -1) + 1
    return number


def _words(layout: MessageLayout, spot: Spot) -> str:
    """What a spot does; of a card also what stands in its head."""
    if spot.act is not Act.FOLD:
        return spot.words
    key = part_key(spot.key, Section.HEAD)
    head = next((part for part in layout.parts if part.is_unit and part.key == key), None)
    return f"{spot.words}: {head.text(0, head.length)}" if head is not None else spot.words
