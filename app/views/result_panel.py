"""What came of a change: how many sessions, what is to be known, which were not changed and why. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.spoken_model import SpokenModel
from app.present.plan_words import PlanRow
from app.present.result_words import ResultText
from app.views.labels import ElidedLabel, IconLabel, TextLabel
from app.views.plan_list import PlanList, SessionRows


class ResultPanel(QWidget):
    """Sign, title, sentences, and the list.

    Attributes:
        list: sessions, those that were not changed first.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._sign = IconLabel(look, 24, self)
        self._title = TextLabel(look, TypeUse.PAGE, "text", self)
        self._sentences = TextLabel(look, TypeUse.BODY, "text_2", self)
        self._count = ElidedLabel(look, TypeUse.SMALL, "text_2", self)
        for label in (self._title, self._sentences):
            label.wrap()
            label.make_copyable()
        self._model: SpokenModel[PlanRow] = SpokenModel(self)
        self.list = PlanList(look, self._model, SessionRows, "Sessions", self)
        self._words, self._head = QVBoxLayout(), QHBoxLayout()
        self._words.addWidget(self._title)
        self._words.addWidget(self._sentences)
        self._head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        self._head.addLayout(self._words, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self._column.addLayout(self._head)
        self._counting = QHBoxLayout()
        self._counting.addWidget(self._count)
        self._column.addLayout(self._counting)
        self._column.addWidget(self.list, 1)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self._sign, self._title, self._sentences, self._count, self.list):
            part.set_look(look)
        self._head.setContentsMargins(look.px(24), look.px(20), look.px(24), look.px(16))
        self._head.setSpacing(look.px(12))
        self._words.setSpacing(look.px(4))
        self._counting.setContentsMargins(look.px(12), 0, look.px(12), 0)
        self._count.setFixedHeight(look.px(tokens()["height"]["card_header"]))
        self.update()

    def say(self, said: ResultText) -> None:
        """Show another result."""
        self._sign.set_icon(said.sign.icon, said.sign.role or "text_2", said.sign.word)
        self._title.setText(said.title)
        self._sentences.setText("\n".join(said.sentences))
        self._count.set_text(said.count)
        self._model.set_rows(said.rows)
        self.list.choose_first()
        self.setAccessibleName(said.title)
        self.setAccessibleDescription(" ".join(said.sentences))

    def texts(self) -> tuple[str, str]:
        """Title and sentences as shown."""
        return self._title.text(), self._sentences.text()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the grounds, and lines around the list; Qt's name."""
        painter, look = QPainter(self), self._look
        painter.fillRect(self.rect(), look.colour("window"))
        count = self._counting.geometry()
        painter.fillRect(count.adjusted(0, -1, 0, 1), look.colour("line"))
        painter.fillRect(count, look.colour("raised"))
        painter.end()
