"""Notes of sessions as rows of our annotations. Functions work inside the transaction that they are given."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from store.values.notes import NOTHING_NOTED, Noted
from store.values.store import SessionKey, StoreKey

NOTE_STEP = (
    "CREATE TABLE notes (store TEXT NOT NULL, session_id TEXT NOT NULL, title TEXT, note TEXT,"
    " is_hidden INTEGER NOT NULL, noted_at_ms INTEGER NOT NULL, PRIMARY KEY (store, session_id)) WITHOUT ROWID",
    "CREATE TABLE own_labels (store TEXT NOT NULL, session_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT,"
    " position INTEGER NOT NULL, PRIMARY KEY (store, session_id, name)) WITHOUT ROWID",
)
"""A label without a value is one of the store that is not shown."""


def read_notes(connection: sqlite3.Connection) -> dict[SessionKey, Noted]:
    """Everything that is noted, of all sessions."""
    labels: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    select = "SELECT store, session_id, name, value FROM own_labels ORDER BY store, session_id, position"
    for store, session_id, name, value in connection.execute(select):
        labels.setdefault((store, session_id), []).append((name, value))
    found: dict[SessionKey, Noted] = {}
    for store, session_id, *facts in connection.execute("SELECT store, session_id, title, note, is_hidden FROM notes"):
        found[_key(store, session_id)] = _noted(facts, labels.pop((store, session_id), []))
    for (store, session_id), pairs in labels.items():
        found[_key(store, session_id)] = _noted((None, None, 0), pairs)
    return found


def read_one(connection: sqlite3.Connection, key: SessionKey) -> Noted:
    """What is noted of one session."""
    where = "WHERE store = ? AND session_id = ?"
    identity = (key.store.path, key.session_id)
    facts = connection.execute(f"SELECT title, note, is_hidden FROM notes {where}", identity).fetchone()
    select = f"SELECT name, value FROM own_labels {where} ORDER BY position"
    pairs = connection.execute(select, identity).fetchall()
    return _noted(facts or (None, None, 0), pairs) if facts or pairs else NOTHING_NOTED


def write_one(connection: sqlite3.Connection, key: SessionKey, noted: Noted) -> None:
    """Make what is noted of one session exactly this; a session of which nothing is noted has no rows."""
    identity = (key.store.path, key.session_id)
    if noted.title is None and noted.note is None and not noted.is_hidden:
        connection.execute("DELETE FROM notes WHERE store = ? AND session_id = ?", identity)
    else:
        facts = (noted.title, noted.note, int(noted.is_hidden), round(time.time() * 1000))
        connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?, ?, ?)", (*identity, *facts))
    connection.execute("DELETE FROM own_labels WHERE store = ? AND session_id = ?", identity)
    pairs = [*noted.labels_put, *((name, None) for name in noted.labels_removed)]
    connection.executemany(
        "INSERT INTO own_labels VALUES (?, ?, ?, ?, ?)",
        [(*identity, name, value, position) for position, (name, value) in enumerate(pairs)],
    )


def _noted(facts: Any, pairs: list[tuple[str, str | None]]) -> Noted:
    title, note, is_hidden = facts
    put = tuple((name, value) for name, value in pairs if value is not None)
    removed = tuple(name for name, value in pairs if value is None)
    return Noted(title, note, put, removed, bool(is_hidden))


def _key(store: str, session_id: str) -> SessionKey:
    return SessionKey(StoreKey(store), session_id)
