"""How many hits a search found in which messages, while it goes on. Pure; no Qt."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple


class HitPlace(NamedTuple):
    """A hit by its message and its number among the hits of that message, from 0."""

    row: int
    number: int


class Tally:
    """Counts of hits by message, rising; stretches of a session may come in any order.

    Attributes:
        rows: messages with hits.
        total: hits in all of them.
    """

    def __init__(self) -> None:
        self.rows: array[int] = array("I")
        self.total = 0
        self._before: array[int] = array("Q", [0])

    def add(self, rows: Sequence[int], counts: Sequence[int]) -> None:
        """Take what was found in a stretch that was not looked through before.

        Args:
            rows: messages with hits, rising; none of them is known.
            counts: hits of each, above 0.
        """
        if not rows:
            return
        at = bisect_left(self.rows, rows[0])
        own = [self._before[place + 1] - self._before[place] for place in range(at, len(self.rows))]
        behind = accumulate([*counts, *own], initial=self._before[at])
        self._before = self._before[:at] + array("Q", behind)
        self.rows[at:at] = array("I", rows)
        self.total = self._before[-1]

    def count(self, row: int) -> int:
        """Hits of a message."""
        at = bisect_left(self.rows, row)
        return self._before[at + 1] - self._before[at] if at < len(self.rows) and self.rows[at] == row else 0

    def has(self, row: int) -> bool:
        """Whether a message has any."""
        return self.count(row) > 0

    def number_of(self, place: HitPlace) -> int:
        """Which of all known hits one is, from 1."""
        return self._before[bisect_left(self.rows, place.row)] + place.number + 1

    def first_from(self, row: int) -> HitPlace | None:
        """The first hit in a message or after it."""
        at = bisect_left(self.rows, row)
        return HitPlace(self.rows[at], 0) if at < len(self.rows) else None

    def step(self, place: HitPlace, step: int) -> tuple[HitPlace, bool] | None:
        """The next or previous hit, and whether it lies beyond the end and so at the other one; None without any."""
        if not self.rows:
            return None
        at = bisect_left(self.rows, place.row)
        is_here = at < len(self.rows) and self.rows[at] == place.row
        if step > 0:
            if is_here and place.number + 1 < self.count(place.row):
                return HitPlace(place.row, place.number + 1), False
            at += is_here
            is_beyond = at >= len(self.rows)
            return HitPlace(self.rows[0 if is_beyond else at], 0), is_beyond
        if is_here and place.number > 0:
            return HitPlace(place.row, min(place.number, self.count(place.row)) - 1), False
        is_beyond = at == 0
        row = self.rows[-1 if is_beyond else at - 1]
        return HitPlace(row, self.count(row) - 1), is_beyond
