"""Values of a facet: the most frequent and the chosen ones in the pane, all of them in the chooser (2.2, 2-case-5)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.models.facet_model import MOST_FREQUENT, FacetModel
from app.models.roles import ACCESSIBLE_TEXT, CHECK_STATE, DISPLAY, ROW, TOOL_TIP
from store.values.listing import Facet, FacetValue

THOUSANDS = tuple(FacetValue(f"model-{number:04}", 3000 - number) for number in range(3000))


def made(is_short: bool, facet: Facet = Facet.MODEL) -> FacetModel:
    model = FacetModel(facet, is_short)
    model.tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    return model


@pytest.fixture
def short(qapp):
    return made(is_short=True)


@pytest.fixture
def whole(qapp):
    return made(is_short=False)


def rows(model: FacetModel) -> list[str]:
    found = []
    for number in range(model.rowCount()):
        row = model.index(number).data(ROW)
        box = "" if row.is_chosen is None else "[x] " if row.is_chosen else "[ ] "
        found.append(f"{box}{row.text} {row.count_text}".strip())
    return found


def test_2_2_few_values_are_all_shown_with_their_counts(short) -> None:
    short.show((FacetValue("opus", 1131), FacetValue("gpt", 96)), 2, {"gpt"})
    assert rows(short) == ["[ ] opus 1,131", "[x] gpt 96"]
    assert short.index(1).data(ACCESSIBLE_TEXT) == "gpt, 96 sessions, chosen"
    assert short.index(1).data(CHECK_STATE) == Qt.CheckState.Checked


def test_2_case_5_of_3000_models_the_most_frequent_and_the_chosen_ones_are_shown_and_a_way_to_all(short) -> None:
    short.show(THOUSANDS, 3000, {"model-2000", "model-0002"})
    assert rows(short) == [
        "[ ] model-0000 3,000",
        "[ ] model-0001 2,999",
        "[x] model-0002 2,998",
        "[ ] model-0003 2,997",
        "[ ] model-0004 2,996",
        "[ ] model-0005 2,995",
        "[x] model-2000 1,000",
        "All 3,000 models…",
    ]
    assert short.value_at(7) is None


def test_2_case_5_the_chooser_lists_all_of_them_and_finds_by_any_part_of_the_name(whole) -> None:
    whole.show(THOUSANDS, 3000, ())
    assert whole.rowCount() == 3000
    whole.filter("29 MODEL")
    assert all("29" in whole.value_at(number) for number in range(whole.rowCount()))
    assert whole.rowCount() == sum("29" in value.value for value in THOUSANDS)
    whole.filter("")
    assert whole.rowCount() == 3000


def test_2_2_a_chosen_value_that_no_session_has_any_more_can_still_be_given_up(short, whole) -> None:
    for model in (short, whole):
        model.show((FacetValue("opus", 5),), 1, {"gone"})
        assert rows(model) == ["[ ] opus 5", "[x] gone 0"]


def test_2_2_what_is_not_recorded_says_so(short) -> None:
    short.show((FacetValue("", 4),), 1, ())
    assert short.index(0).data(DISPLAY) == "No model recorded"
    assert not short.index(0).data(ROW).is_recorded
    assert short.value_at(0) == ""


def test_2_case_5_a_hostile_name_is_one_line_of_text(short) -> None:
    short.show((FacetValue("<b>a\nb\u202e" + "x" * 10_000, 1),), 1, ())
    text = short.index(0).data(DISPLAY)
    assert "\n" not in text
    assert "\u202e" not in text
    assert len(text) < 600
    assert "<b>" not in short.index(0).data(TOOL_TIP)


def test_2_2_other_numbers_keep_the_rows_where_they_are(short, qtbot) -> None:
    short.show((FacetValue("a", 2), FacetValue("b", 1)), 2, ())
    with qtbot.assertNotEmitted(short.rowsInserted), qtbot.assertNotEmitted(short.modelReset):
        short.show((FacetValue("a", 3), FacetValue("b", 1)), 2, {"b"})
    assert rows(short) == ["[ ] a 3", "[x] b 1"]


shown_values = st.lists(
    st.tuples(st.sampled_from("abcdefghijklmnop"), st.integers(1, 99)), max_size=14, unique_by=lambda pair: pair[0]
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(shown_values, st.frozensets(st.sampled_from("abcdxyz"), max_size=3)), max_size=6))
def test_whatever_follows_whatever_each_row_is_the_value_it_says(qapp, steps) -> None:
    short, whole = made(is_short=True), made(is_short=False)
    for pairs, chosen in steps:
        values = tuple(FacetValue(name, count) for name, count in pairs)
        short.show(values, len(values), chosen)
        whole.show(values, len(values), chosen)
        gone = sorted(chosen - {value.value for value in values})
        assert [whole.value_at(n) for n in range(whole.rowCount())] == [*(v.value for v in values), *gone]
        listed = [short.value_at(n) for n in range(short.rowCount())]
        assert {v for v in listed if v is not None} == {v.value for v in values[:MOST_FREQUENT]} | chosen
        assert (None in listed) == (len(values) > len([v for v in listed if v is not None]))
        for number, value in enumerate(listed):
            row = short.index(number).data(ROW)
            assert row.is_chosen is (None if value is None else value in chosen)
