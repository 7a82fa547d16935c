"""The guards of every save, with the recorded outcomes of the real ones (L4; P1 append, rewrite, tamper; P2 B)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from store.meerkat.reference.errors import (
    InvalidTranscriptRewrite,
    MonotonicityViolation,
    TranscriptContinuityViolation,
)
from store.meerkat.reference.guards import (
    append_only_save_guard,
    commit_chain,
    run_boundary_snapshot_save_guard,
    transcript_rewrite_save_guard,
)
from store.meerkat.reference.history import HISTORY_KEY, Body, Commit, History, Reason
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.session import Session
from store.meerkat.reference.session_store import SessionStore
from store.meerkat.reference.sqlite_store import SqliteSessionStore
from store.meerkat.shapes.digests import DigestFormat
from tests.store.meerkat.reference.recorded import outcome, recorded_commit, session_of_text, the_session_of
from tests.store.meerkat.reference.store_maker import MESSAGE_TIME, Ticking, said, session_of, user
from tests.store.meerkat.stored import vectors

LATER = "2026-05-28T20:30:00Z"


def cases(key: str) -> list[Any]:
    return [pytest.param(case, id=case["case"]) for case in vectors()[key]]


# ------------------------------------------------------------------------------------------ recorded outcomes


def test_p1_the_recorded_outcomes_are_all_there() -> None:
    counts = {
        "append_only_cases": 18, "rewrite_cases": 8, "tampered_rewrite_cases": 16, "commit_errors": 10,
        "message_examples": 18, "migrations": 17, "migrations_spliced": 16,
    }  # fmt: skip
    assert {key: len(vectors()[key]) for key in counts} == counts


@pytest.mark.parametrize("case", cases("append_only_cases"))
def test_p1_a_save_is_judged_as_the_real_append_guard_judged_it(case: Any) -> None:
    incoming, previous = the_session_of(case["incoming"]), session_of_text(case["previous"])
    assert outcome(lambda: append_only_save_guard(incoming, previous)) == case["append_only"]


@pytest.mark.parametrize("case", cases("append_only_cases"))
def test_p1_a_save_is_judged_as_the_real_guard_at_the_end_of_a_run_judged_it(case: Any) -> None:
    incoming, previous = the_session_of(case["incoming"]), session_of_text(case["previous"])
    assert outcome(lambda: run_boundary_snapshot_save_guard(incoming, previous)) == case["run_boundary"]


@pytest.mark.parametrize("case", cases("rewrite_cases"))
def test_p1_a_rewrite_is_judged_as_the_real_guard_judged_it(case: Any) -> None:
    incoming, previous = the_session_of(case["incoming"]), session_of_text(case["previous"])
    commit = recorded_commit(case["commit"])
    assert outcome(lambda: transcript_rewrite_save_guard(incoming, previous, commit)) == case["result"]


@pytest.mark.parametrize("case", cases("tampered_rewrite_cases"))
def test_p1_a_tampered_rewrite_has_the_recorded_outcome_in_all_three_guards(case: Any) -> None:
    """C17 too: every field of a commit, the bodies, the head and the graph itself."""
    incoming, previous = the_session_of(case["incoming"]), the_session_of(case["previous"])
    commit = recorded_commit(case["commit"])
    assert outcome(lambda: transcript_rewrite_save_guard(incoming, previous, commit)) == case["rewrite_guard"]
    assert outcome(lambda: run_boundary_snapshot_save_guard(incoming, previous)) == case["run_boundary"]
    assert outcome(lambda: append_only_save_guard(incoming, incoming)) == case["append_only_over_self"]


def test_p1_a_chain_of_two_commits_is_judged_as_the_real_guards_judged_it() -> None:
    chain = vectors()["two_commit_chain"]
    incoming, base = the_session_of(chain["session"]), the_session_of(vectors()["base_session_json"])
    commit = recorded_commit(chain["commit2"])
    between = the_session_of(vectors()["rewrite"]["after_append"])
    assert outcome(lambda: append_only_save_guard(incoming, base)) == chain["append_only_over_base"]
    assert outcome(lambda: run_boundary_snapshot_save_guard(incoming, base)) == chain["run_boundary_over_base"]
    assert (
        outcome(lambda: transcript_rewrite_save_guard(incoming, base, commit))
        == chain["rewrite_guard_second_over_base"]
    )
    assert (
        outcome(lambda: transcript_rewrite_save_guard(incoming, between, commit))
        == chain["rewrite_guard_second_over_r2"]
    )


def test_p1_two_loads_of_a_document_without_times_do_not_go_on_from_each_other() -> None:
    recorded = vectors()["legacy_v1_without_created_at"]
    guard = recorded["guard_load1_over_load2"]
    data = recorded["input"].encode()
    first = Session.load(data, clock=Ticking())
    second = Session.load(data, clock=Ticking(5))
    found = outcome(lambda: append_only_save_guard(first, second))
    assert (found["variant"], found["reason"]) == (guard["variant"], guard["reason"])
    assert found["incoming_revision"] == first.message_digest() != second.message_digest()


# ----------------------------------------------------------------------------------- the conformance list, B1 to B12


def grown(session: Session, *messages: Any) -> Session:
    made = session.copy()
    made.push_batch(messages)
    return made


def with_messages(session: Session, *messages: Any) -> Session:
    made = session.copy()
    made.replace_messages(session.canonical(messages))
    return made


def test_p2_b1_a_first_save_is_accepted_even_with_a_graph() -> None:
    append_only_save_guard(the_session_of(vectors()["rewrite"]["after_append"]), None)


def test_p2_b2_an_identical_save_is_accepted() -> None:
    session = session_of("a", "b")
    append_only_save_guard(session.copy(), session)


def test_p2_b3_an_append_is_accepted() -> None:
    session = session_of("a", "b")
    append_only_save_guard(grown(session, user("c"), said("d")), session)


def test_p2_b4_a_shorter_transcript_is_a_shrink_and_the_longer_one_goes_on_afterwards() -> None:
    session = session_of("a", "b")
    with pytest.raises(MonotonicityViolation) as refused:
        append_only_save_guard(with_messages(session), session)
    assert refused.value.fields == {"id": session.id, "prev_len": 2, "new_len": 0}
    append_only_save_guard(grown(session, user("c")), session)


def test_p2_b5_as_many_messages_with_other_content_are_a_divergence_that_names_the_session() -> None:
    session = session_of("a", "b")
    with pytest.raises(TranscriptContinuityViolation, match=session.id):
        append_only_save_guard(with_messages(session, user("a"), user("x")), session)


def test_p2_b6_more_messages_with_a_changed_prefix_are_a_divergence() -> None:
    session = session_of("a", "b")
    with pytest.raises(TranscriptContinuityViolation):
        append_only_save_guard(with_messages(session, user("x"), user("b"), user("c")), session)


def prompted(text: str, time: str = MESSAGE_TIME) -> dict[str, Any]:
    return {"role": "system", "content": text, "created_at": time}


@pytest.fixture
def with_system() -> Session:
    return with_messages(session_of(), prompted("base"), user("a"))


def test_p2_b7_another_system_text_is_rejected(with_system: Session) -> None:
    with pytest.raises(TranscriptContinuityViolation):
        append_only_save_guard(with_messages(with_system, prompted("other"), user("a")), with_system)


def test_p2_b8_context_behind_the_separator_and_with_the_mark_is_accepted(with_system: Session) -> None:
    added = prompted("base\n\n---\n\n[Runtime System Context]\nnow", LATER)
    append_only_save_guard(with_messages(with_system, added, user("a"), user("b")), with_system)


@pytest.mark.parametrize("text", ["base\n\n---\n\nmore", "base[Runtime System Context]", "base\n\n---\n\n"])
def test_p2_b8_without_the_mark_or_the_separator_it_is_rejected(with_system: Session, text: str) -> None:
    with pytest.raises(TranscriptContinuityViolation):
        append_only_save_guard(with_messages(with_system, prompted(text), user("a")), with_system)


def test_p2_b9_only_another_time_of_the_system_text_is_accepted(with_system: Session) -> None:
    append_only_save_guard(with_messages(with_system, prompted("base", LATER), user("a")), with_system)


def test_p2_b9_a_changed_tail_behind_it_is_rejected(with_system: Session) -> None:
    with pytest.raises(TranscriptContinuityViolation):
        append_only_save_guard(with_messages(with_system, prompted("base", LATER), user("x")), with_system)


def notice(kind: str = "mcp_pending", **block: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"role": "system_notice", "kind": kind, "body": "connecting", "created_at": MESSAGE_TIME}
    if block:
        made["blocks"] = [{"type": "mcp", "persisted": False} | block]
    return made


@pytest.mark.parametrize("transient", [notice(), notice(persisted=False)])
def test_p2_b10_a_transient_notice_may_go(transient: dict[str, Any]) -> None:
    session = with_messages(session_of(), user("a"), transient, user("b"))
    append_only_save_guard(with_messages(session, user("a"), user("b")), session)


@pytest.mark.parametrize("lasting", [notice("generic"), notice(persisted=True), notice("mcp", persisted=False)])
def test_p2_b10_any_other_notice_stays(lasting: dict[str, Any]) -> None:
    session = with_messages(session_of(), user("a"), lasting, user("b"))
    with pytest.raises(MonotonicityViolation):
        append_only_save_guard(with_messages(session, user("a"), user("b")), session)


def test_p2_b11_dropping_the_graph_is_rejected() -> None:
    session = the_session_of(vectors()["rewrite"]["after_append"])
    without = session.copy()
    without.remove_metadata(HISTORY_KEY)
    with pytest.raises(InvalidTranscriptRewrite, match="would erase retained transcript history state"):
        append_only_save_guard(without, session)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda session: with_messages(session),
        lambda session: with_messages(session, user("a"), user("b"), user("c"), user("x")),
        lambda session: with_messages(session, user("x"), *(user(text) for text in "bcde")),
    ],
)
def test_p2_b12_a_rejected_save_leaves_the_row_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, spoil: Callable[[Session], Session]
) -> None:
    store: SessionStore = SqliteSessionStore.open(tmp_path_factory.mktemp("store") / "sessions.sqlite3")
    session = session_of("a", "b", "c", "d")
    store.save(session)
    with pytest.raises((MonotonicityViolation, TranscriptContinuityViolation)):
        store.save(spoil(session))
    kept = store.load(session.id)
    assert kept is not None
    assert (len(kept.messages), kept.encode()) == (4, session.encode())


# --------------------------------------------------------------------------------------- what no case shows


def test_l4_where_digests_leave_times_out_a_changed_time_is_no_divergence() -> None:
    session = session_of("a", "b")
    moved = with_messages(session, user("a"), user("b") | {"created_at": LATER}, user("c"))
    moved.form = DigestFormat.F3
    append_only_save_guard(moved, session)
    moved.form = DigestFormat.F1
    with pytest.raises(TranscriptContinuityViolation):
        append_only_save_guard(moved, session)


def graph_of(*bodies: tuple[str, str | None], head: str, commits: tuple[tuple[str, str], ...] = ()) -> History:
    return History(
        head,
        tuple(Commit(parent, made, 0, 0, "", "", 0, 0, Reason("test"), None, 0) for parent, made in commits),
        tuple(Body(name, parent, MessageList(), 0) for name, parent in bodies),
    )


def test_l4_the_chain_takes_the_first_commit_that_leads_on() -> None:
    history = graph_of(
        ("a", None), ("b", "a"), ("c", "b"), ("d", "c"), head="d", commits=(("a", "b"), ("b", "x"), ("b", "c"))
    )
    chain = commit_chain(history, "a", "d")
    assert chain is not None
    assert [(commit.parent_revision, commit.revision) for commit in chain] == [("a", "b"), ("b", "c")]


def test_l4_a_chain_of_nothing_but_appends_has_no_commits() -> None:
    assert commit_chain(graph_of(("a", None), ("b", "a"), head="b"), "a", "b") == []


def test_l4_where_nothing_leads_there_is_no_chain() -> None:
    assert commit_chain(graph_of(("a", None), ("b", None), head="b"), "a", "b") is None


def test_l4_parents_in_a_ring_end_the_search() -> None:
    history = graph_of(("a", "b"), ("b", "a"), head="b", commits=(("a", "b"), ("b", "a")))
    assert commit_chain(history, "a", "z") is None


def test_l4_a_graph_that_is_no_object_is_named_by_its_decoder() -> None:
    session = session_of("a")
    session.set_metadata(HISTORY_KEY, json.loads('{"head": 5}'))
    with pytest.raises(InvalidTranscriptRewrite, match="invalid type: integer `5`, expected a string"):
        append_only_save_guard(session, session)
