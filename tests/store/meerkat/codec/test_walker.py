"""The window over a document gives exact byte offsets, whatever its size and the text (issue: bad JSON never lies)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.errors import Cancelled
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.walker import Broken, Undecodable, Walker
from store.meerkat.messages.document_walk import walk_document

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MESSAGES = st.lists(
    st.dictionaries(st.sampled_from(["role", "content", "blocks", "é"]), VALUES, max_size=4), max_size=8
)


def encode(value: Any, is_pretty: bool, is_ascii: bool) -> bytes:
    spacing = {"indent": 1} if is_pretty else {"separators": (",", ":")}
    return json.dumps(value, ensure_ascii=is_ascii, **spacing).encode("utf-8", "surrogatepass")


@given(MESSAGES, VALUES, st.booleans(), st.booleans(), st.sampled_from([1, 2, 7, 64, 1 << 19]))
@settings(max_examples=200, deadline=None)
def test_every_message_stands_where_the_index_says(
    messages: list[Any], metadata: Any, is_pretty: bool, is_ascii: bool, window_bytes: int
) -> None:
    document = {"version": 2, "messages": messages, "metadata": metadata, "é": messages}
    data = encode(document, is_pretty, is_ascii)
    walk = walk_document(MemorySource(data), CancelToken(), whole=True, window_bytes=window_bytes)
    assert walk.is_complete
    assert walk.index.faults == []
    found = [
        json.loads(data[begin : begin + size]) for begin, size in zip(walk.index.begins, walk.index.sizes, strict=True)
    ]
    assert found == messages
    begin, end = walk.spans["metadata"]
    assert json.loads(data[begin:end]) == metadata


@given(st.binary(max_size=80), st.sampled_from([1, 5, 1 << 19]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_at_all_do_more_than_break(data: bytes, window_bytes: int) -> None:
    for content in (data, b'{"messages":[' + data, b'{"messages":[{"role":"user"},' + data + b"]}"):
        try:
            walk = walk_document(MemorySource(content), CancelToken(), whole=True, window_bytes=window_bytes)
        except Broken:
            continue
        assert len(walk.index.begins) == walk.index.count


@given(VALUES, st.sampled_from([1, 3, 16]))
@settings(max_examples=150, deadline=None)
def test_stepping_over_a_value_ends_where_decoding_it_ends(value: Any, window_bytes: int) -> None:
    data = encode(value, False, False)
    walker = Walker(MemorySource(data + b" ]"), CancelToken(), window_bytes)
    assert walker.skip(0) == len(data)
    assert walker.value(0) == (
        json.loads(data.decode("utf-8", "surrogatepass").encode("utf-8").decode("latin-1")),
        len(data),
    )


def test_a_document_that_breaks_off_keeps_what_stands_before() -> None:
    data = b'{"version":2,"messages":[{"role":"user","content":"a"},{"role":"user","content":"b'
    walk = walk_document(MemorySource(data), CancelToken())
    assert walk.index.count == 1
    assert not walk.is_complete
    assert [fault.code for fault in walk.index.faults] == ["bad-json"]


def test_brackets_that_do_not_match_are_the_end_of_reading() -> None:
    walk = walk_document(MemorySource(b'{"messages":[{"role":"user"},{"a":[}],{"role":"user"}]}'), CancelToken())
    assert walk.index.count == 1
    assert [fault.code for fault in walk.index.faults] == ["bad-json"]


def test_a_key_that_stands_twice_is_a_fault_and_the_first_one_is_read() -> None:
    walk = walk_document(MemorySource(b'{"messages":[{"role":"user"}],"messages":[]}'), CancelToken())
    assert walk.index.count == 1
    assert [fault.code for fault in walk.index.faults] == ["doubled-key"]


def test_a_value_over_the_limit_is_stepped_over() -> None:
    data = b'["' + b"x" * 1000 + b'"] '
    with pytest.raises(Undecodable) as raised:
        Walker(MemorySource(data), CancelToken(), 64).value(0, max_bytes=100)
    assert (raised.value.end, raised.value.is_too_long) == (len(data) - 1, True)


def test_a_cancelled_walk_stops() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        walk_document(MemorySource(b'{"messages":[]}'), token)
