"""The changes that were made, newest first, narrowed by words. GUI thread only; all text was made before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.models import roles
from app.present.one_line import as_tip
from app.present.receipt_words import ReceiptRow

Index = QModelIndex | QPersistentModelIndex


class ChangeColumn(IntEnum):
    """The columns, from left to right."""

    WHEN = 0
    CHANGE = 1
    STORE = 2
    BEFORE_AFTER = 3
    UNDO = 4


TITLES = {
    ChangeColumn.WHEN: "When",
    ChangeColumn.CHANGE: "Change",
    ChangeColumn.STORE: "Store",
    ChangeColumn.BEFORE_AFTER: "Before → after",
    ChangeColumn.UNDO: "Undo",
}


class ChangesModel(QAbstractTableModel):
    """Rows that fit what was typed, by time.

    Attributes:
        is_descending: the newest stands first.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ReceiptRow] = []
        self._shown: list[ReceiptRow] = []
        self._words: tuple[str, ...] = ()
        self.is_descending = True

    def set_rows(self, rows: Sequence[ReceiptRow]) -> None:
        """Show other receipts, given newest first, or the same as they are now."""
        self._rows = list(rows)
        self._narrow()

    def narrow(self, typed: str) -> None:
        """Show only rows that have every word that was typed, in any of their texts."""
        words = tuple(typed.lower().split())
        if words != self._words:
            self._words = words
            self._narrow()

    def sort_by_time(self, is_descending: bool) -> None:
        """Put the newest first, or last."""
        if is_descending != self.is_descending:
            self.is_descending = is_descending
            self._narrow()

    def improve(self, receipt_ids: Collection[str], make: Callable[[ReceiptRow], ReceiptRow]) -> None:
        """Make the rows of some receipts again; one that is given back as it was stays."""
        changed = []
        for at, row in enumerate(self._rows):
            if row.receipt.receipt_id in receipt_ids and (made := make(row)) is not row:
                self._rows[at] = made
                place = self.place_of(row.receipt.receipt_id)
                if place is not None:
                    self._shown[place] = made
                    changed.append(place)
        if changed:
            last = len(ChangeColumn) - 1
            self.dataChanged.emit(self.index(min(changed), 0), self.index(max(changed), last))

    @property
    def total(self) -> int:
        """Receipts before they are narrowed."""
        return len(self._rows)

    @property
    def rows(self) -> Sequence[ReceiptRow]:
        """All of them, newest first."""
        return self._rows

    def row_at(self, row: int) -> ReceiptRow | None:
        """A shown row; None outside."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def place_of(self, receipt_id: str) -> int | None:
        """The row in which a receipt is shown, None if it is not."""
        return next((at for at, row in enumerate(self._shown) if row.receipt.receipt_id == receipt_id), None)

    def row_of(self, receipt_id: str) -> ReceiptRow | None:
        """The row of a receipt, shown or not."""
        return next((row for row in self._rows if row.receipt.receipt_id == receipt_id), None)

    def _narrow(self) -> None:
        words = self._words
        self.beginResetModel()
        self._shown = [row for row in self._rows if all(row.has(word) for word in words)]
        if not self.is_descending:
            self._shown.reverse()
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Shown rows; Qt's name."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """As many as ChangeColumn has; Qt's name."""
        return 0 if parent.isValid() else len(ChangeColumn)

    def data(self, index: Index, role: int = roles.DISPLAY) -> Any:
        """Look up; Qt's name."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == roles.ROW:
            return row
        column = index.column()
        if role == roles.ACCESSIBLE_TEXT and column == ChangeColumn.WHEN:
            return row.spoken
        if role in (roles.DISPLAY, roles.ACCESSIBLE_TEXT):
            return (row.time, row.title, row.store, row.change, row.undo.words)[column]
        if role == roles.TOOL_TIP:
            title = f"{row.title}\n{row.note}" if row.note else row.title
            return as_tip((row.time_tip, title, row.receipt.store.path, row.change, row.undo.tip)[column])
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = roles.DISPLAY) -> Any:
        """Titles of the columns; Qt's name."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(ChangeColumn):
            return None
        column = ChangeColumn(section)
        if role == roles.DISPLAY:
            return TITLES[column]
        if role == roles.ACCESSIBLE_TEXT:
            order = "newest first" if self.is_descending else "oldest first"
            return f"When, {order}" if column is ChangeColumn.WHEN else TITLES[column]
        if role == roles.TOOL_TIP and column is ChangeColumn.WHEN:
            return "Turn the order around"
        if role == roles.TEXT_ALIGNMENT:
            return roles.ALIGN_LEFT
        return None
