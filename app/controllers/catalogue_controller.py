"""Keeps the catalogue filled in the background, and says how far it is. GUI thread only; every piece of work is a job.

Nothing begins before a person has what they asked for. Each job takes a fraction of a second, and the next one is begun
only in a pause of the user's lane. The stores that are shown come first, and of each store the newest sessions.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.catalogue_jobs import Copies, Slice, copies_work, forget_work, slice_work
from app.controllers.library_controller import LibraryController
from app.controllers.quiet import WhenQuiet
from app.controllers.scope_controller import Scope, ScopeController
from app.jobs import JobHandle, Lane, Query
from app.look.tokens import tokens
from app.views.catalogue_bar import CatalogueBar
from store.errors import BurrowError
from store.values.store import StoreFacts, StoreKey

if TYPE_CHECKING:
    from app.context import Context

SLICE_S = 0.2
"""How long one job works: so long what else runs in the background may have to wait."""

PAUSE_MS = 400
"""For so long the user's lane is idle before the next job is begun after it was busy."""

TELL_MS = 1000
"""What became known is told at most once in so long."""

SILENT_S = 5.0
"""A job that gives no sign of life for so long hangs at a store that does not answer; the others go on without it."""

LOOK_MS = 250
"""How often the running job is looked at, to say how far it is and whether it hangs."""


PACE = 4.0
"""A store that is written to all the time is not counted anew before so many times as long as that took have passed."""


@dataclass(slots=True)
class Course:
    """How the cataloguing of one store stands.

    Attributes:
        known, total: sessions that are known, and all as far as they were counted.
        is_census_due: the store may hold other rows than the catalogue's.
        is_new: it was never asked for its rows since it was opened.
        is_over: nothing is left to do until the store moves: all is known, or it cannot be read.
        not_before_s: monotonic time before which it is left alone.
    """

    known: int = 0
    total: int = 0
    is_census_due: bool = True
    is_new: bool = True
    is_over: bool = False
    not_before_s: float = 0.0


class CatalogueController(QObject):
    """Knows which stores are to be catalogued and how far each one is.

    Signals:
        known_changed: more is known of some sessions, or rows came or went; at most once a second, and at the end.
    """

    known_changed = Signal()

    def __init__(
        self, context: Context, bar: CatalogueBar, library: LibraryController, scopes: ScopeController
    ) -> None:
        super().__init__(scopes)
        self._context, self._bar = context, bar
        self._library = library
        self._courses: dict[StoreKey, Course] = {}
        self._shown: tuple[StoreKey, ...] = ()
        self._job: JobHandle | None = None
        self._key: StoreKey | None = None
        self._is_stopped = self._are_copies_due = False
        self._is_forgetting_due = True
        self._begun_at_s: float | None = None
        self._shown_at_s: float | None = None
        self._quiet = WhenQuiet(context.jobs, PAUSE_MS, self)
        self._quiet.quiet.connect(self._go_on)
        self._telling = QTimer(self, singleShot=True, interval=TELL_MS)
        self._telling.timeout.connect(self.known_changed)
        self._pausing = QTimer(self, singleShot=True)
        self._pausing.timeout.connect(self._begin)
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self._look)
        bar.cancel_asked.connect(self.stop)
        library.stores_changed.connect(self._on_stores_changed)
        scopes.scope_chosen.connect(self._on_scope_shown)
        scopes.scope_renewed.connect(self._on_scope_shown)
        context.jobs.activity.delivered.connect(self._on_delivered)

    @property
    def is_working(self) -> bool:
        """Whether something is left to do and not given up."""
        return not self._is_stopped and (self._are_copies_due or self._is_forgetting_due or self._next() is not None)

    @property
    def counts(self) -> tuple[int, int]:
        """Sessions that are known, and all, of the stores that can be read."""
        courses = self._courses.values()
        return sum(course.known for course in courses), sum(course.total for course in courses)

    def attend(self, stores: Iterable[StoreFacts]) -> None:
        """Catalogue these stores as they are now: they were opened, or may hold other rows than before.

        What cannot be read is left alone; what became known of it stays known.
        """
        for facts in stores:
            if not facts.is_open:
                self._courses.pop(facts.key, None)
                continue
            course = self._courses.setdefault(facts.key, Course(total=facts.session_count or 0))
            course.is_census_due, course.is_over = True, False
        self._begin()

    def forget(self, keys: Iterable[StoreKey]) -> None:
        """Leave these stores alone: they were closed."""
        gone = [key for key in keys if self._courses.pop(key, None) is not None]
        self._are_copies_due |= bool(gone)
        self._begin()

    def prefer(self, keys: tuple[StoreKey, ...]) -> None:
        """Catalogue these stores before the others, since they are shown. Nothing begins before this was said once."""
        self._shown = keys
        self._begin()

    @Slot(object)
    def follow(self, facts: StoreFacts) -> None:
        """Catalogue a store of which a newer state is read."""
        self.attend((facts,))

    @Slot(object)
    def _on_stores_changed(self, keys: frozenset[StoreKey]) -> None:
        known = {key: self._library.model.facts_of(key) for key in keys}
        self.forget(key for key, facts in known.items() if facts is None)
        self.attend(facts for facts in known.values() if facts is not None)

    @Slot(object)
    def _on_scope_shown(self, scope: Scope) -> None:
        self.prefer(scope.stores)

    @Slot()
    def resume(self) -> None:
        """Go on after it was stopped, because a person reads the stores again."""
        self._is_stopped = False
        self._begin()

    @Slot()
    def stop(self) -> None:
        """Leave the catalogue incomplete until a person reads the stores again."""
        self._is_stopped = True
        self._quiet.give_up()
        if self._job is not None:
            self._job.cancel()
        self._rest()

    # What is done next

    def _next(self) -> StoreKey | None:
        """The store whose turn it is: shown ones first, of these the ones whose rows are missing in the list."""
        now_s = time.monotonic()
        waiting = [key for key, course in self._courses.items() if not course.is_over and course.not_before_s <= now_s]
        shown = [key for key in waiting if key in self._shown]
        return min(shown or waiting, key=self._turn_of, default=None)

    def _turn_of(self, key: StoreKey) -> tuple[bool, bool, int]:
        course = self._courses[key]
        return (not course.is_new, not course.is_census_due, course.known)

    @Slot()
    def _begin(self) -> None:
        if not self._shown:
            return
        self._wait_for_paced()
        if not self.is_working:
            self._rest()
        elif self._job is None:
            if self._begun_at_s is None:
                self._begun_at_s = time.monotonic()
            self._quiet.ask()

    def _wait_for_paced(self) -> None:
        """Come back when the first of the stores that are left alone for now may be read again."""
        now_s = time.monotonic()
        later = [course.not_before_s - now_s for course in self._courses.values() if not course.is_over]
        later = [seconds for seconds in later if seconds > 0]
        if later and not self._is_stopped:
            self._pausing.start(round(min(later) * 1000) + 1)

    @Slot()
    def _go_on(self) -> None:
        if self._job is not None or self._is_stopped:
            return
        lists, jobs, self._key = self._context.lists, self._context.jobs, self._next()
        if self._key is not None:
            work = slice_work(lists, self._key, self._courses[self._key].is_census_due, SLICE_S)
            filling = Query("Cataloguing", work, Lane.BACKGROUND, gives_way=True)
            self._job = jobs.run(filling, self._on_slice, self._on_failed)
        elif self._are_copies_due:
            self._are_copies_due = False
            comparing = Query("Comparing stores", copies_work(lists), Lane.BACKGROUND, gives_way=True)
            self._job = jobs.run(comparing, self._on_copies, self._on_failed)
        elif self._is_forgetting_due:
            self._is_forgetting_due = False
            tidying = Query("Tidying the catalogue", forget_work(lists), Lane.BACKGROUND)
            self._job = jobs.run(tidying, self._on_forgotten, self._on_failed)
        if self._job is not None and not self._looking.isActive():
            self._looking.start()

    def _on_slice(self, done: Slice) -> None:
        course = self._courses.get(done.key)
        if course is None:
            return
        state, was_new = done.state, course.is_new
        has_moved = (state.known, state.total) != (course.known, course.total)
        # What gets nowhere is not tried again and again.
        course.is_over = state.is_complete or (not has_moved and not course.is_census_due)
        course.known, course.total = state.known, state.total
        if course.is_census_due and not was_new:
            course.not_before_s = time.monotonic() + PACE * done.census_s
        course.is_census_due = course.is_new = False
        self._are_copies_due |= was_new
        if was_new and done.key in self._shown:
            self._tell()  # a list over many stores misses its rows until then
        elif (has_moved or done.is_changed) and not self._telling.isActive():
            self._telling.start()

    def _on_copies(self, copies: Copies) -> None:
        self._library.model.set_copies(copies)

    def _on_forgotten(self, is_more: bool) -> None:
        self._is_forgetting_due = is_more

    def _on_failed(self, error: BurrowError) -> None:
        # A store that cannot be read says so in its own row; it is tried again when it moves or is opened anew.
        logging.getLogger("burrow").info("not catalogued: %s", error.code)
        if self._key in self._courses:
            self._courses[self._key].is_over = True

    @Slot()
    def _on_delivered(self) -> None:
        # Also where a job that was cancelled is noticed, which calls nobody.
        if self._job is None or not self._job.is_over:
            return
        self._job = None
        self._wait_for_paced()
        if not self.is_working:
            self._rest()
        elif self._context.jobs.idle(Lane.USER):
            self._go_on()
        else:
            self._quiet.ask()

    @Slot()
    def _look(self) -> None:
        if self._job is not None and not self._job.is_cancelled and self._job.silent_s() >= SILENT_S:
            if self._key in self._courses:
                self._courses[self._key].is_over = True
            self._job.cancel()
        self._say()

    # What is told

    def _tell(self) -> None:
        self._telling.stop()
        self.known_changed.emit()

    def _rest(self) -> None:
        """All is done that can be done now."""
        if self._telling.isActive():
            self._tell()
        self._begun_at_s = None
        self._say()

    def _say(self) -> None:
        """Show how far it is: after a moment, then for a moment at least; while it is stopped for good."""
        known, total = self.counts
        motion, now_s = tokens()["motion_ms"], time.monotonic()
        if self._is_stopped:
            self._shown_at_s = None
            self._looking.stop()
            if known < total:
                self._bar.show_incomplete(known, total)
            else:
                self._bar.show_nothing()
        elif self._begun_at_s is not None:
            if self._shown_at_s is None and now_s - self._begun_at_s >= motion["progress_after"] / 1000:
                self._shown_at_s = now_s
            if self._shown_at_s is not None:
                self._bar.show_progress(known, total)
        elif self._shown_at_s is not None and now_s - self._shown_at_s < motion["progress_at_least"] / 1000:
            self._bar.show_progress(known, total)
        else:
            self._shown_at_s = None
            self._looking.stop()
            self._bar.show_nothing()
