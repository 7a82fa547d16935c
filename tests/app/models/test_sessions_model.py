"""The session list holds handles for every row and texts for few; what it lacks it names, and never reads (B4)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.models.roles import ACCESSIBLE_TEXT, ROW
from app.models.sessions_model import KEPT_PAGES, NOT_LOADED, PAGE_ROWS, SessionsModel
from app.present.columns import Column
from app.present.summary import RowText, row_text
from store.values.session import SessionIds, SessionState, SessionSummary, SortKey, SortOrder, TitleSource
from store.values.store import SessionKey, StoreKey

STORE = StoreKey("/stores/orchard/sessions.sqlite3")


def summary_of(handle: int) -> SessionSummary:
    key = SessionKey(STORE, f"id-{handle:07}")
    return SessionSummary(key, handle, f"Session {handle}", TitleSource.LABEL, SessionState.ACTIVE, total_tokens=handle)


def make_row(summary: SessionSummary) -> RowText:
    return row_text(summary, "orchard", 0)


@pytest.fixture
def model(qapp: object) -> Iterator[SessionsModel]:
    """An empty model, watched by Qt's tester."""
    model = SessionsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    yield model
    tester.deleteLater()


def fill(model: SessionsModel, handles: Sequence[int]) -> None:
    model.set_ids(SessionIds(array("q", handles), SortOrder()))


def load(model: SessionsModel, page: int) -> bool:
    return model.apply_page(model.generation, page, [make_row(summary_of(h)) for h in model.page_handles(page)])


def titles(model: SessionsModel, rows: range) -> list[str]:
    return [model.index(row, Column.TITLE).data() for row in rows]


def test_b4_rows_are_there_before_any_is_read(model: SessionsModel) -> None:
    fill(model, range(1000))
    assert model.rowCount() == 1000
    assert titles(model, range(2)) == [NOT_LOADED, NOT_LOADED]
    assert model.index(0, 0).data(ACCESSIBLE_TEXT) == "Not read yet"


def test_b4_the_model_names_the_pages_that_are_missing_and_only_those(model: SessionsModel) -> None:
    fill(model, range(1000))
    assert model.missing_pages(190, 210) == (0, 1)
    assert load(model, 0)
    assert model.missing_pages(190, 210) == (1,)
    assert model.missing_pages(-50, 20) == ()
    assert model.missing_pages(990, 5000) == (4,)
    assert model.missing_pages(1000, 1010) == ()


def test_b4_a_page_arrives_with_one_change_of_its_rows(model: SessionsModel) -> None:
    fill(model, range(450))
    changes: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, roles: changes.append((first.row(), last.row())))
    assert load(model, 1)
    assert load(model, 2)
    assert changes == [(200, 399), (400, 449)]
    assert titles(model, range(199, 202)) == [NOT_LOADED, "Session 200", "Session 201"]


def test_b4_a_page_of_rows_that_are_shown_no_more_is_dropped(model: SessionsModel) -> None:
    fill(model, range(300))
    generation = model.generation
    late = [make_row(summary_of(h)) for h in model.page_handles(0)]
    fill(model, range(300, 0, -1))
    assert not model.apply_page(generation, 0, late)
    assert model.row_at(0) is None


def test_b4_a_page_of_the_wrong_length_is_dropped(model: SessionsModel) -> None:
    fill(model, range(300))
    assert not model.apply_page(model.generation, 1, [make_row(summary_of(1))])
    assert not model.apply_page(model.generation, 7, [])


def test_b4_only_the_pages_looked_at_last_are_kept(model: SessionsModel) -> None:
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
    assert load(model, 4999)
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
    model.set_ids(SessionIds(array("q", range(3)), SortOrder(SortKey.TOKENS, is_descending=False)))

    def header(column: Column, role: int) -> Any:
        return model.headerData(column, Qt.Orientation.Horizontal, role)

    assert header(Column.TOKENS, ACCESSIBLE_TEXT) == "Tokens, sorted ascending"
    assert header(Column.UPDATED, ACCESSIBLE_TEXT) == "Updated"
    assert header(Column.SIZE, int(Qt.ItemDataRole.ToolTipRole)) == "Sort by size"
    assert header(Column.MODEL, int(Qt.ItemDataRole.ToolTipRole)) == "Model: the file cannot sort by it"


def test_1_4_texts_are_made_again_when_a_new_day_begins(qapp: object) -> None:
    made: list[int] = []

    def counting(summary: SessionSummary) -> RowText:
        made.append(summary.handle)
        return make_row(summary)

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
