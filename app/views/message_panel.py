"""A calm panel in place of content: what is the matter in one sentence, and what can be done. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.views.labels import IconLabel, TextLabel


class MessagePanel(QWidget):
    """An icon, a title, a sentence, advice, and at most one button.

    Signals:
        button_clicked: the button was clicked.
    """

    button_clicked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel(look, 24, self)
        self._title = TextLabel(look, TypeUse.PAGE, "text", self)
        self._sentence = TextLabel(look, TypeUse.PROSE, "text_2", self)
        self._advice = TextLabel(look, TypeUse.PROSE, "text_2", self)
        self._button = QPushButton(self)
        self._button.clicked.connect(self.button_clicked)
        for label in (self._title, self._sentence, self._advice):
            label.wrap()
            label.make_copyable()
        self._words = QVBoxLayout()
        for widget in (self._title, self._sentence, self._advice):
            self._words.addWidget(widget)
        self._words.addSpacing(look.px(8))
        self._words.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        self._words.addStretch(1)
        row = QHBoxLayout(self)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._words, 1)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        for part in (self._icon, self._title, self._sentence, self._advice):
            part.set_look(look)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(look.px(24), look.px(32), look.px(24), look.px(24))
            layout.setSpacing(look.px(12))
        self._words.setSpacing(look.px(6))

    def say(self, icon: str, role: str, title: str, sentence: str, advice: str = "", button: str = "") -> None:
        """Show other words; an empty part is not shown."""
        self._icon.set_icon(icon, role, "")
        for label, text in ((self._title, title), (self._sentence, sentence), (self._advice, advice)):
            label.setText(text)
            label.setVisible(bool(text))
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self.setAccessibleName(title)
        self.setAccessibleDescription(f"{sentence} {advice}".strip())
