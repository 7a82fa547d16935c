"""What an outline says of each message before any is shown: words, tools, reasoning, errors, rewrites (2.4, 2.5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.values.message import (
    ImageBlock,
    Message,
    MessageFlag,
    MessageKind,
    ReasoningBlock,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
)

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]

TEXT, TOOLS, REASONING = MessageFlag.HAS_TEXT, MessageFlag.HAS_TOOLS, MessageFlag.HAS_REASONING
ERROR, REWRITE = MessageFlag.HAS_ERROR, MessageFlag.IS_REWRITE
NONE = MessageFlag(0)


def flags_of(backend: Backend, name: str, token: CancelToken) -> list[MessageFlag]:
    return [MessageFlag(flag) for flag in backend.outline(name, token).flags]


def told(message: Message) -> MessageFlag:
    """What the decoded message says of itself; errors of stopping apart."""
    found = NONE
    if message.kind is MessageKind.PROMPT:
        found |= TEXT
    if message.kind is MessageKind.ASSISTANT and any(
        isinstance(block, ImageBlock) or (isinstance(block, TextBlock) and block.text) for block in message.blocks
    ):
        found |= TEXT
    for block in message.blocks:
        if isinstance(block, ReasoningBlock):
            found |= REASONING
        if isinstance(block, ToolCallBlock):
            found |= TOOLS
            if block.result is not None and block.result.is_error:
                found |= ERROR
        if isinstance(block, ToolResultBlock) and message.kind is MessageKind.TOOL_RESULTS:
            found |= TOOLS
    return found


def test_2_4_flags_say_what_decoding_finds_in_every_message_of_a_rich_store(
    copy_sample: Copy, open_store: Open, token: CancelToken
) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-rich")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    backend = open_store(folder / "atlas" / "sessions.sqlite3")
    seen = NONE
    for session in expected["sessions"]:
        outline = backend.outline(session["id"], token)
        for message in backend.messages(session["id"], 0, outline.count, token):
            flags = MessageFlag(outline.flags[message.index])
            seen |= flags
            kinds = TEXT | TOOLS | REASONING
            if any(not isinstance(block, ImageBlock) for block in message.blocks):
                assert told(message) & kinds & ~flags == NONE, (session["scenario"], message.index)
            if message.stop_reason in (None, "end_turn", "tool_use"):
                assert (told(message) ^ flags) & ERROR == NONE, (session["scenario"], message.index)
            assert message.is_rewrite == bool(flags & REWRITE)
    assert seen == TEXT | TOOLS | REASONING | ERROR | REWRITE


@pytest.mark.parametrize("form", ["document", "strand"])
def test_2_4_a_failed_result_is_an_error_of_the_message_with_its_call(
    form: str, made: Any, made_strands: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    failed = make.results(("a", "no such file"))
    failed["results"][0]["is_error"] = True
    orphan = make.results(("nobody", "lost"))
    orphan["results"][0]["is_error"] = True
    messages = [make.user("go"), make.assistant(make.said("on it"), make.call("a")), failed, orphan]
    if form == "document":
        name, path = made.add(1, messages), made.done()
    else:
        name, path = made_strands.add_head(1, messages), made_strands.done()
    assert flags_of(open_store(path), name, token) == [TEXT, TEXT | TOOLS | ERROR, NONE, TOOLS | ERROR]


def test_2_4_an_answer_that_was_filtered_is_an_error_and_one_that_was_long_is_none(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    answers = []
    for reason in ("content_filter", "refusal", "max_tokens", "cancelled", ["a list"]):
        answers.append(make.assistant(make.said("well")) | {"stop_reason": reason})
    name = made.add(1, answers)
    flags = flags_of(open_store(made.done()), name, token)
    assert flags == [TEXT | ERROR, TEXT | ERROR, TEXT, TEXT, TEXT]


def test_2_4_a_damaged_message_is_an_error(made_strands: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    name = made_strands.add_head(1, [make.user("go"), b'{"role":"us'])
    assert flags_of(open_store(made_strands.done()), name, token) == [TEXT, ERROR]


def test_2_5_the_summary_of_a_compaction_is_a_rewrite_by_its_role_or_by_how_it_begins(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    marker = "[Context compacted] A previous context produced the following summary of work so far. And so on."
    messages = [
        make.user(marker),
        make.user("the tale so far", transcript_role="compaction_summary"),
        make.user("said by a program", transcript_role="injected_context"),
        make.user("[Context compacted] is what I read in the log"),
    ]
    name = made.add(1, messages)
    backend = open_store(made.done())
    assert flags_of(backend, name, token) == [REWRITE, REWRITE, NONE, TEXT]
    assert [message.is_rewrite for message in backend.messages(name, 0, 4, token)] == [True, True, False, False]


def test_2_4_an_answer_without_words_has_no_text(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    sealed = {"block_type": "reasoning", "data": {"text": "", "meta": {"provider": "anthropic_redacted"}}}
    name = made.add(1, [make.assistant(sealed, make.said("")), make.assistant(make.call("a"))])
    assert flags_of(open_store(made.done()), name, token) == [REASONING, TOOLS]
