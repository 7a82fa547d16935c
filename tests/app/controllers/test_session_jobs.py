"""A place in the list is found again among any rows, in milliseconds (B4, N4)."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.context import Context
from app.controllers.session_jobs import Place, ids_work, row_of_handle
from store import CancelToken
from store.values.session import SortKey, SortOrder
from store.values.store import StoreFacts

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
    answer = in_worker(
        lambda: ids_work(context.library, facts.key, SortOrder(key), Place(wanted, handle=1))(CancelToken())
    )
    assert answer.row is not None
    handle = answer.ids.handles[answer.row]
    backend = context.library.backend(facts.key)
    assert in_worker(lambda: backend.summaries((handle,), CancelToken())[0].key.session_id) == wanted


def test_b4_a_session_that_is_not_there_has_no_row(
    context: Context, copy_sample: Any, open_store: OpenStore, in_worker: Any
) -> None:
    facts = open_store(copy_sample("meerkat/realm-0.6.24-rich/atlas"))
    for missing in ("", "zzz", "019ec893-f522-7aef-b07a-7f8d2fc69e21"):
        work = ids_work(context.library, facts.key, SortOrder(), Place(missing))
        assert in_worker(lambda work=work: work(CancelToken())).row is None
