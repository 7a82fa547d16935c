"""What is kept in our own notes goes through plan, image, receipt and undo too, and no store is touched (4.1, 4.3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from store.guarded import Checkpoint
from store.guarded.own_planning import titles_of
from store.values.changes import Action, EntryState, LabelEdit, Receipt, RefusalCode, Scope, UndoState
from store.values.notes import Noted
from store.values.store import SessionKey
from tests.store.guarded.scene import TOKEN, Scene, counting
from tests.store.own_notes import relabel

TEAM = LabelEdit((("team", "storage"),))


def _noted(scene: Scene, at: int = 0) -> Noted | None:
    return scene.annotations.noted(None, TOKEN).get(SessionKey(scene.key, scene.ids[at]))


def _label(scene: Scene, edit: LabelEdit) -> Receipt:
    return scene.guarded().apply(scene.plan(Action.LABEL, scene.ids[:1], edit, Scope.OWN), TOKEN)


def test_4_1_hiding_is_planned_applied_and_undone_without_a_trace_in_the_store(
    scene: Scene, untouched: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with untouched(scene.main.parent):
        plan = scene.plan(Action.HIDE, scene.ids[:2])
        assert (plan.scope, plan.store_backup_bytes) == (Scope.OWN, None)
        assert all(session.title != session.session_id for session in plan.sessions)
        receipt = scene.guarded().apply(plan, TOKEN)
        hidden = _noted(scene)
        undone = scene.guarded().undo(receipt.receipt_id, TOKEN)
    assert (hidden, _noted(scene)) == (Noted(is_hidden=True), None)
    assert (receipt.store_backup, undone.counted(EntryState.DONE)) == ("", 2)


def test_what_is_hidden_already_is_refused_and_can_be_shown_again(scene: Scene) -> None:
    scene.do(Action.HIDE, scene.ids[:1])
    plan = scene.plan(Action.HIDE, scene.ids[:2])
    assert [one.refusal and one.refusal.code for one in plan.sessions] == [RefusalCode.ALREADY_SO, None]
    assert plan.effects == ("Burrow lists the session under Archived, as hidden. The agent still lists it.",)
    scene.do(Action.UNHIDE, scene.ids[:1])
    assert _noted(scene) is None


def test_4_3_own_labels_are_undone_without_the_note_that_was_written_meanwhile(scene: Scene) -> None:
    relabel(scene.annotations, [SessionKey(scene.key, scene.ids[0])], LabelEdit((("old", "1"),), ("gone",)))
    receipt = _label(scene, LabelEdit((("team", "storage"),), ("old",)))
    assert receipt.undo is UndoState.POSSIBLE
    scene.annotations.set_note(SessionKey(scene.key, scene.ids[0]), "look again", TOKEN)
    scene.do(Action.HIDE, scene.ids[:1])
    scene.guarded().undo(receipt.receipt_id, TOKEN)
    noted = Noted(note="look again", labels_put=(("old", "1"),), labels_removed=("gone",), is_hidden=True)
    assert _noted(scene) == noted


def test_own_labels_that_were_changed_again_are_not_undone(scene: Scene) -> None:
    receipt = _label(scene, TEAM)
    relabel(scene.annotations, [SessionKey(scene.key, scene.ids[0])], LabelEdit((("team", "search"),)))
    refusal = scene.guarded().undo_refusal(receipt.receipt_id, TOKEN)
    assert refusal is not None
    assert refusal.code is RefusalCode.MOVED_ON
    (entry,) = scene.guarded().undo(receipt.receipt_id, TOKEN).entries
    assert entry.refusal == refusal
    noted = _noted(scene)
    assert noted is not None
    assert noted.labels_put == (("team", "search"),)


def test_own_labels_that_were_changed_since_the_plan_refuse_it(scene: Scene) -> None:
    plan = scene.plan(Action.LABEL, scene.ids[:1], TEAM, Scope.OWN)
    relabel(scene.annotations, [SessionKey(scene.key, scene.ids[0])], LabelEdit((("team", "search"),)))
    (entry,) = scene.guarded().apply(plan, TOKEN).entries
    assert entry.refusal is not None
    assert entry.refusal.code is RefusalCode.CHANGED_SINCE_PLAN


def test_own_labels_that_are_written_in_the_same_moment_are_not_overwritten(scene: Scene) -> None:
    plan = scene.plan(Action.LABEL, scene.ids[:1], TEAM, Scope.OWN)
    key = SessionKey(scene.key, scene.ids[0])
    search = LabelEdit((("team", "search"),))
    meanwhile = counting(1, Checkpoint.INTENDED, lambda: relabel(scene.annotations, [key], search))
    (entry,) = scene.guarded(meanwhile).apply(plan, TOKEN).entries
    assert entry.state is not EntryState.DONE
    noted = _noted(scene)
    assert noted is not None
    assert noted.labels_put == (("team", "search"),)


def test_hiding_does_not_stand_in_the_way_of_undoing_labels_and_the_other_way_round(scene: Scene) -> None:
    labels = _label(scene, TEAM)
    hidden = scene.do(Action.HIDE, scene.ids[:1])
    again = _label(scene, LabelEdit((("team", "search"),)))
    states = {receipt.receipt_id: receipt.undo for receipt in scene.guarded().changes(TOKEN)}
    assert states == {
        labels.receipt_id: UndoState.REFUSED,
        hidden.receipt_id: UndoState.POSSIBLE,
        again.receipt_id: UndoState.POSSIBLE,
    }


def test_what_has_no_note_is_not_planned_as_one(scene: Scene) -> None:
    plan = scene.plan(Action.ARCHIVE, scene.ids[:1], scope=Scope.OWN)
    assert plan.possible == ()


def test_4_3_labels_of_a_read_only_store_are_planned_by_title_and_not_for_a_session_that_it_does_not_hold(
    copy_sample: Callable[[str], Path], open_scene: Callable[[Path], Scene]
) -> None:
    scene = open_scene(copy_sample("meerkat/realm-0.9.8-rkat"))
    there, missing = scene.plan(Action.LABEL, [scene.ids[0], "unknown"], TEAM).sessions
    assert there.title not in ("", there.session_id)
    assert missing.refusal is not None
    assert missing.refusal.code is RefusalCode.MISSING


def test_titles_are_the_same_one_by_one_and_all_at_once(scene: Scene) -> None:
    backend = scene.library.backend(scene.key)
    many = titles_of(backend, scene.ids, len(scene.ids), TOKEN)
    assert titles_of(backend, scene.ids[:3], 1_000_000, TOKEN) == {one: many[one] for one in scene.ids[:3]}
    assert titles_of(backend, ["unknown"], 1_000_000, TOKEN) == titles_of(backend, ["unknown"], 1, TOKEN) == {}
    assert set(many) == set(scene.ids)
