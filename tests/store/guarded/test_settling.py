"""A Burrow that is killed on the way: the store is old or new, and Changes tells the truth (4-case-1)."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from store.guarded import Checkpoint
from store.values.changes import Action, EntryState, Receipt, RefusalCode, UndoState
from store.values.checks import Outcome
from tests.store.guarded.scene import TOKEN, Rows, Scene, start

SLOW = pytest.mark.slow


@pytest.fixture
def realm(copy_sample: Callable[[str], Path], open_scene: Callable[[Path], Scene]) -> Scene:
    """A real realm with logs and projections beside its database: the sessions that can be archived."""
    scene = open_scene(copy_sample("meerkat/realm-0.6.24-rkat") / "realm")
    scene.ids = tuple(one.session_id for one in scene.plan(Action.ARCHIVE, scene.ids).possible)
    return scene


def killed(scene: Scene, **told: Any) -> None:
    """Let a Burrow change something and kill itself."""
    child = start(scene, **told)
    _out, error = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL, error


class CutOff(Exception):
    """What stands for the end of a process, where it need not be a real one."""


def cut_off(scene: Scene) -> None:
    """Archive one session and end behind its commit."""

    def end(checkpoint: Checkpoint) -> None:
        if checkpoint is Checkpoint.COMMITTED:
            raise CutOff

    with pytest.raises(CutOff):
        scene.guarded(end).apply(scene.plan(Action.ARCHIVE, scene.ids[:1]), TOKEN)


def settled(scene: Scene) -> Receipt:
    """Start Burrow again and let it settle the one change that was cut off."""
    (receipt,) = scene.guarded().settle(TOKEN)
    assert scene.guarded().settle(TOKEN) == ()
    return receipt


def prove_sound(scene: Scene, faults: set[tuple[str, str]]) -> None:
    with scene.written() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert failed_checks(scene) <= faults


def failed_checks(scene: Scene) -> set[tuple[str, str]]:
    """What fails of what the store promises: digests, both rows, history."""
    with scene.library.lent(scene.key, TOKEN, is_fresh=True) as backend:
        present = [row.session_id for row in backend.census(None, 1_000, TOKEN)]
        checks = backend.checks(present, TOKEN)
    return {
        (check.session_id, result.name.value)
        for check in checks
        for result in check.results
        if result.outcome is Outcome.FAILED
    }


def done(receipt: Receipt) -> set[str]:
    return {entry.session_id for entry in receipt.entries if entry.state is EntryState.DONE}


@pytest.mark.parametrize(
    ("checkpoint", "count"),
    [
        (Checkpoint.INTENDED, 2),
        (Checkpoint.COMMITTED, 2),
        pytest.param(Checkpoint.BEGUN, 1, marks=SLOW),
        pytest.param(Checkpoint.COPYING, 1, marks=SLOW),
        pytest.param(Checkpoint.COPIED, 1, marks=SLOW),
        pytest.param(Checkpoint.INTENDED, 1, marks=SLOW),
        pytest.param(Checkpoint.INTENDED, 3, marks=SLOW),
        pytest.param(Checkpoint.COMMITTED, 3, marks=SLOW),
        pytest.param(Checkpoint.VERIFIED, 2, marks=SLOW),
        pytest.param(Checkpoint.CLOSING, 1, marks=SLOW),
        pytest.param(Checkpoint.CLOSED, 1, marks=SLOW),
    ],
)
def test_4_4_an_archiving_that_is_killed_is_told_as_it_is_and_can_be_undone(
    realm: Scene, checkpoint: Checkpoint, count: int
) -> None:
    """(4-case-1)"""
    faults, before, archived = failed_checks(realm), realm.rows(), realm.archived()
    killed(realm, ids=realm.ids[:3], action="archive", checkpoint=checkpoint, count=count)
    prove_sound(realm, faults)
    if checkpoint is Checkpoint.CLOSED:
        assert realm.guarded().settle(TOKEN) == ()
        (receipt,) = realm.guarded().changes(TOKEN)
    else:
        receipt = settled(realm)
    assert len(receipt.entries) == 3
    assert realm.archived() - archived == done(receipt)
    assert {entry.state for entry in receipt.entries} <= {EntryState.DONE, EntryState.NOT_DONE}
    begun = [entry for entry in receipt.entries if entry.is_settled]
    assert len(begun) == (checkpoint in {Checkpoint.INTENDED, Checkpoint.COMMITTED, Checkpoint.VERIFIED}) + (
        checkpoint is Checkpoint.CLOSING
    )
    if done(receipt):
        realm.guarded().undo(receipt.receipt_id, TOKEN)
    assert receipt.undo is (UndoState.POSSIBLE if done(receipt) else UndoState.NOTHING)
    assert realm.rows() == before


@pytest.mark.parametrize(
    ("event", "count"),
    [
        ("os.remove", 2),
        *(pytest.param("os.remove", count, marks=SLOW) for count in (1, 3, 4, 5, 6)),
        pytest.param("os.rmdir", 1, marks=SLOW),
    ],
)
def test_4_2_a_deletion_that_is_killed_between_its_files_is_finished_and_can_be_undone(
    realm: Scene, event: str, count: int
) -> None:
    """(4-case-1)"""
    _delete_killed(realm, event=event, count=count)


@SLOW
@pytest.mark.parametrize("checkpoint", list(Checkpoint)[3:6])
def test_4_2_a_deletion_that_is_killed_around_its_commit_is_told_as_it_is(realm: Scene, checkpoint: Checkpoint) -> None:
    """(4-case-1)"""
    _delete_killed(realm, checkpoint=checkpoint)


def _delete_killed(realm: Scene, **where: Any) -> None:
    (victim,) = realm.archived()
    folder = realm.main.parent
    faults, before, files = failed_checks(realm), realm.rows(), _files(folder)
    killed(realm, ids=[victim], action="delete", **where)
    prove_sound(realm, faults)
    receipt = settled(realm)
    (entry,) = receipt.entries
    assert entry.is_settled
    is_gone = not any(victim in path for path in _files(folder))
    assert entry.state is (EntryState.DONE if is_gone else EntryState.NOT_DONE)
    assert _has(realm.rows(), victim) is not is_gone
    if is_gone:
        realm.guarded().undo(receipt.receipt_id, TOKEN)
    assert (realm.rows(), _files(folder)) == (before, files)


@SLOW
@pytest.mark.parametrize("action", [Action.ARCHIVE, Action.DELETE])
@pytest.mark.parametrize("checkpoint", list(Checkpoint)[3:7])
def test_4_4_an_undo_that_is_killed_is_told_as_it_is_and_can_be_asked_for_again(
    realm: Scene, action: Action, checkpoint: Checkpoint
) -> None:
    """(4-case-1)"""
    ids = list(realm.ids[:2]) if action is Action.ARCHIVE else sorted(realm.archived())
    before, files, faults = realm.rows(), _files(realm.main.parent), failed_checks(realm)
    first = realm.do(action, ids)
    killed(realm, receipt=first.receipt_id, checkpoint=checkpoint)
    prove_sound(realm, faults)
    receipt = settled(realm)
    assert receipt.undoes == first.receipt_id
    again = realm.guarded().receipt(first.receipt_id, TOKEN)
    undone = {entry.session_id for entry in again.entries if entry.state is EntryState.UNDONE}
    assert undone == done(receipt)
    if undone != set(ids):
        realm.guarded().undo(first.receipt_id, TOKEN)
    assert (realm.rows(), _files(realm.main.parent)) == (before, files)


@SLOW
def test_4_4_an_undo_of_a_deletion_that_is_killed_between_its_files_can_be_asked_for_again(realm: Scene) -> None:
    """(4-case-1)"""
    before, files = realm.rows(), _files(realm.main.parent)
    first = realm.do(Action.DELETE, sorted(realm.archived()))
    for count in (1, 3):
        killed(realm, receipt=first.receipt_id, event="open", count=count)
        assert settled(realm).counted(EntryState.DONE) == 0
    realm.guarded().undo(first.receipt_id, TOKEN)
    assert (realm.rows(), _files(realm.main.parent)) == (before, files)


@SLOW
def test_4_4_wherever_a_change_of_many_sessions_is_killed_changes_tells_the_truth(
    scene: Scene,
) -> None:
    """(4-case-1)"""
    faults, before, archived = failed_checks(scene), scene.rows(), scene.archived()
    moments = random.Random(4)
    for _ in range(12):
        child = start(scene, ids=scene.ids, action="archive", is_waiting=True)
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == "planned\n"
        child.stdin.write("go\n")
        child.stdin.flush()
        time.sleep(moments.uniform(0.0, 0.6))
        child.kill()
        child.communicate()
        prove_sound(scene, faults)
        scene.guarded().settle(TOKEN)
        found = scene.guarded().changes(TOKEN, limit=1)
        if found and found[0].undo is UndoState.POSSIBLE:
            assert scene.archived() - archived == done(found[0])
            scene.guarded().undo(found[0].receipt_id, TOKEN)
        assert scene.rows() == before


def test_a_change_whose_store_is_gone_stays_open_and_is_settled_when_it_is_back(realm: Scene) -> None:
    cut_off(realm)
    realm.library.close(realm.key)
    away = realm.main.parent.with_name("away")
    realm.main.parent.rename(away)
    (receipt,) = realm.guarded().settle(TOKEN)
    (entry,) = receipt.entries
    assert (entry.state, entry.is_settled) == (EntryState.UNKNOWN, False)
    assert entry.refusal is not None
    assert entry.refusal.code is RefusalCode.MISSING
    away.rename(realm.main.parent)
    (entry,) = settled(realm).entries
    assert (entry.state, entry.is_settled, entry.refusal) == (EntryState.DONE, True, None)


def test_a_change_that_was_cut_off_and_moved_on_is_not_known_and_its_old_state_is_kept(realm: Scene) -> None:
    cut_off(realm)
    realm.touch(realm.ids[0])
    receipt = settled(realm)
    (entry,) = receipt.entries
    assert entry.state is EntryState.UNKNOWN
    assert entry.refusal is not None
    assert entry.refusal.code is RefusalCode.MOVED_ON
    assert receipt.undo is UndoState.NOTHING
    assert receipt.image_bytes > 0


def test_a_change_on_which_another_burrow_works_is_left_to_it(realm: Scene) -> None:
    seen: list[Sequence[Receipt]] = []
    other = realm.guarded()

    def look(checkpoint: Checkpoint) -> None:
        if checkpoint is Checkpoint.COMMITTED:
            seen.append(other.settle(TOKEN))

    realm.guarded(look).apply(realm.plan(Action.ARCHIVE, realm.ids[:1]), TOKEN)
    assert seen == [()]
    assert realm.guarded().changes(TOKEN)[0].counted(EntryState.DONE) == 1


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
        if not path.name.startswith("sessions.sqlite3")
    }


def _has(rows: Rows, session_id: str) -> bool:
    names = {session_id.encode(), f"rt:session:{session_id}".encode()}
    return any(row[0] in names for table in rows.values() for row in table)
