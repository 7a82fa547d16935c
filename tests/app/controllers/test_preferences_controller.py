"""Preferences, density and times in the running program (2.8, 2.11): applied at once, remembered, the menus follow."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from app.commands import ActionId
from app.controllers.preferences_controller import LOOKING
from app.look.tokens import Density, Theme
from app.present.columns import Column
from app.settings import Settings, ThemeChoice, read_settings

RICH = "meerkat/realm-0.6.24-rich"


def trigger(program, name: ActionId) -> None:
    program.controller.window.actions_of.by_id[name].trigger()


def is_checked(program, name: ActionId) -> bool:
    return program.controller.window.actions_of.by_id[name].isChecked()


def preferences(qtbot, program):
    """The window, opened with its keys, when it knows the places."""
    qtbot.keyClick(program.controller.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = program.controller.preferences.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: bool(found(dialog)) and LOOKING not in found(dialog))
    return dialog


def found(dialog) -> list[str]:
    return [dialog.places.topLevelItem(row).text(1) for row in range(dialog.places.topLevelItemCount())]


def pick(box, value: object) -> None:
    before = box.value
    box.choose(value)
    index = box.currentIndex()
    box.choose(before)
    box.setCurrentIndex(index)


def test_2_11_what_is_chosen_is_applied_at_once_and_the_menus_say_so(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH))
    dialog = preferences(qtbot, program)
    pick(dialog.theme, ThemeChoice.DARK)
    pick(dialog.zoom, 125)
    pick(dialog.density, Density.COMPACT)
    pick(dialog.times, True)
    look = program.context.looks.current
    assert (look.theme, look.zoom_percent, look.density) == (Theme.DARK, 125, Density.COMPACT)
    assert is_checked(program, ActionId.THEME_DARK)
    assert is_checked(program, ActionId.DENSITY_COMPACT)
    assert is_checked(program, ActionId.TIMES_UTC)
    dialog.close()


def test_2_11_what_a_menu_changes_is_seen_in_preferences(qtbot, show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH))
    dialog = preferences(qtbot, program)
    trigger(program, ActionId.DENSITY_SPACIOUS)
    trigger(program, ActionId.ZOOM_IN)
    trigger(program, ActionId.THEME_LIGHT)
    assert dialog.density.value is Density.SPACIOUS
    assert dialog.zoom.value == 110
    trigger(program, ActionId.ZOOM_RESET)
    assert dialog.zoom.value == 100
    assert dialog.theme.value is ThemeChoice.LIGHT
    dialog.close()


def test_2_8_a_density_is_remembered(show_program, copy_sample, own_paths, in_worker) -> None:
    program = show_program(copy_sample(RICH))
    trigger(program, ActionId.DENSITY_COMPACT)
    program.shutdown()
    settings = in_worker(lambda: read_settings(own_paths.settings_file))
    assert settings.density is Density.COMPACT


def test_2_8_a_remembered_density_is_used_from_the_start(show_program, copy_sample) -> None:
    program = show_program(copy_sample(RICH), settings=Settings(density=Density.SPACIOUS))
    assert program.context.looks.current.density is Density.SPACIOUS
    assert is_checked(program, ActionId.DENSITY_SPACIOUS)


def test_2_11_defaults_are_restored_and_folders_stay(qtbot, show_program, tmp_path: Path, in_worker) -> None:
    place = tmp_path / "kept"
    in_worker(place.mkdir)
    settings = Settings(
        theme=ThemeChoice.DARK, zoom_percent=90, is_utc=True, are_usual_places_searched=False, places=(str(place),)
    )
    program = show_program(settings=settings)
    dialog = preferences(qtbot, program)
    dialog.restore.click()
    now = program.context.settings.current
    assert (now.theme, now.zoom_percent, now.is_utc) == (ThemeChoice.SYSTEM, 100, False)
    assert now.are_usual_places_searched
    assert now.places == (str(place),)
    assert program.context.looks.current.zoom_percent == 100
    dialog.close()


def test_2_11_places_say_what_lies_there_and_only_added_ones_can_be_removed(
    qtbot, show_program, copy_sample, in_worker
) -> None:
    realm = copy_sample(RICH)
    program = show_program(settings=Settings(places=(str(realm),)))
    dialog = preferences(qtbot, program)
    assert found(dialog) == ["no store", "1 store"]
    rows = [dialog.places.topLevelItem(row) for row in range(2)]
    dialog.places.setCurrentItem(rows[0])
    assert not dialog.remove.isEnabled()
    dialog.places.setCurrentItem(rows[1])
    assert dialog.remove.isEnabled()
    dialog.remove.click()
    assert program.context.settings.current.places == ()
    qtbot.waitUntil(lambda: dialog.places.topLevelItemCount() == 1)
    assert dialog.note.isVisible()
    assert dialog.note.text().endswith("What is open from it stays open.")
    assert len(program.controller.library.model.stores()) == 1
    dialog.usual.click()
    assert not program.context.settings.current.are_usual_places_searched
    assert dialog.places.topLevelItem(0).text(1) == "not looked at"
    qtbot.waitUntil(program.context.jobs.idle)
    dialog.close()


def test_2_12_every_control_of_preferences_is_reached_by_tab_and_has_a_name(qtbot, show_program) -> None:
    program = show_program()
    dialog = preferences(qtbot, program)
    dialog.theme.setFocus()
    reached: list[QWidget] = []
    while (focused := dialog.focusWidget()) not in reached:
        reached.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    controls = {dialog.theme, dialog.zoom, dialog.density, dialog.times, dialog.usual, dialog.places, dialog.add}
    assert set(reached) >= controls | {dialog.restore, dialog.close_button}
    for control in reached:
        assert QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name), control
    dialog.close()


def test_2_11_times_follow_the_zone_everywhere_at_once(qtbot, show_program, copy_sample, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        program = show_program(copy_sample(RICH))
        controller = program.controller
        qtbot.waitUntil(lambda: controller.sessions.chosen() is not None and controller._has_session())
        qtbot.waitUntil(lambda: controller.transcript.view.stage.message(0) is not None)

        def clocks() -> list[str]:
            view, row = controller.transcript.view, controller.sessions.pane.view.current_row()
            message, text = view.stage.message(0), controller.sessions.model.row_at(row)
            return [view.stage.measures.clock_of(message), text.cells[Column.UPDATED]]

        local = clocks()
        trigger(program, ActionId.TIMES_UTC)
        qtbot.waitUntil(program.context.jobs.idle)
        utc = clocks()
        assert all(one != other for one, other in zip(local, utc, strict=True))
        minutes = [int(clock[-8:][:2]) * 60 + int(clock[-8:][3:5]) for clock in (local[0], utc[0])]
        assert (minutes[0] - minutes[1]) % 1440 == 330
        trigger(program, ActionId.TIMES_UTC)
        qtbot.waitUntil(program.context.jobs.idle)
        assert clocks() == local
    finally:
        monkeypatch.undo()
        time.tzset()
