"""What a person notes of sessions: pins, own titles, notes, own labels, and which are hidden. One SQLite file of ours.

It must last: every change is on the disk before the call returns, the tables are migrated step by step, and a file that
cannot be read is put aside under another name, never deleted. Sessions are named by the resolved path of their store
and their id; a store that moved is another one. Thread-safe; holds no connection between calls. One object a process
(see `own_file`).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import BurrowError
from store.own.note_rows import NOTE_STEP, read_notes, read_one, write_one
from store.own.own_file import OwnFile
from store.paths import OwnPaths
from store.values.notes import NOTHING_NOTED, Noted, own_note, own_title
from store.values.store import SessionKey, StoreKey

SETTLED_NS = 50_000_000
"""A file that was written less than this before it was read may be written again without its time moving."""

MIGRATIONS = (
    (
        "CREATE TABLE pins (store TEXT NOT NULL, session_id TEXT NOT NULL, pinned_at_ms INTEGER NOT NULL,"
        " PRIMARY KEY (store, session_id)) WITHOUT ROWID",
    ),
    NOTE_STEP,
)
"""Step n makes version n + 1 out of version n; a step is never changed once it was released."""

Stamp = tuple[int, int, int]
Change = Callable[[Noted], Noted]


class AnnotationsUnusable(BurrowError):
    """Our own notes cannot be read or written now."""

    code = "annotations-unusable"


class Annotations:
    """Our notes of sessions."""

    def __init__(self, paths: OwnPaths) -> None:
        self._own_file = OwnFile(paths, paths.annotations_file, MIGRATIONS, _unusable)
        self._file = paths.annotations_file
        self._lock = threading.Lock()
        # Notes are few and every list asks for them: they are read again only when the file moved.
        self._known: tuple[Stamp, Mapping[SessionKey, Noted]] | None = None

    def pinned(self, token: CancelToken) -> frozenset[SessionKey]:
        """All pinned sessions, also of stores that are not open. Nothing is created by asking.

        Raises:
            AnnotationsUnusable: the file cannot be read, and is not damaged.
        """
        may_wait("read notes of sessions")
        if not self._file.exists():
            return frozenset()
        select = "SELECT store, session_id FROM pins"
        rows = self._own_file.transact(lambda one: one.execute(select).fetchall(), token)
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

        self._own_file.transact(work, token)

    def noted(self, keys: Iterable[SessionKey] | None, token: CancelToken) -> dict[SessionKey, Noted]:
        """What is noted of sessions; those of which nothing is are left out. Nothing is created by asking.

        Args:
            keys: None for all sessions, also of stores that are not open.

        Raises:
            AnnotationsUnusable: the file cannot be read, and is not damaged.
        """
        may_wait("read notes of sessions")
        known = self._all(token)
        if keys is None:
            return dict(known)
        return {key: known[key] for key in keys if key in known} if known else {}

    def noted_in(self, stores: Iterable[StoreKey], token: CancelToken) -> dict[SessionKey, Noted]:
        """What is noted of sessions of some stores. Raises AnnotationsUnusable."""
        may_wait("read notes of sessions")
        asked = set(stores)
        return {key: noted for key, noted in self._all(token).items() if key.store in asked}

    def set_title(self, key: SessionKey, title: str | None, token: CancelToken) -> None:
        """Give a session a title of our own, made one line; None or an empty one gives it back its store's.

        Raises:
            AnnotationsUnusable: the file cannot be written.
        """
        may_wait("note something of sessions")
        kept = own_title(title) if title is not None else None
        self._change([key], lambda noted: replace(noted, title=kept), token)

    def set_note(self, key: SessionKey, note: str | None, token: CancelToken) -> None:
        """Write a note on a session; None or an empty one takes it away. Raises AnnotationsUnusable."""
        may_wait("note something of sessions")
        kept = own_note(note) if note is not None else None
        self._change([key], lambda noted: replace(noted, note=kept), token)

    def kept_open(self) -> AbstractContextManager[None]:
        """Keep one connection for what follows: many small changes are quick then."""
        return self._own_file.kept_open()

    def noted_of(self, key: SessionKey, token: CancelToken) -> Noted:
        """What is noted of one session, read from the file. Raises AnnotationsUnusable."""
        may_wait("read notes of sessions")
        if not self._file.exists():
            return NOTHING_NOTED
        return self._own_file.transact(lambda connection: read_one(connection, key), token)

    def exchange(self, key: SessionKey, change: Change, token: CancelToken) -> None:
        """Replace what is noted of one session by what a function makes of it, in one transaction.

        Whatever the function raises leaves everything as it was. Raises AnnotationsUnusable.
        """
        may_wait("note something of sessions")
        self._change([key], change, token)

    def _change(self, keys: Sequence[SessionKey], change: Change, token: CancelToken) -> None:
        def work(connection: sqlite3.Connection) -> None:
            for key in keys:
                write_one(connection, key, change(read_one(connection, key)))

        self._transact(work, token)

    def _transact(self, work: Callable[[sqlite3.Connection], None], token: CancelToken) -> None:
        may_wait("note something of sessions")
        try:
            self._own_file.transact(work, token)
        finally:
            with self._lock:
                self._known = None

    def _all(self, token: CancelToken) -> Mapping[SessionKey, Noted]:
        before = self._stamp()
        if before is None:
            return {}
        with self._lock:
            known = self._known
        if known is not None and known[0] == before:
            return known[1]
        read_at_ns = time.time_ns()
        notes = self._own_file.transact(read_notes, token)
        is_settled = read_at_ns - before[2] > SETTLED_NS
        with self._lock:
            self._known = (before, notes) if is_settled and self._stamp() == before else None
        return notes

    def _stamp(self) -> Stamp | None:
        """What tells that the file was written; None where there is none. No descriptor is opened for it."""
        try:
            found = self._file.stat()
        except OSError:
            return None
        return (found.st_ino, found.st_size, found.st_mtime_ns)


def _unusable(problem: str, advice: str) -> AnnotationsUnusable:
    return AnnotationsUnusable(f"The notes of sessions {problem}.", advice)
