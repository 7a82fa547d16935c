"""The mouse over the transcript: hover, clicks, selecting by dragging, scrolling while dragging. GUI thread only."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QCursor, QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip

from app.present.show_message import message_time_tip
from app.views.transcript.lines_part import LinesPart
from app.views.transcript.ops import Act, Spot
from app.views.transcript.painter import BUTTON_WORDS, HeadButton, button_rects
from app.views.transcript.selector import Grain
from app.views.transcript.stage import Row

if TYPE_CHECKING:
    from app.views.transcript.view import TranscriptView

AUTO_SCROLL_MS = 16
_SPEED_PER_PX = 6.0
_FASTEST_PX = 40_000


class Mouse:
    """Turns mouse events of one view into selections and clicks."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._pressed_at: QPoint | None = None
        self._is_drag = False
        self._clicks = 0
        self._clicked_at = QPoint()
        self._clicked_s = 0.0
        self._drag_began_s = 0.0
        self._point = QPoint()
        self._timer = QTimer(view, interval=AUTO_SCROLL_MS)
        self._timer.timeout.connect(self._on_auto_scroll)

    # -- what is where -------------------------------------------------------------------------------------------------

    def _row_at(self, point: QPoint) -> Row | None:
        for row in self._view.stage.rows():
            if row.top <= point.y() < row.top + row.height:
                return row
        return None

    def _under(self, point: QPoint) -> tuple[Row | None, HeadButton | None, Spot | None, str]:
        """Row, button, spot and link under a point."""
        row = self._row_at(point)
        if row is None or row.layout is None:
            return row, None, None, ""
        x, y = point.x(), point.y() - row.top
        for button, rect in button_rects(row.layout).items():
            if rect.contains(x, y):
                return row, button, None, ""
        spot = row.layout.spot_at(x, y)
        part = row.layout.part_at(y)
        link = part.link_at(x, y) if part is not None and part.rect.contains(x, y) else ""
        return row, None, spot, link

    def hover(self, point: QPoint) -> None:
        """Mark what is under the mouse, and choose its shape."""
        view = self._view
        row, button, spot, link = self._under(point)
        index = row.index if row is not None else None
        if (index, button, spot) != (view.hovered_row, view.hovered_button, view.hovered_spot):
            old = view.hovered_row
            view.hovered_row, view.hovered_button, view.hovered_spot = index, button, spot
            view.update_row(old)
            view.update_row(index)
        shape = Qt.CursorShape.ArrowCursor
        if link or button is not None or spot is not None:
            shape = Qt.CursorShape.PointingHandCursor
        elif row is not None and row.layout is not None and self._is_over_text(row, point):
            shape = Qt.CursorShape.IBeamCursor
        view.viewport().setCursor(QCursor(shape))

    def _is_over_text(self, row: Row, point: QPoint) -> bool:
        part = row.layout.part_at(point.y() - row.top) if row.layout is not None else None
        return part is not None and not part.is_unit and part.rect.contains(point.x(), point.y() - row.top)

    def leave(self) -> None:
        """Mark nothing any more."""
        view = self._view
        old, view.hovered_row, view.hovered_spot, view.hovered_button = view.hovered_row, None, None, None
        view.update_row(old)

    # -- clicks and drags ----------------------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """Remember where; begin a selection there."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        self._pressed_at, self._is_drag, self._point = point, False, point
        self._view.focus.has_keys = False
        self._count_click(point)
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        row, button, spot, _link = self._under(point)
        if button is not None or (spot is not None and spot.is_button):
            return
        place = self._view.selector.place_at(point.x(), point.y())
        if place is not None:
            before = self._view.selector.selection
            self._view.selector.press(place, Grain(self._clicks), extends)
            self._view.repaint_selection(before)
        self._take_focus(row)

    def _take_focus(self, row: Row | None) -> None:
        view = self._view
        if row is not None and view.focus_row != row.index:
            view.focus_row = row.index
            view.focus_moved.emit(row.index)
        view.viewport().update()

    def _count_click(self, point: QPoint) -> None:
        now = time.monotonic()
        is_near = (point - self._clicked_at).manhattanLength() < QApplication.startDragDistance()
        is_soon = now - self._clicked_s < QApplication.doubleClickInterval() / 1000
        self._clicks = self._clicks % 3 + 1 if is_near and is_soon else 1
        self._clicked_at, self._clicked_s = point, now

    def double_click(self, event: QMouseEvent) -> None:
        """The second press of a double click comes as an event of its own."""
        self.press(event)

    def move(self, event: QMouseEvent) -> None:
        """Drag, or hover."""
        point = event.position().toPoint()
        if self._pressed_at is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self.hover(point)
            return
        far = (point - self._pressed_at).manhattanLength() >= min(QApplication.startDragDistance(), 4)
        if not self._is_drag and not far:
            return
        if not self._is_drag:
            self._is_drag, self._drag_began_s = True, time.monotonic()
        self._point = point
        self._drag_to(point)
        inside = 0 <= point.y() < self._view.viewport().height()
        if inside:
            self._timer.stop()
        elif not self._timer.isActive():
            self._drag_began_s = time.monotonic()
            self._timer.start()

    def _drag_to(self, point: QPoint) -> None:
        height = self._view.viewport().height()
        place = self._view.selector.place_at(point.x(), min(max(point.y(), 0), height - 1))
        if place is not None:
            before = self._view.selector.selection
            self._view.selector.drag(place)
            self._view.repaint_selection(before)

    def _on_auto_scroll(self) -> None:
        """Scroll while the mouse is held outside: the further away and the longer, the faster."""
        height = self._view.viewport().height()
        y = self._point.y()
        distance = y if y < 0 else y - height + 1 if y >= height else 0
        if not distance or self._pressed_at is None:
            self._timer.stop()
            return
        seconds = time.monotonic() - self._drag_began_s
        speed = abs(distance) * _SPEED_PER_PX * math.exp(min(1.6 * seconds, 12.0))
        pixels = max(min(round(speed * AUTO_SCROLL_MS / 1000), _FASTEST_PX), 1)
        self._scroll_far(pixels if distance > 0 else -pixels)
        self._drag_to(self._point)

    def _scroll_far(self, pixels: int) -> None:
        """Within a few screens over exact heights; further by the bar's values, which builds nothing in between."""
        view = self._view
        if abs(pixels) <= 3 * view.viewport().height():
            view.scroll_by(pixels)
        else:
            bar = view.verticalScrollBar()
            bar.setValue(min(max(bar.value() + pixels, 0), bar.maximum()))

    def release(self, event: QMouseEvent) -> None:
        """End a drag; or do what was clicked."""
        if event.button() is not Qt.MouseButton.LeftButton or self._pressed_at is None:
            return
        self._timer.stop()
        was_drag, self._pressed_at, self._is_drag = self._is_drag, None, False
        if self._view.selector.has_text:
            self._view.primary_wanted.emit()
        if not was_drag and self._clicks == 1 and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._click(event.position().toPoint())

    def _click(self, point: QPoint) -> None:
        view = self._view
        row, button, spot, link = self._under(point)
        if row is None or row.layout is None:
            return
        message = row.layout.message
        if button is HeadButton.RAW:
            view.folding.toggle_raw(row.index)
        elif button is HeadButton.MORE:
            view.menu_wanted.emit(row.index, view.viewport().mapToGlobal(point), "")
        elif button is not None:
            view.button_clicked.emit(message, button)
        elif link:
            view.link_activated.emit(link)
        elif spot is not None:
            self.do(row.index, spot)

    def do(self, row: int, spot: Spot) -> None:
        """Do what a spot is for; what needs a job is handed on."""
        view = self._view
        if spot.act is Act.FOLD:
            view.folding.toggle(row, spot.key)
        elif spot.act is Act.UNROLL:
            view.folding.toggle_unrolled(row, spot.key)
        else:
            view.spot_clicked.emit(view.stage.message(row), spot)

    # -- the rest ------------------------------------------------------------------------------------------------------

    def scroll_sideways(self, point: QPoint, dx: int) -> bool:
        """Scroll the code under the mouse. Returns whether it moved."""
        row = self._row_at(point)
        if row is None or row.layout is None:
            return False
        part = row.layout.part_at(point.y() - row.top)
        return isinstance(part, LinesPart) and self._view.scroll_code(row.index, part, dx)

    def menu(self, event: QContextMenuEvent) -> None:
        """Ask for a context menu."""
        view = self._view
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            index = view.first_row() if view.stage.count else -1
            rows = [row for row in view.stage.rows() if row.index == index]
            y = max(rows[0].top, 0) + 20 if rows else 0
            point = view.viewport().mapToGlobal(QPoint(view.stage.measures.text_px, y))
            view.menu_wanted.emit(index, point, "")
            return
        row, _button, _spot, link = self._under(view.viewport().mapFrom(view, event.pos()))
        view.menu_wanted.emit(row.index if row is not None else -1, event.globalPos(), link)

    def tool_tip(self, event: QEvent) -> bool:
        """Words for a button, the full time for a head, the target for a link. Returns whether there are any."""
        if not isinstance(event, QHelpEvent):
            return False
        row, button, spot, link = self._under(event.pos())
        words = ""
        if button is not None:
            words = BUTTON_WORDS[button]
        elif link:
            words = link
        elif spot is not None and spot.is_button:
            words = spot.words
        elif (
            row is not None
            and row.layout is not None
            and row.layout.head.contains(event.pos().x(), event.y() - row.top)
        ):
            words = message_time_tip(row.layout.message.stored)
        QToolTip.showText(event.globalPos(), _plain(words), self._view.viewport())
        return bool(words)


def _plain(words: str) -> str:
    """Words of a tool tip that Qt cannot take for HTML, cut to a length that fits on a screen."""
    short = words if len(words) <= 600 else words[:600] + "…"
    return (
        ""
        if not short
        else short.replace("&", "&amp;").replace("<", "&lt;").join(("<p style='white-space:pre-wrap'>", "</p>"))
    )
