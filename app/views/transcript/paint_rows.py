"""Painting of the messages on the screen: each with its marks, or the room for one that is not loaded. GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter

from app.look.tokens import TypeUse
from app.views.transcript.painter import Marks, paint_row
from app.views.transcript.stage import Row

if TYPE_CHECKING:
    from app.views.transcript.view import TranscriptView

AROUND_PX = 8
"""How far what is painted of a message may stand out above and below it."""


def paint_rows(view: TranscriptView, painter: QPainter, clip: QRect) -> dict[int, int]:
    """Paint the rows that a rectangle touches.

    Returns:
        The y of each message on the screen, by its index.
    """
    rows = view.stage.rows()
    for row in rows:
        if row.top - AROUND_PX <= clip.bottom() and row.top + row.height + AROUND_PX >= clip.top():
            if row.layout is None:
                _paint_placeholder(view, painter, row)
            else:
                paint_row(painter, row, clip, _marks(view, row))
    return {row.index: row.top for row in rows}


def _marks(view: TranscriptView, row: Row) -> Marks:
    selection = view.selector.selection
    is_hovered = row.index == view.hovered_row
    has_ring = view.focus.has_keys and row.index == view.focus_row and view.hasFocus()
    stop = view.focus.stop() if has_ring else None
    return Marks(
        selection if selection is not None and selection.touches(row.index) else None,
        is_hovered or has_ring,
        has_ring,
        stop.rects if stop is not None else (),
        view.hovered_spot if is_hovered else None,
        view.hovered_button if is_hovered else None,
        view.hits.ranges(row.layout) if row.layout is not None else {},
    )


def _paint_placeholder(view: TranscriptView, painter: QPainter, row: Row) -> None:
    measures = view.stage.measures
    painter.setFont(measures.look.font(TypeUse.SMALL))
    painter.setPen(measures.look.colour("text_3"))
    rect = QRect(measures.text_px, row.top, measures.right_px - measures.text_px, measures.px(20))
    painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"#{row.index + 1:,}")
