"""What the tests write into stores."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from store.meerkat.reference.building_blocks import (
    begin_immediate_transaction,
    open_connection,
    write_session_snapshot_in_txn,
)
from store.meerkat.reference.session import Session
from store.meerkat.writer import NewRealm

ACTOR = "burrow"
SYSTEM = b'{"role":"system","content":"Be brief.","created_at":"2026-06-01T09:59:59Z"}'
ASKED = b'{"role":"user","content":"What is in the yard?","created_at":"2026-06-01T09:59:59Z"}'
USER = b'{"role":"user","content":"[redacted]","created_at":"2026-06-01T10:00:00Z"}'
ANSWER = (
    b'{"role":"block_assistant","blocks":[{"block_type":"text","data":{"text":"an answer from outside"}}],'
    b'"stop_reason":"end_turn","created_at":"2026-06-01T10:00:01Z"}'
)
SESSION_METADATA = {"schema_version": 2, "model": "claude-opus-4-6", "max_tokens": 4096, "provider": "anthropic"}


def turn() -> Session:
    """A session of one turn, as an agent would leave it."""
    session = Session.new()
    session.set_metadata("session_metadata", {**SESSION_METADATA, "tooling": {}})
    session.push_batch([SYSTEM, ASKED, ANSWER])
    return session


def new_realm(folder: Path) -> Path:
    """A realm of our own without sessions."""
    with NewRealm(folder, "own", 1_780_000_000):
        pass
    return folder


def put(realm: Path, session: Session) -> None:
    """Write both rows of a session in one transaction of the caller's."""
    with closing(open_connection(realm / "sessions.sqlite3")) as connection, begin_immediate_transaction(connection):
        write_session_snapshot_in_txn(connection, session)
        connection.execute(
            "INSERT OR REPLACE INTO runtime_session_snapshots VALUES (?, ?)",
            (f"rt:session:{session.id}", session.encode()),
        )
