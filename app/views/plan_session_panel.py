"""The right side of a plan: what would change of the chosen session, in exact sizes, or why nothing. GUI thread."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.spoken_model import SpokenModel
from app.present.plan_session import PlanLine, SessionText
from app.views.labels import ElidedLabel, TextLabel
from app.views.plan_list import ChangedRows, PlanList

SENTENCES = 6
"""More sentences than these are in the copied plan."""


class PlanSessionPanel(QWidget):
    """Title, id, sentences, and the list of rows and files.

    Attributes:
        lines: the list.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._title = ElidedLabel(look, TypeUse.ROW_TITLE, "text", self)
        self._summary = ElidedLabel(look, TypeUse.SMALL, "text_2", self)
        self._id = ElidedLabel(look, TypeUse.CODE, "text_2", self)
        self._sentences = TextLabel(look, TypeUse.SMALL, "text", self)
        self._sentences.wrap()
        self._sentences.make_copyable()
        self._model: SpokenModel[PlanLine] = SpokenModel(self)
        self.lines = PlanList(look, self._model, ChangedRows, "What would change", self)
        self._words = QVBoxLayout()
        for part in (self._title, self._id, self._summary, self._sentences):
            self._words.addWidget(part)
        self._words.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self._column.addLayout(self._words)
        self._column.addWidget(self.lines, 1)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self._title, self._summary, self._id, self._sentences, self.lines):
            part.set_look(look)
        self._words.setContentsMargins(look.px(12), look.px(8), look.px(12), look.px(8))
        self._words.setSpacing(look.px(2))
        self.update()

    def show_session(self, said: SessionText | None) -> None:
        """Show another session; None for a heading."""
        self._title.set_text(said.title if said else "")
        self._id.set_text(said.session_id if said else "")
        self._summary.set_text(said.summary if said else "")
        sentences = said.sentences if said else ()
        more = [f"{len(sentences) - SENTENCES:,} more in the copied plan."] if len(sentences) > SENTENCES else []
        self._sentences.setText("\n".join((*sentences[:SENTENCES], *more)))
        self._sentences.setVisible(bool(sentences))
        self._model.set_rows(said.lines if said else ())
        self.lines.setVisible(bool(said and said.lines))
        has_lines = bool(said and said.lines)
        self._column.setStretch(0, 0 if has_lines else 1)
        self._column.setStretch(1, 1 if has_lines else 0)

    def texts(self) -> tuple[str, ...]:
        """Title, summary and sentences as shown."""
        return self._title.text(), self._summary.text(), self._sentences.text()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground, and the line above the list; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("base"))
        if not self.lines.isHidden():
            head = self._words.geometry()
            painter.fillRect(head, self._look.colour("raised"))
            painter.fillRect(0, head.bottom() + 1, self.width(), 1, self._look.colour("line"))
        painter.end()
