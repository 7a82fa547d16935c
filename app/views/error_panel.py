"""The panel in place of a list when a store cannot be read: what was found, what can be done. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QWidget

from app.look.look import Look
from app.views.message_panel import MessagePanel
from app.views.painting import set_button_icon


class ErrorPanel(QScrollArea):
    """A message with its path and two buttons, which can be scrolled where it is longer than the window.

    Signals:
        again_asked: Try again.
        cancel_asked: Cancel, which stands in its place while something is waited for.
        in_place_asked: Read in place, which is offered where it helps.
        copy_asked: Copy.
    """

    again_asked = Signal()
    cancel_asked = Signal()
    in_place_asked = Signal()
    copy_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panel = MessagePanel(look, self)
        self._again = self._panel.button
        self._again.setProperty("main", True)
        self._in_place = QPushButton("Read in place", self)
        self._in_place.setToolTip("Read it beside the program that writes it; this touches its -shm file")
        self._in_place.clicked.connect(self.in_place_asked)
        self._panel.add_button(self._in_place)
        self._copy = QPushButton("Copy", self)
        self._panel.add_button(self._copy)
        self._is_waiting = False
        self._again.clicked.connect(self._on_first_clicked)
        self._copy.clicked.connect(self.copy_asked)
        self.setWidget(self._panel)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        for ground in (self, self._panel):
            ground.setBackgroundRole(QPalette.ColorRole.Base)
        self._panel.setAutoFillBackground(True)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._panel.set_look(look)
        set_button_icon(self._copy, look, "copy", "text")

    def show_failure(self, title: str, sentence: str, advice: str, path: str, can_read_in_place: bool = False) -> None:
        """Show what was found, what can be done, and where."""
        self._is_waiting = False
        self._in_place.setVisible(can_read_in_place)
        self._panel.say("triangle-alert", "error", title, sentence, advice, "Try again", path)
        self.setFocusProxy(self._again)

    def show_waiting(self, title: str, sentence: str, advice: str, path: str) -> None:
        """Show what is waited for, and offer to give it up."""
        self._is_waiting = True
        self._in_place.setVisible(False)
        self._panel.say("clock", "warn", title, sentence, advice, "Cancel", path)
        self.setFocusProxy(self._again)

    @Slot()
    def _on_first_clicked(self) -> None:
        (self.cancel_asked if self._is_waiting else self.again_asked).emit()

    def texts(self) -> tuple[str, str, str]:
        """Title, sentence and advice as shown."""
        return self._panel.texts()
