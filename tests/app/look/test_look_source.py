"""The look follows the system or is forced, and zoom keeps its limits (1.8)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.look.look_source import ZOOM_STEPS_PERCENT, LookSource, next_zoom
from app.look.tokens import Theme


@pytest.fixture
def system(qapp):
    """Set the colour scheme that the system reports."""
    hints = QGuiApplication.styleHints()
    yield hints.setColorScheme
    hints.unsetColorScheme()


def test_1_8_a_forced_theme_does_not_follow_the_system(qtbot, system) -> None:
    looks = LookSource(Theme.DARK, 100)
    with qtbot.assertNotEmitted(looks.changed):
        system(Qt.ColorScheme.Light)
    assert looks.current.theme is Theme.DARK


def test_1_8_theme_and_zoom_change_with_one_new_look_each(qtbot) -> None:
    looks = LookSource(Theme.LIGHT, 100)
    with qtbot.waitSignal(looks.changed) as changed:
        looks.set_zoom(150)
    assert changed.args == [looks.current]
    assert (looks.current.theme, looks.current.zoom_percent) == (Theme.LIGHT, 150)
    with qtbot.waitSignal(looks.changed):
        looks.force(Theme.DARK)
    assert (looks.current.theme, looks.current.zoom_percent) == (Theme.DARK, 150)
    with qtbot.assertNotEmitted(looks.changed):
        looks.force(Theme.DARK)


def test_1_8_zoom_stays_between_80_and_200_percent(qapp) -> None:
    looks = LookSource(Theme.LIGHT, 5)
    assert looks.current.zoom_percent == 80
    looks.set_zoom(1000)
    assert looks.current.zoom_percent == 200


def test_1_8_zooming_goes_through_all_steps_and_stops_at_both_ends() -> None:
    seen = [80]
    while (step := next_zoom(seen[-1], is_in=True)) != seen[-1]:
        seen.append(step)
    assert tuple(seen) == ZOOM_STEPS_PERCENT
    assert next_zoom(200, is_in=True) == 200
    assert next_zoom(80, is_in=False) == 80
    assert next_zoom(103, is_in=False) == 100
