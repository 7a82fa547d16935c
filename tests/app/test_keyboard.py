"""All of the window by keyboard alone: F6, Tab, Esc, letters that are shortcuts, the menu key (2.12)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.commands import ACTIONS, ActionId
from app.present.reading import ReadKind
from app.views.chip import Chip
from app.views.facet_chooser import FacetChooser
from app.views.find_bar import FindBar
from app.views.transcript.view import TranscriptView
from store.values.listing import Facet

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LETTERS = "jJkKnNpPrReE[]"
TAB = Qt.FocusReason.TabFocusReason


def do(program: Program, action: ActionId) -> None:
    program.controller.window.actions_of.by_id[action].trigger()
    QApplication.processEvents()


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def name() -> str:
    return focused().accessibleName()


def pressed(qtbot: QtBot, key: Qt.Key, count: int, modifiers: Qt.KeyboardModifier) -> list[str]:
    names = []
    for _ in range(count):
        qtbot.keyClick(focused(), key, modifiers)
        names.append(name())
    return names


def stops(qtbot: QtBot) -> list[QWidget]:
    """Where Tab stops, from where the focus is, once around."""
    found: list[QWidget] = []
    for _ in range(80):
        if focused() not in found:
            found.append(focused())
        qtbot.keyClick(focused(), Qt.Key.Key_Tab)
    return found


def test_2_12_f6_goes_through_every_part_of_the_window_and_shift_f6_back(qtbot: QtBot, program: Program) -> None:
    do(program, ActionId.FIND)
    parts = ["Transcript", "Stores", "Filter sessions", "Sessions", "Find in the transcript"]
    assert pressed(qtbot, Qt.Key.Key_F6, 10, Qt.KeyboardModifier.NoModifier) == parts * 2
    back = [*reversed(parts[:-1]), parts[-1]]
    assert pressed(qtbot, Qt.Key.Key_F6, 10, Qt.KeyboardModifier.ShiftModifier) == back * 2


def test_2_12_f6_goes_to_what_the_chosen_tab_shows_and_leaves_out_what_is_hidden(
    qtbot: QtBot, program: Program
) -> None:
    program.controller.page.page.show_tab(1)
    do(program, ActionId.SHOW_LIBRARY)
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
    names = pressed(qtbot, Qt.Key.Key_F6, 3, Qt.KeyboardModifier.NoModifier)
    assert sorted(names) == ["Filter sessions", "Info", "Sessions"]


def test_2_12_f6_reaches_the_buttons_of_a_store_that_cannot_be_opened(
    qtbot: QtBot, show_program: Callable[..., Program], tmp_path: Path
) -> None:
    broken = tmp_path / "sessions.sqlite3"
    broken.write_bytes(b"no database at all")
    window = show_program(broken).controller.window
    reached = set()
    for _ in range(4):
        qtbot.keyClick(window, Qt.Key.Key_F6)
        reached |= {part for part in (window.error_panel, window.panes) if part.isAncestorOf(focused())}
    assert window.error_panel in reached


def test_2_12_tab_goes_from_the_find_bar_down_to_the_transcript(qtbot: QtBot, program: Program) -> None:
    do(program, ActionId.FIND)
    found = stops(qtbot)
    kinds = [type(widget) for widget in found]
    field = found[0]
    assert isinstance(field, QLineEdit)
    assert isinstance(field.parentWidget(), FindBar)
    assert 0 < kinds.index(Chip) < kinds.index(TranscriptView)


def test_2_12_arrows_choose_the_kind_on_the_chips(qtbot: QtBot, program: Program) -> None:
    chips = program.controller.transcript.pane.chips
    chips.chip(ReadKind.ALL).setFocus(TAB)
    qtbot.keyClick(focused(), Qt.Key.Key_Right)
    assert (chips.kind, focused()) == (ReadKind.YOU, chips.chip(ReadKind.YOU))
    assert program.controller.window.actions_of.by_id[ActionId.KIND_YOU].isChecked()


def test_2_12_esc_closes_the_find_bar_from_its_boxes_and_from_the_transcript(qtbot: QtBot, program: Program) -> None:
    bar = program.controller.find.bar
    for place in (bar.field, bar.field.nextInFocusChain(), program.controller.transcript.view):
        do(program, ActionId.FIND)
        place.setFocus(TAB)
        qtbot.keyClick(place, Qt.Key.Key_Escape)
        assert bar.isHidden()
        assert isinstance(focused(), TranscriptView)


def test_2_12_esc_closes_the_find_bar_and_clears_the_filter_before_it_cancels_what_runs(
    qtbot: QtBot, program: Program
) -> None:
    window, cancelled = program.controller.window, []
    cancel = window.actions_of.by_id[ActionId.CANCEL]
    cancel.triggered.connect(lambda: cancelled.append(True))
    do(program, ActionId.FIND)
    cancel.setEnabled(True)
    qtbot.keyClick(focused(), Qt.Key.Key_Escape)
    assert program.controller.find.bar.isHidden()
    do(program, ActionId.FILTER_SESSIONS)
    field = program.controller.sessions.pane.bar.field
    qtbot.keyClicks(field, "a")
    cancel.setEnabled(True)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), cancelled) == ("", [])
    cancel.setEnabled(True)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert cancelled == [True]


@pytest.mark.parametrize(
    "action",
    [
        ActionId.FIND,
        ActionId.FILTER_SESSIONS,
        pytest.param(ActionId.PALETTE, marks=pytest.mark.slow),
        pytest.param(ActionId.SHORTCUTS, marks=pytest.mark.slow),
    ],
)
def test_2_12_letters_that_are_shortcuts_are_typed_into_fields(
    qtbot: QtBot, program: Program, action: ActionId
) -> None:
    done: list[object] = []
    do(program, action)
    field = QApplication.focusWidget()
    if not isinstance(field, QLineEdit):
        field = QApplication.activeWindow().findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    program.controller.window.actions_of.triggered.connect(done.append)
    field.setFocus(TAB)
    for letter in LETTERS:
        qtbot.keyClick(field, letter)
    assert (field.text(), done) == (LETTERS, [])


def test_2_12_letters_are_typed_into_the_field_that_narrows_a_facet(qtbot: QtBot, program: Program) -> None:
    done: list[object] = []
    program.controller.window.actions_of.triggered.connect(done.append)
    models = program.controller.library.view.facets[Facet.MODEL].list
    assert models is not None
    models.setFocus(TAB)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Return):
        qtbot.keyClick(models, key)
    chooser = QApplication.activePopupWidget()
    assert isinstance(chooser, FacetChooser)
    for letter in LETTERS:
        qtbot.keyClick(chooser.field, letter)
    assert (chooser.field.text(), done) == (LETTERS, [])
    chooser.field.clear()
    qtbot.keyClick(chooser.field, Qt.Key.Key_Down)
    assert chooser.list.hasFocus()
    qtbot.keyClick(chooser.list, Qt.Key.Key_Escape)
    assert models.hasFocus()


def menu_of(widget: QWidget) -> list[str] | None:
    """The words of the menu that the menu key opens on a widget; None for no menu."""
    receiver = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
    at = widget.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, widget.mapToGlobal(at))
    QApplication.sendEvent(receiver, event)
    menu = QApplication.activePopupWidget()
    if not isinstance(menu, QMenu):
        return None
    words = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    QApplication.processEvents()
    return words


def test_2_12_the_menu_key_opens_a_menu_on_everything_in_the_panes(qtbot: QtBot, program: Program) -> None:
    do(program, ActionId.FIND)
    panes = program.controller.window.panes
    inside = [stop for stop in stops(qtbot) if panes.isAncestorOf(stop)]
    assert len(inside) >= 25
    without = []
    for stop in inside:
        stop.setFocus(TAB)
        if not menu_of(stop):
            without.append(f"{type(stop).__name__} {stop.accessibleName()!r}")
    assert without == []


def test_2_7_the_context_menu_of_messages_has_the_words_of_the_menu_bar(qtbot: QtBot, program: Program) -> None:
    view = program.controller.transcript.view
    view.setFocus(TAB)
    do(program, ActionId.SELECT_ALL)
    words = menu_of(view)
    assert words is not None
    shared = (ActionId.COPY, ActionId.COPY_MARKDOWN, ActionId.TOGGLE_RAW, ActionId.SELECT_ALL)
    assert {ACTIONS[action].text.replace("&", "") for action in shared} <= set(words)


def test_2_12_the_menu_key_around_the_rows_opens_the_menu_of_the_list(qtbot: QtBot, program: Program) -> None:
    view = program.controller.sessions.pane.view
    view.choose_row(None)
    words = menu_of(view)
    assert words is not None
    assert "Sort &by" in words


def test_2_12_without_the_find_bar_tab_goes_from_the_tabs_to_the_chips_and_on_to_the_transcript(
    qtbot: QtBot, program: Program
) -> None:
    kinds = [type(widget).__name__ for widget in stops(qtbot)]
    at = kinds.index("TabStrip")
    assert kinds[at : at + 6] == ["TabStrip", "Chip", *["QToolButton"] * 3, "TranscriptView"]


@pytest.mark.parametrize("name_of_place", ["Views", "Sessions", "Transcript"])
def test_2_12_shift_f10_opens_the_menu_of_what_has_the_focus(
    qtbot: QtBot, program: Program, name_of_place: str
) -> None:
    window = program.controller.window
    place = next(w for w in window.findChildren(QAbstractScrollArea) if w.accessibleName() == name_of_place)
    place.setFocus(TAB)
    qtbot.keyClick(place, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()
