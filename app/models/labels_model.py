"""Labels that are being edited. GUI thread only; nothing is written by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.models import roles
from app.present.label_words import LabelRow
from app.present.one_line import as_tip, one_line

Index = QModelIndex | QPersistentModelIndex

EDIT = int(Qt.ItemDataRole.EditRole)


class LabelColumn(IntEnum):
    """The columns, from left to right."""

    NAME = 0
    VALUE = 1
    WHERE = 2


TITLES = {LabelColumn.NAME: "Label", LabelColumn.VALUE: "Value", LabelColumn.WHERE: "Sessions"}


class LabelsModel(QAbstractTableModel):
    """Rows of labels, stored ones first, new ones after them.

    Signals:
        edited: something was typed, added or taken away.
    """

    edited = Signal()

    def __init__(self, rows: Sequence[LabelRow], total: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows, self._total = list(rows), total

    @property
    def rows(self) -> tuple[LabelRow, ...]:
        """All rows as they are now."""
        return tuple(self._rows)

    def row_at(self, row: int) -> LabelRow | None:
        """A row; None outside."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def add(self) -> int:
        """Add a row for a new label; its number."""
        at = len(self._rows)
        self.beginInsertRows(QModelIndex(), at, at)
        self._rows.append(LabelRow("", self._total, value=""))
        self.endInsertRows()
        self.edited.emit()
        return at

    def turn_removed(self, at: int) -> None:
        """Mark a stored label as taken away or not any more; drop a new one."""
        row = self.row_at(at)
        if row is None:
            return
        if row.is_new:
            self.beginRemoveRows(QModelIndex(), at, at)
            del self._rows[at]
            self.endRemoveRows()
        else:
            self._put(at, replace(row, is_removed=not row.is_removed, value=None))
        self.edited.emit()

    def _put(self, at: int, row: LabelRow) -> None:
        self._rows[at] = row
        self.dataChanged.emit(self.index(at, 0), self.index(at, len(LabelColumn) - 1))

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Labels; Qt's name."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """As many as LabelColumn has; Qt's name."""
        return 0 if parent.isValid() else len(LabelColumn)

    def data(self, index: Index, role: int = roles.DISPLAY) -> Any:
        """Look up; Qt's name."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == roles.ROW:
            return row
        if role in (roles.DISPLAY, roles.ACCESSIBLE_TEXT):
            return (one_line(row.name), one_line(row.shown_value), row.where)[index.column()]
        if role == EDIT:
            value = row.value if row.value is not None else "" if row.is_mixed else row.shown_value
            return row.name if index.column() == LabelColumn.NAME else value
        return as_tip(row.tip) if role == roles.TOOL_TIP else None

    def setData(self, index: Index, value: Any, role: int = EDIT) -> bool:
        """Take what was typed; Qt's name."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None or role != EDIT or not index.flags() & Qt.ItemFlag.ItemIsEditable:
            return False
        if index.column() == LabelColumn.NAME:
            self._put(index.row(), replace(row, name=str(value)))
        elif not (row.is_mixed and row.value is None and not value):  # an empty field that was only looked at
            self._put(index.row(), row.typed(str(value)))
        self.edited.emit()
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Values can be edited, names of new labels too; Qt's name."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.column() == LabelColumn.WHERE:
            return flags
        is_fixed = index.column() == LabelColumn.NAME and not row.is_new
        return flags if is_fixed or row.is_removed else flags | Qt.ItemFlag.ItemIsEditable

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = roles.DISPLAY) -> Any:
        """Titles of the columns; Qt's name."""
        if orientation is Qt.Orientation.Horizontal and role == roles.DISPLAY:
            return TITLES[LabelColumn(section)]
        return roles.ALIGN_LEFT if role == roles.TEXT_ALIGNMENT else None
