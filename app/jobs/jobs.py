"""The pool of worker threads in two lanes, and the bridge that brings every answer to the GUI thread.

`Jobs` is made, used and shut down in the GUI thread. A job's function runs on a worker thread. The bridge is one
long-lived QObject: a signal object made per job, or a plain callable connected across threads, loses answers or runs
in the wrong thread.
"""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal, Slot

from app.jobs.query import JobHandle, Lane, Query
from store.cancel import Progress
from store.errors import BurrowError, Cancelled, WouldBlock

T = TypeVar("T")

WORKERS = {Lane.USER: 2, Lane.BACKGROUND: 1}
"""Threads of a lane. Two where a person waits, so that a job slow to notice its cancellation does not hold up the next
one; more would only share one interpreter lock."""


class Bridge(QObject):
    """Lives in the GUI thread as long as the pools do; workers emit, the slot delivers.

    Signals:
        finished (int generation as object): emitted on a worker thread.
        started, delivered: emitted in the GUI thread, for whoever shows that something runs.
    """

    finished = Signal(object)
    started = Signal()
    delivered = Signal()

    def __init__(self, deliver: Callable[[int], None]) -> None:
        super().__init__()
        self._deliver = deliver
        self.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _on_finished(self, generation: int) -> None:
        self._deliver(generation)


class Jobs:
    """Runs queries in two lanes and delivers their answers in the GUI thread.

    Args:
        uncaught: told of every exception that is no BurrowError, in the GUI thread.
    """

    def __init__(self, uncaught: Callable[[BaseException], None]) -> None:
        self._uncaught = uncaught
        self._generations = itertools.count(1)
        self._open: dict[int, JobHandle] = {}
        self._is_closed = False
        self._bridge = Bridge(self._deliver)
        self._pools = {
            lane: ThreadPoolExecutor(count, thread_name_prefix=f"burrow-{lane.value}")
            for lane, count in WORKERS.items()
        }

    @property
    def activity(self) -> Bridge:
        """The object whose `started` and `delivered` signals say that the set of running jobs changed."""
        return self._bridge

    def run(self, query: Query[T], on_done: Callable[[T], None], on_error: Callable[[BurrowError], None]) -> JobHandle:
        """Start a query; exactly one callback is called later in the GUI thread, none once it was cancelled.

        After shutdown() began nothing is started; the handle that comes back is cancelled and over.

        Args:
            on_done, on_error: bound methods of objects that live in the GUI thread.
        """
        handle = JobHandle(next(self._generations), query, on_done, on_error)
        if self._is_closed:
            handle.cancel()
            handle.is_over = True
            return handle
        self._open[handle.generation] = handle
        future = self._pools[query.lane].submit(_run, query, handle)
        handle.future = future
        bridge, generation = self._bridge, handle.generation
        future.add_done_callback(lambda _future: bridge.finished.emit(generation))
        self._bridge.started.emit()
        return handle

    def idle(self, lane: Lane = Lane.USER) -> bool:
        """Whether nothing is queued, running or undelivered in a lane."""
        return not any(handle.lane is lane for handle in self._open.values())

    def oldest_running(self, at_least_s: float = 0.0) -> JobHandle | None:
        """The job in the USER lane that a person waits for longest, if that is longer than `at_least_s`."""
        for handle in self._open.values():
            if handle.lane is Lane.USER and not handle.is_cancelled and handle.elapsed_s() >= at_least_s:
                return handle
        return None

    def progress(self) -> Progress | None:
        """The last report of the oldest running job."""
        handle = self.oldest_running()
        return handle.progress() if handle is not None else None

    def cancel_all(self) -> None:
        """Cancel every job in both lanes, but not those that must finish."""
        for handle in list(self._open.values()):
            if not handle.must_finish:
                handle.cancel()

    def shutdown(self, limit_s: float = 5.0) -> bool:
        """End all work, in the one order that loses nothing; calling it twice is harmless.

        Refuse new jobs, cancel the tokens, which interrupts SQL, wait, deliver what is queued, delete the bridge.

        Returns:
            Whether every worker ended within `limit_s`. If not, the process must not wait for them at its exit.
        """
        if self._is_closed:
            return True
        self._is_closed = True
        self.cancel_all()
        waiting = [handle.future for handle in self._open.values() if handle.future is not None]
        not_done = wait(waiting, timeout=limit_s).not_done
        for pool in self._pools.values():
            pool.shutdown(wait=not not_done, cancel_futures=True)
        self._deliver_queued()
        if not not_done:
            self._bridge.deleteLater()
            QCoreApplication.sendPostedEvents(self._bridge, QEvent.Type.DeferredDelete.value)
        return not not_done

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
        try:
            self._answer(handle, future)
        finally:
            self._bridge.delivered.emit()

    def _answer(self, handle: JobHandle, future: Future[Any]) -> None:
        # Every future is asked for its exception: one that nobody asks for would be silence.
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            if not handle.is_cancelled:
                handle.on_done(future.result())
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


def _run(query: Query[T], handle: JobHandle) -> T:
    """Call the work on a worker thread."""
    handle.token.check()
    return query.work(handle.token)
