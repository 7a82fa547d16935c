"""Bringing the catalogue's rows in line with a store: new, changed and gone sessions.

The store is read page by page, each page is compared, and what differs is written in a transaction of its own: memory
stays flat whatever the store holds, nobody waits for the catalogue while a slow store is read, and a census that is
broken off leaves rows that are right as far as it came. Facts of a session whose stored columns are others now are
dropped: stale ones are never kept.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from store.cancel import CancelToken
from store.catalogue.schema import FACT_TABLES, Known
from store.values.listing import CensusRow

PAGE_ROWS = 5_000
"""Read from the store at once."""

STEP_ROWS = 20_000
"""Compared and written at once. A step of new rows changes most pages of the index by id, whose order is no order in
time: the fewer steps, the less is written."""

FINGERPRINT = ("updated_at_ms", "created_at_ms", "message_count", "total_tokens", "size_bytes", "mark")
"""Stored columns that tell that a session has changed."""

ReadPage = Callable[[int | None, int], Sequence[CensusRow]]
"""Reads the next page: the last handle of the page before, and rows at most."""

Transaction = Callable[[], AbstractContextManager[None]]
"""Begins a writing transaction, which ends with the block."""

_COLUMNS = (
    "handle, session_id, updated_at_ms, created_at_ms, message_count, total_tokens, size_bytes, mark, is_archived"
)
_INSERT = f"INSERT OR IGNORE INTO temp.seen ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ASKED = 10_000
_MATCHED = "temp.seen s CROSS JOIN rows r ON r.session_id = s.session_id AND r.store = ?"
_DIFFERS = " OR ".join(f"r.{column} IS NOT s.{column}" for column in FINGERPRINT)
_NO_FACTS = (
    "is_known = 0, has_no_answer = 0, is_damaged = 0, has_faults = 0, model = NULL, provider = NULL,"
    " duration_ms = NULL, title = NULL, labels = NULL"
)


class Marks:
    """A set of row numbers; a bit each, since there may be millions."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self.count = 0

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (number & 7) & 1)

    def add(self, numbers: Iterable[int]) -> None:
        """Put row numbers in."""
        for number in numbers:
            place = number >> 3
            if place >= len(self._bits):
                self._bits.extend(bytes(place + 1024 - len(self._bits)))
            bit = 1 << (number & 7)
            if not self._bits[place] & bit:
                self._bits[place] |= bit
                self.count += 1


def take(
    connection: sqlite3.Connection,
    transaction: Transaction,
    path: str,
    file_mark: str,
    read_page: ReadPage,
    token: CancelToken,
    expected: int = 0,
) -> bool:
    """Bring the rows of a store in line with it; whether anything changed.

    Args:
        file_mark: names the file; rows of another file that had the same path are dropped with all their facts.
        expected: sessions that the store is said to hold, for the progress; 0 if not known.
    """
    with transaction():
        store_id, is_changed = _store(connection, path, file_mark)
    marks, count = Marks(), 0
    after: int | None = None
    while True:
        step, after = _stage(connection, store_id, read_page, after, marks, token)
        if not step:
            break
        count += step
        token.report(count, max(count, expected) if expected else 0, "Reading the list of sessions", "sessions")
        is_changed = _take_step(connection, transaction, store_id, step, marks) or is_changed
    is_changed = _drop_gone(connection, transaction, store_id, marks, token) or is_changed
    if is_changed:
        with transaction():
            count_rows(connection, store_id)
            connection.execute("UPDATE stores SET is_counted = 1 WHERE id = ?", (store_id,))
    return is_changed


def _stage(
    connection: sqlite3.Connection,
    store_id: int,
    read_page: ReadPage,
    after: int | None,
    marks: Marks,
    token: CancelToken,
) -> tuple[int, int | None]:
    """Read the next rows into `seen`; how many there are, and the last handle."""
    connection.execute("DROP TABLE IF EXISTS temp.seen")
    connection.execute(
        "CREATE TEMP TABLE seen (handle INTEGER, session_id TEXT PRIMARY KEY, updated_at_ms INTEGER,"
        " created_at_ms INTEGER, message_count INTEGER, total_tokens INTEGER, size_bytes INTEGER, mark INTEGER,"
        " is_archived INTEGER) WITHOUT ROWID"
    )
    count = 0
    while count < STEP_ROWS:
        token.check()
        page = read_page(after, PAGE_ROWS)
        if not page:
            break
        before = connection.total_changes
        connection.execute("BEGIN")
        connection.executemany(_INSERT, page)
        connection.execute("COMMIT")
        if connection.total_changes - before < len(page):
            _add_doubled(connection, page)
        after = page[-1].handle
        count += len(page)
        time.sleep(0)
    if count and marks.count:
        select = f"SELECT r.id, s.session_id, s.handle FROM {_MATCHED}"
        matched = connection.execute(select, (store_id,))
        again = [(doubled_id(session_id, handle), session_id) for row, session_id, handle in matched if row in marks]
        connection.executemany("UPDATE OR IGNORE temp.seen SET session_id = ? WHERE session_id = ?", again)
    return count, after


def _add_doubled(connection: sqlite3.Connection, page: Sequence[CensusRow]) -> None:
    """Rows whose id another row has too, in a damaged store: they are listed under an id that nobody asks for."""
    for row in page:
        is_in = connection.execute(
            "SELECT 1 FROM temp.seen WHERE session_id = ? AND handle = ?", (row.session_id, row.handle)
        ).fetchone()
        if not is_in:
            connection.execute(_INSERT, row._replace(session_id=doubled_id(row.session_id, row.handle)))


def _take_step(
    connection: sqlite3.Connection, transaction: Transaction, store_id: int, count: int, marks: Marks
) -> bool:
    """Compare what is staged and write what differs; whether anything did."""
    differs = f"{_DIFFERS} OR r.handle <> s.handle OR r.is_known = {int(Known.GONE)}"
    found, differing = connection.execute(
        f"SELECT count(*), coalesce(sum({differs}), 0) FROM {_MATCHED}", (store_id,)
    ).fetchone()
    is_changed: bool = found < count or differing > 0
    if is_changed:
        with transaction():
            _write_step(connection, store_id)
    numbers = connection.execute(f"SELECT r.id FROM {_MATCHED}", (store_id,))
    while some := numbers.fetchmany(_ASKED):
        marks.add(row[0] for row in some)
        time.sleep(0)
    return is_changed


def _write_step(connection: sqlite3.Connection, store_id: int) -> None:
    """Bring rows in line with `seen`. In the caller's transaction.

    New rows stand in the order of their handles, so that sessions of one time are near each other, but come in the
    order of their ids, so that each page of the index is written once.
    """
    _make_stale(connection)
    connection.execute(
        f"INSERT INTO temp.stale SELECT r.id, r.is_known = 1 FROM {_MATCHED}"
        f" WHERE {_DIFFERS} OR r.is_known = {int(Known.GONE)}",
        (store_id,),
    )
    drop_facts(connection, "SELECT id FROM temp.stale")
    lost = connection.execute("SELECT coalesce(sum(was_known), 0) FROM temp.stale").fetchone()[0]
    columns = ", ".join(f"{column} = s.{column}" for column in (*FINGERPRINT, "is_archived"))
    connection.execute(
        f"UPDATE rows SET {columns}, {_NO_FACTS} FROM temp.stale t CROSS JOIN rows r CROSS JOIN temp.seen s"
        " WHERE rows.id = t.id AND r.id = t.id AND s.session_id = r.session_id"
    )
    connection.execute(
        "UPDATE rows SET handle = s.handle FROM temp.seen s"
        " WHERE rows.session_id = s.session_id AND rows.store = ? AND s.handle <> rows.handle",
        (store_id,),
    )
    added = connection.execute(
        f"INSERT INTO rows (id, store, {_COLUMNS}, is_known) SELECT (SELECT coalesce(max(id), 0) FROM rows) + s.place,"
        f" ?, {_COLUMNS}, 0 FROM (SELECT *, row_number() OVER (ORDER BY handle) AS place FROM temp.seen n"
        " WHERE NOT EXISTS (SELECT 1 FROM rows r WHERE r.session_id = n.session_id AND r.store = ?)) s"
        " ORDER BY s.session_id",
        (store_id, store_id),
    ).rowcount
    connection.execute(
        "UPDATE stores SET row_count = row_count + ?, known_count = known_count - ? WHERE id = ?",
        (added, lost, store_id),
    )


def _make_stale(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS temp.stale")
    connection.execute("CREATE TEMP TABLE stale (id INTEGER PRIMARY KEY, was_known INTEGER)")


def _drop_gone(
    connection: sqlite3.Connection, transaction: Transaction, store_id: int, marks: Marks, token: CancelToken
) -> bool:
    """Drop the rows that the store has no more; whether there were any."""
    total = connection.execute("SELECT count(*) FROM rows WHERE store = ?", (store_id,)).fetchone()[0]
    if total == marks.count:
        return False
    select = "SELECT id FROM rows WHERE store = ? AND id > ? ORDER BY id LIMIT ?"
    after = 0
    while True:
        token.check()
        numbers = [row[0] for row in connection.execute(select, (store_id, after, PAGE_ROWS)).fetchall()]
        if not numbers:
            return True
        after = numbers[-1]
        gone = [(number,) for number in numbers if number not in marks]
        if gone:
            with transaction():
                _make_stale(connection)
                connection.executemany("INSERT INTO temp.stale VALUES (?, 0)", gone)
                drop_facts(connection, "SELECT id FROM temp.stale")
                connection.execute("DELETE FROM rows WHERE id IN (SELECT id FROM temp.stale)")


def doubled_id(session_id: str, handle: object) -> str:
    """What stands for the id of a session in a row whose id another row has too."""
    return f"{session_id}\0{handle}"


def _store(connection: sqlite3.Connection, path: str, file_mark: str) -> tuple[int, bool]:
    """The number of a store, made if it has none; and whether its rows are not those of before."""
    select = "SELECT id, file_mark, is_counted FROM stores WHERE path = ?"
    found = connection.execute(select, (path,)).fetchone()
    if found is None:
        row = connection.execute("INSERT INTO stores (path, file_mark) VALUES (?, ?)", (path, file_mark))
        return int(row.lastrowid or 0), True
    store_id = int(found[0])
    if found[1] == file_mark:
        return store_id, not found[2]
    drop_facts(connection, f"SELECT id FROM rows WHERE store = {store_id}")
    connection.execute("DELETE FROM rows WHERE store = ?", (store_id,))
    connection.execute(
        "UPDATE stores SET file_mark = ?, is_counted = 0, row_count = 0, known_count = 0 WHERE id = ?",
        (file_mark, store_id),
    )
    return store_id, True


def drop_facts(connection: sqlite3.Connection, rows: str) -> None:
    """Remove the facts of rows; `rows` is a SELECT of their numbers."""
    for table in FACT_TABLES:
        connection.execute(f"DELETE FROM {table} WHERE row IN ({rows})")


def count_rows(connection: sqlite3.Connection, store_id: int) -> None:
    """Count the rows of a store anew."""
    connection.execute(
        "UPDATE stores SET (row_count, known_count) ="
        " (SELECT count(*), coalesce(sum(is_known = 1), 0) FROM rows WHERE store = stores.id) WHERE id = ?",
        (store_id,),
    )
