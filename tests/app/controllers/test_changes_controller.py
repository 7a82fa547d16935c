"""The window of changes over real stores: receipts, undo after a restart, what was cut off, backups (4.4)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.commands import ActionId
from app.present.summary import ShownState
from app.views.changes_bar import BarFace
from app.views.changes_window import ChangesWindow
from store.guarded.checkpoints import Checkpoint
from store.values.changes import Receipt
from tests.app.controllers.receipts_of import Earlier, go_on

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

MONTHS_AGO_S = 90 * 86_400


@pytest.fixture
def realm(copy_sample: Callable[[str], Path]) -> Path:
    """A folder with one store."""
    return copy_sample("meerkat/realm-0.6.24-rich")


def store_of(realm: Path) -> Path:
    return realm / "atlas" / "sessions.sqlite3"


def shown(qtbot: QtBot, program: Program, rows: int) -> ChangesWindow:
    """The window of changes, once it lists so many."""
    program.controller.window.actions_of.by_id[ActionId.CHANGES].trigger()
    window = program.controller.changes.window
    assert window is not None
    qtbot.waitUntil(lambda: window.table.model().rowCount() == rows, timeout=10_000)
    return window


def words(window: ChangesWindow) -> list[tuple[str, str]]:
    model = window.table.model()
    return [(model.index(row, 1).data(), model.index(row, 4).data()) for row in range(model.rowCount())]


def listed(program: Program, receipt: Receipt) -> set[ShownState]:
    """What the list of sessions shows of those that were changed."""
    model, ids = program.controller.sessions.model, {entry.session_id for entry in receipt.entries}
    rows = [row for line in range(model.row_count) if (row := model.row_at(line)) is not None]
    return {row.state for row in rows if row.summary.key.session_id in ids}


def confirm(qtbot: QtBot, window: ChangesWindow) -> None:
    qtbot.waitUntil(lambda: window.bar.face is BarFace.QUESTION, timeout=10_000)
    qtbot.mouseClick(window.bar.verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.bar.face is BarFace.RESULT, timeout=10_000)


def test_4_4_a_change_is_undone_after_a_restart_and_done_again(
    qtbot: QtBot, show_program: Callable[..., Program], realm: Path, own_paths: Any, in_worker: Callable[..., Any]
) -> None:
    receipt = in_worker(lambda: Earlier(own_paths).archive(store_of(realm)))
    program = show_program(realm)
    window = shown(qtbot, program, 1)
    assert words(window) == [("Archived 2 sessions", "Undo")]
    qtbot.waitUntil(lambda: listed(program, receipt) == {ShownState.ARCHIVED}, timeout=10_000)
    qtbot.waitUntil(lambda: window.note() == "1 in the last 30 days", timeout=10_000)
    assert window.table.hasFocus()
    qtbot.keyClick(window.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.bar.face is BarFace.QUESTION, timeout=10_000)
    assert window.bar.text().startswith("Undo “Archived 2 sessions” 2 sessions of atlas go back into the list.")
    with qtbot.waitSignal(program.context.jobs.activity.store_changed, timeout=10_000) as changed:
        confirm(qtbot, window)
    assert changed.args[0].receipts[0].undoes == receipt.receipt_id
    assert window.bar.text() == "Undid: archived 2 sessions 2 sessions as before, read back and equal."
    qtbot.waitUntil(lambda: len(words(window)) == 2, timeout=10_000)
    qtbot.waitUntil(lambda: listed(program, receipt) == {ShownState.ACTIVE}, timeout=10_000)
    assert words(window) == [("Undid: archived 2 sessions", "Redo"), ("Archived 2 sessions", "Undone")]
    qtbot.waitUntil(lambda: window.table.current().title == "Undid: archived 2 sessions", timeout=10_000)
    window.undo_key.emit()
    confirm(qtbot, window)
    qtbot.waitUntil(lambda: len(words(window)) == 3, timeout=10_000)
    assert words(window)[0] == ("Redid: archived 2 sessions", "Undo")
    window.table.copy_asked.emit()
    assert QGuiApplication.clipboard().text().startswith("Redid: archived 2 sessions, atlas\nSession 1: ")


def test_4_2_a_deletion_is_undone_from_the_window_and_its_session_stands_in_the_list_again(
    qtbot: QtBot, show_program: Callable[..., Program], realm: Path, own_paths: Any, in_worker: Callable[..., Any]
) -> None:
    def delete_one() -> Receipt:
        archived = Earlier(own_paths).archive(store_of(realm), 1)
        assert archived is not None
        return Earlier(own_paths).delete(archived)

    deleted = in_worker(delete_one)
    program = show_program(realm)
    window = shown(qtbot, program, 2)
    assert words(window)[0] == ("Deleted 1 session", "Undo")
    assert listed(program, deleted) == set()
    program.controller.changes.undo(deleted.receipt_id)
    qtbot.waitUntil(lambda: window.bar.face is BarFace.QUESTION, timeout=10_000)
    assert "comes back, with everything that was kept of it" in window.bar.text()
    confirm(qtbot, window)
    assert window.bar.text() == "Undid: deleted 1 session 1 session as before, read back and equal."
    qtbot.waitUntil(lambda: listed(program, deleted) == {ShownState.ARCHIVED}, timeout=10_000)


def test_4_4_undo_is_refused_with_the_reason_when_the_session_moved_on(
    qtbot: QtBot, show_program: Callable[..., Program], realm: Path, own_paths: Any, in_worker: Callable[..., Any]
) -> None:
    receipt = in_worker(lambda: Earlier(own_paths).archive(store_of(realm)))
    go_on(store_of(realm))
    before = store_of(realm).read_bytes()
    program = show_program(realm)
    window = shown(qtbot, program, 1)
    qtbot.waitUntil(lambda: words(window) == [("Archived 2 sessions", "Session moved on")], timeout=10_000)
    program.controller.changes.undo(receipt.receipt_id)
    qtbot.waitUntil(lambda: window.bar.face is BarFace.RESULT, timeout=10_000)
    assert window.bar.text().startswith("Not undone: Archived 2 sessions ")
    assert store_of(realm).read_bytes() == before
    qtbot.keyClick(window.table, Qt.Key.Key_Escape)
    assert window.bar.face is BarFace.NOTHING


def test_4_case_1_at_the_next_start_changes_tells_the_truth(
    qtbot: QtBot, show_program: Callable[..., Program], realm: Path, own_paths: Any, in_worker: Callable[..., Any]
) -> None:
    assert in_worker(lambda: Earlier(own_paths, Checkpoint.COMMITTED).archive(store_of(realm))) is None
    program = show_program(realm)
    band = program.controller.window.changes_band
    qtbot.waitUntil(lambda: bool(band.text()), timeout=10_000)
    assert band.text() == "1 change was cut off: of 2 sessions 1 was written, 1 is as before."
    band.action_asked.emit()
    window = program.controller.changes.window
    qtbot.waitUntil(lambda: len(words(window)) == 1, timeout=10_000)
    assert words(window) == [("Archived 1 of 2 sessions", "Undo")]
    assert "settled after a crash" in window.table.current().note
    assert not band.isVisible()


def test_4_case_1_what_cannot_be_decided_without_its_store_is_decided_when_that_is_opened(
    qtbot: QtBot, show_program: Callable[..., Program], realm: Path, own_paths: Any, in_worker: Callable[..., Any]
) -> None:
    in_worker(lambda: Earlier(own_paths, Checkpoint.COMMITTED).archive(store_of(realm), 1))
    away = realm.with_name("away")
    realm.rename(away)
    program = show_program()
    band = program.controller.window.changes_band
    qtbot.waitUntil(lambda: "it is not known yet" in band.text(), timeout=10_000)
    window = shown(qtbot, program, 1)
    assert words(window)[0][0] == "Not finished: archive 1 session"
    away.rename(realm)
    program.controller.open_paths((str(realm),))
    qtbot.waitUntil(lambda: band.text() == "1 change was cut off: of 1 session 1 was written.", timeout=10_000)
    qtbot.waitUntil(lambda: words(window)[0] == ("Archived 1 session", "Undo"), timeout=10_000)


def test_4_4_backups_are_counted_and_cleaned_up_when_they_are_old_and_not_the_newest(
    qtbot: QtBot, show_program: Callable[..., Program], realm: Path, own_paths: Any, in_worker: Callable[..., Any]
) -> None:
    def change_long_ago() -> None:
        then = Earlier(own_paths, clock=lambda: time.time() - MONTHS_AGO_S)
        archived = then.archive(store_of(realm), 1)
        assert archived is not None
        Earlier(own_paths).undo(archived)

    in_worker(change_long_ago)
    window = shown(qtbot, show_program(realm), 2)
    qtbot.waitUntil(window.backups.button.isEnabled, timeout=10_000)
    before = window.backups.text()
    qtbot.mouseClick(window.backups.button, Qt.MouseButton.LeftButton)
    assert window.bar.cancel.hasFocus()
    confirm(qtbot, window)
    assert window.bar.text().startswith("Clean-up of backups Removed 2 backups, ")
    qtbot.waitUntil(lambda: window.backups.text() != before, timeout=10_000)
    assert not window.backups.button.isEnabled()


def test_4_4_the_window_remembers_its_size_and_says_so_when_nothing_was_changed(
    qtbot: QtBot, show_program: Callable[..., Program]
) -> None:
    program = show_program()
    program.controller.window.actions_of.by_id[ActionId.CHANGES].trigger()
    window = program.controller.changes.window
    assert window is not None
    qtbot.waitUntil(lambda: window.empty_text() == "No changes yet", timeout=10_000)
    assert not window.backups.button.isEnabled()
    window.resize(700, 500)
    window.close()
    assert program.controller.changes.window is None
    program.controller.changes.show()
    again = program.controller.changes.window
    assert again is not None
    assert (again.width(), again.height()) == (700, 500)


def test_4_4_a_record_of_a_newer_burrow_is_left_alone_and_said_to_be_so(
    qtbot: QtBot, show_program: Callable[..., Program], own_paths: Any
) -> None:
    own_paths.data.mkdir(parents=True)
    with closing(sqlite3.connect(own_paths.changes_file)) as database:
        database.executescript("PRAGMA journal_mode = WAL; PRAGMA user_version = 999")
    before = own_paths.changes_file.read_bytes()
    program = show_program()
    program.controller.window.actions_of.by_id[ActionId.CHANGES].trigger()
    window = program.controller.changes.window
    assert window is not None
    qtbot.waitUntil(lambda: window.bar.face is BarFace.RESULT, timeout=10_000)
    assert window.bar.text().startswith("The changes cannot be read ")
    assert window.empty_text() == "The changes cannot be read"
    assert own_paths.changes_file.read_bytes() == before
