"""A census brings the rows in line with the store, and drops every fact that may be stale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store.cancel import CancelToken
from store.catalogue import Catalogue
from store.catalogue.census import PAGE_ROWS, STEP_ROWS
from store.errors import Cancelled
from store.values.listing import CensusRow, FillState, ListOrder, ListWant, View
from store.values.session import SortKey
from tests.store.catalogue.made import A, B, MadeStore, facts_of, row

TOKEN = CancelToken()
Take = Callable[[MadeStore], bool]
Fill = Callable[[MadeStore], FillState]


def handles(catalogue: Catalogue, *stores: Any, **more: Any) -> list[int]:
    return list(catalogue.listed(ListWant(stores or (A,), **more), {}, (), (), TOKEN).handles)


def known(catalogue: Catalogue, *ids: str) -> set[str]:
    return set(catalogue.facts(A, ids, TOKEN))


def test_all_rows_of_a_store_are_listed_newest_first(catalogue: Catalogue, take: Take) -> None:
    store = MadeStore(A, [row(number) for number in range(PAGE_ROWS + 3)])
    assert take(store)
    assert handles(catalogue) == list(range(PAGE_ROWS + 2, -1, -1))


def test_a_second_census_of_the_same_store_changes_nothing(catalogue: Catalogue, take: Take, fill: Fill) -> None:
    store = MadeStore(A, [row(1), row(2)])
    fill(store)
    assert not take(store)
    assert known(catalogue, "s-0001", "s-0002") == {"s-0001", "s-0002"}


@pytest.mark.parametrize(
    "change",
    [
        {"updated_at_ms": 5},
        {"created_at_ms": 5},
        {"message_count": 99},
        {"total_tokens": 99},
        {"size_bytes": 601},
        {"mark": 2},
        {"updated_at_ms": None},
    ],
    ids=str,
)
def test_facts_of_a_session_whose_stored_columns_moved_are_gone(
    catalogue: Catalogue, take: Take, fill: Fill, change: dict[str, Any]
) -> None:
    store = MadeStore(A, [row(1), row(2)])
    fill(store)
    store.rows[0] = store.rows[0]._replace(**change)
    assert take(store)
    assert known(catalogue, "s-0001", "s-0002") == {"s-0002"}
    assert catalogue.fill_state(A, TOKEN) == FillState(1, 2, False)


def test_a_stale_title_is_neither_found_nor_sorted_by(catalogue: Catalogue, take: Take, fill: Fill) -> None:
    store = MadeStore(A, [row(1), row(2)], {1: facts_of("s-0001", "Zebra"), 2: facts_of("s-0002", "Ape")})
    fill(store)
    assert handles(catalogue, text="zebra") == [1]
    store.rows[0] = store.rows[0]._replace(message_count=99)
    take(store)
    assert handles(catalogue, text="zebra") == []
    assert handles(catalogue, text="0001") == [1]


def test_sessions_that_are_gone_leave_no_row_and_no_fact(catalogue: Catalogue, take: Take, fill: Fill) -> None:
    store = MadeStore(A, [row(1), row(2)])
    fill(store)
    del store.rows[0]
    assert take(store)
    assert (handles(catalogue), known(catalogue, "s-0001", "s-0002")) == ([2], {"s-0002"})


def test_a_session_that_moved_to_another_row_keeps_its_facts_under_the_new_handle(
    catalogue: Catalogue, take: Take, fill: Fill
) -> None:
    store = MadeStore(A, [row(1), row(2)])
    fill(store)
    store.rows = [store.rows[1]._replace(handle=1), store.rows[0]._replace(handle=2)]
    assert take(store)
    assert handles(catalogue, order=ListOrder(SortKey.ID, is_descending=False)) == [2, 1]
    assert known(catalogue, "s-0001", "s-0002") == {"s-0001", "s-0002"}


def test_another_file_at_the_same_path_keeps_no_fact_even_if_all_columns_agree(
    catalogue: Catalogue, take: Take, fill: Fill
) -> None:
    store = MadeStore(A, [row(1)])
    fill(store)
    store.file_mark = "file 2"
    assert take(store)
    assert (handles(catalogue), known(catalogue, "s-0001")) == ([1], set())


def test_stores_with_the_same_sessions_do_not_share_facts(catalogue: Catalogue, take: Take, fill: Fill) -> None:
    one, other = MadeStore(A, [row(1)]), MadeStore(B, [row(1)])
    fill(one)
    take(other)
    assert (known(catalogue, "s-0001"), catalogue.facts(B, ["s-0001"], TOKEN)) == ({"s-0001"}, {})


def test_rows_with_one_id_in_a_damaged_store_are_all_listed_and_catalogued(catalogue: Catalogue, fill: Fill) -> None:
    store = MadeStore(A, [row(1, "same"), row(2, "same"), row(3, "a\0b")])
    fill(store)
    assert sorted(handles(catalogue)) == [1, 2, 3]
    assert catalogue.fill_state(A, TOKEN) == FillState(3, 3, True)


def test_a_session_that_columns_alone_say_is_archived_is_so_before_its_facts_are_known(
    catalogue: Catalogue, take: Take
) -> None:
    take(MadeStore(A, [row(1, is_archived=1), row(2)]))
    assert (handles(catalogue, view=View.ARCHIVED), handles(catalogue, view=View.ACTIVE)) == ([1], [2])


def test_a_census_that_is_cancelled_half_way_changes_nothing(catalogue: Catalogue, fill: Fill) -> None:
    store = MadeStore(A, [row(number) for number in range(10)])
    fill(store)
    token = CancelToken()

    def page(after: int | None, limit: int) -> list[CensusRow]:
        if after is not None:
            token.cancel()
        return list(store.page(after, 3))

    with pytest.raises(Cancelled):
        catalogue.take_census(A, "file 1", page, token)
    assert len(handles(catalogue)) == 10


def test_a_first_census_that_is_broken_off_leaves_the_store_unlisted(catalogue: Catalogue, take: Take) -> None:
    store = MadeStore(A, [row(number) for number in range(10)])
    token = CancelToken()

    def page(after: int | None, limit: int) -> list[CensusRow]:
        if after is not None:
            token.cancel()
        return list(store.page(after, limit))

    with pytest.raises(Cancelled):
        catalogue.take_census(A, "file 1", page, token)
    assert (catalogue.has(A, TOKEN), handles(catalogue)) == (False, [])
    assert take(store)
    assert sorted(handles(catalogue)) == list(range(10))


def test_rows_of_all_steps_of_a_census_are_one_list(catalogue: Catalogue, take: Take) -> None:
    store = MadeStore(A, [row(number) for number in range(STEP_ROWS + 2)])
    store.rows[-1] = store.rows[-1]._replace(session_id=store.rows[0].session_id)
    assert take(store)
    assert sorted(handles(catalogue)) == list(range(STEP_ROWS + 2))
    assert not take(store)
    del store.rows[STEP_ROWS - 1 : STEP_ROWS + 1]
    assert take(store)
    assert sorted(handles(catalogue)) == [*range(STEP_ROWS - 1), STEP_ROWS + 1]
    assert catalogue.fill_state(A, TOKEN).total == STEP_ROWS
