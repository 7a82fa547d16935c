"""Invariant: the JSON of the command line is a contract: these fields, null for what is absent, always valid UTF-8."""

from __future__ import annotations

import json

import pytest

from store.cli.json_shapes import encoded, json_or_text, message_shape, metadata_shape, session_shape, store_shape
from store.values.fault import Fault
from store.values.message import (
    Block,
    ImageBlock,
    ImageRef,
    Message,
    MessageKind,
    NoticeBlock,
    ReasoningBlock,
    Role,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
    UnknownBlock,
    WholePart,
    WholeRef,
)
from store.values.session import MetadataNode, SessionState, SessionSummary, TitleSource, Usage
from store.values.store import Access, SessionKey, StoreFacts, StoreKey, StoreKind

STORE = StoreKey("/realm/sessions.sqlite3")
REF = WholeRef(0, 0, -1, WholePart.TEXT)


def whole(ref: WholeRef) -> str:
    assert ref is REF
    return "the whole text"


def shape_of(*blocks: Block) -> object:
    message = Message(0, Role.ASSISTANT, MessageKind.ASSISTANT, "x", None, None, None, None, 1, blocks, len(blocks))
    return json.loads(encoded(message_shape(message, whole, None)))["blocks"]


def test_1_9_a_session_of_which_nothing_is_recorded_has_nulls_and_no_zeros() -> None:
    summary = SessionSummary(SessionKey(STORE, "01"), 1, "01", TitleSource.ID, SessionState.DAMAGED)
    assert session_shape(summary, StoreKind.MEERKAT) == {
        "path": "/realm/sessions.sqlite3",
        "kind": "meerkat",
        "id": "01",
        "title": "01",
        "title_from": "id",
        "state": "damaged",
        "running": False,
        "model": None,
        "provider": None,
        "message_count": None,
        "input_tokens": None,
        "output_tokens": None,
        "total_tokens": None,
        "created_at": None,
        "updated_at": None,
        "size_bytes": None,
        "labels": {},
        "faults": [],
        "hidden": False,
        "has_note": False,
    }


def test_1_9_a_store_says_how_it_is_read_and_what_is_wrong() -> None:
    facts = StoreFacts(
        STORE, "realm", "sessions.sqlite3", StoreKind.MEERKAT, "S-0.6", Access.SNAPSHOT, "A log is there.", True, "", 12
    )
    assert store_shape(facts, 3) == {
        "store": "sessions.sqlite3",
        "path": "/realm/sessions.sqlite3",
        "kind": "meerkat",
        "generation": "S-0.6",
        "access": "snapshot",
        "writable": True,
        "why": "A log is there.",
        "session_count": 12,
        "fault_count": 3,
        "faults": [],
    }


def test_1_9_of_a_store_that_cannot_be_opened_only_the_fault_is_known() -> None:
    fault = Fault("missing", "There is nothing.")
    facts = StoreFacts(STORE, "x", "x", StoreKind.UNKNOWN, None, None, "", faults=(fault,), advice="Look.")
    shape = store_shape(facts, 0)
    assert shape["faults"] == [{"code": "missing", "sentence": "There is nothing.", "advice": "Look."}]
    assert [shape[name] for name in ("kind", "generation", "access", "writable", "why", "session_count")] == [None] * 6


def test_1_9_a_message_carries_its_facts() -> None:
    usage = Usage(10, 5)
    message = Message(
        3, Role.ASSISTANT, MessageKind.ASSISTANT, "block_assistant", 1_785_578_400_123, "x", "end_turn", usage, 9, (), 0
    )
    assert message_shape(message, whole, b'{"a": "\xc3\xa9\xff"}') == {
        "index": 3,
        "role": "assistant",
        "stored_role": "block_assistant",
        "created_at": "2026-08-01T10:00:00.123Z",
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 10, "output_tokens": 5, "cache_creation_tokens": None, "cache_read_tokens": None},
        "faults": [],
        "block_count": 0,
        "blocks": [],
        "raw": '{"a": "é\udcff"}',
    }


def test_1_5_every_kind_of_block_has_its_shape() -> None:
    text = TextBlock("ok", 2)
    assert shape_of(
        TextBlock("cut", 14, REF),
        ReasoningBlock("", 0, is_sealed=True),
        ToolCallBlock("c1", "bash", '{"a":1}', 7, ToolResultBlock("c1", False, (text,), 2, 4, 0, 3)),
        ToolCallBlock("", "bash", '{"a":', 5),
        ToolResultBlock("c1", True, (text, ImageBlock(ImageRef(0, 1, 0, "image/png", blob="sha256:00"))), 2, 4, 0, 3),
        ImageBlock(ImageRef(0, 2, -1, "video/mp4", size_bytes=3, is_video=True)),
        NoticeBlock("mcp", "MCP", "connecting", '{"phase":"pending"}'),
        UnknownBlock("hologram", '{"block_type":"hologram"}', 25, Fault("unknown-block", "Not known.")),
    ) == [
        {"type": "text", "text": "the whole text"},
        {"type": "reasoning", "text": "", "sealed": True},
        {"type": "tool_call", "id": "c1", "name": "bash", "arguments": {"a": 1}, "result_message": 4},
        {"type": "tool_call", "id": None, "name": "bash", "arguments": '{"a":', "result_message": None},
        {
            "type": "tool_result",
            "id": "c1",
            "is_error": True,
            "call_message": 3,
            "blocks": [
                {"type": "text", "text": "ok"},
                {"type": "image", "media_type": "image/png", "size_bytes": None, "blob": "sha256:00"},
            ],
        },
        {"type": "video", "media_type": "video/mp4", "size_bytes": 3, "blob": None},
        {"type": "notice", "kind": "mcp", "title": "MCP", "text": "connecting", "details": {"phase": "pending"}},
        {
            "type": "unknown",
            "kind": "hologram",
            "raw": {"block_type": "hologram"},
            "faults": [{"code": "unknown-block", "sentence": "Not known."}],
        },
    ]


def test_1_7_masked_metadata_stays_masked() -> None:
    secret = MetadataNode("shell_env", ("b", "shell_env"), "withheld, 3 entries", is_container=True, is_masked=True)
    number = MetadataNode("[0]", ("l", 0), "1.5", 1.5)
    nodes = (
        MetadataNode("b", ("b",), "1 entry", is_container=True, children=(secret,)),
        MetadataNode("l", ("l",), "1 entry", is_container=True, is_list=True, children=(number,)),
        MetadataNode("n", ("n",), "null"),
    )
    assert metadata_shape(nodes) == {"b": {"shell_env": "withheld, 3 entries"}, "l": [1.5], "n": None}


@pytest.mark.parametrize("hostile", ["\ud800", "\x1b[31m", "\x9b31m\x7f", "\u202e", "\u2028", "日本 \x00"])
def test_1_case_5_any_text_comes_back_from_json_as_it_was_and_obeys_no_terminal(hostile: str) -> None:
    line = encoded({"text": hostile})
    assert json.loads(line.encode("utf-8")) == {"text": hostile}
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F or c in "\u2028\u202e" for c in line)


@pytest.mark.parametrize(
    "stored", ['{"a": NaN}', "[1e400]", "-Infinity", "[" * 100_000, "9" * 5000, "", "{'a': 1}", "[" * 985 + "]" * 985]
)
def test_1_case_5_json_that_cannot_be_given_back_is_given_as_text(stored: str) -> None:
    assert json.loads(encoded({"raw": [json_or_text(stored)]})) == {"raw": [stored]}


def test_numbers_beyond_64_bits_are_kept() -> None:
    assert json_or_text('{"n": 18446744073709551616}') == {"n": 2**64}
