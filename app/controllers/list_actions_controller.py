"""Carries out the actions of the list of sessions: order, groups, columns, filter, copying, pins. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.commands import GROUPINGS, SORT_KEYS, ActionId
from app.controllers.list_jobs import selected_work
from app.controllers.pins_controller import PinsController
from app.jobs import Newest, Query
from app.menus import COLUMNS_MENU, GROUP_MENU, LIST_MENU
from app.present.columns import BY_NAME, COLUMNS, Column, chosen_columns, first_order, with_column
from app.present.sizes import counted
from app.views.filter_bar import BarMenu
from store.errors import BurrowError
from store.values.listing import ListOrder
from store.values.session import SessionSummary

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.actions_controller import ActionsController
    from app.controllers.sessions_controller import SessionsController
    from app.views.main_window import MainWindow

_COLUMNS = {ActionId(f"column-{spec.name}"): column for column, spec in COLUMNS.items() if column is not Column.TITLE}


class ListActionsController(QObject):
    """One method for each action.

    Attributes:
        pins: which sessions are pinned.

    Signals:
        noted (str): what was just done, for the status bar.
        failed (BurrowError): it could not be done.
    """

    noted = Signal(str)
    failed = Signal(object)

    def __init__(
        self, context: Context, window: MainWindow, actions: ActionsController, sessions: SessionsController
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._actions, self._sessions = context, window, actions, sessions
        self._columns = sessions.pane.view.columns
        self._copying = Newest(context.jobs)
        self.pins = PinsController(context, self)
        actions.use(self._slots())
        self._restore_columns()
        self._columns.arranged.connect(self._check_columns)
        self._columns.moved.connect(self._on_columns_chosen)
        self._columns.sized.connect(self._on_columns_sized)
        sessions.pane.bar.menu_asked.connect(self._show_menu)
        sessions.pane.view.copy_asked.connect(self.copy_ids)
        sessions.sorted.connect(self._check_order)
        sessions.grouped.connect(self._on_grouped)
        sessions.selection_changed.connect(self._check_pin)
        sessions.session_activated.connect(self._check_pin)
        self.pins.pins_changed.connect(sessions.show_pins)
        self.pins.pins_changed.connect(self._check_pin)
        self.pins.failed.connect(self.failed)
        self._check_order(sessions.order)
        self._check_columns()
        actions.check({name: group is sessions.group_by for name, group in GROUPINGS.items()})

    def _slots(self) -> dict[ActionId, Callable[[], object]]:
        return {
            **dict.fromkeys(SORT_KEYS, self._sort),
            **dict.fromkeys(GROUPINGS, self._group),
            **dict.fromkeys(_COLUMNS, self._choose_columns),
            ActionId.SORT_DESCENDING: self._turn_order,
            ActionId.RESET_COLUMNS: self._reset_columns,
            ActionId.FILTER_SESSIONS: self._sessions.focus_filter,
            ActionId.CLEAR_FILTERS: self._sessions.clear_filter,
            ActionId.COPY_SESSION_ID: self.copy_ids,
            ActionId.COPY_SESSION_TITLE: self.copy_titles,
            ActionId.PIN: self._pin,
        }

    # Order and groups

    def _sort(self) -> None:
        key = next(key for name, key in SORT_KEYS.items() if self._actions.is_checked(name))
        self._sessions.sort(first_order(key))

    def _turn_order(self) -> None:
        order = self._sessions.order
        self._sessions.sort(ListOrder(order.key, not order.is_descending))

    @Slot(object)
    def _check_order(self, order: ListOrder) -> None:
        self._actions.check({name: order.key is key for name, key in SORT_KEYS.items()})
        self._actions.check({ActionId.SORT_DESCENDING: order.is_descending})

    def _group(self) -> None:
        self._sessions.group(next(group for name, group in GROUPINGS.items() if self._actions.is_checked(name)))

    @Slot(object)
    def _on_grouped(self, group_by: object) -> None:
        self._actions.check({name: group is group_by for name, group in GROUPINGS.items()})
        self._context.settings.update(group_by=group_by)

    # Columns

    def _restore_columns(self) -> None:
        settings = self._context.settings.current
        given = {BY_NAME[name]: width for name, width in settings.column_widths_px if name in BY_NAME}
        self._columns.use(chosen_columns(settings.columns), given)

    def _choose_columns(self) -> None:
        seen = self._columns.seen
        for name, column in _COLUMNS.items():
            if self._actions.is_checked(name) is not (column in seen):
                seen = with_column(seen, column, self._actions.is_checked(name))
        self._on_columns_chosen(seen)

    def _reset_columns(self) -> None:
        self._context.settings.update(columns=(), column_widths_px=())
        self._restore_columns()

    @Slot(object)
    def _on_columns_chosen(self, columns: tuple[Column, ...]) -> None:
        self._context.settings.update(columns=tuple(COLUMNS[column].name for column in columns))
        self._restore_columns()

    @Slot(object)
    def _on_columns_sized(self, given: dict[Column, int]) -> None:
        widths = tuple((COLUMNS[column].name, width) for column, width in given.items())
        self._context.settings.update(column_widths_px=widths)

    @Slot()
    def _check_columns(self) -> None:
        self._actions.check({name: column in self._columns.seen for name, column in _COLUMNS.items()})

    @Slot(object, object)
    def _show_menu(self, menu: BarMenu, at: QPoint) -> None:
        entries = {
            BarMenu.GROUPS: GROUP_MENU.entries,
            BarMenu.COLUMNS: COLUMNS_MENU.entries,
            BarMenu.MORE: LIST_MENU,
        }
        self._window.pop_up(entries[menu], at)

    # Copying

    @Slot()
    def copy_ids(self) -> None:
        """Put the ids of the selected sessions on the clipboard, one a line; else that of the session shown."""
        self._copy(self._on_ids_read)

    @Slot()
    def copy_titles(self) -> None:
        """Put the titles of the selected sessions on the clipboard, one a line."""
        self._copy(self._on_titles_read)

    def _copy(self, on_read: Callable[[tuple[SessionSummary, ...]], None]) -> None:
        sessions = self._sessions
        selected = sessions.selected()
        if selected and len(selected) == sessions.choice.selected_count():
            on_read(selected)
            return
        listed, spans = sessions.choice.selected_rows()
        if spans:
            work = selected_work(self._context.library, listed, spans, self._context.lists)
            self._copying.run(Query("Reading sessions", work), on_read, self._on_failed)

    def _on_ids_read(self, summaries: tuple[SessionSummary, ...]) -> None:
        QGuiApplication.clipboard().setText("\n".join(summary.key.session_id for summary in summaries))
        self.noted.emit(f"{counted(len(summaries), 'id')} copied")

    def _on_titles_read(self, summaries: tuple[SessionSummary, ...]) -> None:
        QGuiApplication.clipboard().setText("\n".join(summary.title for summary in summaries))
        self.noted.emit(f"{counted(len(summaries), 'title')} copied")

    def _on_failed(self, error: BurrowError) -> None:
        self.failed.emit(error)

    # Pins

    def _pin(self) -> None:
        is_pinned = self._actions.is_checked(ActionId.PIN)
        listed, spans = self._sessions.choice.selected_rows()
        key = self._sessions.choice.key()
        self.pins.pin((key,) if key is not None and not spans else (), listed, spans, is_pinned)

    @Slot()
    def _check_pin(self, *_what: object) -> None:
        self._actions.check({ActionId.PIN: self._sessions.choice.key() in self.pins.pinned})
