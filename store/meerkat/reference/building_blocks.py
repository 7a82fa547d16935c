"""Meerkat's public building blocks of a session store on SQLite, for use inside a caller's transaction (§1.1).

`open_connection` makes file and folders where there are none, exactly as Meerkat does, except that what is made here is
readable by its owner only. Everything raises Meerkat's own errors. A connection belongs to the thread that opened it.

Threads that may wait. Only for stores that Burrow makes and for programs that use this package in Meerkat's place: a
user's realm is changed through the guarded path, with connections of its own.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.blocking import may_wait
from store.cancel import CancelToken
from store.meerkat.reference.errors import Internal
from store.meerkat.reference.session import Session
from store.meerkat.reference.sqlite_failures import StorageFailed, StorageFault, in_words_of_the_reference
from store.meerkat.schema import SESSIONS, SESSIONS_UPDATED_IDX
from store.opening.gate import writing_to

BUSY_TIMEOUT_MS: Final = 5_000
I64_MAX: Final = (1 << 63) - 1
U64_MAX: Final = (1 << 64) - 1
LARGE_ROW_BYTES: Final = 64 * 1024 * 1024

_NS_IN_MS: Final = 1_000_000

_CREATE_TABLE: Final = SESSIONS.replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1)
_CREATE_INDEX: Final = SESSIONS_UPDATED_IDX.replace("CREATE INDEX ", "CREATE INDEX IF NOT EXISTS ", 1)
_COLUMNS: Final = (
    "session_id",
    "created_at_ms",
    "updated_at_ms",
    "message_count",
    "total_tokens",
    "metadata_json",
    "session_json",
)
_INSERT: Final = f"INSERT INTO sessions ({', '.join(_COLUMNS)})"
_OR_REPLACE: Final = (
    f"ON CONFLICT(session_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
_UPSERT: Final = f"{_INSERT} VALUES (?, ?, ?, ?, ?, ?, ?) {_OR_REPLACE}"
_UPSERT_ROOM: Final = f"{_INSERT} VALUES (?, ?, ?, ?, ?, CAST(zeroblob(?) AS TEXT), zeroblob(?)) {_OR_REPLACE}"
_ROW_ID: Final = "SELECT rowid FROM sessions WHERE session_id = ?"
_SELECT: Final = "SELECT session_json FROM sessions WHERE session_id = ?"
_TYPE_NAMES: Final = {type(None): "Null", int: "Integer", float: "Real", str: "Text", bytes: "Blob"}


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Which file stands under a path: another number means another file."""

    device: int
    inode: int


class StoreConnection(sqlite3.Connection):
    """A connection that knows the file it was opened on.

    Attributes:
        main: the path that it was opened by.
        identity: the file that stood there.
        hold: what keeps looks of this process from taking its locks away (store/opening/gate.py).
    """

    main: Path
    identity: FileIdentity
    hold: ExitStack

    def close(self) -> None:
        """Close it; calling it twice is harmless."""
        super().close()
        self.hold.close()


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One row of `sessions`, all seven columns in their order."""

    session_id: str
    created_at_ms: int
    updated_at_ms: int
    message_count: int
    total_tokens: int
    metadata_json: str
    session_json: bytes

    def columns(self) -> tuple[str, int, int, int, int, str, bytes]:
        """The values in the order of the table."""
        return (
            self.session_id,
            self.created_at_ms,
            self.updated_at_ms,
            self.message_count,
            self.total_tokens,
            self.metadata_json,
            self.session_json,
        )


def open_connection(path: Path, timeout_ms: int = BUSY_TIMEOUT_MS) -> StoreConnection:
    """Open a store, made with its folders where there is none, for reading and writing: WAL, FULL, table and index.

    Args:
        timeout_ms: how long a lock of somebody else is waited for.

    Raises:
        Io: the folder cannot be made.
        StorageFailed: SQLite cannot open, lock or read it.
    """
    may_wait("open a store to be written")
    with in_words_of_the_reference():
        _make_folder(path.parent)
        _make_file(path)
        before = identity_of(path)
        with ExitStack() as hold:
            hold.enter_context(writing_to(path, CancelToken()))
            connection = sqlite3.connect(path, timeout=timeout_ms / 1000, isolation_level=None, factory=StoreConnection)
            connection.hold = hold.pop_all()
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.execute("PRAGMA synchronous = FULL")
            ensure_schema(connection)
            connection.main, connection.identity = path, before or identity_of(path) or FileIdentity(0, 0)
            refuse_replaced(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def ensure_schema(connection: sqlite3.Connection) -> None:
    """Make the `sessions` table and its index where they are missing. Raises StorageFailed."""
    may_wait("write a store")
    with in_words_of_the_reference():
        connection.execute(_CREATE_TABLE)
        connection.execute(_CREATE_INDEX)


@contextmanager
def begin_immediate_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block in one IMMEDIATE transaction: committed at its end, rolled back by whatever it raises.

    A connection of `open_connection` is asked before the commit whether its file still stands where it was.

    Raises:
        StorageFailed: the lock was not given in time, the disk is full, the file was replaced; nothing was changed.
    """
    may_wait("write a store")
    with in_words_of_the_reference():
        connection.execute("BEGIN IMMEDIATE")
    try:
        with in_words_of_the_reference():
            yield
            if isinstance(connection, StoreConnection):
                refuse_replaced(connection)
            connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            # A disk that is gone cannot roll back either; the next one to open the file does.
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


def write_session_snapshot_in_txn(
    connection: sqlite3.Connection, session: Session, *, large_bytes: int = LARGE_ROW_BYTES
) -> None:
    """Put a session into `sessions`, replacing every column of its row. No guard is asked.

    Args:
        large_bytes: rows beyond this are written in pieces, so that little of them is in memory at a time; smaller ones
            at once, which is quicker.

    Raises:
        StorageFailed: SQLite cannot write it.
    """
    may_wait("write a store")
    document_bytes = sum(map(len, session.pieces()))
    metadata_bytes = sum(map(len, session.metadata_pieces()))
    if document_bytes + metadata_bytes > large_bytes:
        with in_words_of_the_reference():
            if connection.execute("PRAGMA encoding").fetchone() == ("UTF-8",):
                _write_in_pieces(connection, session, metadata_bytes, document_bytes)
                return
    write_row_in_txn(connection, row_of(session))


def _write_in_pieces(
    connection: sqlite3.Connection, session: Session, metadata_bytes: int, document_bytes: int
) -> None:
    """Make room for a row and fill it, so that neither we nor SQLite ever hold all of it in memory."""
    connection.execute(_UPSERT_ROOM, (*_facts_of(session), metadata_bytes, document_bytes))
    (row_id,) = connection.execute(_ROW_ID, (session.id,)).fetchone()
    parts = (("metadata_json", session.metadata_pieces()), ("session_json", session.pieces()))
    for column, pieces in parts:
        with connection.blobopen("sessions", column, row_id) as room:
            for piece in pieces:
                room.write(piece)


def write_row_in_txn(connection: sqlite3.Connection, row: SessionRow) -> None:
    """Put a row into `sessions`, replacing every column of the one of its id. Raises StorageFailed."""
    may_wait("write a store")
    with in_words_of_the_reference():
        connection.execute(_UPSERT, row.columns())


def load_session_snapshot_in_txn(connection: sqlite3.Connection, session_id: str) -> Session | None:
    """Read a session, migrated as Meerkat 0.6.24 does; None if there is none.

    Raises:
        Internal: its bytes do not decode.
        StorageFailed: SQLite cannot read it.
    """
    data = stored_bytes_in_txn(connection, session_id)
    return None if data is None else Session.load(data)


def stored_bytes_in_txn(connection: sqlite3.Connection, session_id: str) -> bytes | None:
    """The stored document of a session; None if there is none. Raises Internal for a value that is no BLOB."""
    may_wait("read a store")
    with in_words_of_the_reference():
        row = connection.execute(_SELECT, (session_id,)).fetchone()
    if row is None:
        return None
    if not isinstance(row[0], bytes):
        raise wrong_type(row[0], 0, "session_json")
    return row[0]


def row_of(session: Session) -> SessionRow:
    """The row that Meerkat 0.6.24 writes of a session."""
    may_wait("encode a session")
    return SessionRow(*_facts_of(session), b"".join(session.metadata_pieces()).decode(), session.encode())


def _facts_of(session: Session) -> tuple[str, int, int, int, int]:
    """The columns of a row before its metadata."""
    return (
        session.id,
        column_ms(session.created_at_ns),
        column_ms(session.updated_at_ns),
        len(session.messages),
        min(session.total_tokens & U64_MAX, I64_MAX),
    )


def column_ms(time_ns: int) -> int:
    """A time as the columns hold it: whole ms since 1970, 0 for what was before, the largest for what is beyond."""
    return min(max(time_ns // _NS_IN_MS, 0), I64_MAX)


def wrong_type(value: object, index: int, name: str) -> Internal:
    """The error for a column that holds another storage class than Meerkat reads there."""
    kind = next((text for known, text in _TYPE_NAMES.items() if isinstance(value, known)), "Blob")
    return Internal(f"SQLite error: Invalid column type {kind} at index: {index}, name: {name}")


def identity_of(path: Path) -> FileIdentity | None:
    """Which file stands at a path; None if there is none."""
    may_wait("look at a file")
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return FileIdentity(found.st_dev, found.st_ino)


def refuse_replaced(connection: StoreConnection) -> None:
    """Raise StorageFailed where another file, or none, stands at the path of a connection now."""
    if identity_of(connection.main) != connection.identity:
        raise StorageFailed("SQLite error: the database file was replaced or removed", StorageFault.REPLACED)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, ours alone; what exists stays as it is."""
    try:
        folder.mkdir(mode=0o700)
    except FileNotFoundError:
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        if not folder.is_dir():
            raise


def _make_file(path: Path) -> None:
    """Make an empty file that is ours alone, before SQLite would make it with the mode that is usual."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600))
