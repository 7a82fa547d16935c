"""How own labels and titles go together with those of a store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.values.changes import LabelEdit
from store.values.notes import MAX_NOTE_CHARS, MAX_TITLE_CHARS, Noted, own_note, own_title, with_notes
from store.values.session import SessionState, SessionSummary, TitleSource
from store.values.store import SessionKey, StoreKey

ROW = SessionSummary(
    SessionKey(StoreKey("/a"), "s"), 1, "Of the store", TitleSource.LABEL, SessionState.ACTIVE,
    labels=(("one", "1"), ("two", "2")),
)  # fmt: skip

NAMES = st.sampled_from("abc")
EDITS = st.builds(LabelEdit, st.lists(st.tuples(NAMES, st.sampled_from("xy"))).map(tuple), st.lists(NAMES).map(tuple))


def test_4_3_own_labels_win_in_place_and_new_ones_follow() -> None:
    noted = Noted(labels_put=(("new", "3"), ("two", "own")), labels_removed=("one",))
    assert noted.merged(ROW.labels) == (("two", "own"), ("new", "3"))


@given(st.lists(EDITS, max_size=4), st.dictionaries(NAMES, st.sampled_from("st")))
def test_4_3_edits_one_after_another_show_what_the_same_edits_of_a_dictionary_give(
    edits: list[LabelEdit], stored: dict[str, str]
) -> None:
    noted, expected = Noted(), dict(stored)
    for edit in edits:
        noted = noted.edited(edit)
        expected |= dict(edit.put)
        for name in edit.removed:
            expected.pop(name, None)
    assert dict(noted.merged(tuple(stored.items()))) == expected
    assert not {name for name, _ in noted.labels_put} & set(noted.labels_removed)


def test_4_3_a_row_shows_the_own_title_the_labels_and_that_there_is_a_note() -> None:
    shown = with_notes(ROW, Noted("Mine", "A note", (("three", "3"),), (), True))
    assert (shown.title, shown.title_from) == ("Mine", TitleSource.OWN)
    assert shown.labels == (*ROW.labels, ("three", "3"))
    assert shown.is_hidden
    assert shown.has_note
    assert shown.state is SessionState.ACTIVE


def test_4_3_a_row_without_an_own_title_keeps_its_own() -> None:
    assert with_notes(ROW, Noted()) == ROW


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" a\t b\n", "a b"), (" \n", None), ("a\x1b[31m", "a\u241b[31m"), ("a\u202eb", "a\ufffdb"),
        ("x" * 600, "x" * MAX_TITLE_CHARS), ("half \ud83d", "half ?"),
    ],
)  # fmt: skip
def test_4_3_a_title_is_kept_as_one_line_without_what_deceives(text: str, kept: str | None) -> None:
    assert own_title(text) == kept


def test_4_3_a_note_keeps_its_lines() -> None:
    assert own_note("\n one\r\n\ttwo \n") == "one\n\ttwo"
    assert own_note("  ") is None
    assert len(own_note("é" * 30_000) or "") == MAX_NOTE_CHARS
