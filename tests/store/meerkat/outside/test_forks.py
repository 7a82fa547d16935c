"""Forks made in a realm from outside: both rows, no graph, and the source as it was (L6)."""

from __future__ import annotations

import json

import pytest

from store.meerkat.outside.forks import ENDS_INSIDE_A_CALL
from store.values.changes import Action, ForkEdit, RefusalCode
from tests.store.meerkat.conftest import dump
from tests.store.meerkat.outside.realm import Realm
from tests.store.meerkat.outside.test_rewrites import KEY, PARENT, SINGLE


@pytest.mark.parametrize("session_id", [PARENT, SINGLE])
def test_l6_a_fork_is_two_rows_of_the_first_messages_and_nothing_else(rich: Realm, session_id: str) -> None:
    before, files, source = rich.rows(), rich.files(), rich.document(session_id)

    (done,) = rich.change(Action.FORK, [session_id], ForkEdit(3))

    made = rich.document(done.made_id)
    assert made["messages"] == source["messages"][:3]
    assert made["metadata"] == {key: value for key, value in source["metadata"].items() if key != KEY}
    assert made["usage"] == source["usage"]
    assert rich.snapshot(done.made_id) == rich.stored(done.made_id)
    assert rich.state(done.made_id) is None
    after = rich.rows()
    assert {table: len(after[table]) - len(before[table]) for table in before if after[table] != before[table]} == {
        "sessions": 1,
        "runtime_session_snapshots": 1,
    }
    assert rich.files() == files


def test_l6_the_source_of_a_fork_stays_as_it_is(rich: Realm) -> None:
    before = rich.stored(PARENT)

    rich.change(Action.FORK, [PARENT], ForkEdit(2))

    assert rich.stored(PARENT) == rich.snapshot(PARENT) == before


def test_l6_a_fork_is_listed_and_undo_takes_it_away(rich: Realm) -> None:
    before = rich.rows()

    done = rich.change(Action.FORK, [PARENT], ForkEdit(2))
    was_listed = done[0].made_id in rich.summaries()
    rich.undo(done)

    assert was_listed
    assert rich.rows() == before


@pytest.mark.parametrize(("at", "code"), [(12, RefusalCode.GUARD), (-1, RefusalCode.GUARD), (11, None), (0, None)])
def test_l6_a_fork_has_no_more_messages_than_its_source(rich: Realm, at: int, code: RefusalCode | None) -> None:
    assert rich.refusal(Action.FORK, PARENT, ForkEdit(at)) is code


def test_l6_a_fork_that_would_end_in_a_call_is_refused(rich: Realm) -> None:
    (planned,) = rich.plan(Action.FORK, [PARENT], ForkEdit(5)).sessions

    assert planned.refusal is not None
    assert planned.refusal.sentence == ENDS_INSIDE_A_CALL


def test_l6_a_session_whose_fork_could_not_be_resumed_is_not_forked(rich: Realm) -> None:
    document = json.loads(rich.stored(PARENT))
    del document["metadata"]["session_metadata"]["tooling"]
    stored = dump(document)
    rich.run("UPDATE sessions SET session_json = ? WHERE session_id = ?", stored, PARENT)
    rich.run(
        "UPDATE runtime_session_snapshots SET session_snapshot = ? WHERE runtime_id = ?", stored, f"rt:session:{PARENT}"
    )

    assert rich.refusal(Action.FORK, PARENT, ForkEdit(2)) is RefusalCode.GUARD


def test_l6_a_fork_in_a_realm_of_0_7_keeps_what_its_messages_hold(later: Realm) -> None:
    session_id = "01a1fd5d-f584-7551-8d4e-58d221bd2d5e"
    source = later.document(session_id)

    (done,) = later.change(Action.FORK, [session_id], ForkEdit(2))

    assert later.document(done.made_id)["messages"] == source["messages"][:2]
