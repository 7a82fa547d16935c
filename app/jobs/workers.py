"""The worker threads of one lane. A job that hangs in the system keeps its thread, never its place in the lane.

`Workers` is used in the GUI thread; its threads are Python's own, and daemons, so that one which never comes back from
a dead disk does not keep the process alive.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_Task = tuple[Future[Any], Callable[[], Any]]


class Workers:
    """Threads that take tasks in the order in which they were given.

    Args:
        name: of the lane; its threads are called `burrow-NAME_0` and so on.
        count: tasks that run at once while all is well.
        spare: threads that may be added for tasks that do not come back; when all of these are taken too, what is
            queued has to wait.
    """

    def __init__(self, name: str, count: int, spare: int) -> None:
        self._name, self._count, self._spare = name, count, spare
        self._changed = threading.Condition()
        self._queue: deque[_Task] = deque()
        self._threads: dict[threading.Thread, Future[Any] | None] = {}
        self._written_off: set[Future[Any]] = set()
        self._numbers = itertools.count()
        self._taken_at_s = 0.0
        self._is_closed = False

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have a task called on one of the threads."""
        future: Future[T] = Future()
        with self._changed:
            if not self._queue:
                self._taken_at_s = time.monotonic()
            self._queue.append((future, work))
            self._start_where_needed(self._count)
            self._changed.notify()
        return future

    def write_off(self, future: Future[Any]) -> None:
        """Count no more on a task that does not end: its place is given to another thread.

        Its result is still in the future should it ever come.
        """
        with self._changed:
            if future in self._threads.values():
                self._written_off.add(future)
                self._start_where_needed(self._count)

    def relieve(self, stalled_s: float) -> None:
        """Add a thread if none has taken anything from the queue for so many seconds; bounded by `spare`."""
        with self._changed:
            if self._queue and time.monotonic() - self._taken_at_s >= stalled_s:
                self._start_where_needed(len(self._threads) + 1)

    def shutdown(self, limit_s: float) -> bool:
        """End the threads, dropping what is queued; whether all of them ended within `limit_s`."""
        with self._changed:
            self._is_closed = True
            dropped = [future for future, _work in self._queue]
            self._queue.clear()
            self._changed.notify_all()
            threads = list(self._threads)
        for future in dropped:
            future.cancel()
        until_s = time.monotonic() + limit_s
        for thread in threads:
            thread.join(max(until_s - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in threads)

    def _start_where_needed(self, wanted: int) -> None:
        """Start a thread for what is queued; called with the lock held."""
        lost = len(self._written_off)
        idle = sum(future is None for future in self._threads.values())
        most = self._count + self._spare
        is_room = len(self._threads) - lost < wanted and len(self._threads) < most
        if self._is_closed or not is_room or len(self._queue) <= idle:
            return
        thread = threading.Thread(target=self._serve, name=f"burrow-{self._name}_{next(self._numbers)}", daemon=True)
        self._threads[thread] = None
        thread.start()

    def _serve(self) -> None:
        """Take tasks until there are none and more threads than places, or all is over."""
        me = threading.current_thread()
        while (task := self._next(me)) is not None:
            future, work = task
            if future.set_running_or_notify_cancel():
                _call(future, work)
            with self._changed:
                self._threads[me] = None
                self._written_off.discard(future)
            del task, future, work  # what a task holds is not kept until the next one comes

    def _next(self, me: threading.Thread) -> _Task | None:
        """Wait for a task; None when this thread is to end."""
        with self._changed:
            while True:
                if self._queue:
                    future, work = self._queue.popleft()
                    self._threads[me] = future
                    self._taken_at_s = time.monotonic()
                    return future, work
                if self._is_closed or len(self._threads) - len(self._written_off) > self._count:
                    del self._threads[me]
                    return None
                self._changed.wait()


def _call(future: Future[Any], work: Callable[[], Any]) -> None:
    """Call a task and put what came of it into its future."""
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whatever it is, somebody asks the future for it
        future.set_exception(error)
    else:
        future.set_result(result)
