"""The end of a long document tells its times, metadata and usage, or says nothing (3.1, formats/meerkat.md §2.1)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.details import Envelope, take_metadata
from store.meerkat.documents.tail import Tail, peek_tail

TIME = {"secs_since_epoch": 1_780_000_000, "nanos_since_epoch": 5}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def tail_of(document: dict[str, Any], indent: int | None = None, length_bytes: int = 100_000) -> Tail | None:
    return peek_tail(MemorySource(json.dumps(document, indent=indent).encode()), CancelToken(), length_bytes)


def session(messages: list[Any], metadata: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "version": 2,
        "id": "x",
        "messages": messages,
        "created_at": TIME,
        "updated_at": TIME | {"nanos_since_epoch": 6},
        "metadata": metadata,
        "usage": {"input_tokens": 1, "output_tokens": 2},
    } | more


@settings(max_examples=60)
@given(
    messages=st.lists(VALUES, max_size=3),
    metadata=st.dictionaries(st.text(max_size=5), VALUES, max_size=3),
    indent=st.sampled_from([None, 2]),
)
def test_3_1_what_stands_behind_the_messages_is_found_in_either_spelling(
    messages: list[Any], metadata: dict[str, Any], indent: int | None
) -> None:
    tail = tail_of(session(messages, metadata), indent)
    assert tail is not None
    assert (tail.created_at, tail.metadata) == (TIME, metadata)
    assert tail.updated_at == TIME | {"nanos_since_epoch": 6}
    assert tail.usage == {"input_tokens": 1, "output_tokens": 2}


@pytest.mark.parametrize("more", [{}, {"model_routing_control": [{"a": 1}]}])
def test_3_1_a_document_within_the_document_is_not_taken_for_it(more: dict[str, Any]) -> None:
    inner = session([], {"session_labels": {"title": "inner"}})
    said = {"role": "user", "content": json.dumps(inner)}
    called = {"role": "block_assistant", "blocks": [{"args": inner}]}
    outer = session([said, called], {"session_labels": {"title": "outer"}, "kept": inner}, **more)
    tail = tail_of(outer)
    assert tail is not None
    assert tail.metadata["session_labels"] == {"title": "outer"}


def test_3_1_an_end_that_begins_after_the_metadata_tells_nothing() -> None:
    document = session([], {"long": "x" * 1000})
    assert tail_of(document, length_bytes=500) is None
    assert tail_of(document, length_bytes=2000) is not None


def test_3_1_a_document_that_is_cut_tells_nothing() -> None:
    data = json.dumps(session([], {"a": 1})).encode()
    for cut in range(1, 60, 7):
        assert peek_tail(MemorySource(data[:-cut]), CancelToken()) is None


@pytest.mark.parametrize("name", ["grün", "日本", "\x80", "Â\x80", "a\nb", '"', "é\u4e2d"])
@pytest.mark.parametrize("is_escaped", [True, False])
def test_3_1_names_of_metadata_are_exact_however_they_are_spelled(name: str, is_escaped: bool) -> None:
    data = json.dumps(session([], {name: 1}), ensure_ascii=is_escaped).encode()
    tail = peek_tail(MemorySource(data), CancelToken())
    assert tail is not None
    assert tail.metadata == {name: 1}
    envelope = Envelope()
    take_metadata(envelope, MemorySource(json.dumps({name: 1}, ensure_ascii=is_escaped).encode()), 0, CancelToken())
    assert [node.name for node in envelope.metadata] == [name]
