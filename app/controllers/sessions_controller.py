"""The middle pane: lists the sessions of a scope, loads the rows a person looks at; says which session was chosen.

GUI thread only; every read is a job, and only the newest question counts. The chosen session is remembered by its key,
whatever happens to the rows around it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.controllers.chosen_session import ChosenSession
from app.controllers.list_face import ListFace
from app.controllers.list_jobs import ListAnswer, Place, RowMaker, Selected, list_work
from app.controllers.row_pages import RowPages
from app.controllers.scope_controller import Scope
from app.jobs import Newest, Query
from app.look.look import Look
from app.models.sessions_model import SessionsModel
from app.present.headings import Heading, heading_of
from app.present.list_words import is_catalogued
from app.present.store_words import told_apart
from app.present.times import ms_to_midnight
from app.views.sessions_pane import SessionsPane
from store.errors import BurrowError
from store.values.listing import Choice, Group, GroupBy, ListOrder, ListWant, View
from store.values.session import SessionSummary
from store.values.store import SessionKey, StoreKey

if TYPE_CHECKING:
    from app.context import Context

SLOW_MS = 600
"""Rows that are asked for while one types are shown as old when the new ones are not there after so long."""

CATCH_UP_MS = 1_000
"""A list that waits for the catalogue is asked for again at most so often while the catalogue grows."""


class Why(Enum):
    """Why rows are listed, which decides what of the list stays."""

    OTHER = "other"
    """Other sessions: from the top, the first one chosen."""
    AGAIN = "again"
    """The same question: place, selection and scroll position stay."""
    ORDER = "order"
    """Another order or grouping: the chosen session stays chosen, in the middle."""
    NARROW = "narrow"
    """Another filter: from the top, the chosen session stays chosen if it is there."""


class SessionsController(QObject):
    """Knows the list's model and its view.

    Signals:
        session_activated (SessionSummary): a person chose it, or it was read again after a reload.
        session_entered (SessionSummary): Enter or a double click; the page should take the keyboard.
        nothing_activated: no session is chosen any more.
        sorted (ListOrder): another order was asked for.
        grouped (GroupBy): another grouping was asked for.
        row_menu_asked, order_menu_asked (QPoint, global): the context menu of a row or of the header is wanted.
        counted (str): how many sessions the list has, in words; for the status bar.
        selection_changed (int): how many sessions are selected.
        clear_asked: the facets that were chosen should be given up.
        narrowing_given_up (frozenset of Choice): rows of other facets were not read; these are the ones still shown.
        failed (BurrowError): rows could not be read; what was shown stays.
    """

    session_activated = Signal(object)
    session_entered = Signal(object)
    nothing_activated = Signal()
    sorted = Signal(object)
    grouped = Signal(object)
    row_menu_asked = Signal(object)
    order_menu_asked = Signal(object)
    counted = Signal(str)
    selection_changed = Signal(int)
    clear_asked = Signal()
    narrowing_given_up = Signal(object)
    failed = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._want = ListWant((), is_utc=context.settings.current.is_utc, group_by=context.settings.current.group_by)
        self._about: tuple[View, str, bool] | None = None
        self._pinned: frozenset[SessionKey] = frozenset()
        self._why = Why.OTHER
        self._is_quiet = self._is_again_due = self._waits_for_rows = False
        self._changed: frozenset[StoreKey] = frozenset()
        self._next_line: int | None = None
        self._rows = Newest(context.jobs)
        self._model = SessionsModel(self)
        self._pages = RowPages(context, self._model, self)
        self._pane = SessionsPane(context.looks.current, self._model)
        self._face = ListFace(self._pane, self)
        self._chosen = ChosenSession(self._pane.view, self._model)
        # The timers end with the widget that their slots speak to.
        self._midnight = QTimer(self._pane, singleShot=True)
        self._catch_up = QTimer(self._pane, singleShot=True, interval=CATCH_UP_MS)
        self._slow = QTimer(self._pane, singleShot=True, interval=SLOW_MS)
        self._connect()
        self._wait_for_midnight()
        self.show_nothing()

    def _connect(self) -> None:
        view, bar = self._pane.view, self._pane.bar
        view.range_seen.connect(self._on_range_seen)
        self._chosen.activated.connect(self.session_activated)
        self._chosen.entered.connect(self.session_entered)
        self._chosen.row_needed.connect(self._read_seen)
        self._face.counted.connect(self.counted)
        view.selection_changed.connect(self._on_selection_changed)
        view.order_asked.connect(self.sort)
        view.row_menu_asked.connect(self.row_menu_asked)
        view.order_menu_asked.connect(self.order_menu_asked)
        bar.field.textChanged.connect(self.filter)
        bar.field.left.connect(self._on_field_left)
        self._pane.panel.button_clicked.connect(self._on_panel_button)
        self._pages.arrived.connect(self._on_pages_arrived)
        self._pages.failed.connect(self.failed)
        self._midnight.timeout.connect(self._on_midnight)
        self._catch_up.timeout.connect(self.reload_keeping_place)
        self._slow.timeout.connect(self._on_slow)
        self._context.looks.changed.connect(self._on_look_changed)
        self._context.settings.zone_changed.connect(self._on_zone_changed)
        self._context.jobs.activity.delivered.connect(self._on_jobs_moved)

    @property
    def pane(self) -> SessionsPane:
        """The pane's parts."""
        return self._pane

    @property
    def widget(self) -> QWidget:
        """The pane."""
        return self._pane

    @property
    def model(self) -> SessionsModel:
        """The rows."""
        return self._model

    @property
    def order(self) -> ListOrder:
        """The order that was asked for last."""
        return self._want.order

    @property
    def group_by(self) -> GroupBy:
        """The grouping that was asked for last."""
        return self._want.group_by

    # What is listed

    def show_scope(self, scope: Scope, choices: frozenset[Choice], session: SessionKey | None = None) -> None:
        """Show the sessions of a scope; the same scope again is a reload, which keeps the place.

        Args:
            choices: facets that narrow it.
            session: the session to choose; None for the one that is chosen, else the first row.
        """
        is_store = scope.is_store
        is_other = (scope.view, scope.name, is_store) != self._about or (is_store and scope.stores != self._want.stores)
        self._about = (scope.view, scope.name, is_store)
        self._show(scope.stores, scope.view, choices, session, is_other)

    def _show(
        self,
        stores: tuple[StoreKey, ...],
        view: View,
        choices: frozenset[Choice],
        session: SessionKey | None,
        is_other: bool,
    ) -> None:
        want = self._want
        if is_other:
            self._chosen.forget()
            self._face.of_count = None
            self._model.clear()
            self._pane.show_list()
            self._pane.bar.field.blockSignals(True)
            self._pane.bar.field.clear()
            self._pane.bar.field.blockSignals(False)
            self._use_text("")
        if session is not None:
            self._chosen.place = Place(session)
        is_narrowed = not is_other and choices != want.choices
        self._want = ListWant(stores, view, self._want.text, choices, want.order, want.group_by, want.is_utc)
        self._use_maker()
        self._pane.show_bar(True)
        self._chosen.is_unannounced = self._chosen.is_unannounced or not is_narrowed or session is not None
        self._load(Why.OTHER if is_other else Why.NARROW if is_narrowed else Why.AGAIN, "Reading sessions")

    def show_nothing(self) -> None:
        """Show that no store is chosen."""
        self._cancel_all()
        self._want = ListWant((), order=self._want.order, group_by=self._want.group_by, is_utc=self._want.is_utc)
        self._about = None
        self._chosen.forget()
        self._model.clear()
        self._face.show_nothing()

    @Slot()
    def reload(self) -> None:
        """Read the rows again and keep the place; the store itself is opened again by the library."""
        if self._want.stores:
            self._chosen.is_unannounced = True
            self._load(Why.AGAIN if self._model.session_count else Why.OTHER, "Reading sessions")

    @Slot()
    def reload_keeping_place(self) -> None:
        """List again because stores or what is known of them moved: nothing jumps, nothing is chosen anew."""
        self._is_again_due = self._waits_for_rows
        if self._want.stores and not self._waits_for_rows:
            self._load(Why.AGAIN, "Reading sessions", is_quiet=True)

    def reload_changed(self, stores: frozenset[StoreKey]) -> None:
        """The same after these stores were changed here: if the chosen row goes, the one in its place is chosen."""
        self._changed |= stores
        current = self._pane.view.current_row()
        self._next_line = self._next_line if current is None else current
        self.reload_keeping_place()

    @Slot(object)
    def sort(self, order: ListOrder) -> None:
        """Show the rows in another order; the chosen session stays chosen."""
        self._change(Why.ORDER, "Sorting sessions", order=order)
        self.sorted.emit(order)

    def group(self, group_by: GroupBy) -> None:
        """Show other headings between the rows, or none."""
        self._change(Why.ORDER, "Grouping sessions", group_by=group_by)
        self.grouped.emit(group_by)

    @Slot(str)
    def filter(self, text: str) -> None:
        """Show only sessions that have all words of a text; the chosen one stays chosen if it is among them."""
        self._use_text(text)
        if self._want.stores:
            self._load(Why.NARROW, "Filtering sessions", is_quiet=True)

    @Slot()
    def clear_filter(self) -> None:
        """Give up the text and the facets."""
        self._pane.bar.field.clear()
        if self._want.choices:
            self.clear_asked.emit()

    @Slot()
    def focus_filter(self) -> None:
        """Give the keyboard to the filter box, with its text selected."""
        self._pane.bar.field.setFocus()
        self._pane.bar.field.selectAll()

    @Slot(object)
    def show_pins(self, pinned: frozenset[SessionKey]) -> None:
        """Mark other sessions as pinned; a list of the pinned ones is listed anew."""
        self._pinned = pinned
        self._use_maker()
        if self._want.view is View.PINNED:
            self.reload_keeping_place()

    @Slot()
    def notice_known(self) -> None:
        """More was catalogued: what is seen is looked up, and a list that waits for it is asked for again, soon."""
        self._pages.look_up_again()
        self._read_seen()
        listed = self._model.listed
        # Rows may have come or gone; a list of one file, as it stands there, has them already.
        if (listed.waiting or is_catalogued(listed.want)) and not self._catch_up.isActive():
            self._catch_up.start()

    def _use_text(self, text: str) -> None:
        self._want = self._with(text=" ".join(text.split()))

    def _with(
        self, order: ListOrder | None = None, group_by: GroupBy | None = None, text: str | None = None
    ) -> ListWant:
        want, is_utc = self._want, self._context.settings.current.is_utc
        text = want.text if text is None else text
        return ListWant(
            want.stores, want.view, text, want.choices, order or want.order, group_by or want.group_by, is_utc
        )

    def _change(self, why: Why, name: str, order: ListOrder | None = None, group_by: GroupBy | None = None) -> None:
        self._want = self._with(order, group_by)
        if self._want.stores:
            self._load(why, name)

    def _load(self, why: Why, name: str, is_quiet: bool = False) -> None:
        # A list that never came is still to be shown from its top, whatever is asked of it meanwhile.
        self._why = Why.OTHER if self._why is Why.OTHER and self._waits_for_rows else why
        self._pages.cancel()
        self._catch_up.stop()
        self._is_quiet = is_quiet
        if self._why is not Why.OTHER and not is_quiet:
            self._set_stale(True)
        elif self._why is Why.NARROW and not self._slow.isActive():
            self._slow.start()
        context = self._context
        place, is_renewed = self._chosen.place, self._why is Why.AGAIN
        changed, self._changed = self._changed, frozenset()
        also = self._also_selected()
        work = list_work(context.library, context.lists, self._want, place, also, is_renewed, changed)
        self._waits_for_rows = True
        self._rows.run(Query(name, work), self._on_rows, self._on_rows_failed)

    def _on_slow(self) -> None:
        if self._waits_for_rows and self._why is Why.NARROW:
            self._set_stale(True)

    def _also_selected(self) -> Selected | None:
        """The selected rows, if they are several."""
        return Selected(*self._chosen.selected_rows()) if self._chosen.selected_count() > 1 else None

    def _on_rows(self, answer: ListAnswer) -> None:
        self._waits_for_rows = False
        listed, view, why = answer.listed, self._pane.view, self._why
        # Where nothing is known of any store yet, the first rows that come are still to be shown from their top.
        self._why = why if listed.waiting and not listed.handles else Why.AGAIN
        scrolled_px = view.verticalScrollBar().value()
        self._use_maker()
        self._model.set_listed(listed, self._make_heading if listed.groups else None)
        self._set_stale(False)
        self._face.say(listed)
        if listed.handles:
            row = 0 if answer.row is None and why is Why.OTHER else answer.row
            self._restore(why, row, answer.also, scrolled_px)
            self._read_seen()
        elif not listed.waiting:
            self._lose_chosen()
        if not listed.handles:
            self._on_selection_changed()  # what became empty as a whole says nothing of its selection
        if self._is_again_due:
            self.reload_keeping_place()

    def _restore(self, why: Why, row: int | None, also: Sequence[tuple[int, int]], scrolled_px: int) -> None:
        """Choose the row that was chosen, and show the part of the list that a person expects."""
        view, lines = self._pane.view, self._model.map
        line = None if row is None else lines.line_of(row)
        if row is not None or why is not Why.AGAIN:
            self._next_line = None
        elif self._next_line is not None and self._model.row_count:
            line = min(self._next_line, self._model.row_count - 1)
            self._chosen.is_unannounced = True
        is_narrowed = why is Why.NARROW and bool(self._want.text)
        view.choose_row(None)
        view.scrollToTop()
        view.choose_row(line, to_middle=bool(line) and why is not Why.AGAIN and not is_narrowed)
        view.select_also(tuple(span for rows in also for span in lines.line_spans(*rows)))
        if why is Why.AGAIN:
            view.verticalScrollBar().setValue(scrolled_px)
        elif is_narrowed:
            view.scrollToTop()
        if line is None and why is not Why.NARROW:
            self._lose_chosen()

    def _lose_chosen(self) -> None:
        """The chosen session is gone; one that a filter hides is not, nor one that is just being written anew."""
        if not (self._want.text or self._want.choices or self._is_quiet):
            self._chosen.forget()
            self.nothing_activated.emit()

    def _on_rows_failed(self, error: BurrowError) -> None:
        self._waits_for_rows = False
        self._set_stale(False)
        if self._model.session_count and self._why is not Why.OTHER:
            self._go_back()
        else:
            self._model.clear()
            self._face.show_failed(error)
        self.failed.emit(error)

    def _go_back(self) -> None:
        """What was asked for did not come: say again what is shown, the text in the filter box and facets included."""
        shown, field = self._model.listed.want, self._pane.bar.field
        if self._want.text != shown.text:
            field.blockSignals(True)
            field.setText(shown.text)
            field.blockSignals(False)
        self._want = self._with(self._model.order, shown.group_by, shown.text)
        self._face.say(self._model.listed)
        self.sorted.emit(self._want.order)
        self.grouped.emit(self._want.group_by)
        if self._want.choices != shown.choices:
            self.narrowing_given_up.emit(shown.choices)

    # What is chosen

    def chosen(self) -> SessionSummary | None:
        """The session of the current row; None if there is none or it is not read yet."""
        row = self._chosen.current()
        return row.summary if row is not None else None

    @property
    def choice(self) -> ChosenSession:
        """What is chosen and selected."""
        return self._chosen

    def selected(self) -> tuple[SessionSummary, ...]:
        """The selected sessions in display order, as far as they are read."""
        return self._chosen.selected()

    def _read_seen(self) -> None:
        self._on_range_seen(*self._pane.view.visible_rows())

    def _on_range_seen(self, first: int, end: int) -> None:
        if not self._waits_for_rows and end > first:
            self._pages.read(first, end, self._chosen.line_needed())

    def _on_pages_arrived(self) -> None:
        self._chosen.take_pages()
        self._read_seen()

    def _on_selection_changed(self) -> None:
        self.selection_changed.emit(self._chosen.selected_count())

    def _on_field_left(self) -> None:
        view = self._pane.view
        view.setFocus()
        if view.current_row() is None and self._model.row_count:
            view.setCurrentIndex(self._model.index(self._model.map.line_of(0) or 0, 0))

    # What is said

    def _make_heading(self, group: Group, is_folded: bool) -> Heading:
        maker, now_ms = self._pages.maker, time.time_ns() // 1_000_000
        return heading_of(group, self._model.listed.want.group_by, is_folded, maker.names, now_ms, maker.zone)

    def _use_maker(self) -> None:
        names, has_many = told_apart(self._context.library.facts()), len(self._want.stores) > 1
        is_under_day = self._want.group_by is GroupBy.DAY
        self._pages.use(RowMaker(names, self._context.settings.zone, self._pinned, has_many, is_under_day))
        self._pane.view.columns.show_store(has_many)

    def _on_panel_button(self) -> None:
        is_empty = self._model.listed.want is self._want and not self._model.session_count
        if is_empty and (self._want.text or self._want.choices):
            self.clear_filter()
        else:
            self.reload()

    def _set_stale(self, is_stale: bool) -> None:
        self._slow.stop()
        self._model.mark_stale(is_stale)
        self._pane.view.show_stale(is_stale)

    def _cancel_all(self) -> None:
        self._catch_up.stop()
        self._waits_for_rows = self._is_again_due = False
        self._rows.cancel()
        self._pages.cancel()

    def _on_jobs_moved(self) -> None:
        # A job that was cancelled calls nobody; without this its rows would be awaited for ever.
        if not self._waits_for_rows or self._rows.is_busy:
            return
        self._waits_for_rows = False
        if self._why is Why.OTHER:
            self._face.show_cancelled()
            return
        self._go_back()
        self._set_stale(False)
        self._read_seen()

    def _on_midnight(self) -> None:
        self._wait_for_midnight()
        self._model.remake_texts(self._pages.maker.remake)
        if self._want.group_by is GroupBy.DAY:
            self.reload_keeping_place()

    def _on_zone_changed(self) -> None:
        """Times are shown in another zone, in which days begin at another hour."""
        self._use_maker()
        self._want = self._with()
        self._on_midnight()

    def _wait_for_midnight(self) -> None:
        self._midnight.start(ms_to_midnight(time.time_ns() // 1_000_000, self._context.settings.zone) + 500)

    def _on_look_changed(self, look: Look) -> None:
        self._pane.set_look(look)
