"""A session in memory: what moves its times, its head and its counts, and the bytes that come of it (L1, P3)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.blocking import must_not_wait
from store.errors import WouldBlock
from store.meerkat.reference.errors import DecodeError, Serialization, SessionStoreError
from store.meerkat.reference.guards import append_only_save_guard, run_boundary_snapshot_save_guard
from store.meerkat.reference.history import HISTORY_KEY
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.session import Session
from tests.store.meerkat.reference.clocks import NANOS, ticking
from tests.store.meerkat.reference.recorded import the_session_of
from tests.store.meerkat.reference.store_maker import MESSAGE_TIME, said, session_of, user
from tests.store.meerkat.stored import vectors

REWRITE = vectors()["rewrite"]


def of_second(second: int) -> int:
    return second * 1_000_000_000 + NANOS


def rewritten(first_s: int) -> Session:
    """The recorded session after its rewrite, with a clock."""
    return Session.load(vectors()["rewrite_cases"][0]["incoming"].encode(), clock=ticking(first_s))


# ------------------------------------------------------------------------------------------------------- times


def test_l1_a_new_session_is_empty_and_its_id_says_when_it_was_made() -> None:
    session = Session.new(ticking(1_780_000_000))
    assert json.loads(session.encode()) == {
        "version": 2,
        "id": session.id,
        "messages": [],
        "created_at": {"secs_since_epoch": 1_780_000_000, "nanos_since_epoch": NANOS},
        "updated_at": {"secs_since_epoch": 1_780_000_000, "nanos_since_epoch": NANOS},
        "metadata": {},
        "usage": {
            "input_tokens": 0,
            "output_tokens": 0,
            "cache_creation_tokens": None,
            "cache_read_tokens": None,
        },
    }
    assert int(session.id.replace("-", "")[:12], 16) == 1_780_000_000_123


def test_l1_a_push_moves_the_time_of_the_last_update() -> None:
    session = Session.new(ticking(10))
    session.push(user("a"))
    assert (session.created_at_ns, session.updated_at_ns) == (of_second(10), of_second(11))
    session.push_batch([user("b"), user("c")])
    assert (len(session.messages), session.updated_at_ns) == (3, of_second(12))


def test_l1_a_push_of_nothing_moves_nothing() -> None:
    session = Session.new(ticking(10))
    session.push_batch([])
    assert session.updated_at_ns == of_second(10)


def test_l1_a_message_without_a_time_gets_that_of_the_push() -> None:
    session = Session.new(ticking(0))
    session.push({"role": "user", "content": "a"})
    assert session.messages.decoded(0)["created_at"] == "1970-01-01T00:00:01.123456789Z"
    assert session.updated_at_ns == of_second(2)


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.touch(),
        lambda session: session.set_metadata("a", 1),
        lambda session: session.remove_metadata("a"),
        lambda session: session.record_usage({"input_tokens": 1, "output_tokens": 1}),
    ],
)
def test_l1_touching_metadata_and_usage_move_it_too(change: Any) -> None:
    session = Session.new(ticking(10))
    change(session)
    assert session.updated_at_ns == of_second(11)


def test_p1_a_push_behind_a_rewrite_moves_the_head_as_recorded() -> None:
    session = rewritten(1_780_000_037)
    time = "2026-05-28T20:27:16.123456789Z"
    session.push({"role": "user", "content": "after rewrite", "created_at": time})
    assert session.encode().decode() == REWRITE["after_append"]


# ---------------------------------------------------------------------------------------------------- messages


def test_l1_a_message_is_stored_as_meerkat_would_print_it() -> None:
    session = session_of()
    session.push(
        b'{"created_at":"2026-01-01 00:00:00+00:00","zz":1,"content":[{"text":"a","type":"text"}],"role":"user"}'
    )
    assert session.messages.bytes_at(0) == b'{"role":"user","content":"a","created_at":"2026-01-01T00:00:00Z"}'


@pytest.mark.parametrize(
    "message",
    [b"{", b"5", b'{"role":"developer","content":"a"}', {"role": "user"}, {"role": "user", "content": 5}],
)
def test_l1_what_meerkat_would_refuse_is_not_added(message: Any) -> None:
    session = session_of("a")
    before = session.encode()
    with pytest.raises(Serialization):
        session.push_batch([user("b"), message])
    assert session.encode() == before


def test_l1_a_message_that_no_load_could_read_is_not_added() -> None:
    nested: Any = 1
    for _ in range(120):
        nested = [nested]
    block = {"block_type": "tool_use", "data": {"id": "a", "name": "b", "args": nested}}
    with pytest.raises(Serialization):
        session_of().push({"role": "block_assistant", "blocks": [block], "stop_reason": "tool_use"})


def test_l1_the_last_text_of_the_assistant_is_found_behind_calls_and_results() -> None:
    session = session_of("a")
    assert session.last_assistant_text() is None
    session.push(said("first"))
    spoken = {"block_type": "transcript", "data": {"text": " spoken", "source": "spoken"}}
    session.push(said("shown") | {"blocks": [*said("shown")["blocks"], spoken]})
    call = {"block_type": "tool_use", "data": {"id": "t", "name": "n", "args": {}}}
    session.push(said("") | {"blocks": [call], "stop_reason": "tool_use"})
    results = [{"tool_use_id": "t", "content": "r", "is_error": False}]
    session.push({"role": "tool_results", "results": results, "created_at": MESSAGE_TIME})
    assert session.last_assistant_text() == "shown spoken"


def test_l1_the_older_form_of_an_answer_has_a_text_too() -> None:
    session = session_of()
    usage = {"input_tokens": 1, "output_tokens": 1, "cache_creation_tokens": None, "cache_read_tokens": None}
    answer = {"role": "assistant", "content": "old", "stop_reason": "end_turn", "usage": usage}
    session.push_batch([answer, answer | {"content": ""}])
    assert session.last_assistant_text() == "old"


# ---------------------------------------------------------------------------------------------- metadata, usage


def test_l1_metadata_is_sorted_at_every_depth() -> None:
    session = session_of()
    session.set_metadata("z", {"b": [{"y": 1, "x": 2}], "a": 1})
    session.set_metadata("a", None)
    assert b'"metadata":{"a":null,"z":{"a":1,"b":[{"x":2,"y":1}]}}' in session.encode()
    session.remove_metadata("a")
    assert list(session.metadata) == ["z"]


def test_l1_metadata_is_not_changed_from_outside() -> None:
    value: Any = {"b": 1}
    session = session_of()
    session.set_metadata("a", value)
    value["b"] = 2
    assert session.metadata["a"] == {"b": 1}


def test_l1_tokens_are_summed_and_unknown_ones_stay_unknown() -> None:
    session = session_of()
    session.record_usage({"input_tokens": 5, "output_tokens": 2, "cache_read_tokens": None})
    session.record_usage({"input_tokens": 1, "output_tokens": 1, "cache_read_tokens": 3, "cache_creation_tokens": 0})
    assert session.usage == {
        "input_tokens": 6,
        "output_tokens": 3,
        "cache_creation_tokens": 0,
        "cache_read_tokens": 3,
    }
    assert session.total_tokens == 9


def test_l1_a_copy_is_changed_alone() -> None:
    session = rewritten(5)
    before = session.encode()
    other = session.copy()
    other.push(user("x"))
    other.set_metadata("a", 1)
    other.record_usage({"input_tokens": 1, "output_tokens": 1})
    assert session.encode() == before != other.encode()


# ------------------------------------------------------------------------------------------------------ the graph


def test_l1_the_revision_is_the_head_of_the_graph_or_that_of_the_messages() -> None:
    base = the_session_of(vectors()["base_session_json"])
    assert base.transcript_revision() == base.message_digest() == vectors()["base_revision"]
    session = rewritten(5)
    history = session.history()
    assert history is not None
    session.replace_history(history.with_head("sha256:other"))
    assert session.transcript_revision() == "sha256:other" != session.message_digest()


def test_l1_an_empty_transcript_has_the_known_digest() -> None:
    assert session_of().message_digest() == vectors()["empty_messages_digest"]


def test_l1_a_malformed_graph_stays_and_its_head_does_not_move() -> None:
    session = session_of("a")
    session.set_metadata(HISTORY_KEY, {"head": 5, "later": [1]})
    session.push(user("b"))
    assert session.has_history
    with pytest.raises(DecodeError):
        session.history()
    assert json.loads(session.encode())["metadata"] == {HISTORY_KEY: {"head": 5, "later": [1]}}


def test_l1_a_graph_can_be_taken_away() -> None:
    session = rewritten(5)
    session.remove_metadata(HISTORY_KEY)
    assert (session.has_history, session.history()) == (False, None)
    assert json.loads(session.encode())["metadata"] == {}


def test_rule_5_a_thread_that_draws_may_not_load_or_encode() -> None:
    data = session_of("a").encode()
    with must_not_wait():
        with pytest.raises(WouldBlock):
            Session.load(data)
        session = Session.new()
        for work in (session.encode, session.message_digest, lambda: session.push(user("a"))):
            with pytest.raises(WouldBlock):
                work()


# -------------------------------------------------------------------------------------------------- P3: scripts

TEXTS = st.text(max_size=12)
ARGUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 60), 1 << 60) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
TIMES = st.sampled_from([MESSAGE_TIME, "2026-05-28T20:26:41Z", "2026-05-28T20:26:41.5Z"])


def messages_of_any_kind() -> st.SearchStrategy[dict[str, Any]]:
    calls = st.builds(
        lambda text, arguments: [
            {"block_type": "text", "data": {"text": text}},
            {"block_type": "tool_use", "data": {"id": text, "name": "n", "args": arguments}},
        ],
        TEXTS,
        ARGUMENTS,
    )
    return st.one_of(
        st.builds(lambda text, time: {"role": "user", "content": text, "created_at": time}, TEXTS, TIMES),
        st.builds(
            lambda blocks, time: {
                "role": "block_assistant",
                "blocks": blocks,
                "stop_reason": "end_turn",
                "created_at": time,
            },
            calls,
            TIMES,
        ),
    )


def independent_digest(session: Session) -> str:
    """Computed from the whole document with the standard library alone."""
    messages = json.loads(session.encode())["messages"]
    spelled = json.dumps(messages, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return f"sha256:{hashlib.sha256(spelled).hexdigest()}"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("push"), st.lists(messages_of_any_kind(), max_size=3)),
        st.tuples(st.just("cut"), st.integers(0, 4)),
        st.tuples(st.just("change"), st.integers(0, 4)),
        st.tuples(st.just("label"), TEXTS),
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(STEPS)
def test_p3_every_accepted_save_keeps_what_was_saved_and_digests_agree_with_an_independent_one(
    steps: list[tuple[str, Any]],
) -> None:
    """Against a model: the list of what was accepted so far."""
    saved = session_of("begin")
    for kind, value in steps:
        incoming = saved.copy()
        if kind == "push":
            incoming.push_batch(value)
        elif kind == "cut":
            incoming.replace_messages(incoming.messages.slice(0, value))
        elif kind == "change" and value < len(incoming.messages):
            changed = incoming.canonical([user(f"changed {value}")])
            incoming.replace_messages(incoming.messages.with_replaced(value, value + 1, changed))
        elif kind == "label":
            incoming.set_metadata("session_labels", {"key": str(value)})
        assert incoming.message_digest() == independent_digest(incoming)
        model, candidate = list(saved.messages), list(incoming.messages)
        try:
            append_only_save_guard(incoming, saved)
        except SessionStoreError:
            assert candidate[: len(model)] != model
            with pytest.raises(SessionStoreError):
                run_boundary_snapshot_save_guard(incoming, saved)
        else:
            assert candidate[: len(model)] == model
            run_boundary_snapshot_save_guard(incoming, saved)
            saved = Session.load(incoming.encode())
            assert saved.encode() == incoming.encode()


@settings(max_examples=40)
@given(st.lists(messages_of_any_kind(), max_size=4))
def test_p3_a_load_of_what_was_printed_prints_the_same(messages: list[dict[str, Any]]) -> None:
    session = session_of()
    session.push_batch(messages)
    again = Session.load(session.encode())
    assert again.encode() == session.encode()
    assert again.messages == session.messages
    assert again.messages != session.messages.plus(MessageList.of([b"{}"]))
