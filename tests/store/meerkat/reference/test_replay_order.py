"""Histories that Meerkat 0.6.24 could not read back are known before they are written (L5; formats/meerkat.md §3.8).

The real code refuses and accepts the same ones: tests/oracle asks it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.meerkat.outside.rewrite_log import read_rewrite_log
from store.meerkat.reference.canonical import Shapes
from store.meerkat.reference.history import History, Reason
from store.meerkat.reference.replay_order import CANNOT_READ_BACK, NOT_KEPT, WRONG_VERSION, replay_order, replay_problem
from store.meerkat.reference.restoring import restore_revision
from store.meerkat.reference.rewrite_records import LoggedRecord, record_of
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from tests.store.meerkat.conftest import document, dump, session_id, user

BROKEN_BY_THE_NEXT = ("rewrite_chain", "live_rewrites")


def history_of(session: Session) -> History:
    history = session.history()
    assert history is not None
    return history


def edit(session: Session, steps: str) -> Session:
    """Edit a session: `w` rewrites its last message, `a` appends one, `0` to `9` restore the n-th retained revision."""
    for number, step in enumerate(steps):
        text = f"{step} {number}"
        if step == "a":
            session.push(dump(user(text)))
        elif step == "w":
            count = len(session.messages)
            commit_transcript_rewrite(session, count - 1, count, [dump(user(text))], Reason("edit"))
        else:
            restore_revision(session, history_of(session).bodies[int(step)].revision)
    return session


def made(steps: str) -> Session:
    return edit(Session.load(document(session_id(1), [user("a"), user("b")])), steps)


def logged(history: History) -> list[LoggedRecord]:
    """The records that Meerkat would have written of it by now."""
    records = [record_of(history, commit) for commit in history.commits]
    return [LoggedRecord(seq, record) for seq, record in enumerate(records, 1) if record is not None]


@pytest.mark.parametrize(
    "steps", ["w", "ww", "wa", "waw", "wawaw", "w0", "w0a", "w0w", "ww1", "ww1aw", "wwaw1aw", "w0a1aw0aw"]
)
@pytest.mark.parametrize("is_logged", [True, False])
def test_l5_a_history_that_comes_out_of_the_replay_as_it_is_may_be_written(steps: str, is_logged: bool) -> None:
    history = history_of(made(steps))

    assert replay_problem(history, logged(history) if is_logged else []) == ""


@pytest.mark.parametrize("steps", ["w0aw", "ww0aw", "waw0aaw"])
@pytest.mark.parametrize("is_logged", [True, False])
def test_l5_a_rewrite_behind_an_append_to_the_first_revision_that_came_back_is_not_read_back(
    steps: str, is_logged: bool
) -> None:
    history = history_of(made(steps))
    known = logged(history)[:-1] if is_logged else []

    assert replay_problem(history, known) == CANNOT_READ_BACK


@pytest.mark.parametrize("steps", ["wa0", "wwaa0", "waw0"])
@pytest.mark.parametrize("is_logged", [True, False])
def test_l5_a_first_revision_that_comes_back_behind_an_append_is_not_the_one_that_the_replay_ends_in(
    steps: str, is_logged: bool
) -> None:
    history = history_of(made(steps))

    assert replay_problem(history, logged(history) if is_logged else []) == WRONG_VERSION


def test_l5_the_replay_begins_with_revisions_that_no_rewrite_made() -> None:
    records = logged(history_of(made("w0aw")))

    assert [record.commit for record in replay_order(records)] == [
        records[number].record.commit for number in (2, 0, 1)
    ]


def test_l5_a_record_that_stands_twice_is_replayed_once() -> None:
    records = logged(history_of(made("ww")))
    again = [LoggedRecord(9, records[0].record)]

    assert replay_order([*again, *records]) == [logged.record for logged in records]


def test_l5_a_commit_whose_body_is_gone_could_not_be_logged() -> None:
    history = history_of(made("w"))

    assert replay_problem(History(history.head, history.commits, history.bodies[:1]), []) == NOT_KEPT


def test_l5_a_log_that_knows_a_newer_version_than_the_history_wins() -> None:
    session = made("w")
    history = history_of(session.copy())
    further = history_of(edit(session, "aw"))

    assert replay_problem(history, logged(further)) == WRONG_VERSION


# -------------------------------------------------------------------------------------------------- the real samples


def test_l5_of_the_samples_those_that_the_next_rewrite_breaks_are_known(copy_sample: Callable[[str], Path]) -> None:
    realm = copy_sample("meerkat/realm-0.6.24-rich")
    names = {
        line["id"]: line["scenario"] for line in json.loads((realm / "expected.json").read_text("utf-8"))["sessions"]
    }
    broken = []
    for name, document_bytes in stored_graphs(realm / "atlas" / "sessions.sqlite3"):
        session = Session.load(document_bytes)
        log = realm / "atlas" / ".rkat" / "events" / f"{name}.jsonl"
        records = read_rewrite_log(log, name, Shapes.REFERENCE, CancelToken())
        assert [logged.record.commit for logged in records] == list(history_of(session).commits)
        assert replay_problem(history_of(session), records) == ""
        commit_transcript_rewrite(session, 0, len(session.messages), [dump(user("x"))], Reason("edit"))
        if replay_problem(history_of(session), records):
            broken.append(names[name])
    assert sorted(broken) == sorted(BROKEN_BY_THE_NEXT)


def stored_graphs(database: Path) -> list[tuple[str, bytes]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(
            "SELECT session_id, session_json FROM sessions WHERE instr(metadata_json, 'transcript_history_state') > 0"
        ).fetchall()
