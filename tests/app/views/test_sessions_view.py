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
from app.look.tokens import Density, Theme, tokens
from app.models.loaded_rows import PAGE_ROWS, Part
from app.models.roles import ACCESSIBLE_TEXT
from app.models.sessions_model import SessionsModel
from app.present.columns import COLUMNS, Column
from app.present.headings import Heading
from app.present.row_text import row_text
from app.views.sessions_view import SessionsView
from store.values.fault import Fault
from store.values.listing import CatalogueKey, Group, GroupBy, Listed, ListOrder, ListWant
from store.values.session import SessionState, SessionSummary, SortKey, TitleSource
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
    handles = array("q", range(len(summaries)))
    model.set_listed(Listed(ListWant((STORE,)), (STORE,), array("H"), handles))
    load(model, summaries)


def load(model: SessionsModel, summaries: list[SessionSummary]) -> None:
    rows = [row_text(summary, "orchard", 1_787_054_400_000) for summary in summaries[:200]]
    for page in range(0, len(rows), PAGE_ROWS):
        model.put(model.generation, Part(page // PAGE_ROWS, 0), rows[page : page + PAGE_ROWS])


def show_groups(view: SessionsView, *sizes: int) -> SessionsModel:
    """Show groups of these sizes; the rows of the first page are read."""
    begins = [sum(sizes[:n]) for n in range(len(sizes))]
    groups = tuple(Group(f"m{n}", at, at + size) for n, (at, size) in enumerate(zip(begins, sizes, strict=True)))
    want = ListWant((STORE,), group_by=GroupBy.MODEL)
    model = model_of(view)
    model.set_listed(
        Listed(want, (STORE,), array("H"), array("q", range(sum(sizes))), groups),
        lambda group, is_folded: Heading(group.value, group.value, group.end - group.begin, is_folded),
    )
    load(model, [summary_of(handle) for handle in range(sum(sizes))])
    return model


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
    assert asked.args == [ListOrder(SortKey.TOKENS, is_descending=True)]


def test_2_3_a_click_on_a_catalogued_column_asks_for_its_order(view: SessionsView, qtbot: Any) -> None:
    with qtbot.waitSignal(view.order_asked) as asked:
        click_header(view, Column.TITLE)
    assert asked.args == [ListOrder(CatalogueKey.TITLE, is_descending=False)]


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


@pytest.mark.parametrize("density", list(Density))
def test_2_8_rows_are_as_high_as_their_density_says(view: SessionsView, density: Density) -> None:
    view.set_look(Look(Theme.LIGHT, 100, density))
    assert view.rowHeight(0) == tokens()["density"][density.value]["row"]


@pytest.mark.parametrize("theme", list(Theme))
def test_2_8_each_density_paints_rows_of_its_own(view: SessionsView, theme: Theme) -> None:
    pictures = [paint(view, Look(theme, 100, density)) for density in Density]
    assert pictures[0] != pictures[1] != pictures[2]


def paint(view: SessionsView, look: Look) -> Any:
    view.set_look(look)
    return view.grab().toImage()


# Groups


def test_2_3_headings_are_26_pixels_high_and_rows_46_whatever_is_folded(view: SessionsView) -> None:
    show_groups(view, 3, 4, 5)
    assert [view.rowHeight(line) for line in range(6)] == [26, 46, 46, 46, 26, 46]
    view.fold(0, True)
    assert [view.rowHeight(line) for line in range(3)] == [26, 26, 46]
    view.fold(0, False)
    assert [view.rowHeight(line) for line in range(6)] == [26, 46, 46, 46, 26, 46]
    show_rows(view, [summary_of(0), summary_of(1)])
    assert [view.rowHeight(line) for line in range(2)] == [46, 46]


def test_2_3_a_click_on_a_heading_asks_to_fold_it_and_leaves_the_selection(view: SessionsView, qtbot: Any) -> None:
    show_groups(view, 3, 4)
    view.choose_row(2)
    with qtbot.waitSignal(view.fold_asked) as asked, qtbot.assertNotEmitted(view.row_chosen):
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 10))
    assert asked.args == [0, True]
    assert view.selected_spans() == ((2, 3),)


def test_2_12_headings_fold_and_open_by_keys_as_in_a_tree(view: SessionsView) -> None:
    show_groups(view, 3, 4)
    view.fold_asked.connect(view.fold)
    view.choose_row(2)
    assert press(view, Qt.Key.Key_Left) == 0
    assert press(view, Qt.Key.Key_Left) == 0
    assert model_of(view).rowCount() == 6
    assert press(view, Qt.Key.Key_Right) == 0
    assert model_of(view).rowCount() == 9
    assert press(view, Qt.Key.Key_Right) == 1
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        press(view, Qt.Key.Key_Left)
        before = model_of(view).rowCount()
        press(view, key)
        assert model_of(view).rowCount() != before
        press(view, key)


def test_2_12_a_heading_takes_the_keyboard_and_leaves_the_session_selected(view: SessionsView, qtbot: Any) -> None:
    model = show_groups(view, 2, 2)
    view.choose_row(2)
    with qtbot.assertNotEmitted(view.row_chosen):
        assert press(view, Qt.Key.Key_Down) == 3
    assert view.selected_spans() == ((2, 3),)
    assert view.currentIndex().data(ACCESSIBLE_TEXT) == "m1, 2 sessions, expanded"
    assert press(view, Qt.Key.Key_Down) == 4
    assert model.map.count_rows(*view.selected_spans()[0]) == 1


def test_2_3_folding_the_group_of_the_current_row_goes_to_its_heading_and_chooses_nothing(
    view: SessionsView, qtbot: Any
) -> None:
    show_groups(view, 3, 4)
    view.choose_row(2)
    with qtbot.assertNotEmitted(view.row_chosen):
        view.fold(0, True)
    assert view.current_row() == 0
    assert view.selected_spans() == ()


# Selecting several


def selected_count(view: SessionsView) -> int:
    return sum(model_of(view).map.count_rows(*span) for span in view.selected_spans())


def test_2_3_shift_and_control_select_several_rows(view: SessionsView) -> None:
    click = QTest.mouseClick
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    click(view.viewport(), left, none, QPoint(60, 20))
    click(view.viewport(), left, Qt.KeyboardModifier.ShiftModifier, QPoint(60, 20 + 3 * 46))
    assert view.selected_spans() == ((0, 4),)
    click(view.viewport(), left, Qt.KeyboardModifier.ControlModifier, QPoint(60, 20 + 6 * 46))
    assert (selected_count(view), view.current_row()) == (5, 6)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.current_row() == 7


def test_4_n3_rows_that_stand_together_are_selected_as_one(view: SessionsView) -> None:
    view.choose_row(4)
    view.select_also(((5, 8), (9, 10), (12, 14)))
    assert view.selected_spans() == ((4, 5), (5, 8), (9, 10), (12, 14))


def test_2_3_select_all_takes_the_rows_and_not_the_headings(view: SessionsView) -> None:
    show_groups(view, 3, 4)
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert selected_count(view) == 7


# Columns


def test_2_3_columns_that_a_person_chose_are_all_seen_and_scroll_sideways(view: SessionsView) -> None:
    view.columns.use(tuple(Column), {})
    assert view.seen == tuple(Column)
    assert view.columns.is_wider
    assert view.horizontalScrollBar().maximum() > 0
    view.columns.use((), {})
    assert view.horizontalScrollBar().maximum() == 0


def test_2_3_a_moved_column_says_the_new_order_and_the_title_stays_first(view: SessionsView, qtbot: Any) -> None:
    header = view.horizontalHeader()
    with qtbot.waitSignal(view.columns.moved) as moved:
        header.moveSection(header.visualIndex(Column.UPDATED), 1)
    assert moved.args[0] == (Column.TITLE, Column.UPDATED, Column.TOKENS)
    view.resize(1200, 500)
    assert view.seen == moved.args[0]
    assert not header.isFirstSectionMovable()


def drag_edge(view: SessionsView, column: Column, by_px: int) -> None:
    header = view.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(column) + header.sectionSize(column) - 1, header.height() // 2)
    QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(header.viewport(), at + QPoint(by_px // 2, 0))
    QTest.mouseMove(header.viewport(), at + QPoint(by_px, 0))
    QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(by_px, 0))


def test_2_3_dragging_an_edge_gives_to_one_column_what_it_takes_from_the_next(view: SessionsView, qtbot: Any) -> None:
    tokens_px, updated_px = view.columnWidth(Column.TOKENS), view.columnWidth(Column.UPDATED)
    with qtbot.waitSignal(view.columns.sized) as sized:
        drag_edge(view, Column.TOKENS, 20)
    assert view.columnWidth(Column.TOKENS) == tokens_px + 20
    assert view.columnWidth(Column.UPDATED) == updated_px - 20
    assert sized.args[0] == {Column.TOKENS: tokens_px + 20, Column.UPDATED: updated_px - 20}
    assert sum(view.columnWidth(c) for c in view.seen) == view.viewport().width()


def test_2_3_given_widths_grow_with_the_zoom(view: SessionsView) -> None:
    view.columns.use((), {Column.TOKENS: 100})
    assert view.columnWidth(Column.TOKENS) == 100
    view.resize(800, 500)
    view.set_look(Look(Theme.LIGHT, 150))
    assert view.columnWidth(Column.TOKENS) == 150


@pytest.mark.parametrize("zoom_percent", [80, 100, 200])
@pytest.mark.parametrize("density", list(Density))
def test_headings_long_names_and_every_column_are_painted(
    view: SessionsView, zoom_percent: int, density: Density
) -> None:
    """(2-case-5, 2-case-6) titles and models of 10,000 characters, 3,000 groups, all columns."""
    model = show_groups(view, *[1] * 3_000)
    long = [summary_of(n, "long " * 2_000, model="m" * 10_000) for n in range(200)]
    load(model, long)
    view.columns.use(tuple(Column), {})
    view.set_look(Look(Theme.DARK, zoom_percent, density))
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    assert not view.grab().isNull()
