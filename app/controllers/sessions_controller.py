"""The middle pane: lists the sessions of a scope, loads the rows a person looks at; says which session was chosen.

GUI thread only; every read is a job, and only the newest question counts. The chosen session is remembered by its key,
whatever happens to the rows around it.
"""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.controllers.list_jobs import ListAnswer, Place, RowMaker, list_work, row_of
from app.controllers.row_pages import RowPages
from app.controllers.scope_controller import Scope
from app.jobs import Newest, Query
from app.look.look import Look
from app.models.sessions_model import SessionsModel
from app.present.headings import Heading, heading_of
from app.present.list_words import EmptyWords, count_words, empty_words, hit_words, needs_catalogue, progress_words
from app.present.row_text import RowText
from app.present.sizes import counted
from app.present.store_words import told_apart
from app.present.times import ms_to_midnight
from app.views.sessions_pane import SessionsPane
from store.errors import BurrowError
from store.values.listing import Choice, Group, GroupBy, Listed, ListOrder, ListWant, View
from store.values.session import SessionSummary
from store.values.store import SessionKey, StoreFacts, StoreKey

if TYPE_CHECKING:
    from app.context import Context

SETTLE_MS = 60
"""A row counts as chosen when it stayed current so long: a held arrow key must not open every session it passes."""

CATCH_UP_MS = 1_000
"""A list that waits for the catalogue is asked for again at most so often while the catalogue grows."""

ALSO_SELECTED = 1_000
"""So many rows at most stay selected together when the rows become others."""


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
    failed = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._want = ListWant((), is_utc=context.settings.current.is_utc, group_by=context.settings.current.group_by)
        self._about: tuple[View, str, bool] | None = None
        self._place: Place | None = None
        self._pinned: frozenset[SessionKey] = frozenset()
        self._of_count: int | None = None
        self._why = Why.OTHER
        self._unannounced = self._is_quiet = False
        self._waits_for_rows = False
        self._rows = Newest(context.jobs)
        self._model = SessionsModel(self)
        self._pages = RowPages(context, self._model, self)
        self._pane = SessionsPane(context.looks.current, self._model)
        # The timers end with the widget that their slots speak to.
        self._settle = QTimer(self._pane, singleShot=True, interval=SETTLE_MS)
        self._midnight = QTimer(self._pane, singleShot=True)
        self._catch_up = QTimer(self._pane, singleShot=True, interval=CATCH_UP_MS)
        self._connect()
        self._wait_for_midnight()
        self.show_nothing()

    def _connect(self) -> None:
        view, bar = self._pane.view, self._pane.bar
        view.range_seen.connect(self._on_range_seen)
        view.row_chosen.connect(self._on_row_chosen)
        view.row_entered.connect(self._on_row_entered)
        view.fold_asked.connect(self._on_fold_asked)
        view.selection_changed.connect(self._on_selection_changed)
        view.order_asked.connect(self.sort)
        view.row_menu_asked.connect(self.row_menu_asked)
        view.order_menu_asked.connect(self.order_menu_asked)
        bar.field.textChanged.connect(self.filter)
        bar.field.left.connect(self._on_field_left)
        self._pane.panel.button_clicked.connect(self._on_panel_button)
        self._pages.arrived.connect(self._on_pages_arrived)
        self._pages.failed.connect(self.failed)
        self._settle.timeout.connect(self._announce)
        self._midnight.timeout.connect(self._on_midnight)
        self._catch_up.timeout.connect(self.reload_keeping_place)
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

    def show_store(self, facts: StoreFacts, session_id: str | None = None) -> None:
        """Show all sessions of one open store, as `show_scope` does."""
        session = None if session_id is None else SessionKey(facts.key, session_id)
        self._of_count = facts.session_count
        self.show_scope(Scope((facts.key,), View.ALL, facts.name, is_store=True), frozenset(), session)

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
            self._place = None
            self._settle.stop()
            self._model.clear()
            self._pane.show_list()
            self._pane.bar.field.blockSignals(True)
            self._pane.bar.field.clear()
            self._pane.bar.field.blockSignals(False)
            self._use_text("")
        if session is not None:
            self._place = Place(session)
        is_narrowed = not is_other and choices != want.choices
        self._want = ListWant(stores, view, self._want.text, choices, want.order, want.group_by, want.is_utc)
        self._use_maker()
        self._pane.show_bar(True)
        self._unannounced = self._unannounced or not is_narrowed or session is not None
        self._load(Why.OTHER if is_other else Why.NARROW if is_narrowed else Why.AGAIN, "Reading sessions")

    def show_nothing(self) -> None:
        """Show that no store is chosen."""
        self._cancel_all()
        self._want = ListWant((), order=self._want.order, group_by=self._want.group_by, is_utc=self._want.is_utc)
        self._place = self._of_count = self._about = None
        self._model.clear()
        self._pane.show_bar(False)
        self._pane.show_panel(
            "inbox", "text_3", "No store chosen", "Choose a store in the library to see its sessions."
        )
        self.counted.emit("")

    @Slot()
    def reload(self) -> None:
        """Read the rows again and keep the place; the store itself is opened again by the library."""
        if self._want.stores:
            self._unannounced = True
            self._load(Why.AGAIN if self._model.session_count else Why.OTHER, "Reading sessions")

    @Slot()
    def reload_keeping_place(self) -> None:
        """List again because stores or what is known of them moved: nothing jumps, nothing is chosen anew."""
        if self._want.stores and not self._waits_for_rows:
            self._load(Why.AGAIN, "Reading sessions", is_quiet=True)

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
        self._on_range_seen(*self._pane.view.visible_rows())
        listed = self._model.listed
        is_incomplete = bool(listed.waiting) or (listed.known < listed.total and needs_catalogue(listed.want))
        if is_incomplete and not self._catch_up.isActive():
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
        context = self._context
        work = list_work(
            context.library, context.lists, self._want, self._place, self._also_selected(), self._why is Why.AGAIN
        )
        self._waits_for_rows = True
        self._rows.run(Query(name, work), self._on_rows, self._on_rows_failed)

    def _also_selected(self) -> tuple[tuple[StoreKey, int], ...]:
        """Stores and handles of the selected rows, if they are several and not too many."""
        if not 1 < self.selected_count() <= ALSO_SELECTED:
            return ()
        spans = self._pane.view.selected_spans()
        found = (self._model.handle_at(line) for begin, end in spans for line in range(begin, end))
        return tuple(handle for handle in found if handle is not None)

    def _on_rows(self, answer: ListAnswer) -> None:
        self._waits_for_rows = False
        listed, view, why = answer.listed, self._pane.view, self._why
        self._why = Why.AGAIN
        scrolled_px = view.verticalScrollBar().value()
        if not (listed.want.text or listed.want.choices):
            self._of_count = len(listed.handles)
        self._use_maker()
        self._model.set_listed(listed, self._make_heading if listed.groups else None)
        self._set_stale(False)
        self._say_counts()
        if not listed.handles and listed.waiting:
            # Nothing is known of any store yet; who fills the catalogue says when there is.
            self._why = why
            self._pane.show_panel("clock", "text_3", "Reading sessions", "Nothing is known of these stores yet.")
            return
        if not listed.handles:
            self._show_empty(empty_words(listed, self._of_count))
            return
        self._pane.show_list()
        row = 0 if answer.row is None and why is Why.OTHER else answer.row
        self._restore(why, row, answer.also, scrolled_px)
        self._on_range_seen(*view.visible_rows())

    def _restore(self, why: Why, row: int | None, also: tuple[int, ...], scrolled_px: int) -> None:
        """Choose the row that was chosen, and show the part of the list that a person expects."""
        view, line_of = self._pane.view, self._model.map.line_of
        line = None if row is None else line_of(row)
        is_narrowed = why is Why.NARROW and bool(self._want.text)
        view.choose_row(None)
        view.scrollToTop()
        view.choose_row(line, to_middle=bool(line) and why is not Why.AGAIN and not is_narrowed)
        view.select_also(tuple(other for other in map(line_of, also) if other is not None))
        if why is Why.AGAIN:
            view.verticalScrollBar().setValue(scrolled_px)
        elif is_narrowed:
            view.scrollToTop()
        if row is None and self._place is not None and why is not Why.NARROW:
            # Of a session that went away by itself the last state stays on the page.
            if not (self._want.text or self._want.choices or self._is_quiet):
                self._place = None
                self.nothing_activated.emit()
        elif row is None and self._place is None and why is Why.AGAIN:
            self._unannounced = False

    def _on_rows_failed(self, error: BurrowError) -> None:
        self._waits_for_rows = False
        self._set_stale(False)
        if self._model.session_count and self._why is not Why.OTHER:
            self._want = self._with(self._model.order, self._model.listed.want.group_by)
            self.sorted.emit(self._want.order)
        else:
            self._model.clear()
            self._pane.show_panel(
                "triangle-alert", "error", "The sessions cannot be read", error.sentence, error.advice, "Try again"
            )
        self.failed.emit(error)

    # What is chosen

    def chosen(self) -> SessionSummary | None:
        """The session of the current row; None if there is none or it is not read yet."""
        row = self._current()
        return row.summary if row is not None else None

    def place(self) -> SessionKey | None:
        """The session that was announced last, though the list may not show it now."""
        return self._place.key if self._place is not None else None

    def selected(self) -> tuple[SessionSummary, ...]:
        """The selected sessions in display order, as far as they are read."""
        found = (row for span in self._pane.view.selected_spans() for row in self._model.loaded_in(*span))
        return tuple(row.summary for row in found)

    def selected_count(self) -> int:
        """How many sessions are selected, read or not."""
        return sum(self._model.map.count_rows(*span) for span in self._pane.view.selected_spans())

    def selected_rows(self) -> tuple[Listed, tuple[tuple[int, int], ...]]:
        """The list and the selected rows in it, as half open spans; for jobs that need all of them."""
        spans = (rows for span in self._pane.view.selected_spans() for rows in self._model.map.row_spans(*span))
        return self._model.listed, tuple(spans)

    def _current(self) -> RowText | None:
        line = self._pane.view.current_row()
        return None if line is None else self._model.row_at(line)

    def _on_range_seen(self, first: int, end: int) -> None:
        if not self._waits_for_rows and end > first:
            self._pages.read(first, end, self._pane.view.current_row() if self._unannounced else None)

    def _on_pages_arrived(self) -> None:
        if self._unannounced and not self._settle.isActive():
            self._announce()
        self._on_range_seen(*self._pane.view.visible_rows())

    def _on_row_chosen(self, line: int) -> None:
        self._unannounced = True
        self._settle.start()
        # The row may lie outside of what was reported last, after a jump to the end.
        if self._model.row_at(line) is None:
            self._on_range_seen(*self._pane.view.visible_rows())

    def _announce(self) -> None:
        row = self._current()
        if row is None or not self._unannounced:
            return
        self._unannounced = False
        self._place = Place(row.summary.key, row.summary.handle)
        self.session_activated.emit(row.summary)

    def _on_row_entered(self, line: int) -> None:
        text = self._model.row_at(line)
        if text is not None:
            self._settle.stop()
            self._announce()
            self.session_entered.emit(text.summary)

    def _on_selection_changed(self) -> None:
        self.selection_changed.emit(self.selected_count())

    def _on_fold_asked(self, group: int, is_folded: bool) -> None:
        view = self._pane.view
        chosen = view.current_row()
        handle = self._model.handle_at(chosen) if chosen is not None else None
        view.fold(group, is_folded)
        place = self._place
        if is_folded or place is None or handle is not None:
            return
        # The chosen session was folded away with its group, and is chosen again now that it is seen.
        row = None if place.handle is None else row_of(self._model.listed, place.key.store, place.handle)
        line = None if row is None else self._model.map.line_of(row)
        if line is not None and not self.selected_count():
            view.choose_row(line)

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

    def _show_empty(self, words: EmptyWords) -> None:
        self._pane.show_panel(words.icon, "text_3", words.title, words.sentence, words.advice, words.button)
        if not (self._want.text or self._want.choices or self._is_quiet):
            self._place = None
            self.nothing_activated.emit()

    def _say_counts(self) -> None:
        listed = self._model.listed
        words = [count_words(listed, self._of_count), progress_words(listed)]
        self._pane.bar.field.say_hits(hit_words(listed, self._of_count))
        count = len(listed.handles) if self._of_count is None else self._of_count
        self._pane.bar.field.setPlaceholderText(f"Filter {counted(count, 'session')}")
        self.counted.emit(" · ".join(part for part in words if part))

    def _on_panel_button(self) -> None:
        if self._model.generation and (self._want.text or self._want.choices) and not self._waits_for_rows:
            self.clear_filter()
        else:
            self.reload()

    def _set_stale(self, is_stale: bool) -> None:
        self._model.mark_stale(is_stale)
        self._pane.view.show_stale(is_stale)

    def _cancel_all(self) -> None:
        self._settle.stop()
        self._catch_up.stop()
        self._waits_for_rows = False
        self._rows.cancel()
        self._pages.cancel()

    def _on_jobs_moved(self) -> None:
        # A job that was cancelled calls nobody; without this its rows would be awaited for ever.
        if not self._waits_for_rows or self._rows.is_busy:
            return
        self._waits_for_rows = False
        if self._why is Why.OTHER:
            self._pane.show_panel("ban", "text_3", "Cancelled", "The sessions were not read.", button="Read them")
            return
        self._want = self._with(self._model.order, self._model.listed.want.group_by)
        self._set_stale(False)
        self._on_range_seen(*self._pane.view.visible_rows())

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
