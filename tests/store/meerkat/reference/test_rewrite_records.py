"""Graphs rebuilt from records of rewrites (P2 list C: C9, C11, C12, C14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.meerkat.reference.errors import HistoryStateMalformed, TranscriptEditError
from store.meerkat.reference.guards import run_boundary_snapshot_save_guard
from store.meerkat.reference.history import Body, Commit, History, Reason
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.rewrite_records import (
    RewriteRecord,
    apply_transcript_history_state,
    history_from_rewrite_records,
    record_of,
)
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from tests.store.meerkat.conftest import assistant, document, dump, said, session_id, user


def session_of(*texts: str) -> Session:
    return Session.load(document(session_id(1), [user(text) for text in texts]))


def rewrite(session: Session, begin: int, end: int, *texts: str) -> Commit:
    return commit_transcript_rewrite(session, begin, end, [dump(user(text)) for text in texts], Reason("edit"))


def history_of(session: Session) -> History:
    history = session.history()
    assert history is not None
    return history


def records_of(session: Session) -> list[RewriteRecord]:
    history = history_of(session)
    records = [record_of(history, commit) for commit in history.commits]
    return [record for record in records if record is not None]


def edited() -> Session:
    """A session with two rewrites and appended turns between them and behind."""
    session = session_of("a", "b", "c")
    rewrite(session, 0, 2, "ab")
    session.push_batch([dump(user("d")), dump(assistant(said("e")))])
    rewrite(session, 1, 2)
    session.push(dump(user("f")))
    return session


def test_p2_c12_records_rebuild_the_graph_across_normal_turns() -> None:
    session = edited()

    rebuilt = history_from_rewrite_records(records_of(session))

    assert rebuilt is not None
    assert rebuilt.commits == history_of(session).commits
    assert rebuilt.head == rebuilt.commits[-1].revision
    assert [len(body.messages) for body in rebuilt.bodies] == [3, 2, 4, 3]


def test_p2_c12_a_record_that_branches_off_is_rejected() -> None:
    one, other = session_of("a", "b"), session_of("a", "b")
    rewrite(one, 0, 1, "x")
    rewrite(other, 1, 2, "y")

    with pytest.raises(HistoryStateMalformed) as caught:
        history_from_rewrite_records([*records_of(one), *records_of(other)])

    parent, head = other.history().commits[0].parent_revision, one.transcript_revision()  # type: ignore[union-attr]
    assert str(caught.value) == (
        f"transcript history state is malformed: rewrite record parent {parent} does not extend transcript head {head}"
    )


def test_p2_c12_no_records_make_no_graph() -> None:
    assert history_from_rewrite_records([]) is None


@pytest.mark.parametrize("place", ["prefix", "suffix"])
def test_p2_c9_a_record_with_other_messages_around_the_span_is_rejected(place: str) -> None:
    session = session_of("a", "b", "c")
    rewrite(session, 1, 2, "x")
    (record,) = records_of(session)
    number = 0 if place == "prefix" else 2
    other = MessageList.of(
        [dump(user("other")) if at == number else data for at, data in enumerate(record.revision_body.messages)]
    )
    commit = replace(record.commit, revision=other.digest())
    body = Body(commit.revision, commit.parent_revision, other, record.revision_body.created_at_ns)

    with pytest.raises(HistoryStateMalformed) as caught:
        history_from_rewrite_records([RewriteRecord(commit, record.parent_body, body)])

    where = "before" if place == "prefix" else "after"
    assert caught.value.fields["text"] == f"rewrite revision changed messages {where} the selected span"


def test_p2_c11_rewrites_with_appends_between_and_behind_them_pass_the_guard_at_the_end_of_a_run() -> None:
    stored = session_of("a", "b", "c")

    run_boundary_snapshot_save_guard(edited(), stored)


def test_p2_c14_a_session_that_takes_a_graph_was_changed_at_its_latest_commit() -> None:
    session = edited()
    rebuilt = history_from_rewrite_records(records_of(session))
    assert rebuilt is not None
    taken = session_of("other")

    apply_transcript_history_state(taken, rebuilt)

    assert taken.updated_at_ns == rebuilt.commits[-1].committed_at_ns
    assert taken.transcript_revision() == taken.message_digest() == rebuilt.head


def test_p2_c14_or_when_the_body_of_its_head_was_made_if_that_is_later() -> None:
    session = edited()
    history = history_of(session)

    apply_transcript_history_state(taken := session_of("other"), history)

    assert taken.updated_at_ns == history.bodies[-1].created_at_ns > history.commits[-1].committed_at_ns


def test_l5_a_graph_that_breaks_a_rule_is_not_taken() -> None:
    taken = session_of("other")
    before = taken.encode()

    with pytest.raises(TranscriptEditError):
        apply_transcript_history_state(taken, history_of(edited()).with_head("sha256:none"))

    assert taken.encode() == before
