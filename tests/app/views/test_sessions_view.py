"""The session list is a list: keys move rows, its width chooses columns, and it says what it shows (1.4, 1.6, B4)."""

from __future__ import annotations

from array import array
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QToolTip

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.models.sessions_model import SessionsModel
from app.present.columns import COLUMNS, Column
from app.present.summary import row_text
from app.views.sessions_view import SessionsView
from store.values.fault import Fault
from store.values.session import SessionIds, SessionState, SessionSummary, SortKey, SortOrder, TitleSource
from store.values.store import SessionKey, StoreKey

# The offscreen platform says so whenever a tool tip or a window of fixed size appears.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

STORE = StoreKey("/stores/orchard/sessions.sqlite3")
HARD_TITLES = (
    "A title that is far longer than any row of a list is wide, and goes on after that for quite a while " * 5,
    "修复夜间检查点导致的消息丢失，并补充测试",
    "إصلاح فقدان الرسائل بعد الضغط",
    "תיקון בדיקת timeline לא יציבה",
    "🦀 👩‍👩‍👧 ⏱ 🏳️‍🌈",
    "e\u0301\u0302\u0303\u0304\u0305\u0306" * 40,
    "a\x00b\u202ec\u2066d",
    '<img src="file:///etc/passwd"><b>bold</b>',
)


def summary_of(handle: int, title: str = "", **changes: Any) -> SessionSummary:
    fields: dict[str, Any] = {
        "key": SessionKey(STORE, f"id-{handle:07}"),
        "handle": handle,
        "title": title or f"Session {handle}",
        "title_from": TitleSource.LABEL,
        "state": SessionState.ACTIVE,
        "model": "gpt-5.2",
        "message_count": 12,
        "total_tokens": 94_200,
        "updated_at_ms": 1_787_054_400_000,
    }
    return SessionSummary(**fields | changes)


@pytest.fixture
def view(qtbot: Any) -> SessionsView:
    """A list of 1,000 rows, the first page loaded, on the screen."""
    add_bundled_fonts()
    model = SessionsModel()
    view = SessionsView(Look(Theme.LIGHT), model)
    qtbot.addWidget(view)
    view.resize(416, 500)
    with qtbot.waitExposed(view):
        view.show()
    show_rows(view, [summary_of(handle) for handle in range(1000)])
    return view


def show_rows(view: SessionsView, summaries: list[SessionSummary]) -> None:
    model = model_of(view)
    model.set_ids(SessionIds(array("q", range(len(summaries))), SortOrder()))
    model.apply_page(
        model.generation, 0, [row_text(summary, "orchard", 1_787_054_400_000) for summary in summaries[:200]]
    )


def model_of(view: SessionsView) -> SessionsModel:
    model = view.model()
    assert isinstance(model, SessionsModel)
    return model


def press(view: SessionsView, *keys: Qt.Key) -> int | None:
    for key in keys:
        QTest.keyClick(view, key)
    return view.current_row()


def test_1_6_home_and_end_go_to_the_first_and_the_last_row(view: SessionsView) -> None:
    assert press(view, Qt.Key.Key_End) == 999
    assert view.visible_rows()[1] == 1000
    assert press(view, Qt.Key.Key_Home) == 0
    assert view.visible_rows()[0] == 0


def test_1_6_arrows_and_pages_move_the_row_and_left_and_right_do_not(view: SessionsView) -> None:
    assert press(view, Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up) == 1
    assert press(view, Qt.Key.Key_Right, Qt.Key.Key_Left) == 1
    paged = press(view, Qt.Key.Key_PageDown)
    assert paged is not None
    assert 8 <= paged <= 12
    assert press(view, Qt.Key.Key_PageUp) == 1


def test_1_6_enter_opens_the_row(view: SessionsView, qtbot: Any) -> None:
    press(view, Qt.Key.Key_Home, Qt.Key.Key_Down)
    with qtbot.waitSignal(view.row_entered) as entered:
        press(view, Qt.Key.Key_Return)
    assert entered.args == [1]


def test_1_6_a_row_chosen_by_the_program_says_nothing(view: SessionsView, qtbot: Any) -> None:
    with qtbot.assertNotEmitted(view.row_chosen):
        view.choose_row(500)
    assert view.current_row() == 500
    with qtbot.waitSignal(view.row_chosen) as chosen:
        press(view, Qt.Key.Key_Down)
    assert chosen.args == [501]


def test_1_6_letters_do_not_search_through_a_million_unread_rows(view: SessionsView) -> None:
    press(view, Qt.Key.Key_Home)
    assert press(view, Qt.Key.Key_S) == 0


def test_b4_the_list_reports_the_rows_it_shows_once_scrolling_rests(view: SessionsView, qtbot: Any) -> None:
    with qtbot.waitSignal(view.range_seen) as seen:
        for row in range(0, 900, 10):
            view.verticalScrollBar().setValue(row * 46)
        view.scrollToBottom()
    first, end = seen.args
    assert end == 1000
    assert 980 < first < 995


def test_1_4_columns_follow_the_width_of_the_pane(view: SessionsView) -> None:
    def titles() -> str:
        return " · ".join(COLUMNS[column].title for column in view.seen)

    assert titles() == "Title · Tokens · Updated"
    view.resize(840, 500)
    assert titles() == "Title · State · Model · Messages · Tokens · Size · Updated"
    assert sum(view.columnWidth(c) for c in view.seen) == view.viewport().width()
    view.resize(1200, 500)
    assert Column.CREATED in view.seen


def test_1_4_rows_are_46_pixels_high_at_any_zoom_of_the_tokens(view: SessionsView) -> None:
    assert view.rowHeight(0) == view.rowHeight(999) == 46
    view.set_look(Look(Theme.DARK, 200))
    assert view.rowHeight(0) == view.rowHeight(999) == 92


def click_header(view: SessionsView, column: Column) -> None:
    header = view.horizontalHeader()
    middle = header.sectionViewportPosition(column) + view.columnWidth(column) // 2
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(middle, header.height() // 2))


def test_1_4_a_click_on_a_stored_column_asks_for_its_order(view: SessionsView, qtbot: Any) -> None:
    with qtbot.waitSignal(view.order_asked) as asked:
        click_header(view, Column.TOKENS)
    assert asked.args == [SortOrder(SortKey.TOKENS, is_descending=True)]
    with qtbot.assertNotEmitted(view.order_asked):
        click_header(view, Column.TITLE)


def test_1_4_the_menu_of_orders_is_asked_for_from_the_header_and_that_of_a_row_from_the_list(
    view: SessionsView, qtbot: Any
) -> None:
    at = QPoint(20, 10)
    with qtbot.waitSignal(view.order_menu_asked):
        viewport = view.horizontalHeader().viewport()
        QApplication.sendEvent(
            viewport, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
        )
    view.choose_row(1)
    with qtbot.waitSignal(view.row_menu_asked):
        QApplication.sendEvent(view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, at))
    with qtbot.assertNotEmitted(view.row_menu_asked):
        below = QPoint(20, view.viewport().height() - 1)
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, below, view.viewport().mapToGlobal(below))
        QApplication.sendEvent(view.viewport(), asked)


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("width_px", [300, 416, 1200])
@pytest.mark.parametrize("zoom_percent", [80, 200])
def test_hard_titles_and_damaged_rows_are_painted_at_every_width(
    view: SessionsView, theme: Theme, width_px: int, zoom_percent: int
) -> None:
    """(1-case-5, 1-case-8) long, CJK, right-to-left, emoji, combining marks, NUL and bidi marks, no facts at all."""
    fault = (Fault("bad-json", "The session's document is not JSON."),)
    rows = [summary_of(n, title) for n, title in enumerate(HARD_TITLES)]
    rows.append(summary_of(8, "0199a3f2", title_from=TitleSource.ID, state=SessionState.DAMAGED, faults=fault))
    rows.append(summary_of(9, model=None, message_count=-7, total_tokens=-(2**63), updated_at_ms=2**63 - 1))
    rows.append(summary_of(10, state=SessionState.ARCHIVED, is_rewritten=True, faults=fault))
    show_rows(view, rows)
    view.set_look(Look(theme, zoom_percent))
    view.resize(width_px, 900)
    view.choose_row(4)
    assert not view.grab().isNull()


def test_titles_keep_the_leading_edge_whatever_their_script(view: SessionsView) -> None:
    """(1-case-8) the first inked pixel of a right-to-left title stands where that of a Latin one does."""
    show_rows(view, [summary_of(0, "Ein Titel"), summary_of(1, "إصلاح"), summary_of(2, "תיקון")])
    image = view.viewport().grab().toImage()
    ground = image.pixelColor(image.width() // 2, 200)

    def first_ink(row: int) -> int:
        lines = range(row * 46 + 7, row * 46 + 23)
        return next(x for x in range(image.width()) if any(image.pixelColor(x, y) != ground for y in lines))

    assert [abs(first_ink(row) - first_ink(0)) <= 3 for row in (1, 2)] == [True, True]


def test_a_tool_tip_is_text_and_fetches_nothing(view: SessionsView) -> None:
    """(1-case-7) a title that looks like HTML."""
    show_rows(view, [summary_of(0, '<img src="file:///etc/passwd">')])
    index = model_of(view).index(0, Column.TITLE)
    at = view.visualRect(index).center()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
    assert view.itemDelegate().helpEvent(event, view, QStyleOptionViewItem(), index)
    assert "&lt;img" in QToolTip.text()
    QToolTip.hideText()


def test_1_8_another_look_paints_the_same_rows(view: SessionsView) -> None:
    light = view.grab().toImage()
    view.set_look(Look(Theme.DARK))
    assert view.grab().toImage() != light
