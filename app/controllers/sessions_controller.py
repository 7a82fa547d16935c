"""The middle pane: loads the rows of one store, then the pages a person looks at; says which session was chosen.

GUI thread only; every read is a job, and only the newest question counts. The chosen session is remembered by its id,
whatever happens to the rows around it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.controllers.row_pages import RowPages, row_maker
from app.controllers.session_jobs import IdsAnswer, Place, ids_work
from app.jobs import Newest, Query
from app.look.look import Look
from app.models.sessions_model import SessionsModel
from app.present.one_line import one_line
from app.present.sizes import counted
from app.present.summary import RowText
from app.present.times import ms_to_midnight
from app.views.sessions_pane import SessionsPane
from store.errors import BurrowError
from store.values.session import SessionSummary, SortOrder
from store.values.store import StoreFacts

if TYPE_CHECKING:
    from app.context import Context

SETTLE_MS = 60
"""A row counts as chosen when it stayed current so long: a held arrow key must not open every session it passes."""


class SessionsController(QObject):
    """Knows the list's model and its view.

    Signals:
        session_activated (SessionSummary): a person chose it, or it was read again after a reload.
        session_entered (SessionSummary): Enter or a double click; the page should take the keyboard.
        nothing_activated: no session is chosen any more.
        sorted (SortOrder): another order was asked for.
        row_menu_asked, order_menu_asked (QPoint, global): the context menu of a row or of the header is wanted.
        counted (str): how many sessions the list has, in words; for the status bar.
        failed (BurrowError): rows could not be read; what was shown stays.
    """

    session_activated = Signal(object)
    session_entered = Signal(object)
    nothing_activated = Signal()
    sorted = Signal(object)
    row_menu_asked = Signal(object)
    order_menu_asked = Signal(object)
    counted = Signal(str)
    failed = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._facts: StoreFacts | None = None
        self._order = SortOrder()
        self._place: Place | None = None
        self._unannounced = False
        self._is_fresh = True
        self._waits_for_rows = False
        self._rows = Newest(context.jobs)
        self._model = SessionsModel(self)
        self._pages = RowPages(context, self._model, self)
        self._pane = SessionsPane(context.looks.current, self._model)
        # The timers end with the widget that their slots speak to.
        self._settle = QTimer(self._pane, singleShot=True, interval=SETTLE_MS)
        self._midnight = QTimer(self._pane, singleShot=True)
        self._connect()
        self._wait_for_midnight()
        self.show_nothing()

    def _connect(self) -> None:
        view = self._pane.view
        view.range_seen.connect(self._on_range_seen)
        view.row_chosen.connect(self._on_row_chosen)
        view.row_entered.connect(self._on_row_entered)
        view.order_asked.connect(self.sort)
        view.copy_asked.connect(self.copy_id)
        view.row_menu_asked.connect(self.row_menu_asked)
        view.order_menu_asked.connect(self.order_menu_asked)
        self._pane.panel.button_clicked.connect(self.reload)
        self._pages.arrived.connect(self._on_pages_arrived)
        self._pages.failed.connect(self.failed)
        self._settle.timeout.connect(self._announce)
        self._midnight.timeout.connect(self._on_midnight)
        self._context.looks.changed.connect(self._on_look_changed)
        self._context.jobs.activity.delivered.connect(self._on_jobs_moved)

    @property
    def widget(self) -> QWidget:
        """The pane."""
        return self._pane

    @property
    def model(self) -> SessionsModel:
        """The rows."""
        return self._model

    @property
    def order(self) -> SortOrder:
        """The order that was asked for last."""
        return self._order

    def show_store(self, facts: StoreFacts, session_id: str | None = None) -> None:
        """Show the sessions of an open store; the same store again is a reload, which keeps the place.

        Args:
            session_id: the session to choose; None for the one that is chosen, else the first row.
        """
        self._is_fresh = self._facts is None or self._facts.key != facts.key
        self._facts = facts
        if self._is_fresh:
            self._place = None
            self._settle.stop()
        if session_id is not None:
            self._place = Place(session_id)
        self._say_store()
        if self._is_fresh:
            self._model.clear()
            self._pane.show_list()
        self._unannounced = True
        self._load_rows("Reading sessions")

    def show_nothing(self) -> None:
        """Show that no store is chosen."""
        self._cancel_all()
        self._facts = self._place = None
        self._model.clear()
        self._pane.say_store("", "", ())
        self._pane.show_panel(
            "inbox", "text_3", "No store chosen", "Choose a store in the library to see its sessions."
        )
        self.counted.emit("")

    @Slot()
    def reload(self) -> None:
        """Read the rows again and keep the place; the store itself is opened again by the library."""
        if self._facts is not None:
            self.show_store(self._facts)

    @Slot(object)
    def sort(self, order: SortOrder) -> None:
        """Show the rows in another order; the chosen session stays chosen."""
        self._order = order
        self.sorted.emit(order)
        if self._facts is not None:
            self._load_rows("Sorting sessions")

    def chosen(self) -> SessionSummary | None:
        """The session of the current row; None if there is none or it is not read yet."""
        row = self._current()
        return row.summary if row is not None else None

    def _current(self) -> RowText | None:
        row = self._pane.view.current_row()
        return None if row is None else self._model.row_at(row)

    def _load_rows(self, name: str) -> None:
        if self._facts is None:
            return
        self._pages.use_store(self._facts.key, self._facts.name)
        if not self._is_fresh:
            self._set_stale(True)
        work = ids_work(self._context.library, self._facts.key, self._order, self._place)
        self._waits_for_rows = True
        self._rows.run(Query(name, work), self._on_rows, self._on_rows_failed)

    def _on_rows(self, answer: IdsAnswer) -> None:
        if self._facts is None or answer.key != self._facts.key:
            return
        self._waits_for_rows = False
        view, is_resorted = self._pane.view, answer.ids.order != self._model.order
        scrolled_px = view.verticalScrollBar().value()
        self._model.set_ids(answer.ids)
        self._set_stale(False)
        self._say_store()
        if not self._model.row_count:
            self._show_empty()
            return
        self._pane.show_list()
        row = 0 if answer.row is None and (self._is_fresh or self._place is None) else answer.row
        if self._is_fresh or is_resorted:
            view.choose_row(None)
            view.scrollToTop()
            view.choose_row(row, to_middle=bool(row))
        else:
            view.choose_row(row)
            view.verticalScrollBar().setValue(scrolled_px)
        if row is None:
            self._place = None
            self.nothing_activated.emit()
        self._is_fresh = False
        self._on_range_seen(*view.visible_rows())

    def _on_rows_failed(self, error: BurrowError) -> None:
        self._waits_for_rows = False
        self._set_stale(False)
        if self._model.row_count and not self._is_fresh:
            self._order = self._model.order
        else:
            self._model.clear()
            self._pane.show_panel(
                "triangle-alert", "error", "The sessions cannot be read", error.sentence, error.advice, "Try again"
            )
        self.failed.emit(error)

    def _on_range_seen(self, first: int, end: int) -> None:
        if not self._rows.is_busy:
            self._pages.read(first, end, self._pane.view.current_row() if self._unannounced else None)

    def _on_pages_arrived(self) -> None:
        if self._unannounced and not self._settle.isActive():
            self._announce()
        self._on_range_seen(*self._pane.view.visible_rows())

    def _on_row_chosen(self, row: int) -> None:
        self._unannounced = True
        self._settle.start()
        # The row may lie outside of what was reported last, after a jump to the end.
        if self._model.row_at(row) is None:
            self._on_range_seen(*self._pane.view.visible_rows())

    def _announce(self) -> None:
        row = self._current()
        if row is None or not self._unannounced:
            return
        self._unannounced = False
        self._place = Place(row.summary.key.session_id, row.summary.handle)
        self.session_activated.emit(row.summary)

    def _on_row_entered(self, row: int) -> None:
        text = self._model.row_at(row)
        if text is not None:
            self._settle.stop()
            self._announce()
            self.session_entered.emit(text.summary)

    @Slot()
    def copy_id(self) -> None:
        """Put the id of the chosen session on the clipboard."""
        summary = self.chosen()
        if summary is not None:
            QGuiApplication.clipboard().setText(summary.key.session_id)

    @Slot()
    def copy_title(self) -> None:
        """Put the title of the chosen session on the clipboard."""
        summary = self.chosen()
        if summary is not None:
            QGuiApplication.clipboard().setText(summary.title)

    def _show_empty(self) -> None:
        self._pane.show_panel("inbox", "text_3", "No sessions", "The store can be read, and holds no session yet.")
        self._place = None
        self.nothing_activated.emit()

    def _say_store(self) -> None:
        facts = self._facts
        if facts is None:
            return
        count = self._model.row_count if not self._is_fresh or self._model.row_count else facts.session_count
        words = "" if count is None else counted(count, "session")
        faults = tuple(one_line(fault.sentence) for fault in facts.faults)
        self._pane.say_store(one_line(facts.name), words, faults)
        self.counted.emit(words)

    def _set_stale(self, is_stale: bool) -> None:
        self._model.mark_stale(is_stale)
        self._pane.view.show_stale(is_stale)

    def _cancel_all(self) -> None:
        self._settle.stop()
        self._waits_for_rows = False
        self._rows.cancel()
        self._pages.use_store(None)

    def _on_jobs_moved(self) -> None:
        # A job that was cancelled calls nobody; without this its rows would be awaited for ever.
        if not self._waits_for_rows or self._rows.is_busy:
            return
        self._waits_for_rows = False
        if self._is_fresh:
            self._pane.show_panel("ban", "text_3", "Cancelled", "The sessions were not read.", button="Read them")
            return
        self._order = self._model.order
        self._set_stale(False)
        self._on_range_seen(*self._pane.view.visible_rows())

    def _on_midnight(self) -> None:
        self._model.remake_texts(row_maker(self._facts.name if self._facts is not None else ""))
        self._wait_for_midnight()

    def _wait_for_midnight(self) -> None:
        self._midnight.start(ms_to_midnight(time.time_ns() // 1_000_000) + 500)

    def _on_look_changed(self, look: Look) -> None:
        self._pane.set_look(look)
