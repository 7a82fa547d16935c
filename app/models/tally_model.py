"""How often each check passed, failed, or did not apply in a store. GUI thread only; all text was made before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.models import roles
from app.present.store_check import TallyRow

Index = QModelIndex | QPersistentModelIndex
TITLES = ("Check", "Passed", "Failed", "N/A")
TIPS = ("", "Sessions that passed", "Sessions that failed", "Sessions of which there is nothing to check")


class TallyModel(QAbstractTableModel):
    """One row a check."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[TallyRow, ...] = ()

    def set_rows(self, rows: Sequence[TallyRow]) -> None:
        """Show newer numbers; the rows stay where they are as long as the checks are the same."""
        is_same = [row.name for row in rows] == [row.name for row in self._rows]
        if is_same:
            self._rows = tuple(rows)
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(TITLES) - 1))
            return
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    @property
    def rows(self) -> tuple[TallyRow, ...]:
        """What is shown."""
        return self._rows

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Checks."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The check and its three numbers."""
        return 0 if parent.isValid() else len(TITLES)

    def data(self, index: Index, role: int = roles.DISPLAY) -> Any:
        """Look up."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == roles.ROW:
            return row
        if role == roles.DISPLAY:
            return (row.name, row.passed, row.failed, row.not_applicable)[index.column()]
        if role == roles.ACCESSIBLE_TEXT:
            return row.spoken if index.column() == 0 else None
        return f"{row.meaning}\n{row.spoken}" if role == roles.TOOL_TIP else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = roles.DISPLAY) -> Any:
        """Titles of the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == roles.DISPLAY:
            return TITLES[section]
        if role == roles.TOOL_TIP:
            return TIPS[section] or None
        if role == roles.TEXT_ALIGNMENT:
            return roles.ALIGN_RIGHT if section else roles.ALIGN_LEFT
        return None
