"""What is known by its spelling alone is canonical: reading it with care changes nothing (L1, P3)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.meerkat.reference.canonical import Shapes, read_message, sorted_value, with_sorted_keys
from store.meerkat.reference.usual_spelling import usual_end, usual_sorted_end

TIME = "2026-05-28T20:26:48.123Z"
TEXTS = st.text(max_size=6) | st.sampled_from(["\\", '"', "\n\x01", "é\u2028", '"name":"a","args":{"b":1}'])
FREE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 66), 1 << 66)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
METAS = st.sampled_from(
    [
        None,
        {"provider": "anthropic", "signature": "s"},
        {"provider": "gemini", "thoughtSignature": "t"},
        {"provider": "open_ai", "id": "i"},
        {"provider": "open_ai", "id": "i", "encrypted_content": "e", "phase": "p"},
        {"provider": "anthropic_redacted", "data": "d"},
    ]
)


def with_meta(data: dict[str, Any], meta: Any) -> dict[str, Any]:
    return data if meta is None else data | {"meta": meta}


BLOCKS = st.one_of(
    st.builds(
        lambda kind, text, meta: {"block_type": kind, "data": with_meta({"text": text}, meta)},
        st.sampled_from(["text", "reasoning"]),
        TEXTS,
        METAS,
    ),
    st.builds(
        lambda name, args, meta: {
            "block_type": "tool_use",
            "data": with_meta({"id": "i", "name": name, "args": args}, meta),
        },
        TEXTS,
        FREE,
        METAS,
    ),
)
MESSAGES = st.one_of(
    st.builds(lambda text: {"role": "user", "content": text, "created_at": TIME}, TEXTS),
    st.builds(lambda text: {"role": "system", "content": text, "created_at": TIME}, TEXTS),
    st.builds(
        lambda texts: {
            "role": "tool_results",
            "results": [{"tool_use_id": text, "content": text, "is_error": False} for text in texts],
            "created_at": TIME,
        },
        st.lists(TEXTS, max_size=3),
    ),
    st.builds(
        lambda blocks: {
            "role": "block_assistant",
            "blocks": blocks,
            "stop_reason": "tool_use",
            "created_at": TIME,
        },
        st.lists(BLOCKS, max_size=3),
    ),
)


def spelled(value: Any, **how: Any) -> bytes:
    return json.dumps(value, **({"ensure_ascii": False, "separators": (",", ":")} | how)).encode()


@settings(max_examples=60)
@given(MESSAGES)
def test_p3_a_message_of_the_usual_spelling_is_canonical_as_it_stands(message: dict[str, Any]) -> None:
    for data in (spelled(message), spelled(message, ensure_ascii=True), spelled(message, separators=(", ", ":"))):
        end = usual_end(data, 0)
        if end:
            assert end == len(data)
            assert {read_message(data, shapes) for shapes in Shapes} == {data}


@settings(max_examples=60)
@given(MESSAGES)
def test_p3_a_message_of_the_usual_spelling_inside_metadata_is_sorted_as_it_stands(message: dict[str, Any]) -> None:
    for data in (spelled(message, sort_keys=True), spelled(message)):
        end = usual_sorted_end(data, 0)
        if end:
            assert end == len(data)
            assert sorted_value(data) == data == with_sorted_keys(data)


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": "a", "created_at": TIME},
        {
            "role": "block_assistant",
            "blocks": [
                {"block_type": "reasoning", "data": {"text": "", "meta": {"provider": "anthropic", "signature": "s"}}},
                {"block_type": "tool_use", "data": {"id": "i", "name": "n", "args": {}}},
                {
                    "block_type": "tool_use",
                    "data": {"id": "i", "name": "n", "args": {"a": [{"b": [1, None]}, {}], "c": {"d": {"e": "f"}}}},
                },
            ],
            "stop_reason": "tool_use",
            "created_at": TIME,
        },
        {
            "role": "tool_results",
            "results": [{"tool_use_id": "i", "content": "c", "is_error": True}] * 2,
            "created_at": TIME,
        },
    ],
)
def test_l1_the_common_kinds_are_known_by_their_spelling(message: dict[str, Any]) -> None:
    data = spelled(message)
    assert usual_end(b"," + data + b",", 1) == 1 + len(data)
    data = spelled(message, sort_keys=True)
    assert usual_sorted_end(b"[" + data + b"]", 1) == 1 + len(data)


CALL = '{"block_type":"tool_use","data":{"id":"i","name":"n","args":ARGUMENTS}}'
SORTED_CALL = '{"block_type":"tool_use","data":{"args":ARGUMENTS,"id":"i","name":"n"}}'
REST = f'"created_at":"{TIME}"'


@pytest.mark.parametrize(
    "arguments",
    [
        '{"b":1,"a":2}',
        '{"a":{"d":1,"c":2},"b":1}',
        '{"a":1,"a":1}',
        '{"a":1.5}',
        '{"a":-0}',
        '{"a":01}',
        '{"a":1,}',
        "[,]",
    ],
)
@pytest.mark.parametrize("before", ["", CALL.replace("ARGUMENTS", '{"a":1,"b":2}') + ","])
def test_l1_arguments_that_meerkat_would_print_in_another_way_are_not(before: str, arguments: str) -> None:
    blocks = before + CALL.replace("ARGUMENTS", arguments)
    data = f'{{"role":"block_assistant","blocks":[{blocks}],"stop_reason":"tool_use",{REST}}}'
    assert usual_end(data.encode(), 0) == 0
    block = SORTED_CALL.replace("ARGUMENTS", arguments)
    data = f'{{"blocks":[{block}],{REST},"role":"block_assistant","stop_reason":"tool_use"}}'
    assert usual_sorted_end(data.encode(), 0) == 0
