"""Invariant: a thread that draws is told at once when it is about to wait, and no other thread is affected."""

from __future__ import annotations

import threading

import pytest

from store.blocking import may_wait, must_not_wait
from store.errors import WouldBlock


def test_an_unmarked_thread_may_wait() -> None:
    may_wait("open a store")


def test_a_marked_thread_is_refused_with_the_work_named() -> None:
    with must_not_wait(), pytest.raises(WouldBlock, match="may not open a store"):
        may_wait("open a store")


def test_the_mark_ends_with_its_block_also_when_the_block_raises() -> None:
    with pytest.raises(KeyError), must_not_wait():
        raise KeyError("x")
    may_wait("open a store")


def test_a_mark_inside_a_mark_does_not_lift_the_outer_one() -> None:
    with must_not_wait():
        with must_not_wait():
            pass
        with pytest.raises(WouldBlock):
            may_wait("run SQL")


def test_the_mark_of_one_thread_does_not_concern_another() -> None:
    refused: list[bool] = []

    def work() -> None:
        may_wait("decode")
        refused.append(False)

    with must_not_wait():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert refused == [False]
