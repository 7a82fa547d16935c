"""Connections that only look: opened for one batch, on the worker's own thread, and closed after it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from store.cancel import CancelToken
from store.opening.decide import Way

T = TypeVar("T")

BUSY_TIMEOUT_S = 0.2
"""Short: a refused batch is tried again and then read from a copy, and a waiting SQLite cannot be interrupted."""

STEPS_BETWEEN_CHECKS = 100_000
"""Steps of SQLite's machine, about 2 ms, after which the token is asked."""

QUERIES = {
    Way.IMMUTABLE: "mode=ro&immutable=1",
    Way.SHARED_LOCK: "mode=ro",
    Way.SNAPSHOT: "mode=ro",
    Way.IN_PLACE: "mode=ro",
}
"""`mode=ro` stands even beside `immutable`: without it the file would be opened for writing, and created."""

GUARDS = ("PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON", "PRAGMA mmap_size=0")
"""A file may be hostile, or shrink while it is read: a mapped page that is gone would kill the process."""


def connect(main: Path, way: Way, is_shared: bool = False) -> sqlite3.Connection:
    """Open a connection that cannot write.

    Args:
        is_shared: whether a thread other than this one will close it.
    """
    connection = sqlite3.connect(
        f"{main.as_uri()}?{QUERIES[way]}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=not is_shared,
    )
    for guard in GUARDS:
        connection.execute(guard)
    return connection


def roll_back(main: Path) -> None:
    """Open a private copy for writing, so that SQLite rolls back what its journal says. Never for a user's file."""
    connection = sqlite3.connect(f"{main.as_uri()}?mode=rw", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        # It takes the lock under which SQLite rolls back, and reads no schema, which may be one that is not trusted.
        connection.execute("PRAGMA schema_version").fetchone()
    finally:
        connection.close()


def run(main: Path, way: Way, batch: Callable[[sqlite3.Connection], T], token: CancelToken) -> T:
    """Run one batch on a connection of its own.

    Raises:
        Cancelled: the token was cancelled, also in the middle of a statement.
        sqlite3.Error: as SQLite says it; to be judged after the stamps.
    """
    with _words_of_sqlite(), _connected(main, way) as connection, token.interrupting(connection):
        # interrupt() reaches only a statement that runs; one that begins right after is stopped from here.
        connection.set_progress_handler(lambda: token.is_cancelled, STEPS_BETWEEN_CHECKS)
        if way is Way.IN_PLACE:
            # Stamps cannot vouch for a file that is read beside its writer: one read transaction does.
            connection.execute("BEGIN")
        result = batch(connection)
        token.check()
        return result


@contextmanager
def _words_of_sqlite() -> Iterator[None]:
    """Give an error of SQLite even where Python cannot make it: its words may quote a name that is no text.

    Only names of the schema stand in them, never values, so that it is the schema that is damaged.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        damage = sqlite3.DatabaseError("a name in the schema is no text")
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage from error


@contextmanager
def _connected(main: Path, way: Way) -> Iterator[sqlite3.Connection]:
    connection = connect(main, way)
    try:
        yield connection
    finally:
        connection.close()
