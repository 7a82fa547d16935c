"""A long session shows its first messages before all of it is indexed, and loses nothing when the rest comes (1-N1)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.context import Context
from app.controllers.transcript_controller import TranscriptController
from app.controllers.transcript_jobs import BEGINNING_MESSAGES
from app.jobs import Lane
from app.present.reading import ReadKind, rows_of_kind
from app.views.transcript.places import BEGIN, Place, Selection, end_of
from app.views.transcript.view import TranscriptView
from store.meerkat.schema import S06_STATEMENTS, STRAND_STATEMENTS
from store.values.store import SessionKey, StoreFacts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
"""Without a window manager nobody takes the size hints; Qt says so for each window."""

PATIENCE_MS = 20_000
COUNT = 6_000
FAR = COUNT - 10
"""Where the result of a call in message 3 stands: further away than is looked for at first."""

IDS = [f"019e85a1-4b2f-717a-950a-{number:012x}" for number in (1, 2)]


def stored_messages(word: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"role": "user", "content": f"{word} {number} " + "x" * 400} for number in range(COUNT)
    ]
    call = {"id": "far", "name": "shell", "args": {"command": "make"}}
    found[3] = {"role": "block_assistant", "blocks": [{"block_type": "tool_use", "data": call}]}
    found[FAR] = {"role": "tool_results", "results": [{"tool_use_id": "far", "content": "done", "is_error": False}]}
    return found


def make_store(path: Path, form: str) -> None:
    """Two long sessions, as whole documents or as strands."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in S06_STATEMENTS if form == "document" else STRAND_STATEMENTS:
            connection.execute(statement)
        for name, word in zip(IDS, ("first", "second"), strict=True):
            messages = stored_messages(word)
            if form == "document":
                stored = json.dumps({"version": 2, "id": name, "messages": messages}, separators=(",", ":")).encode()
                row = (name, 1, 2, len(messages), 3, "{}", stored)
                connection.execute(
                    "INSERT INTO sessions (session_id, created_at_ms, updated_at_ms, message_count, total_tokens,"
                    " metadata_json, session_json) VALUES (?,?,?,?,?,?,?)",
                    row,
                )
                continue
            connection.execute(
                "INSERT INTO session_heads (session_id, version, strand, head_revision, message_count, rewrite_count,"
                " total_tokens, created_at_ms, updated_at_ms, metadata_json, head_json, cas_token)"
                " VALUES (?, 2, 'root', 'sha256:0', ?, 0, 3, 1, 2, '{}', '{}', 'c')",
                (name, len(messages)),
            )
            rows = [(name, "root", seq, json.dumps(message).encode(), 1) for seq, message in enumerate(messages)]
            connection.executemany("INSERT INTO session_strand_messages VALUES (?, ?, ?, ?, ?)", rows)


@pytest.fixture(params=["document", "strand"])
def store(request: pytest.FixtureRequest, tmp_path: Path, in_worker: Any, open_store: Any) -> StoreFacts:
    """The store with the two long sessions, opened, in either form."""
    (tmp_path / "realm").mkdir()
    path = tmp_path / "realm" / "sessions.sqlite3"
    in_worker(lambda: make_store(path, request.param))
    found: StoreFacts = open_store(path)
    return found


class Between:
    """Opens a session and does something at the moment when its beginning is shown and the rest is not."""

    def __init__(self, transcript: TranscriptController, context: Context, qtbot: QtBot) -> None:
        self.transcript, self.context, self.qtbot = transcript, context, qtbot
        self.counts: list[int] = []
        self._act: Callable[[TranscriptView], None] | None = None
        transcript.faults.connect(self._on_indexed)

    def _on_indexed(self) -> None:
        view = self.transcript.view
        if view.stage.outline is None or view.stage.outline.is_complete:
            return
        self.counts.append(view.stage.count)
        act, self._act = self._act, None
        if act is not None:
            act(view)

    def open(self, key: SessionKey, act: Callable[[TranscriptView], None]) -> TranscriptView:
        """Open a session; `act` gets the view in between."""
        self._act = act
        self.transcript.show_session(key)
        self._wait(lambda: self._act is None and self.transcript.view.stage.count == COUNT)
        for _ in range(3):
            self._wait(lambda: self.context.jobs.idle() and self.context.jobs.idle(Lane.BACKGROUND))
            QApplication.processEvents()
        return self.transcript.view

    def _wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE_MS)


@pytest.fixture
def between(transcript: TranscriptController, context: Context, qtbot: QtBot) -> Between:
    return Between(transcript, context, qtbot)


def tops(view: TranscriptView) -> list[tuple[int, int]]:
    return [(row.index, row.top) for row in view.stage.rows()]


def test_1_N1_place_selection_and_folds_stay_when_the_rest_comes(between: Between, store: StoreFacts) -> None:
    seen: dict[str, Any] = {}

    def act(view: TranscriptView) -> None:
        assert all(row.layout is not None for row in view.stage.rows())
        view.set_selection(Selection(Place(21, 0, 2), Place(22, 0, 5)))
        view.focus_message(3)
        view.folding.toggle(3, 0)
        view.go_to_message(20)
        seen.update(tops=tops(view), maximum=view.verticalScrollBar().maximum())

    view = between.open(SessionKey(store.key, IDS[0]), act)
    assert between.counts[0] == BEGINNING_MESSAGES
    assert tops(view) == seen["tops"]
    assert view.selector.selection == Selection(Place(21, 0, 2), Place(22, 0, 5))
    assert (view.focus_row, (3, 0) in view.stage.folds.toggled) == (3, True)
    assert view.verticalScrollBar().maximum() > 50 * seen["maximum"]


def test_1_N1_a_result_that_stands_far_away_joins_its_call_when_the_rest_comes(
    between: Between, store: StoreFacts
) -> None:
    words: list[str] = []
    view = between.open(
        SessionKey(store.key, IDS[0]),
        lambda view: words.append(view.stage.message(3).blocks[0].state_word),  # type: ignore[union-attr]
    )
    (block,) = view.stage.message(3).blocks  # type: ignore[union-attr]
    assert words == ["Open"]
    assert (block.state_word, block.result.text) == ("", "done")  # type: ignore[union-attr]
    assert view.stage.is_hidden(FAR)


def test_1_N1_end_pressed_early_leads_to_the_true_end(between: Between, store: StoreFacts, qtbot: QtBot) -> None:
    view = between.open(SessionKey(store.key, IDS[0]), lambda view: qtbot.keyClick(view, Qt.Key.Key_End))
    last = view.stage.rows()[-1]
    assert last.index == COUNT - 1
    assert last.layout is not None
    assert last.top + last.height == view.viewport().height() - view.stage.pad_px


def test_1_N1_all_selected_and_copied_early_is_all_of_the_session(
    between: Between, store: StoreFacts, qtbot: QtBot
) -> None:
    transcript = between.transcript

    def act(_view: TranscriptView) -> None:
        transcript.select_all()
        transcript.copy()

    with qtbot.waitSignal(transcript.copied, timeout=PATIENCE_MS):
        view = between.open(SessionKey(store.key, IDS[0]), act)
    assert view.selector.selection == Selection(BEGIN, end_of(COUNT))
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("first 0 ")
    assert f"first {COUNT - 1} " in copied


def test_1_N1_another_session_chosen_in_between_is_the_one_that_is_shown(
    between: Between, store: StoreFacts, context: Context
) -> None:
    second = SessionKey(store.key, IDS[1])
    view = between.open(SessionKey(store.key, IDS[0]), lambda _view: between.transcript.show_session(second))
    view.go_to_begin()
    assert view.stage.message(0).stored.blocks[0].text.startswith("second 0 ")  # type: ignore[union-attr]
    assert between.counts == [BEGINNING_MESSAGES, BEGINNING_MESSAGES]
    between.transcript.show_nothing()
    assert context.jobs.idle()


def test_2_4_a_kind_chosen_early_is_counted_and_filled_when_the_rest_comes(between: Between, store: StoreFacts) -> None:
    chips = between.transcript.pane.chips
    seen: list[str] = []

    def act(view: TranscriptView) -> None:
        seen.append(chips.chip(ReadKind.YOU).count)
        between.transcript.reading.choose(ReadKind.TOOLS)
        seen.append(f"{[row.index for row in view.stage.rows()]}")

    view = between.open(SessionKey(store.key, IDS[0]), act)
    outline = view.stage.outline
    assert outline is not None
    tools = rows_of_kind(outline, ReadKind.TOOLS)
    assert seen == ["…", "[3]"]
    assert chips.chip(ReadKind.TOOLS).count == f"{tools.count(1):,}"
    assert [row.index for row in view.stage.rows()] == [row for row, is_one in enumerate(tools) if is_one][:20]
