"""Tables for people: columns that line up whatever the script of their text, written as the rows come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.cli.terminal import Ink, Surface
from store.cli.visible import elided, width_of

GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        label: its head.
        least: cells to which it shrinks on a narrow terminal.
        most: cells beyond which text is cut.
        is_number: aligned to the right, never cut, never shrunk.
        is_id: cut without an ellipsis, so that what is left can be given to `show`.
        leaves_at: the column with the highest number leaves a terminal that is too narrow for all; 0 never leaves.
    """

    label: str
    least: int
    most: int
    is_number: bool = False
    is_id: bool = False
    leaves_at: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of one line, made visible already, and how it is set apart."""

    text: str
    inks: tuple[Ink, ...] = ()


class Table:
    """Lines of a table whose widths are settled by its first rows, so that a million rows need not be held."""

    def __init__(self, columns: Sequence[Column], surface: Surface) -> None:
        self._columns = tuple(columns)
        self._surface = surface
        self._widths: tuple[int | None, ...] | None = None

    def lines(self, rows: Sequence[Sequence[Cell]]) -> list[str]:
        """Set further rows; before the first of all comes the head."""
        lines: list[str] = []
        if self._widths is None:
            self._widths = self._settled(rows)
            lines.append(self._line([Cell(column.label, (Ink.STRONG,)) for column in self._columns]))
        lines.extend(map(self._line, rows))
        return lines

    def _settled(self, rows: Sequence[Sequence[Cell]]) -> tuple[int | None, ...]:
        """A width for each column, None for those that have to leave."""
        wanted: list[int] = []
        for i, column in enumerate(self._columns):
            content = max((width_of(row[i].text) for row in rows), default=0)
            wanted.append(min(max(content, width_of(column.label), column.least), column.most))
        if self._surface.columns is None:
            return tuple(wanted)
        floors = [
            w if column.is_number else min(column.least, w) for column, w in zip(self._columns, wanted, strict=True)
        ]
        staying = self._staying(floors, self._surface.columns)
        spare = max(0, self._surface.columns - _total([floors[i] for i in staying]))
        widths: list[int | None] = [None] * len(wanted)
        for i in staying:
            given = min(spare, wanted[i] - floors[i])
            widths[i] = floors[i] + given
            spare -= given
        return tuple(widths)

    def _staying(self, floors: Sequence[int], room: int) -> list[int]:
        """Numbers of the columns that fit, those that may leave having left in their order."""
        staying = list(range(len(floors)))
        for i in sorted(staying, key=lambda i: -self._columns[i].leaves_at):
            if _total([floors[j] for j in staying]) <= room or not self._columns[i].leaves_at:
                break
            staying.remove(i)
        return staying

    def _line(self, cells: Sequence[Cell]) -> str:
        parts: list[str] = []
        for column, cell, width in zip(self._columns, cells, self._widths or (), strict=True):
            if width is None:
                continue
            text = cell.text
            if not column.is_number:
                text = text[:width] if column.is_id and text.isascii() else elided(text, width)
            inked = self._surface.inked(text, *cell.inks)
            spaces = " " * (width - width_of(text))
            parts.append(spaces + inked if column.is_number else inked + spaces)
        return GAP.join(parts).rstrip()


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)
