"""A window for one text of any size, and for JSON a tree of it. GUI thread only; it reads and finds nothing itself."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.json_model import JsonModel
from app.present.find import Needle
from app.present.sizes import counted
from app.present.whole_text import WholeText
from app.views.choices import TickBox
from app.views.find_bar import FindBar
from app.views.json_view import JsonView
from app.views.labels import TextLabel
from app.views.whole_text_view import WholeTextView

SIZE_PX = (900, 640)
LINE_FIELD_PX = 96


class WholeTextWindow(QWidget):
    """Text with line numbers, a find bar, and what can be done with it.

    Args:
        model: of the tree; None when the text is no JSON.
        wraps, is_tree: how it is shown first.
        needle: how the find bar compares.

    Attributes:
        view: the text.
        tree: the tree; None when the text is no JSON.
        find_bar: hidden until it is asked for.

    Signals:
        closed: the window was closed.
        save_asked: the text is to be saved.
        wraps_changed (bool), tree_changed (bool): a person wants to see it otherwise.
    """

    closed = Signal()
    save_asked = Signal()
    wraps_changed = Signal(bool)
    tree_changed = Signal(bool)

    def __init__(
        self,
        look: Look,
        title: str,
        whole: WholeText,
        parent: QWidget | None = None,
        model: JsonModel | None = None,
        wraps: bool = True,
        is_tree: bool = False,
        needle: Needle | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.view = WholeTextView(look, whole, wraps, self)
        self.tree = JsonView(look, model, whole.stored, self) if model is not None else None
        self.find_bar = FindBar(look, "Find in this text", self, has_output_box=False, needle=needle)
        self.find_bar.hide()
        self._words = TextLabel(look, TypeUse.SMALL, "text_2", self)
        self._words.setText(f"{counted(whole.line_count, 'line')}, {counted(len(whole.text), 'character')}")
        self._line = QLineEdit(self)
        self._line.setPlaceholderText("Go to line")
        self._line.setAccessibleName("Go to line")
        self._line.returnPressed.connect(self._on_line)
        self._wrap = TickBox(look, "Wrap", self)
        self._wrap.setChecked(wraps)
        self._wrap.toggled.connect(self._on_wrap)
        self._as_tree = TickBox(look, "Tree", self)
        self._as_tree.setToolTip("Show the JSON as a tree")
        self._as_tree.setVisible(self.tree is not None)
        self._as_tree.setChecked(is_tree and self.tree is not None)
        self._as_tree.toggled.connect(self._on_tree)
        self._body = QStackedWidget(self)
        self._body.addWidget(self.view)
        if self.tree is not None:
            self._body.addWidget(self.tree)
        self._place()
        self._add_keys()
        self.set_look(look)
        self._show_form(self._as_tree.isChecked())
        self.resize(look.px(SIZE_PX[0]), look.px(SIZE_PX[1]))

    def _place(self) -> None:
        self._row = QHBoxLayout()
        self._row.addWidget(self._words, 1)
        for part in (self._line, self._wrap, self._as_tree):
            self._row.addWidget(part)
        for words, slot in (
            ("Find…", self.begin_find),
            ("Copy all", self._on_copy),
            ("Save As…", self.save_asked.emit),
        ):
            button = QPushButton(words, self)
            button.clicked.connect(slot)
            self._row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row)
        column.addWidget(self.find_bar)
        column.addWidget(self._body, 1)

    def _add_keys(self) -> None:
        keys = (
            (QKeySequence.StandardKey.Find, self.begin_find),
            (QKeySequence.StandardKey.FindNext, lambda: self.find_bar.step_asked.emit(1)),
            (QKeySequence.StandardKey.FindPrevious, lambda: self.find_bar.step_asked.emit(-1)),
            (QKeySequence.StandardKey.Save, self.save_asked.emit),
            (QKeySequence("Ctrl+L"), self._line.setFocus),
        )
        for key, slot in keys:
            QShortcut(QKeySequence(key), self, slot)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self.view, self.tree, self.find_bar, self._words, self._wrap, self._as_tree):
            if part is not None:
                part.set_look(look)
        self._line.setFixedWidth(look.px(LINE_FIELD_PX))
        self._row.setContentsMargins(look.px(16), look.px(6), look.px(12), look.px(6))
        self._row.setSpacing(look.px(8))
        self.update()

    @property
    def is_tree(self) -> bool:
        """Whether the tree is shown."""
        return self._body.currentWidget() is self.tree

    @Slot()
    def begin_find(self) -> None:
        """Open the find bar; it looks through the text, so the text is shown."""
        self._as_tree.setChecked(False)
        selected = self.view.selected_text()
        if selected and "\n" not in selected and not self.find_bar.field.hasFocus():
            self.find_bar.set_text(selected)
        self.find_bar.begin()

    def end_find(self) -> None:
        """Close the find bar and give the keyboard back."""
        self.find_bar.hide()
        self.view.setFocus()

    def _show_form(self, is_tree: bool) -> None:
        shown = self.tree if is_tree and self.tree is not None else self.view
        self._body.setCurrentWidget(shown)
        for part in (self._line, self._wrap):
            part.setEnabled(shown is self.view)
        shown.setFocus()

    @Slot(bool)
    def _on_tree(self, is_tree: bool) -> None:
        self._show_form(is_tree)
        self.tree_changed.emit(is_tree)

    @Slot(bool)
    def _on_wrap(self, wraps: bool) -> None:
        self.view.set_wraps(wraps)
        self.wraps_changed.emit(wraps)

    @Slot()
    def _on_line(self) -> None:
        digits = self._line.text().replace(",", "").strip()
        if digits.isascii() and digits.isdigit() and len(digits) < 19:
            self.view.show_line(int(digits) - 1)
            self.view.setFocus()
        else:
            self._line.selectAll()

    @Slot()
    def _on_copy(self) -> None:
        self.view.select_all()
        self.view.copy()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground of the bar; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("window"))
        painter.end()

    def minimumSizeHint(self) -> QSize:
        """As small as the bar allows; Qt's name."""
        return QSize(self._row.minimumSize().width(), self._look.px(tokens()["height"]["find_bar"] * 4))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; Qt's name."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say so; Qt's name."""
        self.closed.emit()
        super().closeEvent(event)
