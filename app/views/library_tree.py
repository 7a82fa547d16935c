"""The tree of stores in the library, painted by one delegate; as high as its rows. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.library_model import Badge, LibraryRow
from app.models.roles import ROW
from app.views.painting import draw_icon_at, draw_row_background
from app.views.pane_list import NARROW_PX, draw_count

BADGE_ICONS = {
    Badge.NOT_ANSWERING: ("clock", "warn"),
    Badge.FAILED: ("triangle-alert", "error"),
    Badge.DAMAGED: ("triangle-alert", "error"),
    Badge.NEWER: ("lock", "warn"),
    Badge.HALF_MIGRATED: ("triangle-alert", "warn"),
    Badge.RUNNING: ("radio", "ok"),
    Badge.COPY: ("copy", "text_2"),
    Badge.SNAPSHOT: ("camera", "text_2"),
    Badge.READ_ONLY: ("lock", "text_2"),
}
"""Icon and colour of each mark."""

CHEVRON_END = 26
"""How far a click on a kind's row counts as one on its chevron, at 100 % zoom."""


class LibraryDelegate(QStyledItemDelegate):
    """Paints a whole row: chevron or store icon, name, badge, count."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

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
        row = index.data(ROW)
        view = self.parent()
        if not isinstance(row, LibraryRow) or not isinstance(view, LibraryTree):
            return
        painter.save()
        look, state = self._look, option.state
        rect = QRect(0, option.rect.y(), view.viewport().width(), option.rect.height())
        box = rect.adjusted(look.px(4), 0, -look.px(4), 0)
        draw_row_background(
            painter,
            look,
            box,
            is_selected=bool(state & QStyle.StateFlag.State_Selected),
            is_active=view.hasFocus(),
            is_hovered=bool(state & QStyle.StateFlag.State_MouseOver),
            has_focus_ring=view.is_by_keyboard and view.currentIndex() == index and view.hasFocus(),
            hover_role="hover_window",
        )
        self._paint_parts(painter, rect, row, view.isExpanded(index))
        painter.restore()

    def _paint_parts(self, painter: QPainter, rect: QRect, row: LibraryRow, is_open: bool) -> None:
        look, is_kind = self._look, row.key is None
        ratio = painter.device().devicePixelRatioF()
        is_narrow = rect.width() < look.px(NARROW_PX)
        middle = rect.center().y()
        left = rect.x() + look.px(8)
        if is_kind:
            name = "chevron-down" if is_open else "chevron-right"
            draw_icon_at(painter, look, name, "text_2", 14, QPoint(left, middle), ratio)
        elif not is_narrow:
            left += look.px(20)
            draw_icon_at(painter, look, "database", "text_2", 16, QPoint(left, middle), ratio)
        left += look.px(18 if is_narrow else 22)
        use = TypeUse.ROW_TITLE if is_kind else TypeUse.BODY
        right = rect.right() + 1 - look.px(8 if is_narrow else 16)
        wanted_px = look.metrics(use).horizontalAdvance(row.name)
        badge_px = look.px(20) if row.badge is not None else 0
        room = QRect(left, rect.y(), right - left, rect.height())
        right -= draw_count(painter, look, room, row, wanted_px, badge_px)
        if row.badge is not None:
            name, role = BADGE_ICONS[row.badge]
            draw_icon_at(painter, look, name, role, 14, QPoint(right - look.px(14), middle), ratio)
            right -= badge_px
        painter.setPen(look.colour("text"))
        painter.setFont(QFont(look.font(use)))
        name_text = elided_name(look, use, row.name, max(right - left, 0))
        painter.drawText(
            QRect(left, rect.y(), max(right - left, 0), rect.height()),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute,
            name_text,
        )


def elided_name(look: Look, use: TypeUse, name: str, width_px: int) -> str:
    """The name of a store in this width: what tells stores apart mostly stands at the end and goes last."""
    metrics = look.metrics(use)
    if metrics.horizontalAdvance(name) <= width_px:
        return name
    beginning, dash, end = name.rpartition(" – ")
    if not dash:
        return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width_px)
    rest_px = width_px - metrics.horizontalAdvance(dash + end)
    if rest_px >= metrics.horizontalAdvance("mm…"):
        return metrics.elidedText(beginning, Qt.TextElideMode.ElideRight, rest_px) + dash + end
    return metrics.elidedText(end, Qt.TextElideMode.ElideMiddle, width_px)


class LibraryTree(QTreeView):
    """The tree itself. A click on a kind's chevron folds it, as does one on a kind that cannot be chosen.

    Attributes:
        is_by_keyboard: the focus came by keyboard, so that the row's ring is drawn.

    Signals:
        reached (QRect, in this widget): the keyboard came to this row, which is to be seen.
    """

    reached = Signal(object)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.is_by_keyboard = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Stores")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._delegate = LibraryDelegate(look, self)
        self.setItemDelegate(self._delegate)
        for signal in (self.expanded, self.collapsed):
            signal.connect(self.fit)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self._delegate.set_look(look)
        self.scheduleDelayedItemsLayout()
        self.fit()
        self.viewport().update()

    @Slot()
    def fit(self) -> None:
        """Be as high as the rows that are not folded away."""
        model = self.model()
        if model is None:
            return
        kinds = [model.index(row, 0) for row in range(model.rowCount())]
        rows = len(kinds) + sum(model.rowCount(kind) for kind in kinds if self.isExpanded(kind))
        self.setFixedHeight(max(rows, 1) * self._look.tree_row_px)

    def drawBranches(self, _painter: QPainter, _rect: QRect, _index: QModelIndex | QPersistentModelIndex) -> None:
        """The delegate paints the whole row."""

    def currentChanged(
        self, now: QModelIndex | QPersistentModelIndex, before: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Say where the keyboard is."""
        super().currentChanged(now, before)
        if now.isValid():
            self.reached.emit(self.visualRect(now))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold a kind at its chevron."""
        self.is_by_keyboard = False
        at = event.position().toPoint()
        index = self.indexAt(at)
        is_kind = index.isValid() and not index.parent().isValid()
        can_choose = bool(index.flags() & Qt.ItemFlag.ItemIsSelectable)
        is_at_chevron = at.x() < self._look.px(CHEVRON_END) or not can_choose
        if event.button() is Qt.MouseButton.LeftButton and is_kind and is_at_chevron:
            self.setExpanded(index, not self.isExpanded(index))
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Draw the ring from now on."""
        self.is_by_keyboard = True
        super().keyPressEvent(event)
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """All rows are seen; the pane around them scrolls."""
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember how the focus came."""
        self.is_by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        if self.is_by_keyboard and self.currentIndex().isValid():
            self.reached.emit(self.visualRect(self.currentIndex()))
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Paint the selection as inactive."""
        super().focusOutEvent(event)
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the row under the mouse."""
        super().leaveEvent(event)
        self.viewport().update()
