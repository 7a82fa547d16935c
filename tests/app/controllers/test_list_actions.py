"""The actions of the list in the real window: order, groups, columns, filter, several rows, copies, pins (2.2, 2.3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton

from app.bootstrap import Program
from app.commands import GROUPINGS, SORT_KEYS, ActionId
from app.present.columns import COLUMNS, Column
from app.settings import Settings
from app.views.sessions_view import SessionsView
from store.values.listing import GroupBy, View
from store.values.session import SessionSummary

# The offscreen platform says so whenever a tool tip or a window of fixed size appears.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RICH = "meerkat/realm-0.6.24-rich/atlas"


@pytest.fixture
def program(show_program: Callable[..., Program], copy_sample: Callable[[str], Path], qtbot: Any) -> Program:
    """The program with a real realm of 66 sessions, catalogued, and its first session shown."""
    program = show_program(copy_sample(RICH))
    wait_until_known(program, qtbot)
    return program


def wait_until_known(program: Program, qtbot: Any) -> None:
    sessions = program.controller.sessions
    qtbot.waitUntil(lambda: sessions.chosen() is not None)

    def is_known() -> bool:
        rows = [sessions.model.row_at(line) for line in range(*sessions.pane.view.visible_rows())]
        return all(row is not None and row.known is not None for row in rows)

    qtbot.waitUntil(is_known, timeout=10_000)


def trigger(program: Program, name: ActionId) -> None:
    action = program.controller.window.actions_of.by_id[name]
    assert action.isEnabled(), name
    action.trigger()


def is_checked(program: Program, name: ActionId) -> bool:
    return bool(program.controller.window.actions_of.by_id[name].isChecked())


def view_of(program: Program) -> SessionsView:
    return program.controller.sessions.pane.view


def select_three(program: Program, qtbot: Any) -> tuple[SessionSummary, ...]:
    """Select the first three rows with the keyboard."""
    view = view_of(program)
    view.choose_row(0)
    view.setFocus()
    for _ in range(2):
        QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    found: tuple[SessionSummary, ...] = program.controller.sessions.selected()
    assert len(found) == 3
    return found


def wait_for_order(program: Program, qtbot: Any, name: ActionId) -> None:
    sessions = program.controller.sessions
    qtbot.waitUntil(lambda: sessions.model.order.key is SORT_KEYS[name] and sessions.model.order == sessions.order)


def test_2_3_every_order_of_the_menu_lists_all_sessions_and_is_checked(program: Program, qtbot: Any) -> None:
    for name in SORT_KEYS:
        trigger(program, name)
        wait_for_order(program, qtbot, name)
        assert program.controller.sessions.model.session_count == 66
        assert is_checked(program, name)
        assert is_checked(program, ActionId.SORT_DESCENDING) is program.controller.sessions.order.is_descending


def test_2_3_descending_turns_the_order_round(program: Program, qtbot: Any) -> None:
    before = program.controller.sessions.order
    trigger(program, ActionId.SORT_DESCENDING)
    qtbot.waitUntil(lambda: program.controller.sessions.model.order.is_descending is not before.is_descending)
    assert program.controller.sessions.order.key is before.key


@pytest.mark.parametrize("name", list(GROUPINGS))
def test_2_3_groupings_are_shown_and_remembered(program: Program, qtbot: Any, name: ActionId) -> None:
    trigger(program, name)
    model = program.controller.sessions.model
    qtbot.waitUntil(lambda: model.listed.want.group_by is GROUPINGS[name])
    assert is_checked(program, name)
    assert (model.heading_at(0) is not None) is (GROUPINGS[name] is not GroupBy.NONE)
    assert program.context.settings.current.group_by is GROUPINGS[name]


def test_2_3_a_column_is_switched_on_and_off_by_its_action_and_remembered(program: Program) -> None:
    seen = view_of(program).seen
    trigger(program, ActionId.COLUMN_DURATION)
    assert view_of(program).seen == (*seen, Column.DURATION)
    assert program.context.settings.current.columns[-1] == "duration"
    trigger(program, ActionId.COLUMN_TOKENS)
    assert Column.TOKENS not in view_of(program).seen
    assert not is_checked(program, ActionId.COLUMN_TOKENS)
    trigger(program, ActionId.RESET_COLUMNS)
    assert view_of(program).seen == seen
    assert program.context.settings.current.columns == ()


def test_2_3_columns_widths_order_and_groups_come_back(
    show_program: Callable[..., Program], copy_sample: Callable[[str], Path], qtbot: Any
) -> None:
    settings = Settings(
        columns=("title", "labels", "updated"),
        column_widths_px=(("labels", 210),),
        sort_key="title",
        is_sort_descending=False,
        group_by=GroupBy.MODEL,
    )
    program = show_program(copy_sample(RICH), settings=settings)
    view = view_of(program)
    assert view.seen == (Column.TITLE, Column.LABELS, Column.UPDATED)
    assert view.columnWidth(Column.LABELS) == 210
    wait_for_order(program, qtbot, ActionId.SORT_TITLE)
    assert is_checked(program, ActionId.GROUP_MODEL)
    assert program.controller.sessions.model.heading_at(0) is not None


def test_2_3_a_moved_column_is_remembered(program: Program) -> None:
    header = view_of(program).horizontalHeader()
    header.moveSection(header.visualIndex(Column.UPDATED), 1)
    assert program.context.settings.current.columns[:2] == ("title", "updated")


def test_2_3_the_status_bar_says_how_many_are_selected(program: Program, qtbot: Any) -> None:
    select_three(program, qtbot)
    assert program.controller.window.status.left_text() == "66 sessions · 3 selected"


def test_2_3_ids_and_titles_of_all_selected_sessions_are_copied(program: Program, qtbot: Any) -> None:
    selected = select_three(program, qtbot)
    trigger(program, ActionId.COPY_SESSION_ID)
    assert QGuiApplication.clipboard().text().splitlines() == [summary.key.session_id for summary in selected]
    trigger(program, ActionId.COPY_SESSION_TITLE)
    assert QGuiApplication.clipboard().text().splitlines() == [summary.title for summary in selected]


def test_2_3_all_ids_are_copied_though_few_rows_were_read(program: Program, qtbot: Any) -> None:
    view = view_of(program)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QGuiApplication.clipboard().clear()
    trigger(program, ActionId.COPY_SESSION_ID)
    qtbot.waitUntil(lambda: len(QGuiApplication.clipboard().text().splitlines()) == 66)


def test_2_2_all_selected_sessions_are_pinned_and_the_pinned_view_has_them(program: Program, qtbot: Any) -> None:
    selected = {summary.key for summary in select_three(program, qtbot)}
    trigger(program, ActionId.PIN)
    pins = program.controller.list_actions.pins
    qtbot.waitUntil(lambda: pins.pinned == selected)
    model = program.controller.sessions.model
    assert [model.row_at(line).is_pinned for line in range(4)] == [True, True, True, False]  # type: ignore[union-attr]
    trigger(program, ActionId.VIEW_PINNED)
    qtbot.waitUntil(lambda: model.listed.want.view is View.PINNED and model.session_count == 3)
    qtbot.waitUntil(lambda: program.controller.sessions.chosen() is not None)
    trigger(program, ActionId.PIN)
    qtbot.waitUntil(lambda: model.session_count == 2)


def test_2_2_the_page_has_a_button_that_pins_its_session(program: Program, qtbot: Any) -> None:
    action = program.controller.window.actions_of.by_id[ActionId.PIN]
    buttons = program.controller.page.widget.findChildren(QToolButton)
    button = next(button for button in buttons if button.defaultAction() is action)
    assert button.isVisible()
    assert button.accessibleName() == "Pin"
    chosen = program.controller.sessions.chosen()
    assert chosen is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: program.controller.list_actions.pins.pinned == {chosen.key})
    assert button.isChecked()


def test_2_2_pins_are_there_at_the_next_start(
    program: Program, show_program: Callable[..., Program], tmp_path: Path, qtbot: Any
) -> None:
    trigger(program, ActionId.PIN)
    pins = program.controller.list_actions.pins
    qtbot.waitUntil(lambda: len(pins.pinned) == 1)
    realm = Path(program.controller.sessions.model.listed.stores[0].path).parent
    program.shutdown()
    again = show_program(realm)
    qtbot.waitUntil(lambda: again.controller.list_actions.pins.pinned == pins.pinned)
    assert is_checked(again, ActionId.PIN)


def test_2_3_the_filter_takes_the_keyboard_by_its_shortcut_and_narrows(program: Program, qtbot: Any) -> None:
    trigger(program, ActionId.FILTER_SESSIONS)
    field = program.controller.sessions.pane.bar.field
    assert QApplication.focusWidget() is field
    QTest.keyClicks(field, "ledger")
    model = program.controller.sessions.model
    qtbot.waitUntil(lambda: 0 < model.session_count < 66)
    assert program.controller.window.status.left_text().startswith(f"{model.session_count} of 66 sessions")
    trigger(program, ActionId.CLEAR_FILTERS)
    qtbot.waitUntil(lambda: model.session_count == 66)


def test_2_12_the_buttons_of_the_bar_have_names_and_menus(program: Program, qtbot: Any) -> None:
    bar = program.controller.sessions.pane.bar
    texts = []
    for button in bar.findChildren(QToolButton):
        if button.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        assert button.accessibleName()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        texts.append([action.text().replace("&", "") for action in menu.actions() if not action.isSeparator()])
        menu.close()
    assert texts[0] == ["None", "Day", "Store", "Model"]
    assert texts[1][:-1] == [spec.title for column, spec in COLUMNS.items() if column is not Column.TITLE]
    assert texts[2][:3] == ["Sort by", "Group by", "Columns"]
