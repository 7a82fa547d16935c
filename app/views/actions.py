"""The QActions of the window, made once from the registry and shared by menu bar, tool bar and context menus."""

from __future__ import annotations

from collections.abc import Iterable, Set

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.commands import ACTIONS, ActionId, ActionSpec
from app.look.look import Look
from app.menus import MENUS, Menu, MenuPart


class Actions(QObject):
    """All actions of one window.

    Attributes:
        by_id: the QAction of each id.

    Signals:
        triggered (ActionId): a person asked for it.
    """

    triggered = Signal(object)

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self._groups: dict[str, QActionGroup] = {}
        self.by_id = {name: self._make(name, spec) for name, spec in ACTIONS.items()}
        window.addActions(list(self.by_id.values()))
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Draw the icons in the colours of a look."""
        for name, spec in ACTIONS.items():
            if spec.icon:
                self.by_id[name].setIcon(look.icon(spec.icon, "text_2"))

    def enable(self, possible: Set[ActionId]) -> None:
        """Enable these actions and no others."""
        for name, action in self.by_id.items():
            action.setEnabled(name in possible)

    def check(self, name: ActionId, is_on: bool) -> None:
        """Show a switch as on or off."""
        self.by_id[name].setChecked(is_on)

    def fill_menu_bar(self, bar: QMenuBar, recent: QMenu) -> None:
        """Build all menus; `recent` stands where the registry says."""
        for menu in MENUS:
            bar.addMenu(self._make_menu(menu, bar, recent))

    def fill(self, menu: QMenu, entries: Iterable[ActionId | MenuPart | Menu], recent: QMenu | None = None) -> None:
        """Put actions into a menu, in order."""
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
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{spec.tip}  {shown}" if shown else spec.tip)
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
