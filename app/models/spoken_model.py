"""Rows of a dialog that say all of themselves in one line, in their order. GUI thread only; texts were made before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from app.models import roles
from app.present.one_line import as_tip

Index = QModelIndex | QPersistentModelIndex


class Spoken(Protocol):
    """A row that can say itself."""

    @property
    def spoken(self) -> str:
        """All of it, for screen readers and tool tips."""
        ...


R = TypeVar("R", bound=Spoken)


class SpokenModel(QAbstractListModel, Generic[R]):
    """Rows of one kind."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[R, ...] = ()

    def set_rows(self, rows: Sequence[R]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    @property
    def rows(self) -> tuple[R, ...]:
        """All of them."""
        return self._rows

    def row_at(self, row: int) -> R | None:
        """A row; None outside."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """How many; Qt's name."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = roles.DISPLAY) -> Any:
        """Look up; Qt's name."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == roles.ROW:
            return row
        if role in (roles.DISPLAY, roles.ACCESSIBLE_TEXT):
            return row.spoken
        return as_tip(row.spoken) if role == roles.TOOL_TIP else None
