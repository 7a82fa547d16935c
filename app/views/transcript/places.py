"""Places in a transcript and ranges between them. Pure; tuple order is reading order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Place(NamedTuple):
    """A position in what is shown.

    Attributes:
        message: index of the message.
        key: part key within it (app/present/shown.py).
        position: UTF-16 position in the part's shown text; of a head 0 or its length.
    """

    message: int
    key: int
    position: int


BEGIN = Place(0, -1, 0)
"""Before everything; with `end_of` a selection of all that builds no message."""

ALL = 1 << 40
"""A position past the end of every part."""


def end_of(count: int) -> Place:
    """After everything of a transcript of `count` messages."""
    return Place(count, 0, 0)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected: from where the mouse went down to where it is now, in either order."""

    anchor: Place
    cursor: Place

    @property
    def begin(self) -> Place:
        """The earlier end."""
        return min(self.anchor, self.cursor)

    @property
    def end(self) -> Place:
        """The later end."""
        return max(self.anchor, self.cursor)

    @property
    def end_row(self) -> int:
        """The message after the last one of which something may be selected."""
        end = self.end
        return end.message + (end[1:] > end_of(end.message)[1:])

    @property
    def is_empty(self) -> bool:
        """Whether nothing is between the ends."""
        return self.anchor == self.cursor

    def touches(self, message: int) -> bool:
        """Whether any of a message may be selected."""
        return not self.is_empty and self.begin.message <= message <= self.end.message

    def within(self, message: int, key: int, base: int, length: int) -> tuple[int, int]:
        """The selected range of a piece of a part.

        Args:
            base, length: where the piece lies in the part's text.

        Returns:
            Half open, relative to the piece; equal ends for nothing.
        """
        low = self.begin.position if self.begin[:2] == (message, key) else 0 if self.begin[:2] < (message, key) else ALL
        high = self.end.position if self.end[:2] == (message, key) else ALL if self.end[:2] > (message, key) else 0
        begin, end = max(low - base, 0), min(high - base, length)
        return (begin, end) if begin < end else (0, 0)

    def covers_end(self, message: int, key: int, end: int) -> bool:
        """Whether the selection goes on past the position `end` of a part, so that its line end is selected."""
        place = Place(message, key, end)
        return not self.is_empty and self.begin <= place < self.end


def own_range(selection: Selection | None, message: int) -> tuple[Place | None, Place | None] | None:
    """What of a selection concerns one message: its ends that lie in it; None when it touches it not at all."""
    if selection is None or not selection.touches(message):
        return None
    begin = selection.begin if selection.begin.message == message else None
    end = selection.end if selection.end.message == message else None
    return begin, end


class HitRange(NamedTuple):
    """A hit of a search in one piece of a part.

    Attributes:
        begin, end: UTF-16 positions in the piece, half open.
        is_current: it is the one that the search stands on.
    """

    begin: int
    end: int
    is_current: bool


class Step(Enum):
    """How far a cursor is moved by a key."""

    CHARACTER_BACK = -1
    CHARACTER_ON = 1
    WORD_BACK = -2
    WORD_ON = 2
