"""A place in the list is found again among any rows, in milliseconds (B4, N4)."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.context import Context
from app.controllers.list_jobs import Place, Selected, list_work, row_of, row_of_handle
from store import CancelToken
from store.values.listing import Listed, ListOrder, ListWant
from store.values.session import SortKey
from store.values.store import SessionKey, StoreFacts, StoreKey

HANDLES = st.integers(min_value=-(2**63), max_value=2**63 - 1)
OpenStore = Callable[[Path], StoreFacts]


@given(st.lists(HANDLES, unique=True), HANDLES)
def test_b4_a_handle_is_found_where_it_stands_or_not_at_all(handles: list[int], other: int) -> None:
    stored = array("q", handles)
    for row, handle in enumerate(handles):
        assert row_of_handle(stored, handle) == row
    assert row_of_handle(stored, other) == (handles.index(other) if other in handles else None)


def test_b4_bytes_that_lie_across_two_handles_are_no_handle() -> None:
    stored = array("q", [0x0100000000000000, 0x0000000000000001, 1 << 8])
    assert row_of_handle(stored, 0x0000000000000101) is None
    assert row_of_handle(stored, 1 << 8) == 2


@pytest.mark.parametrize("key", list(SortKey))
def test_b4_a_session_is_found_by_its_id_in_every_order(
    context: Context, copy_sample: Any, open_store: OpenStore, in_worker: Any, key: SortKey
) -> None:
    facts = open_store(copy_sample("meerkat/realm-0.6.24-rich/atlas"))
    wanted = "019ec893-f522-7aef-b07a-7f8d2fc69e20"
    want, place = ListWant((facts.key,), order=ListOrder(key)), Place(SessionKey(facts.key, wanted), handle=1)
    work = list_work(context.library, context.lists, want, place, is_renewed=True)
    answer = in_worker(lambda: work(CancelToken()))
    assert answer.row is not None
    handle = answer.listed.handles[answer.row]
    backend = context.library.backend(facts.key)
    assert in_worker(lambda: backend.summaries((handle,), CancelToken())[0].key.session_id) == wanted


def test_b4_a_session_that_is_not_there_has_no_row(
    context: Context, copy_sample: Any, open_store: OpenStore, in_worker: Any
) -> None:
    facts = open_store(copy_sample("meerkat/realm-0.6.24-rich/atlas"))
    for missing in ("", "zzz", "019ec893-f522-7aef-b07a-7f8d2fc69e21"):
        place = Place(SessionKey(facts.key, missing))
        work = list_work(context.library, context.lists, ListWant((facts.key,)), place)
        assert in_worker(lambda work=work: work(CancelToken())).row is None


def test_2_3_the_same_handle_in_two_stores_is_two_rows() -> None:
    first, second = StoreKey("/a"), StoreKey("/b")
    listed = Listed(ListWant((first, second)), (first, second), array("H", [1, 0, 1]), array("q", [7, 7, 8]))
    assert row_of(listed, first, 7) == 1
    assert row_of(listed, second, 7) == 0
    assert row_of(listed, first, 8) is None
    assert row_of(listed, StoreKey("/c"), 7) is None


def test_2_3_selected_rows_are_found_again_in_another_order(
    context: Context, copy_sample: Any, open_store: OpenStore, in_worker: Any
) -> None:
    facts = open_store(copy_sample("meerkat/realm-0.6.24-rich/atlas"))
    want = ListWant((facts.key,), order=ListOrder(SortKey.SIZE))
    before = in_worker(lambda: list_work(context.library, context.lists, ListWant((facts.key,)), None)(CancelToken()))
    chosen = Selected(before.listed, ((3, 4), (20, 22), (41, 42)))
    after = in_worker(lambda: list_work(context.library, context.lists, want, None, chosen)(CancelToken()))
    found = {after.listed.handles[row] for span in after.also for row in range(*span)}
    assert found == {before.listed.handles[row] for row in (3, 20, 21, 41)}


def test_4_1_all_rows_stay_selected_as_one_span_however_many_they_are(
    context: Context, copy_sample: Any, open_store: OpenStore, in_worker: Any
) -> None:
    facts = open_store(copy_sample("meerkat/realm-0.6.24-rich/atlas"))
    listed = in_worker(lambda: context.lists.listed(ListWant((facts.key,)), CancelToken()))
    many = replace(listed, handles=array("q", range(1_000_000, 1_050_000)) + listed.handles)
    want = ListWant((facts.key,), order=ListOrder(SortKey.SIZE))
    work = list_work(context.library, context.lists, want, None, Selected(many, ((0, 50_066),)))
    assert in_worker(lambda: work(CancelToken())).also == ((0, 66),)
