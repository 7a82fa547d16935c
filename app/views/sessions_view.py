"""The session list: one table of fixed row height over a model of any length. GUI thread only.

The view knows no store: it says which rows it shows, and which row a person chose. Columns come and go with its width.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.sessions_model import SessionsModel
from app.present.columns import COLUMNS, Column, order_after_click, seen_columns
from app.views.session_row_delegate import INSET, Index, SessionRowDelegate
from app.views.sort_header import SortHeader
from app.views.text_cache import TextCache

RANGE_AFTER_MS = 30
"""Scrolling reports what is seen only after it rested so long; a drag over a million rows would ask for them all."""

TITLE_MIN = 280
TITLE_LEAST = 140
"""What the title keeps, at 100 %, before another column is added."""

STATE_ICON = 18
_KEYBOARD_REASONS = frozenset({Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason})


class SessionsView(QTableView):
    """A table that paints by one delegate.

    Signals:
        range_seen (first row, end row as objects): rows that are visible now, end exclusive; after scrolling rested.
        row_chosen (row as object): another row is current, by a person.
        row_entered (row as object): Enter or a double click.
        order_asked (SortOrder): a click on the header.
        copy_asked: the copy shortcut.
        row_menu_asked, order_menu_asked (QPoint, global): the context menu of the current row or the header is wanted.
    """

    range_seen = Signal(object, object)
    row_chosen = Signal(object)
    row_entered = Signal(object)
    order_asked = Signal(object)
    copy_asked = Signal()
    row_menu_asked = Signal(object)
    order_menu_asked = Signal(object)

    def __init__(self, look: Look, model: SessionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._model = model
        self._is_choosing = False
        self._by_keyboard = False
        self._rest = QTimer(self, singleShot=True, interval=RANGE_AFTER_MS)
        self._rest.timeout.connect(self._report_range)
        self._delegate = SessionRowDelegate(look, self)
        self._header = SortHeader(look, self)
        self._header.menu_asked.connect(self.order_menu_asked)
        self._header.sectionClicked.connect(self._on_header_clicked)
        self.setHorizontalHeader(self._header)
        self.setItemDelegate(self._delegate)
        self._set_up()
        self.setModel(model)
        model.modelReset.connect(self._on_reset)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.set_look(look)

    def _set_up(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Sessions")

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)
        self._delegate.set_look(look)
        self._header.set_look(look)
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(self._delegate.row_height_px)
        rows.setDefaultSectionSize(self._delegate.row_height_px)
        self.verticalScrollBar().setSingleStep(self._delegate.row_height_px)
        self._fit_columns()
        self.viewport().update()

    @property
    def seen(self) -> tuple[Column, ...]:
        """Columns that are visible, in display order."""
        return tuple(sorted(self._delegate.seen))

    def visible_rows(self) -> tuple[int, int]:
        """Rows in the viewport, half open; (0, 0) when there are none."""
        if not self._model.row_count:
            return 0, 0
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        first = max(first, 0)
        return first, (self._model.row_count if last < 0 else last + 1)

    def choose_row(self, row: int | None, to_middle: bool = False) -> None:
        """Make a row current without a signal, and bring it into sight; None for no row."""
        self._is_choosing = True
        if row is None:
            self.selectionModel().clear()
        else:
            self.setCurrentIndex(self._model.index(row, 0))
            hint = QAbstractItemView.ScrollHint
            self.scrollTo(self._model.index(row, 0), hint.PositionAtCenter if to_middle else hint.EnsureVisible)
        self._is_choosing = False

    def current_row(self) -> int | None:
        """The current row; None if there is none."""
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    def show_stale(self, is_stale: bool) -> None:
        """Show the last values as being read again, or not any more."""
        self._delegate.is_stale = is_stale
        self.viewport().update()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say which row was chosen; Qt's name."""
        super().currentChanged(current, previous)
        if current.isValid() and current.row() != previous.row() and not self._is_choosing:
            self.row_chosen.emit(current.row())

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Paint whole rows again; Qt's name."""
        super().selectionChanged(selected, deselected)
        self.viewport().update()

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the first and last row, left and right stay: a list, not a sheet. Qt's name."""
        moves = QAbstractItemView.CursorAction
        count = self._model.row_count
        if not count:
            return QModelIndex()
        row = self.current_row()
        if action is moves.MoveEnd:
            return self._model.index(count - 1, 0)
        if action is moves.MoveHome or row is None:
            return self._model.index(0, 0)
        if action in (moves.MoveLeft, moves.MoveRight):
            return self._model.index(row, 0)
        return super().moveCursor(action, modifiers)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: Qt would walk through every row, a million of them unread. Qt's name."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, copy copies; the ring is shown from the first key on. Qt's name."""
        self._by_keyboard = True
        row = self.current_row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None:
            self.row_entered.emit(row)
            return
        if event.matches(QKeySequence.StandardKey.Copy) and row is not None:
            self.copy_asked.emit()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the ring away; Qt's name."""
        self._by_keyboard = False
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open; Qt's name."""
        super().mouseDoubleClickEvent(event)
        row = self.rowAt(round(event.position().y()))
        if row >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self.row_entered.emit(row)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the current row, which a right click has made current; Qt's name."""
        row = self.current_row()
        is_by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        if row is None or (is_by_mouse and self.rowAt(event.pos().y()) != row):
            return
        at = QPoint(self._look.px(INSET), self.rowViewportPosition(row) + self._delegate.row_height_px)
        self.row_menu_asked.emit(event.globalPos() if is_by_mouse else self.viewport().mapToGlobal(at))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse for the hover; Qt's name."""
        self._set_hovered(self.rowAt(round(event.position().y())))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered; Qt's name."""
        self._set_hovered(-1)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Selected rows change their colour; Qt's name."""
        super().focusInEvent(event)
        self._by_keyboard = self._by_keyboard or event.reason() in _KEYBOARD_REASONS
        self._set_focused(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Selected rows change their colour; Qt's name."""
        super().focusOutEvent(event)
        self._set_focused(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the columns for the width; Qt's name."""
        super().resizeEvent(event)
        self._fit_columns()
        self._rest.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, then the ring of the current one; Qt's name."""
        super().paintEvent(event)
        index = self.currentIndex()
        if not (self._delegate.has_focus and self._by_keyboard and index.isValid()):
            return
        top = self.rowViewportPosition(index.row())
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("accent"), tokens()["line_px"]["row_focus"]))
        ring = QRect(0, top, self.viewport().width(), self._delegate.row_height_px).toRectF()
        painter.drawRoundedRect(ring.adjusted(1.5, 1.5, -1.5, -1.5), self._look.px(2), self._look.px(2))
        painter.end()

    def _set_hovered(self, row: int) -> None:
        if row != self._delegate.hovered_row:
            self._delegate.hovered_row = row
            self.viewport().update()

    def _set_focused(self, has_focus: bool) -> None:
        self._delegate.has_focus = has_focus
        self.viewport().update()

    def _on_reset(self) -> None:
        self._header.set_order(self._model.order)
        self._delegate.hovered_row = -1
        self._fit_columns()
        self._rest.start()

    def _on_header_clicked(self, section: int) -> None:
        order = order_after_click(Column(section), self._model.order)
        if order is not None:
            self.order_asked.emit(order)

    def _on_scrolled(self, value: int) -> None:  # noqa: ARG002
        # Not `start` itself: it would take the value of the scroll bar for its interval.
        self._rest.start()

    def _report_range(self) -> None:
        first, end = self.visible_rows()
        if end > first:
            self.range_seen.emit(first, end)

    def _fit_columns(self) -> None:
        width = self.viewport().width()
        widths: dict[Column, int] = {column: self._column_px(column) for column in Column if column is not Column.TITLE}
        seen = seen_columns(width, widths, self._look.px(TITLE_LEAST), self._look.px(TITLE_MIN))
        for column, column_px in widths.items():
            self.setColumnHidden(column, column not in seen)
            self.setColumnWidth(column, column_px)
        self.setColumnWidth(Column.TITLE, max(width - sum(widths[c] for c in seen if c in widths), self._look.px(80)))
        self._delegate.seen = frozenset(seen)

    def _column_px(self, column: Column) -> int:
        widest = max(self._texts.width_px(TypeUse.SMALL, sample) for sample in COLUMNS[column].samples)
        if column is Column.STATE:
            widest += self._look.px(STATE_ICON)
        return max(widest, self._header.label_px(column)) + self._look.px(INSET)
