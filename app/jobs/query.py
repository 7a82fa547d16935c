"""What is asked of a worker thread, and the handle by which the asker keeps hold of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from store.cancel import CancelToken, Progress

T = TypeVar("T")


class Lane(Enum):
    """Which worker threads take a job; what a person waits for never stands behind what nobody waits for."""

    USER = "user"
    BACKGROUND = "background"
    PLACES = "places"
    """Looking for stores and opening them: any of these may lie on a disk that does not answer."""
    CHANGES = "changes"
    """What writes to stores: one after the other."""


@dataclass(frozen=True, slots=True)
class Query(Generic[T]):
    """Work that reads: a plain function from frozen values to frozen values. It knows no widget.

    Attributes:
        name: what is being done, for people and the log: "Reading transcript". Never holds content.
        work: called once, on a worker thread, with a token that it checks between steps.
        lane: which worker threads take it.
        must_finish: not cancelled when the program ends, since it saves something of ours.
        is_awaited: a person waits for it, though it is not in the USER lane: its progress is shown.
        gives_way: it works only now and then while a person waits for something, and for a moment after.
    """

    name: str
    work: Callable[[CancelToken], T]
    lane: Lane = Lane.USER
    must_finish: bool = False
    is_awaited: bool = False
    gives_way: bool = False


class JobHandle:
    """One job that was started. GUI thread only.

    Attributes:
        generation: number of the job, counted up over the whole run of the program.
        name, lane: as in its query.
        is_awaited: a person waits for it.
        started_at_s: monotonic seconds when it was asked for.
        cancelled_at_s: when it was first cancelled; None while it is wanted.
        is_over: its answer was delivered or dropped, or it was given up.
    """

    def __init__(
        self,
        generation: int,
        query: Query[Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[Any], None],
    ) -> None:
        self.generation = generation
        self.name = query.name
        self.lane = query.lane
        self.is_awaited = query.is_awaited or query.lane is Lane.USER
        self.must_finish = query.must_finish
        self.gives_way = query.gives_way
        self.started_at_s = time.monotonic()
        self.cancelled_at_s: float | None = None
        self.is_over = False
        self.token = CancelToken()
        self.on_done = on_done
        self.on_error = on_error
        self.future: Future[Any] | None = None

    @property
    def is_cancelled(self) -> bool:
        """Whether the answer is not wanted any more."""
        return self.token.is_cancelled

    def cancel(self) -> None:
        """Give the job up: neither callback is called from now on, and its SQL statements are interrupted."""
        if self.cancelled_at_s is None:
            self.cancelled_at_s = time.monotonic()
        self.token.cancel()
        if self.future is not None:
            self.future.cancel()

    def progress(self) -> Progress | None:
        """The job's last report, None before the first one."""
        return self.token.progress

    def silent_s(self) -> float:
        """Seconds for which its work has given no sign of life; 0 before it began and after it is over."""
        return 0.0 if self.is_over else self.token.silent_s()

    def elapsed_s(self) -> float:
        """Seconds since it was asked for."""
        return time.monotonic() - self.started_at_s
