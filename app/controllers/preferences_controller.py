"""Theme, zoom, density, times and places: from menus and the Preferences window into the settings and what follows.

GUI thread only. Whoever changes one of these settings, the window follows: the look is taken from the settings here,
and here only.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from app.commands import ActionId
from app.jobs import JobHandle, Lane, Query
from app.look.look import Look
from app.look.look_source import next_zoom
from app.look.tokens import Density, Theme
from app.present.diagnostics import without_home
from app.present.sizes import counted
from app.settings import Settings, ThemeChoice
from app.views.main_window import MainWindow
from store.errors import BurrowError

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.actions_controller import ActionsController
    from app.views.preferences_dialog import PlaceLine, PreferencesDialog
    from store import Found, SearchPlace
    from store.cancel import CancelToken

_THEMES = {
    ActionId.THEME_SYSTEM: ThemeChoice.SYSTEM,
    ActionId.THEME_LIGHT: ThemeChoice.LIGHT,
    ActionId.THEME_DARK: ThemeChoice.DARK,
}
_DENSITIES = {ActionId(f"density-{density.value}"): density for density in Density}
LOOKING = "looking…"


class PreferencesController(QObject):
    """Between settings, look, menus and the Preferences window, which is built when it is first asked for."""

    def __init__(self, context: Context, window: MainWindow, actions: ActionsController) -> None:
        super().__init__(window)
        self._context, self._window, self._actions = context, window, actions
        self._seen = context.settings.current
        self.dialog: PreferencesDialog | None = None
        self._usual: tuple[SearchPlace, ...] = ()
        self._found: dict[str, str] = {}
        self._asked: list[JobHandle] = []
        actions.use(self._slots())
        self._check(self._seen)
        context.settings.changed.connect(self._on_settings_changed)
        context.looks.changed.connect(self._on_look_changed)

    def _slots(self) -> dict[ActionId, Callable[[], object]]:
        return {
            ActionId.PREFERENCES: self.show,
            ActionId.TIMES_UTC: self._on_utc,
            ActionId.ZOOM_IN: partial(self._zoom, True),
            ActionId.ZOOM_OUT: partial(self._zoom, False),
            ActionId.ZOOM_RESET: partial(self.choose, zoom_percent=Settings().zoom_percent),
            **{name: partial(self.choose, theme=theme) for name, theme in _THEMES.items()},
            **{name: partial(self.choose, density=density) for name, density in _DENSITIES.items()},
        }

    def choose(self, **changes: Any) -> None:
        """Take new values of settings, by name; the look follows also where the command line had its own way."""
        settings, looks = self._context.settings, self._context.looks
        settings.update(**changes)
        if "theme" in changes:
            looks.force(_theme_of(settings.current))
        if "zoom_percent" in changes:
            looks.set_zoom(settings.current.zoom_percent)
        if "density" in changes:
            looks.set_density(settings.current.density)
        self._check(settings.current)

    def _zoom(self, is_in: bool) -> None:
        self.choose(zoom_percent=next_zoom(self._context.looks.current.zoom_percent, is_in))

    def _on_utc(self) -> None:
        self.choose(is_utc=self._actions.is_checked(ActionId.TIMES_UTC))

    def _check(self, settings: Settings) -> None:
        chosen = {name: theme is settings.theme for name, theme in _THEMES.items()}
        chosen |= {name: density is settings.density for name, density in _DENSITIES.items()}
        self._actions.check(chosen | {ActionId.TIMES_UTC: settings.is_utc})

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        places = settings.places != self._seen.places
        self._seen = settings
        self._check(settings)
        if self.dialog is None:
            return
        self._show_settings()
        if places:
            self._look_at_places()

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        if self.dialog is not None:
            self.dialog.set_look(look)
            self._show_settings()

    def _show_settings(self) -> None:
        if self.dialog is not None:
            self.dialog.show_settings(self._context.settings.current, self._context.looks.current.zoom_percent)

    # The window

    @Slot()
    def show(self) -> None:
        """Show Preferences, or bring them to the front."""
        dialog = self.dialog or self._build()
        self._show_settings()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        query = Query("Looking for the usual places", _usual_work, Lane.USER)
        self._context.jobs.run(query, self._on_usual, self._on_failed)

    def _build(self) -> PreferencesDialog:
        from app.views.preferences_dialog import PreferencesDialog

        self.dialog = PreferencesDialog(self._context.looks.current, _local_zone(), self._window)
        self.dialog.chosen.connect(self._on_chosen)
        self.dialog.add_asked.connect(self._window.actions_of.by_id[ActionId.ADD_PLACE].trigger)
        self.dialog.remove_asked.connect(self._on_remove)
        self.dialog.restore_asked.connect(self._on_restore)
        return self.dialog

    @Slot(object)
    def _on_chosen(self, changes: dict[str, Any]) -> None:
        self.choose(**changes)

    @Slot()
    def _on_restore(self) -> None:
        usual = Settings()
        self.choose(
            theme=usual.theme,
            zoom_percent=usual.zoom_percent,
            density=usual.density,
            is_utc=usual.is_utc,
            are_usual_places_searched=usual.are_usual_places_searched,
        )

    @Slot(str)
    def _on_remove(self, path: str) -> None:
        places = self._context.settings.current.places
        self._context.settings.update(places=tuple(place for place in places if place != path))
        if self.dialog is not None:
            shown = without_home(path, os.path.expanduser("~"))  # noqa: PTH111 - a name only
            self.dialog.say(f"{shown} is not looked through any more. What is open from it stays open.")

    # Places

    def _on_usual(self, places: tuple[SearchPlace, ...]) -> None:
        self._usual = places
        self._look_at_places()

    def _on_failed(self, _error: BurrowError) -> None:
        self._look_at_places()

    def _look_at_places(self) -> None:
        """Look what lies at each place, each in a job of its own: one that does not answer holds up no other."""
        from app.controllers.library_jobs import at_place
        from store import added_places

        for handle in self._asked:
            handle.cancel()
        self._asked = []
        library = self._context.library
        for place in (*self._usual, *added_places(self._context.settings.current.places)):
            path = str(place.path)
            query = Query("Looking at a place", at_place(library, place), Lane.PLACES)
            handle = self._context.jobs.run(query, partial(self._on_found, path), partial(self._on_not_found, path))
            self._asked.append(handle)
        self._show_places()

    def _on_found(self, path: str, found: Found) -> None:
        failure = found.failure
        if found.candidates:
            self._found[path] = counted(len(found.candidates), "store")
        elif failure is not None and failure.faults:
            self._found[path] = failure.faults[0].code.replace("-", " ")
        else:
            self._found[path] = "no store"
        self._show_places()

    def _on_not_found(self, path: str, error: BurrowError) -> None:
        self._found[path] = error.code.replace("-", " ")
        self._show_places()

    def _show_places(self) -> None:
        from app.views.preferences_dialog import PlaceLine

        if self.dialog is None:
            return
        usual, home = [str(place.path) for place in self._usual], os.path.expanduser("~")  # noqa: PTH111 - a name only
        lines: list[PlaceLine] = []
        for path in dict.fromkeys((*usual, *self._context.settings.current.places)):
            found = self._found.get(path, LOOKING)
            lines.append(PlaceLine(path, without_home(path, home), found, is_added=path not in usual))
        self.dialog.show_places(lines)


def _theme_of(settings: Settings) -> Theme | None:
    return None if settings.theme is ThemeChoice.SYSTEM else Theme(settings.theme.value)


def _local_zone() -> str:
    """The zone of the machine, in words: "Local time (CEST, UTC+02:00)"."""
    now = datetime.now().astimezone()
    offset = now.strftime("%z") or "+0000"
    name = now.tzname() or ""
    shown = f"{name}, " if name and name[0].isalpha() and name != "UTC" else ""
    return f"Local time ({shown}UTC{offset[:3]}:{offset[3:5]})"


def _usual_work(_token: CancelToken) -> tuple[SearchPlace, ...]:
    from store import Surroundings, usual_places

    return usual_places(Surroundings.of_process())
