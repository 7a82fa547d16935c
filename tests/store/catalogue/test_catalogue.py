"""Filling the catalogue: newest first, in pieces that count at once, and never with facts of another state."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from store.cancel import CancelToken
from store.catalogue import Catalogue
from store.catalogue.catalogue import BATCH_BYTES, BATCH_ROWS
from store.errors import Cancelled, StoreVanished
from store.values.listing import CatalogueFacts, FillState
from tests.store.catalogue.made import A, B, C, MadeStore, facts_of, row

TOKEN = CancelToken()
Take = Callable[[MadeStore], bool]
Fill = Callable[[MadeStore], FillState]


def test_the_newest_sessions_are_read_first(catalogue: Catalogue, take: Take) -> None:
    store = MadeStore(A, [row(number) for number in range(BATCH_ROWS + 10)])
    take(store)
    state = catalogue.fill_batch(A, store.documents, TOKEN)
    assert state == FillState(BATCH_ROWS, BATCH_ROWS + 10, False)
    assert store.read == list(range(BATCH_ROWS + 9, 9, -1))


def test_large_sessions_are_read_few_at_a_time(catalogue: Catalogue, take: Take) -> None:
    store = MadeStore(A, [row(number, size_bytes=BATCH_BYTES * 2 // 3) for number in range(3)])
    take(store)
    assert catalogue.fill_batch(A, store.documents, TOKEN) == FillState(1, 3, False)


def test_what_is_known_is_not_read_again(catalogue: Catalogue, fill: Fill) -> None:
    store = MadeStore(A, [row(1), row(2)])
    assert fill(store) == FillState(2, 2, True)
    store.rows.append(row(3))
    fill(store)
    assert store.read == [2, 1, 3]


def test_all_that_was_put_in_comes_out(catalogue: Catalogue, fill: Fill) -> None:
    facts = facts_of(
        "s-0001",
        "Fix “the page”\u2026",
        title_from="label",
        model=None,
        provider="openai",
        labels=(("env", "prod"), ("env", "prod"), ("title", "x, y")),
        first_prompt="Please fix",
        duration_ms=None,
        input_tokens=None,
        output_tokens=1 << 70,
        is_archived=True,
        has_no_answer=True,
        is_rewritten=True,
        is_damaged=True,
        is_forked=True,
        faults=(("bad-json", "It is none."),),
    )
    fill(MadeStore(A, [row(1)], {1: facts}))
    # A count that no column holds is not recorded.
    expected = facts_of("s-0001", **{**_fields(facts), "output_tokens": None})
    assert catalogue.facts(A, ["s-0001", "missing"], TOKEN) == {"s-0001": expected}


def _fields(facts: CatalogueFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in CatalogueFacts.__slots__ if name != "session_id"}


def test_facts_of_another_session_than_the_rows_are_not_taken(catalogue: Catalogue, take: Take) -> None:
    store = MadeStore(A, [row(1), row(2)], {1: facts_of("somebody else")})
    take(store)
    assert catalogue.fill_batch(A, store.documents, TOKEN) == FillState(1, 2, True)
    assert set(catalogue.facts(A, ["s-0001", "s-0002", "somebody else"], TOKEN)) == {"s-0002"}


def test_a_session_that_could_not_be_found_is_tried_again_after_the_next_census(
    catalogue: Catalogue, take: Take
) -> None:
    store = MadeStore(A, [row(1)], {1: facts_of("")})
    take(store)
    catalogue.fill_batch(A, store.documents, TOKEN)
    take(store)
    store.facts.clear()
    assert catalogue.fill_batch(A, store.documents, TOKEN) == FillState(1, 1, True)


def test_a_document_that_was_read_before_a_census_found_it_changed_is_not_taken(
    catalogue: Catalogue, take: Take
) -> None:
    store = MadeStore(A, [row(1)])
    take(store)

    def documents(handles: Sequence[int]) -> list[CatalogueFacts]:
        found = store.documents(handles)
        store.rows[0] = store.rows[0]._replace(message_count=99)
        take(store)
        return found

    assert catalogue.fill_batch(A, documents, TOKEN) == FillState(0, 1, False)
    assert catalogue.facts(A, ["s-0001"], TOKEN) == {}


def test_what_was_read_before_a_cancel_is_kept(catalogue: Catalogue, take: Take) -> None:
    store = MadeStore(A, [row(number) for number in range(BATCH_ROWS * 2)])
    take(store)
    catalogue.fill_batch(A, store.documents, TOKEN)
    token = CancelToken()

    def documents(handles: Sequence[int]) -> list[CatalogueFacts]:
        token.cancel()
        return store.documents(handles)

    with pytest.raises(Cancelled):
        catalogue.fill_batch(A, documents, token)
    assert catalogue.fill_state(A, TOKEN) == FillState(BATCH_ROWS, BATCH_ROWS * 2, False)


def test_a_store_that_fails_while_it_is_read_leaves_the_catalogue_as_it_was(catalogue: Catalogue, take: Take) -> None:
    store = MadeStore(A, [row(1)])
    take(store)

    def documents(handles: Sequence[int]) -> list[CatalogueFacts]:
        raise StoreVanished("It is gone.")

    with pytest.raises(StoreVanished):
        catalogue.fill_batch(A, documents, TOKEN)
    assert catalogue.fill_state(A, TOKEN) == FillState(0, 1, False)


def test_the_handle_of_a_session_is_the_one_of_the_last_census(catalogue: Catalogue, take: Take) -> None:
    from store.values.store import SessionKey

    store = MadeStore(A, [row(7)])
    take(store)
    assert catalogue.handle_of(SessionKey(A, "s-0007"), TOKEN) == 7
    assert catalogue.handle_of(SessionKey(B, "s-0007"), TOKEN) is None


def test_2_case_3_stores_with_sessions_in_common_are_copies_the_most_alike_first(
    catalogue: Catalogue, take: Take
) -> None:
    take(MadeStore(A, [row(1), row(2), row(3)]))
    take(MadeStore(B, [row(3), row(4)]))
    take(MadeStore(C, [row(1), row(2), row(9)]))
    assert catalogue.copies(TOKEN) == {A: (C, B), B: (A,), C: (A,)}


def test_what_two_fill_at_once_is_counted_once(catalogue: Catalogue, take: Take) -> None:
    store = MadeStore(A, [row(number) for number in range(BATCH_ROWS + 5)])
    take(store)

    def documents(handles: Sequence[int]) -> list[CatalogueFacts]:
        assert catalogue.fill_batch(A, store.documents, TOKEN).known == BATCH_ROWS
        return store.documents(handles)

    assert catalogue.fill_batch(A, documents, TOKEN) == FillState(BATCH_ROWS, BATCH_ROWS + 5, False)
    assert catalogue.fill_batch(A, store.documents, TOKEN) == FillState(BATCH_ROWS + 5, BATCH_ROWS + 5, True)
