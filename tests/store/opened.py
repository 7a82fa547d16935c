"""Stores that a test opens in a library, and changes behind its back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from store.cancel import CancelToken
from store.library import Library
from store.values.session import SortOrder
from store.values.store import StoreFacts, StoreKey


def opened(library: Library, path: Path) -> StoreFacts:
    """Open the one store at a path."""
    (facts,) = library.open(path, CancelToken())
    return facts


def session_count(library: Library, key: StoreKey) -> int:
    """How many sessions an open store lists."""
    return len(library.backend(key).ids(SortOrder(), CancelToken()).handles)


def add_session(path: Path) -> None:
    """Copy a session under another id, as a program that works on the store would add one."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "INSERT INTO sessions SELECT '01a1ffff-0000-7000-8000-000000000000', created_at_ms, updated_at_ms,"
            " message_count, total_tokens, metadata_json, session_json FROM sessions LIMIT 1"
        )
