"""The checks of a session in Info: when they were made, how each ended, what else was found. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.present.check_words import CheckLine
from app.present.info import InfoRow
from app.views.check_row import BLEED_PX, CheckRow
from app.views.info_parts import ValueRow
from app.views.labels import ElidedLabel, TextLabel
from app.views.status_bar import STEPS

BAR_PX = 96


class IntegrityView(QWidget):
    """Head, rows of checks, rows of findings. It reaches beyond the page's texts by BLEED_PX, for the tints.

    Signals:
        again_asked, cancel_asked: the button at its head.
        both_asked (CheckLine): the long values of a failed check are to be seen whole.
    """

    again_asked = Signal()
    cancel_asked = Signal()
    both_asked = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._is_checking = False
        self._lines: tuple[CheckLine, ...] = ()
        self._rows: tuple[InfoRow, ...] = ()
        self._body: QWidget | None = None
        self._checks: list[CheckRow] = []
        self._further: list[ValueRow] = []
        self.setAccessibleName("Integrity")
        self._title = TextLabel(look, TypeUse.SECTION, "text", self)
        self._title.setText("Integrity")
        self._title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the checks")
        self._note = ElidedLabel(look, TypeUse.SMALL, "text_2", self)
        self._note.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._button = QToolButton(self)
        self._button.setProperty("small", True)
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = self._button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._button.setSizePolicy(policy)
        self._button.clicked.connect(self._on_clicked)
        self._head = QHBoxLayout()
        self._head.addWidget(self._title)
        self._head.addStretch(1)
        for part in (self._bar, self._note, self._button):
            self._head.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(self._head)
        self.set_look(look)
        self.say_nothing()

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._title.set_look(look)
        self._note.set_look(look)
        self._bar.setFixedWidth(look.px(BAR_PX))
        self._button.setIconSize(QSize(look.px(14), look.px(14)))
        self._head.setContentsMargins(look.px(BLEED_PX), look.px(16), look.px(BLEED_PX), look.px(4))
        self._head.setSpacing(look.px(6))
        self._say_button()
        self._build()

    @property
    def note(self) -> str:
        """The words at the right of the head."""
        return self._note.text()

    @property
    def lines(self) -> tuple[CheckLine, ...]:
        """The checks as shown."""
        return self._lines

    def say_nothing(self, lines: tuple[CheckLine, ...] = (), rows: tuple[InfoRow, ...] = ()) -> None:
        """Show no checks of any session.

        Args:
            lines, rows: of the checks that will be made, so that nothing moves when they are.
        """
        self._show(lines, rows)
        self.say_note("", can_check=False)

    def say_checking(self, note: str, permille: int | None) -> None:
        """Say that the checks are being made; those of before stay as they are.

        Args:
            permille: position of the bar; None for no bar.
        """
        self._is_checking = True
        self._note.set_text(note)
        self._bar.setVisible(permille is not None)
        if permille is not None:
            self._bar.setValue(permille)
        self._button.show()
        self._say_button()

    def say_note(self, note: str, can_check: bool = True) -> None:
        """Say in place of when they were made why they were not, and offer to make them."""
        self._is_checking = False
        self._note.set_text(note)
        self._bar.hide()
        self._button.setVisible(can_check)
        self._say_button()

    def say_checked(self, note: str, lines: tuple[CheckLine, ...], rows: tuple[InfoRow, ...]) -> None:
        """Show how the checks ended.

        Args:
            rows: what stands below them.
        """
        self._show(lines, rows)
        self.say_note(note)

    def _show(self, lines: tuple[CheckLine, ...], rows: tuple[InfoRow, ...]) -> None:
        """Show lines and rows: in place where they are as many and none opens or closes."""
        if (lines, rows) == (self._lines, self._rows):
            return
        self._lines, self._rows = lines, rows
        fits = len(lines) == len(self._checks) and len(rows) == len(self._further)
        fits = fits and all(check.take_line(line) for check, line in zip(self._checks, lines, strict=True))
        fits = fits and all(further.take_row(row) for further, row in zip(self._further, rows, strict=True))
        if not fits:
            self._build()

    def _say_button(self) -> None:
        icon, word = ("x", "Cancel the check  Esc") if self._is_checking else ("refresh-cw", "Check again")
        self._button.setIcon(self._look.icon(icon, "text_2", 14))
        self._button.setToolTip(word)
        self._button.setAccessibleName(word.partition("  ")[0])

    def _build(self) -> None:
        if self._body is not None:
            self._column.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._checks, self._further = [], []
        # It is seen when it is complete, so that the page is laid out once and not after each row.
        body = self._body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for line in self._lines:
            row = CheckRow(self._look, line, body)
            row.both_asked.connect(self.both_asked)
            self._checks.append(row)
            column.addWidget(row)
        inset = self._look.px(BLEED_PX)
        for info in self._rows:
            holder = QHBoxLayout()
            holder.setContentsMargins(inset, 0, inset, 0)
            self._further.append(ValueRow(self._look, info, body))
            holder.addWidget(self._further[-1])
            column.addLayout(holder)
        self._column.addWidget(body)
        body.show()

    def _on_clicked(self) -> None:
        (self.cancel_asked if self._is_checking else self.again_asked).emit()
