"""The QActions of the window, made once from the registry and shared by menu bar, tool bar and context menus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.commands import ACTIONS, ActionId, ActionSpec
from app.look.look import Look
from app.menus import MENUS, Menu, MenuPart
from app.present.commands_text import REASONS, impossible_tip, plain_text
from app.present.one_line import as_tip
from app.views.menu_reasons import MenuReasons


class Actions(QObject):
    """All actions of one window.

    Attributes:
        by_id: the QAction of each id.

    Signals:
        triggered (ActionId): a person asked for it.
        session_menu_opening: a menu with actions on sessions is about to be seen.
    """

    triggered = Signal(object)
    session_menu_opening = Signal()

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self._groups: dict[str, QActionGroup] = {}
        self._reasons: Mapping[ActionId, str] = {}
        self._menu_reasons = MenuReasons(window, self._impossible)
        self.by_id = {name: self._make(name, spec) for name, spec in ACTIONS.items()}
        window.addActions(list(self.by_id.values()))
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Draw the icons in the colours of a look."""
        for name, spec in ACTIONS.items():
            if spec.icon:
                self.by_id[name].setIcon(look.icon(spec.icon, "text_2"))

    def enable(self, possible: Set[ActionId], reasons: Mapping[ActionId, str] | None = None) -> None:
        """Enable these actions and no others.

        Args:
            reasons: why some of the others are not possible, where that is more than what they need.
        """
        before, self._reasons = self._reasons, reasons or {}
        for name, action in self.by_id.items():
            is_possible = name in possible
            if action.isEnabled() is not is_possible or before.get(name) != self._reasons.get(name):
                action.setEnabled(is_possible)
                self._tell(name, action)

    def reason(self, name: ActionId) -> str:
        """Why an action is not possible now; "" while it is."""
        if self.by_id[name].isEnabled():
            return ""
        return self._reasons.get(name) or REASONS[ACTIONS[name].need]

    def _impossible(self, action: QAction) -> tuple[str, str] | None:
        """Title and text of the tool tip of a disabled entry; a menu in a menu has none."""
        name = action.data()
        reason = self.reason(ActionId(name)) if name in ACTIONS else ""
        return impossible_tip(plain_text(action.text()), reason) if reason else None

    def _tell(self, name: ActionId, action: QAction) -> None:
        """Say in the tool tip what the action does, and why it is not possible."""
        tip, words = _tip(action, ACTIONS[name]), self._impossible(action)
        action.setToolTip(tip if words is None else as_tip(f"{tip}\n{words[0]}: {words[1]}"))

    def check(self, name: ActionId, is_on: bool) -> None:
        """Show a switch as on or off."""
        self.by_id[name].setChecked(is_on)

    def fill_menu_bar(self, bar: QMenuBar, recent: QMenu) -> None:
        """Build all menus; `recent` stands where the registry says."""
        for menu in MENUS:
            bar.addMenu(self._make_menu(menu, bar, recent))

    def fill(self, menu: QMenu, entries: Iterable[ActionId | MenuPart | Menu], recent: QMenu | None = None) -> None:
        """Put actions into a menu, in order."""
        entries = tuple(entries)
        self._menu_reasons.serve(menu)
        if ActionId.ARCHIVE in entries:
            menu.aboutToShow.connect(self.session_menu_opening)
        for entry in entries:
            if isinstance(entry, ActionId):
                menu.addAction(self.by_id[entry])
            elif isinstance(entry, Menu):
                menu.addMenu(self._make_menu(entry, menu, recent))
            elif entry is MenuPart.SEPARATOR:
                menu.addSeparator()
            elif recent is not None:
                menu.addMenu(recent)

    def _make_menu(self, menu: Menu, parent: QWidget, recent: QMenu | None) -> QMenu:
        made = QMenu(menu.title, parent)
        self.fill(made, menu.entries, recent)
        return made

    def _make(self, name: ActionId, spec: ActionSpec) -> QAction:
        action = QAction(spec.text, self)
        action.setData(name)
        action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(_tip(action, spec))
        action.setStatusTip("")
        action.setIconVisibleInMenu(False)
        action.setCheckable(spec.is_checkable)
        if spec.group:
            if spec.group not in self._groups:
                self._groups[spec.group] = QActionGroup(self)
            self._groups[spec.group].addAction(action)
        action.triggered.connect(self._on_triggered)
        return action

    @Slot()
    def _on_triggered(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.triggered.emit(ActionId(sender.data()))


def _tip(action: QAction, spec: ActionSpec) -> str:
    """What it does, and its keys as this system writes them."""
    shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return f"{spec.tip}  {shown}" if shown else spec.tip
