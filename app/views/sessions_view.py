"""The session list: one table over a model of any length, with headings between its rows. GUI thread only.

The view knows no store: it says which lines it shows, and which one a person chose. A line is a heading or a row.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, QTimer, Signal
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
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.look.look import Look
from app.look.tokens import tokens
from app.models.sessions_model import SessionsModel
from app.present.columns import Column, order_after_click
from app.views.heading_row import paint_heading
from app.views.plain_table import make_plain
from app.views.session_columns import SessionColumns
from app.views.session_row_delegate import INSET, Index, SessionRowDelegate
from app.views.sort_header import SortHeader
from app.views.text_cache import TextCache
from store.values.listing import GroupBy

RANGE_AFTER_MS = 30
"""Scrolling reports what is seen only after it rested so long; a drag over a million rows would ask for them all."""

_KEYBOARD_REASONS = frozenset({Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason})
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SAID_BY_HEADING = {GroupBy.MODEL: (Column.MODEL,), GroupBy.STORE: (Column.STORE,)}
_KEEP = QItemSelectionModel.SelectionFlag.NoUpdate


class SessionsView(QTableView):
    """A table that paints by one delegate.

    Attributes:
        columns: which are seen, and how wide.

    Signals:
        range_seen (first line, end line as objects): lines that are visible now, end exclusive; after scrolling rested.
        row_chosen (line as object): another row is current, by a person.
        row_entered (line as object): Enter or a double click.
        fold_asked (group as object, bool): a heading is to be folded or opened.
        selection_changed: other rows are selected.
        order_asked (ListOrder): a click on the header.
        copy_asked: the copy shortcut.
        row_menu_asked, order_menu_asked (QPoint, global): the context menu of the current row or the header is wanted.
    """

    range_seen = Signal(object, object)
    row_chosen = Signal(object)
    row_entered = Signal(object)
    fold_asked = Signal(object, bool)
    selection_changed = Signal()
    order_asked = Signal(object)
    copy_asked = Signal()
    row_menu_asked = Signal(object)
    order_menu_asked = Signal(object)

    def __init__(self, look: Look, model: SessionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._model = model
        self._heading_lines: list[int] = []
        self._is_choosing = False
        self._by_keyboard = False
        self._rest = QTimer(self, singleShot=True, interval=RANGE_AFTER_MS)
        self._rest.timeout.connect(self._report_range)
        self._delegate = SessionRowDelegate(look, self)
        self._header = SortHeader(look, self)
        self._header.menu_asked.connect(self.order_menu_asked)
        self._header.sectionClicked.connect(self._on_header_clicked)
        self.columns = SessionColumns(look, self._header)
        self.setHorizontalHeader(self._header)
        self.setItemDelegate(self._delegate)
        self._set_up()
        self.setModel(model)
        model.modelReset.connect(self._on_reset)
        model.rowsInserted.connect(self._on_scrolled)
        model.rowsRemoved.connect(self._on_scrolled)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.columns.arranged.connect(self._on_columns_changed)
        self.set_look(look)

    def _set_up(self) -> None:
        make_plain(self)
        self._header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._header.setFirstSectionMovable(False)  # the title keeps the list's leading edge; a table allows it
        self.setCornerWidget(QWidget(self))
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Sessions")

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)
        self._delegate.set_look(look)
        self._header.set_look(look)
        self.columns.set_look(look)
        self._size_lines()
        self.verticalScrollBar().setSingleStep(self._delegate.row_height_px)
        self.fit_columns()
        self.viewport().update()

    @property
    def seen(self) -> tuple[Column, ...]:
        """Columns that are visible, in display order."""
        return self.columns.seen

    def visible_rows(self) -> tuple[int, int]:
        """Lines in the viewport, half open; (0, 0) when there are none."""
        if not self._model.row_count:
            return 0, 0
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        first = max(first, 0)
        return first, (self._model.row_count if last < 0 else last + 1)

    def choose_row(self, line: int | None, to_middle: bool = False) -> None:
        """Make a line current and the only one selected, without a signal, and bring it into sight; None for none."""
        self._is_choosing = True
        if line is None:
            self.selectionModel().clear()
        else:
            self.setCurrentIndex(self._model.index(line, 0))
            hint = QAbstractItemView.ScrollHint
            self.scrollTo(self._model.index(line, 0), hint.PositionAtCenter if to_middle else hint.EnsureVisible)
        self._is_choosing = False

    def select_also(self, spans: tuple[tuple[int, int], ...]) -> None:
        """Select further lines, as half open spans, as few as there can be: Qt compares each one with all others.

        The current line stays.
        """
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        selection = QItemSelection()
        for begin, end in spans:
            selection.select(self._model.index(begin, 0), self._model.index(end - 1, 0))
        self.selectionModel().select(selection, flags)

    def selected_spans(self) -> tuple[tuple[int, int], ...]:
        """Selected lines as half open spans, headings among them included, in order."""
        return tuple(sorted({(span.top(), span.bottom() + 1) for span in self.selectionModel().selection().toList()}))

    def current_row(self) -> int | None:
        """The current line; None if there is none."""
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    def fold(self, group: int, is_folded: bool) -> None:
        """Fold a group or open it; what was current in it gives way to its heading, without a signal."""
        self._is_choosing = True
        line = self.current_row()
        if line is not None and is_folded and self._model.map.group_of_line(line) == group:
            self.selectionModel().setCurrentIndex(self._model.index(self._model.map.head_line(group), 0), _KEEP)
        self._model.set_folded(group, is_folded)
        self._heading_lines = self._model.map.heading_lines
        self._is_choosing = False
        self.viewport().update()

    def show_stale(self, is_stale: bool) -> None:
        """Show the last values as being read again, or not any more."""
        self._delegate.is_stale = is_stale
        self.viewport().update()

    def fit_columns(self) -> None:
        """Arrange the columns for the width there is."""
        self.columns.fit(self.viewport().width())

    # Choosing

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say which row was chosen; Qt's name."""
        super().currentChanged(current, previous)
        if current.isValid() and current.row() != previous.row() and not self._is_choosing:
            if self._model.map.row_at(current.row()) is not None:
                self.row_chosen.emit(current.row())
            self.viewport().update()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Paint whole rows again; Qt's name."""
        super().selectionChanged(selected, deselected)
        self.viewport().update()
        self.selection_changed.emit()

    def selectionCommand(self, index: Index, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        """A heading becomes current without taking the selection away from the rows; Qt's name."""
        if index.isValid() and self._model.map.row_at(index.row()) is None:
            return _KEEP
        return super().selectionCommand(index, event)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the first and last line, left and right stay: a list, not a sheet. Qt's name."""
        moves = QAbstractItemView.CursorAction
        count = self._model.row_count
        if not count:
            return QModelIndex()
        line = self.current_row()
        if action is moves.MoveEnd:
            return self._model.index(count - 1, 0)
        if action is moves.MoveHome or line is None:
            return self._model.index(self._model.map.line_of(0) or 0, 0)
        if action in (moves.MoveLeft, moves.MoveRight):
            return self._model.index(line, 0)
        return super().moveCursor(action, modifiers)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: Qt would walk through every row, a million of them unread. Qt's name."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, copy copies, arrows fold; the ring is shown from the first key on. Qt's name."""
        self._by_keyboard = True
        line = self.current_row()
        if line is not None and self._press_in_groups(line, event.key()):
            return
        if event.key() in _ENTER and line is not None:
            self.row_entered.emit(line)
            return
        if event.matches(QKeySequence.StandardKey.Copy) and line is not None:
            self.copy_asked.emit()
            return
        super().keyPressEvent(event)

    def _press_in_groups(self, line: int, key: int) -> bool:
        """Keys of a grouped list, as in a tree; whether this was one."""
        lines = self._model.map
        group = lines.group_of_line(line)
        if group is None:
            return False
        is_heading, is_folded = lines.heading_at(line) is not None, lines.is_folded(group)
        turning = {*_ENTER, Qt.Key.Key_Space, Qt.Key.Key_Right if is_folded else Qt.Key.Key_Left}
        if is_heading and key in turning:
            self.fold_asked.emit(group, not is_folded)
        elif key == Qt.Key.Key_Left and not is_heading:
            self.selectionModel().setCurrentIndex(self._model.index(lines.head_line(group), 0), _KEEP)
            self.scrollTo(self.currentIndex())
        elif key == Qt.Key.Key_Right and is_heading:
            self.setCurrentIndex(self._model.index(line + 1, 0))
        else:
            return False
        return True

    # Mouse and focus

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the ring away; a click on a heading folds or opens it. Qt's name."""
        self._by_keyboard = False
        group = self._model.map.heading_at(self.rowAt(round(event.position().y())))
        if group is None:
            super().mousePressEvent(event)
        elif event.button() is Qt.MouseButton.LeftButton:
            self.fold_asked.emit(group, not self._model.map.is_folded(group))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open; on a heading it is one more click. Qt's name."""
        line = self.rowAt(round(event.position().y()))
        if self._model.map.heading_at(line) is not None:
            self.mousePressEvent(event)
            return
        super().mouseDoubleClickEvent(event)
        if line >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self.row_entered.emit(line)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the current row, which a right click has made current, or of a heading; Qt's name."""
        line = self.current_row()
        is_by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        if line is None or (is_by_mouse and self.rowAt(event.pos().y()) != line):
            event.ignore()  # around the rows there is the menu of the list
            return
        at = QPoint(self._look.px(INSET), self.rowViewportPosition(line) + self.rowHeight(line))
        is_heading = self._model.map.heading_at(line) is not None
        asked = self.order_menu_asked if is_heading else self.row_menu_asked
        asked.emit(event.globalPos() if is_by_mouse else self.viewport().mapToGlobal(at))

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
        self.fit_columns()
        self._rest.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, then the headings over their cells, then the ring of the current line; Qt's name."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        for group in self._visible_groups():
            self._paint_heading(painter, self._model.map.head_line(group))
        index = self.currentIndex()
        if self._delegate.has_focus and self._by_keyboard and index.isValid():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._look.colour("accent"), tokens()["line_px"]["row_focus"]))
            ring = self._line_rect(index.row()).toRectF()
            painter.drawRoundedRect(ring.adjusted(1.5, 1.5, -1.5, -1.5), self._look.px(2), self._look.px(2))
        painter.end()

    def _visible_groups(self) -> range:
        first, end = self.visible_rows()
        begin, last = self._model.map.group_of_line(first), self._model.map.group_of_line(end - 1)
        return range(0) if begin is None or last is None else range(begin, last + 1)

    def _paint_heading(self, painter: QPainter, line: int) -> None:
        heading = self._model.heading_at(line)
        if heading is not None:
            is_hovered = line == self._delegate.hovered_row
            paint_heading(painter, self._line_rect(line), heading, self._look, self._texts, is_hovered)

    def _line_rect(self, line: int) -> QRect:
        return QRect(0, self.rowViewportPosition(line), self.viewport().width(), self.rowHeight(line))

    def _set_hovered(self, line: int) -> None:
        if line != self._delegate.hovered_row:
            self._delegate.hovered_row = line
            self.viewport().update()

    def _set_focused(self, has_focus: bool) -> None:
        self._delegate.has_focus = has_focus
        self.viewport().update()

    # Lines and columns

    def _size_lines(self) -> None:
        """Give every line its height. Without updates a section costs a microsecond, with them thirty."""
        rows, heading_px = self.verticalHeader(), self._look.px(tokens()["height"]["group_row"])
        rows.setUpdatesEnabled(False)
        rows.blockSignals(True)
        # Another default is given only to those that have the one before.
        for line in self._heading_lines:
            if line < rows.count():
                rows.resizeSection(line, rows.defaultSectionSize())
        rows.setDefaultSectionSize(self._delegate.row_height_px)
        self._heading_lines = self._model.map.heading_lines
        for line in self._heading_lines:
            rows.resizeSection(line, heading_px)
        rows.blockSignals(False)
        rows.setUpdatesEnabled(True)
        self.doItemsLayout()

    def _on_reset(self) -> None:
        self._header.set_order(self._model.order)
        self._delegate.hovered_row = -1
        self._size_lines()
        self.fit_columns()
        self._rest.start()

    def _on_columns_changed(self) -> None:
        said = _SAID_BY_HEADING.get(self._model.listed.want.group_by, ())
        self._delegate.seen = frozenset((*self.columns.seen, *said))
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(
            policy.ScrollBarAsNeeded if self.columns.is_wider else policy.ScrollBarAlwaysOff
        )
        self.viewport().update()

    def _on_header_clicked(self, section: int) -> None:
        self.order_asked.emit(order_after_click(Column(section), self._model.order))

    def _on_scrolled(self, *_where: object) -> None:
        # Not `start` itself: it would take the value of the scroll bar for its interval.
        self._rest.start()

    def _report_range(self) -> None:
        first, end = self.visible_rows()
        if end > first:
            self.range_seen.emit(first, end)
