"""Sessions are archived, restored, deleted, labelled, hidden and copied from the window: planned, confirmed, told."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QToolTip
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.commands import ActionId
from app.jobs import Lane
from app.menus import ACTIONS_MENU
from app.models.labels_model import LabelColumn
from app.views.plan_dialog import PlanDialog, Stage
from store.values.changes import Action, EntryState, LabelEdit, Request
from store.values.listing import View
from store.values.session import SessionState

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SMALL, SEALED = "meerkat/realm-0.6.24-rkat", "meerkat/realm-0.9.8-rkat"
Show = Callable[..., Program]
Copy = Callable[[str], Path]
Untouched = Callable[[Path], AbstractContextManager[None]]


def idle(qtbot: QtBot, program: Program) -> None:
    jobs = program.context.jobs
    qtbot.waitUntil(lambda: all(jobs.idle(lane) for lane in (Lane.USER, Lane.CHANGES)), timeout=10_000)


def shown(qtbot: QtBot, show_program: Show, path: Path) -> Program:
    """The program with the first session of a store on its page."""
    program = show_program(path)
    qtbot.waitUntil(lambda: program.controller.page.shown is not None, timeout=10_000)
    idle(qtbot, program)
    return program


def trigger(program: Program, name: ActionId) -> None:
    program.controller.window.actions_of.by_id[name].trigger()


def planned(qtbot: QtBot, program: Program, request: Request | None = None) -> PlanDialog:
    """Ask for an action, and wait for its plan or its refusal."""
    if request is not None:
        program.controller.changing.ask(request)
    opened = program.controller.changing.open
    assert opened is not None
    qtbot.waitUntil(lambda: opened.dialog.stage is not Stage.PLANNING, timeout=10_000)
    return opened.dialog


def confirm(qtbot: QtBot, program: Program, dialog: PlanDialog) -> None:
    """Press the main button, and wait until the dialog is closed and the window shows what came of it."""
    dialog.main_button.click()
    qtbot.waitUntil(lambda: program.controller.changing.open is None, timeout=10_000)
    idle(qtbot, program)


def state_of(program: Program) -> SessionState | None:
    page = program.controller.page.shown
    return page.state if page is not None else None


def sql(in_worker: Any, realm: Path, statement: str, *values: Any) -> list[Any]:
    def work() -> list[Any]:
        (path,) = realm.rglob("sessions.sqlite3")
        with closing(sqlite3.connect(path)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    found: list[Any] = in_worker(work)
    return found


def test_4_1_a_session_is_archived_after_its_plan_and_the_window_follows(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, untouched: Untouched
) -> None:
    realm = copy_sample(SMALL)
    program = shown(qtbot, show_program, realm)
    with untouched(realm):
        trigger(program, ActionId.ARCHIVE)
        dialog = planned(qtbot, program)
    texts = dialog.page.texts()
    assert (dialog.stage, texts["title"], dialog.main_button.text()) == (
        Stage.PLAN,
        "Archive 1 session",
        "Archive 1 session",
    )
    assert texts["planned"].endswith("unchanged since")
    assert dialog.main_button.isDefault()
    confirm(qtbot, program, dialog)
    qtbot.waitUntil(lambda: state_of(program) is SessionState.ARCHIVED, timeout=10_000)
    chosen = program.controller.sessions.chosen()
    assert chosen is not None
    assert chosen.key == program.controller.page.shown.key
    status = program.controller.window.status
    assert (status.left_text(), status.undo_button.isHidden()) == ("Archived 1 session", False)


def test_4_1_the_counts_of_the_views_follow_what_was_archived(
    qtbot: QtBot, show_program: Show, copy_sample: Copy
) -> None:
    program = shown(qtbot, show_program, copy_sample(SMALL))

    def counted() -> tuple[int, int]:
        counts = program.controller.facets.counts
        found = counts.views if counts is not None and counts.known == counts.total else {}
        return found.get(View.ACTIVE, -1), found.get(View.ARCHIVED, -1)

    qtbot.waitUntil(lambda: counted()[0] > 1, timeout=10_000)
    active, archived = counted()
    program.controller.scopes.choose(View.ACTIVE)
    qtbot.waitUntil(lambda: program.controller.sessions.model.session_count == active, timeout=10_000)
    program.controller.sessions.pane.view.selectAll()
    receipts: list[Any] = []
    program.context.jobs.activity.store_changed.connect(lambda changed: receipts.extend(changed.receipts))
    dialog = planned(qtbot, program, Request(Action.ARCHIVE))
    dialog.main_button.click()
    qtbot.waitUntil(lambda: dialog.stage is Stage.RESULT, timeout=10_000)  # some were refused
    dialog.reject()
    done = receipts[0].counted(EntryState.DONE)
    left = (active - done, archived + done)
    assert done > 1
    qtbot.waitUntil(lambda: counted() == left, timeout=10_000)
    assert program.controller.sessions.model.session_count == left[0]
    program.controller.scopes.choose(View.ARCHIVED)
    qtbot.waitUntil(lambda: program.controller.sessions.model.session_count == left[1], timeout=10_000)


def test_4_2_an_archived_session_is_restored_and_deleted_only_after_its_number_was_typed(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, in_worker: Any
) -> None:
    realm = copy_sample(SMALL)
    program = shown(qtbot, show_program, realm)
    for action in (Action.ARCHIVE, Action.RESTORE, Action.ARCHIVE):
        confirm(qtbot, program, planned(qtbot, program, Request(action)))
    ((before,),) = sql(in_worker, realm, "SELECT count(*) FROM sessions")
    program.controller.scopes.choose(View.ARCHIVED)
    qtbot.waitUntil(lambda: program.controller.sessions.model.listed.want.view is View.ARCHIVED)
    qtbot.waitUntil(lambda: program.controller.sessions.chosen() is not None, timeout=10_000)
    actions = program.controller.window.actions_of
    qtbot.waitUntil(lambda: actions.by_id[ActionId.DELETE].isEnabled(), timeout=10_000)
    archived = program.controller.sessions.model.session_count
    trigger(program, ActionId.DELETE)
    dialog = planned(qtbot, program)
    assert dialog.buttons["Cancel"].isDefault()
    assert not dialog.main_button.isEnabled()
    qtbot.keyClicks(dialog.count_field.field, "2")
    assert not dialog.main_button.isEnabled()
    dialog.count_field.field.setText("1")
    confirm(qtbot, program, dialog)
    qtbot.waitUntil(lambda: program.controller.sessions.model.session_count == archived - 1, timeout=10_000)
    assert sql(in_worker, realm, "SELECT count(*) FROM sessions") == [(before - 1,)]


def test_4_5_an_agent_that_works_is_named_before_the_click_and_in_the_dialog(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, in_worker: Any, untouched: Untouched
) -> None:
    realm = copy_sample(SMALL)
    program = shown(qtbot, show_program, realm)
    (main,) = in_worker(lambda: list(realm.rglob("sessions.sqlite3")))

    def lease() -> None:
        (main.parent / "leases").mkdir(exist_ok=True)
        text = json.dumps({"pid": 48_113, "heartbeat_at": time.time()})
        (main.parent / "leases" / "one.json").write_text(text)

    in_worker(lease)
    program.controller.changing.enabling.look_closely()
    actions = program.controller.window.actions_of
    qtbot.waitUntil(lambda: "48,113" in actions.reason(ActionId.ARCHIVE), timeout=10_000)
    assert not actions.by_id[ActionId.ARCHIVE].isEnabled()
    assert "Archive is not possible now" in actions.by_id[ActionId.ARCHIVE].toolTip()
    with untouched(realm):
        dialog = planned(qtbot, program, Request(Action.ARCHIVE))
    assert dialog.stage is Stage.REFUSED
    assert dialog.refusal.said is not None
    assert dialog.refusal.said.title.startswith("Not archived: an agent is using")
    dialog.buttons["Copy text"].click()
    assert "Nothing was written." in QGuiApplication.clipboard().text()
    dialog.reject()


def test_4_5_disabled_entries_are_reached_by_keyboard_and_say_why(
    qtbot: QtBot, show_program: Show, copy_sample: Copy
) -> None:
    program = shown(qtbot, show_program, copy_sample(SMALL))
    actions = program.controller.window.actions_of
    qtbot.waitUntil(lambda: bool(actions.reason(ActionId.RESTORE)), timeout=10_000)
    menu = QMenu(program.controller.window)
    actions.fill(menu, ACTIONS_MENU)
    menu.popup(program.controller.window.mapToGlobal(program.controller.window.rect().center()))
    for _ in range(2):
        qtbot.keyClick(menu, Qt.Key.Key_Down)
    assert menu.activeAction() is actions.by_id[ActionId.RESTORE]
    assert "Restore is not possible now" in QToolTip.text()
    assert "Only archived sessions can be restored." in QToolTip.text()
    menu.close()


def test_4_5_a_plan_on_an_older_state_says_so_and_is_made_again(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, in_worker: Any
) -> None:
    realm = copy_sample(SMALL)
    program = shown(qtbot, show_program, realm)
    dialog = planned(qtbot, program, Request(Action.ARCHIVE))
    shown_id = program.controller.page.shown.key.session_id
    other = "UPDATE sessions SET updated_at_ms = updated_at_ms + 1 WHERE session_id {} ?"
    sql(in_worker, realm, other.format("!="), shown_id)
    with qtbot.waitSignal(program.controller.following.store_followed, timeout=10_000):
        pass
    qtbot.waitUntil(lambda: program.context.jobs.idle(Lane.BACKGROUND), timeout=10_000)
    assert (dialog.page.texts()["changed"], dialog.main_button.isEnabled()) == ("", True)
    sql(in_worker, realm, other.format("="), shown_id)
    qtbot.waitUntil(lambda: "changed since the plan" in dialog.page.texts()["changed"], timeout=10_000)
    assert not dialog.main_button.isEnabled()
    dialog.page.again_asked.emit()
    qtbot.waitUntil(lambda: dialog.stage is Stage.PLAN and dialog.main_button.isEnabled(), timeout=10_000)
    confirm(qtbot, program, dialog)
    qtbot.waitUntil(lambda: state_of(program) is SessionState.ARCHIVED, timeout=10_000)


def test_4_1_a_plan_whose_dialog_was_closed_is_dropped_when_it_arrives(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, untouched: Untouched
) -> None:
    realm = copy_sample(SMALL)
    program = shown(qtbot, show_program, realm)
    with untouched(realm):
        program.controller.changing.ask(Request(Action.ARCHIVE))
        assert program.controller.changing.open is not None
        program.controller.changing.open.dialog.reject()
        assert program.controller.changing.open is None
        idle(qtbot, program)
        assert planned(qtbot, program, Request(Action.ARCHIVE)).stage is Stage.PLAN
    program.controller.changing.open.dialog.reject()


def test_4_1_what_was_stopped_between_two_sessions_is_told_session_by_session(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, in_worker: Any
) -> None:
    realm = copy_sample(SMALL)
    program = shown(qtbot, show_program, realm)
    retired = "SELECT count(*) FROM runtime_states WHERE CAST(runtime_state_json AS TEXT) LIKE '%retired%'"
    ((before,),) = sql(in_worker, realm, retired)
    program.controller.sessions.pane.view.selectAll()
    receipts: list[Any] = []
    program.context.jobs.activity.store_changed.connect(lambda changed: receipts.extend(changed.receipts))
    dialog = planned(qtbot, program, Request(Action.ARCHIVE))
    total = program.controller.sessions.model.session_count
    dialog.main_button.click()
    assert dialog.stage is Stage.APPLYING
    dialog.reject()
    qtbot.waitUntil(lambda: dialog.stage is Stage.RESULT, timeout=10_000)
    (receipt,) = receipts
    done = receipt.counted(EntryState.DONE)
    assert receipt.is_cancelled
    assert 0 <= done < total
    assert sql(in_worker, realm, retired) == [(before + done,)]
    assert any("Stopped by you" in words for words in dialog.outcome.texts())
    assert {"Copy text", "Show in Changes", "Close"} <= dialog.buttons.keys()
    dialog.reject()


def test_4_1_in_a_sealed_store_sessions_are_hidden_here_and_shown_again(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, untouched: Untouched
) -> None:
    realm = copy_sample(SEALED)
    with untouched(realm):
        program = shown(qtbot, show_program, realm)
        actions = program.controller.window.actions_of
        qtbot.waitUntil(lambda: "read only" in actions.reason(ActionId.ARCHIVE), timeout=10_000)
        count = program.controller.sessions.model.session_count
        key = program.controller.page.shown.key
        dialog = planned(qtbot, program, Request(Action.HIDE))
        assert "Noted here in Burrow only" in dialog.page.texts()["sentence"]
        confirm(qtbot, program, dialog)
        qtbot.waitUntil(lambda: program.controller.sessions.model.session_count == count - 1, timeout=10_000)
        program.controller.scopes.choose(View.ARCHIVED)
        qtbot.waitUntil(lambda: program.controller.sessions.chosen() is not None, timeout=10_000)
        hidden = program.controller.sessions.chosen()
        assert hidden is not None
        assert (hidden.key, hidden.is_hidden) == (key, True)
        archived = program.controller.sessions.model.session_count
        confirm(qtbot, program, planned(qtbot, program, Request(Action.UNHIDE)))
        qtbot.waitUntil(lambda: program.controller.sessions.model.session_count == archived - 1, timeout=10_000)


def test_4_3_labels_are_edited_then_planned_then_written(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, in_worker: Any
) -> None:
    realm = copy_sample(SMALL)
    program = shown(qtbot, show_program, realm)
    trigger(program, ActionId.LABELS)
    labels = program.controller.changing.labels
    assert labels is not None
    qtbot.waitUntil(lambda: labels.dialog is not None, timeout=10_000)
    model = labels.dialog.table.model()
    row = model.add()
    model.setData(model.index(row, LabelColumn.NAME), "team", Qt.ItemDataRole.EditRole)
    model.setData(model.index(row, LabelColumn.VALUE), "storage", Qt.ItemDataRole.EditRole)
    assert labels.dialog.edit() == LabelEdit((("team", "storage"),))
    labels.dialog._preview.click()
    dialog = planned(qtbot, program)
    assert dialog.page.texts()["title"] == "Change labels of 1 session"
    confirm(qtbot, program, dialog)
    key = program.controller.page.shown.key
    ((stored,),) = sql(in_worker, realm, "SELECT metadata_json FROM sessions WHERE session_id = ?", key.session_id)
    assert json.loads(stored)["session_labels"]["team"] == "storage"


def test_4_6_sessions_of_a_sealed_store_are_copied_to_a_working_store_that_opens(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, untouched: Untouched, tmp_path: Path
) -> None:
    realm = copy_sample(SEALED)
    with untouched(realm):
        program = shown(qtbot, show_program, realm)
        trigger(program, ActionId.COPY_TO_WORKING_STORE)
        working = program.controller.changing.working
        assert working is not None
        dialog = working.dialog
        assert dialog is not None
        qtbot.waitUntil(lambda: dialog.stage is not Stage.PLANNING, timeout=10_000)
        assert dialog.page.texts()["title"] == "Copy 1 session to a working store"
        working.copy_to(os.fspath(tmp_path / "working.sqlite3"))
        qtbot.waitUntil(lambda: dialog.stage is Stage.RESULT, timeout=10_000)
        assert dialog.outcome.texts()[0] == "Copied 1 session to working.sqlite3"
        dialog.buttons["Open it"].click()
        qtbot.waitUntil(lambda: len(program.controller.library.model.stores()) == 2, timeout=10_000)
        assert program.controller.library.model.stores()[1].is_writable
        idle(qtbot, program)


def test_4_1_the_end_of_the_program_waits_for_the_session_that_is_written_and_leaves_a_receipt(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, in_worker: Any
) -> None:
    realm = copy_sample(SMALL)
    program = shown(qtbot, show_program, realm)
    retired = "SELECT count(*) FROM runtime_states WHERE CAST(runtime_state_json AS TEXT) LIKE '%retired%'"
    ((before,),) = sql(in_worker, realm, retired)
    program.controller.sessions.pane.view.selectAll()
    dialog = planned(qtbot, program, Request(Action.ARCHIVE))
    receipts: list[Any] = []
    program.context.jobs.activity.store_changed.connect(lambda changed: receipts.extend(changed.receipts))
    dialog.main_button.click()
    program.shutdown()
    assert program.is_clean
    (receipt,) = receipts
    assert sql(in_worker, realm, retired) == [(before + receipt.counted(EntryState.DONE),)]


def test_4_1_when_the_archived_session_leaves_the_list_the_one_in_its_place_is_chosen_and_nothing_scrolls(
    qtbot: QtBot, show_program: Show, copy_sample: Copy
) -> None:
    program = shown(qtbot, show_program, copy_sample(SMALL))
    program.controller.scopes.choose(View.ACTIVE)
    sessions = program.controller.sessions
    qtbot.waitUntil(lambda: sessions.model.listed.want.view is View.ACTIVE and sessions.chosen() is not None)
    idle(qtbot, program)
    count, view = sessions.model.session_count, sessions.pane.view
    view.selectRow(1)
    qtbot.waitUntil(lambda: program.controller.page.shown.key == sessions.chosen().key, timeout=10_000)
    archived, scrolled_px = sessions.chosen().key, view.verticalScrollBar().value()
    after = sessions.model.row_at(2)
    confirm(qtbot, program, planned(qtbot, program, Request(Action.ARCHIVE)))
    qtbot.waitUntil(lambda: sessions.model.session_count == count - 1, timeout=10_000)
    qtbot.waitUntil(lambda: program.controller.page.shown.key != archived, timeout=10_000)
    assert (view.current_row(), view.verticalScrollBar().value()) == (1, scrolled_px)
    assert after is not None
    assert program.controller.page.shown.key == after.summary.key
