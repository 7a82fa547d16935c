"""The find bar: what is looked for, how, and which hit of how many. GUI thread only; it finds nothing itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QSpacerItem, QToolButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.present.find import Needle
from app.views.choices import TickBox
from app.views.escape import keeps_escape
from app.views.labels import TextLabel

FIELD_PX = 216
LEAST_FIELD_PX = 96
WORDS_PX = 72
MAX_NEEDLE = 10_000

_OUTPUT, _CASE, _WORD = ("Tool output", "Tools"), ("Match case", "Case"), ("Whole word", "Word")
"""The words of each box, and what stands there when there is little room."""


class FindField(QLineEdit):
    """The field, with an icon at its leading edge.

    Signals:
        step_asked (int): Enter (1) or Shift+Enter (-1).
        left: Esc.
    """

    step_asked = Signal(int)
    left = Signal()

    def __init__(self, look: Look, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText("Find")
        self.setMaxLength(MAX_NEEDLE)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self.setFont(look.font(TypeUse.BODY))
        self.setTextMargins(look.px(22), 0, 0, 0)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the shortcut that cancels what is being read: the bar closes first. Qt's name."""
        if keeps_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, Shift+Enter back, Esc leaves; Qt's name."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.step_asked.emit(-1 if is_back else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the field, then its icon; Qt's name."""
        super().paintEvent(event)
        painter = QPainter(self)
        pixmap = self._look.pixmap("search", "text_2", 14, self.devicePixelRatioF())
        painter.drawPixmap(self._look.px(9), (self.height() - self._look.px(14)) // 2, pixmap)
        painter.end()


class FindBar(QWidget):
    """Field, number of the hit, arrows, boxes and a button that closes it.

    Args:
        has_output_box: there is tool output that can be left out.

    Signals:
        needle_changed (Needle): something else is looked for.
        step_asked (int): to the next (1) or previous (-1) hit.
        closed: a person closed the bar.
    """

    needle_changed = Signal(object)
    step_asked = Signal(int)
    closed = Signal()

    def __init__(
        self,
        look: Look,
        name: str,
        parent: QWidget | None = None,
        has_output_box: bool = True,
        needle: Needle | None = None,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self.setAccessibleName(name)
        self.field = FindField(look, name, self)
        self._words = TextLabel(look, TypeUse.SMALL, "text_2", self)
        self._previous = self._button("arrow-up", "Previous hit  Shift+F3", self._on_previous)
        self._next = self._button("arrow-down", "Next hit  F3", self._on_next)
        needle = needle or Needle()
        self._output = self._box(_OUTPUT, "Look through what tools gave back too", needle.has_output)
        self._case = self._box(_CASE, "Capitals and small letters differ", needle.is_case_matched)
        self._word = self._box(_WORD, "No letter or digit stands before or after a hit", needle.is_whole_word)
        self._output.setVisible(has_output_box)
        self._close = self._button("x", "Close  Esc", self.closed.emit)
        self._column = QVBoxLayout(self)
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        self._is_double: bool | None = None
        for row in (self._first, self._second):
            self._column.addLayout(row, 1)
        self.field.textChanged.connect(self._on_changed)
        self.field.step_asked.connect(self.step_asked)
        self.field.left.connect(self.closed)
        self.say("")
        self.set_look(look)

    def _button(self, icon: str, tip: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("icon_name", icon)
        button.setToolTip(tip)
        button.setAccessibleName(tip.partition("  ")[0])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(slot)
        return button

    def _box(self, words: tuple[str, str], tip: str, is_on: bool) -> TickBox:
        box = TickBox(self._look, words[0], self)
        box.setAccessibleName(words[0])
        box.setToolTip(tip)
        box.setChecked(is_on)
        box.toggled.connect(self._on_changed)
        return box

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self.field.set_look(look)
        self._words.set_look(look)
        for button in (self._previous, self._next, self._close):
            button.setIcon(look.icon(button.property("icon_name"), "text_2"))
            button.setIconSize(QSize(look.px(16), look.px(16)))
        for box in (self._output, self._case, self._word):
            box.set_look(look)
        self.field.setMaximumWidth(look.px(FIELD_PX))
        self.field.setMinimumWidth(look.px(LEAST_FIELD_PX))
        self._column.setContentsMargins(look.px(16), 0, look.px(8), 1)
        self._column.setSpacing(0)
        for row in (self._first, self._second):
            row.setSpacing(look.px(4))
        self._is_double = None
        self._fit()
        self.update()

    @property
    def needle(self) -> Needle:
        """What is looked for, as it stands."""
        has_output = self._output.isChecked() or self._output.isHidden()
        return Needle(self.field.text(), self._case.isChecked(), self._word.isChecked(), has_output)

    def set_text(self, text: str) -> None:
        """Look for something else."""
        self.field.setText(text)

    def set_needle(self, needle: Needle) -> None:
        """Look for something else, compared otherwise."""
        self._case.setChecked(needle.is_case_matched)
        self._word.setChecked(needle.is_whole_word)
        self.set_text(needle.text)

    def begin(self) -> None:
        """Take the keyboard, with the text selected, so that typing replaces it."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def say(self, words: str, has_hits: bool = False) -> None:
        """Say which hit of how many; the arrows work only where there are any."""
        blocker = QSignalBlocker(self)
        self._words.setText(words)
        self._words.setAccessibleName(words)
        for button in (self._previous, self._next):
            button.setEnabled(has_hits)
        del blocker
        self._fit()

    @property
    def words(self) -> str:
        """What is said of the hits."""
        return self._words.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the words of the boxes when there is little room; Qt's name."""
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it from its buttons and boxes too; Qt's name."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Esc, as the field does; Qt's name."""
        if keeps_escape(event):
            event.accept()
            return True
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        """Nothing: what has no room is shortened; Qt's name."""
        return QSize(0, self.height())

    def _fit(self) -> None:
        """Give each box as many words as there is room for; where even short ones have none, take a second row."""
        look = self._look
        said = max(look.px(WORDS_PX), self._words.sizeHint().width())
        buttons = sum(button.sizeHint().width() for button in (self._previous, self._next, self._close))
        boxes = ((self._output, _OUTPUT), (self._case, _CASE), (self._word, _WORD))
        shown = [(box, words) for box, words in boxes if not box.isHidden()]
        metrics = look.metrics(TypeUse.BODY)
        self._words.setMinimumWidth(look.px(WORDS_PX))
        margins = look.px(16 + 8 + 6) + look.px(4) * (6 + len(shown))
        forms = ((0, FIELD_PX), (0, FIELD_PX * 3 // 4), (1, FIELD_PX * 3 // 4), (1, LEAST_FIELD_PX))
        number, is_double = 1, True
        for form, field in forms:
            width = sum(box.sizeHint().width() for box, _ in shown) - sum(
                round(metrics.horizontalAdvance(box.text()) - metrics.horizontalAdvance(words[form]))
                for box, words in shown
            )
            if look.px(field) + said + buttons + margins + width <= self.width():
                number, is_double = form, False
                break
        for box, words in shown:
            if box.text() != words[number]:
                box.setText(words[number])
        self._arrange(is_double)

    def _arrange(self, is_double: bool) -> None:
        """Put all into one row, or what is looked for into one and how into another."""
        if is_double == self._is_double:
            return
        self._is_double = is_double
        for row in (self._first, self._second):
            while row.count():
                row.takeAt(0)
        self._first.addWidget(self.field)
        self._first.addSpacing(self._look.px(6))
        self._first.addWidget(self._words)
        if is_double:
            self._first.addStretch(1)
        # An empty row would push the other to the top, and one of which nothing can grow would lie at the bottom.
        self._column.setStretch(1, 1 if is_double else 0)
        rest = self._second if is_double else self._first
        for button in (self._previous, self._next):
            rest.addWidget(button)
        rest.addStretch(1)
        for box in (self._output, self._case, self._word):
            rest.addWidget(box)
        rest.addWidget(self._close)
        if is_double:
            rest.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding))
        self.setFixedHeight(self._look.px(tokens()["height"]["find_bar"]) * (2 if is_double else 1))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground and the line under it; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("raised"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._look.colour("line"))
        painter.end()

    @Slot()
    def _on_changed(self) -> None:
        self.needle_changed.emit(self.needle)

    @Slot()
    def _on_previous(self) -> None:
        self.step_asked.emit(-1)

    @Slot()
    def _on_next(self) -> None:
        self.step_asked.emit(1)
