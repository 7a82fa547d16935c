"""Deleting archived sessions: rows, files, and the pictures that nobody else refers to."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.changing import ImageState
from store.errors import ChangeRefused
from store.values.changes import Action, RefusalCode
from tests.store.meerkat.outside.conftest import ENQUIRY, HARBOUR, OpenRealm
from tests.store.meerkat.outside.realm import Realm

TABLES = (
    "sessions",
    "runtime_session_snapshots",
    "runtime_states",
    "runtime_input_states",
    "runtime_boundary_receipts",
    "runtime_ops_lifecycle",
)


def mentions(realm: Realm, session_id: str) -> list[str]:
    """What of a realm still names a session: rows of any table, and files by their names."""
    rows = [table for table, rows in realm.rows().items() if any(session_id in value for row in rows for value in row)]
    return rows + [name for name in realm.files() if session_id in name]


def test_4_2_nothing_of_a_deleted_session_is_left(rkat: Realm) -> None:
    assert len(mentions(rkat, ENQUIRY)) > 5
    rkat.change(Action.DELETE, [ENQUIRY])
    assert mentions(rkat, ENQUIRY) == []


def test_4_2_a_deletion_touches_nothing_of_other_sessions(rkat: Realm) -> None:
    rows, files = rkat.rows(), rkat.files()
    rkat.change(Action.DELETE, [ENQUIRY])
    assert rkat.rows() == {
        table: [row for row in rows[table] if not any(ENQUIRY in value for value in row)] for table in rows
    }
    assert rkat.files() == {name: seen for name, seen in files.items() if ENQUIRY not in name}


def test_4_2_the_plan_lists_every_row_and_file_that_goes(rkat: Realm) -> None:
    (planned,) = rkat.plan(Action.DELETE, [ENQUIRY]).sessions
    rows, files = rkat.rows(), rkat.files()
    for table in TABLES:
        listed = [row for row in planned.rows if row.table == table]
        assert len(listed) == sum(any(ENQUIRY in value for value in row) for row in rows[table])
    assert sorted(file.path for file in planned.files) == sorted(name for name in files if ENQUIRY in name)
    assert all(row.after_bytes is None for row in planned.rows)
    assert planned.revision_after is None


def test_4_2_only_archived_sessions_are_deleted(rkat: Realm) -> None:
    assert rkat.refusal(Action.DELETE, HARBOUR) is RefusalCode.NOT_ARCHIVED


def test_4_2_undo_brings_every_row_and_file_back_with_modes_and_times(rkat: Realm) -> None:
    log = rkat.folder / ".rkat" / "events" / f"{ENQUIRY}.jsonl"
    log.chmod(0o640)
    os.utime(log, ns=(1_700_000_000_123_456_789, 1_700_000_000_123_456_789))
    rows, files = rkat.rows(), rkat.files()
    rkat.undo(rkat.change(Action.DELETE, [ENQUIRY]))
    assert rkat.rows() == rows
    assert rkat.files() == files


def test_4_2_undo_is_refused_where_a_file_is_in_the_way(rkat: Realm) -> None:
    done = rkat.change(Action.DELETE, [ENQUIRY])
    (rkat.folder / ".rkat" / "events" / f"{ENQUIRY}.jsonl").write_bytes(b"new\n")
    rows = rkat.rows()
    with pytest.raises(ChangeRefused) as refused:
        rkat.undo(done)
    assert refused.value.refusal.code is RefusalCode.MOVED_ON
    assert rkat.rows() == rows


def test_4_2_undo_is_refused_where_rows_of_the_session_came_back(rkat: Realm) -> None:
    done = rkat.change(Action.DELETE, [ENQUIRY])
    rkat.run(
        "INSERT INTO runtime_input_states VALUES (?, 'new', ?)", f"rt:session:{ENQUIRY}", b'{"terminal_outcome":1}'
    )
    with pytest.raises(ChangeRefused) as refused:
        rkat.undo(done)
    assert refused.value.refusal.code is RefusalCode.MOVED_ON


def test_4_2_a_link_among_the_files_is_not_followed(rkat: Realm, tmp_path: Path) -> None:
    outside = tmp_path / "precious"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (rkat.folder / ".rkat" / "sessions" / ENQUIRY / "link").symlink_to(outside)
    assert rkat.refusal(Action.DELETE, ENQUIRY) is RefusalCode.CANNOT_WRITE
    assert (outside / "kept").exists()


# --------------------------------------------------------------------------------------------------------- pictures


def with_blob(realm: Realm) -> tuple[str, str]:
    """A blob of the realm and the one session that names it."""
    for path in sorted((realm.folder / "blobs").rglob("*.json")):
        users = [one for one, row in realm.documents().items() if path.stem.encode() in row[-1]]
        if len(users) == 1:
            return f"blobs/{path.parent.name}/{path.name}", users[0]
    raise AssertionError("no blob of one session")


def test_4_2_a_picture_goes_with_the_only_session_that_refers_to_it_and_comes_back(rich: Realm) -> None:
    name, session_id = with_blob(rich)
    rich.change(Action.ARCHIVE, [session_id])
    files, rows = rich.files(), rich.rows()
    done = rich.change(Action.DELETE, [session_id])
    assert name in {file.path for file in done[0].planned.files}
    assert not (rich.folder / name).exists()
    rich.undo(done)
    assert (rich.files(), rich.rows()) == (files, rows)


@pytest.mark.parametrize("where", ["document", "snapshot", "input", "log"])
def test_4_2_a_picture_stays_while_any_other_session_names_it_anywhere(rich: Realm, where: str) -> None:
    name, session_id = with_blob(rich)
    blob_id = f"sha256:{Path(name).stem}"
    rich.change(Action.ARCHIVE, [session_id])
    other = next(one for one in rich.ids() if one != session_id)
    if where == "document":
        rich.run("UPDATE sessions SET session_json = session_json || ? WHERE session_id = ?", blob_id, other)
    elif where == "snapshot":
        rich.run("UPDATE runtime_session_snapshots SET session_snapshot = session_snapshot || ? WHERE runtime_id = ?",
                 blob_id, f"rt:session:{other}")  # fmt: skip
    elif where == "input":
        rich.run("INSERT INTO runtime_input_states VALUES (?, 'i', ?)", f"rt:session:{other}", blob_id.encode())
    else:
        (rich.folder / ".rkat" / "events" / f"{other}.jsonl").write_text(json.dumps({"blob_id": blob_id}))
    (planned,) = rich.plan(Action.DELETE, [session_id]).possible
    assert name not in {file.path for file in planned.files}


def test_4_2_a_picture_of_two_sessions_goes_with_the_second_of_them(rich: Realm) -> None:
    name, session_id = with_blob(rich)
    other = next(one for one in rich.ids() if one != session_id)
    rich.run("INSERT INTO runtime_input_states VALUES (?, 'i', ?)", f"rt:session:{other}",
             json.dumps({"terminal_outcome": 1, "blob_id": f"sha256:{Path(name).stem}"}).encode())  # fmt: skip
    rich.change(Action.ARCHIVE, [session_id, other])
    plan = rich.plan(Action.DELETE, [session_id, other])
    assert [name in {file.path for file in one.files} for one in plan.possible] == [False, True]
    rich.apply(plan)
    assert not (rich.folder / name).exists()


def test_4_2_a_picture_that_another_program_begins_to_use_between_two_deletions_stays(rich: Realm) -> None:
    name, session_id = with_blob(rich)
    other, third = [one for one in rich.ids() if one != session_id][:2]
    rich.run("INSERT INTO runtime_input_states VALUES (?, 'i', ?)", f"rt:session:{other}",
             json.dumps({"terminal_outcome": 1, "blob_id": f"sha256:{Path(name).stem}"}).encode())  # fmt: skip
    rich.change(Action.ARCHIVE, [session_id, other])
    plan, changing, token = rich.plan(Action.DELETE, [session_id, other]), rich.changing, CancelToken()
    with changing.writing(token) as writing:
        writing.begin(plan.request, plan.sessions[0], token).commit()
    rich.run("INSERT INTO runtime_input_states VALUES (?, 'j', ?)", f"rt:session:{third}",
             json.dumps({"terminal_outcome": 1, "blob_id": f"sha256:{Path(name).stem}"}).encode())  # fmt: skip
    with pytest.raises(ChangeRefused) as refused, changing.writing(token) as writing:
        writing.begin(plan.request, plan.sessions[1], token)
    assert refused.value.refusal.code is RefusalCode.CHANGED_SINCE_PLAN
    assert (rich.folder / name).exists()


# -------------------------------------------------------------------------------------------------- cut off in between


def test_4_2_a_deletion_whose_files_are_left_is_partly_done_and_can_be_finished(rkat: Realm) -> None:
    files = {name: (rkat.folder / name).read_bytes() for name in rkat.files() if not name.endswith("/")}
    (done,) = rkat.change(Action.DELETE, [ENQUIRY])
    log = f".rkat/events/{ENQUIRY}.jsonl"
    (rkat.folder / log).write_bytes(files[log])
    token = CancelToken()
    assert rkat.changing.compare(done.image, token) is ImageState.PARTLY
    rkat.changing.finish(done.image, token)
    assert rkat.changing.compare(done.image, token) is ImageState.AFTER
    assert mentions(rkat, ENQUIRY) == []


def test_4_2_a_file_that_became_another_one_is_not_removed_when_a_deletion_is_finished(rkat: Realm) -> None:
    (done,) = rkat.change(Action.DELETE, [ENQUIRY])
    log = rkat.folder / ".rkat" / "events" / f"{ENQUIRY}.jsonl"
    log.write_bytes(b"another\n")
    token = CancelToken()
    assert rkat.changing.compare(done.image, token) is ImageState.NEITHER
    with pytest.raises(ChangeRefused):
        rkat.changing.finish(done.image, token)
    assert log.exists()


def test_4_2_a_deletion_of_a_realm_of_0_7_takes_the_same_rows(open_realm: OpenRealm) -> None:
    from tests.store.meerkat.outside.conftest import ARCHIVED_07

    realm = open_realm("realm-0.7.24-rkat/realm")
    rows, files = realm.rows(), realm.files()
    done = realm.change(Action.DELETE, [ARCHIVED_07])
    assert mentions(realm, ARCHIVED_07) == []
    realm.undo(done)
    assert (realm.rows(), realm.files()) == (rows, files)
