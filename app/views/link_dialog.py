"""Asks before a link of a transcript is opened: the whole target, as it is stored, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.safe_text import tool_text
from app.views.status_bar import plain_label

TARGET_LIMIT_CHARS = 20_000


def is_openable(target: str) -> bool:
    """Whether a link may be handed to the system: web addresses only, no file, no script, no other program."""
    return target.lower().startswith(("http://", "https://"))


class LinkDialog(QDialog):
    """The question. Nothing is opened by the dialog itself.

    Signals:
        copy_asked (str), open_asked (str): with the target.
    """

    copy_asked = Signal(str)
    open_asked = Signal(str)

    def __init__(
        self, look: Look, target: str, parent: QWidget | None = None, window_title: str = "Link in the transcript"
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(window_title)
        self._target = target
        title = plain_label(self)
        title.setFont(look.font(TypeUse.PAGE))
        title.setText("Open this address?")
        sentence = plain_label(self)
        sentence.setWordWrap(True)
        sentence.setText(
            "It would leave Burrow and open in your web browser."
            if is_openable(target)
            else "It is no web address, so it can only be copied."
        )
        address = QPlainTextEdit(self)
        address.setReadOnly(True)
        address.setFont(look.font(TypeUse.CODE))
        address.setPlainText(tool_text(target[:TARGET_LIMIT_CHARS]))
        address.setAccessibleName("Address")
        address.setFixedHeight(look.px(84))
        cancel, copy = QPushButton("Cancel", self), QPushButton("Copy address", self)
        cancel.setDefault(True)
        cancel.clicked.connect(self.reject)
        copy.clicked.connect(self._on_copy)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(copy)
        if is_openable(target):
            open_button = QPushButton("Open…", self)
            open_button.setAutoDefault(False)
            open_button.clicked.connect(self._on_open)
            buttons.addWidget(open_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(20), look.px(16), look.px(20), look.px(16))
        column.setSpacing(look.px(12))
        for part in (title, sentence, address):
            column.addWidget(part)
        column.addLayout(buttons)
        self.resize(look.px(520), self.sizeHint().height())

    def _on_copy(self) -> None:
        self.copy_asked.emit(self._target)
        self.accept()

    def _on_open(self) -> None:
        self.open_asked.emit(self._target)
        self.accept()
