"""What is kept to undo changes, for how long, and what a clean-up leaves (4.4, L7)."""

from __future__ import annotations

import pytest

from store.cancel import CancelToken
from store.errors import Cancelled
from store.values.changes import Action, BackupFacts, EntryState, LabelEdit, RefusalCode, UndoState
from tests.store.guarded.scene import TOKEN, Scene


def _label(scene: Scene, value: str, at: int = 0) -> str:
    return scene.do(Action.LABEL, scene.ids[at : at + 1], LabelEdit((("run", value),))).receipt_id


def test_4_4_what_is_kept_is_counted_with_its_age(scene: Scene) -> None:
    receipt = scene.do(Action.ARCHIVE, scene.ids[:2])
    facts = scene.guarded().backups(TOKEN)
    copy_bytes = next(scene.paths.backups.glob("*.sqlite3")).stat().st_size
    assert (facts.count, facts.oldest_ms) == (2, receipt.at_ms)
    # Both rows of a session hold the same document, which is kept once.
    assert copy_bytes + receipt.image_bytes * 0.4 < facts.size_bytes < copy_bytes + receipt.image_bytes
    assert (facts.removable_count, facts.removable_bytes) == (0, 0)
    assert receipt.undoable_until_ms == receipt.at_ms + 30 * 24 * 3_600_000


def test_4_4_a_clean_up_removes_what_is_old_but_never_the_newest_of_a_session_or_store(scene: Scene) -> None:
    first, other = _label(scene, "1"), _label(scene, "other", at=1)
    scene.days = 10
    second = _label(scene, "2")
    scene.days = 29
    assert scene.guarded().clean_up(TOKEN).removable_count == 0
    scene.days = 35
    facts = scene.guarded().backups(TOKEN)
    assert facts.removable_count == 1
    left = scene.guarded().clean_up(TOKEN)
    assert left.size_bytes == facts.size_bytes - facts.removable_bytes
    assert (left.count, left.removable_count) == (facts.count - 1, 0)
    kept = {receipt.receipt_id: receipt.image_bytes > 0 for receipt in scene.guarded().changes(TOKEN)}
    assert kept == {first: False, other: True, second: True}
    assert len(list(scene.paths.backups.glob("*.sqlite3"))) == 1


def test_4_4_a_change_that_was_cleaned_up_says_why_it_cannot_be_undone(scene: Scene) -> None:
    first = _label(scene, "1")
    second = _label(scene, "2")
    scene.days = 40
    scene.guarded().clean_up(TOKEN)
    scene.guarded().undo(second, TOKEN)
    receipt = scene.guarded().receipt(first, TOKEN)
    assert (receipt.undo, receipt.counted(EntryState.DONE)) == (UndoState.REFUSED, 1)
    assert receipt.undo_refusal is not None
    assert receipt.undo_refusal.code is RefusalCode.NO_BACKUP
    assert receipt.undoable_until_ms is None


def test_of_copies_of_a_store_the_newest_stays(scene: Scene) -> None:
    first = scene.do(Action.ARCHIVE, scene.ids[:1])
    scene.days = 31
    second = scene.do(Action.ARCHIVE, scene.ids[1:2])
    assert second.store_backup
    scene.days = 70
    scene.guarded().clean_up(TOKEN)
    assert [str(path) for path in scene.paths.backups.glob("*.sqlite3")] == [second.store_backup]
    assert scene.guarded().receipt(first.receipt_id, TOKEN).undo is UndoState.POSSIBLE


def test_l7_a_clean_up_gives_the_room_back_to_the_disk(scene: Scene) -> None:
    for value in "123":
        scene.do(Action.LABEL, scene.ids[:8], LabelEdit((("run", value),)))
    before = scene.journal.stat().st_size
    scene.days = 40
    removable = scene.guarded().backups(TOKEN).removable_bytes
    scene.guarded().clean_up(TOKEN)
    assert removable > 100_000
    assert before - scene.journal.stat().st_size > 0.8 * removable


def test_what_processes_that_died_left_is_cleaned_away(scene: Scene) -> None:
    scene.do(Action.HIDE, scene.ids[:1])
    left = scene.paths.made(scene.paths.backups) / "realm-0.6.24-01a1ffc1-8612-76c4-b538-a3c67d27b5b8.sqlite3.part"
    left.write_bytes(b"half a copy")
    (scene.paths.backups / "01a1ffc1-8612-76c4-b538-a3c67d27b5b9.claim").touch()
    scene.guarded().clean_up(TOKEN)
    assert list(scene.paths.backups.iterdir()) == []


def test_a_clean_up_can_be_cancelled(scene: Scene) -> None:
    _label(scene, "1")
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        scene.guarded().clean_up(token)


def test_where_nothing_was_ever_changed_nothing_is_kept(scene: Scene) -> None:
    nothing = BackupFacts(0, 0, None, 0, 0)
    assert (scene.guarded().backups(TOKEN), scene.guarded().clean_up(TOKEN)) == (nothing, nothing)
    assert not scene.journal.exists()
