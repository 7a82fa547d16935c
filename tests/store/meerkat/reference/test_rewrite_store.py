"""Rewrites kept in a store, over SQLite and in memory alike (P2 list C: C1 to C4, C10, C16, C17)."""

from __future__ import annotations

from typing import Any

import pytest

from store.meerkat.reference.errors import SessionStoreError, TranscriptRevisionConflict
from store.meerkat.reference.history import Commit, Reason
from store.meerkat.reference.memory_store import MemorySessionStore
from store.meerkat.reference.restoring import RevisionNotRetained, restore_revision
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from tests.store.meerkat.conftest import document, dump, session_id, user
from tests.store.meerkat.reference.conftest import Handle
from tests.store.meerkat.reference.recorded import outcome, recorded_commit
from tests.store.meerkat.stored import vectors


@pytest.fixture
def stored(handle: Handle) -> Session:
    """A session of three messages that is kept in the store."""
    session = Session.load(document(session_id(1), [user("a"), user("b"), user("c")]))
    handle().save(session)
    return session


def summarised(session: Session) -> tuple[Session, Commit]:
    """A copy in which one summary stands in the place of the first two messages."""
    made = session.copy()
    return made, commit_transcript_rewrite(made, 0, 2, [dump(user("summary"))], Reason("compaction"), "test")


def kept(handle: Handle) -> Session:
    found = handle().load(session_id(1))
    assert found is not None
    return found


def test_p2_c1_a_plain_save_of_a_rewrite_is_refused_and_the_row_stays(handle: Handle, stored: Session) -> None:
    rewritten, _ = summarised(stored)

    with pytest.raises(SessionStoreError):
        handle().save(rewritten)

    assert kept(handle).encode() == stored.encode()


def test_p2_c2_with_its_commit_it_is_accepted_and_served(handle: Handle, stored: Session) -> None:
    rewritten, commit = summarised(stored)

    handle().save_transcript_rewrite(rewritten, commit)

    found = kept(handle)
    assert len(found.messages) == commit.messages_after == 2
    assert found.transcript_revision() == commit.revision
    assert found.encode() == rewritten.encode()


def test_p2_c3_the_rewritten_session_takes_appends_and_all_of_it_survives(handle: Handle, stored: Session) -> None:
    rewritten, commit = summarised(stored)
    handle().save_transcript_rewrite(rewritten, commit)
    session = kept(handle)
    session.push(dump(user("d")))

    handle().save(session)

    found = kept(handle)
    history = found.history()
    assert history is not None
    assert [len(body.messages) for body in history.bodies] == [3, 2, 3]
    assert found.transcript_revision() == found.message_digest()


def test_p2_c4_an_append_meanwhile_is_a_conflict_and_the_row_stays(handle: Handle, stored: Session) -> None:
    rewritten, commit = summarised(stored)
    other = kept(handle)
    other.push(dump(user("meanwhile")))
    handle().save(other)

    with pytest.raises(TranscriptRevisionConflict) as caught:
        handle().save_transcript_rewrite(rewritten, commit)

    assert caught.value.fields == {
        "id": stored.id,
        "expected": stored.transcript_revision(),
        "actual": other.transcript_revision(),
    }
    assert kept(handle).encode() == other.encode()


def test_p2_c16_a_restore_returns_the_identical_revision(handle: Handle, stored: Session) -> None:
    rewritten, commit = summarised(stored)
    handle().save_transcript_rewrite(rewritten, commit)
    session = kept(handle)

    back = restore_revision(session, commit.parent_revision)
    handle().save_transcript_rewrite(session, back)

    assert kept(handle).transcript_revision() == back.revision == stored.transcript_revision()
    assert kept(handle).messages == stored.messages


def test_p2_c16_what_is_not_kept_cannot_be_brought_back(stored: Session) -> None:
    rewritten, _ = summarised(stored)

    for session in (stored, rewritten):
        with pytest.raises(RevisionNotRetained) as caught:
            restore_revision(session, "sha256:other")
        assert str(caught.value) == f"transcript revision sha256:other not found for session {session.id}"


@pytest.mark.parametrize("case", vectors()["tampered_rewrite_cases"], ids=lambda case: case["case"])
def test_p2_c17_a_tampered_rewrite_is_kept_or_refused_as_recorded(case: Any) -> None:
    previous, incoming = Session.load(case["previous"].encode()), Session.load(case["incoming"].encode())
    store = MemorySessionStore()
    store.save_authoritative_projection(previous)

    result = outcome(lambda: store.save_transcript_rewrite(incoming, recorded_commit(case["commit"])))

    recorded = case["rewrite_guard"]
    assert result == recorded
    found = store.load(previous.id)
    assert found is not None
    assert found.encode() == (incoming if recorded == "ok" else previous).encode()
