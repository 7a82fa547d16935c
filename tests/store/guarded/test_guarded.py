"""Plan, apply, receipt, undo: what a person does to sessions through the one door (4.1 to 4.5, L7)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from store import ChangesUnusable, ReceiptAmbiguous, ReceiptMissing
from store.cancel import CancelToken
from store.errors import ChangeRefused
from store.guarded import Checkpoint
from store.values.changes import (
    Action,
    EntryState,
    LabelEdit,
    RefusalCode,
    Request,
    Scope,
    UndoState,
)
from store.values.store import SessionKey, StoreKey
from tests.store.guarded.scene import TOKEN, Scene, counting

Untouched = Callable[[Path], AbstractContextManager[None]]


def test_4_1_archiving_changes_what_the_plan_says_and_undo_puts_every_row_back(scene: Scene) -> None:
    before = scene.rows()
    receipt = scene.do(Action.ARCHIVE, scene.ids[:3])
    assert scene.archived() >= set(scene.ids[:3])
    assert receipt.counted(EntryState.DONE) == 3
    undone = scene.guarded().undo(receipt.receipt_id, TOKEN)
    assert undone.counted(EntryState.DONE) == 3
    assert scene.rows() == before


def test_4_4_receipts_are_there_after_a_restart_newest_first_and_name_each_other(scene: Scene) -> None:
    first = scene.do(Action.ARCHIVE, scene.ids[:2])
    second = scene.guarded().undo(first.receipt_id, TOKEN)
    newest, oldest = scene.guarded().changes(TOKEN)
    assert (newest.receipt_id, newest.undoes, newest.undone_by) == (second.receipt_id, first.receipt_id, "")
    assert (oldest.receipt_id, oldest.undoes, oldest.undone_by) == (first.receipt_id, "", second.receipt_id)
    assert (newest.undo, oldest.undo) == (UndoState.POSSIBLE, UndoState.UNDONE)
    assert {entry.state for entry in oldest.entries} == {EntryState.UNDONE}
    assert scene.guarded().changes(TOKEN, limit=1) == (newest,)


def test_4_4_an_undo_can_be_undone_and_then_the_first_change_holds_again(scene: Scene) -> None:
    first = scene.do(Action.ARCHIVE, scene.ids[:2])
    rows = scene.rows()
    second = scene.guarded().undo(first.receipt_id, TOKEN)
    third = scene.guarded().undo(second.receipt_id, TOKEN)
    assert scene.rows() == rows
    third, second, first = scene.guarded().changes(TOKEN)
    assert (first.undo, first.undone_by) == (UndoState.POSSIBLE, "")
    assert (second.undo, second.undone_by) == (UndoState.UNDONE, third.receipt_id)


def test_4_4_one_session_of_a_change_can_be_taken_back_alone(scene: Scene) -> None:
    receipt = scene.do(Action.ARCHIVE, scene.ids[:3])
    scene.guarded().undo(receipt.receipt_id, TOKEN, session_ids=[scene.ids[1]])
    assert scene.archived() & set(scene.ids[:3]) == {scene.ids[0], scene.ids[2]}
    left = scene.guarded().receipt(receipt.receipt_id, TOKEN)
    assert left.undo is UndoState.POSSIBLE
    rest = scene.guarded().undo(receipt.receipt_id, TOKEN)
    assert [entry.session_id for entry in rest.entries] == [scene.ids[0], scene.ids[2]]


def test_4_2_undo_of_a_deletion_brings_every_row_and_file_back(
    copy_sample: Callable[[str], Path], open_scene: Callable[[Path], Scene]
) -> None:
    scene = open_scene(copy_sample("meerkat/realm-0.6.24-rkat") / "realm")
    (archived,) = scene.archived()
    files = _files_of(scene.main.parent)
    before = scene.rows()
    receipt = scene.do(Action.DELETE, [archived])
    assert receipt.entries[0].row_count > 3
    assert receipt.entries[0].file_count > 1
    assert not any(archived in str(path) for path in _files_of(scene.main.parent))
    scene.guarded().undo(receipt.receipt_id, TOKEN)
    assert scene.rows() == before
    assert _files_of(scene.main.parent) == files


def test_plans_are_one_a_store_in_the_order_in_which_sessions_name_them(
    scene: Scene, copy_sample: Callable[[str], Path], open_scene: Callable[[Path], Scene]
) -> None:
    other = open_scene(copy_sample("meerkat/realm-0.6.24-rkat") / "realm")
    keys = [
        SessionKey(other.key, other.ids[0]), SessionKey(scene.key, scene.ids[0]), SessionKey(other.key, other.ids[1]),
        SessionKey(other.key, other.ids[0]),
    ]  # fmt: skip
    plans = scene.guarded().plan(Request(Action.ARCHIVE), keys, TOKEN)
    assert [(plan.store, [one.session_id for one in plan.sessions]) for plan in plans] == [
        (other.key, list(other.ids[:2])),
        (scene.key, [scene.ids[0]]),
    ]


def test_a_plan_that_is_not_applied_leaves_nothing(scene: Scene, untouched: Untouched) -> None:
    with untouched(scene.main.parent):
        scene.plan(Action.ARCHIVE, scene.ids)
    assert scene.guarded().changes(TOKEN) == ()
    assert not scene.journal.exists()


def test_4_5_what_is_refused_leaves_a_receipt_and_writes_nothing(scene: Scene, untouched: Untouched) -> None:
    with untouched(scene.main.parent):
        plan = scene.plan(Action.DELETE, scene.ids[:1])
        receipt = scene.guarded().apply(plan, TOKEN)
    (entry,) = receipt.entries
    assert entry.state is EntryState.NOT_DONE
    assert entry.refusal is not None
    assert entry.refusal.code is RefusalCode.NOT_ARCHIVED
    assert (receipt.undo, receipt.undoable_until_ms, receipt.store_backup) == (UndoState.NOTHING, None, "")
    with pytest.raises(ChangeRefused):
        scene.guarded().undo(receipt.receipt_id, TOKEN)


def test_4_5_a_session_that_its_agent_saved_since_the_plan_is_refused_and_the_others_are_done(scene: Scene) -> None:
    plan = scene.plan(Action.ARCHIVE, scene.ids[:3])
    scene.touch(scene.ids[1])
    saved = scene.rows()
    receipt = scene.guarded().apply(plan, TOKEN)
    assert [entry.state for entry in receipt.entries] == [EntryState.DONE, EntryState.NOT_DONE, EntryState.DONE]
    assert receipt.entries[1].refusal is not None
    assert receipt.entries[1].refusal.code is RefusalCode.CHANGED_SINCE_PLAN
    assert _of(scene.rows(), scene.ids[1]) == _of(saved, scene.ids[1])


def test_4_4_a_session_that_moved_on_is_not_undone_and_nothing_of_it_is_overwritten(scene: Scene) -> None:
    receipt = scene.do(Action.ARCHIVE, scene.ids[:2])
    assert scene.guarded().undo_refusal(receipt.receipt_id, TOKEN) is None
    scene.touch(scene.ids[0])
    assert scene.guarded().undo_refusal(receipt.receipt_id, TOKEN) is None
    scene.touch(scene.ids[1])
    refusal = scene.guarded().undo_refusal(receipt.receipt_id, TOKEN)
    assert refusal is not None
    assert refusal.code is RefusalCode.MOVED_ON
    saved = scene.rows()
    undone = scene.guarded().undo(receipt.receipt_id, TOKEN)
    assert {entry.refusal.code for entry in undone.entries if entry.refusal} == {RefusalCode.MOVED_ON}
    assert undone.undo is UndoState.NOTHING
    assert scene.rows() == saved


def test_4_4_a_change_that_burrow_changed_again_says_so_until_the_later_one_is_undone(scene: Scene) -> None:
    first = scene.do(Action.LABEL, scene.ids[:1], LabelEdit((("team", "storage"),)))
    second = scene.do(Action.ARCHIVE, scene.ids[:1])
    receipt = scene.guarded().receipt(first.receipt_id, TOKEN)
    assert receipt.undo is UndoState.REFUSED
    assert receipt.undo_refusal is not None
    assert receipt.undo_refusal.code is RefusalCode.MOVED_ON
    scene.guarded().undo(second.receipt_id, TOKEN)
    assert scene.guarded().receipt(first.receipt_id, TOKEN).undo is UndoState.POSSIBLE
    assert scene.guarded().undo_refusal(first.receipt_id, TOKEN) is None


def test_sessions_cancelled_on_the_way_are_exactly_those_that_were_finished(scene: Scene) -> None:
    """(4-case-7)"""
    stop = CancelToken()
    guarded = scene.guarded(counting(10, Checkpoint.COMMITTED, stop.cancel))
    before = scene.archived()
    receipt = guarded.apply(scene.plan(Action.ARCHIVE, scene.ids[:30]), CancelToken(), stop)
    assert receipt.is_cancelled
    done = [entry.session_id for entry in receipt.entries if entry.state is EntryState.DONE]
    assert done == list(scene.ids[:10])
    assert scene.archived() - before == set(done)
    assert receipt.counted(EntryState.NOT_DONE) == 20
    assert scene.guarded().changes(TOKEN) == (receipt,)


def test_a_change_that_is_cancelled_before_it_began_says_so(scene: Scene, untouched: Untouched) -> None:
    token, plan = CancelToken(), scene.plan(Action.ARCHIVE, scene.ids[:2])
    token.cancel()
    with untouched(scene.main.parent):
        receipt = scene.guarded().apply(plan, token)
    assert (receipt.is_cancelled, receipt.counted(EntryState.NOT_DONE)) == (True, 2)


def test_progress_is_reported_in_sessions(scene: Scene) -> None:
    token = CancelToken()
    scene.guarded().apply(scene.plan(Action.ARCHIVE, scene.ids[:4]), token)
    assert token.progress is not None
    assert (token.progress.done, token.progress.total, token.progress.unit) == (4, 4, "sessions")


def test_the_store_need_not_be_open_for_an_undo(scene: Scene) -> None:
    before = scene.rows()
    receipt = scene.do(Action.ARCHIVE, scene.ids[:1])
    scene.library.close(scene.key)
    scene.guarded().undo(receipt.receipt_id, TOKEN)
    assert scene.rows() == before
    assert scene.library.facts() == ()


def test_a_store_that_is_gone_is_a_refused_plan_and_a_refused_undo(scene: Scene) -> None:
    receipt = scene.do(Action.ARCHIVE, scene.ids[:1])
    scene.library.close(scene.key)
    scene.main.rename(scene.main.with_name("elsewhere.sqlite3"))
    plan = scene.plan(Action.ARCHIVE, scene.ids[:1])
    assert [one.refusal.code for one in plan.sessions if one.refusal] == [RefusalCode.MISSING]
    refusal = scene.guarded().undo_refusal(receipt.receipt_id, TOKEN)
    assert refusal is not None
    assert refusal.code is RefusalCode.MISSING
    undone = scene.guarded().undo(receipt.receipt_id, TOKEN)
    assert undone.entries[0].refusal is not None
    assert scene.guarded().receipt(receipt.receipt_id, TOKEN).undo is UndoState.POSSIBLE


def test_a_receipt_is_found_by_the_beginning_of_its_id(scene: Scene) -> None:
    receipt = scene.do(Action.ARCHIVE, scene.ids[:1])
    guarded = scene.guarded()
    assert guarded.receipt(receipt.receipt_id[:30].upper(), TOKEN) == receipt
    with pytest.raises(ReceiptMissing):
        guarded.receipt("ffff", TOKEN)
    with pytest.raises(ReceiptMissing):
        guarded.receipt("", TOKEN)
    scene.do(Action.ARCHIVE, scene.ids[1:2])
    with pytest.raises(ReceiptAmbiguous):
        guarded.receipt(receipt.receipt_id[:4], TOKEN)


def test_nothing_is_made_by_asking_for_receipts(scene: Scene) -> None:
    guarded = scene.guarded()
    assert (guarded.changes(TOKEN), guarded.settle(TOKEN)) == ((), ())
    assert guarded.backups(TOKEN).count == 0
    with pytest.raises(ReceiptMissing):
        guarded.receipt("0", TOKEN)
    assert not scene.journal.exists()


def test_nothing_is_changed_where_the_receipts_are_of_a_newer_burrow(scene: Scene, untouched: Untouched) -> None:
    plan = scene.plan(Action.ARCHIVE, scene.ids[:1])
    scene.paths.made(scene.paths.data)
    with closing(sqlite3.connect(scene.journal)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with untouched(scene.main.parent):
        (refused,) = scene.plan(Action.ARCHIVE, scene.ids[:1]).sessions
        assert refused.refusal is not None
        assert "newer Burrow" in refused.refusal.sentence
        with pytest.raises(ChangesUnusable):
            scene.guarded().apply(plan, TOKEN)
    with closing(sqlite3.connect(scene.journal)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (99,)


def test_receipts_that_cannot_be_read_are_put_aside_and_not_deleted(scene: Scene) -> None:
    scene.paths.made(scene.paths.data)
    scene.journal.write_bytes(b"no database at all, of any kind" * 40)
    scene.do(Action.ARCHIVE, scene.ids[:1])
    aside = scene.journal.with_name("changes-damaged-1.sqlite3")
    assert aside.read_bytes().startswith(b"no database")
    assert len(scene.guarded().changes(TOKEN)) == 1


def test_4_3_labels_go_to_our_own_notes_where_a_store_may_not_be_written(
    copy_sample: Callable[[str], Path], open_scene: Callable[[Path], Scene], untouched: Untouched
) -> None:
    scene = open_scene(copy_sample("meerkat/realm-0.9.8-rkat"))
    with untouched(scene.main.parent):
        plan = scene.plan(Action.LABEL, scene.ids[:2], LabelEdit((("team", "storage"),)))
        assert plan.scope is Scope.OWN
        assert plan.family_reason
        receipt = scene.guarded().apply(plan, TOKEN)
    assert (receipt.scope, receipt.store_backup, receipt.counted(EntryState.DONE)) == (Scope.OWN, "", 2)
    noted = scene.annotations.noted([SessionKey(scene.key, scene.ids[0])], TOKEN)
    assert next(iter(noted.values())).labels_put == (("team", "storage"),)


def test_a_session_that_the_store_does_not_hold_is_refused(scene: Scene) -> None:
    for action in (Action.ARCHIVE, Action.HIDE):
        (session,) = scene.plan(action, ["0198ffff-0000-7000-8000-000000000000"]).sessions
        assert session.refusal is not None
        assert session.refusal.code is RefusalCode.MISSING


def test_the_receipts_are_for_their_user_alone(scene: Scene) -> None:
    scene.do(Action.ARCHIVE, scene.ids[:1])
    files = [path for path in scene.paths.data.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert scene.paths.backups.stat().st_mode & 0o777 == 0o700
    assert not list(scene.paths.backups.glob("*.claim"))


def _files_of(folder: Path) -> dict[Path, bytes]:
    return {
        path.relative_to(folder): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
        if not path.name.startswith("sessions.sqlite3")
    }


def _of(rows: dict[str, list[tuple[object, ...]]], session_id: str) -> list[tuple[object, ...]]:
    names = {session_id.encode(), f"rt:session:{session_id}".encode()}
    return [row for table in rows.values() for row in table if row[0] in names]


def test_a_store_that_never_was_open_has_no_plan_but_a_refusal(scene: Scene, tmp_path: Path) -> None:
    key = StoreKey(str(tmp_path / "never.sqlite3"))
    (plan,) = scene.guarded().plan(Request(Action.HIDE), [SessionKey(key, "a")], TOKEN)
    assert [one.refusal.code for one in plan.sessions if one.refusal] == [RefusalCode.MISSING]
