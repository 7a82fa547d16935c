"""A plan as it is shown before it is applied: facts, sessions, what changes, warnings, backup. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.spoken_model import SpokenModel
from app.present.plan_session import SessionText
from app.present.plan_words import PlanRow, PlanText
from app.views.band import Band
from app.views.labels import ElidedLabel, TextLabel
from app.views.plan_bands import BackupLine, WarningBand
from app.views.plan_facts import PlanFacts
from app.views.plan_list import PlanList, SessionRows
from app.views.plan_session_panel import PlanSessionPanel

LIST_PX, BOTH_FROM_PX, BODY_PX = 316, 700, 180
"""Width of the list, width from which it stands beside what changes, least height of both, at 100 %."""


class PlanPage(QWidget):
    """Everything of a plan but its buttons.

    Attributes:
        list: the sessions.
        panel: what changes of the chosen one.
        facts: the row of facts.

    Signals:
        again_asked: the plan is to be made again.
    """

    again_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._text_of: Callable[[tuple[int, int]], SessionText] | None = None
        self._title = ElidedLabel(look, TypeUse.PAGE, "text", self)
        self._sentence = TextLabel(look, TypeUse.BODY, "text_2", self)
        self._sentence.wrap()
        self.facts = PlanFacts(look, self)
        self._count = ElidedLabel(look, TypeUse.SMALL, "text_2", self)
        self._model: SpokenModel[PlanRow] = SpokenModel(self)
        self.list = PlanList(look, self._model, SessionRows, "Sessions", self)
        self.panel = PlanSessionPanel(look, self)
        self._warnings = WarningBand(look, self)
        self._changed = Band(look, self)
        self._changed.say("")
        self._backup = BackupLine(look, self)
        self._lay_out()
        self.list.chosen.connect(self._on_chosen)
        self._changed.action_asked.connect(self.again_asked)
        self.set_look(look)

    def _lay_out(self) -> None:
        self._head, self._left, self._body = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        for part in (self._title, self._sentence, self.facts):
            self._head.addWidget(part)
        self._left.setSpacing(0)
        self._counting = QHBoxLayout()
        self._counting.addWidget(self._count)
        self._left.addLayout(self._counting)
        self._left.addWidget(self.list, 1)
        self._body.setContentsMargins(0, 1, 0, 1)
        self._body.setSpacing(1)
        self._body.addLayout(self._left)
        self._body.addWidget(self.panel, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head)
        column.addLayout(self._body, 1)
        for band in (self._warnings, self._changed, self._backup):
            column.addWidget(band)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        parts = (self._title, self._sentence, self.facts, self._count, self.list, self.panel)
        for part in (*parts, self._warnings, self._changed, self._backup):
            part.set_look(look)
        self._head.setContentsMargins(look.px(20), look.px(16), look.px(20), look.px(12))
        self._head.setSpacing(look.px(8))
        self._counting.setContentsMargins(look.px(12), 0, look.px(12), 0)
        self._count.setFixedHeight(look.px(tokens()["height"]["card_header"]))
        self.panel.setMinimumHeight(look.px(BODY_PX))
        self._arrange()
        self.update()

    def show_plan(
        self, text: PlanText, planned: tuple[str, str], text_of: Callable[[tuple[int, int]], SessionText]
    ) -> None:
        """Show a plan.

        Args:
            planned: from when it is, and the tool tip.
            text_of: what it says of the session at a place of its list.
        """
        self._text_of = text_of
        self._title.set_text(text.title)
        self._sentence.setText(text.sentence)
        self.facts.show_facts(text.facts)
        self._count.set_text(text.count)
        self._model.set_rows(text.rows)
        self._warnings.say(text.warnings)
        self._changed.say("")
        self._backup.say(text.backup, planned)
        first = next((at for at, row in enumerate(text.rows) if row.sign is not None), 0)
        self.list.choose_first(first)
        self._arrange()

    def say_changed(self, sentence: str) -> None:
        """Say that the plan was made on an older state; with no sentence that it was not."""
        self._changed.say(sentence, "Plan again" if sentence else "", "refresh-cw")
        if sentence:
            self._backup.say_changed()

    def texts(self) -> dict[str, str]:
        """What is shown, by its part."""
        backup, planned = self._backup.texts()
        return {
            "title": self._title.text(),
            "sentence": self._sentence.text(),
            "count": self._count.text(),
            "warnings": self._warnings.text() if not self._warnings.isHidden() else "",
            "changed": self._changed.text() if not self._changed.isHidden() else "",
            "backup": backup,
            "planned": planned,
        }

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the parts; Qt's name."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the lines around the lists; Qt's name."""
        painter, look = QPainter(self), self._look
        painter.fillRect(self.rect(), look.colour("window"))
        painter.fillRect(self._body.geometry(), look.colour("line"))
        painter.fillRect(self._left.geometry(), look.colour("base"))
        head = self._counting.geometry()
        painter.fillRect(head, look.colour("raised"))
        painter.fillRect(head.left(), head.bottom(), head.width(), 1, look.colour("line"))
        painter.end()

    def _arrange(self) -> None:
        look = self._look
        has_both = self.width() >= look.px(BOTH_FROM_PX)
        directions = QHBoxLayout.Direction
        self._body.setDirection(directions.LeftToRight if has_both else directions.TopToBottom)
        if has_both:
            self.list.setFixedWidth(look.px(LIST_PX))
        else:
            self.list.setMinimumWidth(0)
            self.list.setMaximumWidth(16_777_215)
        self.list.setMinimumHeight(look.px(BODY_PX // 2))
        self._backup.arrange(self.width())

    @Slot(object)
    def _on_chosen(self, row: PlanRow | None) -> None:
        is_session = row is not None and row.sign is not None and self._text_of is not None
        self.panel.show_session(self._text_of(row.place) if is_session and row and self._text_of else None)
