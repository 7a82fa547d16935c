"""The actions that change sessions: asks for a plan, shows what came of it, lets the window follow. GUI thread only.

One dialog at a time. Whatever changed a store, here or in the window of changes, is announced by the jobs; from then
on the list, the counts, the page and Info are read again the way they follow any other program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.commands import ActionId
from app.controllers.chosen import Chosen
from app.controllers.enabling_controller import EnablingController
from app.jobs import StoreChanged
from store.values.store import SessionKey, StoreFacts, StoreKey

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.actions_controller import ActionsController
    from app.controllers.following_controller import FollowingController
    from app.controllers.label_controller import LabelController
    from app.controllers.one_change import OneChange
    from app.controllers.sessions_controller import SessionsController
    from app.controllers.working_store_controller import WorkingStoreController
    from app.views.main_window import MainWindow
    from store.values.changes import LabelEdit, Receipt, Request

# The values of changes are loaded with the first one: the start of the program needs none of them.

PLANNED = (ActionId.ARCHIVE, ActionId.RESTORE, ActionId.DELETE, ActionId.HIDE, ActionId.UNHIDE)
"""Actions that are planned as they are, called alike in the store; labels are asked for first."""


class ChangeController(QObject):
    """Opens the dialogs of actions on sessions.

    Attributes:
        enabling: which of them are possible.
        open: the action whose dialog is open; None if none is.
        labels, working: the dialogs for labels and for copies, once they were asked for.

    Signals:
        noted (str): what was just done, for the status bar.
        done (str, tuple of str): what was just done, and the receipts by which it can be taken back.
        own_changed: what is noted of sessions here is other.
        deleted (frozenset of SessionKey): these sessions are gone.
        undo_asked (tuple of str): receipts are to be taken back.
        receipt_asked (str): a receipt is to be shown in the window of changes.
        opening_asked (tuple of str): a path is to be opened.
        failed (BurrowError): labels could not be read, or nothing could be copied.
    """

    noted = Signal(str)
    done = Signal(str, object)
    own_changed = Signal()
    deleted = Signal(object)
    undo_asked = Signal(object)
    receipt_asked = Signal(str)
    opening_asked = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        context: Context,
        window: MainWindow,
        actions: ActionsController,
        sessions: SessionsController,
        following: FollowingController,
    ) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._following, self._sessions = following, sessions
        self._changed: frozenset[StoreKey] = frozenset()
        self.enabling = EnablingController(context, actions, sessions, self)
        self.open: OneChange | None = None
        self.labels: LabelController | None = None
        self.working: WorkingStoreController | None = None
        actions.use(self._slots())
        context.jobs.activity.store_changed.connect(self._on_store_changed)
        following.store_followed.connect(self._on_store_followed)

    def _slots(self) -> Mapping[ActionId, Callable[[], object]]:
        return {
            **{name: self._asking(name.name) for name in PLANNED},
            ActionId.LABELS: self.ask_labels,
            ActionId.COPY_TO_WORKING_STORE: self.ask_working_store,
        }

    def _asking(self, name: str) -> Callable[[], None]:
        def ask() -> None:
            from store.values.changes import Action, Request

            self.ask(Request(Action[name]))

        return ask

    # Dialogs

    def ask(self, request: Request, chosen: Chosen | None = None) -> None:
        """Plan a request for what is chosen, or for other sessions, and show the plan."""
        chosen = chosen or self.enabling.chosen()
        if chosen is None:
            return
        if self.open is not None:
            self.open.dialog.raise_()
            self.open.dialog.activateWindow()
            return
        # Loaded for the first action: the start of the program needs none of it.
        from app.controllers.one_change import OneChange

        opened = self.open = OneChange(self._context, self._window, self._following, request, chosen)
        opened.noted.connect(self.noted)
        opened.done.connect(self._on_done)
        opened.undo_asked.connect(self.undo_asked)
        opened.changes_asked.connect(self.receipt_asked)
        opened.working_store_asked.connect(self.copy_to_working_store)
        opened.hide_asked.connect(self._on_hide_asked)
        opened.dialog.closed.connect(self._on_closed)
        opened.plan()
        opened.dialog.open()

    @Slot()
    def ask_labels(self) -> None:
        """Ask which labels are to be changed, then plan that."""
        chosen = self.enabling.chosen()
        if chosen is None or self.open is not None:
            return
        if self.labels is None:
            from app.controllers.label_controller import LabelController

            self.labels = LabelController(self._context, self._window)
            self.labels.edited.connect(self._on_labels_edited)
            self.labels.failed.connect(self.failed)
        self.labels.ask(chosen)

    @Slot()
    def ask_working_store(self) -> None:
        """Say what copies of the chosen sessions would not have, and ask where they are to be."""
        chosen = self.enabling.chosen()
        if chosen is not None:
            self.copy_to_working_store(chosen)

    @Slot(object)
    def copy_to_working_store(self, chosen: Chosen) -> None:
        """The same for other sessions."""
        if self.working is None:
            from app.controllers.working_store_controller import WorkingStoreController

            self.working = WorkingStoreController(self._context, self._window)
            self.working.opening_asked.connect(self.opening_asked)
            self.working.noted.connect(self.noted)
        self.working.ask(chosen)

    @Slot(object, object)
    def _on_labels_edited(self, chosen: Chosen, edit: LabelEdit) -> None:
        from store.values.changes import Action, Request

        self.ask(Request(Action.LABEL, edit), chosen)

    @Slot(object)
    def _on_hide_asked(self, chosen: Chosen) -> None:
        from store.values.changes import Action, Request

        self.ask(Request(Action.HIDE), chosen)

    @Slot()
    def _on_closed(self) -> None:
        self.open = None

    # What came of it

    @Slot(object, str)
    def _on_done(self, receipts: tuple[Receipt, ...], words: str) -> None:
        self.done.emit(words, tuple(receipt.receipt_id for receipt in receipts))

    @Slot(object)
    def _on_store_changed(self, changed: StoreChanged) -> None:
        """Stores are others now, whoever changed them: they are read at once, not at the next look at their files."""
        from store.values.changes import Action, EntryState, Scope

        is_own = False
        gone: set[SessionKey] = set()
        stores: set[StoreKey] = set()
        for receipt in changed.receipts:
            written = [entry for entry in receipt.entries if entry.state is EntryState.DONE]
            is_own = is_own or (receipt.scope is Scope.OWN and bool(written))
            if receipt.scope is Scope.STORE and written:
                stores.add(receipt.store)
                self._following.read_anew(receipt.store)
            if receipt.request.action is Action.DELETE and not receipt.undoes:
                gone.update(SessionKey(receipt.store, entry.session_id) for entry in written)
        if gone:
            self.deleted.emit(frozenset(gone))
        if is_own:
            self.own_changed.emit()
        if stores:
            self._changed |= stores
            self._sessions.reload_changed(frozenset(stores))
        self.enabling.renew()

    @Slot(object)
    def _on_store_followed(self, facts: StoreFacts) -> None:
        """The state in which a change left a store is read from now on: the list has it at once."""
        if facts.key in self._changed:
            self._changed -= {facts.key}
            self._sessions.reload_changed(frozenset({facts.key}))
        self.enabling.renew()
