"""Opens paths in jobs and puts what they led to into the library. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.library_controller import LibraryController
from app.controllers.library_jobs import Opened, demo_work, open_work
from app.jobs import JobHandle, Query
from store.errors import BurrowError

if TYPE_CHECKING:
    from app.context import Context


class OpeningController(QObject):
    """Knows what is being opened.

    Signals:
        opened (Opened): paths were opened, the library has the stores.
        gave_up: nothing is being opened any more and nothing came of it.
        failed (BurrowError): opening failed as a whole.
    """

    opened = Signal(object)
    gave_up = Signal()
    failed = Signal(object)

    def __init__(self, context: Context, library: LibraryController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._library = context, library
        self._asked: list[JobHandle] = []
        library.opening_asked.connect(self.open_paths)
        context.jobs.activity.delivered.connect(self._on_delivered)

    @property
    def is_opening(self) -> bool:
        """Whether paths are being opened."""
        return bool(self._asked)

    def open_paths(self, paths: Sequence[str]) -> None:
        """Open whatever lies at the paths, beside what is open already."""
        name = "Opening a store" if len(paths) == 1 else f"Opening {len(paths)} places"
        self._ask(Query(name, open_work(self._context.library, tuple(paths))))

    def open_demo(self) -> None:
        """Make the demo library if it is not there yet, and open it."""
        work = demo_work(self._context.library, self._context.paths)
        self._ask(Query("Making the demo library", work))

    def _ask(self, query: Query[Opened]) -> None:
        self._asked.append(self._context.jobs.run(query, self._on_opened, self._on_failed))

    def _on_opened(self, opened: Opened) -> None:
        self._forget_done()
        asked = {path for path, _found in opened.by_path}
        stores = opened.stores
        # A path that could not be opened and now leads to stores is no row of its own any more.
        gone = {f.key for f in self._library.model.stores() if not f.is_open and f.key.path in asked}
        self._library.remove(tuple(gone - {facts.key for facts in stores}))
        self._library.put(stores)
        self.opened.emit(opened)

    def _on_failed(self, error: BurrowError) -> None:
        self._forget_done()
        self.failed.emit(error)
        if not self._asked:
            self.gave_up.emit()

    def _forget_done(self) -> None:
        self._asked = [handle for handle in self._asked if not handle.is_over]

    def _on_delivered(self) -> None:
        # A job that was cancelled calls nobody; this is where it is noticed.
        if self._asked and all(handle.is_over for handle in self._asked):
            self._asked = []
            self.gave_up.emit()
