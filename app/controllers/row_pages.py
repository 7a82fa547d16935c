"""Fills the session list's model with the pages that are looked at, and reads ahead what lies near them.

GUI thread only. Two lines of jobs: what is seen goes before what may be seen next, and in each only the newest counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.session_jobs import PageAnswer, pages_work
from app.jobs import Lane, Newest, Query
from app.models.sessions_model import SessionsModel
from app.present.summary import RowText, row_text
from store.errors import BurrowError
from store.values.session import SessionSummary
from store.values.store import StoreKey

if TYPE_CHECKING:
    from app.context import Context

AHEAD_ROWS = 60
"""Pages this close to what is seen are read ahead, in the background."""


def row_maker(store_name: str) -> Callable[[SessionSummary], RowText]:
    """What makes the rows of a store, as times read at the moment when a row is made; on any thread."""
    return lambda summary: row_text(summary, store_name, time.time_ns() // 1_000_000)


class RowPages(QObject):
    """Reads the pages of one store's rows.

    Signals:
        arrived: pages were put into the model.
        failed (BurrowError): pages could not be read; what is loaded stays.
    """

    arrived = Signal()
    failed = Signal(object)

    def __init__(self, context: Context, model: SessionsModel, parent: QObject) -> None:
        super().__init__(parent)
        self._library = context.library
        self._model = model
        self._make_row = row_maker("")
        self._key: StoreKey | None = None
        self._seen = Newest(context.jobs)
        self._near = Newest(context.jobs)
        self._asked: tuple[int, tuple[int, ...]] | None = None

    def use_store(self, key: StoreKey | None, name: str = "") -> None:
        """Read rows of this store, which people call so, from now on."""
        self.cancel()
        self._key = key
        self._make_row = row_maker(name)

    def cancel(self) -> None:
        """Give up what is being read: the rows become others."""
        self._seen.cancel()
        self._near.cancel()

    def read(self, first: int, end: int, also_row: int | None = None) -> None:
        """Read what is missing of rows [first, end), and of one row elsewhere; then what lies near them."""
        self._model.touch(first, end)
        missing = self._model.missing_pages(first, end)
        if also_row is not None:
            missing = tuple(sorted({*missing, *self._model.missing_pages(also_row, also_row + 1)}))
        if missing:
            # What is being read already is not begun anew; a report of the same rows often follows at once.
            asked = (self._model.generation, missing)
            if not (self._seen.is_busy and asked == self._asked):
                self._asked = asked
                self._run(self._seen, missing, Lane.USER, self._on_seen)
            return
        near = self._model.missing_pages(first - AHEAD_ROWS, end + AHEAD_ROWS)
        if near and not self._near.is_busy:
            self._run(self._near, near, Lane.BACKGROUND, self._on_near)

    def _run(self, line: Newest, pages: tuple[int, ...], lane: Lane, on_done: Callable[[PageAnswer], None]) -> None:
        if self._key is None:
            return
        wanted = [(page, self._model.page_handles(page)) for page in pages]
        work = pages_work(self._library, self._key, self._model.generation, wanted, self._make_row)
        line.run(Query("Reading sessions", work, lane), on_done, self._on_failed)

    def _on_seen(self, answer: PageAnswer) -> None:
        # Only if something was taken: whoever hears of it asks for what is missing, which must come to an end.
        if self._take(answer):
            self.arrived.emit()

    def _on_near(self, answer: PageAnswer) -> None:
        self._take(answer)

    def _take(self, answer: PageAnswer) -> bool:
        taken = [self._model.apply_page(answer.generation, page, rows) for page, rows in answer.pages]
        return any(taken)

    def _on_failed(self, error: BurrowError) -> None:
        self.failed.emit(error)
