"""What a person notes of sessions: for now, which are pinned. One SQLite file of ours in the data folder.

It must last: every change is on the disk before the call returns, the tables are migrated step by step, and a file that
cannot be read is put aside under another name, never deleted. Sessions are named by the resolved path of their store
and their id; a store that moved is another one. Thread-safe; holds no connection between calls.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import BurrowError
from store.paths import OwnPaths
from store.values.store import SessionKey, StoreKey

T = TypeVar("T")

BUSY_TIMEOUT_S = 5.0
SIDE_FILES = ("-journal", "-wal", "-shm")
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})

MIGRATIONS = (
    "CREATE TABLE pins (store TEXT NOT NULL, session_id TEXT NOT NULL, pinned_at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (store, session_id)) WITHOUT ROWID",
)
"""Step n makes version n + 1 out of version n; a step is never changed once it was released."""


class AnnotationsUnusable(BurrowError):
    """Our own notes cannot be read or written now."""

    code = "annotations-unusable"


class Annotations:
    """Our notes of sessions."""

    def __init__(self, paths: OwnPaths) -> None:
        self._paths = paths
        self._file = paths.annotations_file
        self._lock = threading.Lock()

    def pinned(self, token: CancelToken) -> frozenset[SessionKey]:
        """All pinned sessions, also of stores that are not open. Nothing is created by asking.

        Raises:
            AnnotationsUnusable: the file cannot be read, and is not damaged.
        """
        may_wait("read notes of sessions")
        if not self._file.exists():
            return frozenset()
        rows = self._with_file(lambda one: one.execute("SELECT store, session_id FROM pins").fetchall(), token)
        return frozenset(SessionKey(StoreKey(store), session_id) for store, session_id in rows)

    def pin(self, keys: Sequence[SessionKey], is_pinned: bool, token: CancelToken) -> None:
        """Pin sessions or take the pin away; all of them or, when it fails, none.

        Raises:
            AnnotationsUnusable: the file cannot be written.
        """
        may_wait("note something of sessions")
        now_ms = int(time.time() * 1000)
        rows = [(key.store.path, key.session_id) for key in keys]

        def work(connection: sqlite3.Connection) -> None:
            if is_pinned:
                insert = f"INSERT OR IGNORE INTO pins VALUES (?, ?, {now_ms})"
                connection.executemany(insert, rows)
            else:
                connection.executemany("DELETE FROM pins WHERE store = ? AND session_id = ?", rows)

        self._with_file(work, token)

    def _with_file(self, work: Callable[[sqlite3.Connection], T], token: CancelToken) -> T:
        """Let a function work in one transaction on the file, brought to our version; a damaged one is put aside."""
        with self._lock:
            for _ in range(2):
                token.check()
                try:
                    return self._attempt(work, token)
                except sqlite3.DatabaseError as error:
                    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
                    if code not in DAMAGED:
                        raise _unusable(error) from error
                    self._put_aside()
                except OSError as error:
                    raise _unusable(error) from error
        raise _unusable(None)

    def _attempt(self, work: Callable[[sqlite3.Connection], T], token: CancelToken) -> T:
        self._paths.made(self._paths.data)
        # Made with its mode before SQLite writes into it.
        os.close(os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        uri = f"{self._file.as_uri()}?mode=rw"
        with (
            closing(sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)) as connection,
            token.interrupting(connection),
        ):
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            _migrate(connection)
            result = work(connection)
            token.check()
            connection.execute("COMMIT")
            return result

    def _put_aside(self) -> None:
        """Rename a file that cannot be read, with what belongs to it, to the first free name."""
        number = 1
        while (aside := self._file.with_name(f"annotations-damaged-{number}.sqlite3")).exists():
            number += 1
        try:
            self._file.rename(aside)
            for ending in SIDE_FILES:
                side = self._file.with_name(self._file.name + ending)
                if side.exists():
                    side.rename(Path(f"{aside}{ending}"))
        except OSError as error:
            raise _unusable(error) from error


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables to our version, inside the transaction that needs them."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise AnnotationsUnusable(
            "The notes of sessions were written by a newer Burrow; they are left as they are.",
            "Use the newer version of Burrow.",
        )
    for step in MIGRATIONS[version:]:
        connection.execute(step)
    if version < len(MIGRATIONS):
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _unusable(error: Exception | None) -> AnnotationsUnusable:
    reason = f" ({type(error).__name__})" if error is not None else ""
    return AnnotationsUnusable(
        f"The notes of sessions cannot be read or written{reason}.",
        "Check that Burrow's data folder can be written and that the disk is not full.",
    )
