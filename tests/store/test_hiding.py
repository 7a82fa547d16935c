"""Rows are left out of a long list without walking through it in Python (4.1)."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.hiding import without

HANDLES = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 700), unique=True, max_size=40)


@given(HANDLES, st.lists(st.integers(0, 700), unique=True, max_size=5), st.data())
def test_4_1_what_is_hidden_is_left_out_and_the_rest_keeps_its_order(
    handles: list[int], others: list[int], data: st.DataObject
) -> None:
    hidden = [*data.draw(st.lists(st.sampled_from(handles), unique=True)), *others] if handles else others
    expected = [handle for handle in handles if handle not in hidden]
    assert list(without(array("q", handles), hidden, CancelToken())) == expected
