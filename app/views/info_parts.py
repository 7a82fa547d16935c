"""Parts of the Info tab: how the store was opened, section heads, rows of names and values. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.present.info import InfoRow, InfoSection, OpenedText
from app.views.labels import IconLabel, TextLabel
from app.views.plain_text import PlainText

NAME_WIDTH = 200
NAME_SHARE = 0.4
"""Where there is little room, names take no more than this of it."""


class OpenedCard(QWidget):
    """How the store was opened and why, in a raised card."""

    def __init__(self, look: Look, text: OpenedText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        icon = IconLabel(look, 16, self)
        icon.set_icon(text.sign.icon, text.sign.role or "text_2", "")
        title = TextLabel(look, TypeUse.SECTION, "text", self)
        title.setText(text.sign.word)
        at = TextLabel(look, TypeUse.BODY, "text_2", self)
        at.setText(text.at)
        why = TextLabel(look, TypeUse.SMALL, "text_2", self)
        why.setText(text.why)
        why.wrap()
        for label in (title, at, why):
            label.make_copyable()
        head = QHBoxLayout()
        head.setSpacing(look.px(5))
        head.addWidget(title)
        head.addWidget(at)
        head.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(look.px(3))
        words.addLayout(head)
        words.addWidget(why)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(12), look.px(10), look.px(12), look.px(10))
        row.setSpacing(look.px(12))
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the card; Qt's name."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("raised"))
        radius = self._look.px(tokens()["radius"]["card"])
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()


class SectionHead(QWidget):
    """The name of a section, with a note at its right."""

    def __init__(self, look: Look, title: str, note: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = TextLabel(look, TypeUse.SECTION, "text", self)
        words.setText(title)
        self._note = TextLabel(look, TypeUse.SMALL, "text_2", self)
        self._note.setText(note)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, look.px(16), 0, look.px(4))
        row.addWidget(words)
        row.addStretch(1)
        row.addWidget(self._note)

    def say(self, note: str) -> None:
        """Show another note."""
        self._note.setText(note)


class ValueRow(QWidget):
    """A name and a value that can be selected and copied, under a line."""

    def __init__(self, look: Look, row: InfoRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._name = name = TextLabel(look, TypeUse.SMALL, "text_2", self)
        name.setText(row.name)
        name.setWordWrap(True)
        name.setFixedWidth(look.px(NAME_WIDTH))
        value = self._value(row)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, look.px(5), 0, look.px(6))
        line.setSpacing(look.px(8))
        line.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        if row.sign is not None:
            icon = IconLabel(look, 14, self)
            icon.set_icon(row.sign.icon, row.sign.role or "text_2", row.sign.word)
            line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(value, 1)

    def _value(self, row: InfoRow) -> QWidget:
        look, use, spoken = self._look, TypeUse.CODE if row.is_mono else TypeUse.SMALL, f"{row.name}: {row.value}"
        if row.is_unbroken:
            text = PlainText(look, use, "text", spoken, self)
            text.say(row.value)
            return text
        value = TextLabel(look, use, "text", self)
        value.setText(row.value)
        value.wrap()
        value.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        value.make_copyable()
        value.setAccessibleName(spoken)
        return value

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the value room enough; Qt's name."""
        super().resizeEvent(event)
        self._name.setFixedWidth(min(self._look.px(NAME_WIDTH), int(self.width() * NAME_SHARE)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the line above; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, self._look.colour("line"))
        painter.end()


def section_widget(look: Look, section: InfoSection, parent: QWidget) -> QWidget:
    """A section as one widget."""
    widget = QWidget(parent)
    widget.setAccessibleName(section.title)
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(SectionHead(look, section.title, section.note, widget))
    for row in section.rows:
        column.addWidget(ValueRow(look, row, widget))
    return widget
