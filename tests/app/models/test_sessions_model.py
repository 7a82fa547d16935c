"""The session list holds handles for every row and texts for few; what it lacks it names, and never reads (B4, 2.3)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.models.loaded_rows import KEPT_PAGES, PAGE_ROWS, Part
from app.models.roles import ACCESSIBLE_TEXT, HEADING, ROW
from app.models.sessions_model import NOT_LOADED, SessionsModel
from app.present.columns import Column
from app.present.headings import Heading
from app.present.row_text import RowText, row_text
from store.values.listing import CatalogueKey, Group, GroupBy, Listed, ListOrder, ListWant
from store.values.session import SessionState, SessionSummary, SortKey, TitleSource
from store.values.store import SessionKey, StoreKey

STORE = StoreKey("/stores/orchard/sessions.sqlite3")
OTHER = StoreKey("/stores/mill/sessions.sqlite3")


def summary_of(handle: int, store: StoreKey = STORE) -> SessionSummary:
    key = SessionKey(store, f"id-{handle:07}")
    return SessionSummary(key, handle, f"Session {handle}", TitleSource.LABEL, SessionState.ACTIVE, total_tokens=handle)


def make_row(summary: SessionSummary) -> RowText:
    return row_text(summary, "orchard", 0)


def make_heading(group: Group, is_folded: bool) -> Heading:
    return Heading(group.value, f"Group {group.value}", group.end - group.begin, is_folded)


@pytest.fixture
def model(qapp: object) -> Iterator[SessionsModel]:
    """An empty model, watched by Qt's tester."""
    model = SessionsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    yield model
    tester.deleteLater()


def listed_of(
    handles: Sequence[int],
    sizes: Sequence[int] = (),
    store_of: Sequence[int] = (),
    order: ListOrder | None = None,
) -> Listed:
    """A list of these handles, in groups of these sizes."""
    group_by = GroupBy.MODEL if sizes else GroupBy.NONE
    want = ListWant((STORE, OTHER), order=order or ListOrder(), group_by=group_by)
    begins = [sum(sizes[:n]) for n in range(len(sizes))]
    groups = tuple(Group(f"m{n}", at, at + size) for n, (at, size) in enumerate(zip(begins, sizes, strict=True)))
    return Listed(want, (STORE, OTHER), array("H", store_of), array("q", handles), groups)


def fill(model: SessionsModel, handles: Sequence[int], sizes: Sequence[int] = (), store_of: Sequence[int] = ()) -> None:
    model.set_listed(listed_of(handles, sizes, store_of), make_heading if sizes else None)


def load(model: SessionsModel, page: int, store: int = 0) -> bool:
    part, key = Part(page, store), (STORE, OTHER)[store]
    return model.put(model.generation, part, [make_row(summary_of(h, key)) for h in model.handles(part)])


def titles(model: SessionsModel, rows: range) -> list[str]:
    return [model.index(row, Column.TITLE).data() for row in rows]


def test_b4_rows_are_there_before_any_is_read(model: SessionsModel) -> None:
    fill(model, range(1000))
    assert model.rowCount() == 1000
    assert titles(model, range(2)) == [NOT_LOADED, NOT_LOADED]
    assert model.index(0, 0).data(ACCESSIBLE_TEXT) == "Not read yet"


def test_b4_the_model_names_the_pages_that_are_missing_and_only_those(model: SessionsModel) -> None:
    fill(model, range(1000))
    edge = PAGE_ROWS
    assert model.missing(edge - 10, edge + 10) == (Part(0, 0), Part(1, 0))
    assert load(model, 0)
    assert model.missing(edge - 10, edge + 10) == (Part(1, 0),)
    assert model.missing(-50, 20) == ()
    assert model.missing(990, 5000) == (Part(999 // PAGE_ROWS, 0),)
    assert model.missing(1000, 1010) == ()


def test_b4_a_page_arrives_with_one_change_of_its_rows(model: SessionsModel) -> None:
    fill(model, range(2 * PAGE_ROWS + 20))
    changes: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, roles: changes.append((first.row(), last.row())))
    assert load(model, 1)
    assert load(model, 2)
    edge = PAGE_ROWS
    assert changes == [(edge, 2 * edge - 1), (2 * edge, 2 * edge + 19)]
    assert titles(model, range(edge - 1, edge + 1)) == [NOT_LOADED, f"Session {edge}"]


def test_b4_a_page_of_rows_that_are_shown_no_more_is_dropped(model: SessionsModel) -> None:
    fill(model, range(300))
    generation = model.generation
    late = [make_row(summary_of(h)) for h in model.handles(Part(0, 0))]
    fill(model, range(300, 0, -1))
    assert not model.put(generation, Part(0, 0), late)
    assert model.row_at(0) is None


def test_b4_a_page_of_the_wrong_length_is_dropped(model: SessionsModel) -> None:
    fill(model, range(300))
    assert not model.put(model.generation, Part(1, 0), [make_row(summary_of(1))])
    assert not model.put(model.generation, Part(7, 0), [])


def test_b4_only_the_pages_looked_at_last_are_kept(qapp: object) -> None:
    model = SessionsModel()  # without the tester, which walks through all rows at every change
    fill(model, range(PAGE_ROWS * (KEPT_PAGES + 2)))
    load(model, 0)
    load(model, 1)
    for page in range(2, KEPT_PAGES + 1):
        model.touch(0, 10)
        load(model, page)
    assert model.row_at(0) is not None
    assert model.row_at(PAGE_ROWS) is None


def test_b4_a_million_rows_cost_eight_bytes_each(qapp: object) -> None:
    """(N4) nothing is made for a row until it is looked at; without the tester, which walks through all of them."""
    model = SessionsModel()
    fill(model, range(1_000_000))
    assert model.rowCount() == 1_000_000
    assert load(model, 999_999 // PAGE_ROWS)
    assert titles(model, range(999_999, 1_000_000)) == ["Session 999999"]


def test_b4_the_row_object_keeps_its_identity(model: SessionsModel) -> None:
    fill(model, range(10))
    load(model, 0)
    assert model.index(3, 0).data(ROW) is model.row_at(3)


def test_b4_no_rows_are_below_a_row(model: SessionsModel) -> None:
    fill(model, range(10))
    assert model.rowCount(model.index(0, 0)) == model.columnCount(model.index(0, 0)) == 0
    assert not model.index(10, 0, QModelIndex()).isValid()


def test_1_4_headers_say_what_they_sort_by_and_how_it_is_sorted_now(model: SessionsModel) -> None:
    model.set_listed(listed_of(range(3), order=ListOrder(SortKey.TOKENS, is_descending=False)))

    def header(column: Column, role: int) -> Any:
        return model.headerData(column, Qt.Orientation.Horizontal, role)

    assert header(Column.TOKENS, ACCESSIBLE_TEXT) == "Tokens, sorted ascending"
    assert header(Column.UPDATED, ACCESSIBLE_TEXT) == "Updated"
    assert header(Column.SIZE, int(Qt.ItemDataRole.ToolTipRole)) == "Sort by size"
    model.set_listed(listed_of(range(3), order=ListOrder(CatalogueKey.DURATION)))
    assert header(Column.DURATION, ACCESSIBLE_TEXT) == "Duration, sorted descending"


def test_1_4_texts_are_made_again_when_a_new_day_begins(qapp: object) -> None:
    made: list[int] = []

    def counting(row: RowText) -> RowText:
        made.append(row.summary.handle)
        return make_row(row.summary)

    model = SessionsModel()
    fill(model, range(5))
    load(model, 0)
    model.remake_texts(counting)
    assert made == [0, 1, 2, 3, 4]


def test_1_8_rows_being_read_again_are_marked_and_unmarked(model: SessionsModel, qtbot: Any) -> None:
    fill(model, range(5))
    with qtbot.waitSignal(model.dataChanged):
        model.mark_stale(True)
    assert model.is_stale
    fill(model, range(5))
    assert not model.is_stale


# Several stores


def test_2_3_rows_of_several_stores_come_in_parts_of_each(model: SessionsModel) -> None:
    """The same handle in two stores is two rows; a store that is slow leaves the others' rows readable."""
    fill(model, [7, 7, 8, 9], store_of=[0, 1, 0, 1])
    assert model.missing(0, 4) == (Part(0, 0), Part(0, 1))
    assert model.handles(Part(0, 1)) == (7, 9)
    assert load(model, 0, store=0)
    assert titles(model, range(4)) == ["Session 7", NOT_LOADED, "Session 8", NOT_LOADED]
    assert model.missing(0, 4) == (Part(0, 1),)
    assert load(model, 0, store=1)
    assert [model.row_at(row).summary.key.store for row in range(4)] == [STORE, OTHER, STORE, OTHER]  # type: ignore[union-attr]


def test_2_3_a_part_that_cannot_be_read_is_not_asked_for_again(model: SessionsModel) -> None:
    """(2-case-1) the rows stay, unread."""
    fill(model, [7, 7], store_of=[0, 1])
    model.give_up(model.generation, Part(0, 1))
    assert model.missing(0, 2) == (Part(0, 0),)
    load(model, 0, store=0)
    assert titles(model, range(2)) == ["Session 7", NOT_LOADED]


def test_2_10_rows_that_are_read_again_keep_their_texts_until_then(model: SessionsModel) -> None:
    fill(model, range(5))
    load(model, 0)
    fill(model, [9, 2, 1])
    assert titles(model, range(3)) == [NOT_LOADED, "Session 2", "Session 1"]
    assert model.row_at(1) is None
    model.clear()
    fill(model, [2])
    assert titles(model, range(1)) == [NOT_LOADED]


def test_2_3_what_becomes_known_of_rows_changes_only_their_page(model: SessionsModel) -> None:
    fill(model, range(3 * PAGE_ROWS))
    load(model, 0)
    load(model, 1)
    changes: list[int] = []
    model.dataChanged.connect(lambda first, last, roles: changes.append(first.row()))
    model.improve(lambda row: make_row(row.summary) if row.summary.handle == PAGE_ROWS else row)
    assert changes == [PAGE_ROWS]


# Groups


def test_2_3_headings_stand_between_the_rows_and_cannot_be_selected(model: SessionsModel) -> None:
    fill(model, range(5), sizes=[2, 3])
    load(model, 0)
    assert titles(model, range(7)) == [
        "Group m0",
        "Session 0",
        "Session 1",
        "Group m1",
        "Session 2",
        "Session 3",
        "Session 4",
    ]
    assert model.index(3, 0).data(ACCESSIBLE_TEXT) == "Group m1, 3 sessions, expanded"
    assert model.index(3, 0).data(HEADING) is model.heading_at(3)
    assert model.index(3, 0).data(ROW) is None
    assert not model.index(3, 0).flags() & Qt.ItemFlag.ItemIsSelectable
    assert model.index(4, 0).flags() & Qt.ItemFlag.ItemIsSelectable
    assert model.session_count == 5


def test_2_3_a_folded_group_shows_its_heading_alone(model: SessionsModel) -> None:
    fill(model, range(5), sizes=[2, 3])
    load(model, 0)
    model.set_folded(0, True)
    assert titles(model, range(2)) == ["Group m0", "Group m1"]
    assert model.index(0, 0).data(ACCESSIBLE_TEXT) == "Group m0, 2 sessions, collapsed"
    model.set_folded(0, False)
    assert titles(model, range(4)) == ["Group m0", "Session 0", "Session 1", "Group m1"]


def test_2_3_a_group_stays_folded_when_the_rows_become_others(model: SessionsModel) -> None:
    fill(model, range(5), sizes=[2, 3])
    model.set_folded(1, True)
    fill(model, range(6), sizes=[2, 4])
    assert model.rowCount() == 4
    fill(model, range(6))
    fill(model, range(6), sizes=[2, 4])
    assert model.rowCount() == 8


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=12),
)
def test_2_3_any_folding_and_regrouping_keeps_to_the_rules_of_models(
    model: SessionsModel, sizes: list[int], folds: list[tuple[int, bool]]
) -> None:
    """Qt's tester warns, and a warning fails the test."""
    fill(model, range(sum(sizes)), sizes)
    load(model, 0)
    for group, is_folded in folds:
        if group < len(sizes):
            model.set_folded(group, is_folded)
    folded = dict(folds)
    expected = [
        row for n in range(len(sizes)) if not folded.get(n) for row in range(sum(sizes[:n]), sum(sizes[: n + 1]))
    ]
    assert [row.summary.handle for row in map(model.row_at, range(model.rowCount())) if row is not None] == expected
    fill(model, range(sum(sizes)))
    assert model.rowCount() == sum(sizes)
