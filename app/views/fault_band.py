"""A calm band above content that has faults: what does not agree, in sentences. Nothing is hidden. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.views.labels import IconLabel, TextLabel

SHOWN_SENTENCES = 3


class FaultBand(QWidget):
    """An amber box with an icon and up to three sentences; the rest is counted and stands in Info.

    Signals:
        info_asked: its button, which leads there.
    """

    info_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = IconLabel(look, 14, self)
        self._words = TextLabel(look, TypeUse.SMALL, "text", self)
        self._words.wrap()
        self._words.make_copyable()
        self._row = QHBoxLayout(self)
        icons = QVBoxLayout()
        icons.setContentsMargins(0, 1, 0, 0)
        icons.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(icons)
        self._row.addWidget(self._words, 1)
        self._button = QPushButton("Info", self)
        self._button.setProperty("small", True)
        self._button.setToolTip("Show in Info what is wrong")
        self._button.setAccessibleName("Show in Info what is wrong")
        self._button.clicked.connect(self.info_asked)
        self._row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)
        self.set_look(look)
        self.say(())

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._icon.set_look(look)
        self._icon.set_icon("triangle-alert", "warn", "Faults")
        self._words.set_look(look)
        self._row.setContentsMargins(look.px(16 + 10), look.px(8 + 7), look.px(16 + 10), look.px(7))
        self._row.setSpacing(look.px(8))
        self.update()

    def say(self, sentences: tuple[str, ...]) -> None:
        """Show these sentences; nothing at all for none."""
        shown = list(sentences[:SHOWN_SENTENCES])
        if len(sentences) > SHOWN_SENTENCES:
            shown.append(f"{len(sentences) - SHOWN_SENTENCES:,} more in Info.")
        self._words.setText("\n".join(shown))
        self.setAccessibleName(" ".join(shown))
        self.setVisible(bool(shown))

    @property
    def text(self) -> str:
        """The sentences as shown."""
        return self._words.text()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the box; Qt's name."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.colour("warn_line"))
        painter.setBrush(look.colour("warn_tint"))
        box = self.rect().toRectF().adjusted(look.px(16) + 0.5, look.px(8) + 0.5, -look.px(16) - 0.5, -0.5)
        radius = look.px(tokens()["radius"]["control"])
        painter.drawRoundedRect(box, radius, radius)
        painter.end()
