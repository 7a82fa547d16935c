"""The form of each part of a size bar: colour and hatch together, so that no part is told by colour alone.

GUI thread only.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app.look.look import Look
from app.look.tokens import tokens
from store.values.checks import SizePart

STEP_PX = 5
"""Between two lines of a hatch, at 100 % zoom."""


class Hatch(Enum):
    """What lies on the fill of an area."""

    NONE = "none"
    SLANTED = "slanted"
    UPRIGHT = "upright"
    DOTS = "dots"
    CROSSED = "crossed"


FORMS: dict[SizePart, tuple[str, str, Hatch]] = {
    SizePart.MESSAGES: ("accent_fill", "accent", Hatch.NONE),
    SizePart.REVISIONS: ("area_fill", "area_line", Hatch.SLANTED),
    SizePart.METADATA: ("mark_tool", "mark_tool", Hatch.NONE),
    SizePart.SNAPSHOT: ("base", "mark_tool", Hatch.UPRIGHT),
    SizePart.BLOBS: ("base", "area_line", Hatch.DOTS),
    SizePart.EVENTS: ("base", "mark_tool", Hatch.CROSSED),
    SizePart.REST: ("base", "line_control", Hatch.NONE),
}
"""Fill, colour of edge and hatch, and hatch of each part."""


def draw_form(painter: QPainter, look: Look, part: SizePart, rect: QRectF) -> None:
    """Draw one area in the form of its part, its edge inside of the rectangle."""
    fill, line, hatch = FORMS[part]
    radius = look.px(tokens()["radius"]["mark"])
    inner = rect.adjusted(0.5, 0.5, -0.5, -0.5)
    path = QPainterPath()
    path.addRoundedRect(inner, radius, radius)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(path, look.colour(fill))
    if hatch is not Hatch.NONE:
        painter.setClipPath(path)
        painter.setPen(QPen(look.colour(line), 1))
        _draw_hatch(painter, look, inner, hatch)
        painter.setClipping(False)
    painter.setPen(QPen(look.colour(line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.restore()


def _draw_hatch(painter: QPainter, look: Look, rect: QRectF, hatch: Hatch) -> None:
    step, left, top, bottom = look.px(STEP_PX), rect.left(), rect.top(), rect.bottom()
    if hatch is Hatch.DOTS:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(FORMS[SizePart.BLOBS][1]))
        side = max(look.px(2), 2)
        for row in range(int(rect.height() // step) + 1):
            for column in range(int(rect.width() // step) + 1):
                painter.drawRect(QRectF(left + 2 + column * step, top + 2 + row * step, side, side))
        return
    for number in range(int((rect.width() + rect.height()) // step) + 1):
        at = left + number * step
        if hatch is Hatch.UPRIGHT:
            painter.drawLine(int(at) + 2, int(top), int(at) + 2, int(bottom) + 1)
            continue
        painter.drawLine(int(at), int(top), int(at - rect.height()), int(bottom) + 1)
        if hatch is Hatch.CROSSED:
            back = at - rect.height()
            painter.drawLine(int(back), int(top), int(back + rect.height()), int(bottom) + 1)
