"""Labels in both rows of a session."""

from __future__ import annotations

import json

import pytest

from store.values.changes import Action, LabelEdit, RefusalCode, Scope
from tests.store.meerkat.outside.conftest import ENQUIRY, HARBOUR, IDLE_07, OpenRealm
from tests.store.meerkat.outside.realm import Realm


def labels(realm: Realm, session_id: str) -> dict[str, str] | None:
    stored, snapshot = json.loads(realm.stored(session_id)), json.loads(realm.snapshot(session_id))
    assert stored == snapshot
    found: dict[str, str] | None = stored["metadata"].get("session_labels")
    return found


def test_4_3_labels_are_added_changed_and_removed_in_both_rows(rkat: Realm) -> None:
    edit = LabelEdit((("team", "küste"), ("project", "bay")), ("title",))
    rkat.change(Action.LABEL, [HARBOUR], edit)
    assert labels(rkat, HARBOUR) == {"project": "bay", "team": "küste"}


def test_4_3_labels_are_put_on_many_sessions_at_once(rkat: Realm) -> None:
    rkat.change(Action.LABEL, [HARBOUR, ENQUIRY], LabelEdit((("team", "blue"),)))
    assert labels(rkat, HARBOUR) == {"project": "harbour", "team": "blue", "title": "Harbour log"}
    assert labels(rkat, ENQUIRY) == {"team": "blue", "title": "Old enquiry"}


def test_4_3_a_key_that_is_put_and_removed_ends_up_removed(rkat: Realm) -> None:
    rkat.change(Action.LABEL, [HARBOUR], LabelEdit((("title", "x"),), ("title",)))
    assert labels(rkat, HARBOUR) == {"project": "harbour"}


def test_4_3_with_the_last_label_the_key_goes(rkat: Realm) -> None:
    rkat.change(Action.LABEL, [HARBOUR], LabelEdit((), ("title", "project")))
    assert labels(rkat, HARBOUR) is None


def test_4_3_the_list_finds_the_new_labels(rkat: Realm) -> None:
    rkat.change(Action.LABEL, [HARBOUR], LabelEdit((("title", "Bay log"),)))
    assert rkat.summaries()[HARBOUR].title == "Bay log"


def test_4_3_labels_that_are_there_already_change_nothing(rkat: Realm) -> None:
    assert (
        rkat.refusal(Action.LABEL, HARBOUR, LabelEdit((("project", "harbour"),), ("none",))) is RefusalCode.ALREADY_SO
    )


def test_4_3_in_a_realm_of_0_7_labels_are_burrows_own_and_the_plan_says_why(later: Realm) -> None:
    plan = later.plan(Action.LABEL, [IDLE_07], LabelEdit((("a", "b"),)))
    assert plan.scope is Scope.OWN
    assert "drops the labels" in plan.family_reason
    assert len(plan.possible) == 1


@pytest.mark.parametrize("name", ["realm-0.8.10", "realm-0.6.24-bridged-by-0.9.8/realm", "realm-0.7.28-rkat/realm"])
def test_4_3_where_a_store_is_read_only_labels_are_burrows_own(open_realm: OpenRealm, name: str) -> None:
    realm = open_realm(name)
    session_id, summary = realm.summaries().popitem()
    plan = realm.plan(Action.LABEL, [session_id, "none"], LabelEdit((("a", "b"),)))
    assert (plan.scope, plan.family) == (Scope.OWN, "")
    assert [(one.title, one.refusal is None) for one in plan.sessions] == [(summary.title, True), ("none", False)]


def test_4_3_labels_wait_for_an_agent_where_they_can_be_written(rkat: Realm, later: Realm) -> None:
    for realm in (rkat, later):
        (realm.folder / "leases").mkdir()
        (realm.folder / "leases" / "x.json").write_text("{")
    assert rkat.refusal(Action.LABEL, HARBOUR, LabelEdit((("a", "b"),))) is RefusalCode.LEASE_ALIVE
    assert later.plan(Action.LABEL, [IDLE_07], LabelEdit((("a", "b"),))).scope is Scope.OWN


def test_4_3_a_label_that_no_document_can_hold_is_refused(rkat: Realm) -> None:
    assert rkat.refusal(Action.LABEL, HARBOUR, LabelEdit((("a", "\ud800"),))) is RefusalCode.GUARD
    assert rkat.refusal(Action.LABEL, HARBOUR, LabelEdit((("", "x"),))) is RefusalCode.GUARD
    assert rkat.refusal(Action.LABEL, HARBOUR, LabelEdit((("a", "x" * 5000),))) is RefusalCode.GUARD


def test_4_3_a_session_that_a_service_may_hold_is_labelled_with_a_remark(rich: Realm) -> None:
    attached = rich.value("SELECT runtime_id FROM runtime_states WHERE runtime_state_json = ?", b'"attached"')
    session_id = attached.removeprefix("rt:session:")
    (planned,) = rich.plan(Action.LABEL, [session_id], LabelEdit((("a", "b"),))).possible
    assert "hold this session in memory" in planned.remarks[0]
