"""One chip of a bar: an icon, a word and a count in a rounded box. GUI thread only."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens

PAD_PX, TIGHT_PAD_PX = 8, 6
GAP_PX, TIGHT_GAP_PX = 5, 4
ICON_PX = 14
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class ChipForm(IntEnum):
    """How much of a chip there is room for."""

    WORDS = 0
    COUNT = 1
    ICON = 2


def _room(is_tight: bool) -> tuple[int, int]:
    """Around all and between two parts, in px at 100 %."""
    return (TIGHT_PAD_PX, TIGHT_GAP_PX) if is_tight else (PAD_PX, GAP_PX)


class Chip(QAbstractButton):
    """A checkable button that is as wide checked as unchecked, so that nothing moves.

    Args:
        icon: name; empty for a chip that always shows its word.
        is_error: its icon and words have the colour of errors.
    """

    def __init__(self, look: Look, word: str, icon: str, is_error: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self._is_error = is_error
        self._count = ""
        self._form = ChipForm.WORDS
        self._is_tight = False
        self.setCheckable(True)
        self.setAutoExclusive(True)
        # Who clicks a chip goes on reading: the keys stay with the transcript.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setText(word)
        self.toggled.connect(self.update)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self.updateGeometry()
        self.update()

    def say(self, word: str, count: str, spoken: str, tip: str) -> None:
        """Show a word and a count.

        Args:
            spoken: what a screen reader says of them.
            tip: what it is for.
        """
        self._count = count
        self.setText(word)
        self.setAccessibleName(spoken)
        self.setAccessibleDescription(tip)
        self._say_tip()
        self.update()

    @property
    def count(self) -> str:
        """The count as shown."""
        return self._count

    def set_icon(self, icon: str) -> None:
        """Stand before the word, and in its place where there is no room; "" for a chip that always shows its word."""
        self._icon = icon

    @property
    def form(self) -> ChipForm:
        """How much of it is shown."""
        return self._form

    def set_form(self, form: ChipForm, is_tight: bool = False) -> None:
        """Show more or less of it, with more or less room around each part."""
        self._form = form
        self._is_tight = is_tight
        self._say_tip()
        self.update()

    def _say_tip(self) -> None:
        tip = self.accessibleDescription()
        self.setToolTip(tip if self._form is ChipForm.WORDS else f"{self.accessibleName()}\n{tip}")

    @property
    def word_px(self) -> int:
        """How much room its word takes that it can do without: none where nothing else says what it is."""
        return self._word_px() if self._icon else 0

    def width_in(self, form: ChipForm, is_tight: bool = False) -> int:
        """How wide it is in a form."""
        look = self._look
        parts = [look.px(ICON_PX)] if self._icon else []
        if self._shows_word(form):
            parts.append(self._word_px())
        if form is not ChipForm.ICON and self._count:
            parts.append(self.count_px)
        pad, gap = _room(is_tight)
        return 2 * look.px(pad) + sum(parts) + look.px(gap) * (len(parts) - 1)

    def _shows_word(self, form: ChipForm) -> bool:
        return form is ChipForm.WORDS or not self._icon

    def _word_px(self) -> int:
        return round(self._look.metrics(TypeUse.SECTION).horizontalAdvance(self.text()))

    @property
    def count_px(self) -> int:
        """How much room its count takes."""
        return round(self._look.metrics(TypeUse.SMALL).horizontalAdvance(self._count))

    def sizeHint(self) -> QSize:
        """As wide as its form; Qt's name."""
        return QSize(self.width_in(self._form, self._is_tight), self._look.px(tokens()["height"]["chip"]))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the box, the icon, the word and the count; Qt's name."""
        painter = QPainter(self)
        self._paint_box(painter)
        look = self._look
        x, gap = (look.px(length) for length in _room(self._is_tight))
        role = self._role()
        if self._icon:
            side = look.px(ICON_PX)
            icon = look.pixmap(self._icon, role, ICON_PX, self.devicePixelRatioF())
            painter.drawPixmap(QPoint(x, (self.height() - side) // 2), icon)
            x += side + gap
        if self._shows_word(self._form):
            painter.setFont(look.font(TypeUse.SECTION if self.isChecked() else TypeUse.BODY))
            painter.setPen(look.colour(role))
            painter.drawText(QRect(x, 0, self.width() - x, self.height()), _LEFT, self.text())
            x += self._word_px() + gap
        if self._form is not ChipForm.ICON and self._count:
            painter.setFont(look.font(TypeUse.SMALL_STRONG if self.isChecked() else TypeUse.SMALL))
            painter.setPen(look.colour(role if self._is_error or self.isChecked() else self._count_role()))
            painter.drawText(QRect(x, 0, self.width() - x, self.height()), _LEFT, self._count)
        painter.end()

    def _role(self) -> str:
        if not self.isEnabled():
            return "text_disabled"
        if self._is_error:
            return "error"
        return "text" if self.isChecked() else "text_2"

    def _count_role(self) -> str:
        return "text_3" if self.isEnabled() else "text_disabled"

    def _paint_box(self, painter: QPainter) -> None:
        look = self._look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = look.px(tokens()["radius"]["control"])
        if self.isChecked():
            painter.setPen(QPen(look.colour("accent"), 1))
            painter.setBrush(look.colour("select"))
        elif self.isDown() or (self.underMouse() and self.isEnabled()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("pressed" if self.isDown() else "hover"))
        else:
            return
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
