"""Forks: each recorded one to the byte, and the errors of replacing (P1, P2 list C)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from store.meerkat.reference.errors import (
    BlockIndexOutOfBounds,
    MessageIndexOutOfBounds,
    MessageRoleMismatch,
    TranscriptEditError,
)
from store.meerkat.reference.forking import (
    AssistantBlock,
    Replacement,
    ToolResultBlock,
    UserBlock,
    WholeMessage,
    fork,
    fork_at,
    fork_replacing,
)
from store.meerkat.reference.session import Session
from tests.store.meerkat.conftest import assistant, call, document, dump, results, said, session_id, user
from tests.store.meerkat.reference.clocks import ticking
from tests.store.meerkat.stored import vectors

TEXT: dict[str, Any] = {"type": "text", "text": "edited"}


def recorded_source(first_s: int) -> Session:
    return Session.load(vectors()["rewrite"]["after_append"].encode(), clock=ticking(first_s))


def with_recorded_id(made: Session, recorded: str) -> bytes:
    """Its bytes, under the id that the recording had by chance."""
    made.id = json.loads(recorded)["id"]
    return made.encode()


def source(*messages: Any, **metadata: Any) -> Session:
    return Session.load(document(session_id(1), list(messages), metadata))


def test_p1_the_recorded_fork_of_the_first_two_messages() -> None:
    recorded = vectors()["fork"]["at2"]

    assert with_recorded_id(fork_at(recorded_source(1_780_000_070), 2), recorded) == recorded.encode()


def test_p1_the_recorded_fork_of_all_messages() -> None:
    recorded = vectors()["fork"]["full"]

    assert with_recorded_id(fork(recorded_source(1_780_000_071)), recorded) == recorded.encode()


def test_p1_the_recorded_fork_with_a_replaced_block() -> None:
    recorded = vectors()["fork_replacing"]
    block: Any = {"block_type": "text", "data": {"text": "edited"}}
    session = recorded_source(1_780_000_072)
    restored = Session.load(vectors()["base_session_json"].encode(), clock=session.clock)

    assert with_recorded_id(fork_replacing(restored, 2, AssistantBlock(0, block)), recorded) == recorded.encode()


def test_p2_c15_a_fork_has_no_graph_and_its_source_keeps_its_own() -> None:
    session = recorded_source(1)
    before = session.encode()

    made = fork(session)

    assert not made.has_history
    assert session.encode() == before


def test_l1_a_fork_takes_metadata_and_tokens_along_and_names_no_source() -> None:
    session = source(user("a"), session_labels={"k": "v"}, session_metadata={"model": "m", "schema_version": 2})
    session.record_usage({"input_tokens": 5, "output_tokens": 2})

    made = fork_at(session, 1)

    assert dict(made.metadata) == dict(session.metadata)
    assert made.usage == session.usage
    assert session.id.encode() not in made.encode()


@pytest.mark.parametrize(("count", "kept"), [(0, 0), (1, 1), (2, 2), (9, 2)])
def test_l1_a_fork_of_more_messages_than_there_are_has_all(count: int, kept: int) -> None:
    session = source(user("a"), user("b"))

    made = fork_at(session, count)

    assert list(made.messages) == list(session.messages)[:kept]


def test_p2_b13_a_fork_of_nothing_has_an_id_of_its_own_and_no_messages() -> None:
    session = source(user("a"))

    made = fork_at(session, 0)

    assert (len(made.messages), made.id != session.id, made.version) == (0, True, 2)
    assert made.created_at_ns == made.updated_at_ns


REPLACED: dict[str, tuple[int, Replacement, Any]] = {
    "a whole message": (1, WholeMessage(dump(user("new"))), user("new")),
    "a text of the user": (0, UserBlock(0, TEXT), user("edited")),
    "a block of the user": (3, UserBlock(1, TEXT), user([{"type": "text", "text": "a"}, TEXT])),
    "a block of the assistant": (
        1,
        AssistantBlock(0, {"block_type": "text", "data": {"text": "edited"}}),
        assistant({"block_type": "text", "data": {"text": "edited"}}, call("t1")),
    ),
    "a result": (2, ToolResultBlock(0, 0, TEXT), results(("t1", "edited"))),
}
MESSAGES = (
    user("a"),
    assistant(said("b"), call("t1")),
    results(("t1", "r")),
    user([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]),
)


@pytest.mark.parametrize("name", REPLACED)
def test_l1_a_fork_ends_in_the_message_that_was_changed(name: str) -> None:
    index, replacement, expected = REPLACED[name]

    made = fork_replacing(source(*MESSAGES), index, replacement)

    assert list(made.messages) == [*map(dump, MESSAGES[:index]), dump(expected)]
    assert made.updated_at_ns >= made.created_at_ns


REFUSED: dict[str, tuple[int, Replacement, TranscriptEditError]] = {
    "no such message": (4, WholeMessage(b"{}"), MessageIndexOutOfBounds(4, 4)),
    "not of the user": (1, UserBlock(0, TEXT), MessageRoleMismatch(1, "user", "block_assistant")),
    "not of the assistant": (0, AssistantBlock(0, TEXT), MessageRoleMismatch(0, "block_assistant", "user")),
    "no results": (0, ToolResultBlock(0, 0, TEXT), MessageRoleMismatch(0, "tool_results", "user")),
    "no such block of the user": (0, UserBlock(1, TEXT), BlockIndexOutOfBounds("user content block", 1, 1)),
    "no such block of the assistant": (1, AssistantBlock(2, TEXT), BlockIndexOutOfBounds("assistant block", 2, 2)),
    "no such result": (2, ToolResultBlock(1, 0, TEXT), BlockIndexOutOfBounds("tool result", 1, 1)),
    "no such block of a result": (
        2,
        ToolResultBlock(0, 1, TEXT),
        BlockIndexOutOfBounds("tool result content block", 1, 1),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_l3_what_cannot_be_replaced_is_refused_with_the_text_of_the_reference(name: str) -> None:
    index, replacement, expected = REFUSED[name]

    with pytest.raises(type(expected)) as caught:
        fork_replacing(source(*MESSAGES), index, replacement)

    assert str(caught.value) == str(expected)
    assert caught.value.fields == expected.fields
