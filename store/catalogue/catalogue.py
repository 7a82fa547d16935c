"""The catalogue as one object: what lists ask of it, and how it is filled.

Thread-safe; opens nothing before it is used.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from store.blocking import may_wait
from store.cancel import CancelToken
from store.catalogue import census, counting, entries, forgetting, listing
from store.catalogue.home import Home, held
from store.catalogue.narrowing import pick
from store.catalogue.overlay import lay
from store.catalogue.schema import Known
from store.paths import OwnPaths
from store.values.listing import CatalogueFacts, Counts, FillState, Listed, ListWant
from store.values.notes import Noted
from store.values.session import SessionSummary
from store.values.store import SessionKey, StoreKey

BATCH_ROWS = 500
BATCH_BYTES = 8 * 1024 * 1024
"""Sessions that are read and written at once."""

NOTHING: Mapping[SessionKey, Noted] = MappingProxyType({})

ReadFacts = Callable[[Sequence[int]], Sequence[CatalogueFacts]]


class Catalogue:
    """Our cache of list facts."""

    def __init__(self, paths: OwnPaths) -> None:
        self._home = Home(paths)
        self._lock = threading.Lock()
        # A newer page must not be overwritten with an older one.
        self._census_locks: dict[StoreKey, threading.Lock] = {}

    @property
    def is_in_memory(self) -> bool:
        """Whether no file could be had for it."""
        return self._home.is_in_memory

    @property
    def generation(self) -> int:
        """Grows each time when the catalogue begins empty, so that every census has to be taken anew."""
        return self._home.generation

    def has(self, store: StoreKey, token: CancelToken) -> bool:
        """Whether the rows of a store are known."""
        may_wait("read the catalogue")
        select = "SELECT 1 FROM stores WHERE path = ? AND is_counted"
        return self._home.read(lambda one: one.execute(select, (store.path,)).fetchone() is not None, token)

    def take_census(
        self, store: StoreKey, file_mark: str, read_page: census.ReadPage, token: CancelToken, expected: int = 0
    ) -> bool:
        """Bring the rows of a store in line with it; whether anything changed.

        Args:
            file_mark: names the file; another one at the same path keeps no facts.
            expected: sessions that the store is said to hold, for the progress; 0 if not known.
        """
        may_wait("read the catalogue")
        with self._lock:
            lock = self._census_locks.setdefault(store, threading.Lock())

        def work(connection: sqlite3.Connection, transaction: census.Transaction) -> bool:
            forgetting.note_use(connection, transaction, store, round(time.time()))
            return census.take(connection, transaction, store.path, file_mark, read_page, token, expected)

        with held(lock, token):
            return self._home.write_in_steps(work, token)

    def forget_some(self, token: CancelToken, now_s: int | None = None) -> bool:
        """Drop some of what is known of stores that were not opened for long; whether there is more to drop.

        Args:
            now_s: seconds since 1970; None for the time of the machine.
        """
        may_wait("read the catalogue")
        at_s = round(time.time()) if now_s is None else now_s
        return self._home.write_in_steps(
            lambda connection, transaction: forgetting.forget_some(connection, transaction, at_s), token
        )

    def fill_batch(self, store: StoreKey, read_facts: ReadFacts, token: CancelToken) -> FillState:
        """Read the facts of the next sessions of a store, newest first, and keep them."""
        may_wait("read the catalogue")
        found: list[tuple[int, CatalogueFacts]] = []
        stamps: dict[int, tuple[object, ...]] = {}

        def stage(connection: sqlite3.Connection) -> None:
            batch = _next_batch(connection, store)
            stamps.update(entries.stamps(connection, [row for row, _ in batch]))
            facts = read_facts([handle for _, handle in batch]) if batch else ()
            found[:] = [(row, one) for (row, _), one in zip(batch, facts, strict=True)]

        def work(connection: sqlite3.Connection) -> FillState:
            if found:
                _put(connection, store, found, stamps)
            return _fill_state(connection, store)

        return self._home.write(work, token, stage)

    def fill_state(self, store: StoreKey, token: CancelToken) -> FillState:
        """How far the catalogue of a store is."""
        may_wait("read the catalogue")
        return self._home.read(lambda connection: _fill_state(connection, store), token)

    def facts(self, store: StoreKey, session_ids: Sequence[str], token: CancelToken) -> dict[str, CatalogueFacts]:
        """Facts of sessions, as far as they are known and of what is stored now."""
        may_wait("read the catalogue")
        return self._home.read(lambda connection: entries.get(connection, store.path, session_ids), token)

    def last_rows(self, store: StoreKey, handles: Sequence[int], token: CancelToken) -> dict[int, SessionSummary]:
        """Rows by their handles as of the last census; what is gone is missing."""
        may_wait("read the catalogue")
        return self._home.read(lambda connection: entries.last_rows(connection, store, handles), token)

    def handle_of(self, key: SessionKey, token: CancelToken) -> int | None:
        """The handle of a session; None if the catalogue has no row of it."""
        may_wait("read the catalogue")
        select = "SELECT handle FROM rows WHERE session_id = ? AND store = (SELECT id FROM stores WHERE path = ?)"
        parameters = (key.session_id, key.store.path)
        row = self._home.read(lambda connection: connection.execute(select, parameters).fetchone(), token)
        return None if row is None else int(row[0])

    def listed(
        self,
        want: ListWant,
        ranks: Mapping[StoreKey, int],
        pinned: Iterable[SessionKey],
        running: Iterable[SessionKey],
        token: CancelToken,
        notes: Mapping[SessionKey, Noted] = NOTHING,
    ) -> Listed:
        """Answer a question for rows.

        Args:
            ranks: place of each store in an order by name.
            pinned, running: sessions of these views; needed only where the question is about them.
            notes: what is noted of sessions of the asked stores.
        """
        may_wait("read the catalogue")

        def work(connection: sqlite3.Connection) -> Listed:
            connection.execute("BEGIN")
            try:
                pick(connection, "pinned", pinned)
                pick(connection, "running", running)
                return listing.list_rows(connection, want, ranks, token, lay(connection, notes))
            finally:
                _end(connection)

        return self._home.read(work, token)

    def counts(
        self,
        want: ListWant,
        pinned: Iterable[SessionKey],
        running: Iterable[SessionKey],
        token: CancelToken,
        notes: Mapping[SessionKey, Noted] = NOTHING,
    ) -> Counts:
        """Answer a question for numbers; `notes` as for `listed`."""
        may_wait("read the catalogue")

        def work(connection: sqlite3.Connection) -> Counts:
            connection.execute("BEGIN")
            try:
                pick(connection, "pinned", pinned)
                pick(connection, "running", running)
                return counting.count_rows(connection, want, lay(connection, notes))
            finally:
                _end(connection)

        return self._home.read(work, token)

    def copies(self, token: CancelToken) -> dict[StoreKey, tuple[StoreKey, ...]]:
        """Stores that hold the same sessions, most in common first."""
        may_wait("read the catalogue")
        return self._home.read(_copies, token)

    def close(self) -> None:
        """Let go of what is in memory."""
        self._home.close()


def _end(connection: sqlite3.Connection) -> None:
    """End a reading transaction; its temporary tables go with it. SQLite may have ended it already."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _next_batch(connection: sqlite3.Connection, store: StoreKey) -> list[tuple[int, int]]:
    """Row number and handle of the next sessions to be read."""
    rows = connection.execute(
        "SELECT id, handle, size_bytes FROM rows WHERE store = (SELECT id FROM stores WHERE path = ?)"
        " AND is_known = 0 ORDER BY updated_at_ms DESC LIMIT ?",
        (store.path, BATCH_ROWS),
    ).fetchall()
    batch: list[tuple[int, int]] = []
    size_bytes = 0
    for row, handle, size in rows:
        size_bytes += size or 0
        if batch and size_bytes > BATCH_BYTES:
            break
        batch.append((row, handle))
    return batch


def _put(
    connection: sqlite3.Connection,
    store: StoreKey,
    found: Sequence[tuple[int, CatalogueFacts]],
    stamps: dict[int, tuple[object, ...]],
) -> None:
    """Keep facts of rows that are still what they were when their documents were read.

    Rows that another program or another call has filled meanwhile are left as they are, and counted once.
    """
    numbers = [row for row, _ in found]

    def is_of(facts: CatalogueFacts, session_id: object, handle: object) -> bool:
        return session_id in (facts.session_id, census.doubled_id(facts.session_id, handle))

    now = entries.stamps(connection, numbers)
    same = [(row, facts) for row, facts in found if row in now and now[row] == stamps.get(row)]
    # What was read under a handle is another session than the row's, or none: the next census settles it.
    right = [(row, facts) for row, facts in same if is_of(facts, *now[row][:2])]
    entries.put(connection, right)
    wrong = {row for row, _ in same} - {row for row, _ in right}
    connection.executemany(f"UPDATE rows SET is_known = {int(Known.GONE)} WHERE id = ?", [(row,) for row in wrong])
    connection.execute("UPDATE stores SET known_count = known_count + ? WHERE path = ?", (len(right), store.path))


def _fill_state(connection: sqlite3.Connection, store: StoreKey) -> FillState:
    row = connection.execute(
        "SELECT known_count, row_count, NOT EXISTS (SELECT 1 FROM rows r WHERE r.store = s.id AND r.is_known = 0)"
        " FROM stores s WHERE path = ?",
        (store.path,),
    ).fetchone()
    return FillState(0, 0, False) if row is None else FillState(row[0], row[1], bool(row[2]))


def _copies(connection: sqlite3.Connection) -> dict[StoreKey, tuple[StoreKey, ...]]:
    rows = connection.execute(
        "WITH doubled AS (SELECT session_id FROM rows GROUP BY session_id HAVING count(*) > 1)"
        " SELECT o.path, t.path, count(*) AS n FROM doubled d"
        " JOIN rows one ON one.session_id = d.session_id JOIN rows other ON other.session_id = d.session_id"
        " AND other.store <> one.store JOIN stores o ON o.id = one.store JOIN stores t ON t.id = other.store"
        " GROUP BY o.path, t.path ORDER BY o.path, n DESC, t.path"
    ).fetchall()
    found: dict[StoreKey, tuple[StoreKey, ...]] = {}
    for path, other, _ in rows:
        found[StoreKey(path)] = (*found.get(StoreKey(path), ()), StoreKey(other))
    return found
