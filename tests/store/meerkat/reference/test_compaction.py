"""Compaction as Meerkat 0.6.24 does it: when, of what, and what stays (P2, list I; formats/meerkat.md §4.4)."""

from __future__ import annotations

from typing import Any

import pytest

from store.meerkat.reference.compaction import (
    SUMMARY_MARKER,
    Cadence,
    CompactionConfig,
    Rebuilt,
    rebuild,
    should_compact,
    summariser_input,
)
from tests.store.meerkat.conftest import TIME, assistant, call, dump, results, said, user

NOW = "2026-05-28T21:00:00Z"
SYSTEM = {"role": "system", "content": "system", "created_at": TIME}


def rebuilt(messages: list[Any], budget: int) -> Rebuilt:
    return rebuild([dump(message) for message in messages], "SUM", NOW, CompactionConfig(recent_turn_budget=budget))


def dumped(*messages: Any) -> tuple[bytes, ...]:
    return tuple(dump(message) for message in messages)


def summary() -> dict[str, Any]:
    return {"role": "user", "content": f"{SUMMARY_MARKER}SUM", "created_at": NOW}


def projected(*messages: Any) -> list[bytes]:
    return list(summariser_input([dump(message) for message in messages]))


# ------------------------------------------------------------------------------------------------------------- when


def test_p2_i_c1_nothing_is_compacted_before_the_first_call_of_a_session() -> None:
    assert not should_compact(Cadence(0), 1_000_000, 1_000_000)


@pytest.mark.parametrize(
    ("boundary", "last", "expected"), [(4, 2, False), (5, 2, True), (1, None, True), (2, 7, False), (3, 0, True)]
)
def test_p2_i_c2_compactions_stand_at_least_three_calls_apart(boundary: int, last: int | None, expected: bool) -> None:
    assert should_compact(Cadence(boundary, last), 100_000, 0) is expected


@pytest.mark.parametrize(
    ("reported", "estimated", "expected"),
    [(100_000, 0, True), (0, 100_000, True), (99_999, 99_999, False), (100_001, 5, True)],
)
def test_p2_i_c3_either_count_of_tokens_is_enough(reported: int, estimated: int, expected: bool) -> None:
    assert should_compact(Cadence(9), reported, estimated) is expected


# --------------------------------------------------------------------------------------------------------- of what


def test_p2_i_c5_a_summary_stands_behind_the_first_system_message_with_the_marker_that_readers_know() -> None:
    made = rebuilt([SYSTEM, user("a"), assistant(said("b")), user("c")], 1)

    assert made.messages == dumped(SYSTEM, summary(), user("c"))
    assert SUMMARY_MARKER == (
        "[Context compacted] A previous context produced the following summary of work so far. The current tool and"
        " session state is preserved. Use this summary to continue without duplicating work:\n\n"
    )


def test_p2_i_c5_a_transcript_without_a_system_message_begins_with_the_summary() -> None:
    assert rebuilt([user("a"), user("b")], 1).messages == dumped(summary(), user("b"))


def test_p2_i_c6_a_turn_begins_with_each_message_of_the_user_and_an_earlier_summary_is_one_too() -> None:
    earlier = {"role": "user", "content": f"{SUMMARY_MARKER}old", "created_at": TIME}

    made = rebuilt([SYSTEM, earlier, user("a"), assistant(said("b"))], 2)

    assert made.messages == dumped(SYSTEM, summary(), earlier, user("a"), assistant(said("b")))


def test_p2_i_c6_without_a_budget_nothing_is_kept() -> None:
    made = rebuilt([user("a"), assistant(said("b")), user("c")], 0)

    assert (made.messages, made.kept) == (dumped(summary()), 0)
    assert made.discarded == dumped(user("a"), assistant(said("b")), user("c"))


def test_p2_i_c6_as_many_turns_as_the_budget_are_all_kept_so_that_the_transcript_grows() -> None:
    messages = [SYSTEM, user("a"), user("b")]

    made = rebuilt(messages, 2)

    assert (len(made.messages), made.kept, made.discarded) == (len(messages) + 1, 2, ())


def test_p2_i_c7_what_goes_is_told_in_its_order() -> None:
    made = rebuilt([user("a"), assistant(said("b")), user("c"), user("d")], 1)

    assert made.discarded == dumped(user("a"), assistant(said("b")), user("c"))


def test_p2_i_c7_further_system_messages_at_the_beginning_are_neither_kept_nor_told() -> None:
    other = SYSTEM | {"content": "second"}

    made = rebuilt([SYSTEM, other, user("a")], 4)

    assert made.messages == dumped(SYSTEM, summary(), user("a"))
    assert made.discarded == ()


def test_p2_i_c7_of_system_messages_alone_the_first_stays_twice() -> None:
    other = SYSTEM | {"content": "second"}

    assert rebuilt([SYSTEM, other], 4).messages == dumped(SYSTEM, summary(), SYSTEM, other)


def test_p2_i_c8_what_is_kept_is_the_very_same_bytes_with_its_images_and_times() -> None:
    pictures = [
        {"type": "text", "text": "look"},
        {"type": "image", "media_type": "image/png", "source": "blob", "blob_id": "sha256:test"},
        {"type": "video", "media_type": "video/mp4", "duration_ms": 5_000, "source": "inline", "data": "AAAA"},
    ]
    kept = [user(pictures), assistant(call("t1")), results(("t1", pictures))]

    made = rebuilt([user("a"), *kept], 1)

    assert made.messages[1:] == dumped(*kept)


def test_p2_i_the_worked_example_of_the_format() -> None:
    messages = [
        SYSTEM,
        user("weather?"),
        assistant(call("t1", "weather")),
        results(("t1", "sunny")),
        assistant(said("It is sunny.")),
        user("Thanks!"),
        assistant(said("Welcome.")),
    ]

    made = rebuilt(messages, 1)

    assert made.messages == dumped(SYSTEM, summary(), user("Thanks!"), assistant(said("Welcome.")))
    assert len(made.discarded) == 4


# -------------------------------------------------------------------------------------- what the summariser is given


def test_p2_i_c9_images_and_videos_are_named_by_their_kind() -> None:
    content = [
        {"type": "text", "text": "hello"},
        {"type": "image", "media_type": "image/png", "source": "inline", "data": "iVBO"},
        {"type": "video", "media_type": "video/mp4", "duration_ms": 1, "source": "inline", "data": "AA"},
    ]
    words = [
        {"type": "text", "text": "hello"},
        {"type": "text", "text": "[image: image/png]"},
        {"type": "text", "text": "[video: video/mp4]"},
    ]

    assert projected(user(content), results(("t1", content))) == [dump(user(words)), dump(results(("t1", words)))]


def test_p2_i_c9_an_image_alone_becomes_a_text_alone() -> None:
    image = [{"type": "image", "media_type": "image/png", "source": "blob", "blob_id": "sha256:aa"}]

    assert projected(user(image)) == [dump(user("[image: image/png]"))]


def test_p2_i_c9_reasoning_is_left_out_and_so_is_a_message_of_nothing_else() -> None:
    thought = {"block_type": "reasoning", "data": {"text": "hm"}}

    assert projected(assistant(thought, said("a")), assistant(thought)) == [dump(assistant(said("a")))]


def test_p2_i_c9_everything_else_is_given_as_it_is() -> None:
    legacy = {
        "role": "assistant",
        "content": "x",
        "tool_calls": [],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1, "cache_creation_tokens": None, "cache_read_tokens": None},
        "created_at": TIME,
    }

    assert projected(SYSTEM, legacy, user("a")) == [dump(SYSTEM), dump(legacy), dump(user("a"))]
