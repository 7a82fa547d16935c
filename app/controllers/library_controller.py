"""The left pane: keeps the tree of stores, and notices when one moved on disk.

GUI thread only. Which store is chosen is known here; what is shown of it is the business of others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.library_jobs import reload_work, watch_work
from app.jobs import JobHandle, Lane, Newest, Query
from app.look.look import Look
from app.models.library_model import LibraryModel
from app.views.library_view import LibraryView
from store.errors import BurrowError
from store.values.store import StoreFacts, StoreKey

if TYPE_CHECKING:
    from app.context import Context

WATCH_MS = 250
"""How often the stamps of the open stores are looked at."""


class LibraryController(QObject):
    """Knows the library's model and its view.

    Signals:
        opening_asked (tuple of str): paths are to be opened again.
        store_chosen (StoreFacts): another store is to be shown.
        store_renewed (StoreFacts): the chosen store was read again.
        changed_on_disk (StoreFacts): the chosen store moved since it was read.
        failed (BurrowError): reading again failed as a whole.
    """

    opening_asked = Signal(object)
    store_chosen = Signal(object)
    store_renewed = Signal(object)
    changed_on_disk = Signal(object)
    failed = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._current: StoreKey | None = None
        self._changed: frozenset[StoreKey] = frozenset()
        self._reloading = Newest(context.jobs)
        self._reloading_key: StoreKey | None = None
        self._watching: JobHandle | None = None
        self.model = LibraryModel(self)
        self.view = LibraryView(context.looks.current, self.model)
        self.view.store_chosen.connect(self._on_store_chosen)
        self._timer = QTimer(self, interval=WATCH_MS)
        self._timer.timeout.connect(self._look_at_stamps)

    @property
    def current(self) -> StoreFacts | None:
        """Facts of the chosen store."""
        return self.model.facts_of(self._current) if self._current is not None else None

    @property
    def has_changed(self) -> bool:
        """Whether the chosen store moved on disk since it was read."""
        return self._current in self._changed

    def put(self, stores: tuple[StoreFacts, ...]) -> None:
        """Add stores that were opened, or what is known of them now."""
        self.model.put(stores)
        self._changed -= {facts.key for facts in stores}
        current = self.current
        if current is None:
            self._current = None
            return
        self.view.choose(current.key)
        if current in stores:
            self.store_renewed.emit(current)

    def remove(self, keys: tuple[StoreKey, ...]) -> None:
        """Take stores out of the tree."""
        self.model.remove(keys)

    def choose(self, key: StoreKey) -> None:
        """Choose a store of the library."""
        self.view.choose(key)

    @Slot()
    def reload(self) -> None:
        """Read the chosen store again at its newest state; try again to open one that could not be opened."""
        facts = self.current
        if facts is None:
            return
        if not facts.is_open:
            self.opening_asked.emit((facts.key.path,))
            return
        work = reload_work(self._context.library, facts.key)
        self._reloading_key = facts.key
        self._reloading.run(Query(f"Reading {facts.file_name} again", work), self._on_reloaded, self._on_failed)

    @Slot()
    def notice_change(self) -> None:
        """Take note that the chosen store moved, as somebody found who read it."""
        facts = self.current
        if facts is not None and facts.key not in self._changed:
            self._changed |= {facts.key}
            self.changed_on_disk.emit(facts)

    @Slot(bool)
    def watch(self, is_on: bool) -> None:
        """Look at the stamps four times a second, or not while nobody sees the window."""
        if is_on:
            self._timer.start()
        else:
            self._timer.stop()

    def set_look(self, look: Look) -> None:
        """Draw the pane with another look."""
        self.view.set_look(look)

    def _on_store_chosen(self, key: StoreKey) -> None:
        facts = self.model.facts_of(key)
        if facts is not None and key != self._current:
            self._current = key
            self.store_chosen.emit(facts)

    def _on_reloaded(self, facts: StoreFacts) -> None:
        self._changed -= {facts.key}
        self.model.put((facts,))
        if facts.key == self._current:
            self.store_renewed.emit(facts)

    def _on_failed(self, error: BurrowError) -> None:
        self.failed.emit(error)

    def _look_at_stamps(self) -> None:
        keys = tuple(facts.key for facts in self.model.stores() if facts.is_open and facts.key not in self._changed)
        is_waiting = self._watching is not None and not self._watching.is_over
        if is_waiting or not keys or self._reloading.is_busy:
            return
        query = Query("Looking for changes", watch_work(self._context.library, keys), Lane.BACKGROUND)
        self._watching = self._context.jobs.run(query, self._on_stamps, self._on_failed)

    def _on_stamps(self, changed: frozenset[StoreKey]) -> None:
        # A reload that began meanwhile reads a newer state than this answer is about.
        if self._reloading.is_busy:
            changed -= {self._reloading_key} if self._reloading_key is not None else frozenset()
        new = changed - self._changed
        self._changed |= new
        facts = self.current
        if facts is not None and facts.key in new:
            self.changed_on_disk.emit(facts)
