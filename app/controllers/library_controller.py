"""The left pane: keeps the tree of stores, and reads them again when a person asks for it.

GUI thread only. Which store is chosen is known here; what is shown of it is the business of others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.library_jobs import reload_work
from app.jobs import Newest, Query
from app.look.look import Look
from app.models.library_model import LibraryModel
from app.views.library_view import LibraryView
from store.errors import BurrowError
from store.values.listing import View
from store.values.store import StoreFacts, StoreKey, StoreKind

if TYPE_CHECKING:
    from app.context import Context


class LibraryController(QObject):
    """Knows the library's model and its view.

    Signals:
        opening_asked (tuple of str): paths are to be opened again.
        picked (StoreKey, StoreKind or View): another row was chosen.
        stores_changed (frozenset of StoreKey): stores came, went, or were read again.
        failed (BurrowError): reading again failed as a whole.
    """

    opening_asked = Signal(object)
    picked = Signal(object)
    stores_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._current: StoreKey | None = None
        self._picked: StoreKey | StoreKind | View | None = None
        self._reloading = Newest(context.jobs)
        self.model = LibraryModel(self)
        self.view = LibraryView(context.looks.current, self.model)
        self.view.set_folded(context.settings.current.closed_sections)
        self.view.picked.connect(self._on_picked)
        self.view.folded.connect(self._on_folded)

    @property
    def current(self) -> StoreFacts | None:
        """Facts of the chosen store; None while a kind or a saved view is chosen."""
        return self.model.facts_of(self._current) if self._current is not None else None

    def put(self, stores: tuple[StoreFacts, ...]) -> None:
        """Add stores that were opened, or what is known of them now."""
        keys = frozenset(facts.key for facts in stores)
        self.model.put(stores)
        self._select_again()
        self.stores_changed.emit(keys)

    def remove(self, keys: tuple[StoreKey, ...]) -> None:
        """Take stores out of the tree."""
        self.model.remove(keys)
        self._select_again()
        self.stores_changed.emit(frozenset(keys))

    def choose(self, key: StoreKey) -> None:
        """Choose a store of the library."""
        self.view.choose(key)

    def _select_again(self) -> None:
        """Select what was chosen in a tree that was built anew, which loses its selection."""
        if self._current is not None and self.model.facts_of(self._current) is None:
            self._current = self._picked = None
        if self._picked is not None and not isinstance(self._picked, View):
            self.view.choose(self._picked)

    def reload(self, keys: tuple[StoreKey, ...]) -> None:
        """Read stores again at their newest state; try again to open one that could not be opened."""
        known = [facts for key in keys if (facts := self.model.facts_of(key)) is not None]
        closed = tuple(facts.key.path for facts in known if not facts.is_open)
        if closed:
            self.opening_asked.emit(closed)
        opened = [facts for facts in known if facts.is_open]
        if not opened:
            return
        what = opened[0].file_name if len(opened) == 1 else f"{len(opened):,} stores"
        work = reload_work(self._context.library, tuple(facts.key for facts in opened))
        self._reloading.run(Query(f"Reading {what} again", work), self._on_reloaded, self._on_failed)

    def set_look(self, look: Look) -> None:
        """Draw the pane with another look."""
        self.view.set_look(look)

    def _on_picked(self, pick: StoreKey | StoreKind | View) -> None:
        if pick != self._picked:
            self._picked = pick
            self._current = pick if isinstance(pick, StoreKey) else None
            self.picked.emit(pick)

    def _on_folded(self, names: tuple[str, ...]) -> None:
        self._context.settings.update(closed_sections=names)

    def _on_reloaded(self, facts: tuple[StoreFacts, ...]) -> None:
        self.put(facts)

    def _on_failed(self, error: BurrowError) -> None:
        self.failed.emit(error)
