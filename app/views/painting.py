"""What rows of every painted view share: background, bar of the selection, ring of the keyboard. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.look.look import Look
from app.look.tokens import tokens


def draw_row_background(
    painter: QPainter,
    look: Look,
    rect: QRect,
    *,
    is_selected: bool,
    is_active: bool,
    is_hovered: bool,
    has_focus_ring: bool,
    hover_role: str,
) -> None:
    """Fill a rounded row: selected wins over hovered; the bar at the leading edge is the sign, not the fill.

    Args:
        rect: the row, in the painter's coordinates.
        is_active: the view has the focus.
        hover_role: colour under the mouse.
    """
    radius = look.px(tokens()["radius"]["row"])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if is_selected or is_hovered:
        role = ("select" if is_active else "select_inactive") if is_selected else hover_role
        painter.setBrush(look.colour(role))
        painter.drawRoundedRect(rect, radius, radius)
    if is_selected:
        painter.setBrush(look.colour("accent" if is_active else "line_control"))
        bar = QRect(rect.x(), rect.y() + look.px(4), look.px(tokens()["line_px"]["selection_bar"]), 0)
        bar.setHeight(rect.height() - 2 * look.px(4))
        painter.drawRoundedRect(bar, look.px(1.5), look.px(1.5))
    if has_focus_ring:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look.colour("accent"), 1))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
