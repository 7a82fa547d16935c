"""The recorded outcomes of the real 0.6.24 functions, as values to compare with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from store.meerkat.reference.errors import SessionStoreError
from store.meerkat.reference.history import Commit
from store.meerkat.reference.session import Session
from store.meerkat.reference.stored_history import commit_of

Outcome = Any
"""\"ok\", or an object with variant, display and fields."""


def session_of_text(text: str | None) -> Session | None:
    """The session of a recorded document; None where none is recorded."""
    return Session.load(text.encode()) if text is not None else None


def the_session_of(text: str) -> Session:
    """The session of a recorded document."""
    return Session.load(text.encode())


def recorded_commit(value: Any) -> Commit:
    """A commit as the outcomes record it."""
    return commit_of(value)


def outcome(run: Callable[[], object]) -> Outcome:
    """What became of a guard, spelled as the outcomes are."""
    try:
        run()
    except SessionStoreError as error:
        fields = {name: value for name, value in error.fields.items() if name != "id"}
        return {"variant": error.variant, "display": str(error), **fields}
    return "ok"
