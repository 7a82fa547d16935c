"""Session stores and sessions to put into them, for tests of the store's operations."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from store.meerkat.reference.session import Session
from store.meerkat.reference.session_store import SessionStore

BEGIN_NS = 1_780_000_000_000_000_000
MESSAGE_TIME = "2026-05-28T20:26:40.123456789Z"


class Ticking:
    """A clock that goes one millisecond further each time it is read."""

    def __init__(self, begin_ns: int = BEGIN_NS) -> None:
        self.now_ns = begin_ns

    def __call__(self) -> int:
        self.now_ns += 1_000_000
        return self.now_ns


def user(text: str) -> dict[str, Any]:
    """A prompt."""
    return {"role": "user", "content": text, "created_at": MESSAGE_TIME}


def said(text: str) -> dict[str, Any]:
    """An answer."""
    return {
        "role": "block_assistant",
        "blocks": [{"block_type": "text", "data": {"text": text}}],
        "stop_reason": "end_turn",
        "created_at": MESSAGE_TIME,
    }


def session_of(*texts: str, clock: Callable[[], int] | None = None) -> Session:
    """A new session with a prompt for each text."""
    made = Session.new(clock or Ticking())
    for text in texts:
        made.push(user(text))
    return made


def texts_of(session: Session | None) -> list[str]:
    """The texts of a session of prompts."""
    assert session is not None
    return [str(session.messages.decoded(number)["content"]) for number in range(len(session.messages))]


def loaded(store: SessionStore, session_id: str) -> Session:
    """What a store has kept; fails where it has nothing."""
    found = store.load(session_id)
    assert found is not None
    return found


def integrity_of(path: Path) -> str:
    """What SQLite says of the soundness of a file."""
    with closing(sqlite3.connect(path)) as database:
        return str(database.execute("PRAGMA integrity_check").fetchone()[0])


def stored_row(path: Path, session_id: str) -> tuple[Any, ...] | None:
    """All columns of a session as they are stored."""
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT * FROM sessions WHERE session_id = ?", (session_id,)).fetchone()
        return None if found is None else tuple(found)
