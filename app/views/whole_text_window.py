"""A window for one text of any size: 20 MB on a single line opens at once. GUI thread only.

Only the rows on the screen are ever laid out. Rows come from arithmetic: a fixed number of characters, so nothing is
measured. Selection is by rows' characters; Ctrl+A and Ctrl+C work, Esc closes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
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
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.safe_text import tool_text
from app.present.sizes import counted
from app.present.utf16 import code_point_index, utf16_index


class WholeTextView(QAbstractScrollArea):
    """A virtual view of plain text in rows of a fixed number of characters.

    Attributes:
        text: what is shown; control characters and overrides visible.
    """

    def __init__(self, look: Look, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = tool_text(text)
        self._look = look
        self._anchor = self._cursor = 0
        self._columns = 80
        self._line_starts = array("q", _line_starts(self.text))
        self._first_rows = array("q", [0])
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Whole text")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().valueChanged.connect(self.viewport().update)

    @property
    def row_px(self) -> int:
        """Height of a row."""
        return self._look.line_px(TypeUse.CODE)

    @property
    def row_count(self) -> int:
        """Rows at this width."""
        return self._first_rows[-1]

    def _wrap(self) -> None:
        cell = self._look.metrics(TypeUse.CODE).horizontalAdvance("0" * 64) / 64
        self._columns = max(int((self.viewport().width() - 2 * self._pad) / cell), 8)
        rows = array("q", [0])
        total = 0
        ends = self._line_starts[1:]
        ends.append(len(self.text) + 1)
        for start, end in zip(self._line_starts, ends, strict=True):
            total += -(-(end - 1 - start) // self._columns) or 1
            rows.append(total)
        self._first_rows = rows
        bar = self.verticalScrollBar()
        page = max(self.viewport().height() // self.row_px, 1)
        bar.setPageStep(page)
        bar.setRange(0, max(total - page + 1, 0))

    @property
    def _pad(self) -> int:
        return self._look.px(12)

    def row_range(self, row: int) -> tuple[int, int]:
        """Begin and end of a row's characters."""
        line = min(max(bisect_right(self._first_rows, row) - 1, 0), len(self._line_starts) - 1)
        end_of_line = self._line_starts[line + 1] - 1 if line + 1 < len(self._line_starts) else len(self.text)
        begin = self._line_starts[line] + (row - self._first_rows[line]) * self._columns
        return begin, min(begin + self._columns, end_of_line)

    def selected_text(self) -> str:
        """What is selected."""
        return self.text[min(self._anchor, self._cursor) : max(self._anchor, self._cursor)]

    def select_all(self) -> None:
        """Select everything."""
        self._anchor, self._cursor = 0, len(self.text)
        self.viewport().update()

    def copy(self) -> None:
        """Copy the selection, or everything if there is none."""
        QGuiApplication.clipboard().setText(self.selected_text() or self.text)

    def _layout(self, row: int) -> tuple[QTextLayout, int]:
        begin, end = self.row_range(row)
        text = self.text[begin:end]
        layout = QTextLayout(text, self._look.font(TypeUse.CODE))
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        layout.beginLayout()
        line = layout.createLine()
        if line.isValid():
            line.setLineWidth(1e7)
        layout.endLayout()
        return layout, begin

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the rows on the screen."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._look.colour("code"))
        painter.setPen(self._look.colour("text"))
        low, high = min(self._anchor, self._cursor), max(self._anchor, self._cursor)
        first = self.verticalScrollBar().value()
        for row in range(first, min(first + self.viewport().height() // self.row_px + 2, self.row_count)):
            layout, begin = self._layout(row)
            y = self._pad // 2 + (row - first) * self.row_px
            text = layout.text()
            a = utf16_index(text, min(max(low - begin, 0), len(text)))
            b = utf16_index(text, min(max(high - begin, 0), len(text)))
            layout.draw(painter, QPointF(self._pad, y), [self._selected(a, b)] if a < b else [])

    def _selected(self, begin: int, end: int) -> QTextLayout.FormatRange:
        found = QTextLayout.FormatRange()
        format_ = QTextCharFormat()
        format_.setBackground(self._look.colour("text_select"))
        format_.setForeground(self._look.colour("text"))
        found.start, found.length, found.format = begin, end - begin, format_
        return found

    def _position_at(self, x: float, y: float) -> int:
        row = self.verticalScrollBar().value() + int((y - self._pad // 2) // self.row_px)
        if row < 0:
            return 0
        if row >= self.row_count:
            return len(self.text)
        layout, begin = self._layout(row)
        if not layout.lineCount():
            return begin
        return begin + code_point_index(layout.text(), int(layout.lineAt(0).xToCursor(x - self._pad)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection, or extend it with Shift."""
        self._cursor = self._position_at(event.position().x(), event.position().y())
        if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._anchor = self._cursor
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            y = event.position().y()
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + (-1 if y < 0 else 1 if y > self.viewport().height() else 0))
            self._cursor = self._position_at(event.position().x(), y)
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, select all, scroll."""
        bar = self.verticalScrollBar()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Three rows a notch."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() - event.angleDelta().y() * 3 // 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap for the new width; what is at the top stays there."""
        super().resizeEvent(event)
        top = self.row_range(self.verticalScrollBar().value())[0] if self.row_count else 0
        self._wrap()
        line = bisect_right(self._line_starts, top) - 1
        row = self._first_rows[line] + (top - self._line_starts[line]) // self._columns
        self.verticalScrollBar().setValue(row)


def _line_starts(text: str) -> list[int]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


class WholeTextWindow(QWidget):
    """The window: what it is, how long, Copy, and the text.

    Signals:
        closed: the window was closed.
    """

    closed = Signal()

    def __init__(self, look: Look, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.view = WholeTextView(look, text, self)
        words = QLabel(f"{counted(len(text), 'character')}, {counted(text.count(chr(10)) + 1, 'line')}", self)
        copy = QPushButton("Copy all", self)
        copy.clicked.connect(self._on_copy)
        row = QHBoxLayout()
        row.setContentsMargins(look.px(12), look.px(8), look.px(12), look.px(8))
        row.addWidget(words, 1)
        row.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        self.resize(look.px(900), look.px(640))
        self.view.setFocus()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.view.text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say so."""
        self.closed.emit()
        super().closeEvent(event)
