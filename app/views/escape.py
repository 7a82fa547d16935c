"""Which part of the window Esc belongs to. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence


def keeps_escape(event: QEvent) -> bool:
    """Whether an event asks if Esc is a key of its receiver, before it is taken for the shortcut that cancels."""
    is_question = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
    return is_question and event.matches(QKeySequence.StandardKey.Cancel)  # type: ignore[attr-defined]
