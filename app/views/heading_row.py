"""Paints a heading between the rows of the session list: chevron, words, count, a line below. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.headings import Heading
from app.views.text_cache import TextCache

INSET = 10
CHEVRON = 14
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_ONE_LINE = int(Qt.TextFlag.TextSingleLine)


def paint_heading(
    painter: QPainter, rect: QRect, heading: Heading, look: Look, texts: TextCache, is_hovered: bool
) -> None:
    """Paint one heading over the whole width of the list."""
    painter.fillRect(rect, look.colour("hover" if is_hovered else "base"))
    painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, look.colour("line"))
    side = look.px(CHEVRON)
    left = rect.left() + look.px(INSET)
    name = "chevron-right" if heading.is_folded else "chevron-down"
    pixmap = look.pixmap(name, "text_2", CHEVRON, painter.device().devicePixelRatio())
    painter.drawPixmap(left, rect.top() + (rect.height() - side) // 2, pixmap)
    left += side + look.px(6)
    count = f"{heading.count:,}"
    count_px = texts.width_px(TypeUse.SMALL, count)
    room = rect.right() - look.px(12) - count_px - look.px(6) - left
    words = texts.elided(TypeUse.SMALL_STRONG, heading.text, room)
    words_px = texts.width_px(TypeUse.SMALL_STRONG, words)
    painter.setFont(look.font(TypeUse.SMALL_STRONG))
    painter.setPen(look.colour("text"))
    painter.drawText(QRect(left, rect.top(), words_px, rect.height()), _LEFT | _ONE_LINE, words)
    left += words_px + look.px(6)
    painter.setFont(look.font(TypeUse.SMALL))
    painter.setPen(look.colour("text_3"))
    painter.drawText(QRect(left, rect.top(), count_px, rect.height()), _LEFT | _ONE_LINE, count)
