"""What is said of a list as a whole: counts, how complete it is, and why it is empty (2.3)."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest

from app.present.list_words import count_words, empty_words, hit_words, needs_catalogue, progress_words
from store.values.listing import CatalogueKey, Choice, Facet, GroupBy, Listed, ListOrder, ListWant, View
from store.values.session import SortKey
from store.values.store import StoreKey

STORE, OTHER = StoreKey("/a"), StoreKey("/b")
WANT = ListWant((STORE,))
BY_TITLE = replace(WANT, order=ListOrder(CatalogueKey.TITLE))
FOUND = replace(WANT, text="ledger")


def listed(
    want: ListWant, count: int, known: int = 1000, total: int = 1000, waiting: tuple[StoreKey, ...] = ()
) -> Listed:
    return Listed(want, want.stores, array("H"), array("q", range(count)), (), known, total, waiting)


def test_2_3_a_whole_list_says_its_count_and_a_narrowed_one_of_how_many() -> None:
    assert count_words(listed(WANT, 284), 284) == "284 sessions"
    assert count_words(listed(FOUND, 12), 284) == "12 of 284 sessions"
    assert count_words(listed(FOUND, 12), None) == "12 sessions"
    assert (hit_words(listed(FOUND, 12), 284), hit_words(listed(WANT, 284), 284)) == ("12 of 284", "")


@pytest.mark.parametrize(
    ("want", "words"),
    [
        (BY_TITLE, "sorted 412 of 1,000"),
        (FOUND, "filtering 412 of 1,000 catalogued"),
        (replace(BY_TITLE, text="ledger"), "sorted 412 of 1,000"),
        (replace(WANT, group_by=GroupBy.MODEL), "412 of 1,000 catalogued"),
        (replace(WANT, view=View.ARCHIVED), "412 of 1,000 catalogued"),
        (replace(WANT, order=ListOrder(SortKey.SIZE)), ""),
        (replace(WANT, group_by=GroupBy.DAY), ""),
        (replace(WANT, view=View.PINNED), ""),
    ],
)
def test_2_3_an_answer_that_the_catalogue_may_still_change_says_how_far_it_is(want: ListWant, words: str) -> None:
    assert progress_words(listed(want, 12, known=412)) == words
    assert needs_catalogue(want) is bool(words)
    assert progress_words(listed(want, 12, known=1000)) == ""


def test_2_1_stores_that_have_not_answered_are_counted() -> None:
    """(2-case-1) the others are listed meanwhile."""
    assert progress_words(listed(WANT, 12, waiting=(OTHER,))) == "waiting for 1 store"


@pytest.mark.parametrize("view", list(View))
def test_2_2_every_empty_view_has_words_of_its_own(view: View) -> None:
    words = empty_words(listed(replace(WANT, view=view), 0), 0)
    others = {empty_words(listed(replace(WANT, view=other), 0), 0).title for other in View if other is not view}
    assert words.title not in others
    assert words.sentence.endswith(".")
    assert words.button == ""


def test_2_3_nothing_found_names_the_text_and_the_way_back() -> None:
    words = empty_words(listed(replace(WANT, text="a\x00b" + "c" * 200), 0), 284)
    assert words.title == "Nothing found"
    assert words.sentence.startswith("None of 284 sessions has “a␀b")
    assert len(words.sentence) < 200
    assert words.button == "Clear filter"


def test_2_2_facets_that_no_session_has_can_be_cleared() -> None:
    want = replace(WANT, choices=frozenset({Choice(Facet.MODEL, "gpt-5.2")}))
    assert empty_words(listed(want, 0), 284).button == "Clear filters"


def test_2_3_while_the_catalogue_grows_nothing_found_is_not_the_last_word() -> None:
    words = empty_words(listed(FOUND, 0, known=412), 1000)
    assert words.advice == "412 of 1,000 sessions are catalogued so far; more may be found."
