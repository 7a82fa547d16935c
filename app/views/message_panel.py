"""A calm panel in place of content: what is the matter in one sentence, and what can be done. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.views.labels import IconLabel, TextLabel

WIDEST = 560
"""Longest line of the words, at 100 %."""


class MessagePanel(QWidget):
    """An icon, a title, a sentence, advice, a path, and buttons in a row.

    Attributes:
        button: the first button; hidden until it has a word.

    Signals:
        button_clicked: the first button was clicked.
    """

    button_clicked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel(look, 24, self)
        self._title = TextLabel(look, TypeUse.PAGE, "text", self)
        self._sentence = TextLabel(look, TypeUse.PROSE, "text_2", self)
        self._advice = TextLabel(look, TypeUse.PROSE, "text_2", self)
        self._path = TextLabel(look, TypeUse.CODE, "text_3", self)
        self._labels = (self._title, self._sentence, self._advice, self._path)
        self.button = QPushButton(self)
        self.button.clicked.connect(self.button_clicked)
        self._words = QVBoxLayout()
        for label in self._labels:
            label.wrap()
            label.make_copyable()
            self._words.addWidget(label)
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.button)
        self._buttons.addStretch(1)
        self._words.addLayout(self._buttons)
        self._words.addStretch(1)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(self._words, 1)
        self.set_look(look)
        self.say("inbox", "text_3", "", "")

    def add_button(self, button: QPushButton) -> None:
        """Put another button after those that are there."""
        self._buttons.insertWidget(self._buttons.count() - 1, button)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._icon.set_look(look)
        for label in self._labels:
            label.set_look(look)
            label.setMaximumWidth(look.px(WIDEST))
        self._row.setContentsMargins(look.px(24), look.px(28), look.px(24), look.px(24))
        self._row.setSpacing(look.px(12))
        self._words.setSpacing(look.px(6))
        self._buttons.setContentsMargins(0, look.px(8), 0, 0)
        self._buttons.setSpacing(look.px(8))

    def say(
        self, icon: str, role: str, title: str, sentence: str, advice: str = "", button: str = "", path: str = ""
    ) -> None:
        """Show other words; an empty part is not shown."""
        self._icon.set_icon(icon, role, "")
        for label, text in zip(self._labels, (title, sentence, advice, path), strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(title)
        self.setAccessibleDescription(f"{sentence} {advice}".strip())

    def texts(self) -> tuple[str, str, str]:
        """Title, sentence and advice as shown."""
        return self._title.text(), self._sentence.text(), self._advice.text()
