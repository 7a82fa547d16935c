"""Meerkat 0.6.24's session store on SQLite (formats/meerkat.md §1.1): same file, same guards, same bytes.

One connection per operation and nothing held between two of them, so that any thread and any process may work on the
file at the same time. Every write is one IMMEDIATE transaction, in which what is kept is read and the guard runs.

Only for stores that Burrow makes and for programs that use this package in Meerkat's place: a user's realm has a second
copy of each session, and is changed through the guarded path.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from store.blocking import may_wait
from store.meerkat.codec.strict_json import Json
from store.meerkat.reference.building_blocks import (
    BUSY_TIMEOUT_MS,
    I64_MAX,
    StoreConnection,
    begin_immediate_transaction,
    column_ms,
    load_session_snapshot_in_txn,
    open_connection,
    stored_bytes_in_txn,
    write_session_snapshot_in_txn,
)
from store.meerkat.reference.errors import DecodeError, SessionStoreError
from store.meerkat.reference.guards import append_only_save_guard, transcript_rewrite_save_guard
from store.meerkat.reference.history import Commit
from store.meerkat.reference.previous import previous_in_txn
from store.meerkat.reference.row_tokens import refuse_other_state, row_token, token_of_bytes
from store.meerkat.reference.session import Session
from store.meerkat.reference.session_meta import SessionFilter, SessionMeta, TextBytes, meta_of, metadata_of_column
from store.meerkat.reference.sqlite_failures import StorageFailed, in_words_of_the_reference

_LIST: Final = """SELECT session_id, created_at_ms, updated_at_ms, message_count, total_tokens, metadata_json
FROM sessions
WHERE (?1 IS NULL OR created_at_ms >= ?1) AND (?2 IS NULL OR updated_at_ms >= ?2)
ORDER BY updated_at_ms DESC, session_id ASC
LIMIT ?3 OFFSET ?4"""
_METADATA: Final = "SELECT metadata_json FROM sessions WHERE session_id = ?"
_DELETE: Final = "DELETE FROM sessions WHERE session_id = ?"


class SqliteSessionStore:
    """The protocol `SessionStore` over one SQLite file. Thread-safe; holds nothing open."""

    def __init__(self, path: Path, timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        """Name a store without looking at it; `open` makes and checks it.

        Args:
            timeout_ms: how long each operation waits for a lock of somebody else.
        """
        self._path = path
        self._timeout_ms = timeout_ms

    @classmethod
    def open(cls, path: Path, timeout_ms: int = BUSY_TIMEOUT_MS) -> SqliteSessionStore:
        """Open a store, made with its folders where there is none. Raises Io, Internal."""
        open_connection(path, timeout_ms).close()
        return cls(path, timeout_ms)

    def path(self) -> Path:
        """Its main file."""
        return self._path

    def save(self, session: Session) -> None:
        """See `SessionStore.save`."""
        with self._writing() as connection:
            append_only_save_guard(session, previous_in_txn(connection, session))
            write_session_snapshot_in_txn(connection, session)

    def save_transcript_rewrite(self, session: Session, commit: Commit) -> None:
        """See `SessionStore.save_transcript_rewrite`."""
        with self._writing() as connection:
            transcript_rewrite_save_guard(session, _rewritten_in_txn(connection, session, commit), commit)
            write_session_snapshot_in_txn(connection, session)

    def save_authoritative_projection(self, session: Session) -> None:
        """See `SessionStore.save_authoritative_projection`."""
        with self._writing() as connection:
            write_session_snapshot_in_txn(connection, session)

    def save_authoritative_projection_if_current_revision(self, session: Session, expected: str | None) -> str:
        """See `SessionStore.save_authoritative_projection_if_current_revision`."""
        with self._writing() as connection:
            refuse_other_state(session, _token_in_txn(connection, session.id, expected), expected)
            write_session_snapshot_in_txn(connection, session)
        return row_token(session)

    def load(self, session_id: str) -> Session | None:
        """See `SessionStore.load`."""
        with self._connected() as connection:
            return load_session_snapshot_in_txn(connection, session_id)

    def load_metadata(self, session_id: str) -> dict[str, Json] | None:
        """See `SessionStore.load_metadata`."""
        may_wait("read a store")
        with self._connected() as connection, in_words_of_the_reference():
            connection.text_factory = TextBytes
            row = connection.execute(_METADATA, (session_id,)).fetchone()
        return None if row is None else metadata_of_column(row[0], 0)

    def list(self, narrowed: SessionFilter = SessionFilter()) -> list[SessionMeta]:  # noqa: B008 - a frozen value
        """See `SessionStore.list`."""
        may_wait("read a store")
        bounds = [
            None if bound is None else column_ms(bound)
            for bound in (narrowed.created_after_ns, narrowed.updated_after_ns)
        ]
        limit = I64_MAX if narrowed.limit is None else min(narrowed.limit, I64_MAX)
        with self._connected() as connection, in_words_of_the_reference():
            connection.text_factory = TextBytes
            rows = connection.execute(_LIST, (*bounds, limit, min(narrowed.offset, I64_MAX)))
            return [meta_of(row) for row in rows]

    def exists(self, session_id: str) -> bool:
        """See `SessionStore.exists`."""
        return self.load(session_id) is not None

    def delete(self, session_id: str) -> None:
        """See `SessionStore.delete`."""
        with self._writing() as connection:
            _delete_in_txn(connection, session_id)

    def delete_if_current_revision(self, session_id: str, token: str) -> bool:
        """See `SessionStore.delete_if_current_revision`."""
        with self._writing() as connection:
            try:
                is_current = _token_in_txn(connection, session_id, token) == token
            except StorageFailed:
                raise
            except SessionStoreError:
                # What does not load has no token: nothing that anybody holds can be that of this row.
                is_current = False
            if is_current:
                _delete_in_txn(connection, session_id)
        return is_current

    @contextmanager
    def _connected(self) -> Iterator[StoreConnection]:
        with closing(open_connection(self._path, self._timeout_ms)) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[StoreConnection]:
        with self._connected() as connection, begin_immediate_transaction(connection):
            yield connection


def _rewritten_in_txn(connection: StoreConnection, incoming: Session, commit: Commit) -> Session | None:
    """What is kept of a session that a commit rewrote; its messages are probably those of the commit's parent."""
    may_wait("read a store")
    try:
        history = incoming.history()
    except DecodeError:
        history = None
    parent = history.body(commit.parent_revision) if history is not None else None
    return previous_in_txn(connection, incoming, parent.messages if parent is not None else None)


def _token_in_txn(connection: StoreConnection, session_id: str, likely: str | None) -> str | None:
    """The token of what is kept; None if nothing is. `likely` is tried without decoding. Raises Internal."""
    data = stored_bytes_in_txn(connection, session_id)
    if data is None:
        return None
    return likely if likely is not None and token_of_bytes(data) == likely else row_token(Session.load(data))


def _delete_in_txn(connection: StoreConnection, session_id: str) -> None:
    may_wait("write a store")
    with in_words_of_the_reference():
        connection.execute(_DELETE, (session_id,))
