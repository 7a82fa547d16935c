"""Rows of the small lists in dialogs, painted like all rows that can be chosen: fill and bar. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.views.painting import draw_row_background

_Index = QModelIndex | QPersistentModelIndex


class PlainRows(QStyledItemDelegate):
    """Paints an icon and words in the first column, words at the end of the line in the others."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        """One height; as wide as the words. Qt's name."""
        look, words = self._look, str(index.data() or "")
        width = round(look.metrics(TypeUse.BODY).horizontalAdvance(words)) + look.px(24)
        return QSize(width, look.px(tokens()["height"]["tree_row"]))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one cell; Qt's name."""
        look, rect, view = self._look, QRect(option.rect), option.widget
        is_selected, is_first = bool(option.state & QStyle.StateFlag.State_Selected), index.column() == 0
        if is_first and isinstance(view, QAbstractItemView):
            draw_row_background(
                painter,
                look,
                QRect(rect.x(), rect.y(), view.viewport().width() - rect.x(), rect.height()),
                is_selected=is_selected,
                is_active=view.hasFocus(),
                is_hovered=False,
                has_focus_ring=False,
                hover_role="hover",
            )
        inner = rect.adjusted(look.px(10), 0, -look.px(8), 0)
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if is_first and isinstance(icon, QIcon) and not icon.isNull():
            side = look.px(16)
            at = QPoint(inner.x(), inner.y() + (inner.height() - side) // 2)
            icon.paint(painter, QRect(at, QSize(side, side)))
            inner.setLeft(inner.left() + side + look.px(6))
        brush = index.data(Qt.ItemDataRole.ForegroundRole)
        painter.setFont(look.font(TypeUse.BODY))
        painter.setPen(look.colour("text") if is_selected or brush is None else brush.color())
        elide = Qt.TextElideMode.ElideMiddle if is_first else Qt.TextElideMode.ElideRight
        words = look.metrics(TypeUse.BODY).elidedText(str(index.data() or ""), elide, inner.width())
        side_of = Qt.AlignmentFlag.AlignLeft if is_first else Qt.AlignmentFlag.AlignRight
        painter.drawText(inner, int(side_of | Qt.AlignmentFlag.AlignVCenter), words)
