"""The sheet for errors that nobody caught: what happened, the text to copy, where the log is. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.views.labels import TextLabel
from app.views.painting import set_button_icon


class ErrorSheet(QDialog):
    """One sheet that stays open and takes in further errors; not modal, so that work can go on.

    Signals:
        copy_asked: Copy.
    """

    copy_asked = Signal()

    def __init__(self, look: Look, log_path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unexpected Error")
        self._title = TextLabel(look, TypeUse.PAGE, "text", self)
        self._hint = TextLabel(look, TypeUse.BODY, "text_2", self)
        self._log = TextLabel(look, TypeUse.SMALL, "text_2", self)
        for label in (self._title, self._hint, self._log):
            label.wrap()
        self._hint.setText(
            "You can go on; no store was changed. The text below says where in Burrow it happened."
            " Read it before you send it to anybody: it may quote what was being shown."
        )
        self._text = QPlainTextEdit(self)
        self._text.setReadOnly(True)
        self._text.setAccessibleName("Error text")
        self._log.setText(f"Log file: {log_path}")
        self._copy = QPushButton("Copy", self)
        self._copy.clicked.connect(self.copy_asked)
        self._close = QPushButton("Close", self)
        self._close.setProperty("main", True)
        self._close.setDefault(True)
        self._close.clicked.connect(self.close)
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self._copy)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._close)
        self._column = QVBoxLayout(self)
        for part in (self._title, self._hint, self._text, self._log):
            self._column.addWidget(part, 1 if part is self._text else 0)
        self._column.addLayout(self._buttons)
        self._count = 0
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        for label in (self._title, self._hint, self._log):
            label.set_look(look)
        self._text.setFont(look.font(TypeUse.CODE))
        margin = look.px(16)
        self._column.setContentsMargins(margin, margin, margin, margin)
        self._column.setSpacing(look.px(8))
        set_button_icon(self._copy, look, "copy", "text")
        self.resize(look.px(680), look.px(440))

    def add(self, sentence: str, text: str) -> None:
        """Show an error; when the sheet is open already it is put below the ones before it."""
        if not self.isVisible():
            self._count = 0
            self._text.clear()
        self._count += 1
        self._title.setText(sentence if self._count == 1 else f"{self._count} unexpected errors; the first is on top.")
        self._text.appendPlainText(text)
        if self._count == 1:
            self._text.verticalScrollBar().setValue(0)
        self.show()
        self.raise_()

    def text(self) -> str:
        """All that Copy takes along."""
        return self._text.toPlainText()
