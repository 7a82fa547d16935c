"""Shows what a person waits for: after 0.6 s, with a count and a Cancel that works. GUI thread only.

Progress is polled, never pushed; the poll runs only while a job does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.jobs import JobHandle
from app.look.tokens import tokens
from app.present.sizes import short_size
from app.views.progress_panel import ProgressPanel
from app.views.status_bar import STEPS, StatusBar
from store.cancel import Progress

if TYPE_CHECKING:
    from app.context import Context

POLL_MS = 100


class ProgressController(QObject):
    """Between the jobs and the two places that show progress.

    Signals:
        busy_changed (bool): something runs long enough to be cancelled, or does not any more.
    """

    busy_changed = Signal(bool)

    def __init__(
        self, context: Context, status: StatusBar, panel: ProgressPanel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = context.jobs
        self._status, self._panel = status, panel
        self._shown: JobHandle | None = None
        motion = tokens()["motion_ms"]
        self._after_s = motion["progress_after"] / 1000
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._on_poll)
        self._at_least = QTimer(self, singleShot=True, interval=motion["progress_at_least"])
        self._at_least.timeout.connect(self._on_poll)
        self._jobs.activity.started.connect(self._on_started)
        status.cancel_asked.connect(self.cancel)
        panel.cancel_asked.connect(self.cancel)

    @property
    def is_busy(self) -> bool:
        """Whether progress is shown for a job that can be cancelled."""
        return self._shown is not None

    @Slot()
    def cancel(self) -> None:
        """Cancel what is shown."""
        if self._shown is not None:
            self._shown.cancel()
            self._at_least.stop()
            self._on_poll()

    @Slot()
    def _on_started(self) -> None:
        if not self._poll.isActive():
            self._poll.start()

    @Slot()
    def _on_poll(self) -> None:
        handle = self._jobs.oldest_running(self._after_s)
        if handle is not None:
            self._show(handle)
        elif not self._at_least.isActive():
            self._clear()
        if handle is None and self._jobs.idle() and not self._at_least.isActive():
            self._poll.stop()

    def _show(self, handle: JobHandle) -> None:
        if self._shown is None:
            self._at_least.start()
        is_new = self._shown is None
        self._shown = handle
        progress = handle.progress()
        what = progress.what if progress is not None else handle.name
        count, permille = count_text(progress), permille_of(progress)
        self._status.show_progress(f"{what} · {count}" if count else what, permille)
        self._panel.say(what, count, f"{handle.elapsed_s():.1f} s", permille)
        if is_new:
            self.busy_changed.emit(True)

    def _clear(self) -> None:
        if self._shown is not None:
            self._shown = None
            self._status.show_progress("", None)
            self._panel.say_nothing()
            self.busy_changed.emit(False)


def count_text(progress: Progress | None) -> str:
    """How far it is: "61,200 of 100,000 messages", "28.1 MB of 46.0 MB"."""
    if progress is None or (not progress.done and not progress.total):
        return ""
    if progress.unit == "bytes":
        done = short_size(progress.done)
        return f"{done} of {short_size(progress.total)}" if progress.total else done
    if progress.total:
        return f"{progress.done:,} of {progress.total:,} {progress.unit}"
    return f"{progress.done:,} {progress.unit}"


def permille_of(progress: Progress | None) -> int | None:
    """Position of the bar; None when the total is not known."""
    if progress is None or progress.total <= 0:
        return None
    return min(max(progress.done * STEPS // progress.total, 0), STEPS)
