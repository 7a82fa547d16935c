"""Dropping what the catalogue knows of stores that were not opened for long, so that its file does not grow for ever.

A store that is opened later is read anew.
"""

from __future__ import annotations

import sqlite3

from store.catalogue.census import Transaction, drop_facts
from store.values.store import StoreKey

UNUSED_S = 90 * 24 * 3600
"""A store that was not opened for so long is forgotten."""

NOTED_S = 24 * 3600
"""So exactly it is noted when a store was used: what did not move writes nothing."""

STEP_ROWS = 2_000
STEP_PAGES = 1_000
"""What one transaction takes away, so that nobody waits for it."""


def note_use(connection: sqlite3.Connection, transaction: Transaction, store: StoreKey, now_s: int) -> None:
    """Note that a store is used now. Before its rows are looked at: from then on none of them is taken away."""
    select = "SELECT 1 FROM stores WHERE path = ? AND used_at_s < ?"
    if connection.execute(select, (store.path, now_s - NOTED_S)).fetchone():
        with transaction():
            connection.execute("UPDATE stores SET used_at_s = ? WHERE path = ?", (now_s, store.path))


def forget_some(connection: sqlite3.Connection, transaction: Transaction, now_s: int) -> bool:
    """Take away some rows of a store that was not used for long, or some free pages; whether there is more to do."""
    with transaction():
        select = "SELECT id FROM stores WHERE used_at_s < ? ORDER BY used_at_s LIMIT 1"
        found = connection.execute(select, (now_s - UNUSED_S,)).fetchone()
        if found is not None:
            _forget_rows(connection, int(found[0]))
    if found is not None:
        return True
    before = _free_pages(connection)
    # `execute` would take one step, which gives back one page.
    connection.executescript(f"PRAGMA incremental_vacuum({STEP_PAGES})")
    return 0 < _free_pages(connection) < before


def _forget_rows(connection: sqlite3.Connection, store_id: int) -> None:
    """Take away the next rows of a store, and the store after the last one. In the caller's transaction."""
    select = f"SELECT id FROM rows WHERE store = {store_id} LIMIT {STEP_ROWS}"
    numbers = connection.execute(select).fetchall()
    if not numbers:
        connection.execute("DELETE FROM stores WHERE id = ?", (store_id,))
        return
    connection.execute("UPDATE stores SET is_counted = 0 WHERE id = ?", (store_id,))
    listed = ",".join(str(row[0]) for row in numbers)
    drop_facts(connection, listed)
    connection.execute(f"DELETE FROM rows WHERE id IN ({listed})")


def _free_pages(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA freelist_count").fetchone()[0])
