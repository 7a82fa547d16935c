"""Text cut into lines and rows of a fixed grid, by arithmetic. Pure; any thread.

A line of ASCII wraps after a known number of characters, so that 30,000 lines need no layout. Other
lines are measured by whoever draws them. Very long lines are cut into stretches first, so that no layout is ever long.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from app.present.utf16 import utf16_length

STRETCH_CHARS = 2_000
"""The longest text that is laid out at once, when it is not plain ASCII."""


class TextRows:
    """Where each stretch of a text begins, in UTF-16 positions and in rows.

    A stretch is a line, or a piece of one that is very long. Between two lines lies one position, the line end;
    between two pieces of a line none.

    Attributes:
        stretches: their texts.
        starts: position of each.
        length: UTF-16 length of all.
        row_count: rows after `wrap`.
    """

    def __init__(self, text: str) -> None:
        self.stretches: list[str] = []
        starts: list[int] = []
        position = 0
        self._ends_line = bytearray()
        for line in text.split("\n"):
            pieces = [line] if len(line) <= STRETCH_CHARS or _is_grid(line) else _pieces(line)
            for number, piece in enumerate(pieces):
                is_last = number + 1 == len(pieces)
                self.stretches.append(piece)
                starts.append(position)
                self._ends_line.append(is_last)
                position += utf16_length(piece) + is_last
        self.starts = array("q", starts)
        self.length = max(position - 1, 0)
        self._first_rows = array("q", range(len(starts) + 1))
        self.row_count = len(starts)

    def wrap(self, columns: int, measured: Callable[[str], int]) -> None:
        """Decide the rows of each stretch.

        Args:
            columns: characters a row; 0 for no wrapping.
            measured: rows of a stretch that is not plain ASCII.
        """
        if columns <= 0:
            counts = [1] * len(self.stretches)
        else:
            counts = [-(-len(text) // columns) or 1 if _is_grid(text) else measured(text) for text in self.stretches]
        self._first_rows = array("q", accumulate(counts, initial=0))
        self.row_count = self._first_rows[-1]

    def first_row(self, stretch: int) -> int:
        """The first row of a stretch; of the count the number of rows."""
        return self._first_rows[stretch]

    def stretch_at_row(self, row: int) -> int:
        """The stretch that covers a row."""
        return min(max(bisect_right(self._first_rows, row) - 1, 0), len(self.stretches) - 1)

    def stretch_at(self, position: int) -> int:
        """The stretch that holds a position."""
        return max(bisect_right(self.starts, position) - 1, 0)

    def ends_line(self, stretch: int) -> bool:
        """Whether a line end follows, not another piece of the same line."""
        return bool(self._ends_line[stretch])

    def line_around(self, position: int) -> tuple[int, int]:
        """The whole line around a position."""
        first = last = self.stretch_at(position)
        while first > 0 and not self._ends_line[first - 1]:
            first -= 1
        while not self._ends_line[last]:
            last += 1
        return self.starts[first], self.starts[last] + utf16_length(self.stretches[last])


def is_grid(text: str) -> bool:
    """Whether every character of a stretch takes exactly one cell of the code font."""
    return _is_grid(text)


def _is_grid(text: str) -> bool:
    return text.isascii() and "\t" not in text


def _pieces(line: str) -> list[str]:
    """A long line in pieces; joined emoji and combined letters near a cut stay together."""
    pieces = []
    begin = 0
    while begin < len(line):
        end = min(begin + STRETCH_CHARS, len(line))
        while end < len(line) and end - begin < STRETCH_CHARS + 32 and _clings(line[end], line[end - 1]):
            end += 1
        pieces.append(line[begin:end])
        begin = end
    return pieces


def _clings(character: str, before: str) -> bool:
    point = ord(character)
    return (
        point == 0x200D
        or before == "\u200d"
        or 0x0300 <= point <= 0x036F
        or 0xFE00 <= point <= 0xFE0F
        or 0x1F3FB <= point <= 0x1F3FF
    )


def first_lines(text: str, count: int) -> str:
    """The first lines of a text; count 0 means all of it."""
    if count <= 0:
        return text
    position = -1
    for _ in range(count):
        position = text.find("\n", position + 1)
        if position < 0:
            return text
    return text[:position]
