"""How large a window beside the main one opens: as it likes, but never larger than its screen. GUI thread only."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

FRAME_PX = 48
"""Left free for the frame and the title that the system draws around a window."""


def resize_on_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window this size, or what its screen has room for."""
    screen = window.screen() or QGuiApplication.primaryScreen()
    room = screen.availableSize()
    window.resize(min(width, room.width() - FRAME_PX), min(height, room.height() - FRAME_PX))
