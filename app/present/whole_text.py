"""A text of any size, made ready to be shown row by row: where its lines begin, and how they wrap. Pure; any thread.

Lines wrap after a fixed number of characters, so that rows come from arithmetic. Only lines longer than a row take part
in it: 600,000 short lines cost nothing, and a line of 20 MB is one entry.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from app.present.find import Finder
from app.present.safe_text import tool_text

NARROW_COLUMNS = 8
"""The fewest characters that a row has."""

FOUND_AT_ONCE_CHARS = 256 * 1024


@dataclass(frozen=True, slots=True)
class WholeText:
    """A text to be shown.

    Attributes:
        text: made safe.
        starts: where each line begins, in characters.
        long_lines: numbers of the lines that are longer than the narrowest row.
        widest: characters of the longest line.
        stored: the text as it is stored, for saving it.
    """

    text: str
    starts: array[int]
    long_lines: array[int]
    widest: int
    stored: str

    @property
    def line_count(self) -> int:
        """How many lines there are; one that ends the text without a character counts."""
        return len(self.starts)

    def line(self, number: int) -> tuple[int, int]:
        """Begin and end of a line, without its line end."""
        end = self.starts[number + 1] - 1 if number + 1 < len(self.starts) else len(self.text)
        return self.starts[number], end

    def line_at(self, position: int) -> int:
        """The line that holds a position."""
        return max(bisect_right(self.starts, position) - 1, 0)


def prepare(stored: str, is_stored_kept: bool = True) -> WholeText:
    """Make a text ready to be shown."""
    text = tool_text(stored)
    starts, long_lines, widest = array("Q", [0]), array("I"), 0
    begin, number = 0, 0
    while True:
        end = text.find("\n", begin)
        length = (end if end >= 0 else len(text)) - begin
        if length > NARROW_COLUMNS:
            long_lines.append(number)
            widest = max(widest, length)
        if end < 0:
            break
        begin, number = end + 1, number + 1
        starts.append(begin)
    return WholeText(text, starts, long_lines, max(widest, 1), stored if is_stored_kept else text)


class Wrapping:
    """The rows of a text for one number of characters a row.

    Args:
        columns: characters a row; 0 for one row a line.
    """

    def __init__(self, whole: WholeText, columns: int) -> None:
        self.columns = columns
        self._whole = whole
        self._lines: array[int] = array("I")
        extra = []
        for number in whole.long_lines if columns and columns < whole.widest else ():
            begin, end = whole.line(number)
            if end - begin > columns:
                self._lines.append(number)
                extra.append(-(-(end - begin) // columns) - 1)
        self._extra = array("Q", accumulate(extra, initial=0))
        # The first row of each line that wraps.
        self._first_rows = array("Q", [line + before for line, before in zip(self._lines, self._extra, strict=False)])
        self.row_count = whole.line_count + self._extra[-1]

    def place(self, row: int) -> tuple[int, int, int]:
        """The line of a row, and begin and end of the row's characters."""
        whole = self._whole
        row = min(max(row, 0), self.row_count - 1)
        at = bisect_right(self._first_rows, row) - 1
        if at >= 0:
            line, first = self._lines[at], self._first_rows[at]
            if row <= first + self._extra[at + 1] - self._extra[at]:
                begin, end = whole.line(line)
                begin += (row - first) * self.columns
                return line, begin, min(begin + self.columns, end)
            line = row - self._extra[at + 1]
        else:
            line = row
        begin, end = whole.line(line)
        return line, begin, end

    def row_of(self, position: int) -> int:
        """The row that holds a position."""
        line = self._whole.line_at(position)
        at = bisect_left(self._lines, line)
        row: int = line + self._extra[at]
        if at < len(self._lines) and self._lines[at] == line:
            inside = position - self._whole.starts[line]
            row += min(inside // self.columns, self._extra[at + 1] - self._extra[at])
        return row


def find_all(whole: WholeText, finder: Finder, check: Callable[[], None]) -> tuple[array[int], array[int]]:
    """Begins and lengths of all hits in a text, in characters.

    Args:
        check: called between two stretches; raises when nobody wants the answer any more.
    """
    begins, lengths = array("Q"), array("I")
    at, text = 0, whole.text
    while at < len(text):
        check()
        end = min(at + FOUND_AT_ONCE_CHARS, len(text))
        following = end
        for begin, length in finder.ranges_from(text, at, end):
            begins.append(begin)
            lengths.append(length)
            following = max(end, begin + length)
        at = following
        time.sleep(0)  # gives the thread that draws its turn
    return begins, lengths
