"""Chips, actions and the transcript are in step, and what a person prefers is remembered (2.4, 2.8)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.commands import ActionId
from app.context import Context
from app.controllers.transcript_controller import TranscriptController
from app.present.reading import FoldState, Reading, ReadKind
from store.values.store import SessionKey, StoreFacts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
"""Without a window manager nobody takes the size hints; Qt says so for each window."""


@pytest.fixture
def folder(copy_sample: Callable[[str], Path]) -> Path:
    return copy_sample("meerkat/realm-0.6.24-rich")


@pytest.fixture
def store(folder: Path, open_store: Callable[[Path], StoreFacts]) -> StoreFacts:
    return open_store(folder)


@pytest.fixture
def shown(
    transcript: TranscriptController, settled: Callable[[], None], store: StoreFacts, folder: Path, qtbot: QtBot
) -> TranscriptController:
    """The session with every kind of message."""
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    name = next(session["id"] for session in expected["sessions"] if session["scenario"] == "all_kinds")
    transcript.show_session(SessionKey(store.key, name))
    qtbot.waitUntil(lambda: transcript.view.stage.count > 0)
    settled()
    return transcript


def do(transcript: TranscriptController, name: ActionId) -> None:
    transcript.reading.slots()[name]()


def counts(transcript: TranscriptController) -> dict[ReadKind, str]:
    return {kind: transcript.pane.chips.chip(kind).count for kind in ReadKind}


def test_2_4_chips_count_the_messages_of_a_real_session(shown: TranscriptController) -> None:
    outline = shown.view.stage.outline
    assert outline is not None
    found = counts(shown)
    assert found[ReadKind.ALL] == str(outline.count)
    assert int(found[ReadKind.YOU]) == sum(kind == 1 for kind in outline.kinds)
    assert all(int(found[kind]) > 0 for kind in (ReadKind.ASSISTANT, ReadKind.TOOLS, ReadKind.REASONING))


def test_2_4_an_action_and_its_chip_do_the_same(shown: TranscriptController) -> None:
    told: list[dict[ActionId, bool]] = []
    shown.reading.checked.connect(told.append)
    do(shown, ActionId.KIND_TOOLS)
    assert shown.pane.chips.kind is ReadKind.TOOLS
    assert told[-1][ActionId.KIND_TOOLS]
    assert not told[-1][ActionId.KIND_ALL]
    shown.pane.chips.chip(ReadKind.ALL).click()
    assert shown.view.stage.reading == Reading()
    assert told[-1][ActionId.KIND_ALL]
    assert not told[-1][ActionId.KIND_TOOLS]


def test_2_4_a_kind_that_there_is_none_of_changes_nothing(
    transcript: TranscriptController, settled: Callable[[], None], store: StoreFacts
) -> None:
    told: list[dict[ActionId, bool]] = []
    transcript.reading.checked.connect(told.append)
    do(transcript, ActionId.KIND_ERRORS)
    assert transcript.view.stage.reading == Reading()
    assert told[-1][ActionId.KIND_ALL]


def test_2_4_jumping_goes_through_the_messages_of_the_kind(shown: TranscriptController) -> None:
    do(shown, ActionId.KIND_REASONING)
    outline = shown.view.stage.outline
    assert outline is not None
    rows = [row for row, flags in enumerate(outline.flags) if flags & 4]
    do(shown, ActionId.NEXT_OF_KIND)
    first = shown.view.focus_row
    do(shown, ActionId.PREVIOUS_OF_KIND)
    assert first in rows
    assert shown.view.focus_row in rows


def test_2_4_the_next_error_is_found_also_where_errors_are_not_shown(shown: TranscriptController) -> None:
    outline = shown.view.stage.outline
    assert outline is not None
    errors = [row for row, flags in enumerate(outline.flags) if flags & 8]
    assert errors
    do(shown, ActionId.KIND_YOU)
    do(shown, ActionId.NEXT_ERROR)
    assert shown.view.focus_row == errors[0]
    assert shown.view.stage.reading == Reading()


def test_2_8_prompts_and_answers_only_is_remembered_and_can_be_taken_back(
    shown: TranscriptController, context: Context
) -> None:
    do(shown, ActionId.PROMPTS_AND_ANSWERS)
    assert context.settings.current.is_prompts_only
    assert shown.view.stage.reading.is_prompts_only
    do(shown, ActionId.PROMPTS_AND_ANSWERS)
    assert not context.settings.current.is_prompts_only
    assert shown.view.stage.reading == Reading()


def test_2_8_how_all_was_folded_is_how_the_next_session_and_the_next_start_have_it(
    shown: TranscriptController, context: Context, settled: Callable[[], None]
) -> None:
    do(shown, ActionId.UNFOLD_ALL)
    assert context.settings.current.fold_state is FoldState.OPEN
    shown.show_nothing()
    settled()
    assert shown.view.stage.folds.state is FoldState.OPEN
    again = TranscriptController(context)
    assert again.view.stage.folds.state is FoldState.OPEN
    again.widget.deleteLater()


def test_2_4_a_reload_keeps_the_kind_and_the_place(shown: TranscriptController, settled: Callable[[], None]) -> None:
    do(shown, ActionId.KIND_TOOLS)
    shown.view.scroll_by(120)
    before = [(row.index, row.top) for row in shown.view.stage.rows()]
    shown.reload_keeping_place()
    settled()
    assert shown.view.stage.reading == Reading(ReadKind.TOOLS)
    assert [(row.index, row.top) for row in shown.view.stage.rows()] == before


def test_2_4_menu_and_chips_of_the_window_say_the_same(
    show_program: Callable[..., Program], folder: Path, qtbot: QtBot
) -> None:
    program = show_program(folder)
    qtbot.waitUntil(lambda: program.controller.page.shown is not None)
    qtbot.waitUntil(lambda: program.context.jobs.idle())
    actions, chips = program.controller.window.actions_of.by_id, program.controller.transcript.pane.chips
    assert (actions[ActionId.KIND_ALL].isChecked(), actions[ActionId.KIND_YOU].isEnabled()) == (True, True)
    actions[ActionId.KIND_YOU].trigger()
    assert chips.kind is ReadKind.YOU
    chips.chip(ReadKind.ALL).click()
    assert actions[ActionId.KIND_ALL].isChecked()
    actions[ActionId.PROMPTS_AND_ANSWERS].trigger()
    assert chips.chip(ReadKind.ALL).text() == "Prompts and answers"
    assert actions[ActionId.PROMPTS_AND_ANSWERS].isChecked()


def test_2_8_what_is_copied_of_prompts_and_answers_has_no_tools_as_text_or_markdown(
    shown: TranscriptController, settled: Callable[[], None]
) -> None:
    do(shown, ActionId.UNFOLD_ALL)
    do(shown, ActionId.PROMPTS_AND_ANSWERS)
    said = shown.view.stage.shown.mask
    shown.select_all()
    shown.copy_as_markdown()
    settled()
    copied = QGuiApplication.clipboard().text()
    assert "Tool call" not in copied
    assert "Result" not in copied
    rows = [row for row, is_shown in enumerate(said) if is_shown]
    # One of the prompts is stored without anything in it.
    spoken = [row for row in rows if shown.view.stage.message(row).stored.blocks]  # type: ignore[union-attr]
    assert copied.count("**You**") + copied.count("**Assistant**") == len(spoken) == len(rows) - 1
    shown.copy()
    settled()
    assert "Input" not in QGuiApplication.clipboard().text()
