"""Measured and elided texts, kept until the look changes. GUI thread only.

Painting asks for the same few hundred texts again and again; measuring one costs ten times as much as looking it up,
and in some scripts a thousand times.
"""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.look.look import Look
from app.look.tokens import TypeUse

KEPT_TEXTS = 4096


class TextCache:
    """Widths and elided forms of short texts in the fonts of one look."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._widths: dict[tuple[TypeUse, str], int] = {}
        self._elided: dict[tuple[TypeUse, int, str, bool], str] = {}

    def width_px(self, use: TypeUse, text: str) -> int:
        """How wide a text is, rounded up."""
        found = self._widths.get((use, text))
        if found is None:
            if len(self._widths) >= KEPT_TEXTS:
                self._widths.clear()
            found = self._widths[(use, text)] = int(self._look.metrics(use).horizontalAdvance(text)) + 1
        return found

    def elided(self, use: TypeUse, text: str, width_px: int, keeps_end: bool = False) -> str:
        """The text as it fits into a width, cut with an ellipsis at its end, or in its middle if the end is kept."""
        key = (use, width_px, text, keeps_end)
        found = self._elided.get(key)
        if found is None:
            if len(self._elided) >= KEPT_TEXTS:
                self._elided.clear()
            metrics = self._look.metrics(use)
            mode = Qt.TextElideMode.ElideMiddle if keeps_end else Qt.TextElideMode.ElideRight
            found = self._elided[key] = metrics.elidedText(text, mode, max(width_px, 0))
        return found
