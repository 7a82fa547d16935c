"""Invariant: a check counts every session once, keeps the gravest findings, and can be watched and stopped."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from store import Library, OwnPaths
from store.backend import Backend
from store.cancel import CancelToken
from store.doctor import BATCH_BYTES, BATCH_SESSIONS, LEAST_LISTED, PROGRESS_S, Account, examine, failed_check
from store.errors import Cancelled, DamagedDatabase, StoreVanished
from store.meerkat import MEERKAT
from store.values.checks import (
    MAX_FINDINGS,
    CheckName,
    CheckResult,
    Finding,
    Outcome,
    SessionCheck,
    Severity,
    SizePart,
    StoreCheck,
)
from store.values.store import Access, StoreFacts, StoreKey, StoreKind


def opened(library: Library, path: Path) -> StoreKey:
    (facts,) = library.open(path, CancelToken())
    return facts.key


def test_3_5_every_session_of_a_real_realm_is_counted_in_every_check(library: Library, rich: Path) -> None:
    check = examine(library, opened(library, rich), CancelToken())
    assert (check.checked, check.total) == (66, 66)
    assert [tally.name for tally in check.tallies] == list(CheckName)
    assert {tally.passed + tally.failed + tally.not_applicable for tally in check.tallies} == {66}
    assert check.sizes is not None
    assert check.counts == {Severity.ERROR: 5, Severity.WARNING: 1, Severity.INFO: 1}
    assert [finding.severity for finding in check.findings] == sorted(
        (finding.severity for finding in check.findings), key=list(Severity).index
    )


def test_3_5_what_is_wrong_with_one_session_is_said_of_this_one(library: Library, rich: Path) -> None:
    with closing(sqlite3.connect(rich / "sessions.sqlite3")) as database, database:
        (name,) = database.execute("SELECT session_id FROM sessions WHERE message_count > 3 LIMIT 1").fetchone()
        database.execute("UPDATE sessions SET message_count = 99 WHERE session_id = ?", (name,))
    check = examine(library, opened(library, rich), CancelToken())
    (finding,) = (one for one in check.findings if one.code == "wrong-counts")
    assert (finding.severity, finding.session_id) == (Severity.ERROR, name)


def test_3_5_a_store_that_is_not_open_cannot_be_checked(library: Library) -> None:
    with pytest.raises(StoreVanished):
        examine(library, StoreKey("/nowhere"), CancelToken())


def test_3_5_a_store_that_is_lost_on_the_way_has_an_error_that_says_so() -> None:
    check = failed_check(facts_of("x"), DamagedDatabase("It is damaged.", "Try a backup."))
    assert [(found.severity, found.code, found.sentence) for found in check.findings] == [
        (Severity.ERROR, "damaged-database", "It is damaged. Try a backup.")
    ]
    assert check.has_errors


def test_3_5_a_damaged_page_keeps_no_other_session_from_being_proved(library: Library, rich: Path) -> None:
    key = opened(library, rich)
    with (rich / "sessions.sqlite3").open("r+b") as file:
        file.seek(300 * 4096)
        file.write(b"\xff" * (4 * 4096))
    check = examine(library, key, CancelToken())
    documents = next(tally for tally in check.tallies if tally.name is CheckName.DOCUMENT)
    assert (check.checked, documents.passed, documents.failed) == (66, 64, 2)
    of_store = [one.code for one in check.findings if one.session_id is None and one.severity is Severity.ERROR]
    assert sorted(of_store) == ["damaged-database", "unreadable-row"]
    rows = next(one.sentence for one in check.findings if one.code == "unreadable-row")
    assert rows.startswith("2 rows of the list cannot be read. ")
    assert check.sizes is not None
    assert check.sizes.is_estimate
    inside = {SizePart.MESSAGES, SizePart.REVISIONS, SizePart.METADATA, SizePart.SNAPSHOT, SizePart.REST}
    sizes = sum(part.size_bytes for part in check.sizes.parts if part.part in inside)
    assert 0 <= (rich / "sessions.sqlite3").stat().st_size - sizes < 1024 * 1024, "inputs and receipts are events"
    assert any(part.part is SizePart.SNAPSHOT for part in check.sizes.parts), "what is not damaged is measured"


def test_3_5_a_file_that_went_away_is_an_error_of_the_store(own_paths: OwnPaths, rich: Path) -> None:
    library = Library(own_paths, (WatchedSystem(lambda number: (rich / "sessions.sqlite3").unlink(number != 1)),))
    check = examine(library, opened(library, rich), CancelToken())
    assert [(one.code, one.session_id) for one in check.findings] == [("vanished", None)]
    assert check.has_errors
    library.close_all()


# ------------------------------------------------------------------------------------------- the account alone


def facts_of(path: str, count: int = 0) -> StoreFacts:
    return StoreFacts(StoreKey(path), "x", "x", StoreKind.MEERKAT, "S-0.6", Access.PLAIN_FILE, "", session_count=count)


def session(name: str, outcome: Outcome = Outcome.PASSED, *findings: Finding) -> SessionCheck:
    return SessionCheck(name, (CheckResult(CheckName.DOCUMENT, outcome, "It is so."),), findings)


def test_3_5_more_findings_than_can_be_kept_are_counted_and_the_gravest_stay() -> None:
    account = Account(facts_of("x"))
    account.add(Finding(Severity.INFO, str(i), "a", "A.") for i in range(MAX_FINDINGS + 5))
    account.add(Finding(Severity.ERROR, "e", "b", "B.") for _ in range(3))
    check = account.final()
    assert len(check.findings) == MAX_FINDINGS
    assert [found.code for found in check.findings[:4]] == ["b", "b", "b", "a"]
    assert check.counts == {Severity.ERROR: 3, Severity.WARNING: 0, Severity.INFO: MAX_FINDINGS + 5}


def test_3_5_warnings_are_listed_even_where_errors_alone_would_fill_the_list() -> None:
    account = Account(facts_of("x"))
    account.add(Finding(Severity.ERROR, str(i), "a", "A.") for i in range(MAX_FINDINGS))
    account.add(Finding(Severity.WARNING, str(i), "b", "B.") for i in range(2 * LEAST_LISTED))
    account.add((Finding(Severity.INFO, "i", "c", "C."),))
    listed = Counter(found.severity for found in account.final().findings)
    assert listed == {
        Severity.ERROR: MAX_FINDINGS - LEAST_LISTED - 1,
        Severity.WARNING: LEAST_LISTED,
        Severity.INFO: 1,
    }


def test_3_5_a_failed_check_is_an_error_even_where_no_finding_says_so() -> None:
    account = Account(facts_of("x"))
    account.take(session("one", Outcome.FAILED))
    assert [(one.session_id, one.code) for one in account.final().findings] == [("one", "document-failed")]
    account.take(session("two", Outcome.FAILED, Finding(Severity.ERROR, "two", "own", "Own.")))
    assert [one.code for one in account.final().findings] == ["document-failed", "own"]


# ------------------------------------------------------------------------------------------- a check that is watched


class Watched:
    """A real store that remembers which sessions were asked for at once."""

    def __init__(self, backend: Backend, during: Callable[[int], None]) -> None:
        self._backend, self._during = backend, during
        self.asked: list[tuple[str, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def checks(self, session_ids: Sequence[str], token: CancelToken) -> tuple[SessionCheck, ...]:
        self.asked.append(tuple(session_ids))
        self._during(len(self.asked))
        return self._backend.checks(session_ids, token)


@dataclass
class WatchedSystem:
    """Meerkat, whose last opened store is watched."""

    during: Callable[[int], None] = lambda _: None
    backend: Watched | None = None
    kind = StoreKind.MEERKAT

    def main_files(self, folder: Path) -> tuple[Path, ...]:
        return MEERKAT.main_files(folder)

    def open(self, path: Path, scratch: Path, token: CancelToken, **options: bool) -> Any:
        self.backend = Watched(MEERKAT.open(path, scratch, token, **options), self.during)
        return self.backend


def more_sessions(rich: Path, sizes: Sequence[int]) -> Path:
    """Add sessions with documents of about these sizes."""
    with closing(sqlite3.connect(rich / "sessions.sqlite3")) as database, database:
        (stored,) = database.execute("SELECT session_json FROM sessions ORDER BY length(session_json)").fetchone()
        for number, size in enumerate(sizes):
            message = '{"role":"user","content":"' + "x" * size + '"}'
            data = stored.replace(b'"messages":[]', b'"messages":[' + message.encode() + b"]")
            database.execute(
                "INSERT INTO sessions SELECT ?, created_at_ms, updated_at_ms, 1, 0, '{}', ? FROM sessions LIMIT 1",
                (f"01a1ffff-0000-7000-8000-{number:012x}", data),
            )
    return rich


def test_3_n2_sessions_are_proved_in_groups_that_are_small_in_number_and_in_bytes(
    own_paths: OwnPaths, rich: Path
) -> None:
    system = WatchedSystem()
    library = Library(own_paths, (system,))
    more_sessions(rich, [BATCH_BYTES + 1, BATCH_BYTES + 1])
    check = examine(library, opened(library, rich), CancelToken())
    assert system.backend is not None
    asked = system.backend.asked
    assert check.checked == sum(map(len, asked)) == len({name for group in asked for name in group}) == 68
    assert [len(group) for group in asked] == [BATCH_SESSIONS, 66 - BATCH_SESSIONS, 1, 1]
    library.close_all()


def test_3_5_whoever_waits_is_shown_a_growing_account(own_paths: OwnPaths, rich: Path) -> None:
    library = Library(own_paths, (WatchedSystem(lambda _: time.sleep(PROGRESS_S * 1.05)),))
    shown: list[StoreCheck] = []
    check = examine(library, opened(library, rich), CancelToken(), shown.append)
    counts = [one.checked for one in shown]
    assert (counts, check.checked) == ([BATCH_SESSIONS, 66, 66], 66)
    assert [one.sizes is None for one in (*shown, check)] == [True, True, True, False]
    library.close_all()


def test_3_5_a_check_that_is_cancelled_ends_and_says_how_far_it_was(own_paths: OwnPaths, rich: Path) -> None:
    token = CancelToken()
    library = Library(own_paths, (WatchedSystem(lambda number: token.cancel() if number == 2 else None),))
    with pytest.raises(Cancelled):
        examine(library, opened(library, rich), token)
    assert token.progress is not None
    assert (token.progress.done, token.progress.total, token.progress.unit) == (BATCH_SESSIONS, 66, "sessions")
    library.close_all()
