"""Invariant: what the runtime tells of waiting prompts, stopped sessions and sessions that are gone is named."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from store.values.checks import Finding, Severity

Find = Callable[..., list[Finding]]

STOPPED = "01a1fd3e-a7ef-7302-ad38-85e1f47c1359"
WAITING = "01a1fd3e-d77e-7c80-96fa-8df8cafa10ad"
IDLE = "01a1fd3e-87e4-78b0-971e-22b2ee913548"
RKAT = "realm-0.6.24-rkat/realm"


def of(found: list[Finding], session_id: str) -> list[Finding]:
    return [finding for finding in found if finding.session_id == session_id]


def test_3_5_a_prompt_without_outcome_is_said_to_be_sent_by_the_next_resume(realm, find: Find) -> None:
    (found,) = of(find(realm(RKAT), "input-waiting"), WAITING)
    assert found.severity is Severity.WARNING
    assert found.sentence.startswith("1 prompt of this session has no outcome (queued)")


def test_3_5_while_a_program_works_on_the_store_a_waiting_prompt_is_only_noted(realm, find: Find) -> None:
    copy = realm(RKAT)
    now = time.time()
    os.utime(copy.main, (now, now))
    (found,) = of(find(copy, "input-waiting", is_old=False), WAITING)
    assert (found.severity, "a turn may be running" in found.sentence) == (Severity.INFO, True)


def test_3_5_a_prompt_that_speaks_of_outcomes_waits_all_the_same(realm, find: Find) -> None:
    copy = realm(RKAT)
    copy.change(
        "UPDATE runtime_input_states SET state_json = json_set(CAST(state_json AS TEXT), '$.persisted_input.x',"
        " '\"terminal_outcome\":') WHERE runtime_id = 'rt:session:' || :id",
        id=WAITING,
    )
    assert len(of(find(copy, "input-waiting"), WAITING)) == 1


@pytest.mark.parametrize("state", ['"stopped"', '{"record_version":1,"runtime_state":"stopped","binding":{}}'])
def test_3_5_a_stopped_session_is_named_whatever_the_form_of_its_state(realm, find: Find, state: str) -> None:
    copy = realm(RKAT)
    statement = "UPDATE runtime_states SET runtime_state_json = :state WHERE runtime_id = 'rt:session:' || :id"
    copy.change(statement, id=IDLE, state=state)
    assert [finding.session_id for finding in find(copy, "session-stopped")].count(IDLE) == 1


def test_3_5_a_state_that_only_mentions_the_word_is_not_stopped(realm, find: Find) -> None:
    copy = realm(RKAT)
    state = '{"runtime_state":"idle","note":"stopped"}'
    copy.change("UPDATE runtime_states SET runtime_state_json = :state", state=state)
    assert find(copy, "session-stopped") == []


def test_3_5_a_state_that_is_no_json_is_named(realm, find: Find) -> None:
    copy = realm(RKAT)
    statement = "UPDATE runtime_states SET runtime_state_json = x'ff' WHERE runtime_id = 'rt:session:' || :id"
    copy.change(statement, id=STOPPED)
    (found,) = find(copy, "bad-state")
    assert found.session_id == STOPPED


def test_3_5_rows_of_a_session_that_is_gone_are_named_together(realm, find: Find) -> None:
    copy = realm(RKAT)
    copy.change(
        "DELETE FROM sessions WHERE session_id = :id",
        "DELETE FROM runtime_session_snapshots WHERE runtime_id = 'rt:session:' || :id",
        id=IDLE,
    )
    (found,) = find(copy, "runtime-rows-of-no-session")
    assert (found.severity, found.session_id) == (Severity.WARNING, IDLE)
    assert "keeps 1 state, 4 inputs, 4 receipts of a session" in found.sentence
    assert "prompts can still be read" in found.sentence


def test_3_5_the_state_of_a_session_that_never_had_a_turn_is_only_noted(realm, find: Find) -> None:
    (found,) = find(realm("realm-0.7.5/bootstrap-only"))
    assert (found.severity, found.code) == (Severity.INFO, "state-of-no-session")


def test_3_5_whole_documents_of_nobody_are_counted(copy_sample, library, realm, find: Find) -> None:
    copy = realm("store-0.9.3-whole-blob")
    (main,) = copy.folder.glob("*.sqlite*")
    main.rename(copy.main)
    copy.change("INSERT INTO runtime_whole_blob_bodies VALUES ('row-sha256:0', 'twelve bytes')")
    copy.main.rename(main)
    (found,) = find(copy, "body-unreferenced")
    assert found.sentence.startswith("1 whole document of the runtime (12 bytes) is of no session")


def test_3_5_more_of_a_kind_than_can_be_listed_are_counted(realm, find: Find) -> None:
    copy = realm(RKAT)
    copy.change(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)"
        " INSERT INTO runtime_states SELECT 'rt:session:' || i, '\"idle\"' FROM n"
    )
    found = find(copy, "state-of-no-session")
    assert len(found) == 1001
    assert "500 more of this kind" in found[-1].sentence
