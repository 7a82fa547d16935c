"""The findings of the check of a store, narrowed by severity and words. GUI thread only; all text was made before."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.models import roles
from app.present.one_line import as_tip
from app.present.store_check import FindingRow
from store.values.checks import Severity

Index = QModelIndex | QPersistentModelIndex


class FindingColumn(IntEnum):
    """The columns, from left to right."""

    SEVERITY = 0
    SESSION = 1
    SENTENCE = 2


TITLES = {FindingColumn.SEVERITY: "Severity", FindingColumn.SESSION: "Session", FindingColumn.SENTENCE: "Finding"}


class FindingsModel(QAbstractTableModel):
    """Rows that fit what was chosen and typed, in their order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[FindingRow, ...] = ()
        self._shown: list[FindingRow] = []
        self._severity: Severity | None = None
        self._words: tuple[str, ...] = ()

    def set_rows(self, rows: Sequence[FindingRow]) -> None:
        """Show the findings of another check, or of more of it."""
        self._rows = tuple(rows)
        self._narrow()

    def narrow(self, severity: Severity | None, typed: str) -> None:
        """Show only findings of one severity (None: of all) that have every word that was typed."""
        wanted = (severity, tuple(typed.lower().split()))
        if wanted != (self._severity, self._words):
            self._severity, self._words = wanted
            self._narrow()

    @property
    def total(self) -> int:
        """Findings before they are narrowed."""
        return len(self._rows)

    def row_at(self, row: int) -> FindingRow | None:
        """A shown finding; None outside."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def place_of(self, finding: FindingRow) -> int | None:
        """The row in which a finding is shown, None if it is not."""
        return next((at for at, row in enumerate(self._shown) if row.finding == finding.finding), None)

    def _narrow(self) -> None:
        severity, words = self._severity, self._words
        self.beginResetModel()
        self._shown = [
            row
            for row in self._rows
            if (severity is None or row.finding.severity is severity) and all(word in row.folded for word in words)
        ]
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Shown findings."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """As many as FindingColumn has."""
        return 0 if parent.isValid() else len(FindingColumn)

    def data(self, index: Index, role: int = roles.DISPLAY) -> Any:
        """Look up."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == roles.ROW:
            return row
        if role in (roles.DISPLAY, roles.ACCESSIBLE_TEXT):
            return (row.sign.word, row.who, row.sentence)[index.column()]
        if role == roles.TOOL_TIP:
            return as_tip("\n".join(part for part in (row.who, row.finding.session_id or "", row.sentence) if part))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = roles.DISPLAY) -> Any:
        """Titles of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == roles.DISPLAY:
            return TITLES[FindingColumn(section)]
        if role == roles.TEXT_ALIGNMENT:
            return roles.ALIGN_LEFT
        return None
