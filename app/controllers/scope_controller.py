"""What the list of sessions is about: a store, all stores of a kind, or a saved view, narrowed by facets.

GUI thread only. It knows which stores a choice means and says so; what is shown of them is the business of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.commands import VIEWS, ActionId
from app.models.library_model import KIND_NAMES
from app.present.one_line import one_line
from app.present.view_words import VIEW_NAMES
from store.values.listing import Choice, View
from store.values.store import StoreFacts, StoreKey, StoreKind

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.library_controller import LibraryController

Pick = StoreKey | StoreKind | View
"""What a person chooses in the library: a row of the tree, or a saved view."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose sessions are shown.

    Attributes:
        stores: in the order of the library. All can be read, unless one store was chosen that cannot.
        view: the saved view they are narrowed to.
        name: what was chosen, on one line: "orchard", "Meerkat", "Pinned".
        is_store: one store was chosen as such; else `stores` are however many there are.
    """

    stores: tuple[StoreKey, ...]
    view: View = View.ALL
    name: str = ""
    is_store: bool = False


class ScopeController(QObject):
    """Turns what is chosen in the library into a scope, and keeps it right while stores come and go.

    Attributes:
        current: what is shown now; None before anything was chosen and after the last store went.
        choices: chosen values of the facets; they narrow whatever scope is shown.

    Signals:
        scope_chosen (Scope): another scope is to be shown.
        scope_renewed (Scope): the same choice; its stores were read again, came or went.
        choices_changed (frozenset of Choice): other facets narrow the scope.
        emptied: nothing that was chosen is there any more, and nothing else is.
        checked (dict of ActionId to bool): which saved view is shown, for the switches of the menus.
    """

    scope_chosen = Signal(object)
    scope_renewed = Signal(object)
    choices_changed = Signal(object)
    emptied = Signal()
    checked = Signal(object)

    def __init__(self, context: Context, library: LibraryController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._library = context.settings, library
        self._pick: Pick | None = None
        self.current: Scope | None = None
        self.choices: frozenset[Choice] = frozenset()
        library.picked.connect(self._on_picked)
        library.stores_changed.connect(self._on_stores_changed)

    @property
    def pick(self) -> Pick | None:
        """What was chosen last."""
        return self._pick

    def slots(self) -> dict[ActionId, Callable[[], object]]:
        """What carries out the actions of the saved views."""
        return {name: partial(self.choose, view) for name, view in VIEWS.items()}

    def all_stores(self) -> tuple[StoreKey, ...]:
        """Every store of the library that can be read."""
        return tuple(facts.key for facts in self._library.model.stores() if facts.is_open)

    def facts(self) -> tuple[StoreFacts, ...]:
        """Facts of the stores of the scope."""
        known = (self._library.model.facts_of(key) for key in (self.current.stores if self.current else ()))
        return tuple(facts for facts in known if facts is not None)

    def left_out(self) -> tuple[StoreFacts, ...]:
        """Stores that the choice would show if they could be read; none of a single store."""
        pick, stores = self._pick, self._library.model.stores()
        if isinstance(pick, StoreKey):
            return ()
        return tuple(f for f in stores if not f.is_open and (not isinstance(pick, StoreKind) or f.kind is pick))

    def choose(self, pick: Pick) -> None:
        """Show a store, a kind or a saved view; the same again changes nothing."""
        self._library.view.choose(pick)

    def restore(self, first: StoreKey) -> None:
        """Show the saved view or the kind that was shown last, else this store."""
        last = self._settings.current.last_view
        kinds = {facts.kind for facts in self._library.model.stores() if facts.is_open}
        if last in kinds:
            self.choose(StoreKind(last))
        else:
            self.choose(View(last) if last in set(View) and self.all_stores() else first)

    def narrow(self, choice: Choice, is_chosen: bool) -> None:
        """Choose a value of a facet, or do not any more."""
        self.set_choices(self.choices | {choice} if is_chosen else self.choices - {choice})

    def set_choices(self, choices: Iterable[Choice]) -> None:
        """Narrow by exactly these values."""
        wanted = frozenset(choices)
        if wanted != self.choices:
            self.choices = wanted
            self.choices_changed.emit(wanted)

    @Slot()
    def clear_choices(self) -> None:
        """Narrow by nothing any more."""
        self.set_choices(())

    def _on_picked(self, pick: Pick) -> None:
        if pick == self._pick:
            return
        self._pick = pick
        self._settings.update(last_view="" if isinstance(pick, StoreKey) else pick.value)
        self.current = self._scope_of(pick)
        self.checked.emit({name: view is pick for name, view in VIEWS.items()})
        self.scope_chosen.emit(self.current)

    @Slot(object)
    def _on_stores_changed(self, keys: frozenset[StoreKey]) -> None:
        pick = self._pick
        if pick is None:
            return
        if isinstance(pick, StoreKey) and self._library.model.facts_of(pick) is None:
            self._choose_another()
            return
        before, self.current = self.current, self._scope_of(pick)
        if self.current != before or keys & set(self.current.stores):
            self.scope_renewed.emit(self.current)

    def _choose_another(self) -> None:
        """The chosen store went: take the first one that can be read, or the first of those that cannot."""
        self._pick = self.current = None
        left = self.all_stores() or tuple(facts.key for facts in self._library.model.stores())
        if left:
            self.choose(left[0])
        else:
            self.emptied.emit()

    def _scope_of(self, pick: Pick) -> Scope:
        if isinstance(pick, StoreKey):
            facts = self._library.model.facts_of(pick)
            return Scope((pick,), View.ALL, one_line(facts.name) if facts is not None else "", is_store=True)
        if isinstance(pick, View):
            return Scope(self.all_stores(), pick, VIEW_NAMES[pick])
        of_kind = (f for f in self._library.model.stores() if f.kind is pick and f.is_open)
        return Scope(tuple(facts.key for facts in of_kind), View.ALL, KIND_NAMES[pick])
