"""Numbers beside saved views and facets in the library: counted in jobs, shown when they come. GUI thread only.

Old numbers stand until new ones are there, so that nothing flickers while a person clicks through facets or while the
catalogue grows.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.catalogue_jobs import CountsAnswer, counts_work
from app.controllers.quiet import WhenQuiet
from app.controllers.scope_controller import ScopeController
from app.jobs import Lane, Newest, Query
from app.views.library_view import LibraryView
from store.errors import BurrowError
from store.values.listing import Choice, Counts, Facet, ListWant

if TYPE_CHECKING:
    from app.context import Context

PACE_MS = 1000
"""While stores move and the catalogue grows, numbers are counted again at most once in so long."""

PACE = 10.0
"""And never more often than so many times as long as counting takes: cataloguing waits meanwhile."""

PAUSE_MS = 30
"""What a person waits for goes first; the numbers follow when no job of theirs has run for so long."""


class FacetsController(QObject):
    """Between the scope and the numbers of the library.

    Attributes:
        counts: the numbers that are shown; None before the first.

    Signals:
        faulty_counted (dict of StoreKey to int): how many sessions with faults each store has, where there are any.
    """

    faulty_counted = Signal(object)

    def __init__(
        self, context: Context, view: LibraryView, scopes: ScopeController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._context, self._view, self._scopes = context, view, scopes
        self._counting = Newest(context.jobs)
        self._are_views_due = True
        self._is_asked_again = False
        self.counts: Counts | None = None
        self._pacing = QTimer(self, singleShot=True, interval=PACE_MS)
        self._pacing.timeout.connect(self._on_paced)
        self._quiet = WhenQuiet(context.jobs, PAUSE_MS, self)
        self._quiet.quiet.connect(self._count)
        scopes.scope_chosen.connect(self._on_scope_changed)
        scopes.scope_renewed.connect(self._on_scope_changed)
        scopes.choices_changed.connect(self._on_choices_changed)
        view.facet_chosen.connect(self._on_facet_chosen)
        context.settings.zone_changed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Count again soon, because stores moved, or what is known of their sessions, or pins, or the zone of days."""
        self._are_views_due = True
        if self.counts is None or not self._pacing.isActive():
            self._ask()
        else:
            self._is_asked_again = True

    @Slot()
    def _on_paced(self) -> None:
        if self._is_asked_again:
            self._ask()

    def _ask(self) -> None:
        if self._scopes.current is None:
            return
        if self._counting.is_busy:
            # One count at a time: while much changes, an answer that is a little old is better than none.
            self._is_asked_again = True
        else:
            self._quiet.ask()

    @Slot(object)
    def _on_scope_changed(self, _scope: object) -> None:
        self._counting.cancel()
        self._are_views_due = True
        self._ask()

    @Slot(object)
    def _on_choices_changed(self, choices: frozenset[Choice]) -> None:
        self._view.show_choices(choices)
        self._counting.cancel()
        self._ask()

    @Slot(object, object)
    def _on_facet_chosen(self, facet: Facet, values: frozenset[str]) -> None:
        others = {choice for choice in self._scopes.choices if choice.facet is not facet}
        self._scopes.set_choices(others | {Choice(facet, value) for value in values})

    @Slot()
    def _count(self) -> None:
        scope, is_utc = self._scopes.current, self._context.settings.current.is_utc
        if scope is None:
            return
        self._is_asked_again = False
        want = ListWant(scope.stores, scope.view, choices=self._scopes.choices, is_utc=is_utc)
        of_all = ListWant(self._scopes.all_stores(), is_utc=is_utc) if self._are_views_due else None
        work = counts_work(self._context.lists, want, of_all)
        self._counting.run(Query("Counting sessions", work, Lane.BACKGROUND), self._on_counted, self._on_failed)

    def _on_counted(self, answer: CountsAnswer) -> None:
        if answer.of_all is not None:
            self._are_views_due = False
            self._view.show_views(answer.of_all.certain_views())
            self.faulty_counted.emit(answer.of_all.faulty)
        self.counts = answer.of_scope
        self._view.show_facets(answer.of_scope)
        self._pacing.start(max(PACE_MS, round(PACE * answer.took_s * 1000)))

    def _on_failed(self, error: BurrowError) -> None:
        # Numbers are an extra; the list itself says what is wrong.
        logging.getLogger("burrow").info("not counted: %s", error.code)
