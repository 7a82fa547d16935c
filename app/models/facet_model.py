"""Values of one facet with their counts and boxes: the few in the pane, or all of them in the chooser.

GUI thread only; knows values, asks nobody. Rows keep their places while counts change, so that nothing flickers and the
current row stays where the keyboard left it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from app.models import roles
from app.models.pane_row import PaneRow
from app.present.one_line import as_tip, one_line
from app.present.sizes import counted
from app.present.view_words import FACET_PLURALS, UNRECORDED
from store.values.listing import Facet, FacetValue

MOST_FREQUENT: Final = 6
"""So many values are shown in the pane, and every chosen one."""


class FacetModel(QAbstractListModel):
    """Values of a facet; in the pane the last row leads to all of them.

    Attributes:
        facet: which one.
        is_short: only the most frequent values and the chosen ones are listed.
        value_count: how many values there are in all.
    """

    def __init__(self, facet: Facet, is_short: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.facet, self.is_short = facet, is_short
        self.value_count = 0
        self._values: tuple[FacetValue, ...] = ()
        self._chosen: frozenset[str] = frozenset()
        self._text = ""
        self._keys: list[str | None] = []
        self._rows: list[PaneRow] = []

    @property
    def chosen(self) -> frozenset[str]:
        """The chosen values."""
        return self._chosen

    def show(self, values: tuple[FacetValue, ...], value_count: int, chosen: Iterable[str]) -> None:
        """Show these values, most frequent first; of them and beside them the chosen ones.

        Args:
            value_count: how many there are, if not all are given.
        """
        self._values, self.value_count, self._chosen = values, value_count, frozenset(chosen)
        self._arrange()

    def filter(self, text: str) -> None:
        """List only values in which every word of this text stands somewhere, without case."""
        self._text = text
        self._arrange()

    def value_at(self, row: int) -> str | None:
        """The value of a row; None for the row that leads to all of them."""
        return self._keys[row]

    def _arrange(self) -> None:
        listed = self._listed()
        keys: list[str | None] = [value for value, _count in listed]
        rows = [_row_of(self.facet, value, count, value in self._chosen) for value, count in listed]
        if self.is_short and self.value_count > len([k for k in keys if k is not None]):
            keys.append(None)
            rows.append(_more_row(self.facet, self.value_count))
        self._replace(keys, rows)

    def _listed(self) -> list[tuple[str, int]]:
        found = {value for value, _count in self._values}
        # What is chosen and has no session left among the others is still there to be given up.
        gone = [FacetValue(value, 0) for value in sorted(self._chosen - found)]
        if self.is_short:
            first = self._values[:MOST_FREQUENT]
            rest = self._values[MOST_FREQUENT:] if self._chosen else ()
            return [*first, *(entry for entry in rest if entry.value in self._chosen), *gone]
        words = self._text.casefold().split()
        return [
            entry
            for entry in (*self._values, *gone)
            if not words or all(word in _text_of(self.facet, entry.value).casefold() for word in words)
        ]

    def _replace(self, keys: list[str | None], rows: list[PaneRow]) -> None:
        """Take out and put in only what is different, and say which rows have other numbers."""
        before, begin = self._keys, 0
        while begin < min(len(before), len(keys)) and before[begin] == keys[begin]:
            begin += 1
        same = 0
        while same < min(len(before), len(keys)) - begin and before[-1 - same] == keys[-1 - same]:
            same += 1
        end_before, end = len(before) - same, len(keys) - same
        if end_before > begin:
            self.beginRemoveRows(QModelIndex(), begin, end_before - 1)
            del self._keys[begin:end_before], self._rows[begin:end_before]
            self.endRemoveRows()
        if end > begin:
            self.beginInsertRows(QModelIndex(), begin, end - 1)
            self._keys[begin:begin] = keys[begin:end]
            self._rows[begin:begin] = rows[begin:end]
            self.endInsertRows()
        if self._rows != rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    # Qt overrides

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        """Number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = roles.DISPLAY) -> Any:
        """Look up; all text was made before."""
        return self._rows[index.row()].told(role) if index.isValid() else None


def _text_of(facet: Facet, value: str) -> str:
    return one_line(value) if value else UNRECORDED[facet]


def _row_of(facet: Facet, value: str, count: int, is_chosen: bool) -> PaneRow:
    text = _text_of(facet, value)
    spoken = f"{text}, {counted(count, 'session')}{', chosen' if is_chosen else ''}"
    return PaneRow(text, f"{count:,}", "", is_chosen, bool(value), as_tip(text), spoken)


def _more_row(facet: Facet, value_count: int) -> PaneRow:
    text = f"All {value_count:,} {FACET_PLURALS[facet]}…"
    return PaneRow(text, "", "ellipsis", None, False, as_tip("Choose among all of them"), text)
