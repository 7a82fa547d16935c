"""The head of a section of the library: a name that folds what stands below it. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens

HEAD_PX = 26
CHEVRON_PX = 26
"""The chevron with the room around it, at the head's right."""

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class HeadButton(QAbstractButton):
    """The name with its chevron and a note at its right; checked while the section is open."""

    def __init__(self, look: Look, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self._note, self._is_note_hidden = look, "", False
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._say_state)
        self._say_state()

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self.updateGeometry()
        self.update()

    def set_note(self, note: str) -> None:
        """Say something at the right; it goes first where there is no room."""
        if note != self._note:
            self._note = note
            self._say_state()
            self.update()

    def hide_note(self, is_hidden: bool) -> None:
        """Leave the room of the note to something else."""
        self._is_note_hidden = is_hidden
        self.update()

    def sizeHint(self) -> QSize:
        """One line; Qt's name."""
        return QSize(self._look.px(60), self._look.px(HEAD_PX))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter folds as Space does; left and right fold and unfold, as in the tree."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.setChecked(event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Paint the row under the mouse."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the mouse."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint name, note and chevron."""
        painter, look = QPainter(self), self._look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            radius = look.px(tokens()["radius"]["row"])
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("hover_window"))
            painter.drawRoundedRect(self.rect(), radius, radius)
        side, inset = look.px(14), look.px(8)
        right = self.width() - look.px(6) - side
        name = "chevron-down" if self.isChecked() else "chevron-right"
        painter.drawPixmap(
            right, (self.height() - side) // 2, look.pixmap(name, "text_3", 14, self.devicePixelRatioF())
        )
        right -= look.px(6)
        painter.setFont(look.font(TypeUse.SMALL_STRONG))
        painter.setPen(look.colour("text_2"))
        painter.drawText(QRect(inset, 0, right - inset, self.height()), _LEFT, self.text())
        left = inset + round(look.metrics(TypeUse.SMALL_STRONG).horizontalAdvance(self.text())) + look.px(12)
        note_px = look.metrics(TypeUse.SMALL).horizontalAdvance(self._note)
        if self._note and not self._is_note_hidden and left + note_px <= right:
            painter.setFont(look.font(TypeUse.SMALL))
            painter.setPen(look.colour("text_3"))
            painter.drawText(QRect(left, 0, right - left, self.height()), _RIGHT, self._note)
        painter.end()

    @Slot()
    def _say_state(self) -> None:
        state = "" if self.isChecked() else "folded"
        self.setAccessibleName(", ".join(part for part in (self.text(), self._note, state) if part))
        self.setToolTip(f"{'Fold' if self.isChecked() else 'Unfold'} {self.text()}")


class SectionHead(QWidget):
    """The head with a button that gives up what is chosen in the section.

    Signals:
        folded (bool): the section was folded, or unfolded.
        clear_asked: nothing of this section is to be chosen any more.
    """

    folded = Signal(bool)
    clear_asked = Signal()

    def __init__(self, look: Look, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.button = HeadButton(look, text, self)
        self.clear_button = QPushButton("Clear", self)
        self.clear_button.setProperty("small", True)
        self.clear_button.setToolTip(f"Choose nothing of {text} any more")
        self.clear_button.setAccessibleName(f"Clear {text}")
        self.clear_button.hide()
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.button)
        self.button.toggled.connect(self._on_toggled)
        self.clear_button.clicked.connect(self._on_clear_clicked)
        self.set_look(look)

    @property
    def is_open(self) -> bool:
        """Whether what stands below is shown."""
        return self.button.isChecked()

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self.button.set_look(look)
        self._look = look
        self._row.setContentsMargins(look.px(4), look.px(8), look.px(4), 0)
        self._place_clear_button()

    def set_open(self, is_open: bool) -> None:
        """Show the section as it is remembered."""
        self.button.setChecked(is_open)

    def show_chosen(self, count: int) -> None:
        """Offer to clear what is chosen; nothing is offered for 0."""
        had_focus = self.clear_button.hasFocus()
        self.clear_button.setVisible(count > 0)
        self.button.hide_note(count > 0)
        self._place_clear_button()
        if had_focus and not count:
            self.button.setFocus(Qt.FocusReason.TabFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button at its place; Qt's name."""
        super().resizeEvent(event)
        self._place_clear_button()

    def _place_clear_button(self) -> None:
        # Over the head, left of the chevron, so that nothing moves when it appears.
        button, px = self.clear_button, self._look.px
        button.resize(button.sizeHint())
        middle = px(8) + px(HEAD_PX) // 2
        button.move(self.width() - px(4) - px(CHEVRON_PX) - button.width(), middle - button.height() // 2)
        button.raise_()

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        self.folded.emit(not is_open)

    @Slot()
    def _on_clear_clicked(self) -> None:
        self.clear_asked.emit()
