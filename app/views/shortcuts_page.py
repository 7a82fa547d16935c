"""All keys on one page: a window of its own with a field to find one and a button to copy them. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.present.shortcuts_text import ShortcutLine
from app.views.dialog_size import resize_on_screen
from app.views.labels import TextLabel
from app.views.painting import draw_row_background, set_button_icon

LINE_PX, HEADING_PX, KEY_PX = 28, 38, 20

_Index = QModelIndex | QPersistentModelIndex


class ShortcutLines(QAbstractListModel):
    """The lines that are shown."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lines: tuple[ShortcutLine, ...] = ()

    def set_lines(self, lines: Sequence[ShortcutLine]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    @property
    def lines(self) -> tuple[ShortcutLine, ...]:
        """What is shown."""
        return self._lines

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Number of lines; Qt's name."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words; with their keys for screen readers. Qt's name."""
        if not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.words
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join((line.words, *line.keys)) if not line.is_heading else line.words
        return None


class ShortcutDelegate(QStyledItemDelegate):
    """Paints a heading, or words at the left and keys in boxes at the right."""

    def __init__(self, look: Look, lines: ShortcutLines, parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._lines = look, lines

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        """One height for lines, one for headings; Qt's name."""
        line = self._lines.lines[index.row()]
        return QSize(self._look.px(200), self._look.px(HEADING_PX if line.is_heading else LINE_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one line; Qt's name."""
        line, look, rect = self._lines.lines[index.row()], self._look, QRect(option.rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = rect.adjusted(look.px(12), 0, -look.px(12), 0)
        left = int(Qt.AlignmentFlag.AlignLeft)
        if line.is_heading:
            painter.setFont(look.font(TypeUse.SECTION))
            painter.setPen(look.colour("text_2"))
            painter.drawText(inner.adjusted(0, 0, 0, -look.px(6)), left | int(Qt.AlignmentFlag.AlignBottom), line.words)
            return
        view = option.widget
        draw_row_background(
            painter,
            look,
            rect,
            is_selected=bool(option.state & QStyle.StateFlag.State_Selected),
            is_active=view is not None and view.hasFocus(),
            is_hovered=False,
            has_focus_ring=False,
            hover_role="hover",
        )
        right = inner.right() + 1
        for key in reversed(line.keys):
            right = self._paint_key(painter, inner, right, key) - look.px(6)
        painter.setFont(look.font(TypeUse.BODY))
        painter.setPen(look.colour("text"))
        room = QRect(inner.left(), inner.top(), max(right - inner.left() - look.px(6), 0), inner.height())
        metrics = look.metrics(TypeUse.BODY)
        words = metrics.elidedText(line.words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, left | int(Qt.AlignmentFlag.AlignVCenter), words)

    def _paint_key(self, painter: QPainter, inner: QRect, right: int, key: str) -> int:
        """Paint a key in its box that ends at `right`. Returns where the box begins."""
        look, metrics = self._look, self._look.metrics(TypeUse.CAPTION)
        width = round(metrics.horizontalAdvance(key)) + 2 * look.px(6)
        height = look.px(KEY_PX)
        box = QRectF(right - width, inner.center().y() + 1 - height / 2, width, height).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = look.px(tokens()["radius"]["badge"])
        painter.setPen(QPen(look.colour("line_strong"), 1))
        painter.setBrush(look.colour("raised"))
        painter.drawRoundedRect(box, radius, radius)
        painter.setFont(look.font(TypeUse.CAPTION))
        painter.setPen(look.colour("text_2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)
        return right - width


class ShortcutsPage(QDialog):
    """Field, list, buttons; stays open beside the window.

    Signals:
        typed (str): the words in the field are others.
        copy_asked: Copy.
    """

    typed = Signal(str)
    copy_asked = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard Shortcuts")
        self._title = TextLabel(look, TypeUse.PAGE, "text", self)
        self._title.setText("Keyboard shortcuts")
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Find a command or a key")
        self.field.setAccessibleName("Find a command or a key")
        self.field.setClearButtonEnabled(False)
        self.field.textChanged.connect(self.typed)
        self.field.installEventFilter(self)
        self._lines = ShortcutLines(self)
        self.view = QListView(self)
        self.view.setModel(self._lines)
        self.view.setAccessibleName("Keyboard shortcuts")
        self.view.setObjectName("framed")
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._delegate = ShortcutDelegate(look, self._lines, self.view)
        self.view.setItemDelegate(self._delegate)
        self._nothing = TextLabel(look, TypeUse.BODY, "text_2", self)
        self._nothing.setText("No command and no key has these words.")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._copy = QPushButton("Copy as text", self)
        self._copy.setAutoDefault(False)
        self._copy.clicked.connect(self.copy_asked)
        self._close = QPushButton("Close", self)
        self._close.setDefault(True)
        self._close.clicked.connect(self.close)
        self._head, self._buttons, self._column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        self._head.addWidget(self._title, 1)
        self._head.addWidget(self.field)
        self._buttons.addWidget(self._copy)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._close)
        self._column.addLayout(self._head)
        self._column.addWidget(self.view, 1)
        self._column.addWidget(self._nothing, 1)
        self._column.addLayout(self._buttons)
        self.set_look(look)
        resize_on_screen(self, look.px(640), look.px(620))

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._title.set_look(look)
        self._nothing.set_look(look)
        self._delegate.set_look(look)
        self._column.setContentsMargins(look.px(20), look.px(16), look.px(20), look.px(16))
        self._column.setSpacing(look.px(12))
        self.field.setFixedWidth(look.px(240))
        set_button_icon(self._copy, look, "copy", "text")
        self._lines.layoutChanged.emit()

    def open_page(self) -> None:
        """Show it, or bring it to the front, with the keyboard in the field."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.field.setFocus()
        self.field.selectAll()

    def show_lines(self, lines: Sequence[ShortcutLine]) -> None:
        """Show these lines."""
        self._lines.set_lines(lines)
        self.view.setVisible(bool(lines))
        self._nothing.setVisible(not lines)

    def lines(self) -> tuple[ShortcutLine, ...]:
        """What is shown."""
        return self._lines.lines

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys of the field move in the list; Qt's name."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            keys = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
            if event.key() in keys and self._lines.rowCount():
                self.view.setFocus(Qt.FocusReason.TabFocusReason)
                if not self.view.currentIndex().isValid():
                    self.view.setCurrentIndex(self._lines.index(min(1, self._lines.rowCount() - 1)))
                return True
        return False
