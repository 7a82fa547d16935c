"""Why an action is refused and what can be done, in place of a plan. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.refusal_words import NOTHING_WRITTEN, Advice, RefusalText
from app.views.labels import IconLabel, TextLabel
from app.views.mixed_label import MixedLabel, Run

WIDEST_PX = 620
"""Longest line of the words, at 100 %."""


class RefusalPanel(QWidget):
    """Icon, title, sentence, and one line for each thing that can be done."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = IconLabel(look, 24, self)
        self._title = TextLabel(look, TypeUse.PAGE, "text", self)
        self._sentence = MixedLabel(look, TypeUse.BODY, self)
        self._can = TextLabel(look, TypeUse.SECTION, "text", self)
        self._can.setText("What you can do")
        self._title.wrap()
        self._title.make_copyable()
        self._advices: list[tuple[IconLabel, TextLabel]] = []
        self._words, self._list = QVBoxLayout(), QVBoxLayout()
        for part in (self._title, self._sentence, self._can):
            self._words.addWidget(part)
        self._words.addLayout(self._list)
        self._words.addStretch(1)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(self._words, 1)
        self._row.addStretch(0)
        self._said: RefusalText | None = None
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self._icon, self._title, self._sentence, self._can):
            part.set_look(look)
        for pair in self._advices:
            for part in pair:
                part.set_look(look)
        for words in (self._title, self._sentence):
            words.setMaximumWidth(look.px(WIDEST_PX))
        self._row.setContentsMargins(look.px(24), look.px(24), look.px(24), look.px(16))
        self._row.setSpacing(look.px(12))
        self._words.setSpacing(look.px(6))
        self._list.setSpacing(look.px(8))
        self._can.setContentsMargins(0, look.px(8), 0, 0)
        self.update()

    def say(self, said: RefusalText) -> None:
        """Show another refusal."""
        self._said = said
        self._icon.set_icon(said.icon, "text_2", "Refused")
        self._title.setText(said.title)
        self._sentence.set_runs(
            (
                Run(f"{said.sentence} ", TypeUse.BODY, "text_2"),
                Run(NOTHING_WRITTEN, TypeUse.SECTION, "text"),
            )
        )
        self._can.setVisible(bool(said.advices))
        while (item := self._list.takeAt(0)) is not None:
            inner = item.layout()
            if inner is not None:
                inner.deleteLater()
        for pair in self._advices:
            for part in pair:
                part.hide()
                part.deleteLater()
        self._advices = [self._advice(advice) for advice in said.advices]
        self.setAccessibleName(said.title)
        self.setAccessibleDescription(said.report)

    def _advice(self, advice: Advice) -> tuple[IconLabel, TextLabel]:
        look = self._look
        icon, words = IconLabel(look, 14, self), TextLabel(look, TypeUse.BODY, "text", self)
        icon.set_icon(advice.icon, "text_2", "")
        words.wrap()
        words.make_copyable()
        words.setText(advice.words)
        words.setMaximumWidth(look.px(WIDEST_PX))
        line = QHBoxLayout()
        line.setSpacing(look.px(8))
        line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(words, 1)
        self._list.addLayout(line)
        return icon, words

    @property
    def said(self) -> RefusalText | None:
        """What is shown."""
        return self._said

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("window"))
        painter.end()
