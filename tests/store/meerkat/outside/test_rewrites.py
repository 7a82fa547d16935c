"""Transcripts edited from outside: without a commit where there is no graph, with one where there is (L5, L6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from store.cancel import CancelToken
from store.errors import ChangeRefused
from store.meerkat.outside.edits import LOG_KNOWS_MORE, MAY_STOP_0634, STAYS_IN_HISTORY, WITHOUT_COMMIT
from store.meerkat.reference.canonical import Shapes
from store.meerkat.reference.graph_rules import validate_history
from store.meerkat.reference.replay_order import CANNOT_READ_BACK, WRONG_VERSION
from store.meerkat.reference.session import Session
from store.meerkat.shapes.digests import DigestFormat
from store.values.changes import Action, AppendEdit, RefusalCode, RevisionEdit, RewriteEdit
from tests.store.meerkat.conftest import assistant, dump, results, said, user
from tests.store.meerkat.outside.conftest import HARBOUR
from tests.store.meerkat.outside.realm import Realm

SINGLE = "019ece06-9b5a-75cd-a3dd-82bf210eedaf"
"""In `rich`: one rewrite, and nothing after it."""

CHAIN = "019ecdba-53a1-77ad-9030-03e4437b1640"
LIVE = "01a1fd45-6763-77b3-aa0c-dfef424ed152"
"""In `rich`: the next commit would break them."""

PARENT = "019ece71-6eab-7025-8aed-14a0b26ac235"
"""In `rich`: eleven messages without a graph; message 4 calls a tool, message 5 holds the result."""

COMPACTED_07 = "01a1fd5e-0927-7a33-a3c4-c5286e320c44"

USER = dump(user("[redacted]"))
ANSWER = dump(assistant(said("I see.")))
KEY = "session_transcript_history_state_v1"


def redaction(begin: int = 1, end: int = 2, *messages: bytes, revision: str | None = None) -> RewriteEdit:
    return RewriteEdit(begin, end, messages or (USER,), "redaction", "test", revision)


def graph_of(realm: Realm, session_id: str) -> Any:
    return realm.document(session_id)["metadata"].get(KEY)


def session_of(realm: Realm, session_id: str, shapes: Shapes = Shapes.REFERENCE) -> Session:
    return Session.load(realm.stored(session_id), shapes=shapes)


# ------------------------------------------------------------------------------------------------- without a graph


def test_l6_a_session_without_graph_is_rewritten_without_a_commit(rich: Realm) -> None:
    before = rich.document(PARENT)

    (done,) = rich.change(Action.REWRITE, [PARENT], redaction())

    after = rich.document(PARENT)
    assert after["messages"] == [before["messages"][0], json.loads(USER), *before["messages"][2:]]
    assert after["metadata"] == before["metadata"]
    assert KEY not in after["metadata"]
    assert done.planned.remarks == (WITHOUT_COMMIT,)


def test_l6_both_rows_get_the_same_bytes_and_all_columns_are_those_of_a_save(rich: Realm) -> None:
    rich.change(Action.REWRITE, [PARENT], redaction(1, 3))

    assert rich.snapshot(PARENT) == rich.stored(PARENT) == session_of(rich, PARENT).encode()
    row = rich.documents()[PARENT]
    assert row[2] == len(rich.document(PARENT)["messages"]) == 10
    assert row[1] == session_of(rich, PARENT).updated_at_ns // 1_000_000


def test_l6_the_replaced_text_is_gone_from_the_document(rich: Realm) -> None:
    assert b"hunter2" in rich.stored(PARENT)

    rich.change(Action.REWRITE, [PARENT], redaction(5, 6, dump(results(("tu_r", "[redacted]")))))

    assert b"hunter2" not in rich.stored(PARENT) + rich.snapshot(PARENT)


def test_l6_undo_of_it_puts_the_rows_back(rich: Realm) -> None:
    before = rich.rows()

    rich.undo(rich.change(Action.REWRITE, [PARENT], redaction()))

    assert rich.rows() == before


def test_l6_a_log_that_knows_rewrites_of_a_session_without_graph_refuses(rich: Realm) -> None:
    document = rich.document(SINGLE)
    del document["metadata"][KEY]
    stored = dump(document)
    rich.run("UPDATE sessions SET session_json = ? WHERE session_id = ?", stored, SINGLE)
    rich.run(
        "UPDATE runtime_session_snapshots SET session_snapshot = ? WHERE runtime_id = ?", stored, f"rt:session:{SINGLE}"
    )

    (planned,) = rich.plan(Action.REWRITE, [SINGLE], redaction()).sessions

    assert planned.refusal is not None
    assert (planned.refusal.code, planned.refusal.sentence) == (RefusalCode.HISTORY, LOG_KNOWS_MORE)


# ---------------------------------------------------------------------------------------------------- with a graph


def test_l6_a_session_with_graph_gets_a_commit(rich: Realm) -> None:
    before = graph_of(rich, SINGLE)

    (done,) = rich.change(Action.REWRITE, [SINGLE], redaction(2, 3, ANSWER))

    after = graph_of(rich, SINGLE)
    assert after["commits"][:-1] == before["commits"]
    assert after["revisions"][: len(before["revisions"])] == before["revisions"]
    assert after["commits"][-1]["reason"] == {"kind": "redaction"}
    assert after["commits"][-1]["actor"] == "test"
    assert after["head"] == done.planned.revision_after == session_of(rich, SINGLE).message_digest()
    assert done.planned.revision_before == before["head"]
    assert done.planned.remarks == (STAYS_IN_HISTORY, MAY_STOP_0634)


def test_l6_the_new_graph_is_valid_and_both_rows_hold_it(rich: Realm) -> None:
    rich.change(Action.REWRITE, [SINGLE], redaction(2, 3, ANSWER))

    history = session_of(rich, SINGLE).history()
    assert history is not None
    validate_history(history)
    assert rich.snapshot(SINGLE) == rich.stored(SINGLE)


def test_l6_undo_of_it_goes_by_a_further_commit_and_never_takes_one_away(rich: Realm) -> None:
    before = session_of(rich, SINGLE)
    done = rich.change(Action.REWRITE, [SINGLE], redaction(2, 3, ANSWER))
    made = graph_of(rich, SINGLE)

    rich.undo(done)

    after = graph_of(rich, SINGLE)
    assert after["commits"][:-1] == made["commits"]
    assert after["commits"][-1]["reason"] == {"kind": "restore"}
    assert session_of(rich, SINGLE).messages == before.messages
    assert after["head"] == before.transcript_revision()


def test_l6_a_retained_revision_is_brought_back_and_taken_back_again(rich: Realm) -> None:
    first = graph_of(rich, SINGLE)["commits"][0]["parent_revision"]
    head = graph_of(rich, SINGLE)["head"]

    done = rich.change(Action.RESTORE_REVISION, [SINGLE], RevisionEdit(first, "test"))
    restored = session_of(rich, SINGLE).transcript_revision()
    rich.undo(done)

    assert (restored, session_of(rich, SINGLE).transcript_revision()) == (first, head)


@pytest.mark.parametrize("session_id", [CHAIN, LIVE])
def test_l5_a_history_that_0_6_24_could_not_read_back_is_refused(rich: Realm, session_id: str) -> None:
    (planned,) = rich.plan(Action.REWRITE, [session_id], redaction()).sessions

    assert planned.refusal is not None
    assert (planned.refusal.code, planned.refusal.sentence) == (RefusalCode.HISTORY, CANNOT_READ_BACK)


def test_l5_a_first_revision_that_comes_back_behind_an_append_would_not_be_shown_and_is_refused(rich: Realm) -> None:
    first = graph_of(rich, SINGLE)["commits"][0]["parent_revision"]
    rich.change(Action.APPEND, [SINGLE], AppendEdit((USER, ANSWER)))

    (planned,) = rich.plan(Action.RESTORE_REVISION, [SINGLE], RevisionEdit(first, "test")).sessions

    assert planned.refusal is not None
    assert planned.refusal.sentence == WRONG_VERSION


def test_l6_in_a_realm_of_0_7_a_commit_is_in_format_3_and_each_row_keeps_its_own_metadata(later: Realm) -> None:
    before = {name: json.loads(data) for name, data in rows_of(later, COMPACTED_07).items()}

    (done,) = later.change(Action.REWRITE, [COMPACTED_07], redaction(1, 2))

    after = {name: json.loads(data) for name, data in rows_of(later, COMPACTED_07).items()}
    history = session_of(later, COMPACTED_07, Shapes.ALL).history()
    assert history is not None
    validate_history(history, DigestFormat.F3)
    assert history.body(history.head).messages.digest() != history.head  # type: ignore[union-attr]
    for name in before:
        others = {key: value for key, value in before[name]["metadata"].items() if key != KEY}
        assert {key: value for key, value in after[name]["metadata"].items() if key != KEY} == others
    assert after["row"]["metadata"][KEY] == after["snapshot"]["metadata"][KEY]
    assert done.planned.remarks == (STAYS_IN_HISTORY,)


def rows_of(realm: Realm, session_id: str) -> dict[str, bytes]:
    return {"row": realm.stored(session_id), "snapshot": realm.snapshot(session_id)}


def test_4_case_6_a_log_that_cannot_be_read_refuses_a_commit_and_nothing_else(rich: Realm) -> None:
    log = rich.folder / ".rkat" / "events" / f"{SINGLE}.jsonl"
    log.write_bytes(log.read_bytes() + b"{\n")

    assert rich.refusal(Action.REWRITE, SINGLE, redaction(2, 3, ANSWER)) is RefusalCode.EVENT_LOG_UNREADABLE
    assert rich.refusal(Action.APPEND, SINGLE, AppendEdit((USER,))) is None


def test_4_case_6_an_empty_seq_goes_with_the_commit_and_does_not_come_back(rich: Realm) -> None:
    seq = rich.folder / ".rkat" / "events" / ".sequence" / f"{SINGLE}.seq"
    seq.write_bytes(b"")

    done = rich.change(Action.REWRITE, [SINGLE], redaction(2, 3, ANSWER))
    was_removed = not seq.exists()
    rich.undo(done)

    assert was_removed
    assert not seq.exists()


def test_4_case_5_a_rewrite_that_is_logged_between_plan_and_apply_refuses(rich: Realm) -> None:
    plan = rich.plan(Action.REWRITE, [SINGLE], redaction(2, 3, ANSWER))
    log = rich.folder / ".rkat" / "events" / f"{SINGLE}.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines, lines[-1].replace(b'"seq":1,', b'"seq":2,')]))
    (log.parent / ".sequence" / f"{SINGLE}.seq").write_bytes(b"2")

    with pytest.raises(ChangeRefused) as caught:
        rich.apply(plan)
    assert caught.value.refusal.code is RefusalCode.CHANGED_SINCE_PLAN


# --------------------------------------------------------------------------------------------------------- appends


def test_l6_an_append_adds_messages_in_both_rows(rich: Realm) -> None:
    before = rich.document(PARENT)

    rich.change(Action.APPEND, [PARENT], AppendEdit((USER, ANSWER)))

    assert rich.document(PARENT)["messages"] == [*before["messages"], json.loads(USER), json.loads(ANSWER)]
    assert rich.snapshot(PARENT) == rich.stored(PARENT)


def test_l6_an_append_to_a_session_with_graph_moves_its_head(rich: Realm) -> None:
    head = graph_of(rich, SINGLE)["head"]

    rich.change(Action.APPEND, [SINGLE], AppendEdit((USER, ANSWER)))

    graph = graph_of(rich, SINGLE)
    assert graph["revisions"][-1]["parent_revision"] == head
    assert graph["head"] == graph["revisions"][-1]["revision"] == session_of(rich, SINGLE).message_digest()


def test_l6_undo_of_an_append_puts_the_rows_back(rich: Realm) -> None:
    before = rich.rows()

    rich.undo(rich.change(Action.APPEND, [SINGLE], AppendEdit((USER,))))

    assert rich.rows() == before


def test_l6_an_appended_message_without_time_gets_that_of_the_change(rich: Realm) -> None:
    message = b'{"role":"user","content":"now"}'

    rich.change(Action.APPEND, [PARENT], AppendEdit((message,)))

    assert rich.document(PARENT)["messages"][-1].keys() == {"role", "content", "created_at"}


def test_l6_a_rewrite_of_the_named_revision_is_made(rkat: Realm) -> None:
    revision = session_of(rkat, HARBOUR).transcript_revision()

    rkat.change(Action.REWRITE, [HARBOUR], redaction(1, 2, revision=revision))

    assert json.loads(USER) in rkat.document(HARBOUR)["messages"]


def test_l6_an_edit_leaves_input_receipt_and_event_rows_alone(rkat: Realm) -> None:
    before, files = rkat.rows(), rkat.files()

    rkat.change(Action.REWRITE, [HARBOUR], redaction(1, 2))

    after = rkat.rows()
    changed = {table for table in before if before[table] != after[table]}
    assert changed == {"sessions", "runtime_session_snapshots"}
    assert rkat.files() == files


def test_l6_a_row_of_the_snapshot_alone_gets_its_projection_with_the_edit(rich: Realm) -> None:
    rich.run("DELETE FROM sessions WHERE session_id = ?", PARENT)
    rich.backend.refresh(CancelToken())

    rich.change(Action.REWRITE, [PARENT], redaction())

    assert rich.stored(PARENT) == rich.snapshot(PARENT)
