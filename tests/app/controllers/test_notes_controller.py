"""Own titles and notes in the real window: written in small dialogs, seen in list, head and Info at once (4.3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from app.bootstrap import Program
from app.commands import ActionId
from app.views.note_dialogs import TitleDialog, WritingDialog
from store.values.notes import MAX_NOTE_CHARS
from store.values.session import SessionSummary, TitleSource

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def program(show_program: Callable[..., Program], copy_sample: Callable[[str], Path], qtbot: Any) -> Program:
    program = show_program(copy_sample("meerkat/realm-0.6.24-rich/atlas"))
    qtbot.waitUntil(lambda: program.controller.page.shown is not None, timeout=10_000)
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
    return program


def ask(program: Program, qtbot: Any, name: ActionId) -> Any:
    """Open a dialog as its shortcut does; it has the keyboard then."""
    program.controller.window.actions_of.by_id[name].trigger()
    qtbot.waitUntil(lambda: program.controller.notes.dialog is not None)
    dialog = program.controller.notes.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def chosen(program: Program) -> SessionSummary:
    shown = program.controller.page.shown
    assert shown is not None
    return shown


def title_in_list(program: Program) -> str:
    row = program.controller.sessions.choice.current()
    return "" if row is None else row.title


def badges_in_list(program: Program) -> list[str]:
    row = program.controller.sessions.choice.current()
    return [] if row is None else [sign.word for sign in row.badges]


def test_4_3_an_own_title_is_shown_everywhere_and_given_up_again(program: Program, qtbot: Any) -> None:
    stored = chosen(program).title
    dialog = ask(program, qtbot, ActionId.RENAME)
    assert isinstance(dialog, TitleDialog)
    assert (dialog.field.text(), dialog.field.selectedText()) == (stored, stored)
    QTest.keyClicks(dialog.field, "A name of mine")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: title_in_list(program) == "A name of mine")
    qtbot.waitUntil(lambda: chosen(program).title == "A name of mine")
    assert chosen(program).title_from is TitleSource.OWN
    assert program.controller.window.status.left_text().startswith("Renamed here")
    dialog = ask(program, qtbot, ActionId.RENAME)
    assert (dialog.field.text(), dialog.field.placeholderText()) == ("A name of mine", stored)
    dialog.field.clear()
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: title_in_list(program) == stored)
    qtbot.waitUntil(lambda: chosen(program).title == stored)


def test_4_3_the_stores_title_saved_as_it_is_makes_no_own_one(program: Program, qtbot: Any) -> None:
    dialog = ask(program, qtbot, ActionId.RENAME)
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: program.context.jobs.idle())
    assert chosen(program).title_from is not TitleSource.OWN


def test_4_3_a_note_is_kept_marked_and_taken_away(program: Program, qtbot: Any) -> None:
    dialog = ask(program, qtbot, ActionId.NOTE)
    assert isinstance(dialog, WritingDialog)
    dialog.field.setPlainText("Ask Dana\nbefore Friday")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: chosen(program).has_note)
    qtbot.waitUntil(lambda: "Note" in badges_in_list(program))
    dialog = ask(program, qtbot, ActionId.NOTE)
    assert dialog.field.toPlainText() == "Ask Dana\nbefore Friday"
    dialog.field.clear()
    dialog.save_button.click()
    qtbot.waitUntil(lambda: not chosen(program).has_note)


def test_4_3_cancel_keeps_nothing(program: Program, qtbot: Any) -> None:
    dialog = ask(program, qtbot, ActionId.NOTE)
    dialog.field.setPlainText("Never mind")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: program.controller.notes.dialog is None)
    qtbot.waitUntil(lambda: program.context.jobs.idle())
    assert not chosen(program).has_note
    assert not program.context.paths.annotations_file.exists()


def test_4_3_a_note_that_is_too_long_is_not_saved_and_says_by_how_much(program: Program, qtbot: Any) -> None:
    dialog = ask(program, qtbot, ActionId.NOTE)
    dialog.field.setPlainText("x" * (MAX_NOTE_CHARS + 2))
    assert not dialog.save_button.isEnabled()
    dialog.save()
    assert dialog.isVisible()
    dialog.field.setPlainText("x")
    assert dialog.save_button.isEnabled()


def test_4_3_the_dialogs_have_names_for_screen_readers(program: Program, qtbot: Any) -> None:
    dialog = ask(program, qtbot, ActionId.NOTE)
    assert dialog.findChild(QPlainTextEdit).accessibleName() == "Note"
    dialog.reject()
    qtbot.waitUntil(lambda: program.controller.notes.dialog is None)
    dialog = ask(program, qtbot, ActionId.RENAME)
    assert dialog.findChild(QLineEdit).accessibleName() == "Own title"


def test_4_3_an_own_title_stays_in_the_head_while_the_agent_goes_on(program: Program, qtbot: Any) -> None:
    before = chosen(program)
    dialog = ask(program, qtbot, ActionId.RENAME)
    dialog.field.setText("A name of mine")
    dialog.save()
    qtbot.waitUntil(lambda: chosen(program).title == "A name of mine")
    with closing(sqlite3.connect(before.key.store.path)) as connection, connection:
        connection.execute(
            "UPDATE sessions SET updated_at_ms = updated_at_ms + 5000 WHERE session_id = ?", (before.key.session_id,)
        )
    qtbot.waitUntil(lambda: chosen(program).updated_at_ms != before.updated_at_ms, timeout=10_000)
    assert chosen(program).title == "A name of mine"
