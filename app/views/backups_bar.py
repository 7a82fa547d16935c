"""The foot of the window of changes: what is kept to undo them, and the button that cleans up. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.one_line import as_tip
from app.views.labels import IconLabel, TextLabel


class BackupsBar(QWidget):
    """An icon, a sentence and a button.

    Signals:
        clean_up_asked: its button.
    """

    clean_up_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = IconLabel(look, 14, self)
        self._text = TextLabel(look, TypeUse.SMALL, "text_2", self)
        self._text.wrap()
        self._button = QPushButton("Clean up backups…", self)
        self._button.clicked.connect(self.clean_up_asked)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._text, 1)
        self._row.addWidget(self._button)
        self.set_look(look)
        self.say("", "", is_possible=False)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._icon.set_look(look)
        self._icon.set_icon("hard-drive", "text_2", "")
        self._text.set_look(look)
        self._row.setContentsMargins(look.px(16), look.px(6), look.px(12), look.px(6))
        self._row.setSpacing(look.px(8))

    def say(self, words: str, tip: str, *, is_possible: bool) -> None:
        """Say what is kept.

        Args:
            tip: what the button would do, or why it can do nothing.
            is_possible: there is something to clean up.
        """
        self._text.setText(words)
        self._button.setEnabled(is_possible)
        self._button.setToolTip(as_tip(tip))
        self._button.setAccessibleDescription(tip)

    @property
    def button(self) -> QPushButton:
        """The button."""
        return self._button

    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground and the line above; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("window"))
        painter.fillRect(0, 0, self.width(), 1, self._look.colour("line"))
        painter.end()
