"""Invariant: of every real realm exactly that is found which its own programs left; looking changes nothing."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from store import Library
from store.cancel import CancelToken
from store.doctor import examine
from store.errors import Cancelled
from store.values.checks import Finding, Severity

from .conftest import age

Find = Callable[..., list[Finding]]

LEFT = {
    "realm-0.6.24-bridged-by-0.9.8": {
        "half-bridged": 1, "session-stopped": 2, "empty-sequence": 2, "input-waiting": 3, "log-unfinished": 4,
        "log-behind": 2,
    },
    "realm-0.6.24-crashed": {"input-waiting": 2, "log-unfinished": 2},
    "realm-0.6.24-jsonl": {"bad-blob": 8, "blob-unreferenced": 1, "sessions-without-log": 1},
    "realm-0.6.24-live-wal": {"bad-blob": 1, "wal-left": 1},
    "realm-0.6.24-rich": {"bad-blob": 5, "session-stopped": 1, "sessions-without-log": 1},
    "realm-0.6.24-rkat": {
        "session-stopped": 2, "empty-sequence": 2, "input-waiting": 3, "log-unfinished": 4, "log-behind": 2,
    },
    "realm-0.6.24-rkat-jsonl": {},
    "realm-0.6.24-rkat-rewritten": {
        "session-stopped": 2, "empty-sequence": 1, "input-waiting": 3, "log-unfinished": 3, "log-behind": 2,
    },
    "realm-0.6.24-rkat-server": {
        "session-stopped": 2, "empty-sequence": 2, "input-waiting": 3, "log-unfinished": 3, "log-behind": 2,
        "sessions-without-log": 1,
    },
    "realm-0.6.24-running": {
        "wal-left": 1, "session-stopped": 2, "empty-sequence": 2, "input-waiting": 5, "log-unfinished": 5,
        "log-behind": 2,
    },
    "realm-0.6.34-rkat": {
        "copies-differ": 1, "session-stopped": 2, "input-waiting": 3, "empty-sequence": 1, "log-unfinished": 7,
    },
    "realm-0.7.5/attempted-turn": {},
    "realm-0.7.5/bootstrap-only": {"state-of-no-session": 1},
    "realm-0.7.24-rkat": {"log-unfinished": 1},
    "realm-0.7.28/attempted-turn": {},
    "realm-0.7.28/bootstrap-only": {"state-of-no-session": 1},
    "realm-0.7.28-rkat": {"sequence-behind-log": 1, "log-unfinished": 6},
    "realm-0.8.10": {},
    "realm-0.8.26-rkat": {},
    "realm-0.9.8-crashed": {"unfinished-run": 1, "input-waiting": 2, "log-unfinished": 2},
    "realm-0.9.8-rkat": {},
    "store-0.8.50-rotated": {},
    "store-0.9.3-whole-blob": {},
}  # fmt: skip
"""What each sample holds, by kind (formats/meerkat.md §8 says how it came about)."""

ERRORS = {"bad-blob", "copies-differ"}
"""Blobs that the maker of the samples left out, and the session whose rows 0.6.34 itself left unequal."""


@pytest.mark.parametrize("name", LEFT)
def test_3_5_of_a_real_realm_exactly_what_its_programs_left_is_found(
    name: str,
    library: Library,
    copy_sample: Callable[[str], Path],
    untouched: Callable[[Path], AbstractContextManager[None]],
) -> None:
    folder = copy_sample(f"meerkat/{name}")
    for log in folder.rglob("*-wal"):
        if not log.stat().st_size:
            log.unlink()
    age(folder)
    with untouched(folder):
        (facts,) = library.open(folder, CancelToken())
        check = examine(library, facts.key, CancelToken())
    assert Counter(finding.code for finding in check.findings) == LEFT[name]
    assert {finding.code for finding in check.findings if finding.severity is Severity.ERROR} <= ERRORS
    assert check.has_errors is bool(ERRORS & LEFT[name].keys())
    assert all(finding.sentence.endswith(".") for finding in check.findings)


def test_3_5_an_older_database_beside_a_newer_log_is_noticed(realm, find: Find, copy_sample) -> None:
    copy = realm("realm-0.6.24-rkat-rewritten/realm")
    older = copy_sample("meerkat/realm-0.6.24-rkat/realm/sessions.sqlite3")
    shutil.copy(older, copy.main)
    found = find(copy, "log-ahead")
    assert {finding.session_id for finding in found if "rewrite" in finding.sentence} == {
        "01a1fd3e-87e4-78b0-971e-22b2ee913548",
        "01a1fd3f-0954-7463-a2b5-d901e3636a73",
    }
    assert [one.session_id for one in find(copy, "log-of-no-session")] == ["01a1fd99-0000-7000-8000-000000000001"]


def test_3_5_rewrites_of_heads_are_held_against_the_log(realm, find: Find) -> None:
    copy = realm("realm-0.9.8-rkat/realm")
    session = copy.one("SELECT session_id FROM session_rewrites ORDER BY session_id LIMIT 1")
    copy.change("DELETE FROM session_rewrites WHERE session_id = :id", id=session)
    (found,) = find(copy, "log-ahead")
    assert found.session_id == session


def test_3_5_a_rewrite_whose_bodies_were_retired_is_one_that_the_store_knows(realm, find: Find) -> None:
    copy = realm("realm-0.9.8-rkat/realm")
    session = copy.one("SELECT session_id FROM session_rewrites ORDER BY session_id LIMIT 1")
    copy.change(
        "INSERT INTO session_transcript_retirements SELECT session_id, 1, json_object('retired', json_object('commits',"
        " json_array(json(CAST(commit_json AS TEXT))))), 0 FROM session_rewrites WHERE session_id = :id",
        "DELETE FROM session_rewrites WHERE session_id = :id",
        id=session,
    )
    assert find(copy, "log-ahead") == []


def test_3_5_rewrites_of_documents_in_files_are_held_against_the_log(copy_sample, library: Library) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-jsonl") / "ledgers"
    log = max((folder / ".rkat" / "events").glob("*.jsonl"), key=lambda path: path.stat().st_size)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(line for line in lines if b"transcript_rewrite" not in line))
    (folder / "sessions_jsonl" / "gone.meta").write_text("{}")
    age(folder)
    (facts,) = library.open(folder, CancelToken())
    found = library.backend(facts.key).store_findings(CancelToken())
    told = {(finding.code, finding.session_id) for finding in found if finding.session_id is not None}
    assert told == {
        ("log-behind", log.stem),
        ("projection-stale", log.stem),
        ("sidecar-without-document", "gone"),
    }


def test_3_5_tables_of_another_shape_are_passed_over(realm, find: Find) -> None:
    copy = realm("realm-0.9.8-rkat/realm")
    copy.change(
        "ALTER TABLE runtime_states RENAME COLUMN runtime_id TO other",
        "DROP TABLE session_strand_links",
        "DROP TABLE session_rewrites",
        "CREATE TABLE session_rewrites (x)",
        "DROP TABLE runtime_boundary_receipts",
    )
    assert {finding.code for finding in find(copy)} <= {"foreign-tables"}


def test_3_5_looking_for_what_is_left_can_be_cancelled(realm, library: Library) -> None:
    (facts,) = library.open(realm("realm-0.6.24-rkat/realm").folder, CancelToken())
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        library.backend(facts.key).store_findings(token)
