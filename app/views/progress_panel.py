"""What is shown in the window's middle while a store is being opened for longer than a moment. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.views.labels import TextLabel
from app.views.status_bar import STEPS

WIDTH = 400


class ProgressPanel(QWidget):
    """A title, a count, a bar and Cancel, in the middle of an empty page.

    Signals:
        cancel_asked: its button.
    """

    cancel_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._box = QWidget(self)
        self._what = TextLabel(look, TypeUse.ROW_TITLE, "text", self._box)
        self._count = TextLabel(look, TypeUse.SMALL, "text_2", self._box)
        self._bar = QProgressBar(self._box)
        self._bar.setAccessibleName("Progress")
        self._bar.setRange(0, STEPS)
        self._bar.setTextVisible(False)
        self._elapsed = TextLabel(look, TypeUse.SMALL, "text_2", self._box)
        self._cancel = QPushButton("Cancel  Esc", self._box)
        self._cancel.clicked.connect(self.cancel_asked)
        self._top, self._bottom = QHBoxLayout(), QHBoxLayout()
        self._top.addWidget(self._what, 1)
        self._top.addWidget(self._count)
        self._bottom.addWidget(self._elapsed, 1)
        self._bottom.addWidget(self._cancel)
        self._column = QVBoxLayout(self._box)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(self._top)
        self._column.addWidget(self._bar)
        self._column.addLayout(self._bottom)
        outer = QVBoxLayout(self)
        outer.addWidget(self._box, 0, Qt.AlignmentFlag.AlignCenter)
        self.set_look(look)
        self.say_nothing()

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        for label in (self._what, self._count, self._elapsed):
            label.set_look(look)
        self._box.setFixedWidth(look.px(WIDTH))
        self._column.setSpacing(look.px(8))
        self.update()

    def say(self, what: str, count: str, elapsed: str, permille: int | None) -> None:
        """Show how far it is; without a known total the bar is left out."""
        self._what.setText(what)
        self._count.setText(count)
        self._elapsed.setText(elapsed)
        self._bar.setVisible(permille is not None)
        if permille is not None:
            self._bar.setValue(permille)
        self._box.setVisible(True)

    def say_nothing(self) -> None:
        """Show an empty page."""
        self._box.setVisible(False)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground."""
        painter = QPainter(self)
        painter.fillRect(QRect(0, 0, self.width(), self.height()), self._look.colour("base"))
