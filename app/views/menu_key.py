"""Shift+F10, which opens the menu of what has the focus as the menu key does. GUI thread only.

Windows makes both into the same event; on X11 and Wayland Qt knows the menu key alone.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtGui import QContextMenuEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

KEYS = "Shift+F10"


class MenuKey(QShortcut):
    """The keys, in every window of the program."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(QKeySequence(KEYS), window)
        self.setContext(Qt.ShortcutContext.ApplicationShortcut)
        self.activated.connect(self._on_activated)

    @Slot()
    def _on_activated(self) -> None:
        focused = QApplication.focusWidget()
        if focused is None:
            return
        found = focused.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
        at = (found if isinstance(found, QRect) else focused.rect()).center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, focused.mapToGlobal(at))
        QApplication.sendEvent(focused, event)
