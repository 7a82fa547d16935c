"""The command palette in the running program (2.11), by keyboard alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from app.commands import ActionId
from app.settings import Settings

RICH = "meerkat/realm-0.6.24-rich"


def opened(qtbot, program):
    """The palette, opened with its keys."""
    qtbot.keyClick(
        program.controller.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    palette = program.controller.palette.palette
    assert palette is not None
    assert palette.isVisible()
    assert palette.field.hasFocus()
    return palette


def shown(palette) -> list[ActionId]:
    return [line.found.command.action for line in palette.lines()]


def test_2_11_the_palette_lists_every_action_with_its_keys_and_runs_the_one_that_was_typed(
    qtbot, show_program, copy_sample
) -> None:
    program = show_program(copy_sample(RICH))
    palette = opened(qtbot, program)
    assert set(shown(palette)) == set(ActionId)
    keys = {line.found.command.action: line.keys for line in palette.lines()}
    assert keys[ActionId.OPEN_FOLDER] == "Ctrl+Shift+O"
    qtbot.keyClicks(palette.field, "utc")
    assert shown(palette) == [ActionId.TIMES_UTC]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert program.context.settings.current.is_utc
    assert program.context.settings.current.recent_commands == ("times-utc",)


def test_2_11_arrows_move_and_go_around_escape_closes_and_the_keyboard_is_where_it_was(
    qtbot, show_program, copy_sample
) -> None:
    program = show_program(copy_sample(RICH))
    before = QApplication.focusWidget()
    palette = opened(qtbot, program)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.view.current_row() == 1
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.view.current_row() == len(palette.lines()) - 1
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert QApplication.focusWidget() is before


def test_2_11_what_is_not_possible_comes_last_says_why_and_does_not_run(qtbot, show_program) -> None:
    program = show_program()
    palette = opened(qtbot, program)
    possible = [line.is_possible for line in palette.lines()]
    assert possible == sorted(possible, reverse=True)
    qtbot.keyClicks(palette.field, "next message")
    assert [(line.is_possible, line.found.command.reason) for line in palette.lines()] == [
        (False, "No session is chosen")
    ]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_2_11_what_was_run_before_comes_first_also_after_a_start(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH), settings=Settings(recent_commands=("density-compact", "gone", "reload")))
    assert shown(opened(qtbot, program))[:2] == [ActionId.DENSITY_COMPACT, ActionId.RELOAD]


def test_2_11_switches_show_whether_they_are_on(qtbot, show_program, copy_sample) -> None:
    palette = opened(qtbot, show_program(copy_sample(RICH)))
    states = {line.found.command.action: line.is_on for line in palette.lines()}
    assert states[ActionId.DENSITY_COMFORTABLE] is True
    assert states[ActionId.DENSITY_COMPACT] is False
    assert states[ActionId.OPEN] is None


def test_2_12_the_palette_has_names_for_field_list_and_lines(qtbot, show_program, copy_sample) -> None:
    palette = opened(qtbot, show_program(copy_sample(RICH)))
    qtbot.keyClicks(palette.field, "density")
    assert QAccessible.queryAccessibleInterface(palette.field).text(QAccessible.Text.Name) == "Command"
    assert QAccessible.queryAccessibleInterface(palette.view).text(QAccessible.Text.Name) == "Commands"
    line = QAccessible.queryAccessibleInterface(palette.view).child(0)
    assert line.text(QAccessible.Text.Name) == "Compact, off, View › Density"


def test_2_11_the_palette_stays_inside_a_small_window_at_200_percent(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH), zoom_percent=200)
    program.controller.window.resize(1280, 800)
    palette = opened(qtbot, program)
    assert program.controller.window.rect().contains(palette.geometry())


def test_2_11_every_action_is_carried_out_by_somebody(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH))
    qtbot.waitUntil(lambda: set(ActionId) == program.controller.actions.carried_out)  # some when the page is built
