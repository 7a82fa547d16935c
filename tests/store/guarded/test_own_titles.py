"""Plans and receipts name sessions by the titles that a person gave them (4.3)."""

from __future__ import annotations

from store.values.changes import Action, Request
from store.values.store import SessionKey
from tests.store.guarded.scene import TOKEN, Scene


def test_4_3_a_plan_and_its_receipt_name_a_session_by_its_own_title(scene: Scene) -> None:
    key = SessionKey(scene.key, scene.ids[0])
    guarded = scene.guarded()
    (before,) = guarded.plan(Request(Action.ARCHIVE), [key], TOKEN)
    scene.annotations.set_title(key, "A name of mine", TOKEN)
    (plan,) = guarded.plan(Request(Action.ARCHIVE), [key], TOKEN)
    assert plan.sessions[0].title == "A name of mine" != before.sessions[0].title
    assert plan.sessions[0].state == before.sessions[0].state
    assert guarded.apply(plan, TOKEN).entries[0].title == "A name of mine"
