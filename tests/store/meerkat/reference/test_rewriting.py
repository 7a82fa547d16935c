"""Rewrites by commit: each recorded outcome, and what a rewrite leaves behind (P1, P2 list C)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from store.meerkat.codec.codec import encode
from store.meerkat.reference.errors import (
    InvalidRewriteRange,
    InvalidTranscriptShape,
    NoOpRewrite,
    RevisionConflict,
    TranscriptEditError,
)
from store.meerkat.reference.graph_rules import validate_session_history
from store.meerkat.reference.guards import transcript_rewrite_save_guard
from store.meerkat.reference.history import Reason
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.restoring import restore_revision
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from tests.store.meerkat.conftest import TIME, assistant, call, dump, results, said, user
from tests.store.meerkat.reference.clocks import ticking
from tests.store.meerkat.reference.recorded import outcome
from tests.store.meerkat.stored import vectors

BASE_REVISION = "sha256:7bb99923659e143fde15ff2c11e852d3df47c7c29aca760ddbe70fdde2050b26"
INSERTED = {"role": "user", "content": "ins", "created_at": "2026-05-28T20:27:26.123456789Z"}
"""What the recorded insertion put in."""


def base(first_s: int = 1_780_000_032) -> Session:
    """The session of the recorded outcomes."""
    return Session.load(vectors()["base_session_json"].encode(), clock=ticking(first_s))


def rewrite(session: Session, begin: int, end: int, *replacement: Any, expected: str | None = None) -> Any:
    messages = [dump(message) for message in replacement]
    return commit_transcript_rewrite(session, begin, end, messages, Reason("edit"), expected_parent=expected)


def replaced() -> dict[str, Any]:
    """What the recorded rewrite put in the place of message 2."""
    found: dict[str, Any] = json.loads(vectors()["rewrite"]["rewritten_session"])["messages"][2]
    return found


def rewritten() -> Session:
    """The session behind the recorded rewrite, whose clock goes on."""
    session = base()
    commit_transcript_rewrite(
        session, 2, 3, [dump(replaced())], Reason("compaction", "why"), "test", expected_parent=BASE_REVISION
    )
    return session


def appended() -> Session:
    """And behind the recorded append."""
    session = rewritten()
    session._clock = ticking(1_780_000_037)
    session.push({"role": "user", "content": "after rewrite", "created_at": "2026-05-28T20:27:16.123456789Z"})
    return session


# --------------------------------------------------------------------------------------------- the recorded outcomes

EDITS: dict[str, tuple[int, int, list[Any], str | None]] = {
    "range_end_beyond": (0, 9, [], None),
    "range_inverted": (3, 1, [], None),
    "noop": (0, 0, [], None),
    "stale_expected": (0, 1, [], "sha256:nope"),
    "delete_span": (1, 3, [], None),
    "insert_empty_range": (4, 4, [INSERTED], None),
    "orphan_tool_results": (4, 4, [results(("t1", "r"))], None),
    "trailing_tool_use": (4, 4, [assistant(call("t1"))], None),
    "wrong_tool_ids": (4, 4, [assistant(call("t1")), results(("x", "r"))], None),
    "duplicate_tool_ids": (4, 4, [assistant(call("t1")), results(("t1", "r"), ("t1", "r"))], None),
}


@pytest.mark.parametrize("case", vectors()["commit_errors"], ids=lambda case: case["case"])
def test_p1_each_recorded_edit_has_its_outcome(case: Any) -> None:
    begin, end, replacement, expected = EDITS[case["case"]]
    session, recorded = base(), case["result"]

    if "ok" in recorded:
        assert rewrite(session, begin, end, *replacement, expected=expected).revision == recorded["ok"]
        return
    with pytest.raises(TranscriptEditError) as caught:
        rewrite(session, begin, end, *replacement, expected=expected)
    assert str(caught.value) == recorded["display"]
    assert debugged(caught.value) == recorded["debug"]
    assert session.encode() == base().encode()


def debugged(error: TranscriptEditError) -> str:
    """An error with its fields, as the recording prints it."""
    values = {name: json.dumps(value) for name, value in error.fields.items()}
    if list(values) == ["text"]:
        return f"{error.variant}({values['text']})"
    return f"{error.variant} {{ {', '.join(f'{name}: {value}' for name, value in values.items())} }}"


def test_p1_the_recorded_edits_are_all_ten() -> None:
    assert {case["case"] for case in vectors()["commit_errors"]} == set(EDITS)


def test_p1_the_recorded_rewrite_gives_the_recorded_bytes() -> None:
    session = base()

    commit = commit_transcript_rewrite(
        session, 2, 3, [dump(replaced())], Reason("compaction", "why"), "test", expected_parent=BASE_REVISION
    )

    recorded = vectors()["rewrite"]
    assert session.encode() == recorded["rewritten_session"].encode()
    assert encode(commit.fields()) == recorded["commit"].encode()
    assert Session.load(session.encode()).encode() == session.encode()


def test_p1_an_append_behind_the_recorded_rewrite_gives_the_recorded_bytes() -> None:
    assert appended().encode() == vectors()["rewrite"]["after_append"].encode()


def test_p1_the_recorded_restore_gives_the_recorded_bytes() -> None:
    session = appended()
    session._clock = ticking(1_780_000_040)

    commit = restore_revision(session, BASE_REVISION, "test")

    recorded = vectors()["restore"]
    assert session.encode() == recorded["session"].encode()
    assert json.loads(encode(commit.fields())) == recorded["commit"]
    assert commit.revision == BASE_REVISION


def test_p1_the_second_commit_of_the_recorded_chain_gives_the_recorded_bytes() -> None:
    session = appended()
    session._clock = ticking(1_780_000_082)

    commit = rewrite(session, 1, 2)

    recorded = vectors()["two_commit_chain"]
    assert json.loads(encode(commit.fields())) == recorded["commit2"]
    assert session.encode() == recorded["session"].encode()


def test_p1_arguments_are_sorted_by_the_first_load_and_only_that_spelling_has_the_kept_name() -> None:
    recorded = vectors()["args_key_order"]

    session = Session.load(recorded["session"].encode())

    assert session.transcript_revision() == recorded["reloaded_revision"]
    assert b'"args":{"a":2,"z":1}' in session.encode()


# --------------------------------------------------------------------------------------------------- list C of §5


def test_p2_c5_a_rewrite_that_changes_nothing_is_refused() -> None:
    session = base()

    with pytest.raises(NoOpRewrite) as caught:
        commit_transcript_rewrite(session, 1, 3, session.messages.slice(1, 3), Reason("edit"))

    assert caught.value.fields == {"revision": BASE_REVISION}
    assert not session.has_history


def test_p2_c6_a_rewrite_of_another_revision_is_refused() -> None:
    with pytest.raises(RevisionConflict) as caught:
        rewrite(base(), 0, 1, expected="sha256:other")

    assert caught.value.fields == {"expected": "sha256:other", "actual": BASE_REVISION}


def test_p2_c6_the_revision_is_asked_before_the_range() -> None:
    with pytest.raises(RevisionConflict):
        rewrite(base(), 9, 1, expected="sha256:other")


@pytest.mark.parametrize(("begin", "end"), [(0, 5), (3, 2), (5, 5), (-1, 2)])
def test_p2_c7_a_range_that_is_none_is_refused(begin: int, end: int) -> None:
    with pytest.raises(InvalidRewriteRange) as caught:
        rewrite(base(), begin, end)

    assert caught.value.fields == {"start": begin, "end": end, "message_count": 4}


def legacy(*ids: str) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": "x",
        "tool_calls": [{"id": name, "name": "shell", "args": {}} for name in ids],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 1, "output_tokens": 1, "cache_creation_tokens": None, "cache_read_tokens": None},
        "created_at": TIME,
    }


SHAPES = {
    "results at the beginning": (0, 0, [results(("a", "r"))]),
    "results behind a user": (4, 4, [results(("a", "r"))]),
    "results behind an answer without calls": (3, 3, [results(("a", "r"))]),
    "a call at the end": (4, 4, [assistant(call("a"))]),
    "a legacy call at the end": (4, 4, [legacy("a")]),
    "a call before a user": (3, 3, [assistant(call("a"))]),
    "an id answered twice": (4, 4, [assistant(call("a")), results(("a", "r"), ("a", "r"))]),
    "an id called twice": (4, 4, [assistant(call("a"), call("a")), results(("a", "r"))]),
    "an id not answered": (4, 4, [assistant(call("a"), call("b")), results(("a", "r"))]),
    "an id not called": (4, 4, [legacy("a"), results(("a", "r"), ("b", "r"))]),
    "results twice": (4, 4, [assistant(call("a")), results(("a", "r")), results(("a", "r"))]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_p2_c8_calls_and_results_that_do_not_belong_together_are_refused(name: str) -> None:
    session = base()
    begin, end, replacement = SHAPES[name]

    with pytest.raises(InvalidTranscriptShape):
        rewrite(session, begin, end, *replacement)

    assert session.encode() == base().encode()


def test_p2_c8_calls_with_their_results_in_any_order_are_accepted() -> None:
    session = base()

    rewrite(
        session,
        4,
        4,
        assistant(call("b"), call("a")),
        results(("a", "r"), ("b", "r")),
        legacy("c"),
        results(("c", "r")),
    )

    assert len(session.messages) == 8


def test_p2_c8_deleting_results_alone_is_refused() -> None:
    session = base()
    session.push_batch([dump(assistant(call("a"))), dump(results(("a", "r")))])

    with pytest.raises(InvalidTranscriptShape, match="assistant tool-use message 4 has no following tool_results"):
        rewrite(session, 5, 6)


def test_p2_c10_everything_that_the_assistant_did_stays_in_the_body_of_the_parent() -> None:
    everything = json.loads(vectors()["message_examples"]["block_assistant_all"]["json"])
    everything["blocks"][-1]["data"]["args"] = {"a": 1}
    calls = [block["data"]["id"] for block in everything["blocks"] if block["block_type"] == "tool_use"]
    session = base()
    session.push_batch([dump(everything), dump(results(*[(name, "r") for name in calls]))])
    before = session.messages

    rewrite(session, 4, 6)

    history = Session.load(session.encode()).history()
    assert history is not None
    assert history.bodies[0].messages == before


def test_p2_c13_a_push_behind_a_rewrite_moves_the_head_of_the_graph() -> None:
    session = rewritten()
    first = session.transcript_revision()

    session.push(dump(user("more")))

    history = session.history()
    assert history is not None
    assert history.head == session.message_digest() != first
    assert (history.bodies[-1].parent, history.bodies[-1].messages) == (first, session.messages)


def test_p2_c13_a_rewrite_of_the_system_message_moves_it_too() -> None:
    session = rewritten()

    commit = rewrite(session, 0, 1, {"role": "system", "content": "other", "created_at": TIME})

    assert session.transcript_revision() == session.message_digest() == commit.revision


def test_l5_a_revision_that_comes_back_has_one_body() -> None:
    session = base()
    rewrite(session, 3, 4)
    restore_revision(session, BASE_REVISION)

    history = session.history()
    assert history is not None
    assert [body.revision for body in history.bodies].count(BASE_REVISION) == 1
    assert (len(history.commits), len(history.bodies)) == (2, 2)


def test_l5_the_first_body_has_the_time_of_the_last_change_and_the_new_one_that_of_the_commit() -> None:
    session = base()
    before_ns = session.updated_at_ns

    commit = rewrite(session, 3, 4, user("x"), assistant(said("y")))

    history = session.history()
    assert history is not None
    assert [body.created_at_ns for body in history.bodies] == [before_ns, commit.committed_at_ns]
    assert session.updated_at_ns > commit.committed_at_ns


def test_l3_ids_are_named_in_the_order_of_their_bytes_and_quoted_as_the_reference_quotes_them() -> None:
    answered = results(("b\n", "r"), ('a"', "r"), ("ü\u0301", "r"), ("\u200b", "r"))

    with pytest.raises(InvalidTranscriptShape) as caught:
        rewrite(base(), 4, 4, assistant(call("z")), answered)

    assert caught.value.fields["text"] == (
        'tool_results at message 5 resolve tool ids {"a\\"", "b\\n", "ü\\u{301}", "\\u{200b}"}, expected {"z"}'
    )


def live_spelling() -> Session:
    """The recorded session as a program holds it that never loaded it: arguments in the order in which they came."""
    recorded = vectors()["args_key_order"]["session"]
    session = Session.load(recorded.encode(), clock=ticking(1_780_000_070))
    raw = json.loads(recorded)["messages"]
    session.replace_messages(MessageList.of([dump(message) for message in raw]))
    return session


def test_p1_arguments_in_the_order_in_which_they_came_make_the_recorded_other_name() -> None:
    recorded = vectors()["args_key_order"]

    assert live_spelling().message_digest() == recorded["live_revision"] != recorded["reloaded_revision"]


def test_p1_a_rewrite_of_that_spelling_has_a_graph_that_is_not_valid_after_a_load() -> None:
    session = live_spelling()
    rewrite(session, 3, 4)

    with pytest.raises(TranscriptEditError) as caught:
        validate_session_history(Session.load(session.encode()))

    assert str(caught.value) == vectors()["args_key_order"]["live_graph_valid"]


def test_p1_a_rewrite_of_that_spelling_conflicts_with_what_is_stored_and_one_of_the_loaded_one_does_not() -> None:
    recorded = vectors()["args_key_order"]
    stored = Session.load(recorded["session"].encode())
    live, loaded = live_spelling(), stored.copy()
    of_live, of_loaded = rewrite(live, 3, 4), rewrite(loaded, 3, 4)

    assert outcome(lambda: transcript_rewrite_save_guard(live, stored, of_live)) == recorded["rewrite_guard_live"]
    assert outcome(lambda: transcript_rewrite_save_guard(loaded, stored, of_loaded)) == "ok"
    validate_session_history(loaded)
