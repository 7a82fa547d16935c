"""The days of the sessions as small bars that can be chosen by mouse and keyboard. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.look.look import Look
from app.look.tokens import tokens
from app.present.day_bars import DayBar, day_bars
from app.present.one_line import as_tip
from store.values.listing import FacetValue

BARS_PX = 32
SMALLEST_BAR_PX, LARGEST_BAR_PX = 5, 14
"""Width of one bar with the gap behind it."""

INSET_PX = 12
_MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -1_000_000, Qt.Key.Key_End: 1_000_000}


class DayBars(QWidget):
    """The bars. A click chooses a day, a drag a run of days, Ctrl+click adds; a click on what is chosen gives it up.

    By keyboard: left and right go from bar to bar, with Shift they choose as they go, Space and Enter choose one.

    Signals:
        chosen (frozenset of str): these days and no others are wanted.
        reached (QRect, in this widget): the keyboard came here, which is to be seen.
    """

    chosen = Signal(object)
    reached = Signal(object)
    accessible_role = QAccessible.Role.Chart

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._values: tuple[FacetValue, ...] = ()
        self._bars: tuple[DayBar, ...] = ()
        self._chosen: frozenset[str] = frozenset()
        self._current = -1
        self._anchor = -1
        self._dragged: tuple[int, int] | None = None
        self._is_by_keyboard = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._say_current()

    @property
    def bars(self) -> tuple[DayBar, ...]:
        """What is shown, oldest first."""
        return self._bars

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self.updateGeometry()
        self._make_bars()

    def show_days(self, values: tuple[FacetValue, ...], chosen: frozenset[str]) -> None:
        """Show these days with their sessions, in order, and which are chosen."""
        if (values, chosen) != (self._values, self._chosen):
            self._values, self._chosen = values, chosen
            self._make_bars()

    def bar_rect(self, number: int) -> QRect:
        """Where a bar may stand, over the whole height."""
        step = self._step_px()
        left = self._look.px(INSET_PX) + number * step
        return QRect(round(left), 0, max(round(left + step) - round(left), 1), self.height())

    def sizeHint(self) -> QSize:
        """The bars, and room for the line below the chosen ones; Qt's name."""
        return QSize(self._look.px(120), self._look.px(BARS_PX) + self._look.px(8))

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bars on their base line; Qt's name."""
        painter, look = QPainter(self), self._look
        base = self.height() - look.px(5)
        left = look.px(INSET_PX)
        painter.fillRect(QRect(left, base, self.width() - 2 * left, 1), look.colour("line_strong"))
        most = max((bar.session_count for bar in self._bars), default=0)
        chosen = self._chosen_now()
        for number, bar in enumerate(self._bars):
            rect = self.bar_rect(number).adjusted(0, 0, -1, 0)
            is_chosen = bool(chosen.intersection(bar.days))
            if bar.session_count:
                height = max(round((look.px(BARS_PX) - 2) * bar.session_count / most), look.px(2))
                role = "accent" if is_chosen else "mark_tool"
                painter.fillRect(QRect(rect.x(), base - height, rect.width(), height), look.colour(role))
            if is_chosen:
                painter.fillRect(QRect(rect.x(), base + look.px(2), rect.width(), look.px(2)), look.colour("accent"))
        if self.hasFocus() and self._is_by_keyboard:
            self._paint_focus(painter)
        painter.end()

    def _paint_focus(self, painter: QPainter) -> None:
        look = self._look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("accent"), 1))
        inset, radius = look.px(4), look.px(tokens()["radius"]["row"])
        whole = QRectF(self.rect()).adjusted(inset + 0.5, 0.5, -inset - 0.5, -0.5)
        painter.drawRoundedRect(whole, radius, radius)
        if 0 <= self._current < len(self._bars):
            one = QRectF(self.bar_rect(self._current)).adjusted(-1.5, 2.5, 0.5, -2.5)
            painter.drawRoundedRect(one, look.px(2), look.px(2))

    def _make_bars(self) -> None:
        room = max(self.width() - 2 * self._look.px(INSET_PX), 1)
        self._bars = day_bars(self._values, max(room // self._look.px(SMALLEST_BAR_PX), 1))
        self._current = min(self._current, len(self._bars) - 1) if self._current >= 0 else len(self._bars) - 1
        self._say_current()
        self.update()

    def _step_px(self) -> float:
        room = self.width() - 2 * self._look.px(INSET_PX)
        return min(room / max(len(self._bars), 1), self._look.px(LARGEST_BAR_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many bars as there is room for; Qt's name."""
        super().resizeEvent(event)
        self._make_bars()

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a run of days; Qt's name."""
        number = self._number_at(event.position().toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or number is None:
            super().mousePressEvent(event)
            return
        self._is_by_keyboard = False
        self._current = number
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._toggle(number)
        else:
            self._dragged = (number, number)
        self._say_current()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Lengthen the run; Qt's name."""
        if self._dragged is not None:
            at = event.position().toPoint()
            number = self._number_at(QPoint(at.x(), 0), is_clamped=True)
            if number is not None and number != self._dragged[1]:
                self._dragged = (self._dragged[0], number)
                self._current = number
                self.update()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the run; Qt's name."""
        super().mouseReleaseEvent(event)
        if self._dragged is None:
            return
        days, self._dragged = self._days_of(*self._dragged), None
        self._say_current()
        self._ask(frozenset() if days == self._chosen else days)

    def _number_at(self, at: QPoint, *, is_clamped: bool = False) -> int | None:
        if not self._bars:
            return None
        number = int((at.x() - self._look.px(INSET_PX)) // self._step_px())
        if is_clamped:
            return min(max(number, 0), len(self._bars) - 1)
        return number if 0 <= number < len(self._bars) else None

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from bar to bar and choose; Qt's name."""
        self._is_by_keyboard = True
        key = Qt.Key(event.key())
        if key in _MOVES and self._bars:
            before = self._current
            self._current = min(max(self._current + _MOVES[key], 0), len(self._bars) - 1)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._anchor = before if self._anchor < 0 else self._anchor
                self._ask(self._days_of(self._anchor, self._current))
            else:
                self._anchor = -1
            self._say_current()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._bars:
            self._anchor = -1
            self._toggle(self._current)
        else:
            super().keyPressEvent(event)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is; Qt's name."""
        super().focusInEvent(event)
        self._is_by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if self._is_by_keyboard:
            self.reached.emit(self.rect())
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Paint without the ring; Qt's name."""
        super().focusOutEvent(event)
        self._anchor = -1
        self.update()

    # What is chosen

    def _days_of(self, first: int, last: int) -> frozenset[str]:
        begin, end = min(first, last), max(first, last) + 1
        return frozenset(day for bar in self._bars[begin:end] for day in bar.days)

    def _chosen_now(self) -> frozenset[str]:
        """What is chosen, while a drag goes on what it would choose."""
        return self._days_of(*self._dragged) if self._dragged is not None else self._chosen

    def _toggle(self, number: int) -> None:
        days = frozenset(self._bars[number].days)
        self._ask(self._chosen - days if days & self._chosen else self._chosen | days)

    def _ask(self, days: frozenset[str]) -> None:
        if days != self._chosen:
            self.chosen.emit(days)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Say day and count of the bar under the mouse; Qt's name."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = self._number_at(event.pos())
            if number is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), as_tip(self._bars[number].text), self, self.bar_rect(number))
            return True
        return super().event(event)

    def _say_current(self) -> None:
        name = "Days of the last change"
        if 0 <= self._current < len(self._bars):
            bar = self._bars[self._current]
            is_chosen = bool(self._chosen.intersection(bar.days))
            name = f"{name}: {bar.text}{', chosen' if is_chosen else ''}"
        if name != self.accessibleName():
            self.setAccessibleName(name)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))
