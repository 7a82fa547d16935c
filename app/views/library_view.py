"""The library pane: a section head and the tree of stores, painted by one delegate. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.library_model import Badge, LibraryModel, LibraryRow
from app.models.roles import ROW
from app.views.painting import draw_row_background

BADGE_ICONS = {
    Badge.FAILED: ("triangle-alert", "error"),
    Badge.DAMAGED: ("triangle-alert", "error"),
    Badge.RUNNING: ("radio", "ok"),
    Badge.SNAPSHOT: ("camera", "text_2"),
    Badge.READ_ONLY: ("lock", "text_2"),
}
"""Icon and colour of each mark."""


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
        return QSize(0, self._look.px(tokens()["height"]["tree_row"]))

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
            is_hovered=bool(state & QStyle.StateFlag.State_MouseOver) and row.key is not None,
            has_focus_ring=view.is_by_keyboard and view.currentIndex() == index and view.hasFocus(),
            hover_role="hover_window",
        )
        self._paint_parts(painter, rect, row, view.isExpanded(index))
        painter.restore()

    def _paint_parts(self, painter: QPainter, rect: QRect, row: LibraryRow, is_open: bool) -> None:
        look, is_kind = self._look, row.key is None
        ratio = painter.device().devicePixelRatioF()
        left = rect.x() + look.px(8 if is_kind else 28)
        icon, icon_px = ("chevron-down" if is_open else "chevron-right", 14) if is_kind else ("database", 16)
        _draw_icon(painter, look, icon, "text_2", icon_px, QPoint(left, rect.center().y()), ratio)
        right = rect.right() + 1 - look.px(16)
        painter.setPen(look.colour("text_2"))
        painter.setFont(look.font(TypeUse.SMALL))
        count_px = round(look.metrics(TypeUse.SMALL).horizontalAdvance(row.count_text))
        painter.drawText(
            QRect(right - count_px, rect.y(), count_px, rect.height()),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            row.count_text,
        )
        right -= count_px + look.px(8) if row.count_text else 0
        if row.badge is not None:
            name, role = BADGE_ICONS[row.badge]
            right -= look.px(14)
            _draw_icon(painter, look, name, role, 14, QPoint(right, rect.center().y()), ratio)
            right -= look.px(6)
        text_left = left + look.px(22)
        use = TypeUse.ROW_TITLE if is_kind else TypeUse.BODY
        painter.setPen(look.colour("text"))
        painter.setFont(QFont(look.font(use)))
        # What tells two stores of one name apart stands at the end.
        where = Qt.TextElideMode.ElideMiddle if " – " in row.name else Qt.TextElideMode.ElideRight
        name_text = look.metrics(use).elidedText(row.name, where, max(right - text_left, 0))
        painter.drawText(
            QRect(text_left, rect.y(), max(right - text_left, 0), rect.height()),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute,
            name_text,
        )


def _draw_icon(
    painter: QPainter, look: Look, name: str, role: str, size: int, left_middle: QPoint, ratio: float
) -> None:
    """Draw an icon with its left edge and its middle at a point."""
    side = look.px(size)
    painter.drawPixmap(left_middle.x(), left_middle.y() - side // 2 + 1, look.pixmap(name, role, size, ratio))


class LibraryTree(QTreeView):
    """The tree itself; a click on a kind folds it.

    Attributes:
        is_by_keyboard: the focus came by keyboard, so that the row's ring is drawn.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.is_by_keyboard = False
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Stores")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def drawBranches(self, _painter: QPainter, _rect: QRect, _index: QModelIndex | QPersistentModelIndex) -> None:
        """The delegate paints the whole row."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold a kind."""
        self.is_by_keyboard = False
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index.isValid() and not index.parent().isValid():
            self.setExpanded(index, not self.isExpanded(index))
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Draw the ring from now on."""
        self.is_by_keyboard = True
        super().keyPressEvent(event)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember how the focus came."""
        self.is_by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Paint the selection as inactive."""
        super().focusOutEvent(event)
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the row under the mouse."""
        super().leaveEvent(event)
        self.viewport().update()


class LibraryView(QWidget):
    """The pane.

    Signals:
        store_chosen (StoreKey): a person or the program chose another store.
        open_asked: the plus at the section's head.
        menu_asked (QPoint, global): the context menu is wanted.
    """

    store_chosen = Signal(object)
    open_asked = Signal()
    menu_asked = Signal(object)

    def __init__(self, look: Look, model: LibraryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("library")
        self._model = model
        self.tree = LibraryTree(self)
        self._delegate = LibraryDelegate(look, self.tree)
        self.tree.setModel(model)
        self.tree.setItemDelegate(self._delegate)
        self._head = QLabel("Stores", self)
        self._plus = QToolButton(self)
        self._plus.setToolTip("Open a store")
        self._plus.setAccessibleName("Open a store")
        self._plus.clicked.connect(self.open_asked)
        head_row = QHBoxLayout()
        head_row.addWidget(self._head, 1)
        head_row.addWidget(self._plus)
        self._head_row = head_row
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addLayout(head_row)
        self._column.addWidget(self.tree, 1)
        self.tree.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.tree.customContextMenuRequested.connect(self._on_menu_requested)
        model.modelReset.connect(self.tree.expandAll)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._delegate.set_look(look)
        self._head.setFont(look.font(TypeUse.SMALL_STRONG))
        self._plus.setIcon(look.icon("plus", "text_2"))
        self._plus.setIconSize(QSize(look.px(16), look.px(16)))
        self._plus.setFixedSize(look.px(26), look.px(26))
        self._head_row.setContentsMargins(look.px(12), 0, look.px(6), 0)
        self._column.setContentsMargins(0, look.px(6), 0, 0)
        self.tree.scheduleDelayedItemsLayout()
        self.tree.viewport().update()

    def choose(self, key: object) -> None:
        """Select a store, which announces it if it was not selected."""
        index = self._model.index_of(key)  # type: ignore[arg-type]
        if index.isValid():
            self.tree.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, selected: QItemSelection, _before: QItemSelection) -> None:
        for index in selected.indexes():
            facts = self._model.facts_at(index)
            if facts is not None:
                self.store_chosen.emit(facts.key)

    @Slot(QPoint)
    def _on_menu_requested(self, at: QPoint) -> None:
        self.menu_asked.emit(self.tree.viewport().mapToGlobal(at))
