"""Everything that the keyboard reaches has a name and a role, and the focus is seen wherever it is (2.12).

Asked of Qt's own accessibility tree, which is what a screen reader is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QPalette
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.commands import ActionId
from app.look.look import Look
from app.look.tokens import Theme
from tests.app.windows import WINDOWS

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RICH = "meerkat/realm-0.6.24-rich"
ROLES_OF_NOTHING = {QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane, QAccessible.Role.Window}


def reached(window: QWidget) -> Iterator[QWidget]:
    """Widgets of a window that take the focus by the keyboard and are seen."""
    for widget in window.findChildren(QWidget):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if takes and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None:
            yield widget


def nameless(window: QWidget) -> list[str]:
    """Widgets that a screen reader could only call by nothing, or by the kind of a box."""
    found = []
    for widget in reached(window):
        interface = QAccessible.queryAccessibleInterface(widget)
        name = interface.text(QAccessible.Text.Name) if interface is not None else ""
        role = interface.role() if interface is not None else QAccessible.Role.NoRole
        # Qt has no role for an area that only scrolls; its name says what it is.
        is_known = role not in ROLES_OF_NOTHING or isinstance(widget, QScrollArea)
        if not name or not is_known:
            found.append(f"{type(widget).__name__} {widget.objectName()!r}: {name!r}, {role}")
    return found


def open_session(qtbot: QtBot, program: Program) -> None:
    qtbot.waitUntil(lambda: program.controller.page.shown is not None, timeout=10_000)
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)


def test_2_12_everything_in_the_window_has_a_name_and_a_role(
    qtbot: QtBot, show_program: Callable[..., Program], copy_sample: Callable[[str], Path]
) -> None:
    program = show_program(copy_sample(RICH))
    open_session(qtbot, program)
    window = program.controller.window
    assert len(list(reached(window))) >= 8
    assert nameless(window) == []
    program.controller.window.actions_of.by_id[ActionId.FIND].trigger()
    assert nameless(window) == []
    program.controller.page.page.show_tab(1)
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
    assert nameless(window) == []


def test_2_12_the_start_page_and_a_store_that_cannot_be_opened_have_names_and_roles(
    qtbot: QtBot, show_program: Callable[..., Program], tmp_path: Path
) -> None:
    assert nameless(show_program().controller.window) == []
    broken = tmp_path / "sessions.sqlite3"
    broken.write_bytes(b"no database at all")
    assert nameless(show_program(broken).controller.window) == []


@pytest.mark.parametrize("name", WINDOWS)
def test_2_12_every_window_of_the_program_has_names_and_roles(
    qtbot: QtBot, show_program: Callable[..., Program], copy_sample: Callable[[str], Path], name: ActionId
) -> None:
    program = show_program(copy_sample(RICH))
    open_session(qtbot, program)
    before = set(QApplication.topLevelWidgets())
    program.controller.window.actions_of.by_id[name].trigger()
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
    opened = [w for w in QApplication.topLevelWidgets() if w not in before and w.isVisible()]
    inside = opened or [program.controller.window]
    for window in inside:
        assert list(reached(window))
        assert nameless(window) == []
        window.close() if opened else None


def test_2_12_tab_goes_through_all_that_is_reached_and_comes_back(
    qtbot: QtBot, show_program: Callable[..., Program], copy_sample: Callable[[str], Path]
) -> None:
    program = show_program(copy_sample(RICH))
    open_session(qtbot, program)
    window = program.controller.window
    seen: list[Any] = []
    for _ in range(400):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused not in seen:
            seen.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    missed = [w for w in reached(window) if w not in seen and not any(w.isAncestorOf(s) for s in seen)]
    assert [f"{type(w).__name__} {w.accessibleName()!r}" for w in missed] == []


@pytest.mark.parametrize("theme", Theme)
def test_2_12_the_palette_of_controls_keeps_its_contrast_selection_included(
    qapp: QApplication, theme: Theme, contrast: Callable[[str, str], float]
) -> None:
    palette, role = Look(theme).palette(), QPalette.ColorRole
    pairs = (
        (role.WindowText, role.Window, 4.5),
        (role.Text, role.Base, 4.5),
        (role.Text, role.AlternateBase, 4.5),
        (role.ButtonText, role.Button, 4.5),
        (role.ToolTipText, role.ToolTipBase, 4.5),
        (role.PlaceholderText, role.Base, 4.5),
        (role.HighlightedText, role.Highlight, 4.5),
        (role.Link, role.Base, 4.5),
        (role.Link, role.Highlight, 4.5),
        (role.Shadow, role.Base, 3.0),
        (role.Shadow, role.Window, 3.0),
        (role.Accent, role.Base, 3.0),
    )
    weak = [
        (group.name, upper.name, lower.name)
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive)
        for upper, lower, limit in pairs
        if contrast(palette.color(group, upper).name(), palette.color(group, lower).name()) < limit
    ]
    assert weak == []
