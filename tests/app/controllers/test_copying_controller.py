"""What is copied from a transcript: whole blocks, long selections by a job, and what a middle click pastes (2.7)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.commands import ActionId
from app.context import Context
from app.controllers.copying_jobs import copy_work, markdown_work
from app.controllers.transcript_controller import TranscriptController
from app.menus import MENUS, Menu
from app.views.transcript.menu import MenuAct, entries_for
from app.views.transcript.places import Place, Selection
from store import CancelToken
from store.errors import Cancelled
from store.meerkat.schema import S06_STATEMENTS
from store.values.message import CUT_TEXT_CHARS, MAX_BLOCKS
from store.values.store import SessionKey, StoreFacts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SESSION = "019e85a1-4b2f-717a-950a-000000000001"
COUNT = 400
LONG = "word " * (CUT_TEXT_CHARS // 4)
MARKDOWN = "Steps:\n\n1. first\n2. second\n   - inner\n\n| a | b |\n|---|---|\n| one | two |"


def stored_messages() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"role": "user", "content": f"prompt {number}"} for number in range(COUNT)]
    call = {"id": "c", "name": "shell", "args": {"command": "make"}}
    found[1] = {
        "role": "block_assistant",
        "blocks": [{"block_type": "text", "data": {"text": LONG}}, {"block_type": "tool_use", "data": call}],
    }
    found[2] = {"role": "tool_results", "results": [{"tool_use_id": "c", "content": LONG + "end", "is_error": False}]}
    found[3] = {"role": "user", "content": MARKDOWN}
    many = [{"block_type": "text", "data": {"text": f"block {number}"}} for number in range(MAX_BLOCKS + 20)]
    found[4] = {"role": "block_assistant", "blocks": many}
    return found


def make_store(path: Path) -> None:
    document = {"version": 2, "id": SESSION, "messages": stored_messages()}
    row = (SESSION, 1, 2, COUNT, 3, "{}", json.dumps(document, separators=(",", ":")).encode())
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in S06_STATEMENTS:
            connection.execute(statement)
        connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)", row)


@pytest.fixture
def shown(
    tmp_path: Path, in_worker: Any, open_store: Any, transcript: TranscriptController, settled: Callable[[], None]
) -> TranscriptController:
    """The transcript of a session with very long blocks."""
    path = tmp_path / "sessions.sqlite3"
    in_worker(lambda: make_store(path))
    store: StoreFacts = open_store(path)
    transcript.show_session(SessionKey(store.key, SESSION))
    settled()
    return transcript


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_2_7_markdown_holds_whole_blocks_as_stored_also_those_that_are_shown_cut(
    shown: TranscriptController, qtbot: QtBot
) -> None:
    shown.view.focus_message(1)
    with qtbot.waitSignal(shown.copied):
        shown.copy_as_markdown()
    assert clipboard() == (
        f'**Assistant**\n\n{LONG}\n\nTool call: `shell`\n\n```json\n{{"command":"make"}}\n```\n\n'
        f"Result:\n\n```\n{LONG}end\n```\n"
    )


def test_2_7_markdown_of_a_message_with_too_many_blocks_adds_all_of_it_as_stored(
    shown: TranscriptController, qtbot: QtBot
) -> None:
    shown.view.focus_message(4)
    with qtbot.waitSignal(shown.copied):
        shown.copy_as_markdown()
    assert f"block {MAX_BLOCKS + 19}" in clipboard()


def test_2_7_lists_and_tables_are_copied_as_readable_text(shown: TranscriptController) -> None:
    shown.view.focus_message(3)
    shown.view.selector.selection = Selection(Place(3, -1, 0), Place(4, -1, 0))
    shown.copy()
    assert clipboard() == "Steps:\n1. first\n2. second\n  • inner\na\tb\none\ttwo"


def test_2_7_a_long_selection_is_copied_whole_and_says_how_much(shown: TranscriptController, qtbot: QtBot) -> None:
    said: list[str] = []
    shown.copied.connect(said.append)
    shown.select_all()
    with qtbot.waitSignal(shown.copied):
        shown.copy()
    text = clipboard()
    assert said == [f"Copied {COUNT} messages, {len(text):,} characters"]
    assert text.startswith("prompt 0\n\nword ")
    assert text.endswith(f"\n\nprompt {COUNT - 1}")


@pytest.mark.parametrize("kind", ["text", "markdown"])
def test_2_7_a_large_copy_tells_its_progress_and_ends_when_it_is_cancelled(
    shown: TranscriptController, context: Context, in_worker: Any, kind: str
) -> None:
    stage = shown.view.stage
    key = shown._key
    assert key is not None
    assert stage.outline is not None
    token = CancelToken()
    ends = ((0, -1, 0), (COUNT, -1, 0))
    work = (
        copy_work(context.library, key, stage.folds, {}, *ends, stage.outline)
        if kind == "text"
        else markdown_work(context.library, key, 0, COUNT, stage.outline, stage.folds)
    )

    def cancelled_half_way() -> int:
        counted = 0
        check = token.check

        def count_and_check() -> None:
            nonlocal counted
            counted += 1
            if counted == 150:
                token.cancel()
            check()

        token.check = count_and_check  # type: ignore[method-assign]
        with pytest.raises(Cancelled):
            work(token)
        return counted

    assert in_worker(cancelled_half_way) < COUNT
    progress = token.progress
    assert progress is not None
    assert (progress.total, progress.unit) == (COUNT, "messages")


def test_2_7_what_the_clipboard_held_stays_until_a_long_copy_is_done(
    shown: TranscriptController, settled: Callable[[], None]
) -> None:
    QGuiApplication.clipboard().setText("before")
    shown.select_all()
    shown.copy()
    assert clipboard() == "before"
    shown._copying.give_up()
    settled()
    assert clipboard() == "before"


def test_2_7_the_context_menu_offers_what_the_menu_bar_offers_for_a_message(shown: TranscriptController) -> None:
    in_menu_bar = {
        MenuAct.COPY: ActionId.COPY,
        MenuAct.COPY_AS_MARKDOWN: ActionId.COPY_MARKDOWN,
        MenuAct.COPY_MESSAGE: ActionId.COPY,
        MenuAct.COPY_MARKDOWN: ActionId.COPY_MARKDOWN,
        MenuAct.RAW: ActionId.TOGGLE_RAW,
        MenuAct.SELECT_ALL: ActionId.SELECT_ALL,
    }
    offered = {entry.act for entry in entries_for(shown.view.stage.layout(1), has_selection=True, link="")}
    assert offered - {MenuAct.SPOT} == set(in_menu_bar)
    assert set(in_menu_bar.values()) <= set(_actions(MENUS))


def _actions(menus: tuple[Menu, ...]) -> list[ActionId]:
    found: list[ActionId] = []
    for menu in menus:
        found += [entry for entry in menu.entries if isinstance(entry, ActionId)]
        found += _actions(tuple(entry for entry in menu.entries if isinstance(entry, Menu)))
    return found
