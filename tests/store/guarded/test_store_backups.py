"""A copy of the whole store comes before the first change of it, and before much is deleted (L7)."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.guarded import Checkpoint
from store.guarded import store_backups as module
from store.values.changes import Action, EntryState, LabelEdit, RefusalCode
from tests.store.guarded.scene import TABLES, TOKEN, Rows, Scene, counting

Untouched = Callable[[Path], AbstractContextManager[None]]


def _copies(scene: Scene) -> list[Path]:
    return sorted(scene.paths.backups.glob("*.sqlite3"))


def _rows_of(copy: Path) -> Rows:
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.text_factory = bytes
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in TABLES}


def test_l7_the_first_change_of_a_store_is_preceded_by_a_whole_and_sound_copy(scene: Scene) -> None:
    before = scene.rows()
    plan = scene.plan(Action.ARCHIVE, scene.ids[:1])
    assert plan.store_backup_bytes == scene.main.stat().st_size
    receipt = scene.guarded().apply(plan, TOKEN)
    (copy,) = _copies(scene)
    assert receipt.store_backup == str(copy)
    assert _rows_of(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in scene.paths.backups.iterdir()] == [copy.name]


def test_a_second_change_needs_no_further_copy_until_the_first_one_is_old(scene: Scene) -> None:
    scene.do(Action.ARCHIVE, scene.ids[:1])
    scene.touch(scene.ids[3])
    plan = scene.plan(Action.ARCHIVE, scene.ids[1:2])
    assert plan.store_backup_bytes is None
    assert scene.guarded().apply(plan, TOKEN).store_backup == ""
    scene.days = 31
    assert scene.plan(Action.ARCHIVE, scene.ids[2:3]).store_backup_bytes is not None


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_copy_that_is_gone_or_was_cut_does_not_count(scene: Scene, is_gone: bool) -> None:
    scene.do(Action.ARCHIVE, scene.ids[:1])
    (copy,) = _copies(scene)
    if is_gone:
        copy.unlink()
    else:
        copy.write_bytes(copy.read_bytes()[:-4096])
    assert scene.plan(Action.ARCHIVE, scene.ids[1:2]).store_backup_bytes is not None


def test_a_store_in_the_place_of_another_has_no_copy_yet(scene: Scene) -> None:
    scene.do(Action.ARCHIVE, scene.ids[:1])
    beside = scene.main.with_name("beside")
    shutil.copy2(scene.main, beside)
    beside.replace(scene.main)
    (session,) = scene.plan(Action.ARCHIVE, scene.ids[1:2]).sessions
    assert session.refusal is not None
    scene.library.reload(scene.key, TOKEN)
    assert scene.plan(Action.ARCHIVE, scene.ids[1:2]).store_backup_bytes is not None


def test_4_2_before_several_sessions_are_deleted_a_copy_is_made_in_any_case(scene: Scene) -> None:
    scene.do(Action.ARCHIVE, scene.ids[:3])
    assert scene.plan(Action.DELETE, scene.ids[:1]).store_backup_bytes is None
    receipt = scene.do(Action.DELETE, scene.ids[:2])
    assert receipt.store_backup
    undone = scene.guarded().undo(receipt.receipt_id, TOKEN)
    assert undone.store_backup == ""
    assert scene.guarded().undo(undone.receipt_id, TOKEN).store_backup


def test_a_store_over_the_limit_is_changed_without_a_copy(scene: Scene) -> None:
    with scene.main.open("r+b") as file:
        # A hole: SQLite reads only the pages that its header counts.
        file.truncate(module.LIMIT_BYTES + 1)
    assert scene.plan(Action.ARCHIVE, scene.ids[:1]).store_backup_bytes is None


def test_what_is_kept_in_our_notes_needs_no_copy_of_a_store(scene: Scene) -> None:
    assert scene.plan(Action.HIDE, scene.ids[:1]).store_backup_bytes is None
    scene.do(Action.HIDE, scene.ids[:1])
    assert _copies(scene) == []


@pytest.mark.parametrize("damage", ["rows", "pages"])
def test_nothing_is_written_where_the_copy_is_not_sound(scene: Scene, untouched: Untouched, damage: str) -> None:
    def spoil(checkpoint: Checkpoint) -> None:
        if checkpoint is not Checkpoint.COPYING:
            return
        (unfinished,) = scene.paths.backups.glob("*.part")
        if damage == "pages":
            unfinished.write_bytes(unfinished.read_bytes()[:100] + bytes(50_000))
            return
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as connection:
            connection.execute("DELETE FROM sessions WHERE session_id = ?", (scene.ids[0],))
            name = f"rt:session:{scene.ids[0]}"
            connection.execute("DELETE FROM runtime_session_snapshots WHERE runtime_id = ?", (name,))

    before = scene.rows()
    plan = scene.plan(Action.ARCHIVE, scene.ids[:2])
    receipt = scene.guarded(spoil).apply(plan, TOKEN)
    assert [entry.refusal.code for entry in receipt.entries if entry.refusal] == [RefusalCode.NO_BACKUP] * 2
    assert (scene.rows(), receipt.store_backup) == (before, "")
    assert list(scene.paths.backups.iterdir()) == []
    assert scene.do(Action.ARCHIVE, scene.ids[:2]).store_backup


def test_a_copy_beside_a_program_that_adds_sessions_meanwhile_is_sound(scene: Scene) -> None:
    def add(checkpoint: Checkpoint) -> None:
        if checkpoint is Checkpoint.COPYING:
            with scene.written() as connection:
                columns = "created_at_ms, updated_at_ms, message_count, total_tokens, metadata_json, session_json"
                connection.execute(
                    f"INSERT INTO sessions SELECT 'added-' || session_id, {columns} FROM sessions LIMIT 2"
                )

    receipt = scene.guarded(add).apply(scene.plan(Action.ARCHIVE, scene.ids[:1]), TOKEN)
    assert receipt.counted(EntryState.DONE) == 1


def test_a_copy_that_is_cancelled_leaves_nothing_and_nothing_is_changed(scene: Scene) -> None:
    before, token = scene.rows(), CancelToken()
    cancelling = scene.guarded(counting(1, Checkpoint.COPYING, token.cancel))
    receipt = cancelling.apply(scene.plan(Action.ARCHIVE, scene.ids[:2]), token)
    assert (receipt.is_cancelled, receipt.counted(EntryState.NOT_DONE)) == (True, 2)
    assert scene.rows() == before
    assert list(scene.paths.backups.iterdir()) == []


def test_who_stops_while_the_copy_is_made_stops_before_the_first_session(scene: Scene) -> None:
    before, stop = scene.rows(), CancelToken()
    stopping = scene.guarded(counting(1, Checkpoint.COPIED, stop.cancel))
    receipt = stopping.apply(scene.plan(Action.ARCHIVE, scene.ids[:2]), TOKEN, stop)
    assert (receipt.is_cancelled, receipt.counted(EntryState.NOT_DONE)) == (True, 2)
    assert receipt.store_backup
    assert scene.rows() == before


def test_a_change_whose_only_session_moved_on_may_still_have_made_its_copy(scene: Scene) -> None:
    plan = scene.plan(Action.LABEL, scene.ids[:1], LabelEdit((("a", "b"),)))
    scene.touch(scene.ids[0])
    receipt = scene.guarded().apply(plan, TOKEN)
    assert receipt.counted(EntryState.NOT_DONE) == 1
    assert scene.plan(Action.ARCHIVE, scene.ids[1:2]).store_backup_bytes is None
