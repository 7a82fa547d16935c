"""A stored message is held as Meerkat holds it after a load: order, defaults, free values, refusals (S1, S2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.codec.codec import decode, decode_loaded, encode
from store.meerkat.shapes.message_shapes import MESSAGES
from store.meerkat.shapes.reference_shapes import reference_message
from store.meerkat.shapes.typed import NotTyped, TimeMissing, typed_message, typed_time
from tests.store.meerkat.stored import json_cells

KEYS = (
    *("args", "blob_id", "block_type", "blocks", "body", "content", "created_at", "data", "detail", "duration_ms"),
    *("id", "identity", "input_tokens", "is_error", "kind", "media_type", "meta", "name", "output_tokens", "payload"),
    *("persisted", "provider", "results", "settled", "source", "status", "status_info", "stop_reason", "summary"),
    *("text", "tool_use_id", "type", "usage"),
)
TIME = "2026-05-28T20:26:40.123456789Z"
RAW_ARGUMENTS = b'"raw_1"'


def held(message: dict[str, Any]) -> dict[str, Any]:
    return dict(typed_message({**message, "created_at": TIME}))


def noticed(block: dict[str, Any]) -> Any:
    return held({"role": "system_notice", "kind": "generic", "blocks": [block]})["blocks"][0]  # type: ignore[index]


def answered(block_type: str, **fields: Any) -> Any:
    blocks = [{"block_type": block_type, "data": fields}]
    return held({"role": "block_assistant", "blocks": blocks})["blocks"][0]["data"]


def shuffled(value: Any) -> Any:
    """The same value with all keys in another order, as a free value keeps them."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in sorted(value)}
    return [shuffled(part) for part in value] if isinstance(value, list) else value


def test_s2_every_message_of_every_sample_is_held_as_its_own_release_stored_it(
    copy_sample: Callable[[str], Path],
) -> None:
    """In the order of the structures, whatever order it comes in: the strand rows of six releases and 0.6 documents."""
    found = 0
    for cell in json_cells(copy_sample("meerkat")):
        if cell.column in ("message_json", "session_json", "session_snapshot"):
            value = decode(cell.data)
            messages = value["messages"] if cell.column != "message_json" else [value]  # type: ignore[index,call-overload]
            for message in messages:  # type: ignore[union-attr]
                if RAW_ARGUMENTS in encode(message):
                    continue
                assert encode(typed_message(shuffled(message))) == encode(decode_loaded(encode(message)))
                found += 1
    assert found > 5_000


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("a", "a"),
        ([{"type": "text", "text": "a"}], "a"),
        ([], []),
        ([{"text": "a", "type": "text", "later": 1}] * 2, [{"type": "text", "text": "a"}] * 2),
    ],
)
def test_content_of_one_text_is_a_text_and_other_content_a_list(stored: Any, expected: Any) -> None:
    assert held({"role": "user", "content": stored})["content"] == expected
    results = [{"tool_use_id": "t", "content": stored}]
    assert held({"role": "tool_results", "results": results})["results"] == [
        {"tool_use_id": "t", "content": expected, "is_error": False}
    ]


def test_unknown_keys_are_dropped_and_free_values_sorted_at_every_depth() -> None:
    args = {"z": [{"b": 1, "a": 2}], "é": None, "A": {}}
    assert list(answered("tool_use", name="n", later=1, args=args, id="i")) == ["id", "name", "args"]
    assert json.dumps(answered("tool_use", id="i", name="n", args=args)["args"], ensure_ascii=False) == (
        '{"A": {}, "z": [{"a": 2, "b": 1}], "é": null}'
    )


def test_both_cache_counters_are_always_written() -> None:
    message = {
        "role": "assistant",
        "content": "",
        "stop_reason": "end_turn",
        "usage": {"output_tokens": 2, "input_tokens": 1},
    }
    assert held(message)["usage"] == {
        "input_tokens": 1,
        "output_tokens": 2,
        "cache_creation_tokens": None,
        "cache_read_tokens": None,
    }
    assert held(message)["tool_calls"] == []


def test_a_notice_of_an_unknown_type_is_put_into_an_unknown_block() -> None:
    block = {"type": "later_kind", "n": 1, "detail": "kept"}
    assert json.dumps(noticed(block)) == (
        '{"type": "unknown", "summary": "kept", "payload": {"detail": "kept", "n": 1, "type": "later_kind"}}'
    )
    assert noticed(noticed(block)) == noticed(block)


@pytest.mark.parametrize(
    ("info", "status"),
    [
        (
            {"kind": "boundary_applied", "revision": 4, "base_changed": True, "visible_changed": False},
            "boundary_applied(base_changed=true,visible_changed=false,revision=4)",
        ),
        (
            {
                "kind": "deferred_catalog_delta",
                "added_hidden_count": 2,
                "removed_hidden_count": 1,
                "pending_source_count": 0,
            },
            "deferred_catalog_delta(added_hidden=2,removed_hidden=1,pending_sources=0)",
        ),
        ({"kind": "warning_failed_closed", "error": "unknown tool"}, "warning_failed_closed(unknown tool)"),
        ({"kind": "external_tool_delta", "phase": "failed", "detail": "exit 1"}, "failed: exit 1"),
        ({"kind": "external_tool_delta", "phase": "failed"}, "failed"),
        ({"kind": "legacy_status", "status": "applied"}, "applied"),
    ],
)
def test_the_status_of_a_tool_is_told_from_its_information(info: dict[str, Any], status: str) -> None:
    payload = {"operation": "add", "target": "t", "status": "stale words", "status_info": info, "persisted": False}
    made = noticed({"type": "tool_config", "payload": payload})["payload"]
    assert (made["status"], made["persisted"]) == (status, False)
    assert list(made) == ["operation", "target", "status", "status_info", "persisted"]


def test_a_notice_keeps_the_name_that_its_release_has_for_what_is_settled() -> None:
    assert noticed({"type": "mcp"}) == {"type": "mcp", "persisted": False}
    assert noticed({"type": "mcp", "settled": True}) == {"type": "mcp", "settled": True}


def test_a_system_message_of_0_8_11_has_its_later_fields_behind_its_time() -> None:
    message = {"role": "system", "prompt_version": {"key": "k", "version": 1}, "content": "a"}
    assert list(held(message)) == ["role", "content", "created_at", "prompt_version"]


def said(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def block(**fields: Any) -> dict[str, Any]:
    return {"role": "block_assistant", "blocks": [fields]}


VIDEO = {"type": "video", "media_type": "v", "duration_ms": -1, "source": "inline", "data": ""}
RESULT = {"tool_use_id": "t", "content": "", "is_error": 0}
LARGEST = "18,446,744,073,709,551,615"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"role": "developer", "content": "a"}, "it has the unknown role “developer”"),
        ({"content": "a"}, "it has no role"),
        ({"role": "user"}, "it has no “content”"),
        (said(5), "it is no list, in “content”"),
        (said([VIDEO]), f"it is no whole number up to {LARGEST}, in “duration_ms”, in “content”"),
        (said([{"type": "image", "media_type": "v", "source": "inline"}]), "it has no “data”, in “content”"),
        (block(block_type="zzz", data={}), "it holds the unknown block type “zzz”, in “blocks”"),
        (block(data={}), "its block type has no “block_type”, in “blocks”"),
        ({"role": "system", "content": []}, "it is no text, in “content”"),
        (
            {"role": "tool_results", "results": [RESULT]},
            "it is neither true nor false, in “is_error”, in “results”",
        ),
    ],
)
def test_what_meerkat_refuses_is_refused_with_the_place(message: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotTyped) as refused:
        held(message)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    "data",
    [
        b'{"role":"user","role":"user","content":"a"}',
        b'{"role":"user","content":[{"type":"text","text":"a","text":"a"}]}',
        b'{"role":"block_assistant","blocks":[{"block_type":"text","data":{"text":"a","text":"b"}}]}',
    ],
)
def test_s1_a_key_that_stands_twice_in_a_structure_is_refused(data: bytes) -> None:
    with pytest.raises(NotTyped, match="a key stands twice"):
        typed_message(decode(data))


def test_a_key_that_stands_twice_in_free_data_counts_once() -> None:
    data = b'{"block_type":"tool_use","data":{"id":"i","name":"n","args":{"a":1,"a":2}}}'
    message = {"role": "block_assistant", "blocks": [decode(data)]}
    assert held(message)["blocks"][0]["data"]["args"] == {"a": 2}  # type: ignore[index,call-overload]


def test_free_values_nested_deeper_than_their_reader_goes_are_refused() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    with pytest.raises(NotTyped, match="nested too deeply"):
        answered("tool_use", id="i", name="n", args=deep)


def test_a_message_without_a_time_takes_the_one_that_is_given() -> None:
    message = {"role": "user", "content": "a"}
    with pytest.raises(TimeMissing):
        typed_message(message)  # type: ignore[arg-type]
    assert typed_message(message, TIME)["created_at"] == TIME  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stored", "printed"),
    [
        ("2026-05-28T20:26:40Z", "2026-05-28T20:26:40Z"),
        ("2026-05-28T20:26:40.000Z", "2026-05-28T20:26:40Z"),
        ("2026-05-28T20:26:40.1Z", "2026-05-28T20:26:40.100Z"),
        ("2026-05-28T20:26:40.120000000Z", "2026-05-28T20:26:40.120Z"),
        ("2026-05-28T20:26:40.1234567891Z", "2026-05-28T20:26:40.123456789Z"),
        ("2026-05-28t22:26:40.5+02:00", "2026-05-28T20:26:40.500Z"),
        ("2026-01-01T00:00:00+00:30", "2025-12-31T23:30:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:60Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ],
)
def test_times_are_printed_in_utc_with_as_many_digits_as_are_needed(stored: str, printed: str) -> None:
    assert typed_time(stored) == printed


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "now",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-05-28T20:26:40",
        "٢٠٢٦-05-28T20:26:40Z",
        5,
        None,
    ],
)
def test_what_is_no_time_is_refused(stored: Any) -> None:
    with pytest.raises(NotTyped):
        typed_time(stored)


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(st.sampled_from(sorted(MESSAGES)), st.dictionaries(st.sampled_from(KEYS), anything, max_size=6))
def test_whatever_stands_in_a_message_it_is_held_and_settled_or_refused(role: str, fields: dict[str, Any]) -> None:
    """Read with the fields of all releases, and with those of 0.6.24."""
    for read in (typed_message, reference_message):
        try:
            held = read({"content": "a", "kind": "generic", **fields, "role": role}, TIME)
        except NotTyped:
            continue
        once = decode_loaded(encode(held))
        try:
            assert encode(read(once, TIME)) == encode(once)
        except NotTyped as reason:
            raise AssertionError(f"what was held is refused: {reason}") from None
