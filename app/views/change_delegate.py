"""Paints the cells of the table of changes. GUI thread only; it looks up texts, never makes them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.changes_model import ChangeColumn
from app.models.roles import ROW
from app.present.receipt_words import ReceiptRow
from app.views.text_cache import TextCache

Index = QModelIndex | QPersistentModelIndex

ROW_PX, INSET_PX = 46, 12
BUTTON_PX, ICON_PX, ICON_ROOM_PX = 26, 16, 24
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_ONE_LINE = int(Qt.TextFlag.TextSingleLine)


class ChangeDelegate(QStyledItemDelegate):
    """Paints one cell: time; icon, title and note; store; before and after; button or reason.

    Attributes:
        hovered, pressed: rows whose button is under the mouse, or held down; compared by identity.
    """

    def __init__(self, look: Look, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self.hovered: ReceiptRow | None = None
        self.pressed: ReceiptRow | None = None
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self._texts = TextCache(look)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """One height; Qt's name."""
        return QSize(0, self._look.px(ROW_PX))

    def button_rect(self, cell: QRect, row: ReceiptRow) -> QRect:
        """Where the button of a row stands in its cell."""
        look, height = self._look, self._look.px(BUTTON_PX)
        width = self._texts.width_px(TypeUse.BODY, row.undo.words) + look.px(14 + 6 + 2 * 12)
        top = cell.top() + (cell.height() - height) // 2
        return QRect(cell.left(), top, min(width, cell.width() - look.px(INSET_PX)), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell; Qt's name."""
        rect, row = QRect(option.rect), index.data(ROW)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._paint_ground(painter, rect, index, is_selected, bool(option.state & QStyle.StateFlag.State_MouseOver))
        if not isinstance(row, ReceiptRow):
            return
        quiet = "text" if is_selected else "text_2"
        column = index.column()
        cell = rect.adjusted(0, 0, -self._look.px(INSET_PX), 0)
        if column == ChangeColumn.WHEN:
            inner = cell.adjusted(self._look.px(INSET_PX), 0, 0, 0)
            self._text(painter, inner, row.time, TypeUse.SMALL, quiet)
        elif column == ChangeColumn.CHANGE:
            self._paint_change(painter, cell, row, is_selected)
        elif column == ChangeColumn.STORE:
            self._text(painter, cell, row.store, TypeUse.SMALL, quiet, keeps_end=True)
        elif column == ChangeColumn.BEFORE_AFTER:
            self._text(painter, cell, row.change, TypeUse.SMALL, "text")
        elif row.undo.is_possible:
            self._paint_button(painter, self.button_rect(rect, row), row)
        else:
            self._paint_reason(painter, cell, row, quiet)

    def _paint_ground(self, painter: QPainter, rect: QRect, index: Index, is_selected: bool, is_hovered: bool) -> None:
        look, view = self._look, self._view
        has_focus = view.hasFocus()
        if is_selected:
            painter.fillRect(rect, look.colour("select" if has_focus else "select_inactive"))
        elif is_hovered:
            painter.fillRect(rect, look.colour("hover"))
        if is_selected and index.column() == ChangeColumn.WHEN:
            wide = look.px(tokens()["line_px"]["selection_bar"])
            bar = QRect(rect.left(), rect.top(), wide, rect.height())
            painter.fillRect(bar, look.colour("accent" if has_focus else "line_control"))
        if has_focus and getattr(view, "is_by_keyboard", False) and view.currentIndex().row() == index.row():
            painter.save()
            painter.setPen(QPen(look.colour("accent"), 1))
            painter.drawRect(QRectF(0.5, rect.top() + 0.5, view.viewport().width() - 1, rect.height() - 1))
            painter.restore()

    def _paint_change(self, painter: QPainter, cell: QRect, row: ReceiptRow, is_selected: bool) -> None:
        look, side = self._look, self._look.px(ICON_PX)
        role = row.icon_role if row.icon_role != "text_2" or not is_selected else "text"
        icon = look.pixmap(row.icon, role, ICON_PX, painter.device().devicePixelRatioF())
        painter.drawPixmap(cell.left(), cell.top() + (cell.height() - side) // 2, icon)
        left, width = cell.left() + look.px(ICON_ROOM_PX), cell.width() - look.px(ICON_ROOM_PX)
        first_px, second_px = look.line_px(TypeUse.ROW_TITLE), look.line_px(TypeUse.SMALL)
        if not row.note:
            self._text(painter, QRect(left, cell.top(), width, cell.height()), row.title, TypeUse.ROW_TITLE, "text")
            return
        top = cell.top() + (cell.height() - first_px - second_px) // 2
        self._text(painter, QRect(left, top, width, first_px), row.title, TypeUse.ROW_TITLE, "text")
        second = QRect(left, top + first_px, width, second_px)
        self._text(painter, second, row.note, TypeUse.SMALL, "text" if is_selected else "text_2")

    def _paint_button(self, painter: QPainter, rect: QRect, row: ReceiptRow) -> None:
        look, side = self._look, self._look.px(14)
        fill = "pressed" if self.pressed is row else "hover_window" if self.hovered is row else "raised"
        radius = look.px(tokens()["radius"]["control"])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("line_strong"), 1))
        painter.setBrush(look.colour(fill))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.restore()
        left = rect.left() + look.px(12)
        icon = look.pixmap(row.undo.icon, "text", 14, painter.device().devicePixelRatioF())
        painter.drawPixmap(left, rect.top() + (rect.height() - side) // 2, icon)
        words = QRect(left + look.px(20), rect.top(), rect.right() - left - look.px(26), rect.height())
        self._text(painter, words, row.undo.words, TypeUse.BODY, "text")

    def _paint_reason(self, painter: QPainter, cell: QRect, row: ReceiptRow, role: str) -> None:
        look, side = self._look, self._look.px(14)
        icon = look.pixmap(row.undo.icon, role, 14, painter.device().devicePixelRatioF())
        painter.drawPixmap(cell.left(), cell.top() + (cell.height() - side) // 2, icon)
        self._text(painter, cell.adjusted(look.px(20), 0, 0, 0), row.undo.words, TypeUse.SMALL, role)

    def _text(
        self, painter: QPainter, rect: QRect, text: str, use: TypeUse, role: str, *, keeps_end: bool = False
    ) -> None:
        if rect.width() > 0:
            painter.setFont(self._look.font(use))
            painter.setPen(self._look.colour(role))
            painter.drawText(rect, _LEFT | _ONE_LINE, self._texts.elided(use, text, rect.width(), keeps_end))
