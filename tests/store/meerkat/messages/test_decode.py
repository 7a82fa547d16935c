"""Every message and block kind becomes what it is, and what is not known becomes a card (1.5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.meerkat.codec.strict_json import NotStrict
from store.meerkat.messages.decode import decode_message, parse_message
from store.meerkat.messages.times import rfc3339_ms
from store.values.message import (
    ImageBlock,
    Message,
    MessageKind,
    NoticeBlock,
    ReasoningBlock,
    Role,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
    UnknownBlock,
)

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]


def decode(value: Any, kind: MessageKind = MessageKind.UNKNOWN) -> Message:
    data = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return decode_message(parse_message(0, data), kind, lambda message, block: None, lambda message, position: None)


@pytest.fixture
def examples(copy_sample: Copy) -> dict[str, bytes]:
    vectors = json.loads(copy_sample("meerkat/vectors-0.6.24.json").read_text("utf-8"))
    return {name: example["json"].encode() for name, example in vectors["message_examples"].items()}


def test_1_5_every_recorded_message_of_the_real_types_is_known(examples: dict[str, bytes]) -> None:
    assert len(examples) == 18
    for name, data in examples.items():
        message = decode(data)
        assert message.role is not Role.UNKNOWN, name
        assert message.kind not in (MessageKind.UNKNOWN, MessageKind.DAMAGED), name
        assert bool(message.blocks) == (name != "user_empty_blocks"), name
        assert not any(isinstance(block, UnknownBlock) for block in message.blocks), name
        assert message.size_bytes == len(data)


def test_1_5_each_assistant_block_becomes_its_own_kind() -> None:
    blocks = [
        {"block_type": "reasoning", "data": {"text": "thinking", "meta": {"provider": "anthropic", "signature": "s"}}},
        {"block_type": "text", "data": {"text": "Answer"}},
        {"block_type": "reasoning", "data": {"text": "", "meta": {"provider": "open_ai", "encrypted_content": "e"}}},
        {"block_type": "reasoning", "data": {"text": "", "meta": {"provider": "anthropic_redacted", "data": "d"}}},
        {"block_type": "transcript", "data": {"text": "spoken", "source": "spoken"}},
        {"block_type": "server_tool_content", "data": {"id": "w", "name": "web_search", "content": {"q": "x"}}},
        {"block_type": "server_tool_content", "data": {"kind": {"kind": "google_search"}, "content": "found"}},
        {
            "block_type": "image",
            "data": {
                "image_id": "i",
                "blob_ref": {"blob_id": "sha256:aa", "media_type": "image/png"},
                "media_type": "image/png",
                "width": 1024,
                "height": 768,
                "revised_prompt": {"disposition": "revised", "text": {"content": "a cat"}, "source": "provider"},
            },
        },
        {"block_type": "tool_use", "data": {"id": "t", "name": "shell", "args": {"b": 1.50, "a": [1, 2]}}},
        {"block_type": "hologram", "data": {"x": 1}},
        {"block_type": "text", "data": {"text": 17}},
        "no block",
    ]
    message = decode({"role": "block_assistant", "blocks": blocks, "stop_reason": "tool_use", "created_at": "?"})
    assert [type(block) for block in message.blocks] == [
        ReasoningBlock,
        TextBlock,
        ReasoningBlock,
        ReasoningBlock,
        TextBlock,
        NoticeBlock,
        NoticeBlock,
        ImageBlock,
        ToolCallBlock,
        UnknownBlock,
        UnknownBlock,
        UnknownBlock,
    ]
    assert [block.is_sealed for block in message.blocks if isinstance(block, ReasoningBlock)] == [False, True, True]
    notices = [block.title for block in message.blocks if isinstance(block, NoticeBlock)]
    assert notices == ["Provider's tool: web search", "Provider's tool: google search"]
    image = message.blocks[7]
    assert isinstance(image, ImageBlock)
    assert (image.ref.blob, image.ref.width_px, image.ref.height_px, image.ref.name) == (
        "sha256:aa",
        1024,
        768,
        "a cat",
    )
    unknown = message.blocks[9]
    assert isinstance(unknown, UnknownBlock)
    assert (unknown.kind, unknown.raw, unknown.fault) == ("hologram", '{"block_type":"hologram","data":{"x":1}}', None)
    malformed = message.blocks[10]
    assert isinstance(malformed, UnknownBlock)
    assert malformed.fault is not None
    assert message.created_at_ms is None
    assert message.created_at == "?"


def test_1_5_arguments_keep_their_stored_spelling() -> None:
    data = (
        b'{"role":"block_assistant", "blocks" : [{"block_type":"tool_use","data":{"id":"t","name":"n",'
        b'"args":{"z" : 1e2, "a":"\\u00e9", "z2":12345678901234567890123}}}],"stop_reason":"tool_use"}'
    )
    (block,) = decode(data).blocks
    assert isinstance(block, ToolCallBlock)
    assert block.arguments == '{"z" : 1e2, "a":"\\u00e9", "z2":12345678901234567890123}'


def test_1_5_who_wrote_a_user_message() -> None:
    prompts = ["hi", [{"type": "text", "text": "hi"}]]
    for content in prompts:
        assert decode({"role": "user", "content": content}).kind is MessageKind.PROMPT
    rendered = {"class": "user_prompt", "salience": "normal"}
    assert decode({"role": "user", "content": "x", "render_metadata": rendered}).kind is MessageKind.PROMPT
    marker = (
        "[Context compacted] A previous context produced the following summary of work so far. The current tool and"
        " session state is preserved. Use this summary to continue without duplicating work:\n\nsummary"
    )
    injected: list[dict[str, Any]] = [
        {"content": "x", "render_metadata": {"class": "peer_message", "salience": "important"}},
        {"content": "x", "transcript_role": "compaction_summary"},
        {"content": "x", "transcript_role": "injected_context"},
        {"content": marker},
        {"content": [{"type": "text", "text": marker}]},
    ]
    for fields in injected:
        assert decode({"role": "user", **fields}).kind is MessageKind.INJECTED, fields


def test_1_5_contents_are_texts_images_videos_and_cards() -> None:
    content = [
        {"type": "text", "text": "look"},
        {"type": "image", "media_type": "image/png", "source": "inline", "data": "iVBORw0KGgo="},
        {"type": "image", "media_type": "image/png", "source": "blob", "blob_id": "sha256:37"},
        {"type": "video", "media_type": "video/mp4", "duration_ms": 8000, "source": "inline", "data": "AAAA"},
        {"type": "structured", "data": {"a": 1}},
        {"type": "skill_context", "skill_key": "k", "text": "how to"},
        {"type": "smell", "x": 1},
    ]
    blocks = decode({"role": "user", "content": content}).blocks
    assert [type(block) for block in blocks] == [
        TextBlock,
        ImageBlock,
        ImageBlock,
        ImageBlock,
        NoticeBlock,
        NoticeBlock,
        UnknownBlock,
    ]
    pictures = [block.ref for block in blocks if isinstance(block, ImageBlock)]
    assert [(ref.size_bytes, ref.blob, ref.is_video, ref.duration_ms) for ref in pictures] == [
        (8, None, False, None),
        (None, "sha256:37", False, None),
        (3, None, True, 8000),
    ]


def test_1_5_an_unknown_role_is_a_card_with_all_it_holds() -> None:
    message = decode({"role": "oracle", "content": "x"})
    assert (message.role, message.kind, message.stored_role) == (Role.UNKNOWN, MessageKind.UNKNOWN, "oracle")
    (card,) = message.blocks
    assert isinstance(card, UnknownBlock)
    assert card.raw == '{"role":"oracle","content":"x"}'


def test_1_5_tool_results_tell_errors_and_count_their_text() -> None:
    results = [
        {"tool_use_id": "a", "content": "ok", "is_error": False},
        {
            "tool_use_id": "b",
            "content": [{"type": "text", "text": "bad"}, {"type": "text", "text": "er"}],
            "is_error": True,
        },
        {"tool_use_id": "c"},
    ]
    blocks = decode({"role": "tool_results", "results": results}).blocks
    told = [(b.call_id, b.is_error, b.text_chars, len(b.blocks)) for b in blocks if isinstance(b, ToolResultBlock)]
    assert told == [("a", False, 2, 1), ("b", True, 6, 2), ("c", False, 0, 0)]


@pytest.mark.parametrize(
    "data",
    [
        b'{"role":"user","content":"x","content":"y"}',
        b'{"role":"block_assistant","blocks":[{"block_type":"text","block_type":"text","data":{"text":"x"}}]}',
        b'{"role":"user","content":[{"type":"text","text":"x","text":"y"}]}',
        b'{"role":"tool_results","results":[{"tool_use_id":"a","tool_use_id":"b","content":"x"}]}',
        b'{"role":"user","content":Infinity}',
        b'{"role":"user","content":-1e999}',
        b'{"role":"user","content":"\\ud83d"}',
        b'{"role":"user"} x',
        b"",
    ],
)
def test_1_case_5_what_the_systems_refuse_is_refused(data: bytes) -> None:
    with pytest.raises(NotStrict):
        decode(data)


def test_1_5_keys_may_stand_twice_in_free_data() -> None:
    (block,) = decode(
        b'{"role":"block_assistant","blocks":[{"block_type":"tool_use","data":{"id":"t","name":"n","args":{"a":1,"a":2}}}]}'
    ).blocks
    assert isinstance(block, ToolCallBlock)
    assert block.arguments == '{"a":1,"a":2}'


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-05-28T20:26:40.123456789Z", 1_780_000_000_123),
        ("2026-05-28T22:26:40.1+02:00", 1_780_000_000_100),
        ("2026-13-28T20:26:40Z", None),
        ("yesterday", None),
    ],
)
def test_times_are_read_to_the_millisecond(text: str, ms: int | None) -> None:
    assert rfc3339_ms(text) == ms


NOTICES: list[tuple[dict[str, Any], str, str]] = [
    (
        {
            "type": "comms",
            "kind": "request",
            "direction": "incoming",
            "peer": {"id": "p", "display_name": "rev"},
            "intent": "review",
            "payload": {"a": 2},
            "content": [{"type": "text", "text": "please"}],
        },
        "Request from rev",
        "review\nplease",
    ),
    (
        {"type": "external_event", "source": "hook", "event_type": "push", "summary": "two commits"},
        "External event · hook · push",
        "two commits",
    ),
    (
        {"type": "mcp", "server_id": "files", "phase": "failed", "persisted": False, "detail": "timeout"},
        "Tool server files failed",
        "timeout",
    ),
    (
        {"type": "mcp", "phase": "pending", "pending_sources": ["a", "b"]},
        "Tool server a, b is connecting",
        "Waiting for: a, b",
    ),
    (
        {"type": "background_job", "job_id": "j", "display_name": "build", "status": "completed", "detail": "0"},
        "Background job build completed",
        "0",
    ),
    ({"type": "auth", "state": "reauth_required", "detail": "log in"}, "Sign-in · reauth required", "log in"),
    ({"type": "runtime_notice", "category": "model_switch", "detail": "now m-2"}, "Runtime · model switch", "now m-2"),
    (
        {"type": "tool_config", "payload": {"operation": "add", "target": "shell", "status": "applied"}},
        "Tools changed · add shell",
        "applied",
    ),
    (
        {"type": "fork_boundary", "fork": "transcript", "source": {"session_id": "s"}, "summary": "forked"},
        "Forked from s",
        "forked",
    ),
    (
        {"type": "tool_process_interrupted", "run_id": "r", "spawner": "shell", "cessation": "killed"},
        "A tool's process was interrupted",
        "killed · shell",
    ),
    ({"type": "later", "summary": "said in words"}, "Notice: later", "said in words"),
]


@pytest.mark.parametrize(("block", "title", "text"), NOTICES, ids=[row[0]["type"] for row in NOTICES])
def test_1_5_each_notice_is_said_in_words(block: dict[str, Any], title: str, text: str) -> None:
    (shown,) = decode({"role": "system_notice", "kind": "generic", "blocks": [block]}).blocks
    assert isinstance(shown, NoticeBlock)
    assert (shown.title, shown.text) == (title, text)


def test_1_5_a_notice_with_a_body_only_says_its_body_once() -> None:
    notice = {"role": "system_notice", "kind": "mcp_pending", "body": "connecting"}
    (shown,) = decode(notice).blocks
    assert isinstance(shown, NoticeBlock)
    assert (shown.title, shown.text) == ("Tool servers are connecting", "connecting")
    repeated = decode({**notice, "blocks": [{"type": "mcp", "phase": "pending", "detail": "connecting"}]})
    assert len(repeated.blocks) == 1
    assert len(decode({**notice, "blocks": [{"type": "smoke"}]}).blocks) == 2
