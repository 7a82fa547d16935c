"""What painted rows and buttons share: background, bar of the selection, ring, icon. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton

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


def draw_icon_at(
    painter: QPainter, look: Look, name: str, role: str, size: int, left_middle: QPoint, ratio: float
) -> None:
    """Draw an icon with its left edge and its middle at a point."""
    side = look.px(size)
    painter.drawPixmap(left_middle.x(), left_middle.y() - side // 2 + 1, look.pixmap(name, role, size, ratio))


def set_button_icon(button: QAbstractButton, look: Look, name: str, role: str) -> None:
    """Give a button with text its icon of 14 px, and the gap to its text that a style sheet cannot set."""
    ratio, side, gap = 2.0, look.px(14), look.px(4)
    wide = QPixmap(round((side + gap) * ratio), round(side * ratio))
    wide.fill(Qt.GlobalColor.transparent)
    icon = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, role), (QIcon.Mode.Disabled, "text_disabled")):
        picture = wide.copy()
        painter = QPainter(picture)
        drawn = look.pixmap(name, colour, 14, ratio)
        painter.drawPixmap(QRect(0, 0, drawn.width(), drawn.height()), drawn)
        painter.end()
        picture.setDevicePixelRatio(ratio)
        icon.addPixmap(picture, mode)
    button.setIcon(icon)
    button.setIconSize(QSize(side + gap, side))
