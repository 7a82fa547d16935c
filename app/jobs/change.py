"""What changes stores: work that writes, which is never cut off inside a session, and whose receipts are announced.

A `Query` reads and may be cancelled at any moment. A `Change` is only ever asked to stop: it ends between two sessions,
its answer always arrives, and everybody hears of its receipts through `Jobs.activity.store_changed`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.jobs.query import JobHandle, Lane, Query
from store.cancel import CancelToken
from store.errors import BurrowError
from store.values.store import StoreKey

if TYPE_CHECKING:
    from store.values.changes import Receipt


@dataclass(frozen=True, slots=True)
class StoreChanged:
    """Stores, or our own notes of their sessions, are others now.

    Attributes:
        receipts: what was done, one for each store; at least one.
    """

    receipts: tuple[Receipt, ...]

    @property
    def stores(self) -> frozenset[StoreKey]:
        """The stores whose sessions were changed, here or there."""
        return frozenset(receipt.store for receipt in self.receipts)


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of a change.

    Attributes:
        receipts: one for each store that was reached, also where all was refused.
        error: why it ended before all stores were reached; what the receipts say was done all the same.
    """

    receipts: tuple[Receipt, ...]
    error: BurrowError | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Work that writes to stores and returns receipts: a plain function. It knows no widget.

    Attributes:
        name: what is being done, for people and the log: "Archiving sessions". Never holds content.
        work: called once, on the one thread that writes. The first token interrupts, and is never cancelled; the second
            one asks to stop between two sessions.
        is_awaited: its progress is shown in the status bar, because no dialog of its own does.
    """

    name: str
    work: Callable[[CancelToken, CancelToken], Changed]
    is_awaited: bool = False


class ChangeHandle(JobHandle):
    """One change that was started. GUI thread only."""

    def __init__(
        self,
        generation: int,
        change: Change,
        on_done: Callable[[Any], None],
        on_error: Callable[[Any], None],
    ) -> None:
        self._stop = CancelToken()
        query = Query(
            change.name,
            lambda token: change.work(token, self._stop),
            Lane.CHANGES,
            must_finish=True,
            is_awaited=change.is_awaited,
        )
        super().__init__(generation, query, on_done, on_error)
        self.query = query

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to end between two sessions."""
        return self._stop.is_cancelled

    def cancel(self) -> None:
        """Ask it to stop between two sessions; its answer arrives all the same."""
        self._stop.cancel()
