"""Which sessions are pinned: reads and changes our own annotations in jobs. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.list_jobs import pin_work
from app.jobs import Query
from store.errors import BurrowError
from store.values.listing import Listed
from store.values.store import SessionKey

if TYPE_CHECKING:
    from app.context import Context


class PinsController(QObject):
    """Knows the pinned sessions of all stores.

    Attributes:
        pinned: as read last.

    Signals:
        pins_changed (frozenset of SessionKey): others are pinned; the counts of the view Pinned are others too.
        failed (BurrowError): they could not be read or changed; what was known stays.
    """

    pins_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.pinned: frozenset[SessionKey] = frozenset()

    def read(self) -> None:
        """Read what is pinned."""
        self._context.jobs.run(Query("Reading pins", self._context.lists.pinned), self._on_read, self.failed.emit)

    def pin(
        self,
        keys: Sequence[SessionKey],
        listed: Listed,
        spans: Sequence[tuple[int, int]],
        is_pinned: bool,
    ) -> None:
        """Pin or unpin sessions, named by their keys or by rows of a list.

        Args:
            spans: half open spans of rows of `listed`.
        """
        context = self._context
        work = pin_work(context.library, context.lists, listed, spans, keys, is_pinned)
        context.jobs.run(Query("Pinning", work, must_finish=True), self._on_read, self._on_failed)

    def _on_read(self, pinned: frozenset[SessionKey]) -> None:
        if pinned != self.pinned:
            self.pinned = pinned
            self.pins_changed.emit(pinned)

    def _on_failed(self, error: BurrowError) -> None:
        self.failed.emit(error)
        self.pins_changed.emit(self.pinned)
