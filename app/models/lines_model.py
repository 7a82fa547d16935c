"""The lines of one receipt, each a name and a value. GUI thread only; all text was made before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from app.models import roles
from app.present.one_line import as_tip
from app.present.receipt_lines import ReceiptLine

Index = QModelIndex | QPersistentModelIndex


class LinesModel(QAbstractListModel):
    """Lines in their order.

    Attributes:
        lines: all of them.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[ReceiptLine, ...] = ()

    def set_lines(self, lines: Sequence[ReceiptLine]) -> None:
        """Show other lines; where there are as many, the choice stays."""
        if len(lines) == len(self.lines):
            if tuple(lines) != self.lines:
                self.lines = tuple(lines)
                self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def line_at(self, row: int) -> ReceiptLine | None:
        """A line; None outside."""
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """How many lines; Qt's name."""
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = roles.DISPLAY) -> Any:
        """Look up; Qt's name."""
        line = self.line_at(index.row()) if index.isValid() else None
        if line is None:
            return None
        if role == roles.ROW:
            return line
        if role in (roles.DISPLAY, roles.ACCESSIBLE_TEXT):
            return line.text
        return as_tip(line.tip or line.value) if role == roles.TOOL_TIP else None
