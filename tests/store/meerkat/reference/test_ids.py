"""Ids of new sessions are UUIDs of version 7 (L1)."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.messages.times import message_time
from store.meerkat.reference.ids import new_session_id
from store.meerkat.reference.times import system_time, system_time_ns
from store.meerkat.shapes.typed import typed_time


@given(st.integers(0, (1 << 48) - 1), st.binary(min_size=10, max_size=10))
def test_l1_an_id_is_a_uuid_of_version_7_that_says_when(now_ms: int, noise: bytes) -> None:
    made = uuid.UUID(new_session_id(now_ms, lambda _: noise))
    assert (made.version, made.variant, made.int >> 80) == (7, uuid.RFC_4122, now_ms)


def test_l1_ids_sort_by_their_time_and_two_of_one_moment_differ() -> None:
    made = [new_session_id(now_ms) for now_ms in (1, 2, 3)]
    assert made == sorted(made)
    assert new_session_id(5) != new_session_id(5)


@given(st.integers(0, 200_000_000_000_000_000_000))
def test_l1_times_come_back_from_both_of_their_forms(ns: int) -> None:
    assert system_time_ns(dict(system_time(ns))) == ns
    assert typed_time(message_time(ns)) == message_time(ns)
