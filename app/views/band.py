"""A band below a list: one sentence and one button, for what a person may want to do and need not. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.present.one_line import as_tip, one_line
from app.views.labels import TextLabel

SENTENCE_PX = 220
"""What is left beside the button for margins, icon and sentence; with less the button stands below them."""


class Band(QWidget):
    """An amber band with icon, sentence and button.

    Signals:
        action_asked: its button.
    """

    action_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._icon_name = look, "refresh-cw"
        self._icon = QLabel(self)
        self._text = TextLabel(look, TypeUse.BODY, "text", self)
        self._text.wrap()
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._text.setSizePolicy(policy)
        self._button = QPushButton(self)
        self._button.clicked.connect(self.action_asked)
        self._words = QHBoxLayout()
        self._words.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        self._words.addWidget(self._text, 1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.addLayout(self._words, 1)
        self._row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName("Notice")
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self._text.set_look(look)
        margin = look.px(8)
        self._row.setContentsMargins(
            margin + look.px(10), margin + look.px(3), margin + look.px(6), margin + look.px(3)
        )
        self._row.setSpacing(look.px(8))
        self._words.setSpacing(look.px(8))
        self._icon.setPixmap(look.pixmap(self._icon_name, "warn", 14, self.devicePixelRatioF()))
        self.update()

    def say(self, text: str, action: str = "", icon: str = "") -> None:
        """Show the band with a sentence, a button and an icon; hide it with no sentence."""
        self._text.setText(one_line(text))
        self._text.setToolTip(as_tip(text))
        self._button.setText(action)
        self._button.setVisible(bool(action))
        if icon:
            self._icon_name = icon
            self._icon.setPixmap(self._look.pixmap(icon, "warn", 14, self.devicePixelRatioF()))
        self._arrange()
        self.setVisible(bool(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the button below the sentence where both have no room side by side; Qt's name."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        taken = self._button.sizeHint().width() if self._button.text() else 0
        has_room = not taken or self.width() - taken >= self._look.px(SENTENCE_PX)
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.LeftToRight if has_room else directions.TopToBottom)

    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the tinted box."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._look.colour("base"))
        painter.setPen(QPen(self._look.colour("warn_line"), 1))
        painter.setBrush(self._look.colour("warn_tint"))
        margin, radius = self._look.px(8), self._look.px(tokens()["radius"]["control"])
        box = self.rect().adjusted(margin, margin, -margin, -margin)
        painter.translate(0.5, 0.5)
        painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
