"""Painting of one message: its display list, its parts, hover buttons and ring. Looks up, never lays out or decodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.look.look import Look
from app.look.tokens import TypeUse
from app.views.transcript.layout import MessageLayout
from app.views.transcript.lines_part import LinesPart
from app.views.transcript.ops import Spot
from app.views.transcript.part import Part
from app.views.transcript.places import HitRange, Selection
from app.views.transcript.stage import Row
from app.views.transcript.unit_hits import paint_unit_hits
from app.views.transcript.unit_part import UnitPart
from store.values.message import MessageKind


class HeadButton(Enum):
    """What stands at the right of a message's head while the mouse or the focus is on it."""

    COPY = "copy"
    RAW = "raw"
    MORE = "more"


BUTTON_WORDS = {
    HeadButton.COPY: "Copy this message",
    HeadButton.RAW: "Show the stored bytes of this message",
    HeadButton.MORE: "More",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked on a message without being part of its layout.

    Attributes:
        selection: None when nothing is selected in it.
        shows_buttons: the mouse or the focus is on it.
        has_ring: the keyboard's focus is on it.
        stop: rectangles of the thing in it that has the focus; empty for the message as a whole.
        spot, button: what the mouse is on.
        hits: of a search, by the number of the part in the layout.
    """

    selection: Selection | None
    shows_buttons: bool
    has_ring: bool
    stop: tuple[QRect, ...]
    spot: Spot | None
    button: HeadButton | None
    hits: Mapping[int, Sequence[HitRange]]


def button_rects(layout: MessageLayout) -> dict[HeadButton, QRect]:
    """Where the buttons of a head are, in the message."""
    px = layout.scene.measures.px
    head = layout.head
    top, height = head.center().y() - px(12) + 1, px(24)
    right = head.right() + 1 + px(5)
    more = QRect(right - px(24), top, px(24), height)
    raw = QRect(more.left() - px(58), top, px(56), height)
    copy = QRect(raw.left() - px(26), top, px(24), height)
    return {HeadButton.COPY: copy, HeadButton.RAW: raw, HeadButton.MORE: more}


def paint_row(painter: QPainter, row: Row, clip: QRect, marks: Marks) -> None:
    """Paint a laid out message with its top at the row's place."""
    layout = row.layout
    if layout is None:
        return
    look = layout.scene.measures.look
    painter.save()
    painter.translate(0, row.top)
    inside = clip.translated(0, -row.top)
    selected = _selected_units(layout, marks.selection)
    for op in layout.ops:
        op.paint(painter, look, op.key in selected)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for number, part in enumerate(layout.parts):
        if part.rect.top() <= inside.bottom() and part.rect.bottom() >= inside.top():
            _paint_part(painter, layout, part, inside, marks.selection, marks.hits.get(number, ()))
    if marks.spot is not None and marks.spot.is_button:
        _paint_hover(painter, look, marks.spot.rect)
    _paint_head_right(painter, layout, marks)
    if marks.has_ring:
        _paint_ring(painter, layout, marks.stop)
    painter.restore()


def _selected_units(layout: MessageLayout, selection: Selection | None) -> frozenset[int]:
    if selection is None:
        return frozenset()
    index = layout.message.index
    keys = set()
    for part in layout.parts:
        if part.is_unit:
            begin, end = selection.within(index, part.key, part.base, part.length)
            if begin < end:
                keys.add(part.key)
    return frozenset(keys)


def _paint_part(
    painter: QPainter,
    layout: MessageLayout,
    part: Part,
    clip: QRect,
    selection: Selection | None,
    hits: Sequence[HitRange],
) -> None:
    if isinstance(part, UnitPart):
        if hits:
            paint_unit_hits(painter, layout, part, hits)
        return
    begin = end = 0
    past_end = False
    index = layout.message.index
    if selection is not None:
        begin, end = selection.within(index, part.key, part.base, part.length)
        past_end = selection.covers_end(index, part.key, part.base + part.length)
    part.paint(painter, clip, begin, end, past_end, hits)
    if isinstance(part, LinesPart) and not part.wraps:
        _paint_scroll_mark(painter, layout.scene.measures.look, part)


def _paint_scroll_mark(painter: QPainter, look: Look, part: LinesPart) -> None:
    """A thin mark under code that is wider than its panel: how much of it is seen, and where."""
    beyond = part.scroll_range_px()
    if not beyond:
        return
    width = part.rect.width()
    length = max(width * width // (width + beyond), look.px(24))
    x = part.rect.x() + (width - length) * part.scroll_px // beyond
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("line_strong"))
    painter.drawRoundedRect(QRectF(x, part.rect.bottom() + look.px(3), length, look.px(3)), 1.5, 1.5)


def _paint_hover(painter: QPainter, look: Look, rect: QRect) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.colour("line_strong"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), look.px(4), look.px(4))


def _paint_head_right(painter: QPainter, layout: MessageLayout, marks: Marks) -> None:
    """The number, or the buttons in its place; nothing moves."""
    look = layout.scene.measures.look
    if not marks.shows_buttons and not layout.is_raw:
        painter.setFont(look.font(TypeUse.SMALL))
        painter.setPen(look.colour("text_3"))
        flags = (Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value
        painter.drawText(layout.head, flags, f"#{layout.message.index + 1:,}")
        return
    ratio = painter.device().devicePixelRatioF()
    rects = button_rects(layout)
    if layout.head_end_px >= rects[HeadButton.COPY].left():
        ground = "prompt" if layout.message.kind is MessageKind.PROMPT else "base"
        covered = rects[HeadButton.COPY].united(rects[HeadButton.MORE]).intersected(layout.head)
        painter.fillRect(covered.adjusted(-look.px(4), 0, 0, 0), look.colour(ground))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    icons = {HeadButton.COPY: "copy", HeadButton.RAW: "code", HeadButton.MORE: "ellipsis"}
    for button, rect in rects.items():
        is_checked = button is HeadButton.RAW and layout.is_raw
        if is_checked or marks.button is button:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("pressed" if is_checked else "hover_window"))
            painter.drawRoundedRect(rect, look.px(6), look.px(6))
        icon = look.pixmap(icons[button], "text_2", 14, ratio)
        side = look.px(14)
        left = rect.x() + (look.px(6) if button is HeadButton.RAW else (rect.width() - side) // 2)
        painter.drawPixmap(QPoint(left, rect.center().y() + 1 - side // 2), icon)
        if button is HeadButton.RAW:
            painter.setFont(look.font(TypeUse.SMALL))
            painter.setPen(look.colour("text" if is_checked else "text_2"))
            flags = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value
            painter.drawText(rect.adjusted(look.px(25), 0, 0, 0), flags, "Raw")


def _paint_ring(painter: QPainter, layout: MessageLayout, stop: tuple[QRect, ...]) -> None:
    look = layout.scene.measures.look
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(look.colour("accent"), look.px(2)))
    grow, radius = (look.px(1), look.px(5)) if stop else (look.px(4), look.px(8))
    for rect in stop or (layout.box,):
        painter.drawRoundedRect(QRectF(rect.adjusted(-grow, -grow, grow, grow)), radius, radius)
