"""The command palette: a field and the commands that fit what is typed, over the top of the window. GUI thread only.

A child of the window, not a window of its own: it needs no place on the screen, moves along, and goes when something
else in the window is clicked. The keyboard stays in the field all the time; the list only shows which line is next.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from app.commands import ActionId
from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.views.labels import TextLabel
from app.views.palette_lines import LINE_PX, Line, LineDelegate, Lines

WIDE_PX, TOP_PX, LINES = 640, 76, 12


class LinesView(QListView):
    """The list; it never takes the keyboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName("Commands")

    def current_row(self) -> int:
        """The line that Enter runs; -1 for none."""
        return self.currentIndex().row()


class Palette(QFrame):
    """Field and list.

    Signals:
        typed (str): the words in the field are others.
        chosen (ActionId): the command is to be run; the palette is closed already.
        closed: it is not shown any more.
    """

    typed = Signal(str)
    chosen = Signal(object)
    closed = Signal()

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look = look
        self.setAccessibleName("Command palette")
        self.setObjectName("palette")
        self._back: QWidget | None = None
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Type the name of a command")
        self.field.setAccessibleName("Command")
        self.field.setAccessibleDescription("Type to find a command, choose with the arrow keys, run it with Enter")
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self.typed)
        self._lines = Lines(self)
        self.view = LinesView(self)
        self.view.setModel(self._lines)
        self._delegate = LineDelegate(look, self._lines, self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.clicked.connect(self._on_clicked)
        self._nothing = TextLabel(look, TypeUse.BODY, "text_2", self)
        self._nothing.setText("No command has these words.")
        self._column = QVBoxLayout(self)
        for part in (self.field, self.view, self._nothing):
            self._column.addWidget(part)
        self.set_look(look)
        self.hide()

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self._delegate.set_look(look)
        self._nothing.set_look(look)
        pad = look.px(8)
        self._column.setContentsMargins(pad, pad, pad, pad)
        self._column.setSpacing(look.px(6))
        self._nothing.setContentsMargins(look.px(10), look.px(4), 0, look.px(6))
        self.view.viewport().update()
        if self.isVisible():
            self.place()

    def open(self) -> None:
        """Show it with an empty field."""
        self._back = QApplication.focusWidget()
        self.window().installEventFilter(self)
        self.field.clear()
        self.show()
        self.place()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def shut(self) -> None:
        """Hide it, and give the keyboard back to where it was."""
        if not self.isVisible():
            return
        self.window().removeEventFilter(self)
        had_focus = self.field.hasFocus()
        self.hide()
        if had_focus and self._back is not None and self._back.isVisible():
            self._back.setFocus(Qt.FocusReason.PopupFocusReason)
        self._back = None
        self.closed.emit()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show what fits, the first line chosen."""
        self._lines.set_lines(lines)
        self.view.setVisible(bool(lines))
        self._nothing.setVisible(not lines)
        self._choose(0)
        self.view.scrollToTop()
        self.place()

    def place(self) -> None:
        """Stand at the top of the window, as wide and high as its lines and the window let it."""
        look, window = self._look, self.window()
        width = min(look.px(WIDE_PX), window.width() - look.px(32))
        top = min(look.px(TOP_PX), window.height() // 8)
        row = look.px(LINE_PX)
        around = self.field.sizeHint().height() + 3 * look.px(8) + look.px(6)
        most = max((window.height() - top - look.px(40) - around) // row, 1)
        lines = min(self._lines.rowCount(), LINES, most)
        self.view.setFixedHeight(lines * row)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((window.width() - width) // 2, top)

    def lines(self) -> tuple[Line, ...]:
        """What is shown, from top to bottom."""
        return tuple(line for row in range(self._lines.rowCount()) if (line := self._lines.line_at(row)) is not None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field that move in the list; the window's size; a focus that goes elsewhere. Qt's name."""
        if watched is self.field:
            if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_ours(event):
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._press(event)
            if event.type() == QEvent.Type.FocusOut and self.isVisible() and self.isActiveWindow():
                self.shut()
        elif watched is self.window() and event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def _is_ours(self, event: QKeyEvent) -> bool:
        return event.matches(QKeySequence.StandardKey.Cancel)

    def _press(self, event: QKeyEvent) -> bool:
        key, row = event.key(), self.view.current_row()
        page = max(self.view.height() // max(self._look.px(LINE_PX), 1) - 1, 1)
        last = self._lines.rowCount() - 1
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
        if key == Qt.Key.Key_Escape:
            self.shut()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(row)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._choose((row + (1 if key == Qt.Key.Key_Tab else -1)) % (last + 1) if last >= 0 else 0)
        elif key in steps:
            step = steps[Qt.Key(key)]
            around = abs(step) == 1 and last >= 0
            self._choose((row + step) % (last + 1) if around else min(max(row + step, 0), last))
        else:
            return False
        return True

    def _choose(self, row: int) -> None:
        index = self._lines.index(row)
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)
        line = self._lines.line_at(row)
        if line is not None and self.field.hasFocus() and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.field, line.spoken))

    def _on_clicked(self, index: QModelIndex) -> None:
        self._run(index.row())

    def _run(self, row: int) -> None:
        line = self._lines.line_at(row)
        if line is None or not line.is_possible:
            return
        action: ActionId = line.found.command.action
        self.shut()
        self.chosen.emit(action)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground and its edge; Qt's name."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("line_control"), 1))
        painter.setBrush(look.colour("base"))
        radius = look.px(tokens()["radius"]["dialog"])
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()
