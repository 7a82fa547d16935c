"""One text of any size in rows with line numbers: 20 MB on a single line is painted at once. GUI thread only.

Only the rows on the screen are ever laid out; which characters they hold is arithmetic (app/present/whole_text.py).
Selection is by characters; mouse, Shift and arrows, Ctrl+A and Ctrl+C work.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.utf16 import code_point_index, utf16_index
from app.present.whole_text import NARROW_COLUMNS, WholeText, Wrapping
from app.views.transcript.part import cursor_x, hit_format, paint_hit

LEAST_DIGITS = 3
_MOVES = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
}


class WholeTextView(QAbstractScrollArea):
    """A virtual view of plain text.

    Attributes:
        whole: what is shown.
        caret: where the keyboard and the search stand, in characters.
    """

    def __init__(self, look: Look, whole: WholeText, wraps: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.whole = whole
        self.caret = 0
        self._look = look
        self._anchor = 0
        self._wraps = wraps
        self._wrapping = Wrapping(whole, 0)
        self._begins: array[int] = array("Q")
        self._lengths: array[int] = array("I")
        self._current = -1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Whole text")
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().valueChanged.connect(self.viewport().update)
        self.horizontalScrollBar().valueChanged.connect(self.viewport().update)

    @property
    def text(self) -> str:
        """What is shown; control characters and overrides visible."""
        return self.whole.text

    # -- geometry ------------------------------------------------------------------------------------------------------

    @property
    def row_px(self) -> int:
        """Height of a row."""
        return self._look.line_px(TypeUse.CODE)

    @property
    def row_count(self) -> int:
        """Rows at this width."""
        return self._wrapping.row_count

    @property
    def _cell(self) -> float:
        return self._look.metrics(TypeUse.CODE).horizontalAdvance("0" * 64) / 64

    @property
    def _gutter(self) -> int:
        """Width of the line numbers with what is beside them."""
        digits = max(len(str(self.whole.line_count)), LEAST_DIGITS)
        return round(digits * self._cell) + self._look.px(24)

    @property
    def _left(self) -> int:
        return self._gutter + self._look.px(12)

    @property
    def _columns(self) -> int:
        return max(int((self.viewport().width() - self._left - self._look.px(8)) / self._cell), NARROW_COLUMNS)

    def row_range(self, row: int) -> tuple[int, int]:
        """Begin and end of a row's characters."""
        _line, begin, end = self._wrapping.place(row)
        return begin, end

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._wrap()

    def set_wraps(self, wraps: bool) -> None:
        """Wrap long lines, or scroll sideways; what is at the top stays there."""
        self._wraps = wraps
        self._wrap()

    def _wrap(self) -> None:
        top = self.row_range(self.verticalScrollBar().value())[0]
        columns = self._columns if self._wraps else 0
        if columns != self._wrapping.columns:
            self._wrapping = Wrapping(self.whole, columns)
        bar, sideways = self.verticalScrollBar(), self.horizontalScrollBar()
        page = max(self.viewport().height() // self.row_px, 1)
        bar.setPageStep(page)
        bar.setRange(0, min(max(self.row_count - page + 1, 0), (1 << 31) - 1))
        sideways.setPageStep(self._columns)
        sideways.setSingleStep(4)
        sideways.setRange(0, 0 if self._wraps else min(max(self.whole.widest - self._columns + 2, 0), (1 << 31) - 1))
        bar.setValue(self._wrapping.row_of(top))
        self.viewport().update()

    # -- selection, hits -----------------------------------------------------------------------------------------------

    def selected_text(self) -> str:
        """What is selected."""
        return self.text[min(self._anchor, self.caret) : max(self._anchor, self.caret)]

    def select_all(self) -> None:
        """Select everything."""
        self._anchor, self.caret = 0, len(self.text)
        self.viewport().update()

    def copy(self) -> None:
        """Copy the selection, or everything if there is none."""
        QGuiApplication.clipboard().setText(self.selected_text() or self.text)

    def set_hits(self, begins: array[int], lengths: array[int]) -> None:
        """Paint these hits, in characters and rising; none of them is the current one yet."""
        self._begins, self._lengths, self._current = begins, lengths, -1
        self.viewport().update()

    def show_hit(self, number: int) -> None:
        """Make a hit the current one and bring it into sight."""
        self._current = number
        self.show_position(self._begins[number])

    def show_position(self, position: int) -> None:
        """Put the cursor at a position and bring it into sight: at once, in the upper third unless it is seen."""
        self._anchor = self.caret = min(max(position, 0), len(self.text))
        row = self._wrapping.row_of(self.caret)
        bar, sideways = self.verticalScrollBar(), self.horizontalScrollBar()
        rows = max(self.viewport().height() // self.row_px, 1)
        if not bar.value() <= row < bar.value() + rows - 1:
            bar.setValue(row - rows // 3)
        column = self.caret - self.row_range(row)[0]
        if not self._wraps and not sideways.value() <= column < sideways.value() + self._columns - 4:
            sideways.setValue(column - self._columns // 3)
        self.viewport().update()

    def show_line(self, number: int) -> None:
        """Go to a line, counted from 0; past the end to the last one."""
        self.show_position(self.whole.line(min(max(number, 0), self.whole.line_count - 1))[0])

    # -- painting ------------------------------------------------------------------------------------------------------

    def _shown(self, row: int) -> tuple[str, int]:
        """The text of a row that is on the screen, and where it begins."""
        begin, end = self.row_range(row)
        if not self._wraps:
            begin = min(begin + self.horizontalScrollBar().value(), end)
            end = min(end, begin + self._columns + 2)
        return self.text[begin:end], begin

    def _layout(self, text: str) -> QTextLayout:
        layout = QTextLayout(text, self._look.font(TypeUse.CODE))
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setTabStopDistance(self._cell)  # one place each, as rows count them
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        layout.beginLayout()
        line = layout.createLine()
        if line.isValid():
            line.setLineWidth(1e7)
        layout.endLayout()
        return layout

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the rows on the screen; Qt's name."""
        painter, look = QPainter(self.viewport()), self._look
        painter.fillRect(self.viewport().rect(), look.colour("code"))
        painter.fillRect(0, 0, self._gutter, self.viewport().height(), look.colour("raised"))
        painter.fillRect(self._gutter, 0, 1, self.viewport().height(), look.colour("line"))
        first = self.verticalScrollBar().value()
        rows = range(first, min(first + self.viewport().height() // self.row_px + 2, self.row_count))
        for row in rows:
            self._paint_row(painter, row, look.px(6) + (row - first) * self.row_px)

    def _paint_row(self, painter: QPainter, row: int, y: int) -> None:
        look = self._look
        line, begin, _end = self._wrapping.place(row)
        if begin == self.whole.starts[line]:
            painter.setFont(look.font(TypeUse.CODE))
            painter.setPen(look.colour("text_3"))
            flags = (Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value
            number = QRectF(0, y, self._gutter - look.px(12), self.row_px)
            painter.drawText(number, flags, str(line + 1))
        text, begin = self._shown(row)
        layout = self._layout(text)
        painter.save()
        painter.setClipRect(self._gutter + 1, 0, self.viewport().width(), self.viewport().height())
        painter.setPen(look.colour("text"))
        formats = self._paint_hits(painter, layout, begin, y)
        low, high = sorted((self._anchor, self.caret))
        low, high = max(low - begin, 0), min(high - begin, len(text))
        if low < high:
            selected = QTextCharFormat()
            selected.setBackground(look.colour("text_select"))
            selected.setForeground(look.colour("text"))
            formats.append(_range(text, low, high, selected))
        layout.draw(painter, QPointF(self._left, y), formats)
        painter.restore()

    def _paint_hits(self, painter: QPainter, layout: QTextLayout, begin: int, y: int) -> list[QTextLayout.FormatRange]:
        text, formats = layout.text(), []
        number = max(bisect_right(self._begins, begin) - 1, 0)
        last = bisect_left(self._begins, begin + len(text))
        for hit in range(number, last):
            low = max(self._begins[hit] - begin, 0)
            high = min(self._begins[hit] + self._lengths[hit] - begin, len(text))
            if low >= high:
                continue
            line, is_current = layout.lineAt(0), hit == self._current
            left, right = (cursor_x(line, utf16_index(text, at)) for at in (low, high))
            rect = QRectF(self._left + min(left, right), y + 1, abs(right - left), self.row_px - 2)
            paint_hit(painter, self._look, rect, is_current)
            formats.append(_range(text, low, high, hit_format(self._look, is_current)))
        return formats

    # -- events --------------------------------------------------------------------------------------------------------

    def _position_at(self, x: float, y: float) -> int:
        row = self.verticalScrollBar().value() + int((y - self._look.px(6)) // self.row_px)
        if row < 0:
            return 0
        if row >= self.row_count:
            return len(self.text)
        text, begin = self._shown(row)
        layout = self._layout(text)
        if not layout.lineCount():
            return begin
        return begin + code_point_index(text, int(layout.lineAt(0).xToCursor(x - self._left)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection, or extend it with Shift; Qt's name."""
        self.caret = self._position_at(event.position().x(), event.position().y())
        if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._anchor = self.caret
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection; Qt's name."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            y = event.position().y()
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + (-1 if y < 0 else 1 if y > self.viewport().height() else 0))
            self.caret = self._position_at(event.position().x(), y)
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, select all, scroll; with Shift the arrows select. Qt's name."""
        bar = self.verticalScrollBar()
        key, is_selecting = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif is_selecting and key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._extend(key)
        elif key == Qt.Key.Key_Home:
            bar.setValue(0)
        elif key == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)

    def _extend(self, key: int) -> None:
        """Move the free end of the selection by a character or a row."""
        if key in _MOVES:
            target = self.caret + _MOVES[Qt.Key(key)]
        else:
            row = self._wrapping.row_of(self.caret)
            inside = self.caret - self.row_range(row)[0]
            begin, end = self.row_range(row + (1 if key == Qt.Key.Key_Down else -1))
            target = min(begin + inside, end)
        anchor = self._anchor
        self.show_position(target)
        self._anchor = anchor

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Three rows a notch, or sideways; Qt's name."""
        angle = event.angleDelta()
        sideways = angle.x() or (angle.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        bar = self.horizontalScrollBar() if sideways else self.verticalScrollBar()
        bar.setValue(bar.value() - (sideways or angle.y()) * 3 // 120)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap for the new width; what is at the top stays there. Qt's name."""
        super().resizeEvent(event)
        self._wrap()


def _range(text: str, low: int, high: int, format_: QTextCharFormat) -> QTextLayout.FormatRange:
    begin, end = utf16_index(text, low), utf16_index(text, high)
    found = QTextLayout.FormatRange()
    found.start, found.length, found.format = begin, end - begin, format_
    return found
