"""Archive and restore in both families, byte for byte as Meerkat does it."""

from __future__ import annotations

import json

from store.meerkat.reference.building_blocks import row_of
from store.meerkat.reference.session import Session
from store.values.changes import Action, RefusalCode, Scope
from store.values.session import SessionState
from tests.store.meerkat.outside.conftest import ARCHIVED_07, ENQUIRY, HARBOUR, IDLE_07, STOPPED, OpenRealm
from tests.store.meerkat.outside.realm import Realm


def at_rest(realm: Realm) -> list[str]:
    return [one.session_id for one in realm.plan(Action.ARCHIVE, realm.ids()).possible]


def test_4_1_an_archived_session_is_retired_and_flagged_in_both_rows(rkat: Realm) -> None:
    rkat.change(Action.ARCHIVE, [HARBOUR])
    assert rkat.state(HARBOUR) == b'"retired"'
    assert rkat.stored(HARBOUR) == rkat.snapshot(HARBOUR)
    assert rkat.document(HARBOUR)["metadata"]["session_archived"] is True


def test_4_1_the_list_shows_an_archived_session_as_such(rkat: Realm) -> None:
    rkat.change(Action.ARCHIVE, [HARBOUR])
    assert rkat.summaries()[HARBOUR].state is SessionState.ARCHIVED


def test_4_1_many_sessions_are_archived_by_one_plan(rkat: Realm) -> None:
    ids = at_rest(rkat)
    rkat.change(Action.ARCHIVE, ids)
    found = rkat.summaries()
    assert len(ids) == 7
    assert {found[one].state for one in ids} == {SessionState.ARCHIVED}


def test_l6_the_bytes_and_columns_are_those_that_the_library_itself_would_save(rich: Realm) -> None:
    ids = at_rest(rich)
    for action, some in ((Action.ARCHIVE, ids), (Action.RESTORE, ids[::5])):
        before = rich.documents()
        rich.change(action, some)
        after = rich.documents()
        for one in some:
            session, written = Session.load(before[one][-1]), Session.load(after[one][-1])
            if action is Action.ARCHIVE:
                session.set_metadata("session_archived", True)
            else:
                session.remove_metadata("session_archived")
            session.updated_at_ns = written.updated_at_ns
            assert after[one] == row_of(session).columns()[1:]


def test_l6_an_archive_moves_the_time_of_change_as_the_product_does(rkat: Realm) -> None:
    before = Session.load(rkat.stored(HARBOUR)).updated_at_ns
    rkat.change(Action.ARCHIVE, [HARBOUR])
    assert Session.load(rkat.stored(HARBOUR)).updated_at_ns > before


def test_4_2_a_restored_session_is_idle_and_without_the_flag(rkat: Realm) -> None:
    rkat.change(Action.RESTORE, [ENQUIRY])
    assert rkat.state(ENQUIRY) == b'"idle"'
    assert "session_archived" not in rkat.document(ENQUIRY)["metadata"]
    assert rkat.summaries()[ENQUIRY].state is SessionState.ACTIVE


def test_4_1_in_a_realm_of_0_7_only_the_word_in_the_stored_state_changes(later: Realm) -> None:
    before, rows = json.loads(later.state(IDLE_07) or b""), later.rows()
    later.change(Action.ARCHIVE, [IDLE_07])
    assert json.loads(later.state(IDLE_07) or b"") == before | {"runtime_state": "retired"}
    after = later.rows()
    assert [name for name in rows if rows[name] != after[name]] == ["runtime_states"]


def test_4_2_in_a_realm_of_0_7_an_archived_session_of_the_product_is_restored(later: Realm) -> None:
    later.change(Action.RESTORE, [ARCHIVED_07])
    assert json.loads(later.state(ARCHIVED_07) or b"")["runtime_state"] == "idle"
    assert later.summaries()[ARCHIVED_07].state is SessionState.ACTIVE


def test_l6_a_missing_state_row_is_made_in_the_transaction_that_needs_it(rkat: Realm) -> None:
    rkat.run("DELETE FROM runtime_states WHERE runtime_id = ?", f"rt:session:{HARBOUR}")
    (done,) = rkat.change(Action.ARCHIVE, [HARBOUR])
    assert rkat.state(HARBOUR) == b'"retired"'
    assert [(row.table, row.before_bytes) for row in done.planned.rows][2] == ("runtime_states", None)


def test_l6_a_missing_state_row_of_0_7_is_made_as_the_product_writes_it(later: Realm) -> None:
    pattern = later.state(IDLE_07)
    assert pattern is not None
    later.run("DELETE FROM runtime_states WHERE runtime_id = ?", f"rt:session:{IDLE_07}")
    later.change(Action.ARCHIVE, [IDLE_07])
    assert later.state(IDLE_07) == pattern.replace(b'"idle"', b'"retired"')


def test_l6_a_session_with_the_flag_and_no_state_row_is_mended_by_archiving_it(rkat: Realm) -> None:
    rkat.run("DELETE FROM runtime_states WHERE runtime_id = ?", f"rt:session:{ENQUIRY}")
    (done,) = rkat.change(Action.ARCHIVE, [ENQUIRY])
    assert [row.table for row in done.planned.rows] == ["runtime_states"]


def test_l6_a_session_without_snapshot_keeps_one_row(rkat: Realm) -> None:
    rkat.run("DELETE FROM runtime_session_snapshots WHERE runtime_id = ?", f"rt:session:{HARBOUR}")
    (done,) = rkat.change(Action.ARCHIVE, [HARBOUR])
    assert [row.table for row in done.planned.rows] == ["sessions", "runtime_states"]


def test_l6_a_session_of_the_snapshot_alone_gets_its_row_as_a_save_writes_it(rkat: Realm) -> None:
    row = rkat.rows()["sessions"]
    rkat.run("DELETE FROM sessions WHERE session_id = ?", HARBOUR)
    (done,) = rkat.change(Action.ARCHIVE, [HARBOUR])
    assert done.planned.rows[0].before_bytes is None
    assert any("only the runtime's snapshot" in remark for remark in done.planned.remarks)
    rkat.change(Action.RESTORE, [HARBOUR])
    found = next(one for one in rkat.rows()["sessions"] if HARBOUR in one[0])
    was = next(one for one in row if HARBOUR in one[0])
    assert [found[at] for at in (0, 1, 3, 4, 5)] == [was[at] for at in (0, 1, 3, 4, 5)]


def test_4_1_what_is_so_already_is_not_done_again(rkat: Realm) -> None:
    assert rkat.refusal(Action.ARCHIVE, ENQUIRY) is RefusalCode.ALREADY_SO
    assert rkat.refusal(Action.RESTORE, HARBOUR) is RefusalCode.ALREADY_SO


def test_4_5_a_state_of_attached_or_stopped_is_no_reason(rich: Realm, rkat: Realm) -> None:
    attached = rich.value("SELECT runtime_id FROM runtime_states WHERE runtime_state_json = ?", b'"attached"')
    assert rich.refusal(Action.ARCHIVE, attached.removeprefix("rt:session:")) is None
    assert rkat.refusal(Action.ARCHIVE, STOPPED) is None


def test_4_1_a_plan_says_exact_bytes_and_what_the_agent_will_see(rkat: Realm) -> None:
    plan = rkat.plan(Action.ARCHIVE, [HARBOUR])
    (planned,) = plan.sessions
    assert (planned.title, plan.family, plan.scope) == ("Harbour log", "Meerkat 0.6", Scope.STORE)
    assert plan.effects[0].startswith("Meerkat no longer lists the session and")
    rkat.apply(plan)
    for row in planned.rows:
        where = "session_id = ?" if row.table == "sessions" else "runtime_id = ?"
        columns = {
            "sessions": "session_id, metadata_json, session_json",
            "runtime_session_snapshots": "runtime_id, session_snapshot",
            "runtime_states": "runtime_id, runtime_state_json",
        }[row.table]
        sizes = " + ".join(f"length(CAST({column} AS BLOB))" for column in columns.split(", "))
        stored = rkat.value(f"SELECT {sizes} FROM {row.table} WHERE {where}", row.row)
        assert row.after_bytes == stored + (4 * 8 if row.table == "sessions" else 0)


def test_4_1_a_plan_names_the_transcript_that_stays_as_meerkat_names_it(rich: Realm) -> None:
    documents = rich.documents()
    for planned in rich.plan(Action.ARCHIVE, at_rest(rich)[:40]).sessions:
        revision = Session.load(documents[planned.session_id][-1]).transcript_revision()
        assert (planned.revision_before, planned.revision_after) == (revision, revision)


def test_l6_what_stands_only_in_the_log_of_a_store_is_planned_on_and_kept(open_realm: OpenRealm) -> None:
    realm = open_realm("realm-0.6.24-live-wal/tide")
    session_id = "019ece03-8f7e-7a22-a952-52bbbab31708"  # `only_in_wal` of its expected.json
    realm.change(Action.ARCHIVE, [session_id])
    assert len(Session.load(realm.stored(session_id)).messages) == 31
    assert not realm.main.with_name("sessions.sqlite3-wal").exists()


def test_l6_a_session_of_0_6_34_is_written_like_one_of_0_6_24(open_realm: OpenRealm) -> None:
    realm = open_realm("realm-0.6.34-rkat/realm")
    ids = at_rest(realm)
    realm.change(Action.ARCHIVE, ids)
    for one in ids:
        assert Session.load(realm.stored(one)).encode() == realm.stored(one)
        assert realm.state(one) == b'"retired"'
