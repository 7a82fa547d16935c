"""A part of a laid out message that holds text which can be selected. GUI thread only."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTextCharFormat, QTextLine

from app.look.look import Look
from app.views.transcript.places import HitRange, Step


class Part(ABC):
    """Text that answers where a point is, where a position is, and paints itself with a range selected.

    Attributes:
        key: part key; several pieces of one block share it.
        base: UTF-16 position of this piece in the text of its key.
        length: UTF-16 length of the shown text.
        rect: where it lies in its message.
        is_unit: it is selected as a whole, positions are 0 and `length`.
    """

    is_unit = False

    def __init__(self, key: int, base: int, length: int, rect: QRect) -> None:
        self.key = key
        self.base = base
        self.length = length
        self.rect = rect

    @abstractmethod
    def hit(self, x: int, y: int) -> int:
        """The position nearest to a point of the message, relative to the piece."""

    @abstractmethod
    def caret(self, position: int) -> QRectF:
        """Where a caret at a position stands, in the message."""

    @abstractmethod
    def step(self, position: int, step: Step) -> int:
        """The position after one step; the same at the ends."""

    @abstractmethod
    def word(self, position: int) -> tuple[int, int]:
        """The word around a position."""

    @abstractmethod
    def paragraph(self, position: int) -> tuple[int, int]:
        """The paragraph or line around a position."""

    @abstractmethod
    def text(self, begin: int, end: int) -> str:
        """The shown text of [begin, end) as it is copied."""

    @abstractmethod
    def paint(
        self, painter: QPainter, clip: QRect, begin: int, end: int, past_end: bool, hits: Sequence[HitRange] = ()
    ) -> None:
        """Paint within a clip in message coordinates, [begin, end) selected.

        Args:
            past_end: the selection goes on after the piece, so that its line end is shown as selected.
            hits: of a search, in order.
        """

    def link_at(self, x: int, y: int) -> str:  # noqa: ARG002
        """The target of the link under a point; empty if there is none."""
        return ""

    def link_rects(self) -> list[tuple[tuple[QRect, ...], str, str]]:
        """All links in order: where they are in the message, one rectangle a line; shown text; target."""
        return []

    def links(self) -> list[tuple[str, str]]:
        """All links: shown text and target."""
        return [(words, target) for _, words, target in self.link_rects()]


def cursor_x(line: QTextLine, position: int) -> float:
    """The x of a position in a line; PySide6 answers it as a pair with the position, against its stub."""
    answer: object = line.cursorToX(position)
    return float(answer[0]) if isinstance(answer, (tuple, list)) else float(answer)  # type: ignore[arg-type]


def hit_format(look: Look, is_current: bool) -> QTextCharFormat:
    """The colour of words that are a hit; what lies behind them is painted by `paint_hit`."""
    format_ = QTextCharFormat()
    format_.setForeground(look.colour("on_hit_current" if is_current else "on_hit"))
    return format_


def paint_hit(painter: QPainter, look: Look, rect: QRectF, is_current: bool) -> None:
    """Paint what lies behind the words of a hit; the current one has an edge too, so that it is not told by colour."""
    painter.save()  # text without a colour of its own is drawn with the painter's
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(look.colour("hit_current" if is_current else "hit"))
    painter.setPen(QPen(look.colour("on_hit_current"), 1) if is_current else Qt.PenStyle.NoPen)
    shown = rect.adjusted(-0.5, 0.5, 0.5, -0.5) if is_current else rect
    painter.drawRoundedRect(shown, look.px(2), look.px(2))
    painter.restore()
