"""Which messages take height, and the way from one to the next over any number of hidden ones. Pure."""

from __future__ import annotations

from app.present.reading import SHOWN


class ShownRows:
    """The rows that are shown.

    Args:
        mask: one byte a row, 1 for shown and 0 for hidden.
    """

    def __init__(self, mask: bytes = b"") -> None:
        self.mask = mask
        self.first = mask.find(SHOWN)
        self.last = mask.rfind(SHOWN)

    def __contains__(self, row: int) -> bool:
        return self.mask[row : row + 1] == SHOWN

    def after(self, row: int) -> int:
        """The next shown row after one; the count of rows if there is none."""
        found = self.mask.find(SHOWN, max(row + 1, 0))
        return len(self.mask) if found < 0 else found

    def before(self, row: int) -> int:
        """The shown row before one; -1 if there is none."""
        return self.mask.rfind(SHOWN, 0, max(row, 0))

    def nearest(self, row: int) -> int:
        """The row itself, else the next shown one, else the one before; -1 when nothing is shown."""
        found = self.mask.find(SHOWN, max(row, 0))
        return self.last if found < 0 else found

    def count(self, begin: int = 0, end: int | None = None) -> int:
        """How many of the rows [begin, end) are shown."""
        return self.mask.count(SHOWN, max(begin, 0), len(self.mask) if end is None else end)
