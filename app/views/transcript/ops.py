"""The display list of a message: what is painted that is no selectable text. Values; painted in the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from app.look.look import Look
from app.look.tokens import TypeUse


class Act(Enum):
    """What a click on a spot does."""

    FOLD = "fold"
    UNROLL = "unroll"
    OPEN_WHOLE = "open-whole"
    OPEN_TEXT = "open-text"
    COPY_TEXT = "copy-text"
    OPEN_IMAGE = "open-image"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a click does something.

    Attributes:
        rect: in the message.
        act: what.
        key: block number for FOLD, part key else.
        words: for the tool tip and screen readers.
        is_button: drawn with a hover fill; a head is none.
        payload: what the act needs: a WholeRef, an ImageRef, the text to copy.
    """

    rect: QRect
    act: Act
    key: int
    words: str
    is_button: bool = True
    payload: object = None


@dataclass(frozen=True, slots=True)
class Fill:
    """A rectangle, rounded where `radius_px` says, filled and with a line of one pixel.

    Attributes:
        is_top: only the upper corners are round.
        is_dashed: of the line.
        key: part key of the head it belongs to; it is filled with the selection's colour while that is selected.
    """

    rect: QRect
    fill: str = ""
    line: str = ""
    radius_px: int = 0
    is_top: bool = False
    is_dashed: bool = False
    key: int = -1

    def paint(self, painter: QPainter, look: Look, is_selected: bool) -> None:
        """Paint it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.radius_px > 0)
        fill = "text_select" if is_selected and self.key >= 0 else self.fill
        painter.setBrush(look.colour(fill) if fill else Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(look.colour(self.line), self.is_dashed) if self.line else Qt.PenStyle.NoPen)
        rect = QRectF(self.rect)
        if self.line:
            rect.adjust(0.5, 0.5, -0.5, -0.5)
        if self.is_top:
            painter.drawPath(_top_rounded(rect, self.radius_px))
        elif self.radius_px:
            painter.drawRoundedRect(rect, self.radius_px, self.radius_px)
        else:
            painter.drawRect(rect)


def _pen(colour: QColor, is_dashed: bool) -> QPen:
    pen = QPen(colour, 1)
    if is_dashed:
        pen.setDashPattern([3, 3])
    return pen


def _top_rounded(rect: QRectF, radius: float) -> QPainterPath:
    path = QPainterPath(QPointF(rect.left(), rect.bottom()))
    path.lineTo(rect.left(), rect.top() + radius)
    path.quadTo(rect.topLeft(), QPointF(rect.left() + radius, rect.top()))
    path.lineTo(rect.right() - radius, rect.top())
    path.quadTo(rect.topRight(), QPointF(rect.right(), rect.top() + radius))
    path.lineTo(rect.bottomRight())
    path.closeSubpath()
    return path


@dataclass(frozen=True, slots=True)
class Label:
    """One line of words, already elided.

    Attributes:
        is_strong: semibold in the font of `use`.
    """

    rect: QRect
    words: str
    use: TypeUse
    role: str
    is_right: bool = False
    is_strong: bool = False
    key: int = -1

    def paint(self, painter: QPainter, look: Look, is_selected: bool) -> None:
        """Paint it; selected words are drawn in the text's colour."""
        font = look.font(self.use)
        if self.is_strong:
            font = type(font)(font)
            font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(look.colour("text" if is_selected and self.key >= 0 else self.role))
        side = Qt.AlignmentFlag.AlignRight if self.is_right else Qt.AlignmentFlag.AlignLeft
        flags = (side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute).value
        painter.drawText(self.rect, flags | Qt.TextFlag.TextSingleLine.value, self.words)


@dataclass(frozen=True, slots=True)
class Icon:
    """An icon, `size` at 100 % zoom, its left edge and the middle of its height given."""

    x: int
    middle_y: int
    name: str
    role: str
    size: int
    key: int = -1

    def paint(self, painter: QPainter, look: Look, is_selected: bool) -> None:
        """Paint it."""
        ratio = painter.device().devicePixelRatioF()
        role = "text" if is_selected and self.key >= 0 else self.role
        pixmap = look.pixmap(self.name, role, self.size, ratio)
        painter.drawPixmap(self.x, self.middle_y - look.px(self.size) // 2, pixmap)


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded thumbnail in its frame."""

    rect: QRect
    image: QImage
    key: int = -1

    def paint(self, painter: QPainter, look: Look, is_selected: bool) -> None:  # noqa: ARG002
        """Paint it over the code fill, so that transparent pictures are readable in both themes."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect, self.image)


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal or vertical line."""

    rect: QRect
    role: str
    is_dashed: bool = False
    key: int = -1

    def paint(self, painter: QPainter, look: Look, is_selected: bool) -> None:  # noqa: ARG002
        """Paint it."""
        if not self.is_dashed:
            painter.fillRect(self.rect, look.colour(self.role))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(_pen(look.colour(self.role), True))
        painter.drawLine(self.rect.topLeft(), self.rect.topRight())


Op = Fill | Label | Icon | Picture | Line
