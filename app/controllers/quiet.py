"""Waits until nobody waits: work that nobody asked for begins in the pauses of what they did. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.jobs import Jobs, Lane


class WhenQuiet(QObject):
    """Says once after each asking that no job of the user's lane has run for a while.

    It costs nothing while nobody asks: then no timer runs.

    Signals:
        quiet: emitted in the GUI thread, at the earliest `pause_ms` after it was asked for.
    """

    quiet = Signal()

    def __init__(self, jobs: Jobs, pause_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._is_asked = False
        self._timer = QTimer(self, singleShot=True, interval=pause_ms)
        self._timer.timeout.connect(self._on_timeout)
        jobs.activity.delivered.connect(self._on_delivered)
        jobs.activity.started.connect(self._on_started)

    @property
    def is_asked(self) -> bool:
        """Whether somebody is still to be told."""
        return self._is_asked

    @Slot()
    def ask(self) -> None:
        """Tell as soon as it is quiet; asking again before that does not make it later."""
        self._is_asked = True
        if self._jobs.idle() and not self._timer.isActive():
            self._timer.start()

    def give_up(self) -> None:
        """Do not tell any more."""
        self._is_asked = False
        self._timer.stop()

    @Slot()
    def _on_started(self) -> None:
        if self._is_asked and not self._jobs.idle():
            self._timer.stop()

    @Slot()
    def _on_delivered(self) -> None:
        if self._is_asked and not self._timer.isActive() and self._jobs.idle():
            self._timer.start()

    @Slot()
    def _on_timeout(self) -> None:
        if self._is_asked and self._jobs.idle(Lane.USER):
            self._is_asked = False
            self.quiet.emit()
