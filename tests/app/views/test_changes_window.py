"""The window of changes by mouse and keyboard: buttons in rows, questions, Escape, zoom (4.4)."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.models.changes_model import ChangeColumn, ChangesModel
from app.present.receipt_lines import proof_lines, session_lines
from app.present.receipt_words import ReceiptRow, receipt_row
from app.present.summary import Sign
from app.present.undo_question import clean_up_question, undo_question
from app.views.changes_window import ChangesWindow
from store.values.changes import BackupFacts, UndoState
from tests.app.present.receipts import HOUR_MS, NOW_MS, entry, receipt

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

POSSIBLE = receipt([entry(1), entry(2)])
ROWS = [
    receipt_row(POSSIBLE, NOW_MS),
    receipt_row(receipt(receipt_id="b", undo=UndoState.NOTHING, at_ms=NOW_MS - 2 * HOUR_MS), NOW_MS),
]


@pytest.fixture
def window(qtbot: QtBot, qapp: Any) -> ChangesWindow:
    """The window with two changes, the newer of which can be undone."""
    add_bundled_fonts()
    model = ChangesModel()
    shown = ChangesWindow(Look(Theme.LIGHT), model)
    model.setParent(shown)
    shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(shown)
    model.set_rows(ROWS)
    shown.say_note("2 in the last 30 days")
    shown.table.chosen.connect(lambda row: shown.panel.say(*lines(row)))
    shown.resize(880, 640)
    with qtbot.waitActive(shown):
        shown.show()
    shown.table.choose_first()
    return shown


def lines(row: ReceiptRow | None) -> tuple[Any, Any]:
    return ((), ()) if row is None else (session_lines(row.receipt), proof_lines(row.receipt, None, NOW_MS))


def undo_cell(window: ChangesWindow, row: int) -> QPoint:
    """A point in the button of a row, or where it would be."""
    rect = window.table.visualRect(window.table.model().index(row, ChangeColumn.UNDO))
    return QPoint(rect.left() + 20, rect.center().y())


def test_4_4_a_click_on_the_button_of_a_row_asks_to_undo_it(qtbot: QtBot, window: ChangesWindow) -> None:
    viewport = window.table.viewport()
    with qtbot.waitSignal(window.table.undo_asked) as asked:
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=undo_cell(window, 0))
    assert asked.args[0].receipt is POSSIBLE
    with qtbot.assertNotEmitted(window.table.undo_asked):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=undo_cell(window, 1))
        qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=undo_cell(window, 0))
        qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))


def test_4_4_enter_asks_to_undo_only_what_can_be_undone(qtbot: QtBot, window: ChangesWindow) -> None:
    window.table.setFocus()
    with qtbot.waitSignal(window.table.undo_asked):
        qtbot.keyClick(window.table, Qt.Key.Key_Return)
    qtbot.keyClick(window.table, Qt.Key.Key_Down)
    assert window.table.current().receipt.receipt_id == "b"
    with qtbot.assertNotEmitted(window.table.undo_asked):
        qtbot.keyClick(window.table, Qt.Key.Key_Return)


def test_4_4_enter_answers_a_question_that_keeps_all_and_not_one_that_destroys(
    qtbot: QtBot, window: ChangesWindow
) -> None:
    window.bar.ask(undo_question(POSSIBLE))
    assert window.bar.verb.hasFocus()
    with qtbot.waitSignal(window.bar.confirmed):
        qtbot.keyClick(window.bar.verb, Qt.Key.Key_Return)
    window.bar.ask(clean_up_question(BackupFacts(9, 61_400_123, NOW_MS, 3, 12_345_678)))
    assert window.bar.cancel.hasFocus()
    with qtbot.waitSignal(window.bar.given_up), qtbot.assertNotEmitted(window.bar.confirmed):
        qtbot.keyClick(window.bar.cancel, Qt.Key.Key_Return)


def test_4_4_escape_gives_up_cancels_dismisses_and_then_closes(qtbot: QtBot, window: ChangesWindow) -> None:
    window.bar.ask(undo_question(POSSIBLE))
    with qtbot.waitSignal(window.bar.given_up):
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    window.bar.say_running("Undoing…", "400 of 1,000 sessions", 400)
    with qtbot.waitSignal(window.bar.cancel_asked):
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    window.bar.say_result("Undid", Sign("circle-check", "Done.", "ok"))
    with qtbot.waitSignal(window.bar.given_up):
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    window.bar.say_nothing()
    with qtbot.waitSignal(window.closed):
        qtbot.keyClick(window, Qt.Key.Key_Escape)


def test_4_4_what_is_typed_narrows_the_changes_and_chooses_the_first(qtbot: QtBot, window: ChangesWindow) -> None:
    window.field.setText("session 2")
    assert window.table.current().receipt is POSSIBLE
    window.field.setText("nowhere")
    assert window.empty_text() == "No change fits what is typed"
    assert not window.panel.isVisible()
    window.field.clear()
    assert window.table.current() is not None


def test_4_4_the_order_of_the_times_turns_around(qtbot: QtBot, window: ChangesWindow) -> None:
    header = window.table.horizontalHeader()
    with qtbot.waitSignal(window.table.order_asked):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    with qtbot.assertNotEmitted(window.table.order_asked):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(header.sectionPosition(2) + 5, 10))


def test_4_4_a_line_of_the_receipt_leads_to_its_session(qtbot: QtBot, window: ChangesWindow) -> None:
    sessions = window.panel.sessions
    sessions.setFocus()
    sessions.setCurrentIndex(sessions.model().index(2))
    with qtbot.waitSignal(sessions.session_asked) as asked:
        qtbot.keyClick(sessions, Qt.Key.Key_Return)
    assert asked.args == [entry(2).session_id]


@pytest.mark.parametrize("zoom_percent", [80, 200])
def test_4_4_every_column_has_room_at_every_zoom(window: ChangesWindow, zoom_percent: int) -> None:
    window.set_look(Look(Theme.DARK, zoom_percent))
    window.resize(1232, 752)
    assert window.height() == 752
    header, wide = window.table.horizontalHeader(), window.table.viewport().width()
    widths = [header.sectionSize(column) for column in ChangeColumn]
    assert sum(widths) == wide
    assert min(widths) >= 40 * zoom_percent // 100
    assert not window.grab().isNull()
