"""Gives the keyboard back to where it was before a menu, also after a dialog that one of its entries opened.

Qt's menu bar takes the keyboard for its keys and gives it back itself, but not once another window has come between:
then it would keep it, and the arrow keys would open menus. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QMenu, QMenuBar, QWidget
from shiboken6 import isValid


class MenuFocus(QObject):
    """Serves one menu bar for as long as it lives."""

    def __init__(self, application: QApplication, bar: QMenuBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._before: QWidget | None = None
        application.focusChanged.connect(self._on_focus_changed)

    @Slot("QWidget*", "QWidget*")
    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is not self._bar:
            return
        if old is None:
            # The window came back to the front: no key opened the bar.
            if self._before is not None and isValid(self._before) and self._before.isVisible():
                self._before.setFocus()
        elif not isinstance(old, QMenu) and old.window() is self._bar.window():
            self._before = old
