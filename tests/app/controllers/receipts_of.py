"""Changes that were made before the window of a test opens, by a Burrow that ended or was killed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from store import CancelToken, Guarded, Library, OwnPaths
from store.guarded.checkpoints import Checkpoint
from store.own import Annotations
from store.values.changes import Action, Receipt, Request
from store.values.session import SessionState, SortOrder
from store.values.store import SessionKey, StoreFacts

NOW = CancelToken()


class Died(Exception):
    """The process ended here."""


class Earlier:
    """A Burrow of before, with the same folders of its own.

    Args:
        dies_at: where it ends without a word.
        clock: seconds since 1970; None for now.
    """

    def __init__(
        self, paths: OwnPaths, dies_at: Checkpoint | None = None, clock: Callable[[], float] | None = None
    ) -> None:
        self._library, self._dies_at = Library(paths), dies_at
        self.guarded = Guarded(self._library, Annotations(paths), paths, clock or time.time, checkpoints=self._reach)

    def _reach(self, checkpoint: Checkpoint) -> None:
        if checkpoint is self._dies_at:
            raise Died

    def keys(self, path: Path, count: int) -> list[SessionKey]:
        """The first active sessions of a store."""
        (facts,) = self._library.open(path, NOW)
        return self._active(facts)[:count]

    def _active(self, facts: StoreFacts) -> list[SessionKey]:
        backend = self._library.backend(facts.key)
        rows = backend.summaries(backend.ids(SortOrder(), NOW).handles, NOW)
        return [row.key for row in rows if row.state is SessionState.ACTIVE]

    def archive(self, path: Path, count: int = 2) -> Receipt | None:
        """Archive so many sessions; None if it died on the way."""
        try:
            (plan,) = self.guarded.plan(Request(Action.ARCHIVE), self.keys(path, count), NOW)
            return self.guarded.apply(plan, NOW)
        except Died:
            return None
        finally:
            self._library.close_all()

    def delete(self, archived: Receipt) -> Receipt:
        """Delete what was archived."""
        self._library.open(Path(archived.store.path), NOW)
        keys = [SessionKey(archived.store, entry.session_id) for entry in archived.entries]
        try:
            (plan,) = self.guarded.plan(Request(Action.DELETE), keys, NOW)
            return self.guarded.apply(plan, NOW)
        finally:
            self._library.close_all()

    def undo(self, receipt: Receipt) -> Receipt:
        """Take a change back."""
        self._library.open(Path(receipt.store.path), NOW)
        try:
            return self.guarded.undo(receipt.receipt_id, NOW)
        finally:
            self._library.close_all()


def go_on(path: Path) -> None:
    """What an agent does that works on the archived sessions: both of their rows are others afterwards."""
    with closing(sqlite3.connect(path)) as database, database:
        for table, column in (("sessions", "session_json"), ("runtime_session_snapshots", "session_snapshot")):
            database.execute(
                f"UPDATE {table} SET {column} = CAST(replace(CAST({column} AS TEXT),"
                ' \'"session_archived":true\', \'"session_archived":true,"session_note":1\') AS BLOB)'
            )
