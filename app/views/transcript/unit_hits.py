"""Hits in the heads of cards: their words are labels of the display list, perhaps elided. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from app.present.utf16 import code_point_index
from app.views.transcript.layout import MessageLayout
from app.views.transcript.ops import Label
from app.views.transcript.part import paint_hit
from app.views.transcript.places import HitRange
from app.views.transcript.unit_part import UnitPart

_ELLIPSIS = "…"


def paint_unit_hits(painter: QPainter, layout: MessageLayout, part: UnitPart, hits: Sequence[HitRange]) -> None:
    """Paint the hits in the words of a head over what is painted of them already."""
    at = 0
    for label in _labels(layout, part):
        words = label.words.removesuffix(_ELLIPSIS)
        begin = part.words.find(words, at)
        if begin < 0 or not words:
            continue
        at = begin + len(words)
        for hit in hits:
            low = max(code_point_index(part.words, hit.begin) - begin, 0)
            high = min(code_point_index(part.words, hit.end) - begin, len(words))
            if low < high:
                _paint_hit(painter, layout, label, low, high, hit.is_current)


def _labels(layout: MessageLayout, part: UnitPart) -> list[Label]:
    """The labels that stand in a head from its left, in reading order."""
    return [
        op for op in layout.ops if isinstance(op, Label) and not op.is_right and part.rect.contains(op.rect.topLeft())
    ]


def _paint_hit(painter: QPainter, layout: MessageLayout, label: Label, low: int, high: int, is_current: bool) -> None:
    look = layout.scene.measures.look
    font = look.font(label.use)
    if label.is_strong:
        font = type(font)(font)
        font.setWeight(font.Weight.DemiBold)
    metrics = QFontMetricsF(font)
    left = label.rect.x() + metrics.horizontalAdvance(label.words[:low])
    right = label.rect.x() + metrics.horizontalAdvance(label.words[:high])
    height = metrics.height() + 1
    rect = QRectF(left, label.rect.center().y() + 0.5 - height / 2, right - left, height)
    paint_hit(painter, look, rect, is_current)
    painter.save()
    painter.setClipRect(rect)
    # The same words at the same place, so that no letter moves.
    role = "on_hit_current" if is_current else "on_hit"
    replace(label, role=role, key=-1).paint(painter, look, is_selected=False)
    painter.restore()
