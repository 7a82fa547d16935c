"""Stores of either kind, for what every one of them does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store.meerkat.reference.memory_store import MemorySessionStore
from store.meerkat.reference.session_store import SessionStore
from store.meerkat.reference.sqlite_store import SqliteSessionStore

Handle = Callable[[], SessionStore]


@pytest.fixture(params=["sqlite", "memory"])
def handle(request: pytest.FixtureRequest, tmp_path: Path) -> Handle:
    """Gives a handle on one and the same store, a new one each time where the kind of store has several."""
    if request.param == "memory":
        only = MemorySessionStore()
        return lambda: only
    return lambda: SqliteSessionStore.open(tmp_path / "sessions.sqlite3")
