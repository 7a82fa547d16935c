"""What is asked, runs, or ended in the window of changes: one bar above its footer. GUI thread only."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.summary import Sign
from app.present.undo_question import Question
from app.views.labels import IconLabel, TextLabel
from app.views.status_bar import STEPS


class BarFace(Enum):
    """What the bar shows."""

    NOTHING = "nothing"
    QUESTION = "question"
    RUNNING = "running"
    RESULT = "result"


class ChangesBar(QWidget):
    """Icon, title, sentence, progress, and two buttons at the right.

    Signals:
        confirmed: the button with the verb.
        given_up: Cancel of a question, or Dismiss of a result.
        cancel_asked: Cancel of what runs.
    """

    confirmed = Signal()
    given_up = Signal()
    cancel_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self.face = look, BarFace.NOTHING
        self._is_final = False
        self._icon = IconLabel(look, 16, self)
        self._title = TextLabel(look, TypeUse.SECTION, "text", self)
        self._title.wrap()
        self._sentence = TextLabel(look, TypeUse.BODY, "text", self)
        self._sentence.wrap()
        self._sentence.make_copyable()
        self._bar = QProgressBar(self)
        self._bar.setRange(0, STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self._cancel, self._verb = QPushButton(self), QPushButton(self)
        for button in (self._cancel, self._verb):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.setAutoDefault(True)
        self._cancel.clicked.connect(self._on_cancel)
        self._verb.clicked.connect(self.confirmed)
        self._texts, self._row = QVBoxLayout(), QHBoxLayout(self)
        for part in (self._title, self._sentence, self._bar):
            self._texts.addWidget(part)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(self._texts, 1)
        self._row.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self._verb, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_look(look)
        self.say_nothing()

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for label in (self._icon, self._title, self._sentence):
            label.set_look(look)
        self._row.setContentsMargins(look.px(16), look.px(10), look.px(12), look.px(10))
        self._row.setSpacing(look.px(8))
        self._texts.setSpacing(look.px(4))
        self.update()

    # What is shown

    def say_nothing(self) -> None:
        """Hide the bar."""
        self._show(BarFace.NOTHING, "", "", "", "")

    def ask(self, question: Question) -> None:
        """Ask a question; the keyboard goes to the button that is meant, or to Cancel where it destroys."""
        self._is_final = question.is_final
        icon = "triangle-alert" if question.is_final else "undo-2"
        self._icon.set_icon(icon, "warn" if question.is_final else "text_2", "")
        self._show(BarFace.QUESTION, question.title, question.sentence, "Cancel", question.verb)
        chosen = self._cancel if question.is_final else self._verb
        self._verb.setProperty("main", not question.is_final)
        for button in (self._cancel, self._verb):
            button.style().unpolish(button)
            button.style().polish(button)
        chosen.setDefault(True)
        chosen.setFocus(Qt.FocusReason.OtherFocusReason)

    def wait(self) -> None:
        """Take no other answer: what was asked is being done, and mostly over in a moment."""
        for button in (self._cancel, self._verb):
            button.setEnabled(False)

    def say_running(self, what: str, count: str, permille: int | None, *, is_stopping: bool = False) -> None:
        """Say how far it is."""
        if self.face is not BarFace.RUNNING:
            self._icon.set_icon("loader", "text_2", "")
            self._show(BarFace.RUNNING, what, count, "Cancel  Esc", "")
        self._title.setText(what)
        self._sentence.setText(count)
        self._sentence.setVisible(bool(count))
        self._bar.setVisible(permille is not None)
        if permille is not None:
            self._bar.setValue(permille)
        self._cancel.setEnabled(not is_stopping)

    def say_result(self, title: str, sign: Sign) -> None:
        """Say how it ended, until a person dismisses it."""
        self._icon.set_icon(sign.icon, sign.role, "")
        self._show(BarFace.RESULT, title, sign.word, "Dismiss", "")

    def text(self) -> str:
        """Title and sentence."""
        return " ".join(part for part in (self._title.text(), self._sentence.text()) if part)

    @property
    def verb(self) -> QPushButton:
        """The button that does it."""
        return self._verb

    @property
    def cancel(self) -> QPushButton:
        """The other button."""
        return self._cancel

    def _show(self, face: BarFace, title: str, sentence: str, cancel: str, verb: str) -> None:
        self.face = face
        self._is_final = self._is_final and face is BarFace.QUESTION
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self._cancel.setText(cancel)
        self._cancel.setEnabled(True)
        self._verb.setEnabled(True)
        self._verb.setText(verb)
        self._verb.setVisible(bool(verb))
        self._bar.hide()
        self.setAccessibleName(self.text())
        self.setVisible(face is not BarFace.NOTHING)
        self.update()

    @Slot()
    def escape(self) -> bool:
        """Take back what the bar shows; False if it shows nothing."""
        if self.face is BarFace.NOTHING:
            return False
        self._on_cancel()
        return True

    @Slot()
    def _on_cancel(self) -> None:
        (self.cancel_asked if self.face is BarFace.RUNNING else self.given_up).emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground and the line above; amber where it destroys something. Qt's name."""
        painter, look = QPainter(self), self._look
        painter.fillRect(self.rect(), look.colour("warn_tint" if self._is_final else "base"))
        painter.fillRect(0, 0, self.width(), 1, look.colour("warn_line" if self._is_final else "line"))
        painter.end()
