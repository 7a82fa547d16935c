"""The Help menu and what a store's place is asked for: shortcuts page, About, diagnostics, paths. GUI thread only."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence

from app.commands import ActionId
from app.jobs import Lane, Query
from app.look.look import Look
from app.views.main_window import MainWindow
from store import VERSION
from store.errors import BurrowError

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.library_controller import LibraryController
    from app.controllers.sessions_controller import SessionsController
    from app.licences import Licence
    from app.views.about_dialog import AboutDialog
    from app.views.shortcuts_page import ShortcutsPage
    from store.cancel import CancelToken


class HelpController(QObject):
    """Builds each window when it is first asked for.

    Signals:
        noted (str): a sentence about what went to the clipboard.
        failed (BurrowError): something could not be shown.
    """

    noted = Signal(str)
    failed = Signal(object)

    def __init__(
        self, context: Context, window: MainWindow, library: LibraryController, sessions: SessionsController
    ) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._library, self._sessions = library, sessions
        self.page: ShortcutsPage | None = None
        self.about: AboutDialog | None = None
        context.looks.changed.connect(self._on_look_changed)

    @property
    def slots(self) -> dict[ActionId, Callable[[], object]]:
        """What carries out the actions that belong here."""
        return {
            ActionId.SHORTCUTS: self.show_shortcuts,
            ActionId.ABOUT: self.show_about,
            ActionId.COPY_DIAGNOSTICS: self.copy_diagnostics,
            ActionId.COPY_LOG_PATH: self.copy_log_path,
            ActionId.COPY_STORE_PATH: self.copy_store_path,
            ActionId.SHOW_IN_FOLDER: self.show_in_folder,
        }

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        for window in (self.page, self.about):
            if window is not None:
                window.set_look(look)

    # Shortcuts

    @Slot()
    def show_shortcuts(self) -> None:
        """Show all keys."""
        if self.page is None:
            from app.views.shortcuts_page import ShortcutsPage

            self.page = ShortcutsPage(self._context.looks.current, self._window)
            self.page.typed.connect(self._on_typed)
            self.page.copy_asked.connect(self._on_copy_shortcuts)
            self._on_typed("")
        self.page.open_page()

    @Slot(str)
    def _on_typed(self, typed: str) -> None:
        from app.present.shortcuts_text import shortcut_lines

        if self.page is not None:
            self.page.show_lines(shortcut_lines(native_keys, typed))

    @Slot()
    def _on_copy_shortcuts(self) -> None:
        from app.present.shortcuts_text import as_text

        if self.page is not None:
            QGuiApplication.clipboard().setText(as_text(self.page.lines()))
            self.noted.emit("Shortcuts copied")

    # About

    @Slot()
    def show_about(self) -> None:
        """Show version and licences."""
        if self.about is None:
            from app.views.about_dialog import AboutDialog

            look = self._context.looks.current
            self.about = AboutDialog(look, self._window.windowIcon(), versions(), self._window)
            self.about.copy_asked.connect(self._on_copy_versions)
            self.about.link_asked.connect(self._on_link_asked)
            query = Query("Reading the licences", _licences_work, Lane.USER)
            self._context.jobs.run(query, self._on_licences, self._on_no_licences)
        self.about.show()
        self.about.raise_()
        self.about.activateWindow()

    def _on_licences(self, licences: tuple[Licence, ...]) -> None:
        if self.about is not None:
            self.about.show_licences(licences)

    def _on_no_licences(self, error: BurrowError) -> None:
        if self.about is not None:
            self.about.say(str(error))

    @Slot()
    def _on_copy_versions(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{name} {value}" for name, value in versions()) + "\n")
        self.noted.emit("Versions copied")

    @Slot(str)
    def _on_link_asked(self, target: str) -> None:
        from app.views.link_dialog import LinkDialog

        dialog = LinkDialog(self._context.looks.current, target, self.about, "Link to a web page")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.copy_asked.connect(self._on_copy_link)
        dialog.open_asked.connect(self._open_link)
        dialog.open()

    @Slot(str)
    def _on_copy_link(self, target: str) -> None:
        QGuiApplication.clipboard().setText(target)

    @Slot(str)
    def _open_link(self, target: str) -> None:
        QDesktopServices.openUrl(QUrl(target, QUrl.ParsingMode.StrictMode))

    # What is copied

    @Slot()
    def copy_diagnostics(self) -> None:
        """Copy versions, look, our own places and the stores in numbers; no content."""
        from app.present.diagnostics import diagnostics_text

        context, paths = self._context, self._context.paths
        look, settings = context.looks.current, context.settings.current
        screen = self._window.screen()
        text = diagnostics_text(
            [*versions(), ("Platform", QGuiApplication.platformName())],
            [
                ("Theme", f"{look.theme.value} ({settings.theme.value})"),
                ("Zoom", f"{look.zoom_percent} %"),
                ("Density", look.density.value),
                ("Window", f"{self._window.width()} × {self._window.height()}"),
                ("Screen", f"{screen.size().width()} × {screen.size().height()} at {screen.devicePixelRatio():g}"),
                ("Times", "UTC" if settings.is_utc else "local"),
            ],
            [
                ("Data", str(paths.data)),
                ("Cache", str(paths.cache)),
                ("Settings", str(paths.settings_file)),
                ("Log", str(paths.log_file)),
            ],
            self._library.model.stores(),
            os.path.expanduser("~"),  # noqa: PTH111 - a name, no file is looked at
        )
        QGuiApplication.clipboard().setText(text)
        self.noted.emit("Diagnostics copied; they hold no content")

    @Slot()
    def copy_log_path(self) -> None:
        """Copy where the log file is."""
        QGuiApplication.clipboard().setText(str(self._context.paths.log_file))
        self.noted.emit("Path of the log file copied")

    # Where a store is

    def _store_path(self) -> str | None:
        """The chosen store, or the one of the chosen session where several are listed together."""
        if self._library.current is not None:
            return self._library.current.key.path
        chosen = self._sessions.chosen()
        return chosen.key.store.path if chosen is not None else None

    @Slot()
    def copy_store_path(self) -> None:
        """Copy where the store is."""
        path = self._store_path()
        if path is not None:
            QGuiApplication.clipboard().setText(path)
            self.noted.emit("Path of the store copied")

    @Slot()
    def show_in_folder(self) -> None:
        """Show the store's folder in the system's file manager."""
        path = self._store_path()
        if path is None:
            return
        folder = str(PurePath(path).parent)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
            self.failed.emit(BurrowError("The file manager could not be started.", f"The folder is {folder}."))


def native_keys(portable: str) -> str:
    """A key sequence as this system writes it."""
    return QKeySequence(portable).toString(QKeySequence.SequenceFormat.NativeText) or portable


def versions() -> tuple[tuple[str, str], ...]:
    """Burrow first, then what it runs on."""
    import platform
    import sqlite3

    return (
        ("Burrow", VERSION),
        ("Qt", qVersion()),
        ("PySide6", pyside_version),
        ("Python", platform.python_version() + (" (bundled)" if getattr(sys, "frozen", False) else "")),
        ("SQLite", sqlite3.sqlite_version),
        ("System", f"{platform.system()} {platform.release()} {platform.machine()}"),
    )


def _licences_work(_token: CancelToken) -> tuple[Licence, ...]:
    from app.licences import read_licences

    return read_licences()
