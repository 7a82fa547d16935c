"""The checks of whole stores: one window a store. GUI thread only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.present.one_line import one_line
from app.views.dialog_size import resize_on_screen
from app.views.main_window import MainWindow
from store.errors import BurrowError
from store.values.store import SessionKey, StoreFacts, StoreKey

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.one_store_check import OneStoreCheck
    from app.views.check_window import CheckWindow


class StoreCheckController(QObject):
    """Opens a window for each store that is to be checked; for one that has one it comes to the front.

    Signals:
        session_asked (SessionKey): a session is to be shown in the main window.
        noted (str): a sentence about what was copied or saved.
        failed (BurrowError): a store cannot be checked, or something could not be saved.
    """

    session_asked = Signal(object)
    noted = Signal(str)
    failed = Signal(object)

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._open: dict[StoreKey, OneStoreCheck] = {}

    def check(self, facts: StoreFacts) -> None:
        """Check a store, or bring its window to the front."""
        if not facts.is_open:
            name = one_line(facts.name)
            self.failed.emit(BurrowError(f"{name} cannot be checked, because it cannot be read.", facts.advice))
            return
        shown = self._open.get(facts.key)
        if shown is None:
            # Loaded for the first check: the start of the program needs none of it.
            from app.controllers.one_store_check import OneStoreCheck

            shown = self._open[facts.key] = OneStoreCheck(self._context, facts, self._window)
            shown.session_asked.connect(self._on_session_asked)
            shown.noted.connect(self.noted)
            shown.failed.connect(self.failed)
            shown.window.closed.connect(partial(self._on_closed, facts.key))
            self._restore_size(shown.window)
            shown.start()
        shown.window.show()
        shown.window.raise_()
        shown.window.activateWindow()

    def window_of(self, key: StoreKey) -> CheckWindow | None:
        """The window of a store, if it has one."""
        shown = self._open.get(key)
        return shown.window if shown is not None else None

    def _restore_size(self, window: CheckWindow) -> None:
        settings = self._context.settings.current
        if settings.check_width_px > 0 and settings.check_height_px > 0:
            resize_on_screen(window, settings.check_width_px, settings.check_height_px)

    def _on_closed(self, key: StoreKey) -> None:
        window = self._open.pop(key).window
        self._context.settings.update(check_width_px=window.width(), check_height_px=window.height())

    @Slot(object)
    def _on_session_asked(self, key: SessionKey) -> None:
        self.session_asked.emit(key)
        self._window.raise_()
        self._window.activateWindow()
