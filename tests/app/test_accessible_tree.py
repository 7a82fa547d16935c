"""The whole accessibility tree of the window, painted parts included: every part has a role and a name (2.12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.commands import ActionId
from app.present.reading import ReadKind
from store.values.listing import Facet

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Role = QAccessible.Role
NAMED = {
    Role.Button,
    Role.ButtonMenu,
    Role.Cell,
    Role.Chart,
    Role.CheckBox,
    Role.ComboBox,
    Role.ColumnHeader,
    Role.Document,
    Role.EditableText,
    Role.List,
    Role.ListItem,
    Role.PageTab,
    Role.PageTabList,
    Role.Paragraph,
    Role.ProgressBar,
    Role.RadioButton,
    Role.Table,
    Role.Tree,
    Role.TreeItem,
}
MOST_OF_ONE = 200


def tree(widget: QWidget) -> list[QAccessibleInterface]:
    """Everything that is seen in a widget, as a screen reader goes through it."""

    def below(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
        yield interface
        for number in range(min(interface.childCount(), MOST_OF_ONE)):
            child = interface.child(number)
            if child is not None and child.isValid() and not child.state().invisible:
                yield from below(child)

    root = QAccessible.queryAccessibleInterface(widget)
    assert root is not None
    return list(below(root))


def name_of(interface: QAccessibleInterface) -> str:
    return str(interface.text(QAccessible.Text.Name))


def named(widget: QWidget, name: str) -> QAccessibleInterface:
    """The one whose name begins so."""
    return next(found for found in tree(widget) if name_of(found).startswith(name))


def do(qtbot: QtBot, program: Program, action: ActionId) -> None:
    program.controller.window.actions_of.by_id[action].trigger()
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
    QApplication.processEvents()


def nameless(widget: QWidget) -> list[Any]:
    """Roles of what a person works with or reads, and that has no name."""
    return [(found.role().name, found.rect()) for found in tree(widget) if found.role() in NAMED and not name_of(found)]


def test_2_12_all_that_is_seen_in_the_window_has_a_name_in_every_state(qtbot: QtBot, program: Program) -> None:
    window = program.controller.window
    # The cells of columns that only repeat what the first cell of their line says may be empty.
    empty = {Role.Cell}
    for action in (ActionId.FIND, ActionId.GROUP_MODEL, ActionId.DENSITY_COMPACT, ActionId.PALETTE):
        do(qtbot, program, action)
        assert [found for found in nameless(window) if Role[found[0]] not in empty] == []


def test_2_12_nothing_with_the_keyboard_is_only_a_box(qtbot: QtBot, program: Program) -> None:
    do(qtbot, program, ActionId.FIND)
    boxes = [name_of(i) for i in tree(program.controller.window) if i.role() is Role.Client and i.state().focusable]
    assert boxes == []


def test_2_12_painted_facts_and_days_have_roles(program: Program) -> None:
    window = program.controller.window
    assert named(window, "19 messages, ").role() is Role.StaticText
    assert named(window, "Days of the last change").role() is Role.Chart


def test_2_12_the_rail_is_a_scroll_bar_behind_the_messages_and_says_its_place(program: Program) -> None:
    view = program.controller.transcript.view
    transcript = QAccessible.queryAccessibleInterface(view)
    children = [transcript.child(number) for number in range(transcript.childCount())]
    assert {child.role() for child in children[:-1]} == {Role.Paragraph}
    rail = children[-1]
    assert (rail.role(), name_of(rail)) == (Role.ScrollBar, "Place in the transcript")
    assert transcript.indexOfChild(rail) == len(children) - 1
    view.verticalScrollBar().setValue(40)
    assert rail.text(QAccessible.Text.Value) == "40"
    assert "prompts" in rail.text(QAccessible.Text.Description)


def test_2_12_rows_headings_and_messages_are_told_as_they_are_seen(qtbot: QtBot, program: Program) -> None:
    do(qtbot, program, ActionId.GROUP_MODEL)
    window = program.controller.window
    cells = [name_of(found) for found in tree(program.controller.sessions.pane.view) if found.role() is Role.Cell]
    assert "claude-sonnet-4-5, 20 sessions, expanded" in cells
    assert any(words.startswith("Lost compaction, Active, claude-sonnet-4-5, 13 messages") for words in cells)
    assert named(window, "You, 00:00:07, message 1").role() is Role.Paragraph


def test_2_12_what_is_chosen_is_told_as_chosen(qtbot: QtBot, program: Program) -> None:
    window = program.controller.window
    chips = program.controller.transcript.pane.chips
    qtbot.mouseClick(chips.chip(ReadKind.YOU), Qt.MouseButton.LeftButton)
    assert named(chips, "You, ").state().checked
    assert not named(chips, "All, ").state().checked
    do(qtbot, program, ActionId.VIEW_ACTIVE)
    views = program.controller.library.view.views
    assert named(views, "Active").state().selected
    models = program.controller.library.view.facets[Facet.MODEL].list
    assert models is not None
    models.setFocus(Qt.FocusReason.TabFocusReason)
    models.setCurrentIndex(models.model().index(0, 0))
    qtbot.keyClick(models, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
    assert named(models, "claude").state().checked
    tabs = {name_of(tab): tab.state().selected for tab in tree(window) if tab.role() is Role.PageTab}
    assert tabs == {"Transcript 19": True, "Info": False}
