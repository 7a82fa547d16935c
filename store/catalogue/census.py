"""Bringing the catalogue's rows in line with a store: new, changed and gone sessions.

The stored columns of all sessions are put into a temporary table first, page by page and without a lock; then a few
statements compare. Facts of a session whose stored columns are others now are dropped: stale ones are never kept.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence

from store.cancel import CancelToken
from store.catalogue.schema import FACT_TABLES
from store.values.listing import CensusRow

PAGE_ROWS = 5_000

FINGERPRINT = ("updated_at_ms", "created_at_ms", "message_count", "total_tokens", "size_bytes", "mark")
"""Stored columns that tell that a session has changed."""

ReadPage = Callable[[int | None, int], Sequence[CensusRow]]
"""Reads the next page: the last handle of the page before, and rows at most."""

_COLUMNS = (
    "handle, session_id, updated_at_ms, created_at_ms, message_count, total_tokens, size_bytes, mark, is_archived"
)
_DIFFERS = " OR ".join(f"r.{column} IS NOT s.{column}" for column in FINGERPRINT)
_NO_FACTS = (
    "is_known = 0, has_no_answer = 0, is_damaged = 0, has_faults = 0, model = NULL, provider = NULL,"
    " duration_ms = NULL, title = NULL, labels = NULL"
)


def stage(connection: sqlite3.Connection, read_page: ReadPage, token: CancelToken) -> None:
    """Read a store's census into the temporary table `seen`."""
    connection.execute("DROP TABLE IF EXISTS temp.seen")
    connection.execute(
        "CREATE TEMP TABLE seen (handle INTEGER, session_id TEXT PRIMARY KEY, updated_at_ms INTEGER,"
        " created_at_ms INTEGER, message_count INTEGER, total_tokens INTEGER, size_bytes INTEGER, mark INTEGER,"
        " is_archived INTEGER) WITHOUT ROWID"
    )
    insert = f"INSERT OR IGNORE INTO temp.seen ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    after: int | None = None
    count = 0
    while True:
        token.check()
        page = read_page(after, PAGE_ROWS)
        if not page:
            return
        before = connection.total_changes
        connection.execute("BEGIN")
        connection.executemany(insert, page)
        connection.execute("COMMIT")
        if connection.total_changes - before < len(page):
            _add_doubled(connection, insert, page)
        after = page[-1].handle
        count += len(page)
        token.report(count, 0, "Reading the list of sessions", "sessions")
        time.sleep(0)


def _add_doubled(connection: sqlite3.Connection, insert: str, page: Sequence[CensusRow]) -> None:
    """Rows whose id another row has too, in a damaged store: they are listed under an id that nobody asks for."""
    for row in page:
        is_in = connection.execute(
            "SELECT 1 FROM temp.seen WHERE session_id = ? AND handle = ?", (row.session_id, row.handle)
        ).fetchone()
        if not is_in:
            connection.execute(insert, row._replace(session_id=doubled_id(row.session_id, row.handle)))


def doubled_id(session_id: str, handle: object) -> str:
    """What stands for the id of a session in a row whose id another row has too."""
    return f"{session_id}\0{handle}"


def apply(connection: sqlite3.Connection, path: str, file_mark: str) -> bool:
    """Bring the rows of a store in line with `seen`; whether anything changed. In the caller's transaction.

    Args:
        file_mark: names the file; rows of another file that had the same path are dropped with all their facts.
    """
    store_id, is_changed = _store(connection, path, file_mark)
    connection.execute("DROP TABLE IF EXISTS temp.stale")
    connection.execute(
        "CREATE TEMP TABLE stale AS SELECT r.id FROM rows r LEFT JOIN temp.seen s USING (session_id)"
        f" WHERE r.store = ? AND (s.session_id IS NULL OR {_DIFFERS})",
        (store_id,),
    )
    drop_facts(connection, "SELECT id FROM temp.stale")
    changes = connection.execute("SELECT count(*) FROM temp.stale").fetchone()[0]
    connection.execute(
        "DELETE FROM rows WHERE id IN (SELECT id FROM temp.stale)"
        " AND NOT EXISTS (SELECT 1 FROM temp.seen s WHERE s.session_id = rows.session_id)"
    )
    columns = ", ".join(f"{column} = s.{column}" for column in (*FINGERPRINT, "is_archived"))
    connection.execute(
        f"UPDATE rows SET {columns}, {_NO_FACTS} FROM temp.seen s"
        " WHERE rows.id IN (SELECT id FROM temp.stale) AND s.session_id = rows.session_id"
    )
    changes += connection.execute(
        "UPDATE rows SET handle = s.handle FROM temp.seen s"
        " WHERE rows.store = ? AND s.session_id = rows.session_id AND s.handle <> rows.handle",
        (store_id,),
    ).rowcount
    changes += connection.execute(
        f"INSERT INTO rows (store, {_COLUMNS}, is_known) SELECT ?, {_COLUMNS}, 0 FROM temp.seen s"
        " WHERE NOT EXISTS (SELECT 1 FROM rows r WHERE r.session_id = s.session_id AND r.store = ?)"
        " ORDER BY s.handle",
        (store_id, store_id),
    ).rowcount
    connection.execute("UPDATE rows SET is_known = 0 WHERE store = ? AND is_known = 2", (store_id,))
    count(connection, store_id)
    connection.execute("DROP TABLE temp.seen")
    connection.execute("DROP TABLE temp.stale")
    return is_changed or changes > 0


def _store(connection: sqlite3.Connection, path: str, file_mark: str) -> tuple[int, bool]:
    """The number of a store, made if it has none; and whether its rows of before were dropped or never were."""
    found = connection.execute("SELECT id, file_mark FROM stores WHERE path = ?", (path,)).fetchone()
    if found is None:
        row = connection.execute("INSERT INTO stores (path, file_mark) VALUES (?, ?)", (path, file_mark))
        return int(row.lastrowid or 0), True
    store_id = int(found[0])
    if found[1] == file_mark:
        return store_id, False
    drop_facts(connection, f"SELECT id FROM rows WHERE store = {store_id}")
    connection.execute("DELETE FROM rows WHERE store = ?", (store_id,))
    connection.execute("UPDATE stores SET file_mark = ? WHERE id = ?", (file_mark, store_id))
    return store_id, True


def drop_facts(connection: sqlite3.Connection, rows: str) -> None:
    """Remove the facts of rows; `rows` is a SELECT of their numbers."""
    for table in FACT_TABLES:
        connection.execute(f"DELETE FROM {table} WHERE row IN ({rows})")


def count(connection: sqlite3.Connection, store_id: int) -> None:
    """Count the rows of a store anew."""
    connection.execute(
        "UPDATE stores SET (row_count, known_count) ="
        " (SELECT count(*), coalesce(sum(is_known = 1), 0) FROM rows WHERE store = stores.id) WHERE id = ?",
        (store_id,),
    )
