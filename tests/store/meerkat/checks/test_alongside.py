"""A snapshot compared with rows as they pass: equal, older, longer, other, in another spelling, or no document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.meerkat.checks.alongside import PAGE_MESSAGES, Alongside
from store.meerkat.codec.byte_source import MemorySource

COUNTS = st.integers(0, 2 * PAGE_MESSAGES + 3)


def dumped(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def message(number: int) -> dict[str, Any]:
    return {"role": "user", "content": f"é {number}", "created_at": "2026-05-28T20:26:40Z"}


def compared(stored: bytes, rows: list[bytes]) -> Alongside:
    alongside = Alongside(MemorySource(stored), CancelToken())
    assert list(alongside.watch(rows)) == rows
    return alongside


@given(stored=COUNTS, rows=COUNTS)
def test_what_both_have_is_counted_and_what_only_the_snapshot_has_is_seen(stored: int, rows: int) -> None:
    document = dumped({"version": 2, "messages": [message(number) for number in range(stored)], "usage": {}})
    found = compared(document, [dumped(message(number)) for number in range(rows)])
    assert (found.count, found.is_longer) == (min(stored, rows), stored > rows)
    assert not found.differs
    assert not found.is_broken


@given(count=st.integers(1, 2 * PAGE_MESSAGES), at=st.integers(0, 1 << 20))
def test_the_first_row_that_is_another_is_told(count: int, at: int) -> None:
    at %= count
    rows = [dumped(message(number)) for number in range(count)]
    rows[at] = dumped(message(-1))
    found = compared(dumped({"messages": [message(number) for number in range(count)]}), rows)
    assert found.differs
    assert found.count == at


@pytest.mark.parametrize("count", [1, PAGE_MESSAGES, PAGE_MESSAGES + 1])
def test_another_spelling_of_the_same_messages_agrees(count: int) -> None:
    document = {"messages": [message(number) for number in range(count)]}
    pretty = json.dumps(document, indent=1, sort_keys=True).encode()
    found = compared(pretty, [dumped(message(number)) for number in range(count)])
    assert (found.count, found.differs, found.is_longer) == (count, False, False)


@pytest.mark.parametrize("stored", [b"", b"[]", b"{}", b'{"version":2}', b'{"messages"'])
def test_what_has_no_messages_is_no_document(stored: bytes) -> None:
    assert compared(stored, [dumped(message(1))]).is_broken
