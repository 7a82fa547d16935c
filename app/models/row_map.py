"""Which line of a grouped list shows which row: headings stand between the rows, and folded groups show none. Pure.

Rows are counted as the list's answer counts them; lines are what is seen: headings and the rows of open groups. Without
groups a line is a row. Nothing is kept per row, so that 100,000 rows in 3,000 groups cost 3,000 numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Set

from store.values.listing import Group


class RowMap:
    """Lines and rows of one list.

    Attributes:
        row_count: rows in all, shown or folded.
        groups: as given.
    """

    def __init__(self, row_count: int, groups: tuple[Group, ...] = (), folded: Set[str] = frozenset()) -> None:
        """Lay out the lines.

        Args:
            folded: values of the groups that show no rows.
        """
        self.row_count = row_count
        self.groups = groups
        self._folded = [group.value in folded for group in groups]
        self._begins = [group.begin for group in groups]
        self._heads: list[int] = []
        self._line_count = 0
        self._lay_out()

    def _lay_out(self) -> None:
        """Find the line of every heading."""
        self._heads = []
        line = 0
        for group, is_folded in zip(self.groups, self._folded, strict=True):
            self._heads.append(line)
            line += 1 if is_folded else 1 + group.end - group.begin
        self._line_count = line if self.groups else self.row_count

    @property
    def line_count(self) -> int:
        """How many lines are seen."""
        return self._line_count

    @property
    def heading_lines(self) -> list[int]:
        """The lines of the headings, ascending."""
        return self._heads

    def is_folded(self, group: int) -> bool:
        """Whether the group of this number shows no rows."""
        return self._folded[group]

    def set_folded(self, group: int, is_folded: bool) -> None:
        """Fold or open a group."""
        self._folded[group] = is_folded
        self._lay_out()

    def head_line(self, group: int) -> int:
        """The line of a group's heading."""
        return self._heads[group]

    def group_of_line(self, line: int) -> int | None:
        """The number of the group whose heading or row stands in a line; None without groups."""
        return bisect_right(self._heads, line) - 1 if self._heads and 0 <= line < self._line_count else None

    def group_of_row(self, row: int) -> int | None:
        """The number of the group that a row belongs to; None without groups."""
        return bisect_right(self._begins, row) - 1 if self._begins and 0 <= row < self.row_count else None

    def heading_at(self, line: int) -> int | None:
        """The number of the group whose heading stands in a line; None if a row does."""
        group = self.group_of_line(line)
        return group if group is not None and self._heads[group] == line else None

    def row_at(self, line: int) -> int | None:
        """The row in a line; None for a heading, and for a line that there is not."""
        if not 0 <= line < self._line_count:
            return None
        group = self.group_of_line(line)
        if group is None:
            return line
        offset = line - self._heads[group] - 1
        return None if offset < 0 else self.groups[group].begin + offset

    def line_of(self, row: int) -> int | None:
        """The line that shows a row; None if its group is folded, or there is no such row."""
        if not 0 <= row < self.row_count:
            return None
        group = self.group_of_row(row)
        if group is None:
            return row
        return None if self._folded[group] else self._heads[group] + 1 + row - self.groups[group].begin

    def row_spans(self, line_begin: int, line_end: int) -> Iterator[tuple[int, int]]:
        """Rows in lines [line_begin, line_end), as half open spans, one for each group."""
        begin, end = max(line_begin, 0), min(line_end, self._line_count)
        if begin >= end:
            return
        first = self.group_of_line(begin)
        if first is None:
            yield begin, end
            return
        for group in range(first, len(self.groups)):
            head = self._heads[group]
            if head >= end:
                return
            if self._folded[group]:
                continue
            start, count = self.groups[group].begin, self.groups[group].end - self.groups[group].begin
            low, high = max(begin - head - 1, 0), min(end - head - 1, count)
            if low < high:
                yield start + low, start + high

    def line_spans(self, row_begin: int, row_end: int) -> Iterator[tuple[int, int]]:
        """Lines that show rows [row_begin, row_end), as half open spans, one for each group that is open."""
        begin, end = max(row_begin, 0), min(row_end, self.row_count)
        if begin >= end:
            return
        first = self.group_of_row(begin)
        if first is None:
            yield begin, end
            return
        for group in range(first, len(self.groups)):
            start = self.groups[group].begin
            if start >= end:
                return
            if not self._folded[group]:
                shift = self._heads[group] + 1 - start
                yield max(begin, start) + shift, min(end, self.groups[group].end) + shift

    def count_rows(self, line_begin: int, line_end: int) -> int:
        """How many rows stand in lines [line_begin, line_end)."""
        begin, end = max(line_begin, 0), min(line_end, self._line_count)
        if begin >= end:
            return 0
        headings = bisect_right(self._heads, end - 1) - bisect_right(self._heads, begin - 1)
        return end - begin - headings
