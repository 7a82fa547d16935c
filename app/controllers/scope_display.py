"""Shows a scope: in the title, the status bar, the list or the error panel, and in the band below. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.controllers.library_controller import LibraryController
from app.controllers.scope_controller import Scope, ScopeController
from app.controllers.sessions_controller import SessionsController
from app.controllers.status_controller import StatusController
from app.present.one_line import one_line
from app.present.store_words import failure_advice, failure_report, failure_title, store_notice
from app.views.main_window import MainWindow
from store.errors import BurrowError, OpenError
from store.values.listing import Choice
from store.values.store import SessionKey, StoreFacts, StoreKey

if TYPE_CHECKING:
    from app.context import Context


class ScopeDisplay(QObject):
    """Between the scope and the parts of the window that show it.

    Signals:
        shown: another scope is shown, or the same one as it is now.
        nothing_readable: what was chosen cannot be read; the error panel says why.
    """

    shown = Signal()
    nothing_readable = Signal()

    def __init__(
        self,
        context: Context,
        window: MainWindow,
        library: LibraryController,
        scopes: ScopeController,
        sessions: SessionsController,
        status: StatusController,
    ) -> None:
        super().__init__(window)
        self._settings, self._window = context.settings, window
        self._library, self._scopes, self._sessions, self._status = library, scopes, sessions, status
        self._asked: SessionKey | None = None
        self._failed: StoreFacts | None = None
        self._says_lost = self._says_failed = False
        scopes.scope_chosen.connect(self._on_scope_chosen)
        scopes.scope_renewed.connect(self._on_scope_renewed)
        scopes.choices_changed.connect(self._on_choices_changed)
        sessions.clear_asked.connect(scopes.clear_choices)
        sessions.narrowing_given_up.connect(scopes.set_choices)
        window.error_panel.again_asked.connect(self.reload)
        window.band.action_asked.connect(self._on_band_asked)
        window.error_panel.copy_asked.connect(self._on_copy_failure)

    def show_session(self, session: SessionKey) -> None:
        """Show a session and its store."""
        self._asked = session
        scope = self._scopes.current
        if scope is not None and scope.is_store and scope.stores == (session.store,):
            self._on_scope_chosen(scope)
        else:
            self._scopes.choose(session.store)

    def forget_asked(self) -> None:
        """Do not wait any more for a session that was asked for."""
        self._asked = None

    @Slot()
    def reload(self) -> None:
        """Read all stores of the scope again."""
        if self._scopes.current is not None:
            self._library.reload(self._scopes.current.stores)

    def fail(self, error: BurrowError, of: StoreKey | None = None) -> None:
        """Say in the band what could not be done, until a person dismisses it.

        Args:
            of: the store in which it could not be done. Of one that cannot be read any more the band says that, which
                is the reason, and offers what helps.
        """
        lost = [facts.key for facts in self._lost()]
        if of in lost or (lost and isinstance(error, OpenError)):
            return
        self._says_failed = True
        self._window.band.say(str(error), "Dismiss", "triangle-alert")

    @Slot(object)
    def take_back(self, error: BurrowError) -> None:
        """Say no more what holds no more, if the band still says it."""
        if self._says_failed and self._window.band.text() == one_line(str(error)):
            self._says_failed = False
            self._window.band.say("")
            self._say_lost()

    @Slot()
    def _on_band_asked(self) -> None:
        was_failure, self._says_failed = self._says_failed, False
        if self._says_lost and not was_failure:
            self.reload()
            return
        self._window.band.say("")
        self._say_lost()

    def _lost(self) -> tuple[StoreFacts, ...]:
        return tuple(facts for facts in self._scopes.facts() if facts.is_open and facts.advice)

    @Slot(object)
    def follow(self, facts: StoreFacts) -> None:
        """A newer state of a store is read from now on, or its last one stays: the list goes on without a jump."""
        scope = self._scopes.current
        if scope is None or facts.key not in scope.stores:
            return
        self._say_status(scope)
        self._say_lost()
        self._sessions.reload_keeping_place()

    @Slot(object)
    def _on_scope_chosen(self, scope: Scope) -> None:
        self._show(scope, self._session_for(scope))

    @Slot(object)
    def _on_scope_renewed(self, scope: Scope) -> None:
        self._show(scope, None)

    @Slot(object)
    def _on_choices_changed(self, choices: frozenset[Choice]) -> None:
        scope = self._scopes.current
        if scope is not None and self._failed is None and scope.stores:
            self._sessions.show_scope(scope, choices, None)

    def _session_for(self, scope: Scope) -> SessionKey | None:
        """The session that was asked for, else the one that was shown last of this store or of these stores."""
        asked, self._asked = self._asked, None
        if asked is not None and asked.store in scope.stores:
            return asked
        settings = self._settings.current
        store = scope.stores[0] if scope.is_store else StoreKey(settings.last_store)
        session_id = settings.session_of(store.path) if store in scope.stores else None
        return None if session_id is None else SessionKey(store, session_id)

    def _show(self, scope: Scope, session: SessionKey | None) -> None:
        facts = self._scopes.facts()
        self._window.setWindowTitle(f"{scope.name} – Burrow")
        self._window.band.say("")
        self._says_lost = self._says_failed = False
        self._say_status(scope)
        self._failed = facts[0] if scope.is_store and facts and not facts[0].is_open else None
        if self._failed is not None:
            self._show_failure(self._failed)
        elif not scope.stores:
            self._window.show_sessions()
            self._sessions.show_nothing()
            self.nothing_readable.emit()
        else:
            self._window.show_sessions()
            self._sessions.show_scope(scope, self._scopes.choices, session)
        self._say_lost()
        self.shown.emit()

    def _show_failure(self, facts: StoreFacts) -> None:
        fault = facts.faults[0].sentence if facts.faults else ""
        self._sessions.show_nothing()
        self.nothing_readable.emit()
        panel = self._window.error_panel
        title, path = failure_title(facts), one_line(facts.key.path)
        if facts.is_answering:
            panel.show_failure(title, fault, failure_advice(facts), path, facts.can_read_in_place)
        else:
            panel.show_waiting(title, fault, facts.advice, path)
        self._window.show_error()
        self._status.count("")

    def _say_status(self, scope: Scope) -> None:
        facts = self._scopes.facts()
        if scope.is_store and len(facts) == 1:
            self._status.show_store(facts[0])
        else:
            self._status.show_stores(facts, self._scopes.left_out())
        notice = store_notice(facts[0]) if scope.is_store and len(facts) == 1 else ""
        self._window.store_band.say(notice, "Check store…" if notice else "", "triangle-alert")

    def _say_lost(self) -> None:
        """Say what keeps a store of the scope from being read, for as long as that is so."""
        lost = self._lost()
        if lost:
            self._says_failed = False
            name, sentence = one_line(lost[0].name), lost[0].faults[0].sentence
            self._window.band.say(f"{name}: {sentence}", "Reload  F5", "triangle-alert")
        elif self._says_lost and not self._says_failed:
            self._window.band.say("")
        self._says_lost = bool(lost)

    @Slot()
    def _on_copy_failure(self) -> None:
        if self._failed is not None:
            QGuiApplication.clipboard().setText(failure_report(self._failed))
