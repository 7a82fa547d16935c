"""Follows the open stores on the disk: looks at their files, reads what moved, says which stores are other now.

GUI thread only; every look is a job. A look costs a few system calls a store and no SQL. A store whose files do not
answer is passed over until they do, and holds up no other. Nothing is looked at while nobody sees the window.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.following_jobs import Looked, look_work, refresh_work
from app.controllers.library_controller import LibraryController
from app.jobs import JobHandle, Lane, Query
from store.errors import BurrowError
from store.values.store import StoreFacts, StoreKey

if TYPE_CHECKING:
    from app.context import Context

LOOK_MS = 250
"""How often the files of the open stores are looked at."""

LOOKS_FOR_RUNNING = 8
"""Every so many looks it is also asked where a program works: a lease may begin or end without any file moving."""

LOOK_LIMIT_S = 1.0
"""A look that takes longer is given up, and the others are asked without the store that holds it up."""

RUNNING_S = 31.0
"""So long after its last movement a store, and each session in it, may not run any more (product.md, "running")."""

PACE = 3.0
"""A store is not read anew before so many times as long as the last reading took have passed."""

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
        self._look: JobHandle | None = None
        self._look_count = 0
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._on_tick)
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
        elif not self._timer.isActive():
            self._timer.start()
            self._on_tick()

    def read_anew(self, key: StoreKey) -> None:
        """Read the newest state of a store now, because somebody found that it moved."""
        course = self._courses.setdefault(key, Course())
        course.is_due = True
        self._read(key, course)

    @Slot(object)
    def _on_stores_changed(self, keys: frozenset[StoreKey]) -> None:
        # They were opened anew or closed by a person: what was noted of the older opening holds no more.
        for key in keys:
            course = self._courses.pop(key, None)
            if course is not None and course.reading is not None:
                course.reading.cancel()

    @Slot()
    def _on_tick(self) -> None:
        now_s = time.monotonic()
        stores = {facts.key: facts for facts in self._model.stores() if facts.is_open}
        for key in self._courses.keys() - stores.keys():
            del self._courses[key]
        calm = []
        for key, facts in stores.items():
            course = self._courses.setdefault(key, Course())
            if facts.is_running and course.settles_at_s is None:
                course.settles_at_s = now_s + RUNNING_S
            if course.is_due or (course.settles_at_s is not None and now_s >= course.settles_at_s):
                if now_s >= course.not_before_s:
                    self._read(key, course)
            elif not course.is_reading:
                calm.append(key)
        self._look_at(tuple(calm))

    def _look_at(self, keys: tuple[StoreKey, ...]) -> None:
        """Ask in one job which of these stores moved."""
        look = self._look
        if look is not None and not look.is_over and not look.is_cancelled:
            if look.elapsed_s() < LOOK_LIMIT_S:
                return
            # It hangs at one store, which the library passes over from now on until it answers.
            look.cancel()
        if not keys:
            return
        self._look_count += 1
        work = look_work(self._context.library, keys, self._look_count % LOOKS_FOR_RUNNING == 0)
        query = Query("Looking for changes", work, Lane.PLACES)
        self._look = self._context.jobs.run(query, self._on_looked, self.failed.emit)

    def _on_looked(self, looked: Looked) -> None:
        now_s = time.monotonic()
        for key in looked.moved:
            course = self._courses.get(key)
            if course is not None and not course.is_due:
                course.is_due = True
                if now_s >= course.not_before_s:
                    self._read(key, course)
        if looked.running is not None:
            self._compare_running(looked.running - looked.moved)

    def _compare_running(self, running: frozenset[StoreKey]) -> None:
        """Read the facts of stores on which a program began to work, though no file moved."""
        for key in running:
            facts, course = self._model.facts_of(key), self._courses.get(key)
            if facts is not None and course is not None and not facts.is_running:
                self._read(key, course)

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
        course.not_before_s = now_s + PACE * course.reading.elapsed_s()
        has_settled = course.settles_at_s is not None and now_s >= course.settles_at_s
        now = facts if facts is not None else known
        course.settles_at_s = now_s + RUNNING_S if now.is_running else None
        if now.is_open and now.advice:  # what is advised when a store cannot be read
            self._wait_longer(course, now_s)
        else:
            course.failures = 0
        if facts is not None or has_settled:
            if facts is not None:
                self._model.put((facts,))
            self.store_followed.emit(now)

    def _on_read_failed(self, key: StoreKey, error: BurrowError) -> None:
        course = self._courses.get(key)
        if course is not None and self._model.facts_of(key) is not None:
            self._wait_longer(course, time.monotonic())
            self.failed.emit(error)

    def _wait_longer(self, course: Course, now_s: float) -> None:
        course.not_before_s = now_s + FAILED_S[min(course.failures, len(FAILED_S) - 1)]
        course.failures += 1
        course.is_due = True
