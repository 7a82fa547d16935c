"""A line in which only the newest question counts. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.jobs.jobs import Jobs
from app.jobs.query import JobHandle, Query
from store.cancel import Progress
from store.errors import BurrowError

T = TypeVar("T")


class Newest:
    """Cancels the older job when a new one is started; late answers never arrive.

    Attributes:
        generation: of the newest job; 0 before the first. Payloads may carry it on.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._handle: JobHandle | None = None
        self.generation = 0

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._handle is not None and not self._handle.is_over and not self._handle.is_cancelled

    def run(self, query: Query[T], on_done: Callable[[T], None], on_error: Callable[[BurrowError], None]) -> JobHandle:
        """Start a query in place of the one before."""
        self.cancel()
        self._handle = self._jobs.run(query, on_done, on_error)
        self.generation = self._handle.generation
        return self._handle

    def cancel(self) -> None:
        """Give up the running job, if there is one."""
        if self._handle is not None and not self._handle.is_over:
            self._handle.cancel()

    def progress(self) -> Progress | None:
        """The running job's last report."""
        return self._handle.progress() if self._handle is not None and self.is_busy else None
