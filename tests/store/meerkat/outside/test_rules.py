"""Every rule for outside writers, asked when a change is planned and asked again when it is written (L6)."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.errors import ChangeRefused
from store.values.changes import Action, LabelEdit, RefusalCode, Request, RewriteEdit, Scope
from tests.store.meerkat.conftest import dump, user
from tests.store.meerkat.outside.conftest import ENQUIRY, HARBOUR, IDLE_07, UNANSWERED, OpenRealm
from tests.store.meerkat.outside.realm import Realm


def begin_refusal(realm: Realm, session_id: str, spoil: object = None) -> RefusalCode | None:
    """Plan an archive, let something happen, and begin it: why it is refused then."""
    plan = realm.plan(Action.ARCHIVE, [session_id])
    assert plan.refused == ()
    if callable(spoil):
        spoil()
    rows = realm.rows()
    token = CancelToken()
    try:
        with realm.changing.writing(token) as writing:
            writing.begin(plan.request, plan.sessions[0], token).roll_back()
    except ChangeRefused as refused:
        assert realm.rows() == rows
        return refused.refusal.code
    return None


def write_lease(realm: Realm, age_s: float, name: str = "one.json") -> None:
    (realm.folder / "leases").mkdir(exist_ok=True)
    lease = {"realm_id": "demo", "instance_id": "i", "surface": "rkat-rpc", "pid": 48113, "started_at": 1}
    (realm.folder / "leases" / name).write_text(json.dumps(lease | {"heartbeat_at": int(time.time() - age_s)}))


def put_snapshot(realm: Realm, session_id: str, document: bytes) -> None:
    realm.run(
        "UPDATE runtime_session_snapshots SET session_snapshot = ? WHERE runtime_id = ?",
        document,
        f"rt:session:{session_id}",
    )


def put_both(realm: Realm, session_id: str, document: bytes) -> None:
    realm.run("UPDATE sessions SET session_json = ? WHERE session_id = ?", document, session_id)
    put_snapshot(realm, session_id, document)


# ----------------------------------------------------------------------------------------------------- rule 1: in use


def test_l6_a_live_lease_refuses_every_session_and_names_the_process(rkat: Realm) -> None:
    write_lease(rkat, 4)
    (planned,) = rkat.plan(Action.ARCHIVE, [HARBOUR]).sessions
    assert planned.refusal is not None
    assert planned.refusal.code is RefusalCode.LEASE_ALIVE
    assert planned.refusal.sentence == "An agent is using demo: its lease was renewed 4 seconds ago (process 48,113)."
    assert planned.refusal.advice == "Stop the agent, then plan again."


def test_l6_a_lease_that_appears_after_the_plan_is_seen_in_the_transaction(rkat: Realm) -> None:
    assert begin_refusal(rkat, HARBOUR, lambda: write_lease(rkat, 0)) is RefusalCode.LEASE_ALIVE


def test_l6_a_stale_lease_is_no_reason(rkat: Realm) -> None:
    write_lease(rkat, 40)
    assert begin_refusal(rkat, HARBOUR) is None


def test_l6_a_lease_of_the_future_and_one_that_is_being_written_are_alive(rkat: Realm) -> None:
    write_lease(rkat, -3600)
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.LEASE_ALIVE
    (rkat.folder / "leases" / "one.json").write_text('{"realm_id"')
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.LEASE_ALIVE
    os.utime(rkat.folder / "leases" / "one.json", (1, 1))
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is None


def test_l6_an_input_without_outcome_refuses_its_session_alone(rkat: Realm) -> None:
    """(4-case-6)"""
    assert rkat.refusal(Action.ARCHIVE, UNANSWERED) is RefusalCode.TURN_IN_PROGRESS
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is None


@pytest.mark.parametrize(
    "state", [b'{"terminal_outcome":null}', b'{"persisted_input":{"terminal_outcome":1}}', b"no json"]
)
def test_l6_an_input_whose_outcome_is_null_or_elsewhere_or_unreadable_counts_as_waiting(
    rkat: Realm, state: bytes
) -> None:
    rkat.run("INSERT INTO runtime_input_states VALUES (?, 'i', ?)", f"rt:session:{HARBOUR}", state)
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.TURN_IN_PROGRESS


def test_l6_a_turn_that_begins_after_the_plan_is_seen_in_the_transaction(rkat: Realm) -> None:
    def begin_turn() -> None:
        rkat.run("INSERT INTO runtime_input_states VALUES (?, 'i', ?)", f"rt:session:{HARBOUR}", b'{"a":1}')

    assert begin_refusal(rkat, HARBOUR, begin_turn) is RefusalCode.TURN_IN_PROGRESS


def test_4_5_a_running_realm_refuses_the_sessions_of_its_turns(open_realm: OpenRealm) -> None:
    realm = open_realm("realm-0.6.24-running/realm")
    refused = {one.session_id: one.refusal for one in realm.plan(Action.ARCHIVE, list(realm.summaries())).refused}
    codes = [one.code for one in refused.values() if one is not None]
    assert codes.count(RefusalCode.TURN_IN_PROGRESS) >= 2


# ------------------------------------------------------------------------------------------ rule 2: the two rows differ


def test_l6_two_rows_that_differ_in_messages_are_refused(open_realm: OpenRealm) -> None:
    """(4-case-6)"""
    realm = open_realm("realm-0.6.34-rkat/realm")
    plan = realm.plan(Action.ARCHIVE, realm.ids())
    codes = [one.refusal.code for one in plan.refused if one.refusal is not None]
    assert codes.count(RefusalCode.ROWS_DIFFER) == 1


def test_l6_two_rows_that_differ_in_their_time_alone_are_written_alike(rkat: Realm) -> None:
    """(4-case-6)"""
    other = rkat.stored(HARBOUR).replace(b'"updated_at":{"secs_since_epoch":1', b'"updated_at":{"secs_since_epoch":2')
    assert other != rkat.stored(HARBOUR)
    put_snapshot(rkat, HARBOUR, other)
    rkat.change(Action.ARCHIVE, [HARBOUR])
    assert rkat.stored(HARBOUR) == rkat.snapshot(HARBOUR)


def test_l6_rows_of_different_metadata_get_the_change_each_and_keep_the_rest(rkat: Realm) -> None:
    """(4-case-6)"""
    other = rkat.stored(HARBOUR).replace(b'"metadata":{', b'"metadata":{"aaa":1.5,', 1)
    put_snapshot(rkat, HARBOUR, other)
    rkat.change(Action.ARCHIVE, [HARBOUR])
    stored, snapshot = json.loads(rkat.stored(HARBOUR)), json.loads(rkat.snapshot(HARBOUR))
    assert snapshot["metadata"] == {"aaa": 1.5, **stored["metadata"]}
    assert list(snapshot["metadata"]) == sorted(snapshot["metadata"])


def test_l6_labels_that_differ_between_the_rows_are_not_made_one(rkat: Realm) -> None:
    other = rkat.stored(HARBOUR).replace(b'"project":"harbour"', b'"project":"harvest"')
    put_snapshot(rkat, HARBOUR, other)
    assert rkat.refusal(Action.LABEL, HARBOUR, LabelEdit((("a", "b"),))) is RefusalCode.ROWS_DIFFER


# -------------------------------------------------------------------------------------------- changed since the plan


def test_4_case_5_a_session_that_its_agent_saves_after_the_plan_is_refused(rkat: Realm) -> None:
    def save() -> None:
        put_both(rkat, HARBOUR, rkat.stored(ENQUIRY).replace(ENQUIRY.encode(), HARBOUR.encode()))

    assert begin_refusal(rkat, HARBOUR, save) is RefusalCode.CHANGED_SINCE_PLAN


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sessions SET updated_at_ms = updated_at_ms + 1 WHERE session_id = '{0}'",
        "UPDATE sessions SET metadata_json = '{{}}' WHERE session_id = '{0}'",
        "UPDATE runtime_states SET runtime_state_json = CAST('\"attached\"' AS BLOB)"
        " WHERE runtime_id = 'rt:session:{0}'",
        "UPDATE runtime_states SET runtime_state_json = CAST(runtime_state_json AS TEXT)"
        " WHERE runtime_id = 'rt:session:{0}'",
        "DELETE FROM runtime_states WHERE runtime_id = 'rt:session:{0}'",
    ],
)
def test_4_case_5_any_other_byte_of_its_rows_refuses_the_plan(rkat: Realm, statement: str) -> None:
    code = begin_refusal(rkat, HARBOUR, lambda: rkat.run(statement.format(HARBOUR)))
    assert code is RefusalCode.CHANGED_SINCE_PLAN


def test_4_case_5_a_session_that_is_gone_is_missing(rkat: Realm) -> None:
    def remove() -> None:
        rkat.run("DELETE FROM sessions WHERE session_id = ?", HARBOUR)
        rkat.run("DELETE FROM runtime_session_snapshots WHERE runtime_id = ?", f"rt:session:{HARBOUR}")

    assert begin_refusal(rkat, HARBOUR, remove) is RefusalCode.MISSING


def test_4_case_5_what_other_sessions_do_meanwhile_is_no_reason(rkat: Realm) -> None:
    def save() -> None:
        rkat.run("UPDATE sessions SET updated_at_ms = 1 WHERE session_id = ?", ENQUIRY)

    assert begin_refusal(rkat, HARBOUR, save) is None


# ------------------------------------------------------------------------------------------- generation, fence, damage


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("realm-0.7.28-rkat/realm", RefusalCode.GENERATION),
        ("realm-0.8.10", RefusalCode.GENERATION),
        ("realm-0.8.26-rkat/realm", RefusalCode.GENERATION),
        ("realm-0.9.8-rkat/realm", RefusalCode.GENERATION),
        ("realm-0.6.24-bridged-by-0.9.8/realm", RefusalCode.GENERATION),
    ],
)
def test_4_5_a_store_of_another_generation_is_refused_with_its_reason(
    open_realm: OpenRealm, name: str, code: RefusalCode
) -> None:
    realm = open_realm(name)
    plan = realm.plan(Action.ARCHIVE, list(realm.summaries()))
    assert plan.possible == ()
    assert {one.refusal.code for one in plan.refused if one.refusal is not None} == {code}
    assert (plan.family, plan.scope) == ("", Scope.STORE)
    assert "Hide here" in (plan.sessions[0].refusal or pytest.fail("no refusal")).advice


def test_4_5_a_store_older_than_0_6_is_refused(rkat: Realm) -> None:
    rkat.run("DROP TABLE runtime_auth_oauth_flow_state")
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.TOO_OLD


def test_l6_a_store_that_was_migrated_after_the_plan_is_seen_in_the_transaction(rkat: Realm) -> None:
    def migrate() -> None:
        rkat.run("CREATE TABLE meerkat_schema (domain TEXT PRIMARY KEY, version INTEGER)")
        rkat.run("INSERT INTO meerkat_schema VALUES ('session-store', 5)")

    assert begin_refusal(rkat, HARBOUR, migrate) is RefusalCode.GENERATION


def test_l6_a_store_with_a_trigger_or_a_strange_column_is_refused(rkat: Realm) -> None:
    rkat.run("CREATE TRIGGER t AFTER UPDATE ON sessions BEGIN DELETE FROM runtime_states; END")
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.GENERATION
    rkat.run("DROP TRIGGER t")
    rkat.run("ALTER TABLE runtime_states ADD COLUMN more TEXT")
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.GENERATION


def test_4_5_a_held_fence_refuses(rkat: Realm) -> None:
    fence = rkat.main.with_name("sessions.sqlite3.mfence")
    fence.touch()
    plan = rkat.plan(Action.ARCHIVE, [HARBOUR])
    with fence.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.FENCE_HELD
        with pytest.raises(ChangeRefused) as refused:
            rkat.apply(plan)
    assert refused.value.refusal.code is RefusalCode.FENCE_HELD
    assert len(rkat.apply(plan)) == 1


def test_4_5_a_session_written_before_0_6_is_refused(rkat: Realm) -> None:
    old = rkat.stored(HARBOUR).replace(b'{"version":2,', b'{"version":1,')
    put_both(rkat, HARBOUR, old)
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.TOO_OLD


@pytest.mark.parametrize(
    "document",
    [
        b"no json",
        b'{"version":2}',
        b'{"version":2,"id":"%s","messages":%s' % (HARBOUR.encode(), b"[" * 100_000),
        b'{"version":2,"id":"%s","messages":[],"metadata":{"session_archived":NaN}}' % HARBOUR.encode(),
        b'{"version":2,"id":"%s","messages":[{"role":"nobody"}]}' % HARBOUR.encode(),
    ],
)
def test_4_5_a_session_that_meerkat_cannot_load_is_refused(rkat: Realm, document: bytes) -> None:
    put_both(rkat, HARBOUR, document)
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.DAMAGED


def test_l6_a_document_with_an_invalid_history_is_never_written(rich: Realm) -> None:
    session_id = next(one for one, row in rich.documents().items() if b"session_transcript_history_state_v1" in row[-1])
    document = rich.stored(session_id)
    at = document.index(b'"original_span_digest":"sha256:') + 31
    spoilt = document[:at] + (b"0" if document[at : at + 1] != b"0" else b"1") + document[at + 1 :]
    metadata = rich.value("SELECT metadata_json FROM sessions WHERE session_id = ?", session_id)
    at = metadata.index('"original_span_digest":"sha256:') + 31
    metadata = metadata[:at] + ("0" if metadata[at] != "0" else "1") + metadata[at + 1 :]
    put_both(rich, session_id, spoilt)
    rich.run("UPDATE sessions SET metadata_json = ? WHERE session_id = ?", metadata, session_id)
    (planned,) = rich.plan(Action.ARCHIVE, [session_id]).sessions
    assert planned.refusal is not None
    assert planned.refusal.code is RefusalCode.DAMAGED
    assert "history" in planned.refusal.sentence


def test_l6_rows_that_no_meerkat_writes_are_refused(rkat: Realm) -> None:
    rkat.run("UPDATE sessions SET metadata_json = CAST(x'7bff7d' AS TEXT) WHERE session_id = ?", HARBOUR)
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.DAMAGED
    rkat.run("UPDATE sessions SET session_json = CAST(session_json AS TEXT) WHERE session_id = ?", ENQUIRY)
    assert rkat.refusal(Action.RESTORE, ENQUIRY) is RefusalCode.DAMAGED
    rkat.run("UPDATE runtime_states SET runtime_state_json = x'5b5d'")
    other = next(one for one in rkat.ids() if one not in (HARBOUR, ENQUIRY, UNANSWERED))
    assert rkat.refusal(Action.ARCHIVE, other) is RefusalCode.DAMAGED


def test_l6_an_id_that_is_none_is_refused(rkat: Realm) -> None:
    rkat.run("UPDATE sessions SET session_id = 'x' WHERE session_id = ?", HARBOUR)
    assert rkat.refusal(Action.ARCHIVE, "x") is RefusalCode.DAMAGED


def test_l6_what_0_6_24_would_drop_is_not_rewritten(rkat: Realm) -> None:
    stored = rkat.stored(HARBOUR).replace(b'{"role":"user",', b'{"role":"user","later":1,', 1)
    put_both(rkat, HARBOUR, stored)
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.DAMAGED


def test_l6_a_document_in_another_spelling_is_written_in_meerkats_own_and_says_so(rkat: Realm) -> None:
    pretty = json.dumps(rkat.document(HARBOUR), indent=1, ensure_ascii=False).encode()
    expected = rkat.document(HARBOUR)
    put_both(rkat, HARBOUR, pretty)
    (done,) = rkat.change(Action.ARCHIVE, [HARBOUR])
    assert "Meerkat's own spelling" in done.planned.remarks[0]
    found = rkat.document(HARBOUR)
    expected["metadata"]["session_archived"] = True
    assert found == expected | {"updated_at": found["updated_at"]}
    assert b"\n" not in rkat.stored(HARBOUR)


def test_l6_a_session_of_0_7_in_a_realm_of_0_6_is_archived_as_0_7_does(rkat: Realm, later: Realm) -> None:
    state = later.state(IDLE_07)
    rkat.run("UPDATE runtime_states SET runtime_state_json = ? WHERE runtime_id = ?", state, f"rt:session:{HARBOUR}")
    before = rkat.stored(HARBOUR)
    rkat.change(Action.ARCHIVE, [HARBOUR])
    assert rkat.stored(HARBOUR) == before
    assert b'"runtime_state":"retired"' in (rkat.state(HARBOUR) or b"")


# --------------------------------------------------------------------------------------------- in a transaction alone


def test_l6_the_transaction_is_immediate_and_nothing_stands_in_the_file_before_its_commit(rkat: Realm) -> None:
    plan, token = rkat.plan(Action.ARCHIVE, [HARBOUR]), CancelToken()
    with rkat.changing.writing(token) as writing:
        step = writing.begin(plan.request, plan.sessions[0], token)
        with closing(rkat.connect()) as other:
            assert other.execute("SELECT runtime_state_json FROM runtime_states WHERE runtime_id = ?",
                                 (f"rt:session:{HARBOUR}",)).fetchone() == (b'"idle"',)  # fmt: skip
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        assert step.planned == plan.sessions[0]
        step.roll_back()
        step.roll_back()
    assert rkat.state(HARBOUR) == b'"idle"'


def test_l6_a_step_that_is_left_alone_is_rolled_back(rkat: Realm) -> None:
    rows, plan, token = rkat.rows(), rkat.plan(Action.ARCHIVE, [HARBOUR]), CancelToken()
    with rkat.changing.writing(token) as writing:
        writing.begin(plan.request, plan.sessions[0], token)
    assert rkat.rows() == rows


@pytest.mark.parametrize("is_live", [False, True])
def test_l6_who_plans_and_compares_touches_nothing(
    rkat: Realm, untouched: Callable[[Path], AbstractContextManager[None]], is_live: bool
) -> None:
    (done,) = rkat.change(Action.ARCHIVE, [HARBOUR])
    with ExitStack() as opened:
        if is_live:
            other = opened.enter_context(closing(rkat.connect()))
            other.execute("UPDATE sessions SET updated_at_ms = 1 WHERE session_id = ?", (ENQUIRY,))
        ids, token = [one for one in rkat.summaries() if one], CancelToken()
        with untouched(rkat.folder):
            for action in (Action.ARCHIVE, Action.RESTORE, Action.DELETE):
                rkat.plan(action, ids)
            rkat.changing.compare(done.image, token)
            rkat.changing.undo_refusal(HARBOUR, done.request, done.image, token)


def test_l6_an_edit_that_does_not_fit_its_action_is_refused(rkat: Realm) -> None:
    (planned,) = rkat.changing.plan(Request(Action.LABEL), [HARBOUR], CancelToken()).sessions
    assert planned.refusal is not None
    assert planned.refusal.code is RefusalCode.GUARD


def test_l6_in_a_store_without_wal_the_same_rules_hold(rkat: Realm) -> None:
    rkat.run("PRAGMA journal_mode=DELETE")
    rkat.change(Action.ARCHIVE, [HARBOUR])
    assert rkat.state(HARBOUR) == b'"retired"'
    assert sorted(path.name for path in rkat.folder.glob("sessions.sqlite3*")) == ["sessions.sqlite3"]


def test_l6_a_commit_takes_an_empty_seq_away_first_and_its_undo_goes_on_from_the_log(rich: Realm) -> None:
    """(4-case-6)"""
    session_id = "019ece06-9b5a-75cd-a3dd-82bf210eedaf"
    seq = rich.folder / ".rkat" / "events" / ".sequence" / f"{session_id}.seq"
    seq.write_bytes(b"")
    edit = RewriteEdit(0, 1, (dump(user("[redacted]")),), "redact", "burrow")
    done = rich.change(Action.REWRITE, [session_id], edit)
    assert [file.path for file in done[0].planned.files] == [f".rkat/events/.sequence/{session_id}.seq"]
    assert not seq.exists()
    rich.undo(done)
    assert not seq.exists()


def test_l6_a_log_that_cannot_be_read_forbids_a_commit_and_no_archive(rich: Realm) -> None:
    """(4-case-6)"""
    session_id = "019ece06-9b5a-75cd-a3dd-82bf210eedaf"
    with (rich.folder / ".rkat" / "events" / f"{session_id}.jsonl").open("ab") as log:
        log.write(b"no event\n")
    edit = RewriteEdit(0, 1, (dump(user("[redacted]")),), "redact", "burrow")
    assert rich.refusal(Action.REWRITE, session_id, edit) is RefusalCode.EVENT_LOG_UNREADABLE
    assert rich.refusal(Action.ARCHIVE, session_id) is None
