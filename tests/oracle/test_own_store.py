"""The real Meerkat 0.6.24 accepts a store of our own after each step of a session's life in it (P4)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.meerkat.reference.building_blocks import (
    begin_immediate_transaction,
    load_session_snapshot_in_txn,
    open_connection,
)
from store.meerkat.reference.forking import fork_at
from store.meerkat.reference.history import Commit, Reason
from store.meerkat.reference.restoring import restore_revision
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from store.meerkat.reference.sqlite_store import SqliteSessionStore
from tests.oracle.judge import Judge
from tests.oracle.written import ACTOR, ANSWER, SYSTEM, USER, new_realm, put, turn

pytestmark = pytest.mark.oracle


@pytest.fixture
def realm(tmp_path: Path) -> Path:
    """A realm of our own without sessions."""
    return new_realm(tmp_path / "realm")


def test_p4_a_new_session_is_listed_and_taken_up(realm: Path, judge: Judge) -> None:
    session = turn()
    put(realm, session)
    said = judge.sessions(realm)[session.id]
    assert (said["digest"], said["message_count"]) == (session.message_digest(), 3)
    assert judge.keep_on(realm, session.id).accepted
    verdict = judge.resume(realm, session.id)
    assert verdict.accepted, verdict.said


def test_p4_guarded_saves_write_what_the_real_code_reads(realm: Path, judge: Judge) -> None:
    store = SqliteSessionStore.open(realm / "sessions.sqlite3")
    session = turn()
    put(realm, session)
    session.push_batch([USER, ANSWER])
    store.save(session)
    put(realm, session)
    assert judge.sessions(realm)[session.id]["message_count"] == 5
    assert judge.keep_on(realm, session.id).accepted


REWRITES: dict[str, Callable[[Session], Commit]] = {
    "redact": lambda session: commit_transcript_rewrite(session, 1, 2, [ANSWER], Reason("redaction"), ACTOR),
    "insert": lambda session: commit_transcript_rewrite(session, 1, 1, [ANSWER], Reason("edit"), ACTOR),
    "delete": lambda session: commit_transcript_rewrite(session, 1, 3, [], Reason("edit", "a note"), None),
    "compact": lambda session: commit_transcript_rewrite(session, 0, 3, [SYSTEM, USER], Reason("compaction"), ACTOR),
}


@pytest.mark.parametrize("kind", REWRITES)
def test_p4_a_rewrite_and_bringing_back_what_was_before_are_taken_up(realm: Path, judge: Judge, kind: str) -> None:
    store = SqliteSessionStore.open(realm / "sessions.sqlite3")
    session = turn()
    put(realm, session)
    before = session.transcript_revision()
    store.save_transcript_rewrite(session, commit := REWRITES[kind](session))
    put(realm, session)
    said = judge.sessions(realm)[session.id]
    assert said["revision"] == commit.revision == session.message_digest()
    assert judge.keep_on(realm, session.id).accepted
    assert judge.resume(realm, session.id).accepted
    store.save_transcript_rewrite(session, restore_revision(session, before, ACTOR))
    put(realm, session)
    assert judge.sessions(realm)[session.id]["revision"] == before
    assert judge.keep_on(realm, session.id).accepted
    assert judge.resume(realm, session.id).accepted


def test_p4_a_fork_is_taken_up_beside_its_source(realm: Path, judge: Judge) -> None:
    session = turn()
    put(realm, session)
    with closing(open_connection(realm / "sessions.sqlite3")) as connection:
        stored = load_session_snapshot_in_txn(connection, session.id)
    assert stored is not None
    child = fork_at(stored, 2)
    put(realm, child)
    assert set(judge.sessions(realm)) == {session.id, child.id}
    for session_id in (session.id, child.id):
        assert judge.resume(realm, session_id).accepted


def test_p4_a_deleted_session_is_gone(realm: Path, judge: Judge) -> None:
    session, other = turn(), turn()
    put(realm, session)
    put(realm, other)
    SqliteSessionStore.open(realm / "sessions.sqlite3").delete(session.id)
    with closing(open_connection(realm / "sessions.sqlite3")) as connection, begin_immediate_transaction(connection):
        connection.execute("DELETE FROM runtime_session_snapshots WHERE runtime_id = ?", (f"rt:session:{session.id}",))
    assert set(judge.sessions(realm)) == {other.id}
