"""Carries out the actions of menus, tool bar and keys, and says which are possible. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication

from app.commands import ActionId, ShellState, enabled_actions
from app.controllers.pane_focus import PaneFocus
from app.controllers.window_memory import WindowMemory
from app.look.look import Look
from app.views.main_window import MainWindow
from app.views.path_chooser import PathChooser

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.progress_controller import ProgressController
    from app.controllers.transcript_controller import TranscriptController

_MANY = QAbstractItemView.SelectionMode.ExtendedSelection


class ActionsController(QObject):
    """One method for each action.

    Args:
        transcript: gives the transcript, which may be built only then.

    Attributes:
        chooser: asks for paths.
        panes: the parts that F6 goes through.

    Signals:
        reload_asked: F5; whoever knows what is shown decides what is read again.
    """

    reload_asked = Signal()

    def __init__(
        self,
        context: Context,
        window: MainWindow,
        memory: WindowMemory,
        transcript: Callable[[], TranscriptController],
        progress: ProgressController,
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._memory = context, window, memory
        self._transcript, self._progress = transcript, progress
        self._state = ShellState(zoom_percent=context.looks.current.zoom_percent)
        self._reasons: Mapping[ActionId, str] = {}
        self.chooser = PathChooser(window)
        self.panes = PaneFocus()
        self._slots: dict[ActionId, Callable[[], object]] = {
            ActionId.OPEN: self.chooser.ask_files,
            ActionId.OPEN_FOLDER: self.chooser.ask_folder,
            ActionId.QUIT: window.close,
            ActionId.COPY: self._copy,
            ActionId.COPY_MARKDOWN: lambda: transcript().copy_as_markdown(),
            ActionId.SELECT_ALL: self._select_all,
            ActionId.SHOW_LIBRARY: self._show_panes,
            ActionId.SHOW_PAGE: self._show_panes,
            ActionId.RELOAD: self.reload_asked.emit,
            ActionId.NEXT_MESSAGE: lambda: transcript().next_message(),
            ActionId.PREVIOUS_MESSAGE: lambda: transcript().previous_message(),
            ActionId.NEXT_PROMPT: lambda: transcript().next_prompt(),
            ActionId.PREVIOUS_PROMPT: lambda: transcript().previous_prompt(),
            ActionId.TOGGLE_RAW: lambda: transcript().toggle_raw(),
            ActionId.NEXT_PANE: lambda: self.panes.move(1),
            ActionId.PREVIOUS_PANE: lambda: self.panes.move(-1),
            ActionId.CANCEL: progress.cancel,
        }
        window.actions_of.triggered.connect(self._on_triggered)
        progress.busy_changed.connect(self._on_busy_changed)
        context.looks.changed.connect(self._on_look_changed)
        self._check_switches()
        self._enable()

    def use(self, slots: Mapping[ActionId, Callable[[], object]]) -> None:
        """Let these actions be carried out by others; an action that nobody carries out stays disabled."""
        self._slots.update(slots)
        self._enable()

    @property
    def carried_out(self) -> frozenset[ActionId]:
        """The actions that somebody carries out."""
        return frozenset(self._slots)

    def check(self, chosen: Mapping[ActionId, bool]) -> None:
        """Show switches as on or off."""
        for name, is_on in chosen.items():
            self._window.actions_of.check(name, is_on)

    def is_checked(self, name: ActionId) -> bool:
        """Whether a switch is on, as a person just left it."""
        return bool(self._window.actions_of.by_id[name].isChecked())

    def say(self, *, has_panes: bool, has_store: bool, has_session: bool, has_list: bool) -> None:
        """Tell what is shown now."""
        zoom_percent = self._context.looks.current.zoom_percent
        self._state = ShellState(has_panes, has_store, has_session, self._progress.is_busy, zoom_percent, has_list)
        self._enable()

    def say_reasons(self, reasons: Mapping[ActionId, str]) -> None:
        """Tell which actions are not possible with what is chosen, and why."""
        self._reasons = reasons
        self._enable()

    def _enable(self) -> None:
        possible = enabled_actions(self._state) & self._slots.keys()
        refused = {name: reason for name, reason in self._reasons.items() if name in possible}
        self._window.actions_of.enable(possible - refused.keys(), refused)

    def _check_switches(self) -> None:
        settings, actions = self._context.settings.current, self._window.actions_of
        actions.check(ActionId.SHOW_LIBRARY, settings.is_library_shown)
        actions.check(ActionId.SHOW_PAGE, settings.is_page_shown)

    @Slot(object)
    def _on_triggered(self, name: ActionId) -> None:
        self._slots[name]()

    @Slot(bool)
    def _on_busy_changed(self, _is_busy: bool) -> None:
        is_busy, zoom_percent = self._progress.is_busy, self._context.looks.current.zoom_percent
        self._state = replace(self._state, is_busy=is_busy, zoom_percent=zoom_percent)
        self._enable()

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        self._state = replace(self._state, zoom_percent=look.zoom_percent)
        self._enable()

    def _show_panes(self) -> None:
        actions = self._window.actions_of.by_id
        self._memory.show_panes(actions[ActionId.SHOW_LIBRARY].isChecked(), actions[ActionId.SHOW_PAGE].isChecked())

    def _copy(self) -> None:
        if not self._press(Qt.Key.Key_C):
            self._transcript().copy()

    def _select_all(self) -> None:
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractItemView) and focused.selectionMode() is _MANY:
            focused.selectAll()  # it does not accept the key with which it does this
        elif not self._press(Qt.Key.Key_A):
            self._transcript().select_all()

    def _press(self, key: Qt.Key) -> bool:
        """Hand Ctrl and a key on to the part with the focus, since the menu's shortcut took it away from there."""
        focused = QApplication.focusWidget()
        transcript = self._transcript().widget
        if focused is None or focused is transcript or transcript.isAncestorOf(focused):
            return False
        if not any(pane is focused or pane.isAncestorOf(focused) for pane in self.panes.panes):
            return False
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.ControlModifier)
        event.ignore()
        # Not sendEvent(): that would look for a shortcut first, find this one, and never end.
        focused.event(event)
        return event.isAccepted()
