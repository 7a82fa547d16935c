"""A working store holds what 0.6.24 can hold, so that it can go on with it; the rest is said before (4.6)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from store import copy_to_working_store, plan_copy
from store.backend import Backend
from store.cancel import CancelToken
from store.library import Library
from store.meerkat.copying.copying import copy_sessions
from store.meerkat.copying.planning import plan_copies
from store.meerkat.copying.working import workable
from store.meerkat.reference.canonical import Shapes
from store.meerkat.reference.sqlite_store import SqliteSessionStore
from store.paths import OwnPaths
from store.values.changes import Action, Request
from store.values.whole import WholeSession
from tests.store.meerkat.conftest import TIME, document, dump, results, session_id, user
from tests.store.opened import opened

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]
Untouched = Callable[[Path], AbstractContextManager[None]]

LATER = {
    "realm-0.7.28-rkat/realm/sessions.sqlite3": 11,
    "realm-0.8.26-rkat/realm/sessions.sqlite3": 11,
    "realm-0.9.8-rkat/realm/sessions.sqlite3": 11,
    "store-0.9.3-whole-blob/runtime.sqlite": 3,
}
"""Stores that may not be written, with their sessions."""


def whole_of(*messages: Any, **metadata: Any) -> WholeSession:
    return WholeSession(
        session_id(1),
        1,
        {"id": dump(session_id(1)), "created_at": b'{"secs_since_epoch":1780000000,"nanos_since_epoch":5000000}'},
        {key: dump(value) for key, value in metadata.items()},
        tuple(dump(message) for message in messages),
    )


# ---------------------------------------------------------------------------------------------------- made ready


def test_4_6_messages_without_time_get_that_of_their_sessions_beginning() -> None:
    ready = workable(whole_of({"role": "user", "content": "a"}, user("b")))

    assert ready.whole.messages == (
        b'{"role":"user","content":"a","created_at":"2026-05-28T20:26:40.005Z"}',
        dump(user("b")),
    )
    assert ready.remarks == (
        "1 message has no time and gets that at which its session began, so that Meerkat 0.6.24 can go on with it.",
    )


def test_4_6_structured_results_become_the_text_of_their_json() -> None:
    blocks = [{"type": "structured", "data": {"b": 1, "a": "ü"}}, {"type": "text", "text": "t"}]

    ready = workable(whole_of(results(("t1", blocks))))

    texts = [{"type": "text", "text": '{"b":1,"a":"ü"}'}, {"type": "text", "text": "t"}]
    assert ready.whole.messages == (dump(results(("t1", texts))),)
    assert len(ready.remarks) == 1


def test_4_6_the_text_of_a_skill_stays_a_text() -> None:
    ready = workable(whole_of(user([{"type": "skill_context", "skill_key": "k", "text": "t"}])))

    assert ready.whole.messages == (dump(user("t")),)


def test_4_6_a_message_that_only_speaks_of_structured_data_stays_as_it_is() -> None:
    whole = whole_of(user('"type":"structured"'), user([{"type": "structured"}]))

    assert workable(whole).whole == whole


def test_4_6_a_provider_gets_the_name_that_0_6_24_knows() -> None:
    ready = workable(whole_of(user("a"), session_metadata={"provider": "openai", "model": "m"}))

    assert json.loads(ready.whole.metadata["session_metadata"]) == {"provider": "open_a_i", "model": "m"}
    assert ready.remarks == ("Its provider “openai” is called “open_a_i” in the copy, as Meerkat 0.6.24 calls it.",)


def test_4_6_what_0_6_24_reads_already_stays_the_very_same() -> None:
    whole = whole_of(user("a"), session_metadata={"provider": "anthropic"})

    assert workable(whole).whole is whole


def test_4_6_what_only_later_releases_know_is_left_out_and_said() -> None:
    later = whole_of(
        user("a", identity={"run_id": "r"}, transcript_role="injected_context"),
        session_lifecycle_terminal="archived",
        session_labels={"k": "v"},
    )
    later.envelope["model_routing_control"] = b"[]"

    ready = workable(later)

    assert ready.whole.messages == (dump(user("a")),)
    assert list(ready.whole.metadata) == ["session_labels"]
    assert list(ready.whole.envelope) == ["id", "created_at"]
    assert ready.remarks == (
        "1 message holds fields of a later Meerkat, which are not in the copy.",
        "What a later Meerkat notes of its own work is not in the copy: “model_routing_control”,"
        " “session_lifecycle_terminal”.",
    )


def test_4_6_a_history_that_ends_in_other_messages_is_left_out_and_one_that_does_not_stays() -> None:
    graph = {"session_transcript_history_state_v1": {"head": "sha256:x"}}

    changed = workable(whole_of({"role": "user", "content": "a"}, **graph))
    same = workable(whole_of(user("a"), **graph))

    assert (list(changed.whole.metadata), list(same.whole.metadata)) == ([], list(graph))
    assert "Its history is not in the copy" in changed.remarks[1]


@pytest.mark.parametrize("data", [b"{}", b"[]", b"{", b'{"role":"user","role":"user"}'])
def test_4_6_what_cannot_be_read_stays_for_whoever_says_so(data: bytes) -> None:
    whole = WholeSession(session_id(1), 2, whole_of().envelope, {"session_metadata": data}, (data,))

    assert workable(whole).whole == whole


# ---------------------------------------------------------------------------------------------- planned and copied


@pytest.mark.parametrize("name", sorted(LATER))
def test_4_6_a_store_that_may_not_be_written_is_copied_into_one_that_may_be(
    copy_sample: Copy, own_paths: OwnPaths, tmp_path: Path, untouched: Untouched, name: str
) -> None:
    token, library = CancelToken(), Library(own_paths)
    top, _, below = name.partition("/")
    key = opened(library, copy_sample(f"meerkat/{top}") / below).key
    target = tmp_path / "working.sqlite3"
    with untouched(tmp_path / "samples"):
        plan = plan_copy(library, key, None, token)
        copied = copy_to_working_store(library, key, None, target, own_paths, token)
    facts = opened(library, target)
    try:
        assert len(plan.possible) == len(copied.session_ids) == LATER[name]
        assert [one.session_id for one in plan.sessions] == list(copied.session_ids)
        check = library.backend(facts.key).changing().plan(Request(Action.ARCHIVE), copied.session_ids, token)
        refusals = {one.refusal.code.value for one in check.refused if one.refusal is not None}
        assert refusals <= {"already-so"}
        assert check.family == "Meerkat 0.6"
    finally:
        library.close_all()


def test_4_6_the_reference_loads_and_goes_on_with_every_copied_session(
    copy_sample: Copy, open_store: Open, tmp_path: Path, token: CancelToken
) -> None:
    source = open_store(copy_sample("meerkat/realm-0.9.8-rkat") / "realm" / "sessions.sqlite3")
    target = tmp_path / "working.sqlite3"
    copied = copy_sessions(source, None, target, tmp_path / "scratch", token, is_for_work=True)
    store = SqliteSessionStore.open(target)

    for name in copied.session_ids:
        session = store.load(name)
        assert session is not None
        assert session.shapes is Shapes.REFERENCE
        session.push(dump(user("and on")))
        store.save(session)

    assert len(store.list()) == len(copied.session_ids)


def test_4_6_a_session_of_before_0_6_can_be_gone_on_with(
    made: Any, open_store: Open, tmp_path: Path, token: CancelToken
) -> None:
    made.add(1, document(session_id(1), [{"role": "user", "content": "hi"}], version=1))
    target = tmp_path / "working.sqlite3"
    copy_sessions(open_store(Path(made.done())), None, target, tmp_path / "scratch", token, is_for_work=True)
    store = SqliteSessionStore.open(target)

    for text in ("a", "b"):
        session = store.load(session_id(1))
        assert session is not None
        session.push(dump(user(text)))
        store.save(session)

    assert store.list()[0].message_count == 3


def test_4_6_both_rows_and_a_state_are_written(
    copy_sample: Copy, open_store: Open, tmp_path: Path, token: CancelToken
) -> None:
    source = open_store(copy_sample("meerkat/realm-0.8.26-rkat") / "realm" / "sessions.sqlite3")
    target = tmp_path / "working.sqlite3"
    copied = copy_sessions(source, None, target, tmp_path / "scratch", token, is_for_work=True)

    with closing(sqlite3.connect(target)) as database:
        rows = database.execute(
            "SELECT s.session_id, s.session_json = p.session_snapshot, t.runtime_state_json FROM sessions s"
            " JOIN runtime_session_snapshots p ON p.runtime_id = 'rt:session:' || s.session_id"
            " JOIN runtime_states t USING (runtime_id)"
        ).fetchall()
    assert {row[0] for row in rows} == set(copied.session_ids)
    assert all(row[1] for row in rows)
    assert {row[2] for row in rows} == {b'"idle"', b'"retired"'}


def test_4_6_a_plan_lists_what_cannot_be_held_and_makes_nothing(
    made: Any, open_store: Open, tmp_path: Path, token: CancelToken
) -> None:
    made.add(1, document(session_id(1), [user("a")]))
    made.add(2, document(session_id(2), [{"role": "robot", "content": "x", "created_at": TIME}]))
    made.add(3, document(session_id(3), [{"role": "user", "content": "x"}], version=1))
    source = open_store(Path(made.done()))
    before = sorted(tmp_path.rglob("*"))

    plan = plan_copies(source, [session_id(number) for number in (1, 2, 3)], token, is_for_work=True)

    first, refused, stamped = plan.sessions
    assert (first.refusal, refused.refusal) == ("", refused.refusal)
    assert "unknown role" in refused.refusal
    assert any("1 message has no time" in loss for loss in stamped.losses)
    assert plan.size_bytes == first.size_bytes + stamped.size_bytes > 0
    assert plan.possible == (first, stamped)
    assert plan.refused == (refused,)
    assert sorted(tmp_path.rglob("*")) == before


def test_4_6_the_planned_bytes_are_those_that_are_written(
    copy_sample: Copy, open_store: Open, tmp_path: Path, token: CancelToken
) -> None:
    source = open_store(copy_sample("meerkat/realm-0.7.28-rkat") / "realm" / "sessions.sqlite3")
    target = tmp_path / "working.sqlite3"

    plan = plan_copies(source, None, token, is_for_work=True)
    copy_sessions(source, None, target, tmp_path / "scratch", token, is_for_work=True)

    with closing(sqlite3.connect(target)) as database:
        (size,) = database.execute(
            "SELECT sum(length(CAST(metadata_json AS BLOB)) + 2 * length(session_json)) FROM sessions"
        ).fetchone()
    assert plan.size_bytes == size
