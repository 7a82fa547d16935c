"""Recent places, on the start page and in the File menu. GUI thread only."""

from __future__ import annotations

import time
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction

from app.controllers.library_jobs import Opened
from app.present.one_line import one_line
from app.present.store_words import short_place
from app.present.times import list_time
from app.settings import Settings
from app.views.main_window import MainWindow
from app.views.start_page import RecentText

if TYPE_CHECKING:
    from app.context import Context


class RecentController(QObject):
    """Between the settings and the two places that show what was opened before.

    Signals:
        asked (tuple of str): a recent place is to be opened.
    """

    asked = Signal(object)

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        window.start_page.recent_asked.connect(self._on_row_asked)
        window.recent_menu.aboutToShow.connect(self._fill_menu)
        window.recent_menu.triggered.connect(self._on_triggered)
        # By itself, after what changed the settings is done: often the first list is about to be painted.
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.show_places)
        context.settings.changed.connect(self._on_settings_changed)
        self._shown: tuple[RecentText, ...] | None = None
        self.show_places()

    def remember(self, opened: Opened, is_first: bool) -> None:
        """Remember what was opened; `is_first`: nothing else is open."""
        settings, demo = self._context.settings, self._context.paths.demo
        for path, found in opened.by_path:
            if any(facts.is_open for facts in found) and not PurePath(path).is_relative_to(demo):
                settings.remember_place(path, one_line(found[0].name if len(found) == 1 else PurePath(path).name))
        known = () if is_first else settings.current.open_paths
        # A folder that was added to the library is searched at every start anyway.
        good = (path for path in opened.good_paths if path not in settings.current.places)
        settings.update(open_paths=tuple(dict.fromkeys((*known, *good))))

    @Slot(object)
    def _on_settings_changed(self, _settings: Settings) -> None:
        self._later.start()

    @Slot()
    def show_places(self) -> None:
        """Show the places that are remembered now."""
        now_ms, zone = time.time_ns() // 1_000_000, self._context.settings.zone
        texts = tuple(
            RecentText(place.name, short_place(place.path), list_time(place.opened_at_ms, now_ms, zone), place.path)
            for place in self._context.settings.current.recent
        )
        if texts == self._shown:
            return
        self._shown = texts
        self._window.start_page.show_recent(texts)
        self._window.recent_menu.menuAction().setVisible(bool(texts))

    @Slot()
    def _fill_menu(self) -> None:
        menu = self._window.recent_menu
        menu.clear()
        for place in self._context.settings.current.recent:
            text = f"{one_line(place.name)}  –  {short_place(place.path)}".replace("&", "&&")
            menu.addAction(text).setData(place.path)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        path = action.data()
        if isinstance(path, str):
            self.asked.emit((path,))

    @Slot(str)
    def _on_row_asked(self, path: str) -> None:
        self.asked.emit((path,))
