"""Follows the open stores on the disk: looks at their files, reads what moved, says which stores are other now.

GUI thread only; one job looks at all stores, four times a second, and comes back when one moved. A look costs a few
system calls a store and no SQL. A store whose files do not answer is passed over until they do, and holds up no other.
Nothing is looked at while nobody sees the window.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.library_controller import LibraryController
from app.controllers.watching_jobs import refresh_work, watch_work
from app.jobs import JobHandle, Lane, Query
from store.errors import BurrowError
from store.values.store import StoreFacts, StoreKey

if TYPE_CHECKING:
    from app.context import Context

TICK_MS = 1000
"""How often it is made sure that the looking goes on, and that what ran and moved no more runs no more."""

SILENT_S = 1.0
"""A store whose files have not answered for so long is passed over."""

RUNNING_S = 31.0
"""So long after its last movement a store, and each session in it, may not run any more (README, "Words": running)."""

PACE = 3.0
"""A store is not read anew before so many times as long as the last reading took have passed."""

MOST_S = 1.0
"""But never after more than this: most of a long reading is waiting for the writer to be done."""

TOO_EARLY_S = 0.1
"""How long to wait when nothing newer could be taken yet: a private copy is not renewed at any time."""

FAILED_S = (1.0, 2.0, 4.0, 8.0)
"""How long to wait before a store that cannot be read is tried again."""


@dataclass(slots=True)
class Course:
    """How the following of one store stands.

    Attributes:
        reading: the job that reads its newest state; None or over while there is none.
        not_before_s: monotonic time before which it is not read again.
        is_due: it moved, and was not read since.
        settles_at_s: when it may not run any more; None while it does not run.
        failures: how often in a row it could not be read.
    """

    reading: JobHandle | None = None
    not_before_s: float = 0.0
    is_due: bool = False
    settles_at_s: float | None = None
    failures: int = field(default=0)

    @property
    def is_reading(self) -> bool:
        """Whether its newest state is on its way."""
        return self.reading is not None and not self.reading.is_over and not self.reading.is_cancelled


class FollowingController(QObject):
    """Knows which stores are followed: those of the library's model that are open.

    Signals:
        store_followed (StoreFacts): a newer state of the store is read from now on; or it cannot be read any more,
            which its facts say; or nothing moved in it for so long that its sessions do not run any more.
        failed (BurrowError): a store could not be followed for another reason.
    """

    store_followed = Signal(object)
    failed = Signal(object)

    def __init__(self, context: Context, library: LibraryController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._model = context, library.model
        self._courses: dict[StoreKey, Course] = {}
        self._watch: JobHandle | None = None
        self._watched: tuple[StoreKey, ...] = ()
        self._silent: frozenset[StoreKey] = frozenset()
        self._held: frozenset[StoreKey] = frozenset()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._due = QTimer(self, singleShot=True)
        self._due.timeout.connect(self._go_on)
        library.stores_changed.connect(self._on_stores_changed)

    @property
    def is_watching(self) -> bool:
        """Whether the files are looked at."""
        return self._timer.isActive()

    @Slot(bool)
    def watch(self, is_on: bool) -> None:
        """Look at the files four times a second, or not while nobody sees the window."""
        if not is_on:
            self._timer.stop()
            self._due.stop()
            self._end_watch()
        elif not self._timer.isActive():
            self._timer.start()
            self._go_on()

    def read_anew(self, key: StoreKey) -> None:
        """Read the newest state of a store now, because somebody found that it moved."""
        course = self._courses.setdefault(key, Course())
        course.is_due = True
        self._read(key, course)

    def hold(self, keys: frozenset[StoreKey]) -> None:
        """Do not look at these stores while they are changed here; those held before are looked at again.

        To read each state in between would cost more than the change itself.
        """
        self._held = keys
        if self.is_watching:
            self._go_on()

    @Slot(object)
    def _on_stores_changed(self, keys: frozenset[StoreKey]) -> None:
        # They were opened anew or closed by a person: what was noted of the older opening holds no more.
        for key in keys:
            course = self._courses.pop(key, None)
            if course is not None and course.reading is not None:
                course.reading.cancel()
        self._end_watch()
        if self.is_watching:
            self._go_on()

    @Slot()
    def _on_tick(self) -> None:
        silent = self._context.library.silent(SILENT_S)
        if silent - self._silent:
            # The look hangs at this store; the next one passes over it.
            self._end_watch()
        self._silent = silent
        self._go_on()

    @Slot()
    def _go_on(self) -> None:
        """Read the stores for which it is time, look at the others."""
        now_s = time.monotonic()
        calm: list[StoreFacts] = []
        wait_s: float | None = None
        for facts in self._model.stores():
            if not facts.is_open or facts.key in self._held:
                continue
            course = self._courses.setdefault(facts.key, Course())
            if facts.is_running and course.settles_at_s is None:
                course.settles_at_s = now_s + RUNNING_S
            has_settled = course.settles_at_s is not None and now_s >= course.settles_at_s
            if course.is_reading:
                continue
            if (course.is_due or has_settled) and now_s >= course.not_before_s:
                self._read(facts.key, course)
            elif course.is_due:
                left_s = course.not_before_s - now_s
                wait_s = left_s if wait_s is None else min(wait_s, left_s)
            else:
                calm.append(facts)
        if wait_s is not None:
            self._due.start(int(wait_s * 1000) + 1)
        self._look_at(calm)

    def _look_at(self, stores: list[StoreFacts]) -> None:
        """See to it that a job looks at exactly these stores."""
        keys = tuple(facts.key for facts in stores)
        if not self.is_watching or (keys == self._watched and self._is_looking):
            return
        self._end_watch()
        if keys:
            running = frozenset(facts.key for facts in stores if facts.is_running)
            query = Query("Looking for changes", watch_work(self._context.library, keys, running), Lane.PLACES)
            self._watch = self._context.jobs.run(query, self._on_moved, self.failed.emit)
        self._watched = keys

    @property
    def _is_looking(self) -> bool:
        return self._watch is not None and not self._watch.is_over and not self._watch.is_cancelled

    def _end_watch(self) -> None:
        if self._watch is not None and not self._watch.is_over:
            self._watch.cancel()
        self._watch = None

    def _on_moved(self, moved: frozenset[StoreKey]) -> None:
        for key in moved:
            if key in self._courses:
                self._courses[key].is_due = True
        if self.is_watching:
            self._go_on()

    def _read(self, key: StoreKey, course: Course) -> None:
        if course.is_reading:
            return
        query = Query("Reading what moved", refresh_work(self._context.library, key), Lane.PLACES)
        done, failed = partial(self._on_read, key), partial(self._on_read_failed, key)
        course.is_due = False
        course.reading = self._context.jobs.run(query, done, failed)

    def _on_read(self, key: StoreKey, facts: StoreFacts | None) -> None:
        course, known = self._courses.get(key), self._model.facts_of(key)
        if course is None or known is None or course.reading is None:
            return
        now_s = time.monotonic()
        pause_s = min(PACE * course.reading.elapsed_s(), MOST_S)
        course.not_before_s = now_s + (pause_s if facts is not None else max(pause_s, TOO_EARLY_S))
        has_settled = course.settles_at_s is not None and now_s >= course.settles_at_s
        now = facts if facts is not None else known
        course.settles_at_s = now_s + RUNNING_S if now.is_running else None
        if now.is_open and now.advice:  # what is advised when a store cannot be read
            self._wait_longer(course, now_s)
        else:
            course.failures = 0
        if facts is not None:
            self._model.put((facts,))
        if facts is not None or has_settled:
            self.store_followed.emit(now)
        if self.is_watching:
            self._go_on()

    def _on_read_failed(self, key: StoreKey, error: BurrowError) -> None:
        course = self._courses.get(key)
        if course is not None and self._model.facts_of(key) is not None:
            self._wait_longer(course, time.monotonic())
            self.failed.emit(error)
        if self.is_watching:
            self._go_on()

    def _wait_longer(self, course: Course, now_s: float) -> None:
        course.not_before_s = now_s + FAILED_S[min(course.failures, len(FAILED_S) - 1)]
        course.failures += 1
        course.is_due = True
