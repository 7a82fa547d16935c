"""The worker threads in their lanes, and the bridge that brings every answer to the GUI thread.

`Jobs` is made, used and shut down in the GUI thread. A job's function runs on a worker thread. The bridge is one
long-lived QObject: a signal object made per job, or a plain callable connected across threads, loses answers or runs
in the wrong thread.
"""

from __future__ import annotations

import itertools
import logging
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, wait
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot

from app.jobs.change import Change, Changed, ChangeHandle, StoreChanged
from app.jobs.query import JobHandle, Lane, Query
from app.jobs.workers import Workers
from store.cancel import Progress
from store.errors import BurrowError, Cancelled, WouldBlock

T = TypeVar("T")

WORKERS = {Lane.USER: (2, 8), Lane.BACKGROUND: (1, 4), Lane.PLACES: (4, 28), Lane.CHANGES: (1, 0)}
"""Threads of a lane, and how many more there may be for jobs that hang. Two where a person waits, so that a job slow to
notice its cancellation does not hold up the next one; more would only share one interpreter lock. What opens stores
waits for disks more than it works. What writes is never done by two at once."""

GIVE_UP_S = 1.0
"""A job that has not ended so long after it was cancelled hangs in the system, and is not waited for any more."""

STALLED_S = 1.0
"""A lane in which something is queued and nothing was begun for so long gets another thread."""

LOOK_MS = 250
"""How often it is looked for jobs that hang, while there are any jobs."""

ROOM_MS = 300
"""Jobs that give way do so until no job of the user's lane has run for so long: a person's steps follow each other."""

PLACES_ENDING_S = 1.0
"""How long the end of the program waits for a place that does not answer: nothing of ours is lost with it."""

CHANGES_ENDING_S = 30.0
"""How long it waits for the session that is being written: an agent may hold its store, or a backup be copied."""


class Bridge(QObject):
    """Lives in the GUI thread as long as the pools do; workers emit, the slot delivers.

    Signals:
        finished (int generation as object): emitted on a worker thread.
        started, delivered: emitted in the GUI thread, for whoever shows that something runs.
        store_changed (StoreChanged): a change was made, or refused, and has its receipts; before its own callback.

    Attributes:
        timer: runs while there are jobs.
    """

    finished = Signal(object)
    started = Signal()
    delivered = Signal()
    store_changed = Signal(object)

    def __init__(self, deliver: Callable[[int], None], look: Callable[[], None]) -> None:
        super().__init__()
        self._deliver, self._look = deliver, look
        self.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)
        self.timer = QTimer(self, interval=LOOK_MS)
        self.timer.timeout.connect(self._on_timeout)

    @Slot(object)
    def _on_finished(self, generation: int) -> None:
        self._deliver(generation)

    @Slot()
    def _on_timeout(self) -> None:
        self._look()


class Jobs:
    """Runs queries in their lanes and delivers their answers in the GUI thread.

    Args:
        uncaught: told of every exception that is no BurrowError, in the GUI thread.
    """

    def __init__(self, uncaught: Callable[[BaseException], None]) -> None:
        self._uncaught = uncaught
        self._generations = itertools.count(1)
        self._open: dict[int, JobHandle] = {}
        self._is_closed = False
        self._is_clean = True
        self._bridge = Bridge(self._deliver, self._look)
        self._lanes = {lane: Workers(lane.value, count, spare) for lane, (count, spare) in WORKERS.items()}
        self._is_way_given = False
        self._room = QTimer(self._bridge, singleShot=True, interval=ROOM_MS)
        self._room.timeout.connect(self._end_way)

    @property
    def activity(self) -> Bridge:
        """The object whose signals say that the set of running jobs changed, and that stores did."""
        return self._bridge

    def run(self, query: Query[T], on_done: Callable[[T], None], on_error: Callable[[BurrowError], None]) -> JobHandle:
        """Start a query; exactly one callback is called later in the GUI thread, none once it was cancelled.

        After shutdown() began nothing is started; the handle that comes back is cancelled and over.

        Args:
            on_done, on_error: bound methods of objects that live in the GUI thread.
        """
        handle = JobHandle(next(self._generations), query, on_done, on_error)
        self._start(handle, query)
        return handle

    def change(
        self, change: Change, on_done: Callable[[Changed], None], on_error: Callable[[BurrowError], None]
    ) -> ChangeHandle:
        """Start a change; exactly one callback is called later in the GUI thread, also when it was stopped.

        Its receipts are announced before. After shutdown() began nothing is started, and nobody is called.
        """
        handle = ChangeHandle(next(self._generations), change, on_done, on_error)
        self._start(handle, handle.query)
        return handle

    def _start(self, handle: JobHandle, query: Query[Any]) -> None:
        if self._is_closed:
            handle.cancel()
            handle.is_over = True
            return
        self._open[handle.generation] = handle
        if query.lane is Lane.USER:
            self._room.stop()
            self._give_way(True)
        elif query.gives_way:
            handle.token.give_way(self._is_way_given)
        future = self._lanes[query.lane].submit(partial(_run, query, handle))
        handle.future = future
        future.add_done_callback(partial(_tell, self._bridge, handle.generation))
        if not self._bridge.timer.isActive():
            self._bridge.timer.start()
        self._bridge.started.emit()

    def idle(self, lane: Lane = Lane.USER) -> bool:
        """Whether nothing is queued, running or undelivered in a lane."""
        return not any(handle.lane is lane for handle in self._open.values())

    def oldest_running(self, at_least_s: float = 0.0) -> JobHandle | None:
        """The job that a person waits for longest, if that is longer than `at_least_s`."""
        for handle in self._open.values():
            if handle.is_awaited and not handle.is_cancelled and handle.elapsed_s() >= at_least_s:
                return handle
        return None

    def progress(self) -> Progress | None:
        """The last report of the oldest running job."""
        handle = self.oldest_running()
        return handle.progress() if handle is not None else None

    def cancel_all(self) -> None:
        """Cancel every job in all lanes, but not those that must finish; changes stop between two sessions."""
        for handle in list(self._open.values()):
            if not handle.must_finish or isinstance(handle, ChangeHandle):
                handle.cancel()

    def shutdown(self, limit_s: float = 5.0) -> bool:
        """End all work, in the one order that loses nothing; calling it twice is harmless.

        Refuse new jobs, cancel the tokens, which interrupts SQL, wait, deliver what is queued, delete the bridge. What
        was given up before is not waited for, and places that do not answer for a second only. Changes are asked to
        stop, and end between two sessions.

        Returns:
            Whether every worker ended. If not, the process must not wait for them at its exit.
        """
        if self._is_closed:
            return self._is_clean
        self._is_closed = True
        self._room.stop()
        self._give_way(False)
        self.cancel_all()
        places = [h.future for h in self._open.values() if h.future is not None and h.lane is Lane.PLACES]
        changes = [h.future for h in self._open.values() if h.future is not None and h.lane is Lane.CHANGES]
        others = [
            h.future for h in self._open.values() if h.future is not None and h.lane not in (Lane.PLACES, Lane.CHANGES)
        ]
        not_done = wait(others, timeout=limit_s).not_done | wait(changes, CHANGES_ENDING_S).not_done
        not_done |= wait(places, min(limit_s, PLACES_ENDING_S)).not_done
        # Threads that have nothing left to do end at once; the others are known not to.
        have_ended = [workers.shutdown(0.0 if not_done else 0.5) for workers in self._lanes.values()]
        self._is_clean = all(have_ended)
        self._deliver_queued()
        if self._is_clean:
            self._bridge.deleteLater()
            QCoreApplication.sendPostedEvents(self._bridge, QEvent.Type.DeferredDelete.value)
        else:
            self._bridge.timer.stop()
        return self._is_clean

    def _look(self) -> None:
        """Give up what was cancelled and hangs, and help lanes in which nothing moves."""
        now_s = time.monotonic()
        for handle in list(self._open.values()):
            since_s = handle.cancelled_at_s
            if since_s is not None and now_s - since_s >= GIVE_UP_S:
                self._give_up(handle)
        for workers in self._lanes.values():
            workers.relieve(STALLED_S)

    def _give_up(self, handle: JobHandle) -> None:
        logging.getLogger("burrow").warning("given up, it does not end: %s", handle.name)
        del self._open[handle.generation]
        future, handle.future = handle.future, None
        handle.is_over = True
        if future is not None:
            self._lanes[handle.lane].write_off(future)
        self._rest_if_idle()
        self._bridge.delivered.emit()

    def _rest_if_idle(self) -> None:
        if not self._open:
            self._bridge.timer.stop()
        if self._is_way_given and self.idle():
            self._room.start()

    def _end_way(self) -> None:
        self._give_way(False)

    def _give_way(self, is_on: bool) -> None:
        """Slow jobs down that nobody waits for, or let them go on."""
        if is_on != self._is_way_given:
            self._is_way_given = is_on
            for handle in self._open.values():
                if handle.gives_way:
                    handle.token.give_way(is_on)

    def _deliver_queued(self) -> None:
        # A future counts as done a moment before its callback has emitted; a short wait closes that gap.
        for _ in range(50):
            QCoreApplication.sendPostedEvents(self._bridge, QEvent.Type.MetaCall.value)
            if not any(h.future is not None and h.future.done() for h in self._open.values()):
                return
            time.sleep(0.01)

    def _deliver(self, generation: int) -> None:
        handle = self._open.pop(generation, None)
        if handle is None or handle.future is None:
            return
        future, handle.future = handle.future, None
        handle.is_over = True
        self._rest_if_idle()
        try:
            self._answer(handle, future)
        finally:
            self._bridge.delivered.emit()

    def _answer(self, handle: JobHandle, future: Future[Any]) -> None:
        # Every future is asked for its exception: one that nobody asks for would be silence.
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            if not handle.is_cancelled:
                answer = future.result()
                if isinstance(answer, Changed) and answer.receipts:
                    self._bridge.store_changed.emit(StoreChanged(answer.receipts))
                handle.on_done(answer)
        elif isinstance(error, (CancelledError, Cancelled)) or (
            handle.is_cancelled
            and isinstance(error, (BurrowError, sqlite3.Error))
            and not isinstance(error, WouldBlock)
        ):
            return
        elif isinstance(error, BurrowError) and not isinstance(error, WouldBlock):
            handle.on_error(error)
        else:
            self._uncaught(error)


def _tell(bridge: Bridge, generation: int, _future: Future[Any]) -> None:
    """Say on a worker thread that an answer is there."""
    bridge.finished.emit(generation)


def _run(query: Query[T], handle: JobHandle) -> T:
    """Call the work on a worker thread."""
    handle.token.check()
    return query.work(handle.token)
