"""After a rewrite what still stands is found again, and what is gone leads to what is nearest (2.10)."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from app.views.transcript.landing import Landing, landing_of
from app.views.transcript.places import Place, Selection
from store.values.message import MessageKind, Outline


def outline(sizes: list[int]) -> Outline:
    """Messages that differ by their sizes alone."""
    count = len(sizes)
    kinds = bytes([MessageKind.PROMPT]) * count
    return Outline(count, kinds, bytes(count), array("I", sizes), array("I", [1] * count))


def landing(old: list[int], new: list[int], kept: int = 0) -> Landing:
    return landing_of(outline(old), outline(new), kept)


def test_2_10_messages_that_were_taken_out_lead_to_the_place_where_they_were() -> None:
    found = landing([1, 2, 3, 4, 5, 6], [1, 2, 5, 6])
    assert [found.row_of(row) for row in range(6)] == [0, 1, 2, 2, 2, 3]
    assert [found.stands(row) for row in range(6)] == [True, True, False, False, True, True]


def test_2_10_a_summary_in_the_place_of_messages_is_where_they_lead_to() -> None:
    found = landing([1, 2, 3, 4, 5], [9, 4, 5])
    assert [found.row_of(row) for row in range(5)] == [0, 0, 0, 1, 2]


def test_2_10_messages_that_are_all_other_lead_to_the_one_that_stands_as_far_down() -> None:
    found = landing([1, 2, 3, 4, 5], [6, 7, 8, 9])
    assert [found.row_of(row) for row in range(5)] == [0, 1, 2, 3, 3]


def test_2_10_a_transcript_that_was_emptied_leads_to_its_beginning() -> None:
    assert landing([1, 2], []).row_of(1) == 0


def test_2_10_what_was_appended_moves_nothing() -> None:
    found = landing([1, 1, 1], [1, 1, 1, 1, 1])
    assert (found.head, found.tail) == (3, 0)
    assert found.place_of(Place(3, 0, 0)) == Place(5, 0, 0)


def test_2_10_a_selection_goes_with_its_messages_or_away_with_them() -> None:
    found = landing([1, 2, 3, 4, 5], [1, 9, 9, 3, 4, 5])
    behind = Selection(Place(4, 0, 3), Place(3, 0, 1))
    assert found.selection_of(behind) == Selection(Place(5, 0, 3), Place(4, 0, 1))
    assert found.selection_of(Selection(Place(0, 0, 0), Place(1, 0, 2))) is None
    assert found.selection_of(Selection(Place(0, 0, 0), Place(3, 0, 1))) is None


@given(st.lists(st.integers(0, 3), max_size=8), st.lists(st.integers(0, 3), max_size=8))
def test_2_10_every_row_leads_to_a_row_and_those_that_stand_to_their_like(old: list[int], new: list[int]) -> None:
    found = landing(old, new)
    for row, size in enumerate(old):
        now = found.row_of(row)
        assert 0 <= now < max(len(new), 1)
        if found.stands(row):
            assert new[now] == size
