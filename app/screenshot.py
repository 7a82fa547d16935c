"""Renders the window to a picture once everything in it is loaded, then ends the program. GUI thread only."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QImageWriter

from app.controllers.window_controller import WindowController
from app.jobs import Jobs, Query
from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import BurrowError

QUIET_MS = 500
"""Nothing has run for so long: rows were chosen, pages asked for, pictures decoded, Info read in the background."""

GIVE_UP_MS = 60_000


class NotWritten(BurrowError):
    """The picture cannot be written."""

    code = "picture-not-written"


class Screenshot(QObject):
    """Waits until the window is loaded and takes its picture.

    Signals:
        done (int): the exit code; 0 when all that was asked for is in the picture, else 2.
    """

    done = Signal(int)

    def __init__(self, controller: WindowController, jobs: Jobs, out: Path) -> None:
        super().__init__(controller)
        self._controller, self._jobs, self._out = controller, jobs, out
        self.sentence = ""
        self._is_settled = False
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._on_quiet)
        self._limit = QTimer(self, singleShot=True, interval=GIVE_UP_MS)
        self._limit.timeout.connect(self._take)
        controller.settled.connect(self._on_settled)
        jobs.activity.started.connect(self._on_activity)
        jobs.activity.delivered.connect(self._on_activity)
        self._limit.start()

    @Slot()
    def _on_settled(self) -> None:
        self._is_settled = True
        self._on_activity()

    @Slot()
    def _on_activity(self) -> None:
        if self._is_settled:
            self._quiet.start()

    @Slot()
    def _on_quiet(self) -> None:
        if self._jobs.idle():
            self._take()
        else:
            self._quiet.start()

    @Slot()
    def _take(self) -> None:
        self._jobs.activity.started.disconnect(self._on_activity)
        self._jobs.activity.delivered.disconnect(self._on_activity)
        self._quiet.stop()
        is_late = not self._limit.isActive()
        self._limit.stop()
        if is_late:
            self.sentence = "The window was not loaded after a minute; the picture shows it as it was then."
        elif self._controller.failure is not None:
            self.sentence = str(self._controller.failure)
        image = self._controller.window.grab().toImage()
        out = self._out

        def write(_token: CancelToken) -> None:
            write_picture(image, out)

        self._jobs.run(Query("Writing the picture", write), self._on_written, self._on_error)

    def _on_written(self, _nothing: None) -> None:
        self.done.emit(2 if self.sentence else 0)

    def _on_error(self, error: BurrowError) -> None:
        logging.getLogger("burrow").error("picture not written: %s", error.code)
        self.sentence = str(error)
        self.done.emit(2)


def write_picture(image: QImage, out: Path) -> None:
    """Write a picture as PNG. Raises NotWritten."""
    may_wait("write a picture")
    writer = QImageWriter(str(out), b"png")
    if not writer.write(image):
        raise NotWritten(f"The picture cannot be written to {out}.", "Choose a folder that can be written.")
