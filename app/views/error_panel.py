"""The panel in place of a list when a store cannot be read: what was found, what can be done. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.views.labels import TextLabel
from app.views.painting import set_button_icon

WIDEST = 560
"""Longest line of the sentence, at 100 %."""


class ErrorPanel(QScrollArea):
    """Title, sentence, advice, the path, and two buttons.

    Signals:
        again_asked: Try again.
        copy_asked: Copy.
    """

    again_asked = Signal()
    copy_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._title = TextLabel(look, TypeUse.PAGE, "text", self)
        self._sentence = TextLabel(look, TypeUse.PROSE, "text_2", self)
        self._advice = TextLabel(look, TypeUse.PROSE, "text_2", self)
        self._path = TextLabel(look, TypeUse.CODE, "text_3", self)
        self._labels = (self._title, self._sentence, self._advice, self._path)
        for label in self._labels:
            label.wrap()
            label.make_copyable()
        self._again = QPushButton("Try again", self)
        self._again.setProperty("main", True)
        self._copy = QPushButton("Copy", self)
        self._again.clicked.connect(self.again_asked)
        self._copy.clicked.connect(self.copy_asked)
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self._again)
        self._buttons.addWidget(self._copy)
        self._buttons.addStretch(1)
        self._column = QVBoxLayout()
        for part in self._labels:
            self._column.addWidget(part)
        self._column.addLayout(self._buttons)
        self._column.addStretch(1)
        inside = QWidget(self)
        self._row = QHBoxLayout(inside)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(self._column, 1)
        self._inside = inside
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        inside.setBackgroundRole(QPalette.ColorRole.Base)
        inside.setAutoFillBackground(True)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._icon.setPixmap(look.pixmap("triangle-alert", "error", 24, self.devicePixelRatioF()))
        for label in self._labels:
            label.set_look(look)
            label.setMaximumWidth(look.px(WIDEST))
        set_button_icon(self._copy, look, "copy", "text")
        self._row.setContentsMargins(look.px(24), look.px(28), look.px(24), look.px(24))
        self._row.setSpacing(look.px(12))
        self._column.setSpacing(look.px(8))
        self._buttons.setContentsMargins(0, look.px(8), 0, 0)
        self._buttons.setSpacing(look.px(8))

    def show_failure(self, title: str, sentence: str, advice: str, path: str) -> None:
        """Show what was found, what can be done, and where."""
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self._path.setText(path)
        self.setFocusProxy(self._again)
        self._inside.setAccessibleName(f"{title}. {sentence} {advice}")

    def texts(self) -> tuple[str, str, str]:
        """Title, sentence and advice as shown."""
        return self._title.text(), self._sentence.text(), self._advice.text()
