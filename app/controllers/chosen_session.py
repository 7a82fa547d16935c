"""Which session of the list is chosen: announced once a row has rested, remembered whatever happens to the rows.

GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.list_jobs import Place, row_of
from app.models.sessions_model import SessionsModel
from app.present.row_text import RowText
from app.views.sessions_view import SessionsView
from store.values.listing import Listed
from store.values.session import SessionSummary
from store.values.store import SessionKey

SETTLE_MS = 60
"""A row counts as chosen when it stayed current so long: a held arrow key must not open every session it passes."""


class ChosenSession(QObject):
    """Knows the current row and the selection.

    Attributes:
        place: the session that was announced last, or is to be found; None for none.
        is_unannounced: a session is to be announced as soon as its row is read.

    Signals:
        activated (SessionSummary): a person chose it, or it was read again after a reload.
        entered (SessionSummary): Enter or a double click.
        row_needed: the current row is not read, though it is to be announced.
    """

    activated = Signal(object)
    entered = Signal(object)
    row_needed = Signal()

    def __init__(self, view: SessionsView, model: SessionsModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self.place: Place | None = None
        self.is_unannounced = False
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self.announce)
        view.row_chosen.connect(self._on_row_chosen)
        view.row_entered.connect(self._on_row_entered)
        view.fold_asked.connect(self._on_fold_asked)

    def forget(self) -> None:
        """Remember no session any more."""
        self.place = None
        self.is_unannounced = False
        self._settle.stop()

    def current(self) -> RowText | None:
        """The current row; None if there is none, or it is a heading or not read yet."""
        line = self._view.current_row()
        return None if line is None else self._model.row_at(line)

    def line_needed(self) -> int | None:
        """The line whose row must be read to be announced; None if nothing is to be announced."""
        return self._view.current_row() if self.is_unannounced else None

    def take_pages(self) -> None:
        """Rows were read, perhaps the one that is to be announced."""
        if self.is_unannounced and not self._settle.isActive():
            self.announce()

    @Slot()
    def announce(self) -> None:
        """Say which session is chosen, if that is still to be said and its row is read."""
        row = self.current()
        if row is None or not self.is_unannounced:
            return
        self.is_unannounced = False
        self.place = Place(row.summary.key, row.summary.handle)
        self.activated.emit(row.summary)

    # The selection

    def selected(self) -> tuple[SessionSummary, ...]:
        """The selected sessions in display order, as far as they are read."""
        found = (row for span in self._view.selected_spans() for row in self._model.loaded_in(*span))
        return tuple(row.summary for row in found)

    def selected_count(self) -> int:
        """How many sessions are selected, read or not."""
        return sum(self._model.map.count_rows(*span) for span in self._view.selected_spans())

    def selected_rows(self) -> tuple[Listed, tuple[tuple[int, int], ...]]:
        """The list and the selected rows in it, as half open spans; for jobs that need all of them."""
        spans = (rows for span in self._view.selected_spans() for rows in self._model.map.row_spans(*span))
        return self._model.listed, tuple(spans)

    def key(self) -> SessionKey | None:
        """The session of the current row, else the one that was announced last, though the list may not show it."""
        row = self.current()
        if row is not None:
            return row.summary.key
        return None if self.place is None else self.place.key

    # What a person does

    def _on_row_chosen(self, line: int) -> None:
        self.is_unannounced = True
        self._settle.start()
        # The row may lie outside of what was reported last, after a jump to the end.
        if self._model.row_at(line) is None:
            self.row_needed.emit()

    def _on_row_entered(self, line: int) -> None:
        row = self._model.row_at(line)
        if row is not None:
            self._settle.stop()
            self.announce()
            self.entered.emit(row.summary)

    def _on_fold_asked(self, group: int, is_folded: bool) -> None:
        self._view.fold(group, is_folded)
        if is_folded or self.place is None or self.place.handle is None or self.selected_count():
            return
        # The chosen session was folded away with its group, and is chosen again now that it is seen.
        row = row_of(self._model.listed, self.place.key.store, self.place.handle)
        line = None if row is None else self._model.map.line_of(row)
        if line is not None and self._model.map.group_of_line(line) == group:
            self._view.choose_row(line)
