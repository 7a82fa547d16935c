"""The head of a card: one unit of text that is selected as a whole. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from app.present.utf16 import utf16_length
from app.views.transcript.part import Part
from app.views.transcript.places import HitRange, Step


class UnitPart(Part):
    """A head: its words are painted by the message's display list, here are only its selection and its text."""

    is_unit = True

    def __init__(self, key: int, words: str, rect: QRect) -> None:
        super().__init__(key, 0, utf16_length(words), rect)
        self.words = words

    def hit(self, x: int, y: int) -> int:
        """The nearer end."""
        if not self.rect.top() <= y <= self.rect.bottom():
            return 0 if y < self.rect.top() else self.length
        return 0 if x < self.rect.center().x() else self.length

    def caret(self, position: int) -> QRectF:
        """At the left or the right edge."""
        x = self.rect.left() if position <= 0 else self.rect.right()
        return QRectF(x, self.rect.y(), 1, self.rect.height())

    def step(self, position: int, step: Step) -> int:  # noqa: ARG002
        """From one end to the other."""
        return self.length if step.value > 0 else 0

    def word(self, position: int) -> tuple[int, int]:  # noqa: ARG002
        """All of it."""
        return 0, self.length

    def paragraph(self, position: int) -> tuple[int, int]:  # noqa: ARG002
        """All of it."""
        return 0, self.length

    def text(self, begin: int, end: int) -> str:
        """All of it, if any of it is selected."""
        return self.words if begin < end else ""

    def paint(
        self, painter: QPainter, clip: QRect, begin: int, end: int, past_end: bool, hits: Sequence[HitRange] = ()
    ) -> None:
        """Nothing: the display list paints heads, and asks for their selection first."""
