"""The look follows the system or is forced, and zoom keeps its limits (1.8)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.look.look_source import ZOOM_STEPS_PERCENT, LookSource, next_zoom
from app.look.tokens import Theme

SYSTEM_CHANGES = """
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from app.look.look_source import LookSource
from app.look.tokens import Theme

application = QApplication([])
following, forced = LookSource(None, 100), LookSource(Theme.DARK, 100)
forced.changed.connect(lambda look: print("the forced theme changed"))
for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark, Qt.ColorScheme.Light):
    application.styleHints().setColorScheme(scheme)
    application.processEvents()
    print(following.current.theme.value)
"""
"""A process of its own: only the theme of a desktop can change its colour scheme."""


@pytest.mark.xcb
def test_1_8_the_system_is_followed_while_the_program_runs_and_a_forced_theme_is_not_changed_by_it(
    repo_root: Path, virtual_display: dict[str, str], in_worker
) -> None:
    desktop = {"XDG_CURRENT_DESKTOP": "KDE", "KDE_FULL_SESSION": "true", "KDE_SESSION_VERSION": "6"}
    command = [sys.executable, "-c", SYSTEM_CHANGES]
    done = in_worker(
        lambda: subprocess.run(
            command,
            cwd=repo_root,
            env=virtual_display | desktop,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    )
    assert done.stdout.split("\n")[:-1] == ["light", "dark", "light"], done.stderr


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
