"""What was asked to be opened, and what has come of it so far. GUI thread only; knows values and job handles."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.controllers.library_jobs import Opened
from app.jobs import JobHandle
from store.errors import BurrowError
from store.values.store import StoreFacts, StoreKey, StoreKind

IN_ORDER_S = 0.4
"""For so long a store waits for those that were asked for before it."""


@dataclass(eq=False)
class Request:
    """Paths that are opened together.

    Attributes:
        is_asked: a person named them just now.
        preferred: path of the store to be shown, if it comes.
        found: for each path as asked, what it led to; what does not answer yet is among it.
        ready: tasks that have answered, and their stores, which are not in the library yet.
        has_shown: it was said which store is to be shown.
        begun_at_s: monotonic seconds when it was asked for.
    """

    is_asked: bool
    preferred: str = ""
    found: dict[str, dict[StoreKey, StoreFacts]] = field(default_factory=dict)
    ready: list[tuple[Task, tuple[StoreFacts, ...]]] = field(default_factory=list)
    has_shown: bool = False
    begun_at_s: float = field(default_factory=time.monotonic)

    @property
    def stores(self) -> tuple[StoreFacts, ...]:
        """All that was found, each store once."""
        return self.opened().stores

    def opened(self) -> Opened:
        """What came of it."""
        return Opened(tuple((path, tuple(found.values())) for path, found in self.found.items()), self.is_asked)

    def put(self, path: str, stores: tuple[StoreFacts, ...]) -> None:
        """Note what a path led to."""
        self.found.setdefault(path, {}).update({facts.key: facts for facts in stores})

    def forget(self, path: str, key: StoreKey) -> None:
        """Note that this is not what a path leads to."""
        self.found.get(path, {}).pop(key, None)

    def to_show(self, awaited: Sequence[Task]) -> StoreFacts | None:
        """The store to be shown, as far as can be told now: the preferred one, else the first that can be read.

        Args:
            awaited: tasks of this request that may answer yet.
        """
        stores = self.stores
        readable = [facts for facts in stores if facts.is_open]
        preferred = next((facts for facts in readable if facts.key.path == self.preferred), None)
        if preferred is not None or any(str(task.place) == self.preferred for task in awaited):
            return preferred
        return next(iter(readable or ([] if awaited else stores)), None)

    def take_ready(self, awaited: Sequence[Task]) -> list[tuple[Task, tuple[StoreFacts, ...]]]:
        """Take out what may go into the library now, in the order in which it was asked for.

        For a moment nothing overtakes what was asked for before it, so that the library has the same order each time.
        """
        is_in_order = time.monotonic() - self.begun_at_s < IN_ORDER_S
        limit = min((task.position for task in awaited), default=None) if is_in_order else None
        taken = [entry for entry in self.ready if limit is None or entry[0].position < limit]
        self.ready = [entry for entry in self.ready if entry not in taken]
        return sorted(taken, key=lambda entry: entry[0].position)


@dataclass(eq=False)
class Task:
    """One job of a request.

    Attributes:
        path: the path as asked, to which its stores belong.
        place: what it looks at: that path, or a main file found below it.
        position: its place in the order of the request; what is found below a path comes right after it.
        kind: of the main file; unknown for a path.
        is_quiet: nothing is said when it leads to nothing that can be read.
        on_answer, on_failure: what is done with it, then; the task itself comes with the answer.
        handle: set as soon as the job was started.
        silent: what is said of it since it does not answer; None while it does.
    """

    request: Request
    path: str
    place: Path
    position: tuple[int, ...]
    on_answer: Callable[[Task, Any], None]
    on_failure: Callable[[Task, BurrowError], None]
    kind: StoreKind = StoreKind.UNKNOWN
    is_quiet: bool = False
    handle: JobHandle | None = None
    silent: StoreFacts | None = None

    def on_done(self, answer: Any) -> None:
        """Pass the answer on."""
        self.on_answer(self, answer)

    def on_error(self, error: BurrowError) -> None:
        """Pass the failure on."""
        self.on_failure(self, error)

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.handle is not None and (self.handle.is_over or self.handle.is_cancelled)
