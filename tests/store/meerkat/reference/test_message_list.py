"""Lists of messages share their bytes, and are what a plain list of bytes is (L1)."""

from __future__ import annotations

import hashlib
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.reference.canonical import with_sorted_keys
from store.meerkat.reference.message_list import SMALL_RUN_BYTES, ListBuilder, MessageList, Run
from store.meerkat.shapes.digests import DigestFormat
from tests.store.meerkat.digesting import digest_of

MESSAGES = st.lists(st.sampled_from([b"{}", b'{"a":1}', b'{"a":"' + b"x" * SMALL_RUN_BYTES + b'"}']), max_size=8)


def plain(messages: MessageList) -> list[bytes]:
    return list(messages)


def in_runs(parts: list[list[bytes]]) -> MessageList:
    """A list that is put together of several."""
    made = MessageList()
    for part in parts:
        made = made.plus(MessageList.of(part))
    return made


def joined(messages: MessageList, begin: int = 0, end: int | None = None) -> bytes:
    return b"".join(messages.views(begin, end))


@given(st.lists(MESSAGES, max_size=4), st.integers(0, 12), st.integers(0, 12))
def test_p3_a_list_of_runs_is_what_a_plain_list_is(parts: list[list[bytes]], begin: int, end: int) -> None:
    expected = [message for part in parts for message in part]
    messages = in_runs(parts)
    assert (len(messages), plain(messages)) == (len(expected), expected)
    assert [messages.bytes_at(number) for number in range(len(expected))] == expected
    assert plain(messages.slice(begin, end)) == expected[begin:end]
    assert joined(messages, begin, end) == b",".join(expected[begin:end])
    assert messages.size_bytes() == len(b",".join(expected))
    first, last = sorted((min(begin, len(expected)), min(end, len(expected))))
    replaced = messages.with_replaced(first, last, MessageList.of([b"[]"]))
    assert plain(replaced) == [*expected[:first], b"[]", *expected[last:]]


@given(st.lists(MESSAGES, max_size=3), st.lists(MESSAGES, max_size=3))
def test_p3_what_two_lists_share_at_both_ends_is_counted(ones: list[list[bytes]], others: list[list[bytes]]) -> None:
    one, other = in_runs(ones), in_runs(others)
    mine, theirs = plain(one), plain(other)
    shared = 0
    while shared < min(len(mine), len(theirs)) and mine[shared] == theirs[shared]:
        shared += 1
    assert one.equal_prefix(other) == shared
    behind = 0
    while behind < min(len(mine), len(theirs)) and mine[-1 - behind] == theirs[-1 - behind]:
        behind += 1
    assert one.equal_suffix(other) == behind
    assert one.equal_suffix(other, 1) == min(behind, 1)
    assert (one == other) is (mine == theirs)


@given(st.lists(MESSAGES, max_size=3), st.integers(0, 8), st.integers(0, 8))
def test_p3_a_digest_is_the_hash_of_the_list_as_json(parts: list[list[bytes]], begin: int, end: int) -> None:
    messages = in_runs(parts)
    spelled = b"[" + b",".join(plain(messages)[begin:end]) + b"]"
    assert messages.digest(begin=begin, end=end) == f"sha256:{hashlib.sha256(spelled).hexdigest()}"


@pytest.mark.parametrize("form", list(DigestFormat))
def test_l1_a_digest_in_each_format_is_that_of_the_decoded_messages(form: DigestFormat) -> None:
    message = {
        "role": "user",
        "content": [{"type": "image", "media_type": "image/png", "source": "inline", "data": "AAAA"}],
        "created_at": "2026-01-01T00:00:00Z",
    }
    data = b'{"role":"user","content":[{"type":"image","media_type":"image/png","source":"inline","data":"AAAA"}],'
    data += b'"created_at":"2026-01-01T00:00:00Z"}'
    assert MessageList.of([data, data]).digest(form) == digest_of([message, message], form)


def test_l1_many_single_messages_do_not_become_many_runs() -> None:
    messages = MessageList()
    for number in range(300):
        messages = messages.plus(MessageList.of([b'{"a":"%d%s"}' % (number, b"x" * 900)]))
    assert len(messages) == 300
    assert len(messages._runs) <= 2 + 300 * 900 // (SMALL_RUN_BYTES // 2)


def test_l1_a_part_of_a_list_copies_no_message() -> None:
    buffer = b'{"a":1},{"b":2},{"c":3}'
    messages = MessageList([Run(buffer, array("Q", [0, 8, 16]), len(buffer))])
    (view,) = messages.slice(1).views()
    assert view.obj is buffer
    assert bytes(view) == b'{"b":2},{"c":3}'


def test_l1_a_builder_shares_what_stands_together_and_copies_what_was_printed_anew() -> None:
    buffer = b'{"a":1},{"b":2}, {"c":3},{ "d":4}'
    builder = ListBuilder(buffer)
    builder.share(array("Q", [0, 8]), 15)
    builder.take(17, 24, b'{"c":3}')
    builder.take(25, 33, b'{"d":4}')
    assert list(builder.made()) == [b'{"a":1}', b'{"b":2}', b'{"c":3}', b'{"d":4}']


@pytest.mark.parametrize("number", [-1, 2])
def test_l1_there_is_no_message_before_the_first_or_behind_the_last(number: int) -> None:
    with pytest.raises(IndexError):
        MessageList.of([b"{}", b"{}"]).bytes_at(number)


def test_l1_a_list_is_equal_to_nothing_else() -> None:
    assert MessageList.of([b"{}"]) != [b"{}"]


DEEP = b'{"z":' + b'{"b":1,"a":' * 120 + b"18446744073709551616" + b"}" * 120 + b',"a":[0.1,-0.0,1e300]}'
SPELLED = [b"{}", b'{"b":1,"a":{"d":1.5,"c":[]}}', b'{"b":"' + b"x" * SMALL_RUN_BYTES + b'","a":2}', DEEP]


@given(st.lists(st.lists(st.sampled_from(SPELLED), max_size=8), max_size=4))
def test_p3_a_list_with_sorted_keys_is_what_its_messages_are_with_sorted_keys(parts: list[list[bytes]]) -> None:
    messages = in_runs(parts)
    assert plain(messages.respelled(with_sorted_keys)) == [with_sorted_keys(message) for message in messages]
