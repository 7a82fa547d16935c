"""Tool calls and results find each other across messages, with duplicated and missing ids (1.5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from store.backend import Backend
from store.cancel import CancelToken
from store.meerkat.messages.tool_join import ToolJoin
from store.values.message import Message, MessageKind, TextBlock, ToolCallBlock, ToolResultBlock

Open = Callable[[Path], Backend]


def told(result: ToolResultBlock | None) -> str | None:
    if result is None:
        return None
    return "".join(block.text for block in result.blocks if isinstance(block, TextBlock))


def calls(message: Message) -> list[tuple[str, str | None]]:
    return [(block.call_id, told(block.result)) for block in message.blocks if isinstance(block, ToolCallBlock)]


def read(made: Any, open_store: Open, token: CancelToken, messages: list[Any]) -> tuple[Message, ...]:
    name = made.add(1, messages)
    return open_store(made.done()).messages(name, 0, len(messages), token)


def test_1_5_a_result_belongs_to_the_nearest_open_call_of_its_id(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    messages = read(
        made,
        open_store,
        token,
        [
            make.assistant(make.said("both"), make.call("a"), make.call("b")),
            make.results(("b", "second"), ("a", "first")),
            make.assistant(make.call("a")),
            make.results(("a", "again"), ("nobody", "orphan")),
            make.assistant(make.call("open")),
        ],
    )
    assert calls(messages[0]) == [("a", "first"), ("b", "second")]
    assert calls(messages[2]) == [("a", "again")]
    assert calls(messages[4]) == [("open", None)]
    assert messages[1].kind is MessageKind.TOOL_RESULTS_JOINED
    assert messages[3].kind is MessageKind.TOOL_RESULTS
    assert [block.call_message for block in messages[3].blocks if isinstance(block, ToolResultBlock)] == [2, None]


def test_1_5_calls_of_one_id_are_answered_in_their_order_nearest_message_first(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    messages = read(
        made,
        open_store,
        token,
        [
            make.assistant(make.call("x")),
            make.assistant(make.call("x"), make.call("x")),
            make.results(("x", "one"), ("x", "two")),
            make.results(("x", "three"), ("x", "four")),
        ],
    )
    assert calls(messages[1]) == [("x", "one"), ("x", "two")]
    assert calls(messages[0]) == [("x", "three")]
    assert messages[2].kind is MessageKind.TOOL_RESULTS_JOINED
    assert messages[3].kind is MessageKind.TOOL_RESULTS


def test_1_5_missing_ids_count_as_empty_ones(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    bare_call = {"block_type": "tool_use", "data": {"name": "shell", "args": {}}}
    bare_result = {"role": "tool_results", "results": [{"content": "ok"}], "created_at": make.time}
    messages = read(made, open_store, token, [make.assistant(bare_call), bare_result])
    assert calls(messages[0]) == [("", "ok")]


def test_1_5_a_result_far_away_is_fetched_with_its_call(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    filler = [make.user(f"filler {number}") for number in range(3_000)]
    name = made.add(1, [make.assistant(make.call("far")), *filler, make.results(("far", "late"))])
    backend = open_store(made.done())
    (message,) = backend.messages(name, 0, 1, token)
    assert calls(message) == [("far", "late")]


def test_1_5_the_calls_of_an_old_assistant_message_are_joined_too(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    old = {
        "role": "assistant",
        "content": "old",
        "tool_calls": [{"id": "t", "name": "read", "args": {"z": 1, "a": 2}}],
        "usage": {"input_tokens": 10, "output_tokens": 5},
        "created_at": make.time,
    }
    message = read(made, open_store, token, [old, make.results(("t", "ok"))])[0]
    assert calls(message) == [("t", "ok")]
    (block,) = [block for block in message.blocks if isinstance(block, ToolCallBlock)]
    assert block.arguments == '{"z":1,"a":2}'
    assert message.usage is not None
    assert message.usage.input_tokens == 10


def test_a_join_forgets_nothing_and_invents_nothing() -> None:
    join = ToolJoin()
    for block in range(3):
        join.add_call(0, block, "same")
    assert join.add_results(5, ["same", "same"])
    assert not join.add_results(6, ["other"])
    assert join.add_results(7, ["same"])
    assert not join.add_results(8, [])
    assert [join.result_of(0, block) for block in range(4)] == [(5, 0), (5, 1), (7, 0), None]
    assert [join.call_of(5, 0), join.call_of(5, 1), join.call_of(6, 0), join.call_of(7, 0)] == [0, 0, None, 0]
