"""Lists of a plan: its sessions in rows of two lines, and what of one changes in rows of one. GUI thread only."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models import roles
from app.models.spoken_model import SpokenModel
from app.present.plan_session import PlanLine
from app.present.plan_words import PlanRow
from app.views.painting import draw_icon_at
from app.views.text_cache import TextCache

Index = QModelIndex | QPersistentModelIndex

ROW_PX, LINE_PX, INSET_PX, ICON_ROOM_PX = 40, 28, 12, 22
BATCH_ROWS = 500
LEAST_WHICH_PX = 48
"""Which row of its table a line speaks of is left out where it would have less than this, at 100 %."""

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_ONE_LINE = int(Qt.TextFlag.TextSingleLine)


class _RowPainter(QStyledItemDelegate):
    """What rows of both lists share: one height, background, bar, elided words."""

    height_px = LINE_PX

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self._texts = TextCache(look)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """One height; Qt's name."""
        return QSize(0, self._look.px(self.height_px))

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> tuple[QRect, bool]:
        look, rect = self._look, QRect(option.rect)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        has_focus = option.widget is not None and option.widget.hasFocus()
        if is_selected:
            painter.fillRect(rect, look.colour("select" if has_focus else "select_inactive"))
            wide = look.px(tokens()["line_px"]["selection_bar"])
            bar = QRect(rect.left(), rect.top(), wide, rect.height())
            painter.fillRect(bar, look.colour("accent" if has_focus else "line_control"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look.colour("hover"))
        return rect.adjusted(look.px(INSET_PX), 0, -look.px(INSET_PX), 0), is_selected

    def _words(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        use: TypeUse,
        role: str,
        flags: int = _LEFT,
        keeps_end: bool = False,
    ) -> None:
        painter.setFont(self._look.font(use))
        painter.setPen(self._look.colour(role))
        painter.drawText(rect, flags | _ONE_LINE, self._texts.elided(use, text, rect.width(), keeps_end))


class SessionRows(_RowPainter):
    """Sign, title, and below it what would happen or why nothing would."""

    height_px = ROW_PX

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row; Qt's name."""
        row = index.data(roles.ROW)
        inner, is_selected = self._ground(painter, option)
        if not isinstance(row, PlanRow):
            return
        look = self._look
        if row.sign is None:
            wide = self._texts.width_px(TypeUse.SMALL, row.second)
            self._words(painter, inner, row.second, TypeUse.SMALL, "text_2", _RIGHT)
            self._words(painter, inner.adjusted(0, 0, -wide - look.px(8), 0), row.title, TypeUse.SECTION, "text")
            return
        half = inner.height() // 2
        ratio = painter.device().devicePixelRatioF()
        middle = QPoint(inner.left(), inner.top() + look.px(3) + look.line_px(TypeUse.ROW_TITLE) // 2)
        draw_icon_at(painter, look, row.sign.icon, row.sign.role or "text_2", 14, middle, ratio)
        words = inner.adjusted(look.px(ICON_ROOM_PX), 0, 0, 0)
        first = QRect(words.left(), words.top() + look.px(3), words.width(), half - look.px(3) + look.px(1))
        second = QRect(words.left(), words.top() + half, words.width(), half - look.px(3))
        self._words(painter, first, row.title, TypeUse.ROW_TITLE, "text")
        self._words(painter, second, row.second, TypeUse.SMALL, "text" if is_selected else "text_2")


class ChangedRows(_RowPainter):
    """Sign, table or path, which row, and at the end its exact sizes."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one line; Qt's name."""
        line = index.data(roles.ROW)
        inner, is_selected = self._ground(painter, option)
        if not isinstance(line, PlanLine):
            return
        look = self._look
        ratio = painter.device().devicePixelRatioF()
        middle = QPoint(inner.left(), inner.center().y())
        draw_icon_at(painter, look, line.sign.icon, line.sign.role or "text_2", 14, middle, ratio)
        inner.setLeft(inner.left() + look.px(ICON_ROOM_PX))
        quiet = "text" if is_selected else "text_2"
        sizes = min(self._texts.width_px(TypeUse.SMALL, line.sizes), inner.width() * 2 // 3)
        self._words(painter, inner, line.sizes, TypeUse.SMALL, "text", _RIGHT)
        inner.setRight(inner.right() - sizes - look.px(12))
        if line.is_file or not line.what:
            self._words(painter, inner, line.where, TypeUse.CODE, "text", keeps_end=True)
            return
        # Tables have like names, and the session is named above: the row gives way to its table.
        self._words(painter, inner, line.where, TypeUse.CODE, "text", keeps_end=True)
        which = inner.adjusted(self._texts.width_px(TypeUse.CODE, line.where) + look.px(12), 0, 0, 0)
        if which.width() >= look.px(LEAST_WHICH_PX):
            self._words(painter, which, line.what, TypeUse.SMALL, quiet, keeps_end=True)


class PlanList(QListView):
    """One of the lists.

    Signals:
        chosen (row of its model or None): another row is current.
    """

    chosen = Signal(object)

    def __init__(
        self, look: Look, rows: SpokenModel[Any], painter: type[_RowPainter], name: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._look, self._rows = look, rows
        self._delegate = painter(look, self)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        # Ten thousand rows are laid out in parts, so that nothing waits for them.
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(BATCH_ROWS)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(name)
        self.setModel(rows)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._delegate.set_look(look)
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """A few rows: it takes what room there is. Qt's name."""
        return QSize(self._look.px(160), self._look.px(4 * LINE_PX))

    def choose_first(self, at: int = 0) -> None:
        """Choose a row from the top."""
        self.setCurrentIndex(self._rows.index(at))
        self.scrollToTop()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say which row is current; Qt's name."""
        super().currentChanged(current, previous)
        self.chosen.emit(self._rows.row_at(current.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the chosen rows; Qt's name."""
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted(index.row() for index in self.selectedIndexes())
            said = (row.spoken for at in rows if (row := self._rows.row_at(at)) is not None)
            QApplication.clipboard().setText("\n".join(said))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # the dialog's default button
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Paint the selection as active; Qt's name."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._rows.rowCount():
            self.choose_first()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Paint the selection as inactive; Qt's name."""
        super().focusOutEvent(event)
        self.viewport().update()
