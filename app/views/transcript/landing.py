"""Where the messages of a transcript stand after it was changed, as far as their outlines tell. Pure.

A rewrite that takes out, puts in or replaces some messages leaves those before and after it as they were. Both ends are
compared by what an outline knows of a message: what it is, how large, how much text it has.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.views.transcript.places import Place, Selection
from store.values.message import Outline


@dataclass(frozen=True, slots=True)
class Landing:
    """How the rows of an older outline lead to those of a newer one.

    Attributes:
        before, after: messages of either.
        head: leading messages that are alike.
        tail: messages at the end that are alike, not counted among `head`.
    """

    before: int
    after: int
    head: int
    tail: int

    def row_of(self, row: int) -> int:
        """Where a message stands now; of one that is other or gone, the message nearest to where it stood."""
        if row < self.head:
            return row
        if row >= self.before - self.tail:
            return row + self.after - self.before
        last = max(self.head, self.after - self.tail - 1)
        return max(min(row, last, self.after - 1), 0)

    def stands(self, row: int) -> bool:
        """Whether a message is there still."""
        return row < self.head or row >= self.before - self.tail

    def place_of(self, place: Place) -> Place | None:
        """Where a place in a message is now; None if its message is gone."""
        # After all messages is a place too.
        if place.message != self.before and not self.stands(place.message):
            return None
        moved = place.message if place.message < self.head else place.message + self.after - self.before
        return place._replace(message=moved)

    def selection_of(self, selection: Selection) -> Selection | None:
        """What is selected now: the same text, or nothing if some of it is gone or moved apart."""
        anchor, cursor = self.place_of(selection.anchor), self.place_of(selection.cursor)
        if anchor is None or cursor is None:
            return None
        moved = Selection(anchor, cursor)
        is_whole = moved.end.message - moved.begin.message == selection.end.message - selection.begin.message
        return moved if is_whole else None


def landing_of(old: Outline, new: Outline, kept: int) -> Landing:
    """Compare an outline with an older one.

    Args:
        kept: leading messages that are known to be the same.
    """
    shorter = min(old.count, new.count)
    head = min(kept, shorter)
    while head < shorter and _are_alike(old, head, new, head):
        head += 1
    tail, most = 0, shorter - head
    while tail < most and _are_alike(old, old.count - 1 - tail, new, new.count - 1 - tail):
        tail += 1
    return Landing(old.count, new.count, head, tail)


def _are_alike(old: Outline, old_row: int, new: Outline, new_row: int) -> bool:
    return (
        old.size_bytes[old_row] == new.size_bytes[new_row]
        and old.kinds[old_row] == new.kinds[new_row]
        and old.text_chars[old_row] == new.text_chars[new_row]
    )
