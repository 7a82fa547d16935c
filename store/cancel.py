"""Cancel tokens: how a running job is told to stop, and how it says how far it is.

A token is made by whoever starts a job and handed to the plain function that does the work. It may be used from any
thread. Cancelling interrupts every SQLite connection that the job has registered, so that a long statement ends too.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from store.errors import Cancelled

TURN_S = 0.002
"""How long a thread works before another one has its turn (see `CancelToken.take_turn`)."""

WORKED_S = 0.005
ASIDE_S = 0.02
"""A job that is to give way works for so long, then leaves the machine to others for so long."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    Attributes:
        done, total: counts of `unit`; total 0 means that it is not known, both 0 that only the step itself is.
        what: what is being done, for people: "Reading transcript".
        unit: "messages", "sessions", "bytes".
    """

    done: int
    total: int
    what: str
    unit: str


class CancelToken:
    """Asked by a job between steps; cancelled by whoever no longer wants the result."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._connections: set[sqlite3.Connection] = set()
        self._progress: Progress | None = None
        self._seen_at_s: float | None = None
        self._waking: threading.Event | None = None
        self._gives_way = False
        self._aside_at_s = 0.0
        self._turn_s = 0.0

    @property
    def is_cancelled(self) -> bool:
        """Whether cancel() was called."""
        return self._cancelled

    @property
    def progress(self) -> Progress | None:
        """The last report of the job; polled, never pushed."""
        return self._progress

    def cancel(self) -> None:
        """Ask the job to stop, and interrupt the statements it runs now."""
        with self._lock:
            self._cancelled = True
            if self._waking is not None:
                self._waking.set()
            for connection in self._connections:
                connection.interrupt()

    def check(self) -> None:
        """Raise Cancelled if the job is not wanted any more."""
        self._seen_at_s = time.monotonic()
        if self._cancelled:
            raise Cancelled
        if self._gives_way and self._seen_at_s - self._aside_at_s > WORKED_S:
            time.sleep(ASIDE_S)
            self._aside_at_s = time.monotonic()

    def give_way(self, is_on: bool) -> None:
        """Let the job work only now and then, because somebody waits for another one; or at full speed again.

        It goes on in any case: what it holds is never held for ever.
        """
        self._gives_way = is_on

    def take_turn(self) -> None:
        """Asked after each small step of long work: lets other threads go on, when it is time. Raises Cancelled.

        A turn costs a tenth of a millisecond and more, so that not every step can have one.
        """
        if time.monotonic() >= self._turn_s:
            self.check()
            time.sleep(0)
            self._turn_s = time.monotonic() + TURN_S

    def pause(self, seconds: float) -> None:
        """Wait so long, or until it is cancelled. Raises Cancelled then."""
        with self._lock:
            self._waking = self._waking or threading.Event()
        self.check()
        self._waking.wait(seconds)
        self.check()

    def report(self, done: int, total: int, what: str, unit: str) -> None:
        """Say how far the job is; cheap enough for every page."""
        self._seen_at_s = time.monotonic()
        self._progress = Progress(done, total, what, unit)

    def silent_s(self) -> float:
        """Seconds since the job last asked or reported anything; 0 before it began to."""
        return 0.0 if self._seen_at_s is None else time.monotonic() - self._seen_at_s

    @contextmanager
    def interrupting(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Let cancel() interrupt this connection for the time of the block.

        An `interrupted` error of SQLite inside the block becomes Cancelled when the token was cancelled.
        """
        with self._lock:
            self.check()
            self._connections.add(connection)
        try:
            yield
        except sqlite3.OperationalError:
            self.check()
            raise
        finally:
            with self._lock:
                self._connections.discard(connection)
