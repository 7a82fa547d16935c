"""A short list in the library pane: saved views, or values of a facet with boxes. GUI thread only."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.pane_row import PaneRow
from app.models.roles import ROW
from app.views.painting import draw_icon_at, draw_row_background

BOX_PX = 14
NARROW_PX = 160
"""In a pane that is narrower, as at a large zoom, rows do without what only decorates them."""

LEAST_TEXT_PX = 56
"""So much of a text is to be seen before its count is."""

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def draw_box(painter: QPainter, look: Look, left_middle: QPoint, is_checked: bool, ratio: float) -> None:
    """Draw a check box with its left edge and its middle at a point."""
    side = look.px(BOX_PX)
    rect = QRect(left_middle.x(), left_middle.y() - side // 2 + 1, side, side)
    radius = look.px(tokens()["radius"]["box"])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.colour("accent_fill" if is_checked else "line_control"), 1))
    painter.setBrush(look.colour("accent_fill" if is_checked else "base"))
    painter.drawRoundedRect(rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    if is_checked:
        tick = look.px(12)
        at = rect.center() - QPoint(tick // 2 - 1, tick // 2 - 1)
        painter.drawPixmap(at, look.pixmap("check", "on_accent", 12, ratio))


class Counted(Protocol):
    """A row with a count at its right."""

    @property
    def count_text(self) -> str:
        """ "" for none."""
        ...


def draw_count(painter: QPainter, look: Look, room: QRect, row: Counted, wanted_px: float, taken_px: int = 0) -> int:
    """Draw the count of a row at the right of its room, unless it would leave next to nothing of the text.

    Args:
        room: from where the text begins to where the row ends.
        wanted_px: width of the whole text.
        taken_px: width of what stands between it and the count.

    Returns:
        How much of the room it takes; 0 when it is left to the tool tip.
    """
    if not row.count_text:
        return 0
    count_px, gap_px = round(look.metrics(TypeUse.SMALL).horizontalAdvance(row.count_text)), look.px(8)
    rest_px = room.width() - count_px - gap_px
    if rest_px - taken_px < min(wanted_px, look.px(LEAST_TEXT_PX)):
        return 0
    painter.setPen(look.colour("text_2"))
    painter.setFont(look.font(TypeUse.SMALL))
    right = room.right() + 1
    painter.drawText(QRect(right - count_px, room.y(), count_px, room.height()), _RIGHT, row.count_text)
    return count_px + gap_px


class PaneRowDelegate(QStyledItemDelegate):
    """Paints a whole row: icon or box, text, count.

    Args:
        hover_role: colour under the mouse, as the surface below the list asks for.
    """

    def __init__(self, look: Look, parent: QWidget, hover_role: str) -> None:
        super().__init__(parent)
        self._look, self._hover_role = look, hover_role

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """One height for all rows."""
        return QSize(0, self._look.tree_row_px)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one row from its row object."""
        row, view = index.data(ROW), self.parent()
        if not isinstance(row, PaneRow) or not isinstance(view, PaneList):
            return
        painter.save()
        look, state = self._look, option.state
        rect = QRect(0, option.rect.y(), view.viewport().width(), option.rect.height())
        draw_row_background(
            painter,
            look,
            rect.adjusted(look.px(4), 0, -look.px(4), 0),
            is_selected=bool(state & QStyle.StateFlag.State_Selected),
            is_active=view.hasFocus(),
            is_hovered=bool(state & QStyle.StateFlag.State_MouseOver),
            has_focus_ring=view.is_by_keyboard and view.currentIndex() == index and view.hasFocus(),
            hover_role=self._hover_role,
        )
        self._paint_parts(painter, rect, row)
        painter.restore()

    def _paint_parts(self, painter: QPainter, rect: QRect, row: PaneRow) -> None:
        look, ratio = self._look, painter.device().devicePixelRatioF()
        middle = rect.center().y()
        is_narrow = rect.width() < look.px(NARROW_PX)
        left = rect.x() + look.px(8 if is_narrow else 12 if row.is_chosen is None else 18)
        if row.is_chosen is not None:
            draw_box(painter, look, QPoint(left, middle), row.is_chosen, ratio)
            left += look.px(20)
        elif row.icon:
            draw_icon_at(painter, look, row.icon, "text_2", 16, QPoint(left, middle), ratio)
            left += look.px(22)
        right = rect.right() + 1 - look.px(8 if is_narrow else 16)
        wanted_px = look.metrics(TypeUse.BODY).horizontalAdvance(row.text)
        right -= draw_count(painter, look, QRect(left, rect.y(), right - left, rect.height()), row, wanted_px)
        painter.setPen(look.colour("text" if row.is_recorded else "text_2"))
        painter.setFont(look.font(TypeUse.BODY))
        width = max(right - left, 0)
        # Names of models begin alike: what tells them apart mostly stands at their end.
        text = look.metrics(TypeUse.BODY).elidedText(row.text, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRect(left, rect.y(), width, rect.height()), _LEFT, text)


class PaneList(QListView):
    """A list without a scroll bar of its own: as high as its rows.

    Args:
        is_choice: one row is selected, and that is what the list is for; else rows are used one by one.
        grows: as high as its rows; else as high as there is room, with a scroll bar.

    Attributes:
        is_by_keyboard: the focus came by keyboard, so that the row's ring is drawn.

    Signals:
        used (int): a row was clicked, or Space or Enter pressed on it.
        reached (QRect, in this widget): the keyboard came to this row, which is to be seen.
    """

    used = Signal(int)
    reached = Signal(object)

    def __init__(
        self, look: Look, model: QAbstractItemModel, name: str, parent: QWidget, *, is_choice: bool, grows: bool = True
    ) -> None:
        super().__init__(parent)
        self._look, self._grows, self._pressed = look, grows, -1
        self.is_by_keyboard = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.SingleSelection if is_choice else mode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if grows:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self.setModel(model)
        self._delegate = PaneRowDelegate(look, self, "hover_window" if grows else "hover")
        self.setItemDelegate(self._delegate)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            signal.connect(self.fit)
        self.fit()

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self._delegate.set_look(look)
        self.scheduleDelayedItemsLayout()
        self.fit()
        self.viewport().update()

    @Slot()
    def fit(self) -> None:
        """Be as high as the rows."""
        if self._grows:
            self.setFixedHeight(self.model().rowCount() * self._look.tree_row_px)

    def currentChanged(
        self, now: QModelIndex | QPersistentModelIndex, before: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Say where the keyboard is."""
        super().currentChanged(now, before)
        if now.isValid() and self.hasFocus():
            self.reached.emit(self.visualRect(now))
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take note of the row."""
        self.is_by_keyboard = False
        super().mousePressEvent(event)
        is_left = event.button() is Qt.MouseButton.LeftButton
        self._pressed = self.indexAt(event.position().toPoint()).row() if is_left else -1

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Use the row if it is the one that was pressed."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, -1
        if pressed >= 0 and self.indexAt(event.position().toPoint()).row() == pressed:
            self.used.emit(pressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Use the current row with Space or Enter; draw the ring from now on."""
        self.is_by_keyboard = True
        self.viewport().update()
        is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if is_plain and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.used.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Where all rows are seen, the pane around them scrolls."""
        if self._grows:
            event.ignore()
        else:
            super().wheelEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember how the focus came; a list that was never used begins at its first row."""
        self.is_by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        if self.is_by_keyboard and not self.currentIndex().isValid():
            flag = self.selectionModel().SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self.model().index(0, 0), flag)
        if self.is_by_keyboard and self.currentIndex().isValid():
            self.reached.emit(self.visualRect(self.currentIndex()))
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Paint without the ring."""
        super().focusOutEvent(event)
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the row under the mouse."""
        super().leaveEvent(event)
        self.viewport().update()
