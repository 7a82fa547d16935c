"""Order of places is reading order, and a selection says what of each part is in it."""

from __future__ import annotations

from app.views.transcript.places import BEGIN, Place, Selection, end_of


def test_a_selection_of_all_covers_every_part_without_naming_one() -> None:
    selection = Selection(BEGIN, end_of(3))
    assert selection.within(0, 0, 0, 7) == (0, 7)
    assert selection.within(2, 801, 0, 4) == (0, 4)
    assert not selection.touches(4)


def test_within_one_part_the_pieces_share_the_positions() -> None:
    selection = Selection(Place(1, 4, 12), Place(1, 4, 3))
    assert selection.begin == Place(1, 4, 3)
    assert selection.within(1, 4, 0, 10) == (3, 10)
    assert selection.within(1, 4, 11, 20) == (0, 1)
    assert selection.within(1, 5, 0, 10) == (0, 0)
    assert selection.within(0, 4, 0, 10) == (0, 0)


def test_a_line_end_is_selected_only_when_the_selection_goes_on_after_it() -> None:
    selection = Selection(Place(1, 0, 2), Place(1, 0, 5))
    assert not selection.covers_end(1, 0, 5)
    assert Selection(Place(1, 0, 2), Place(2, 0, 0)).covers_end(1, 0, 5)
