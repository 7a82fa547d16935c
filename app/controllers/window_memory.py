"""Remembers the window: where it is, how wide its panes are, which are hidden, zoom and theme. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Slot
from PySide6.QtGui import QGuiApplication

from app.views.main_window import MainWindow

if TYPE_CHECKING:
    from app.context import Context

USUAL_SIZE = (1280, 800)


class WindowMemory(QObject):
    """Between the frame and the settings."""

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self._settings = context.settings
        self._window = window
        window.panes.widths_chosen.connect(self._on_widths_chosen)

    def restore(self, size: tuple[int, int] | None) -> None:
        """Put the window and its panes where they were; `size` wins over what is remembered."""
        settings = self._settings.current
        self._window.panes.set_widths(settings.library_width_px, settings.sessions_width_px)
        self._window.panes.show_panes(settings.is_library_shown, settings.is_page_shown)
        remembered = QRect(settings.window_x, settings.window_y, settings.window_width_px, settings.window_height_px)
        if size is not None:
            self._window.resize(*size)
        elif remembered.width() > 0 and remembered.height() > 0 and self._is_on_a_screen(remembered):
            self._window.setGeometry(remembered)
        else:
            self._window.resize(*USUAL_SIZE)

    def remember(self) -> None:
        """Take note of where the window is now."""
        place = self._window.normalGeometry() if self._window.isMaximized() else self._window.geometry()
        self._settings.update(
            window_x=place.x(),
            window_y=place.y(),
            window_width_px=place.width(),
            window_height_px=place.height(),
            is_maximised=self._window.isMaximized(),
        )

    def show_panes(self, has_library: bool, has_page: bool) -> None:
        """Show or hide panes, and remember it."""
        self._settings.update(is_library_shown=has_library, is_page_shown=has_page)
        self._window.panes.show_panes(has_library, has_page)

    @staticmethod
    def _is_on_a_screen(place: QRect) -> bool:
        # A screen that was unplugged must not take the window with it.
        return any(screen.availableGeometry().intersects(place) for screen in QGuiApplication.screens())

    @Slot(object, object)
    def _on_widths_chosen(self, library_px: int, sessions_px: int) -> None:
        self._settings.update(library_width_px=library_px, sessions_width_px=sessions_px)
