"""The window of changes: head, table, receipt, what is asked or runs, backups. GUI thread only; it changes nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.changes_model import ChangesModel
from app.views.backups_bar import BackupsBar
from app.views.changes_bar import ChangesBar
from app.views.changes_table import ChangesTable
from app.views.dialog_size import resize_on_screen
from app.views.filter_bar import FilterField
from app.views.labels import ElidedLabel, TextLabel
from app.views.receipt_panel import ReceiptPanel

SIZE_PX = (880, 640)
HEAD_PX, FIELD_PX = 52, (120, 200)
TABLE_PX, PANEL_PX = 330, 190
"""How the room is shared at first between table and receipt."""

NO_CHANGES = "No changes yet"
NO_CHANGES_MORE = "What you archive, restore, label or delete is listed here, with its proof and a way back."
NONE_FITS = "No change fits what is typed"
READING = "Reading the changes…"
UNREADABLE = "The changes cannot be read"


class EmptyPage(QWidget):
    """What stands in the place of the table where there is nothing to list."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._title = TextLabel(look, TypeUse.SECTION, "text", self)
        self._more = TextLabel(look, TypeUse.BODY, "text_2", self)
        column = QVBoxLayout(self)
        column.addStretch(1)
        for part in (self._icon, self._title, self._more):
            if isinstance(part, TextLabel):
                part.wrap()
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        column.addStretch(1)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._icon.setPixmap(look.pixmap("history", "text_3", 24, self.devicePixelRatioF()))
        self._title.set_look(look)
        self._more.set_look(look)
        self.update()

    def say(self, title: str, more: str) -> None:
        """Say why nothing is listed."""
        self._title.setText(title)
        self._more.setText(more)

    def text(self) -> str:
        """What it says."""
        return self._title.text()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("base"))
        painter.end()


class ChangesWindow(QWidget):
    """A window of the system.

    Attributes:
        field: narrows by words.
        table, panel, bar, backups: its parts.

    Signals:
        closed: it was closed.
        reload_asked: F5.
        came_to_front: it is the active window again.
        undo_key: Ctrl+Z.
    """

    closed = Signal()
    reload_asked = Signal()
    came_to_front = Signal()
    undo_key = Signal()

    def __init__(self, look: Look, model: ChangesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._look, self._model, self._is_read, self._had_rows = look, model, False, False
        self._is_unreadable = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Changes – Burrow")
        self._title = TextLabel(look, TypeUse.PAGE, "text", self)
        self._title.setText("Changes")
        self._note = ElidedLabel(look, TypeUse.BODY, "text_2", self)
        self.field = FilterField(look, self)
        self.field.setPlaceholderText("Filter changes")
        self.field.setAccessibleName("Filter changes")
        self.field.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.table = ChangesTable(look, model, self)
        self._empty = EmptyPage(look, self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        self.panel = ReceiptPanel(look, self)
        self.bar = ChangesBar(look, self)
        self.backups = BackupsBar(look, self)
        self._lay_out()
        for key, slot in (
            (QKeySequence(QKeySequence.StandardKey.Find), self._on_find),
            (QKeySequence(QKeySequence.StandardKey.Refresh), self.reload_asked.emit),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undo_key.emit),
            (QKeySequence(QKeySequence.StandardKey.Close), self.close),
        ):
            QShortcut(key, self, slot)
        self.field.textChanged.connect(self._on_typed)
        self.field.left.connect(self._on_field_left)
        model.modelReset.connect(self._say_empty)
        self.set_look(look)
        self._say_empty()
        resize_on_screen(self, look.px(SIZE_PX[0]), look.px(SIZE_PX[1]))
        self.table.setFocus()

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        self._head.addWidget(self._title)
        self._head.addWidget(self._note, 1)
        self._head.addWidget(self.field, 1)
        self._parts = QSplitter(Qt.Orientation.Vertical, self)
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(self._stack)
        self._parts.addWidget(self.panel)
        self._parts.setStretchFactor(0, 1)
        self._parts.setStretchFactor(1, 0)
        self._parts.setHandleWidth(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head)
        column.addWidget(self._parts, 1)
        column.addWidget(self.bar)
        column.addWidget(self.backups)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self._title, self._note, self.field, self.table, self._empty, self.panel, self.bar, self.backups):
            part.set_look(look)
        self._head.setContentsMargins(look.px(16), look.px(12), look.px(12), look.px(12))
        self._head.setSpacing(look.px(10))
        self.field.setMinimumWidth(look.px(FIELD_PX[0]))
        self.field.setMaximumWidth(look.px(FIELD_PX[1]))
        self._parts.setSizes([look.px(TABLE_PX), look.px(PANEL_PX)])
        self.update()

    # What is shown

    def say_note(self, words: str) -> None:
        """Say beside the title how many changes there are."""
        self._is_read, self._is_unreadable = True, False
        self._note.set_text(words)
        self._say_empty()

    def say_unreadable(self) -> None:
        """Say that the changes cannot be read; what was listed stays."""
        self._is_read, self._is_unreadable = True, True
        self._say_empty()

    def note(self) -> str:
        """What is said there."""
        return self._note.text()

    def empty_text(self) -> str:
        """Why nothing is listed; "" where something is."""
        return self._empty.text() if self._stack.currentWidget() is self._empty else ""

    @Slot()
    def _say_empty(self) -> None:
        total = self._model.total
        has_rows = self._model.rowCount() > 0
        if not has_rows and total:
            self._empty.say(NONE_FITS, f"{total:,} are left out.")
        elif not has_rows:
            nothing = (UNREADABLE, "") if self._is_unreadable else (NO_CHANGES, NO_CHANGES_MORE)
            self._empty.say(*(nothing if self._is_read else (READING, "")))
        self._stack.setCurrentWidget(self.table if has_rows else self._empty)
        if has_rows and not self._had_rows:
            # The keyboard belongs to the table, which could not take it while there was none.
            self._had_rows = True
            if not self.field.text():
                self.table.setFocus()
        self.panel.setVisible(has_rows)
        hits = f"{self._model.rowCount():,} of {total:,}" if self.field.text().strip() else ""
        self.field.say_hits(hits)

    @Slot(str)
    def _on_typed(self, typed: str) -> None:
        self._model.narrow(typed)
        self.table.choose_first()

    @Slot()
    def _on_field_left(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def _on_find(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    # Qt overrides

    def minimumSizeHint(self) -> QSize:
        """Head, two rows and the foot; Qt's name."""
        return QSize(self._look.px(420), self._look.px(300))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes back what is asked or runs, then closes; Qt's name."""
        if event.key() == Qt.Key.Key_Escape:
            if not self.bar.escape():
                self.close()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Say when the window comes to the front; Qt's name."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.came_to_front.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say so; Qt's name."""
        self.closed.emit()
        super().closeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground and the line below the head; Qt's name."""
        painter, look = QPainter(self), self._look
        painter.fillRect(self.rect(), look.colour("window"))
        painter.fillRect(0, self._parts.y() - 1, self.width(), 1, look.colour("line"))
        painter.end()
