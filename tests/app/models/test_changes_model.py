"""Changes are listed by time and narrowed by words; the model keeps Qt's rules (4.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.models.changes_model import ChangeColumn, ChangesModel
from app.models.lines_model import LinesModel
from app.models.roles import ACCESSIBLE_TEXT, TOOL_TIP
from app.present.receipt_lines import ReceiptLine
from app.present.receipt_words import ReceiptRow, receipt_row, with_refusals
from tests.app.present.receipts import HOUR_MS, MOVED_ON, NOW_MS, entry, receipt


def rows(count: int) -> list[ReceiptRow]:
    made = [
        receipt([entry(number, title=f"Title {number}")], receipt_id=f"{number:08x}", at_ms=NOW_MS - number * HOUR_MS)
        for number in range(count)
    ]
    return [receipt_row(one, NOW_MS) for one in made]


def shown(model: ChangesModel) -> list[str]:
    found = [model.row_at(row) for row in range(model.rowCount())]
    return [row.receipt.receipt_id for row in found if row is not None]


def test_4_4_changes_keep_the_rules_of_models(qtmodeltester: Any) -> None:
    model = ChangesModel()
    model.set_rows(rows(3))
    qtmodeltester.check(model)
    model.narrow("nowhere")
    model.sort_by_time(False)
    model.set_rows(rows(5))
    assert shown(model) == []
    model.narrow("")
    assert len(shown(model)) == 5


def test_4_4_changes_stand_newest_first_or_last() -> None:
    model = ChangesModel()
    model.set_rows(rows(3))
    assert shown(model) == ["00000000", "00000001", "00000002"]
    model.sort_by_time(False)
    assert shown(model) == ["00000002", "00000001", "00000000"]
    assert model.place_of("00000000") == 2


def test_4_4_changes_are_narrowed_by_every_word_that_was_typed() -> None:
    model = ChangesModel()
    model.set_rows(rows(20))
    model.narrow("ARCHIVED title 13")
    assert shown(model) == ["0000000d"]
    model.narrow("000000013")
    assert shown(model) == ["0000000d"]
    model.narrow("nowhere")
    assert (shown(model), model.total) == ([], 20)


def test_4_4_ten_thousand_changes_are_narrowed_and_found() -> None:
    model = ChangesModel()
    model.set_rows(rows(10_000))
    model.narrow("9999")
    assert shown(model) == ["0000270f"]


def test_4_4_what_a_store_says_of_undoing_changes_its_row_only(qtbot: Any) -> None:
    model = ChangesModel()
    model.set_rows(rows(3))
    with qtbot.waitSignal(model.dataChanged) as changed, qtbot.assertNotEmitted(model.modelReset):
        model.improve({"00000001"}, lambda row: with_refusals(row, {"00000001": MOVED_ON}, NOW_MS, None))
    assert [index.row() for index in changed.args[:2]] == [1, 1]
    words = [model.index(row, ChangeColumn.UNDO).data() for row in range(3)]
    assert words == ["Undo", "Session moved on", "Undo"]
    with qtbot.assertNotEmitted(model.dataChanged):
        model.improve({"00000001"}, lambda row: with_refusals(row, {"00000001": MOVED_ON}, NOW_MS, None))


def test_4_4_a_row_says_all_of_itself_to_screen_readers() -> None:
    model = ChangesModel()
    model.set_rows(rows(1))
    spoken = model.index(0, ChangeColumn.WHEN).data(ACCESSIBLE_TEXT)
    assert spoken.startswith("Archived 1 session, Title 0, orchard, active → archived, ")
    assert spoken.endswith("Undo is possible")
    assert "Kept at least until" in model.index(0, ChangeColumn.UNDO).data(TOOL_TIP)


def test_4_4_lines_of_a_receipt_keep_the_rules_of_models(qtmodeltester: Any, qtbot: Any) -> None:
    model = LinesModel()
    line = ReceiptLine("Session", "Title 1")
    model.set_lines((line, line))
    qtmodeltester.check(model)
    with qtbot.waitSignal(model.dataChanged), qtbot.assertNotEmitted(model.modelReset):
        model.set_lines((line, replace(line, value="Title 2")))
    assert model.index(1).data() == "Session: Title 2"
