"""The table of changes: rows of two lines, and a button for each change that can be taken back. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.changes_model import ChangeColumn, ChangesModel
from app.present.receipt_words import ReceiptRow
from app.views.change_delegate import INSET_PX, ROW_PX, ChangeDelegate
from app.views.changes_header import ChangesHeader
from app.views.plain_table import make_plain

Index = QModelIndex | QPersistentModelIndex

SEEN_AFTER_MS = 150
"""So long rows must stand still before it is asked whether they can be taken back."""

UNDO_PX, UNDO_SHARE = 178, 0.24
STORE_SHARE, CHANGE_SHARE = 0.17, 0.54
"""How the room beside When and Undo is shared; before and after take the rest."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ChangesTable(QTableView):
    """The table.

    Signals:
        chosen (ReceiptRow or None): another row is current.
        undo_asked (ReceiptRow): its button, or Enter or Space on it.
        order_asked: the head of the times was clicked.
        seen: other rows are seen, or the same ones stand still.
        copy_asked: the copy shortcut.
        menu_asked (QPoint, global): the menu of the current row.
    """

    chosen = Signal(object)
    undo_asked = Signal(object)
    order_asked = Signal()
    seen = Signal()
    copy_asked = Signal()
    menu_asked = Signal(object)

    def __init__(self, look: Look, model: ChangesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._model = look, model
        self.is_by_keyboard = False
        self._pressed: ReceiptRow | None = None
        self._delegate = ChangeDelegate(look, self)
        self.setItemDelegate(self._delegate)
        self._header = ChangesHeader(look, self)
        self.setHorizontalHeader(self._header)
        make_plain(self)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Changes")
        self.setModel(model)
        self._seen = QTimer(self, singleShot=True, interval=SEEN_AFTER_MS)
        self._seen.timeout.connect(self.seen)
        self._header.order_asked.connect(self.order_asked)
        self.verticalScrollBar().valueChanged.connect(self._on_moved)
        model.modelReset.connect(self._on_moved)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._delegate.set_look(look)
        self._header.set_look(look)
        self.verticalHeader().setDefaultSectionSize(look.px(ROW_PX))
        self._fit()
        self.viewport().update()

    def choose(self, receipt_id: str) -> bool:
        """Choose the row of a receipt where it is; whether it is listed."""
        place = self._model.place_of(receipt_id)
        if place is None:
            return False
        self.selectRow(place)
        return True

    def show_receipt(self, receipt_id: str) -> bool:
        """Choose the row of a receipt, and scroll to it; whether it is listed."""
        if not self.choose(receipt_id):
            return False
        self.scrollTo(self.currentIndex())
        return True

    def choose_first(self) -> None:
        """Choose the first row, after others were let through."""
        if self._model.rowCount():
            self.selectRow(0)
            self.scrollToTop()
        else:
            self.chosen.emit(None)

    def current(self) -> ReceiptRow | None:
        """The row that the keyboard is on."""
        return self._model.row_at(self.currentIndex().row())

    def seen_rows(self) -> tuple[ReceiptRow, ...]:
        """The rows that are seen now, from top to bottom."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        if first < 0:
            return ()
        last = self._model.rowCount() - 1 if last < 0 else last
        return tuple(row for at in range(first, last + 1) if (row := self._model.row_at(at)) is not None)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say which row is current; Qt's name."""
        super().currentChanged(current, previous)
        self.chosen.emit(self._model.row_at(current.row()))

    # Mouse

    def button_at(self, at: QPoint) -> ReceiptRow | None:
        """The row whose button is at a point of the viewport."""
        index = self.indexAt(at)
        row = self._model.row_at(index.row()) if index.column() == ChangeColumn.UNDO else None
        if row is None or not row.undo.is_possible:
            return None
        return row if self._delegate.button_rect(self.visualRect(index), row).contains(at) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse over the buttons; Qt's name."""
        super().mouseMoveEvent(event)
        self._hover(self.button_at(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take note of the button; Qt's name."""
        self.is_by_keyboard = False
        super().mousePressEvent(event)
        is_left = event.button() is Qt.MouseButton.LeftButton
        self._press(self.button_at(event.position().toPoint()) if is_left else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Use the button if it is the one that was pressed; Qt's name."""
        super().mouseReleaseEvent(event)
        pressed, at = self._pressed, self.button_at(event.position().toPoint())
        self._press(None)
        if pressed is not None and pressed is at:
            self.undo_asked.emit(pressed)

    def leaveEvent(self, event: QEvent) -> None:
        """No button is under the mouse; Qt's name."""
        super().leaveEvent(event)
        self._hover(None)

    def _hover(self, row: ReceiptRow | None) -> None:
        if row is not self._delegate.hovered:
            self._delegate.hovered = row
            self.viewport().update()

    def _press(self, row: ReceiptRow | None) -> None:
        self._pressed = self._delegate.pressed = row
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the row, by mouse or by key; Qt's name."""
        if self.current() is None:
            return
        is_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        rect = self.visualRect(self.currentIndex())
        self.menu_asked.emit(event.globalPos() if is_mouse else self.viewport().mapToGlobal(rect.center()))

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space use the button of the row, copy copies; letters do not search. Qt's name."""
        self.is_by_keyboard, current = True, self.current()
        self.viewport().update()
        if event.key() in _ENTER and current is not None:
            if current.undo.is_possible:
                self.undo_asked.emit(current)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: there is a field for that. Qt's name."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the first row where none was chosen; Qt's name."""
        self.is_by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._model.rowCount():
            self.selectRow(0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Paint the selection as inactive; Qt's name."""
        super().focusOutEvent(event)
        self.viewport().update()

    # Sizes

    def sizeHint(self) -> QSize:
        """A few rows; Qt's name."""
        return QSize(self._look.px(480), self._look.px(tokens()["height"]["table_header"] + 6 * ROW_PX))

    def minimumSizeHint(self) -> QSize:
        """Two rows; Qt's name."""
        return QSize(self._look.px(200), self._look.px(tokens()["height"]["table_header"] + 2 * ROW_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew; Qt's name."""
        super().resizeEvent(event)
        self._fit()
        self._on_moved()

    @Slot()
    def _on_moved(self) -> None:
        self._seen.start()

    def _fit(self) -> None:
        look, header, wide = self._look, self._header, self.viewport().width()
        when = int(look.metrics(TypeUse.SMALL).horizontalAdvance("30 Sep 2026")) + look.px(2 * INSET_PX + 8)
        undo = max(min(look.px(UNDO_PX), int(wide * UNDO_SHARE)), 0)
        rest = max(wide - when - undo, 0)
        change, store = int(rest * CHANGE_SHARE), int(rest * STORE_SHARE)
        widths = (when, change, store, rest - change - store, wide - when - rest)
        for column, width in zip(ChangeColumn, widths, strict=True):
            header.resizeSection(column, width)
