"""The two dialogs in which a person notes something of a session: its own title, a note. GUI thread only.

They show what they are given and save nothing: whoever opened them hears what was written.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.one_line import one_line
from app.views.dialog_size import resize_on_screen
from app.views.labels import ElidedLabel, TextLabel
from store.values.notes import MAX_NOTE_CHARS, MAX_TITLE_CHARS

TITLE_SENTENCE = "Only Burrow shows this title; nothing is written to the store. Leave it empty for the store’s title."
NOTE_SENTENCE = "Only Burrow keeps this note; nothing is written to the store. Leave it empty to have none."
SAVE_KEYS = "Ctrl+Return"
WIDTH_PX, NOTE_HEIGHT_PX = 520, 380


class NoteDialog(QDialog):
    """A title, a sentence, room for a field, and the buttons below.

    Signals:
        saved (str): what was written; whoever opened the dialog keeps it.
    """

    saved = Signal(str)

    def __init__(self, look: Look, heading: str, title: str, sentence: str, verb: str, parent: QWidget | None) -> None:
        """Make the frame of a dialog.

        Args:
            title: of the session.
            verb: on the button that saves.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(f"{heading} – Burrow")
        self._look = look
        self._heading = TextLabel(look, TypeUse.PAGE, "text", self)
        self._heading.setText(heading)
        self._session = ElidedLabel(look, TypeUse.SMALL, "text_2", self)
        self._session.set_text(one_line(title))
        self._sentence = TextLabel(look, TypeUse.BODY, "text_2", self)
        self._sentence.wrap()
        self._sentence.setText(sentence)
        self._cancel, self.save_button = QPushButton("Cancel", self), QPushButton(verb, self)
        self._cancel.setAutoDefault(False)
        self.save_button.setProperty("main", True)
        self.save_button.setDefault(True)
        self._cancel.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.save)
        self._buttons, self._column = QHBoxLayout(), QVBoxLayout(self)
        self._written: Callable[[], str] = str

    def put(self, field: QWidget, written: Callable[[], str], hint: QWidget | None = None) -> None:
        """Put the field between the sentence and the buttons, and a hint beside these.

        Args:
            written: gives what is written in the field now.
        """
        self._written = written
        for part in (self._heading, self._session, self._sentence):
            self._column.addWidget(part)
        self._column.addWidget(field, 1 if isinstance(field, QPlainTextEdit) else 0)
        if hint is not None:
            self._buttons.addWidget(hint)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._cancel)
        self._buttons.addWidget(self.save_button)
        self._column.addLayout(self._buttons)
        self.set_look(self._look)
        field.setFocus()

    @property
    def text(self) -> str:
        """What is written now."""
        return self._written()

    @Slot()
    def save(self) -> None:
        """Hand on what is written, and close."""
        if self.save_button.isEnabled():
            self.saved.emit(self.text)
            self.accept()

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for label in (self._heading, self._session, self._sentence):
            label.set_look(look)
        self._column.setContentsMargins(look.px(20), look.px(16), look.px(20), look.px(16))
        self._column.setSpacing(look.px(12))
        self._buttons.setSpacing(look.px(8))


class TitleDialog(NoteDialog):
    """One line for a title."""

    def __init__(self, look: Look, own: str, stored: str, parent: QWidget | None = None) -> None:
        """Make the dialog.

        Args:
            own: the session's own title; empty if it has none.
            stored: its title without an own one; empty if that is not known yet.
        """
        super().__init__(look, "Rename session", own or stored, TITLE_SENTENCE, "Rename", parent)
        self._stored = one_line(stored)
        self.field = QLineEdit(own or self._stored, self)
        self.field.setAccessibleName("Own title")
        self.field.setPlaceholderText(self._stored)
        self.field.setMaxLength(MAX_TITLE_CHARS)
        self.field.selectAll()
        self.put(self.field, self._own_title)
        resize_on_screen(self, look.px(WIDTH_PX), self.sizeHint().height())

    def _own_title(self) -> str:
        """The title that is written; nothing if that is the store's."""
        text = self.field.text().strip()
        return "" if text == self._stored else text


class WritingDialog(NoteDialog):
    """Many lines for a note."""

    def __init__(self, look: Look, title: str, note: str, parent: QWidget | None = None) -> None:
        """Make the dialog.

        Args:
            title: of the session.
            note: what is written on it; empty if nothing is.
        """
        super().__init__(look, "Note", title, NOTE_SENTENCE, "Save Note", parent)
        self.field = QPlainTextEdit(note, self)
        self.field.setObjectName("framed")
        self.field.setAccessibleName("Note")
        self.field.setTabChangesFocus(True)
        self._hint = TextLabel(look, TypeUse.SMALL, "text_2", self)
        self.field.textChanged.connect(self._on_changed)
        QShortcut(QKeySequence(SAVE_KEYS), self, self.save)
        self.put(self.field, self.field.toPlainText, self._hint)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self._on_changed()
        resize_on_screen(self, look.px(WIDTH_PX), look.px(NOTE_HEIGHT_PX))

    @Slot()
    def _on_changed(self) -> None:
        over = len(self.text.strip()) - MAX_NOTE_CHARS
        self.save_button.setEnabled(over <= 0)
        self._hint.set_role("warn" if over > 0 else "text_2")
        self._hint.setText(f"{over:,} characters too long" if over > 0 else "Saved with Ctrl+Enter")

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        super().set_look(look)
        self._hint.set_look(look)
