"""Parts of the Info tab: how the store was opened, section heads, rows of names and values. GUI thread only."""

from __future__ import annotations

from dataclasses import replace

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
        self._icon = icon = IconLabel(look, 16, self)
        self._title = title = TextLabel(look, TypeUse.SECTION, "text", self)
        self._at = at = TextLabel(look, TypeUse.BODY, "text_2", self)
        self._why = why = TextLabel(look, TypeUse.SMALL, "text_2", self)
        why.wrap()
        self.say(text)
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

    def say(self, text: OpenedText) -> None:
        """Show how another store was opened."""
        self._icon.set_icon(text.sign.icon, text.sign.role or "text_2", "")
        self._title.setText(text.sign.word)
        self._at.setText(text.at)
        self._why.setText(text.why)

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
        self._look, self._row = look, row
        self._name = name = TextLabel(look, TypeUse.SMALL, "text_2", self)
        name.setText(row.name)
        name.setWordWrap(True)
        name.setFixedWidth(look.px(NAME_WIDTH))
        self._value = value = self._made_value(row)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, look.px(5), 0, look.px(6))
        line.setSpacing(look.px(8))
        line.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        if row.sign is not None:
            icon = IconLabel(look, 14, self)
            icon.set_icon(row.sign.icon, row.sign.role or "text_2", row.sign.word)
            line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(value, 1)

    def take_row(self, row: InfoRow) -> bool:
        """Show another row, where only its value differs; whether that is so."""
        if replace(row, value=self._row.value) != self._row:
            return False
        if row.value != self._row.value:
            self._row = row
            self._say_value()
        return True

    def _made_value(self, row: InfoRow) -> PlainText | TextLabel:
        look, use = self._look, TypeUse.CODE if row.is_mono else TypeUse.SMALL
        value: PlainText | TextLabel
        if row.is_unbroken:
            value = PlainText(look, use, "text", "", self)
        else:
            value = TextLabel(look, use, "text", self)
            value.wrap()
            value.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            value.make_copyable()
        self._value = value
        self._say_value()
        return value

    def _say_value(self) -> None:
        value, row = self._value, self._row
        if isinstance(value, PlainText):
            value.say(row.value)
        else:
            value.setText(row.value)
        value.setAccessibleName(f"{row.name}: {row.value}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the value room enough; Qt's name."""
        super().resizeEvent(event)
        self._name.setFixedWidth(min(self._look.px(NAME_WIDTH), int(self.width() * NAME_SHARE)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the line above; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, self._look.colour("line"))
        painter.end()


class SectionPart(QWidget):
    """A section: its head, and its rows under each other."""

    def __init__(self, look: Look, section: InfoSection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = section.title
        self.setAccessibleName(section.title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._head = SectionHead(look, section.title, section.note, self)
        column.addWidget(self._head)
        self._rows = [ValueRow(look, row, self) for row in section.rows]
        for row in self._rows:
            column.addWidget(row)

    def take_section(self, section: InfoSection) -> bool:
        """Show another section, where only values differ; whether that is so."""
        if section.title != self._title or len(section.rows) != len(self._rows):
            return False
        self._head.say(section.note)
        return all(row.take_row(value) for row, value in zip(self._rows, section.rows, strict=True))
