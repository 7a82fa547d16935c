"""Stores that a test shows in the list of sessions."""

from __future__ import annotations

from typing import Any

from app.controllers.scope_controller import Scope
from app.controllers.sessions_controller import SessionsController
from store.values.listing import View
from store.values.session import SessionSummary
from store.values.store import SessionKey, StoreFacts


def show_store(controller: SessionsController, facts: StoreFacts, session_id: str | None = None) -> None:
    """Show all sessions of one store, as a click on it does."""
    session = None if session_id is None else SessionKey(facts.key, session_id)
    controller.show_scope(Scope((facts.key,), View.ALL, facts.name, is_store=True), frozenset(), session)


def show(
    controller: SessionsController, facts: StoreFacts, qtbot: Any, session_id: str | None = None
) -> SessionSummary:
    """Show a store and wait until a session of it is announced."""
    with qtbot.waitSignal(controller.session_activated) as activated:
        show_store(controller, facts, session_id)
    summary = activated.args[0]
    assert isinstance(summary, SessionSummary)
    return summary
