"""Every action and its undo: what changed, that nothing else did, and that all of it is as before afterwards (P5)."""

from __future__ import annotations

from ast import literal_eval

import pytest

from store.cancel import CancelToken
from store.changing import ImageState, image_digest
from store.errors import ChangeRefused
from store.meerkat.reference.session import Session
from store.values.changes import (
    Action,
    AppendEdit,
    Edit,
    ForkEdit,
    LabelEdit,
    RefusalCode,
    RevisionEdit,
    RewriteEdit,
)
from tests.store.meerkat.conftest import dump, said, user
from tests.store.meerkat.outside.conftest import ARCHIVED_07, ENQUIRY, HARBOUR, IDLE_07, OpenRealm
from tests.store.meerkat.outside.realm import Done, Files, Realm, Rows

ANSWER = {"role": "block_assistant", "blocks": [said("Noted.")], "stop_reason": "end_turn"}
PAIR = AppendEdit((dump(user("One more.")), dump({**ANSWER, "created_at": user("")["created_at"]})))
REWRITE = RewriteEdit(1, 2, (dump(user("[redacted]")),), "redact", "burrow")

REWRITTEN = "019ece06-9b5a-75cd-a3dd-82bf210eedaf"
"""In `rich`: a session with a graph of one rewrite, and nothing after it."""

CASES = [
    ("realm-0.6.24-rkat/realm", HARBOUR, Action.ARCHIVE, None),
    ("realm-0.6.24-rkat/realm", ENQUIRY, Action.RESTORE, None),
    ("realm-0.6.24-rkat/realm", ENQUIRY, Action.DELETE, None),
    ("realm-0.6.24-rkat/realm", HARBOUR, Action.LABEL, LabelEdit((("a", "b"),), ("title",))),
    ("realm-0.6.24-rkat/realm", HARBOUR, Action.APPEND, PAIR),
    ("realm-0.6.24-rkat/realm", HARBOUR, Action.REWRITE, REWRITE),
    ("realm-0.6.24-rkat/realm", HARBOUR, Action.FORK, ForkEdit(2)),
    ("realm-0.7.24-rkat/realm", IDLE_07, Action.ARCHIVE, None),
    ("realm-0.7.24-rkat/realm", ARCHIVED_07, Action.RESTORE, None),
    ("realm-0.7.24-rkat/realm", ARCHIVED_07, Action.DELETE, None),
    ("realm-0.7.24-rkat/realm", IDLE_07, Action.APPEND, PAIR),
    ("realm-0.7.24-rkat/realm", IDLE_07, Action.REWRITE, REWRITE),
    ("realm-0.7.24-rkat/realm", IDLE_07, Action.FORK, ForkEdit(2)),
]


def planned_rows(done: Done) -> set[tuple[str, str]]:
    return {(row.table, row.row) for row in done.planned.rows}


def changed_rows(before: Rows, after: Rows) -> set[tuple[str, str]]:
    """Table and key of each row that is not the same; keys as a plan names them."""
    keys = {"runtime_input_states": 2, "runtime_boundary_receipts": 3}
    return {
        (table, " · ".join(str(literal_eval(value)) for value in row[: keys.get(table, 1)]))
        for table in before
        for row in set(before[table]) ^ set(after[table])
    }


def changed_files(before: Files, after: Files) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@pytest.mark.parametrize(("name", "session_id", "action", "edit"), CASES)
def test_p5_exactly_what_was_planned_changes_and_undo_brings_exactly_that_back(
    open_realm: OpenRealm, name: str, session_id: str, action: Action, edit: Edit | None
) -> None:
    realm = open_realm(name)
    rows, files = realm.rows(), realm.files()
    (done,) = realm.change(action, [session_id], edit)
    assert changed_rows(rows, realm.rows()) == planned_rows(done) != set()
    assert changed_files(files, realm.files()) == {file.path for file in done.planned.files}
    realm.undo([done])
    assert realm.rows() == rows
    assert realm.files() == files


@pytest.mark.parametrize("action", [Action.REWRITE, Action.RESTORE_REVISION])
def test_p5_what_is_taken_back_by_a_commit_leaves_everything_but_its_own_documents(rich: Realm, action: Action) -> None:
    before = Session.load(rich.stored(REWRITTEN))
    history = before.history()
    assert history is not None
    first = RevisionEdit(history.commits[0].parent_revision, "burrow")
    rows, files = rich.rows(), rich.files()
    (done,) = rich.change(action, [REWRITTEN], REWRITE if action is Action.REWRITE else first)
    own = {("sessions", REWRITTEN), ("runtime_session_snapshots", f"rt:session:{REWRITTEN}")}
    assert changed_rows(rows, rich.rows()) == planned_rows(done) == own
    rich.undo([done])
    assert changed_rows(rows, rich.rows()) == own
    assert rich.files() == files
    after = Session.load(rich.stored(REWRITTEN))
    assert (after.messages, after.transcript_revision()) == (before.messages, before.transcript_revision())


def test_p5_the_image_keeps_the_exact_old_values_with_their_storage_classes(rkat: Realm) -> None:
    rkat.run("UPDATE runtime_states SET runtime_state_json = '\"idle\"' WHERE runtime_id = ?", f"rt:session:{HARBOUR}")
    rows = rkat.rows()
    (done,) = rkat.change(Action.ARCHIVE, [HARBOUR])
    assert [
        dict(row.before or ())["runtime_state_json"] for row in done.image.rows if row.table == "runtime_states"
    ] == ['"idle"']
    rkat.undo([done])
    assert rkat.rows() == rows


def test_p5_an_undo_can_be_taken_back_itself(rkat: Realm) -> None:
    done = rkat.change(Action.DELETE, [ENQUIRY])
    rows, files = rkat.rows(), rkat.files()
    (image,) = rkat.undo(done)
    rkat.undo([Done(ENQUIRY, done[0].request, done[0].planned, image, "")])
    assert rkat.rows() == rows
    assert changed_files(files, rkat.files()) == set()


def test_4_case_5_an_agent_that_saves_between_apply_and_undo_refuses_the_undo(rkat: Realm) -> None:
    done = rkat.change(Action.LABEL, [HARBOUR], LabelEdit((("a", "b"),)))
    rkat.run("UPDATE sessions SET updated_at_ms = updated_at_ms + 1 WHERE session_id = ?", HARBOUR)
    rows, token = rkat.rows(), CancelToken()
    refusal = rkat.changing.undo_refusal(HARBOUR, done[0].request, done[0].image, token)
    assert refusal is not None
    assert refusal.code is RefusalCode.MOVED_ON
    with pytest.raises(ChangeRefused) as refused:
        rkat.undo(done)
    assert refused.value.refusal == refusal
    assert rkat.rows() == rows


def test_4_4_an_undo_is_refused_while_a_turn_runs(rkat: Realm) -> None:
    done = rkat.change(Action.ARCHIVE, [HARBOUR])
    rkat.run("INSERT INTO runtime_input_states VALUES (?, 'i', ?)", f"rt:session:{HARBOUR}", b'{"a":1}')
    refusal = rkat.changing.undo_refusal(HARBOUR, done[0].request, done[0].image, CancelToken())
    assert refusal is not None
    assert refusal.code is RefusalCode.TURN_IN_PROGRESS


def test_4_4_an_undo_that_is_possible_has_no_refusal(rkat: Realm) -> None:
    done = rkat.change(Action.ARCHIVE, [HARBOUR])
    assert rkat.changing.undo_refusal(HARBOUR, done[0].request, done[0].image, CancelToken()) is None


def test_l6_a_store_is_told_to_be_before_after_or_neither(rkat: Realm) -> None:
    (done,) = rkat.change(Action.ARCHIVE, [HARBOUR])
    token, changing = CancelToken(), rkat.changing
    assert changing.compare(done.image, token) is ImageState.AFTER
    rkat.undo([done])
    assert changing.compare(done.image, token) is ImageState.BEFORE
    rkat.run("DELETE FROM runtime_states WHERE runtime_id = ?", f"rt:session:{HARBOUR}")
    assert changing.compare(done.image, token) is ImageState.NEITHER
    with changing.writing(token) as writing, pytest.raises(ChangeRefused) as refused:
        writing.verify(done.image)
    assert refused.value.refusal.code is RefusalCode.VERIFY_FAILED


def test_l6_the_digests_of_an_image_are_those_of_what_is_stored(rkat: Realm) -> None:
    (done,) = rkat.change(Action.ARCHIVE, [HARBOUR])
    state = next(row for row in done.image.rows if row.table == "runtime_states")
    assert state.after_digest == image_digest((*state.key, ("runtime_state_json", b'"retired"')))


def test_p5_undo_of_what_leaves_the_transcript_alone_puts_rows_back_also_where_there_is_a_graph(rich: Realm) -> None:
    ids = [one for one, row in rich.documents().items() if b"session_transcript_history_state_v1" in row[-1]]
    rows = rich.rows()
    archived = [one.session_id for one in rich.plan(Action.ARCHIVE, ids).possible]
    edits = ((Action.ARCHIVE, None), (Action.LABEL, LabelEdit((("a", "b"),))), (Action.RESTORE, None))
    changes = [rich.change(action, archived, edit) for action, edit in edits]
    for done in reversed(changes):
        rich.undo(done)
    assert len(archived) == 9
    assert rich.rows() == rows
