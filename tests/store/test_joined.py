"""Integers come back out of the text into which SQLite joined them, in pieces and until cancelled."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import CancelToken
from store.errors import Cancelled
from store.joined import PIECE_BYTES, joined_numbers

INTEGERS = st.integers(min_value=-(1 << 63), max_value=(1 << 63) - 1)


@given(st.lists(INTEGERS, max_size=40))
def test_what_sqlite_joined_comes_back_in_its_order(numbers: list[int]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")
        connection.executemany("INSERT INTO t VALUES (?)", [(number,) for number in numbers])
        joined = connection.execute("SELECT group_concat(n) FROM (SELECT n FROM t ORDER BY rowid)").fetchone()[0]
    assert list(joined_numbers(joined, "q", CancelToken())) == numbers


def test_a_text_of_many_pieces_loses_no_number_between_them() -> None:
    numbers = list(range(PIECE_BYTES))
    assert list(joined_numbers(",".join(map(str, numbers)).encode(), "q", CancelToken())) == numbers


def test_a_cancelled_token_ends_the_reading() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        joined_numbers("1,2", "q", token)
