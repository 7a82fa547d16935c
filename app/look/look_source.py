"""Where the current look comes from: the system's colours or a forced theme, zoom, density. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.look.look import Look
from app.look.tokens import Density, Theme

ZOOM_STEPS_PERCENT = (80, 90, 100, 110, 125, 150, 175, 200)
"""What Zoom In and Zoom Out step through."""


class LookSource(QObject):
    """Holds the current look and says when there is a new one.

    Attributes:
        current: the look to draw with.

    Signals:
        changed (Look): theme, zoom or density changed; every view draws itself again with this look.
    """

    changed = Signal(object)

    def __init__(self, forced: Theme | None, zoom_percent: int, density: Density = Density.COMFORTABLE) -> None:
        super().__init__()
        self._forced = forced
        self._hints = QGuiApplication.styleHints()
        self.current = Look(forced or self._system_theme(), clamp_zoom(zoom_percent), density)
        self._hints.colorSchemeChanged.connect(self._on_scheme_changed)

    def force(self, theme: Theme | None) -> None:
        """Use this theme, or follow the system with None."""
        self._forced = theme
        self._use(theme or self._system_theme(), self.current.zoom_percent, self.current.density)

    def set_zoom(self, zoom_percent: int) -> None:
        """Use this zoom, kept within 80 to 200 %."""
        self._use(self.current.theme, clamp_zoom(zoom_percent), self.current.density)

    def set_density(self, density: Density) -> None:
        """Use this density."""
        self._use(self.current.theme, self.current.zoom_percent, density)

    def _system_theme(self) -> Theme:
        # Unknown, as on a plain X server without a desktop, counts as light.
        return Theme.DARK if self._hints.colorScheme() is Qt.ColorScheme.Dark else Theme.LIGHT

    def _use(self, theme: Theme, zoom_percent: int, density: Density) -> None:
        if (theme, zoom_percent, density) == (self.current.theme, self.current.zoom_percent, self.current.density):
            return
        self.current = Look(theme, zoom_percent, density)
        self.changed.emit(self.current)

    @Slot()
    def _on_scheme_changed(self) -> None:
        if self._forced is None:
            self._use(self._system_theme(), self.current.zoom_percent, self.current.density)


def clamp_zoom(zoom_percent: int) -> int:
    """A zoom within the limits."""
    return min(max(zoom_percent, ZOOM_STEPS_PERCENT[0]), ZOOM_STEPS_PERCENT[-1])


def next_zoom(zoom_percent: int, is_in: bool) -> int:
    """The next step of the zoom in one direction; the same at the end."""
    if is_in:
        return next((step for step in ZOOM_STEPS_PERCENT if step > zoom_percent), ZOOM_STEPS_PERCENT[-1])
    return next((step for step in reversed(ZOOM_STEPS_PERCENT) if step < zoom_percent), ZOOM_STEPS_PERCENT[0])
