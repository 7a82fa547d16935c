"""The header of the session list: 26 px, small labels, an arrow left of the one that sorts. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.present.columns import COLUMNS, Column
from app.views.text_cache import TextCache
from store.values.listing import ListOrder

INSET = 12
ARROW = 12


class SortHeader(QHeaderView):
    """Paints the sections itself.

    Signals:
        menu_asked (QPoint, global): the menu of columns and orders is wanted.
        let_go: a mouse button was released, which ends moving or sizing a column.
    """

    menu_asked = Signal(object)
    let_go = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._order = ListOrder()
        self._hovered = -1
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setSortIndicatorShown(False)
        self.setMouseTracking(True)
        self.setAccessibleName("Columns")
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)
        self.setMinimumSectionSize(look.px(24))
        self.setFixedHeight(look.px(tokens()["height"]["table_header"]))
        self.viewport().update()

    def set_order(self, order: ListOrder) -> None:
        """Show another order."""
        self._order = order
        self.viewport().update()

    def label_px(self, column: Column) -> int:
        """The room that a column's label needs; the arrow stands in the gap that every column ends with."""
        words = self._texts.width_px(TypeUse.SMALL_STRONG, COLUMNS[column].title)
        return words + self._look.px(6)

    def sizeHint(self) -> QSize:
        """The fixed height; Qt's name."""
        return QSize(0, self._look.px(tokens()["height"]["table_header"]))

    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        """Paint one label; Qt's name."""
        if not rect.isValid():
            return
        look, column = self._look, Column(logical_index)
        painter.fillRect(rect, look.colour("base"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), look.colour("line"))
        spec = COLUMNS[column]
        is_sorted = spec.sort_key is self._order.key
        use, role = (TypeUse.SMALL_STRONG, "text") if is_sorted else (TypeUse.SMALL, "text_2")
        if logical_index == self._hovered:
            role = "text"
        inset = look.px(INSET)
        cell = rect.adjusted(inset if column is Column.TITLE else 0, 0, -inset, 0)
        side = look.px(ARROW)
        room = cell.width() - (0 if not is_sorted or spec.is_number else side + look.px(4))
        title = self._texts.elided(use, spec.title, room)
        width = self._texts.width_px(use, title)
        left = cell.right() + 1 - width if spec.is_number else cell.left()
        if is_sorted:
            arrow_left = left - side - look.px(4) if spec.is_number else left
            name = "arrow-down" if self._order.is_descending else "arrow-up"
            top = rect.top() + (rect.height() - side) // 2
            painter.drawPixmap(arrow_left, top, look.pixmap(name, "text", ARROW, self.devicePixelRatioF()))
            left = arrow_left + side + look.px(4)
        painter.setFont(look.font(use))
        painter.setPen(look.colour(role))
        painter.drawText(QRect(left, cell.top(), width + 1, cell.height()), int(Qt.AlignmentFlag.AlignVCenter), title)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of columns and orders; Qt's name."""
        self.menu_asked.emit(event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse for the hover; Qt's name."""
        self._set_hovered(self.logicalIndexAt(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Say that moving and sizing have ended; Qt's name."""
        super().mouseReleaseEvent(event)
        self.let_go.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered; Qt's name."""
        self._set_hovered(-1)
        super().leaveEvent(event)

    def _set_hovered(self, section: int) -> None:
        if section != self._hovered:
            self._hovered = section
            self.viewport().update()
