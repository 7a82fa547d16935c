"""Builds the program from its parts, and takes it apart again in one order. Called in the GUI thread only."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.context import Context
from app.controllers.error_controller import ErrorController
from app.controllers.window_controller import WindowController
from app.guarding import GuardedSource
from app.jobs import Jobs, Lane, Query
from app.log import LogFile, start_log, stop_log
from app.look.look import add_bundled_fonts, program_icon
from app.look.look_source import LookSource
from app.look.tokens import Theme
from app.options import Options
from app.settings import Settings, SettingsStore, ThemeChoice
from app.uncaught import Uncaught
from app.views.focus_ring import FocusRings
from app.views.menu_focus import MenuFocus
from store import VERSION, Library, Lists, OwnPaths, remove_leftovers
from store.cancel import CancelToken
from store.errors import BurrowError

if TYPE_CHECKING:
    from app.controllers.instance_controller import InstanceController
    from app.instance import Listening

FREEZE_AFTER_MS = 1500
"""When the start is over: what was made until then lives as long as the program, and is not worth collecting."""

ENDING_LIMIT_S = 5.0


COLLECT_MS = 1000


class Caretaker(QObject):
    """Small duties that belong to no part of the window.

    Garbage in cycles is collected here, in the GUI thread: left to itself Python collects on whichever thread happens
    to allocate, and a timer or widget that is deleted on a worker thread takes the process with it.
    """

    def __init__(self, context: Context, uncaught: Uncaught) -> None:
        super().__init__()
        self._context = context
        uncaught.interrupted.connect(self._on_interrupted)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._collecting = QTimer(self, interval=COLLECT_MS)
        self._collecting.timeout.connect(self._collect)
        self._starting = QTimer(self, singleShot=True, interval=FREEZE_AFTER_MS)
        self._starting.timeout.connect(self._on_started)
        self._starting.start()

    def stop(self) -> None:
        """Give Python its own ways back; calling it twice is harmless."""
        self._collecting.stop()
        self._starting.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _collect(self) -> None:
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    @Slot()
    def _on_started(self) -> None:
        # Without collecting first: that would stop the window for as long as 35 ms, for next to nothing.
        gc.freeze()
        self._collecting.start()
        scratch = self._context.paths.scratch

        def clear(_token: CancelToken) -> None:
            remove_leftovers(scratch)

        self._context.jobs.run(Query("Clearing up", clear, Lane.BACKGROUND), self._on_cleared, self._on_not_cleared)

    def _on_cleared(self, _nothing: None) -> None:
        """Nothing to show."""

    def _on_not_cleared(self, error: BurrowError) -> None:
        logging.getLogger("burrow").warning("old snapshots not removed: %s", error.code)

    @Slot()
    def _on_interrupted(self) -> None:
        QApplication.exit(130)


@dataclass
class Program:
    """Everything that was built, so that it can be ended.

    Attributes:
        context, controller: what runs.
        is_clean: after shutdown: no thread was left behind.
    """

    context: Context
    controller: WindowController
    uncaught: Uncaught
    caretaker: Caretaker
    log_file: LogFile
    rings: FocusRings
    is_clean: bool = True
    _listening: Listening | None = None
    _instance: InstanceController | None = None
    _is_over: bool = False

    def listen(self, listening: Listening) -> None:
        """Take over what later starts ask for, until the end."""
        from app.controllers.instance_controller import InstanceController

        self._listening = listening
        self._instance = InstanceController(listening, self.controller.window)
        self._instance.asked.connect(self.controller.take_over)

    def shutdown(self) -> None:
        """End everything, in the one order that loses nothing; calling it twice is harmless.

        Settings are handed to their last job; jobs refuse, cancel, interrupt, wait and deliver; stores give back their
        snapshots; the window goes; hooks and log are last, so that they see all of it.
        """
        if self._is_over:
            return
        self._is_over = True
        if self._instance is not None and self._listening is not None:
            # First of all: who starts from now on gets a window of its own.
            self._instance.stop()
            self._listening.close()
        self.controller.following.watch(False)
        self.context.settings.flush()
        self.is_clean = self.context.jobs.shutdown(ENDING_LIMIT_S)
        self.is_clean = _on_a_thread(self.context.lists.close) and self.is_clean
        self.is_clean = _on_a_thread(self.context.library.close_all) and self.is_clean
        self.controller.window.close()
        for part in (self.controller.window, self.controller, self.rings):
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self.caretaker.stop()
        logging.getLogger("burrow").info("ended")
        self.uncaught.uninstall()
        stop_log(self.log_file)


def build(
    application: QApplication, options: Options, paths: OwnPaths, settings: Settings, library: Library | None = None
) -> Program:
    """Build the program; nothing is shown and no store is opened yet.

    Args:
        library: with systems of its own; None for one that knows every system.
    """
    sys.setswitchinterval(0.001)
    log_file = start_log(paths.log_file)
    uncaught = Uncaught(VERSION)
    uncaught.install()
    logging.getLogger("burrow").info("started, version %s", VERSION)
    add_bundled_fonts()
    # The words are English, whatever the desktop speaks; texts of sessions follow their own direction.
    application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    application.setWindowIcon(program_icon())
    jobs = Jobs(uncaught.report)
    looks = LookSource(
        _forced_theme(options, settings), options.zoom_percent or settings.zoom_percent, settings.density
    )
    store = SettingsStore(paths.settings_file, settings, jobs, is_saving=options.screenshot is None)
    library = library or Library(paths)
    lists = Lists(library, paths)
    context = Context(jobs, library, lists, store, paths, looks, GuardedSource(library, lists, paths))
    controller = WindowController(context, options, application)
    ErrorController(context, uncaught, controller.window)
    rings = FocusRings(application, looks.current)
    looks.changed.connect(rings.set_look)
    MenuFocus(application, controller.window.menuBar())
    return Program(context, controller, uncaught, Caretaker(context, uncaught), log_file, rings)


def _forced_theme(options: Options, settings: Settings) -> Theme | None:
    if options.theme:
        return Theme(options.theme)
    return None if settings.theme is ThemeChoice.SYSTEM else Theme(settings.theme.value)


def _on_a_thread(work: Callable[[], None]) -> bool:
    """Do work that may wait while the GUI thread has nothing else to do any more; whether it ended in time."""
    thread = threading.Thread(target=work, name="burrow-closing", daemon=True)
    thread.start()
    thread.join(ENDING_LIMIT_S)
    return not thread.is_alive()
