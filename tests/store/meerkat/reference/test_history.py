"""A revision graph as values: it is printed as it was stored, and bodies share what they have in common (L1, L4)."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.reference.canonical import Shapes
from store.meerkat.reference.errors import (
    DecodeError,
    HistoryStateMalformed,
    Internal,
    InvalidRewriteRange,
    NoOpRewrite,
)
from store.meerkat.reference.graph_rules import extends, validate_history, validate_record, validate_session_history
from store.meerkat.reference.history import HISTORY_KEY, Body, Commit, History, Reason
from store.meerkat.reference.message_list import SMALL_RUN_BYTES, MessageList
from store.meerkat.reference.session import Session
from store.meerkat.reference.stored_history import commit_of, graph_of_value
from tests.store.meerkat.reference.recorded import the_session_of
from tests.store.meerkat.reference.store_maker import session_of, user
from tests.store.meerkat.stored import json_cells, vectors

SESSIONS = {
    "rewrite": vectors()["rewrite_cases"][0]["incoming"],
    "append after it": vectors()["rewrite"]["after_append"],
    "restore": vectors()["restore"]["session"],
    "two commits": vectors()["two_commit_chain"]["session"],
}


def history_of(session: Session) -> History:
    found = session.history()
    assert found is not None
    return found


# ----------------------------------------------------------------------------------------------------- printing


@pytest.mark.parametrize("name", sorted(SESSIONS))
def test_l1_a_graph_read_into_values_is_printed_as_it_was_stored(name: str) -> None:
    session = the_session_of(SESSIONS[name])
    session.replace_history(history_of(session))
    assert session.encode().decode() == SESSIONS[name]


def test_l1_every_stored_graph_of_a_real_realm_is_printed_as_it_was_stored(copy_sample: Any) -> None:
    seen = 0
    for cell in json_cells(copy_sample("meerkat/realm-0.6.24-rich")):
        if cell.column != "session_json":
            continue
        session = Session.load(cell.data)
        if session.has_history:
            seen += 1
            history = history_of(session)
            session.replace_history(history)
            assert session.encode() == cell.data
            validate_history(history)
    assert seen >= 10


def test_l1_a_graph_made_of_new_bodies_is_printed_as_meerkat_would() -> None:
    """Without what was remembered of the spelling of any body."""
    text = SESSIONS["two commits"]
    session = the_session_of(text)
    history = history_of(session)
    bodies = tuple(Body(body.revision, body.parent, body.messages, body.created_at_ns) for body in history.bodies)
    session.replace_history(History(history.head, history.commits, bodies))
    assert session.encode().decode() == text


def test_l1_bodies_share_the_bytes_of_what_they_have_in_common() -> None:
    made = the_session_of(SESSIONS["rewrite"])
    made.push_batch([user(str(number) * SMALL_RUN_BYTES) for number in range(3)])
    made.push(user("more"))
    first, last = (body.messages for body in history_of(Session.load(made.encode())).bodies[-2:])
    assert first.equal_prefix(last) == len(first) == len(last) - 1
    assert {view.obj for view in first.views()} <= {view.obj for view in last.views()}


def test_l1_an_untouched_graph_keeps_what_is_not_known_of_it() -> None:
    value = {"head": "a", "later": {"b": 1, "a": 2}, "revisions": [{"revision": "a", "messages": [], "x": 1}]}
    data = json.loads(session_of("a").encode())
    data["metadata"][HISTORY_KEY] = value
    session = Session.load(json.dumps(data).encode())
    assert json.loads(session.encode())["metadata"][HISTORY_KEY] == value


def test_l1_the_number_of_the_digest_format_is_kept() -> None:
    session = the_session_of(SESSIONS["rewrite"])
    session.set_metadata(HISTORY_KEY, json.loads(SESSIONS["rewrite"])["metadata"][HISTORY_KEY] | {"digest_format": 2})
    history = history_of(session)
    session.replace_history(history.with_head(history.head))
    assert history.digest_format == 2
    assert json.loads(session.encode())["metadata"][HISTORY_KEY]["digest_format"] == 2


VALUES = st.recursive(
    st.none() | st.integers(-5, 5) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["head", "revisions", "messages", "commits", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_p3_whatever_stands_in_the_place_of_a_graph_is_carried_along(value: Any) -> None:
    stored = graph_of_value(value)
    spelled = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    assert b"".join(stored.pieces()) == spelled
    data = session_of("a").encode().replace(b'"metadata":{}', b'"metadata":{"%s":%s}' % (HISTORY_KEY.encode(), spelled))
    session = Session.load(data)
    assert session.encode() == data
    with suppress(DecodeError):
        session.history()


def test_l1_a_graph_that_is_no_json_refuses_the_document() -> None:
    data = session_of("a").encode().replace(b'"metadata":{}', b'"metadata":{"%s":{"a":}}' % HISTORY_KEY.encode())
    with pytest.raises(Internal, match="expected value at line 1 column"):
        Session.load(data)


# ----------------------------------------------------------------------------------------------------- decoding


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "invalid type: integer `5`, expected struct TranscriptHistoryState"),
        ({}, "missing field `head`"),
        ({"head": "a", "commits": None}, "invalid type: null, expected a sequence"),
        ({"head": "a", "commits": [{}]}, "missing field `parent_revision`"),
        ({"head": "a", "revisions": [{"revision": "a"}]}, "missing field `messages`"),
        (
            {"head": "a", "revisions": [{"revision": "a", "messages": [{"role": "x"}]}]},
            "unknown variant `x`, expected one of `system`, `system_notice`, `user`, `assistant`,"
            " `block_assistant`, `tool_results`",
        ),
        ({"head": "a", "revisions": [{"revision": "a", "messages": []}]}, "missing field `created_at`"),
    ],
)
def test_l4_a_graph_that_cannot_be_decoded_is_refused_with_the_words_of_the_decoder(value: Any, text: str) -> None:
    with pytest.raises(DecodeError) as refused:
        graph_of_value(value).decoded(Shapes.REFERENCE, lambda: 0)
    assert str(refused.value) == text


def test_l4_a_commit_is_read_with_all_its_fields_and_printed_again() -> None:
    recorded = vectors()["rewrite_cases"][0]["commit"]
    commit = commit_of(recorded)
    assert commit.fields() == recorded
    assert (commit.reason, commit.actor) == (Reason("compaction", "why"), "test")
    assert commit_of(vectors()["two_commit_chain"]["commit2"]).actor is None


# --------------------------------------------------------------------------------------------- rules of a graph


def named(*texts: str) -> MessageList:
    return session_of().canonical([user(text) for text in texts])


def body(messages: MessageList, parent: Body | None = None) -> Body:
    return Body(messages.digest(), parent.revision if parent is not None else None, messages, 0)


def commit(parent: Body, made: Body, begin: int, end: int) -> Commit:
    replaced = len(made.messages) - (len(parent.messages) - (end - begin))
    return Commit(
        parent_revision=parent.revision,
        revision=made.revision,
        begin=begin,
        end=end,
        original_span_digest=parent.messages.digest(begin=begin, end=end),
        replacement_digest=made.messages.digest(begin=begin, end=begin + replaced),
        messages_before=len(parent.messages),
        messages_after=len(made.messages),
        reason=Reason("test"),
        actor=None,
        committed_at_ns=0,
    )


FIRST = body(named("a", "b", "c"))
SECOND = body(named("a", "x", "y", "c"), FIRST)
APPENDED = body(named("a", "x", "y", "c", "d"), SECOND)
THIRD = body(named("a", "d"), APPENDED)
ELSEWHERE = body(named("z"))
ONE = commit(FIRST, SECOND, 1, 2)
TWO = commit(APPENDED, THIRD, 1, 4)
BODIES = (FIRST, SECOND, APPENDED, THIRD)


def test_l4_a_chain_of_rewrites_with_appends_between_and_behind_is_sound() -> None:
    validate_history(History(FIRST.revision, (), (FIRST,)))
    validate_history(History(SECOND.revision, (ONE,), BODIES[:2]))
    validate_history(History(APPENDED.revision, (ONE,), BODIES[:3]))
    validate_history(History(THIRD.revision, (ONE, TWO), BODIES))


def test_l4_an_append_without_a_parent_is_known_by_its_messages() -> None:
    alone = Body(APPENDED.revision, None, APPENDED.messages, 0)
    validate_history(History(THIRD.revision, (ONE, TWO), (FIRST, SECOND, alone, THIRD)))
    assert extends(alone, (FIRST, SECOND), SECOND.revision)
    assert not extends(alone, (FIRST, SECOND), FIRST.revision)
    assert not extends(alone, (), SECOND.revision)
    assert not extends(ELSEWHERE, (SECOND,), SECOND.revision)


@pytest.mark.parametrize(
    ("history", "text"),
    [
        (History("sha256:none", (), BODIES), "missing transcript head body sha256:none"),
        (
            History("wrong", (), (Body("wrong", None, FIRST.messages, 0),)),
            f"transcript revision body wrong has digest {FIRST.revision}",
        ),
        (History(SECOND.revision, (ONE,), (SECOND,)), f"missing parent transcript body {FIRST.revision}"),
        (History(FIRST.revision, (ONE,), (FIRST,)), f"missing transcript revision body {SECOND.revision}"),
        (
            History(THIRD.revision, (TWO, ONE), BODIES),
            f"rewrite commit parent {FIRST.revision} does not extend transcript head {THIRD.revision}",
        ),
        (
            History(ELSEWHERE.revision, (ONE,), (*BODIES, ELSEWHERE)),
            f"transcript head {ELSEWHERE.revision} does not extend the rewrite chain",
        ),
    ],
)
def test_l4_the_first_rule_that_a_graph_breaks_is_named(history: History, text: str) -> None:
    with pytest.raises(HistoryStateMalformed) as refused:
        validate_history(history)
    assert refused.value.fields == {"text": text}


def test_l4_parents_in_a_ring_are_no_descent() -> None:
    one = Body(ELSEWHERE.revision, APPENDED.revision, ELSEWHERE.messages, 0)
    other = Body(APPENDED.revision, ELSEWHERE.revision, APPENDED.messages, 0)
    with pytest.raises(HistoryStateMalformed, match="does not extend the rewrite chain"):
        validate_history(History(one.revision, (ONE,), (FIRST, SECOND, one, other)))


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"messages_before": 9}, "commit message counts 9 -> 4 do not match revision bodies 3 -> 4"),
        ({"messages_after": 9}, "commit message counts 3 -> 9 do not match revision bodies 3 -> 4"),
        (
            {"original_span_digest": "no"},
            f"original span digest {FIRST.messages.digest(begin=1, end=2)} does not match commit digest no",
        ),
        (
            {"replacement_digest": "no"},
            f"replacement span digest {SECOND.messages.digest(begin=1, end=3)} does not match commit digest no",
        ),
        (
            {"begin": 0, "original_span_digest": FIRST.messages.digest(begin=0, end=2)},
            f"replacement span digest {SECOND.messages.digest(begin=0, end=3)}"
            f" does not match commit digest {ONE.replacement_digest}",
        ),
        (
            {"end": 1, "original_span_digest": FIRST.messages.digest(begin=1, end=1)},
            "rewrite revision changed messages after the selected span",
        ),
        (
            {"begin": 2, "end": 3, "original_span_digest": FIRST.messages.digest(begin=2, end=3)},
            "rewrite revision changed messages before the selected span",
        ),
    ],
)
def test_l4_what_a_commit_says_wrongly_is_named(changed: dict[str, Any], text: str) -> None:
    with pytest.raises(HistoryStateMalformed) as refused:
        validate_record(replace(ONE, **changed), FIRST, SECOND)
    assert refused.value.fields == {"text": text}


def test_l4_counts_that_leave_no_room_for_a_replacement_are_named() -> None:
    shorter = body(named("c"))
    made = commit(FIRST, shorter, 1, 2)
    with pytest.raises(HistoryStateMalformed, match="counts cannot describe a replacement span"):
        validate_record(made, FIRST, shorter)


@pytest.mark.parametrize(("begin", "end"), [(2, 1), (0, 4)])
def test_l4_a_range_that_is_none_is_named(begin: int, end: int) -> None:
    with pytest.raises(InvalidRewriteRange) as refused:
        validate_record(replace(ONE, begin=begin, end=end), FIRST, SECOND)
    assert refused.value.fields == {"start": begin, "end": end, "message_count": 3}


def test_l4_a_commit_that_changes_nothing_is_named() -> None:
    with pytest.raises(NoOpRewrite):
        validate_record(commit(FIRST, FIRST, 1, 2), FIRST, FIRST)


def test_l4_bodies_that_are_not_those_of_the_commit_are_named() -> None:
    with pytest.raises(HistoryStateMalformed, match="parent body revision"):
        validate_record(ONE, ELSEWHERE, SECOND)
    with pytest.raises(HistoryStateMalformed, match="revision body"):
        validate_record(ONE, FIRST, ELSEWHERE)
    with pytest.raises(HistoryStateMalformed, match="parent body digest"):
        validate_record(ONE, Body(FIRST.revision, None, ELSEWHERE.messages, 0), SECOND)
    with pytest.raises(HistoryStateMalformed, match="revision body digest"):
        validate_record(ONE, FIRST, Body(SECOND.revision, None, ELSEWHERE.messages, 0))


def test_l4_a_session_without_a_graph_breaks_no_rule() -> None:
    validate_session_history(session_of("a"))


def test_l4_a_graph_that_cannot_be_decoded_breaks_the_first_rule() -> None:
    session = session_of("a")
    session.set_metadata(HISTORY_KEY, "nope")
    with pytest.raises(HistoryStateMalformed, match='invalid type: string "nope"'):
        validate_session_history(session)


def test_l1_what_is_nested_too_deeply_for_a_body_is_not_read() -> None:
    nested = b"[" * 125 + b"]" * 125
    data = session_of("a").encode()
    data = data.replace(b'"metadata":{}', b'"metadata":{"%s":%s}' % (HISTORY_KEY.encode(), nested))
    assert Session.load(data).has_history
    with pytest.raises(Internal, match="recursion limit exceeded"):
        Session.load(data.replace(nested, b"[" + nested + b"]"))
