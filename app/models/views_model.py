"""The saved views as a list with counts. GUI thread only; knows values, asks nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from app.models import roles
from app.models.pane_row import PaneRow
from app.present.one_line import as_tip
from app.present.sizes import counted
from app.present.summary import NOT_KNOWN
from app.present.view_words import VIEW_NAMES, VIEW_TIPS
from store.values.listing import View

VIEW_ICONS = {
    View.ALL: "inbox",
    View.ACTIVE: "circle",
    View.RUNNING: "activity",
    View.PINNED: "pin",
    View.ARCHIVED: "archive",
    View.FAULTS: "triangle-alert",
}
"""Icon of each saved view."""

_VIEWS = tuple(View)


class ViewsModel(QAbstractListModel):
    """One row for each saved view, always the same ones."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = [_row_of(view, None) for view in _VIEWS]

    def show(self, counts: Mapping[View, int]) -> None:
        """Show how many sessions each view has; "…" where that is not known yet."""
        rows = [_row_of(view, counts.get(view)) for view in _VIEWS]
        if rows != self._rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    def view_at(self, row: int) -> View:
        """The view of a row."""
        return _VIEWS[row]

    def index_of(self, view: View) -> QModelIndex:
        """Where a view stands."""
        return self.index(_VIEWS.index(view))

    # Qt overrides

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        """Number of views."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = roles.DISPLAY) -> Any:
        """Look up; all text was made before."""
        return self._rows[index.row()].told(role) if index.isValid() else None


def _row_of(view: View, count: int | None) -> PaneRow:
    name = VIEW_NAMES[view]
    spoken = name if count is None else f"{name}, {counted(count, 'session')}"
    count_text = NOT_KNOWN if count is None else f"{count:,}"
    return PaneRow(name, count_text, VIEW_ICONS[view], None, True, as_tip(VIEW_TIPS[view]), spoken)
