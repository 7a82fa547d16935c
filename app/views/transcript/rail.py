"""The rail: a scroll bar with a mark for every prompt, error, rewrite and hit of the transcript. GUI thread only.

It stays a QScrollBar, so that wheel, keys and screen readers find what they know; only the painting is ours. The marks
are found once for each change of the transcript, never while it scrolls, and kept as one picture.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QScrollBar, QStyle, QStyleOptionSlider, QToolTip, QWidget

from app.look.look import Look
from app.look.tokens import tokens
from app.present.one_line import as_tip
from app.present.reading import SHOWN, ReadKind, both, rows_of_flag, rows_of_kind
from app.views.transcript.rail_marks import MarkKind, RailMark, marks_of
from app.views.transcript.stage import Stage
from store.values.message import MessageFlag

SPREAD_PX = 3
ERROR_PX = 9
"""How high the mark of an error is."""

ERROR_SPREAD_PX = ERROR_PX + 2
"""Errors closer than this have one mark: of hundreds more would be a red strip."""

HIT_PX = 4.4
CLICK_PX = 3
"""Who moves no further between press and release clicks a mark, and does not drag the handle under it."""

SETTLED_MS = 150
"""Heights turn exact while a person scrolls; the marks move when that rests."""

Words = Callable[[RailMark], str]
"""Says what a mark stands for."""


class Rail(QScrollBar):
    """The vertical scroll bar of one transcript.

    Args:
        words: makes the tool tip of a mark.

    Signals:
        mark_clicked (int): a person clicked the mark of a message.
    """

    mark_clicked = Signal(int)

    def __init__(self, look: Look, stage: Stage, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._stage, self._words = stage, words
        self._hits = b""
        self._marks: list[RailMark] = []
        self._dots: list[RailMark] = []
        self._picture: QPixmap | None = None
        self._pressed: RailMark | None = None
        self._pressed_y = 0
        self._total_px = 0
        self._tops = array("q")
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._on_settled)
        self.setMouseTracking(True)
        self.setAccessibleName("Place in the transcript")
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self.setFixedWidth(look.px(tokens()["height"]["rail_width"]))
        self.set_marks()

    def heights_changed(self) -> None:
        """Some heights turned exact: find the places of the marks again when that rests."""
        self._settled.start()

    def set_hits(self, rows: Sequence[int]) -> None:
        """Mark these messages as hits of a search; none takes the dots away."""
        if not rows and not self._hits:
            return
        mask = bytearray(self._stage.count)
        for row in rows:
            if row < len(mask):
                mask[row] = 1
        self._hits = bytes(mask) if rows else b""
        self._set_dots()
        self._picture = None
        self.update()

    @property
    def marks(self) -> tuple[RailMark, ...]:
        """What is marked over the width of the rail, and then the hits, each from the top."""
        return (*self._marks, *self._dots)

    @Slot()
    def set_marks(self) -> None:
        """Find the marks of the transcript that is shown."""
        stage, outline = self._stage, self._stage.outline
        self._settled.stop()
        self._marks, self._picture, self._tops = [], None, array("q")
        if outline is not None and stage.count:
            shown = stage.shown.mask
            masks = {
                MarkKind.PROMPT: both(rows_of_kind(outline, ReadKind.YOU), shown),
                MarkKind.REWRITE: both(rows_of_flag(outline, MessageFlag.IS_REWRITE), shown),
                MarkKind.ERROR: both(rows_of_kind(outline, ReadKind.ERRORS), shown),
            }
            self._say(masks)
            total = self._total_px = stage.heights.total + 2 * stage.pad_px
            tops = self._tops = array("q", accumulate(stage.heights.all(), initial=stage.pad_px))
            tops.pop()
            spread = self._look.px(SPREAD_PX)
            apart = self._look.px(ERROR_SPREAD_PX)
            self._marks = marks_of(tops, total, self.height(), masks, spread, apart)
        else:
            self.setAccessibleDescription("")
        self._set_dots()
        self.update()

    def _set_dots(self) -> None:
        """Find the dots of the hits; where each message begins is known from the marks."""
        self._dots = []
        if not self._hits:
            return
        shown, tops = self._stage.shown.mask, self._tops
        if len(self._hits) == len(shown) == len(tops):
            masks = {MarkKind.HIT: both(self._hits, shown)}
            self._dots = marks_of(tops, self._total_px, self.height(), masks, self._look.px(SPREAD_PX))

    @Slot()
    def _on_settled(self) -> None:
        # Of a long transcript a page that was laid out moves no mark by a pixel; to find 10,000 again takes a frame.
        total = self._stage.heights.total + 2 * self._stage.pad_px
        if abs(total - self._total_px) * self.height() >= total:
            self.set_marks()

    def _say(self, masks: dict[MarkKind, bytes]) -> None:
        counts = {kind: mask.count(SHOWN) for kind, mask in masks.items()}
        self.setAccessibleDescription(
            f"{counts[MarkKind.PROMPT]:,} prompts, {counts[MarkKind.ERROR]:,} errors, "
            f"{counts[MarkKind.REWRITE]:,} rewrites"
        )

    def mark_at(self, y: int) -> RailMark | None:
        """The mark nearest to a height; None if none is close."""
        best = min(self.marks, key=lambda mark: (abs(mark.y - y), -mark.kind), default=None)
        if best is None:
            return None
        near = max(self._look.px(ERROR_PX if best.kind is MarkKind.ERROR else 2 * SPREAD_PX) // 2, 3)
        return best if abs(best.y - y) <= near else None

    def handle_rect(self) -> QRect:
        """Where the handle is."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        rect = self.style().subControlRect(
            QStyle.ComplexControl.CC_ScrollBar, option, QStyle.SubControl.SC_ScrollBarSlider, self
        )
        return QRect(0, rect.top(), self.width(), rect.height())

    # -- events --------------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """As wide as the tokens say; Qt's name."""
        return QSize(self._look.px(tokens()["height"]["rail_width"]), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the marks over the new height; Qt's name."""
        super().resizeEvent(event)
        self.set_marks()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to a mark; anywhere else scroll as a scroll bar does. The handle is dragged first of all; Qt's name."""
        at = event.position().toPoint()
        self._pressed = self.mark_at(at.y()) if event.button() is Qt.MouseButton.LeftButton else None
        self._pressed_y = at.y()
        if self._pressed is None or self._is_on_handle(at):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show where a click jumps; Qt's name."""
        at = event.position().toPoint()
        if self._pressed is not None and self.isSliderDown() and abs(at.y() - self._pressed_y) > CLICK_PX:
            self._pressed = None  # the handle under the mark is dragged
        if self._pressed is not None:
            return
        super().mouseMoveEvent(event)
        jumps = not self.isSliderDown() and self.mark_at(at.y()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if jumps else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Jump to the mark that was pressed; Qt's name."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or self.isSliderDown():
            super().mouseReleaseEvent(event)
        if pressed is not None and self.rect().contains(event.position().toPoint()):
            self.mark_clicked.emit(pressed.row)

    def _is_on_handle(self, at: QPoint) -> bool:
        return self.handle_rect().contains(at)

    def event(self, event: QEvent) -> bool:
        """Say what a mark is; Qt's name."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            mark = self.mark_at(event.pos().y())
            QToolTip.showText(event.globalPos(), as_tip(self._words(mark)) if mark is not None else "", self)
            return True
        return bool(super().event(event))

    # -- painting ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground, the handle and the marks over it; Qt's name."""
        look = self._look
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.colour("window"))
        painter.fillRect(0, 0, 1, self.height(), look.colour("line"))
        if self.maximum() > self.minimum():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(look.colour("line_control"), 1))
            painter.setBrush(look.colour("pressed" if self.isSliderDown() else "hover_window"))
            rect = QRectF(self.handle_rect()).adjusted(2.5, 0.5, -1.5, -0.5)
            painter.drawRoundedRect(rect, look.px(3), look.px(3))
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatioF() != ratio:
            self._picture = self._paint_marks(ratio)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _paint_marks(self, ratio: float) -> QPixmap:
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in self.marks:
            _PAINT[mark.kind](painter, self._look, self.width(), mark.y)
        painter.end()
        return picture


def _paint_prompt(painter: QPainter, look: Look, width: int, y: int) -> None:
    wide, high = look.px(11), look.px(2)
    painter.fillRect(QRect(width - wide - look.px(1), y - high // 2, wide, high), look.colour("mark_prompt"))


def _paint_rewrite(painter: QPainter, look: Look, width: int, y: int) -> None:
    pen = QPen(look.colour("mark_notice"), look.px(1))
    pen.setDashPattern([3, 2])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    for offset in (-1.5, 1.5):
        line = y + offset * look.px(1)
        painter.drawLine(QPointF(1, line), QPointF(width, line))


def _paint_error(painter: QPainter, look: Look, width: int, y: int) -> None:
    wide, high, right = look.px(8), look.px(ERROR_PX), width - look.px(1)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("mark_error"))
    corners = [QPointF(right - wide, y), QPointF(right, y - high / 2), QPointF(right, y + high / 2)]
    painter.drawPolygon(QPolygonF(corners))


def _paint_hit(painter: QPainter, look: Look, width: int, y: int) -> None:  # noqa: ARG001
    side = HIT_PX * look.zoom_percent / 100
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("hit_current"))
    painter.drawEllipse(QRectF(look.px(2), y - side / 2, side, side))


_PAINT: dict[MarkKind, Callable[[QPainter, Look, int, int], None]] = {
    MarkKind.PROMPT: _paint_prompt,
    MarkKind.REWRITE: _paint_rewrite,
    MarkKind.ERROR: _paint_error,
    MarkKind.HIT: _paint_hit,
}
