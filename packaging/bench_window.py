"""The real program inside a measuring process, and a person's hands for it. GUI thread only.

The thread is marked as one that must not wait: a measure in which the program broke rule 5 is an error, no number.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.bootstrap import Program, build
from app.controllers.window_controller import WindowController
from app.options import Options
from app.settings import Settings
from app.views.sessions_view import SessionsView
from store import OwnPaths
from store.blocking import must_not_wait

if TYPE_CHECKING:
    from app.views.transcript.view import TranscriptView

SIZE_PX = (1280, 800)
LIMIT_S = 60.0
BEAT_MS = 4


class ShownAt(QObject):
    """Notes when the window was shown first, in seconds of the performance counter."""

    def __init__(self) -> None:
        super().__init__()
        self.time_s = 0.0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look at each event and let it pass; Qt's name."""
        if event.type() == QEvent.Type.Show and not self.time_s:
            self.time_s = time.perf_counter()
        return False


class Heartbeat:
    """A precise timer in the GUI thread; how far apart its beats really are says how long the thread was busy."""

    def __init__(self) -> None:
        self.intervals_ms: list[float] = []
        self._last_s = 0.0
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
        self._timer.timeout.connect(self._on_beat)

    def _on_beat(self) -> None:
        now_s = time.perf_counter()
        self.intervals_ms.append((now_s - self._last_s) * 1000)
        self._last_s = now_s

    @contextmanager
    def beating(self) -> Iterator[list[float]]:
        """Beat for the time of the block, and hand out the intervals of that time."""
        self.intervals_ms = []
        self._last_s = time.perf_counter()
        self._timer.start()
        yield self.intervals_ms
        self._timer.stop()


class Desk:
    """A started program, with what is measured in it at hand.

    Attributes:
        program, controller: as the program builds them.
        rows: the table of sessions.
        shown_at_s: when the window was shown.
    """

    def __init__(self, application: QApplication, program: Program) -> None:
        self._application = application
        self.program = program
        self.controller: WindowController = program.controller
        self.rows: SessionsView = _one(self.controller.window, SessionsView)
        self._shown_at = ShownAt()
        self.controller.window.installEventFilter(self._shown_at)

    @property
    def transcript(self) -> TranscriptView:
        """The transcript; asking for it builds the session page, which the program itself does after the list."""
        return self.controller.transcript.view

    @property
    def shown_at_s(self) -> float:
        """When the window was shown, in seconds of the performance counter."""
        return self._shown_at.time_s

    def pump(self, seconds: float) -> None:
        """Let the program run for a while."""
        end_s = time.perf_counter() + seconds
        self.until(lambda: time.perf_counter() >= end_s, "time to pass")

    def rest(self, seconds: float) -> None:
        """Let the program be, without looking at it."""
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Let the program run until something is so. Raises TimeoutError."""
        give_up_s = time.perf_counter() + LIMIT_S
        # Wakes the loop when nothing else does, so that the condition is looked at.
        waker = QTimer(interval=2)
        waker.start()
        while not condition():
            if time.perf_counter() > give_up_s:
                raise TimeoutError(f"Waited in vain for {what}.")
            self._application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        waker.stop()

    def until_idle(self) -> None:
        """Let the program finish what it does for the person, and what it does ahead."""
        self.until(lambda: self.program.context.jobs.idle(), "the jobs to end")
        self.pump(0.3)
        self.until(lambda: self.program.context.jobs.idle(), "the jobs to end")

    def has_rows(self, count: int = 1) -> bool:
        """Whether the table shows real rows all over its visible part, `count` or more in all."""
        model = self.controller.sessions.model
        begin, end = self.rows.visible_rows()
        is_filled = end > begin and all(model.row_at(row) is not None for row in range(begin, end))
        return self.rows.isVisible() and model.row_count >= count and is_filled

    def has_messages(self) -> bool:
        """Whether the transcript shows real messages all over its visible part."""
        stage = self.transcript.stage
        rows = stage.rows() if stage.count else []
        return self.transcript.isVisible() and bool(rows) and all(stage.message(row.index) is not None for row in rows)

    def paint_rows(self) -> None:
        """Paint the table now, so that what is measured ends with pixels."""
        self.rows.viewport().repaint()

    def paint_messages(self) -> None:
        """Paint the transcript now."""
        self.transcript.viewport().repaint()

    def click_row(self, row: int) -> None:
        """Click on a row of the table."""
        from PySide6.QtTest import QTest

        rect = self.rows.visualRect(self.rows.model().index(row, 0))
        QTest.mouseClick(self.rows.viewport(), Qt.MouseButton.LeftButton, pos=rect.center() + QPoint(0, 1))

    def press(self, key: Qt.Key) -> None:
        """Press a key in the table."""
        from PySide6.QtTest import QTest

        QTest.keyClick(self.rows, key)


@contextmanager
def desk(*paths: Path, is_demo: bool = False, own: Path | None = None, chooses: bool = True) -> Iterator[Desk]:
    """Start the program on these stores with a data folder of its own, and end it after the block.

    Args:
        own: a data folder that stays; None for a passing one.
        chooses: False keeps the program from opening the first session by itself.
    """
    application = QApplication(["burrow"])
    application.setStyle("Fusion")
    with tempfile.TemporaryDirectory(prefix="burrow-bench-") as passing:
        options = Options(paths=tuple(map(str, paths)), is_demo=is_demo, size=SIZE_PX, theme="light")
        program = build(application, options, OwnPaths.under(own or Path(passing)), Settings())
        with must_not_wait():
            opened = Desk(application, program)
            opened.controller.sessions.blockSignals(not chooses)
            opened.controller.start()
            yield opened
        program.shutdown()


def p99(values: list[float]) -> float:
    """The value that one of a hundred is over."""
    # Here and not at the top, as QtTest below: the start of the program is measured with this module.
    from statistics import quantiles

    return quantiles(values, n=100)[98]


def _one(parent: QObject, kind: type[SessionsView]) -> SessionsView:
    found = parent.findChild(kind)
    if found is None:
        raise LookupError(f"The window has no {kind.__name__}.")
    return found
