"""Stores that nobody opens any more do not stay in the catalogue for ever; those that are used lose nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from store.cancel import CancelToken
from store.catalogue import Catalogue
from store.catalogue.forgetting import NOTED_S, STEP_ROWS, UNUSED_S
from store.values.listing import FillState
from tests.store.catalogue.made import A, B, MadeStore, row

TOKEN = CancelToken()
Take = Callable[[MadeStore], bool]
Fill = Callable[[MadeStore], FillState]


def forget(catalogue: Catalogue, now_s: int) -> None:
    while catalogue.forget_some(TOKEN, now_s):
        pass


def test_what_was_opened_within_90_days_stays(catalogue: Catalogue, fill: Fill) -> None:
    fill(MadeStore(A, [row(1), row(2)]))
    forget(catalogue, round(time.time()) + UNUSED_S - NOTED_S)
    assert catalogue.fill_state(A, TOKEN) == FillState(2, 2, True)


def test_what_was_not_opened_for_90_days_goes_with_its_space(
    catalogue: Catalogue, take: Take, fill: Fill, own_paths: Any
) -> None:
    fill(MadeStore(A, [row(number) for number in range(3 * STEP_ROWS)]))
    catalogue.close()
    before_bytes = own_paths.catalogue_file.stat().st_size
    forget(catalogue, round(time.time()) + UNUSED_S + NOTED_S)
    assert (catalogue.has(A, TOKEN), catalogue.facts(A, ["s-0001"], TOKEN)) == (False, {})
    catalogue.close()
    assert own_paths.catalogue_file.stat().st_size < before_bytes / 3
    assert fill(MadeStore(A, [row(1)])) == FillState(1, 1, True)


def test_a_store_that_is_opened_while_it_is_forgotten_is_read_anew(catalogue: Catalogue, fill: Fill) -> None:
    store = MadeStore(A, [row(number) for number in range(STEP_ROWS + 10)])
    fill(store)
    fill(MadeStore(B, [row(1)]))
    later_s = round(time.time()) + UNUSED_S + NOTED_S
    assert catalogue.forget_some(TOKEN, later_s)
    assert not catalogue.has(A, TOKEN) or not catalogue.has(B, TOKEN)
    assert fill(store) == FillState(STEP_ROWS + 10, STEP_ROWS + 10, True)
