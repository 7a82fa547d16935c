"""What the shortcuts page lists for the transcript is what the transcript understands (2.11)."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.keys import TRANSCRIPT_KEYS
from app.views.transcript.keys import press_key
from store.values.message import MessageKind


def test_2_11_every_key_that_is_listed_for_the_transcript_is_understood(show, message, text) -> None:
    messages = [message(index, MessageKind.PROMPT, text(f"words {index} " * 50)) for index in range(30)]
    view = show(messages)
    for line in TRANSCRIPT_KEYS.lines:
        for keys in line.keys:
            if keys in ("Tab", "Shift+Tab"):
                continue  # moves the focus, as everywhere; tested with the focus
            if keys == "Esc":
                view.selector.select_all()  # there has to be something to drop
            key = QKeySequence(keys)[0]
            event = QKeyEvent(QEvent.Type.KeyPress, key.key(), key.keyboardModifiers())
            assert press_key(view, event), keys
