"""The metadata tree in Info: painted rows of 26 px, masked values with a Show button. GUI thread only.

The tree is as high as its open rows and scrolls with the page around it; only what is visible is painted.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.metadata_model import NAME, Index, MetadataModel, MetadataRow
from app.models.roles import ROW
from app.views.text_cache import TextCache

NAME_WIDTH = 240
INDENT = 16
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_ONE_LINE = int(Qt.TextFlag.TextSingleLine)


class MetadataDelegate(QStyledItemDelegate):
    """Paints a key or a value, with the line under its row."""

    def __init__(self, look: Look, view: MetadataView) -> None:
        super().__init__(view)
        self._view = view
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """A constant; Qt's name."""
        return QSize(self._look.px(40), self._look.px(tokens()["height"]["tree_row"]))

    def button_rect(self, cell: QRect, row: MetadataRow) -> QRect:
        """Where the Show button of a masked value stands, in its cell."""
        look = self._look
        words = self._texts.width_px(TypeUse.SMALL, row.text)
        room = cell.width() - look.px(22)
        width, height = self._texts.width_px(TypeUse.SMALL, "Show") + look.px(16), look.px(20)
        left = cell.left() + look.px(20) + min(words, room - width) + look.px(8)
        return QRect(left, cell.top() + (cell.height() - height) // 2, width, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell; Qt's name."""
        look, row = self._look, index.data(ROW)
        rect: QRect = option.rect
        line = QRect(0, rect.bottom(), self._view.viewport().width(), 1)
        painter.fillRect(line, look.colour("line"))
        if row is None:
            return
        if index.column() == NAME:
            self._text(painter, rect.adjusted(look.px(2), 0, -look.px(8), 0), row.name, TypeUse.CODE, "text")
        elif row.is_masked:
            self._paint_masked(painter, rect, row)
        else:
            is_quiet = row.node.is_container and row.shown is None
            self._text(painter, rect, row.text, TypeUse.CODE, "text_2" if is_quiet else "text")

    def _paint_masked(self, painter: QPainter, rect: QRect, row: MetadataRow) -> None:
        look, button = self._look, self.button_rect(rect, row)
        icon = look.pixmap("eye-off", "text_2", 14, painter.device().devicePixelRatio())
        side = look.px(14)
        painter.drawPixmap(rect.left(), rect.top() + (rect.height() - side) // 2, icon)
        words = QRect(rect.left() + look.px(20), rect.top(), button.left() - rect.left() - look.px(24), rect.height())
        self._text(painter, words, row.text, TypeUse.SMALL, "text_2")
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.colour("line_strong"))
        painter.setBrush(look.colour("hover" if self._view.hovered_button == row.node.path else "raised"))
        radius = look.px(tokens()["radius"]["badge"])
        painter.drawRoundedRect(button.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.restore()
        painter.setPen(look.colour("text"))
        painter.setFont(look.font(TypeUse.SMALL))
        painter.drawText(button, int(Qt.AlignmentFlag.AlignCenter), "Show")

    def _text(self, painter: QPainter, rect: QRect, text: str, use: TypeUse, role: str) -> None:
        painter.setFont(self._look.font(use))
        painter.setPen(self._look.colour(role))
        painter.drawText(rect, _LEFT | _ONE_LINE, self._texts.elided(use, text, rect.width()))


class MetadataView(QTreeView):
    """A tree without a scroll bar of its own.

    Signals:
        unmask_asked (path as object): a person wants to see a masked value.
        current_moved (QRect as object): the keyboard moved to a row; its place in the widget.

    Attributes:
        hovered_button: path of the masked value whose button is under the mouse.
    """

    unmask_asked = Signal(object)
    current_moved = Signal(object)

    def __init__(self, look: Look, model: MetadataModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._look = look
        self.hovered_button: tuple[str | int, ...] | None = None
        self._delegate = MetadataDelegate(look, self)
        self.setItemDelegate(self._delegate)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setExpandsOnDoubleClick(True)
        self.setAccessibleName("Metadata")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu_asked)
        self.setModel(model)
        self.header().setStretchLastSection(True)
        for moved in (self.expanded, self.collapsed, model.modelReset):
            moved.connect(self._fit_height)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._delegate.set_look(look)
        self.setIndentation(look.px(INDENT))
        self.setColumnWidth(NAME, look.px(NAME_WIDTH))
        self._fit_height()
        self.viewport().update()

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        """Paint the chevron; Qt's name."""
        row = self._model.row_at(index)
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), self._look.colour("line"))
        if row is None or not row.children:
            return
        side = self._look.px(14)
        name = "chevron-down" if self.isExpanded(index) else "chevron-right"
        left = rect.right() + 1 - self._look.px(INDENT)
        pixmap = self._look.pixmap(name, "text_2", 14, self.devicePixelRatioF())
        painter.drawPixmap(left, rect.top() + (rect.height() - side) // 2, pixmap)

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Fill the current row, then its cells; Qt's name."""
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, self._look.colour("select" if self.hasFocus() else "select_inactive"))
        super().drawRow(painter, option, index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space show a masked value, copy copies the value; Qt's name."""
        row = self._model.row_at(self.currentIndex())
        if row is not None and row.is_masked and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.unmask_asked.emit(row.node.path)
        elif row is not None and event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(row.full_text)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse over the buttons; Qt's name."""
        row = self._button_at(event.position().toPoint())
        path = row.node.path if row is not None else None
        if path != self.hovered_button:
            self.hovered_button = path
            self.viewport().update()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on Show; Qt's name."""
        super().mouseReleaseEvent(event)
        row = self._button_at(event.position().toPoint())
        if row is not None and event.button() is Qt.MouseButton.LeftButton:
            self.unmask_asked.emit(row.node.path)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page around; Qt's name."""
        event.ignore()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say where the keyboard is; Qt's name."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.current_moved.emit(self.visualRect(current))

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: letters are shortcuts of the window. Qt's name."""

    def _button_at(self, at: QPoint) -> MetadataRow | None:
        index = self.indexAt(at)
        row = self._model.row_at(index)
        if row is None or not row.is_masked or index.column() == NAME:
            return None
        return row if self._delegate.button_rect(self.visualRect(index), row).contains(at) else None

    def _on_menu_asked(self, at: QPoint) -> None:
        row = self._model.row_at(self.indexAt(at))
        if row is None:
            return
        menu = QMenu(self)
        show = menu.addAction("Show") if row.is_masked else None
        value = menu.addAction("Copy value") if not row.is_masked else None
        name = menu.addAction("Copy key")
        chosen = menu.exec(self.viewport().mapToGlobal(at))
        if chosen is not None and chosen is show:
            self.unmask_asked.emit(row.node.path)
        elif chosen is not None and chosen is value:
            QGuiApplication.clipboard().setText(row.full_text)
        elif chosen is not None and chosen is name:
            QGuiApplication.clipboard().setText(row.node.name)
        menu.deleteLater()

    def _fit_height(self) -> None:
        rows, waiting = 0, [QModelIndex()]
        while waiting:
            parent = waiting.pop()
            count = self._model.rowCount(parent)
            rows += count
            for at in range(count):
                child = self._model.index(at, NAME, parent)
                if self.isExpanded(child):
                    waiting.append(child)
        self.setFixedHeight(max(rows, 1) * self._look.px(tokens()["height"]["tree_row"]))
