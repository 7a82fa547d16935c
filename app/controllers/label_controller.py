"""Labels of the chosen sessions: read by a job, edited in a dialog, then planned by others. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.chosen import Chosen
from app.controllers.list_jobs import selected_work
from app.jobs import Newest, Query
from app.look.look import Look
from app.present.label_words import LabelRow, label_rows
from app.views.label_dialog import LabelDialog
from store.errors import SessionMissing
from store.values.changes import LabelEdit
from store.values.session import SessionSummary
from store.values.store import StoreKey

if TYPE_CHECKING:
    from app.context import Context
    from app.views.main_window import MainWindow
    from store import Library, Lists
    from store.cancel import CancelToken


def labels_work(library: Library, lists: Lists, chosen: Chosen) -> Callable[[CancelToken], tuple[LabelRow, ...]]:
    """Work that reads the labels of all chosen sessions, as they are shown. Raises SessionMissing."""

    def work(token: CancelToken) -> tuple[LabelRow, ...]:
        found = list(selected_work(library, chosen.listed, chosen.spans, lists)(token))
        for key in chosen.keys:
            handle = lists.handle_of(key, token)
            if handle is not None:
                found.extend(one for one in lists.summaries(key.store, (handle,), token) if one.key == key)
        if not found:
            raise SessionMissing("The sessions that were chosen are not there any more.", "Choose others in the list.")
        by_store: dict[StoreKey, list[SessionSummary]] = {}
        for one in found:
            by_store.setdefault(one.key.store, []).append(one)
        labels = []
        for store, summaries in by_store.items():
            known = lists.facts(store, [one.key.session_id for one in summaries], token)
            # What the whole document says counts more than what the row does.
            labels += [
                known[one.key.session_id].labels if one.key.session_id in known else one.labels for one in summaries
            ]
        return label_rows(labels, len(found))

    return work


class LabelController(QObject):
    """Opens the dialog.

    Attributes:
        dialog: the one that is open; None if none is.

    Signals:
        edited (Chosen, LabelEdit): these sessions are to have other labels.
        failed (BurrowError): their labels could not be read.
    """

    edited = Signal(object, object)
    failed = Signal(object)

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._reading = Newest(context.jobs)
        self._chosen: Chosen | None = None
        self.dialog: LabelDialog | None = None
        context.looks.changed.connect(self._on_look_changed)

    def ask(self, chosen: Chosen) -> None:
        """Read the labels of sessions and let a person edit them."""
        if self.dialog is None:
            self._chosen = chosen
            work = labels_work(self._context.library, self._context.lists, chosen)
            self._reading.run(Query("Reading labels", work), self._on_read, self.failed.emit)

    def _on_read(self, rows: tuple[LabelRow, ...]) -> None:
        chosen = self._chosen
        if chosen is None or self.dialog is not None:
            return
        total = rows[0].total if rows else chosen.count
        self.dialog = LabelDialog(self._context.looks.current, rows, total, self._window)
        self.dialog.previewed.connect(self._on_previewed)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    @Slot(object)
    def _on_previewed(self, edit: LabelEdit) -> None:
        if self._chosen is not None:
            self.edited.emit(self._chosen, edit)

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        if self.dialog is not None:
            self.dialog.set_look(look)
