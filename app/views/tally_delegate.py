"""Paints a tally: the sign and name of a check, and its three numbers. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.roles import DISPLAY, ROW
from app.present.sizes import ABSENT
from app.present.store_check import TallyRow

FAILED_COLUMN = 2
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class TallyDelegate(QStyledItemDelegate):
    """One cell; what failed is strong and in the colour of errors."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell; Qt's name."""
        look, rect, row = self._look, QRect(option.rect), index.data(ROW)
        if not isinstance(row, TallyRow):
            return
        view = option.widget
        if option.state & QStyle.StateFlag.State_HasFocus and view is not None and view.hasFocus():
            painter.fillRect(rect, look.colour("select"))
        if index.row():  # above the first row is the line of the header
            painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), 1), look.colour("line"))
        if index.column() == 0:
            side = look.px(14)
            icon = look.pixmap(row.sign.icon, row.sign.role, 14, painter.device().devicePixelRatioF())
            painter.drawPixmap(rect.left(), rect.top() + (rect.height() - side) // 2, icon)
            words = rect.adjusted(look.px(20), 0, 0, 0)
            painter.setFont(look.font(TypeUse.SMALL))
            painter.setPen(look.colour("text"))
            metrics = look.metrics(TypeUse.SMALL)
            painter.drawText(words, _LEFT, metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, words.width()))
            return
        value = str(index.data(DISPLAY))
        has_failed = index.column() == FAILED_COLUMN and value != ABSENT
        painter.setFont(look.font(TypeUse.SMALL_STRONG if has_failed else TypeUse.SMALL))
        painter.setPen(look.colour("error" if has_failed else "text_2"))
        painter.drawText(rect, _RIGHT, value)
