"""Heights of all messages, exact for those that were laid out, estimated for the rest; sums in slabs. Pure.

Rows may be hidden: they take no height, and have the one they had when they are shown again.
"""

from __future__ import annotations

import operator
from array import array
from collections.abc import Iterable, Sequence

SLAB = 256
"""Rows summed together. Built in milliseconds for 100,000 rows, and no slower to ask than a tree."""


class Heights:
    """Row heights in whole pixels, with fast tops and fast search.

    Args:
        heights: one a row, not negative.
    """

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._full = array("i", heights)
        self._mask: bytes | None = None
        self._heights = self._full
        self._sum_up()

    def _sum_up(self) -> None:
        heights = self._heights
        self._slabs = array("q", (sum(heights[at : at + SLAB]) for at in range(0, len(heights), SLAB)))
        self._total = sum(self._slabs)

    def show_only(self, mask: bytes) -> None:
        """Show these rows and hide the others.

        Args:
            mask: one byte a row, 1 or 0.
        """
        self._mask = mask
        self._heights = array("i", map(operator.mul, self._full, mask))
        self._sum_up()

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def total(self) -> int:
        """Sum of all heights."""
        return self._total

    def continued(self, kept: int, heights: Iterable[int]) -> Heights:
        """The first `kept` heights, of hidden rows too, and others behind them; all are shown."""
        found = Heights()
        found._full = self._full[:kept]
        found._full.extend(heights)
        found._heights = found._full
        found._sum_up()
        return found

    def all(self) -> Sequence[int]:
        """The height of each row; to be read only."""
        return self._heights

    def height(self, row: int) -> int:
        """Height of one row."""
        return self._heights[row]

    def set(self, row: int, height: int) -> None:
        """Replace one height; of a hidden row the one it has when it is shown."""
        if self._mask is not None:
            self._full[row] = height
            height *= self._mask[row]
        change = height - self._heights[row]
        if change:
            self._heights[row] = height
            self._slabs[row // SLAB] += change
            self._total += change

    def top(self, row: int) -> int:
        """Sum of the heights before a row; `row` may be the count."""
        slab = row // SLAB
        return sum(self._slabs[:slab]) + sum(self._heights[slab * SLAB : row])

    def row_at(self, y: int) -> tuple[int, int]:
        """The row that covers y, and y within it; rows without height are passed over.

        Below everything it is the last row and its height, for no rows (0, 0).
        """
        if not self._heights:
            return 0, 0
        left = max(y, 0)
        slab, last_slab = 0, len(self._slabs) - 1
        while slab < last_slab and left >= self._slabs[slab]:
            left -= self._slabs[slab]
            slab += 1
        row, last = slab * SLAB, len(self._heights) - 1
        while row < last and left >= self._heights[row]:
            left -= self._heights[row]
            row += 1
        return row, min(left, self._heights[row])
