"""Invariant: what lies beside a database is named, and a log is counted as SQLite itself would count it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.meerkat.findings.collecting import Collector
from store.meerkat.findings.leftovers import count_frames, find_leftovers
from store.values.checks import Severity


def codes(main: Path, is_running: bool = False) -> dict[str, Severity]:
    found = Collector()
    find_leftovers(main, is_running, found, CancelToken())
    return {finding.code: finding.severity for finding in found.findings()}


@pytest.fixture
def logged(tmp_path: Path) -> Path:
    """A database whose log holds three commits of one page each and more, copied while it was open."""
    main, copy = tmp_path / "made.sqlite3", tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(main, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA wal_autocheckpoint=0")
        database.execute("CREATE TABLE t (x)")
        for i in range(3):
            database.execute("INSERT INTO t VALUES (?)", (i,))
        frames = database.execute("PRAGMA wal_checkpoint").fetchone()[1]
        shutil.copy(main, copy)
        shutil.copy(f"{main}-wal", f"{copy}-wal")
    assert frames == 5
    return copy


def test_3_5_a_log_is_counted_in_pages_and_commits(logged: Path) -> None:
    assert count_frames(Path(f"{logged}-wal"), CancelToken()) == (5, 4)
    assert codes(logged) == {"wal-left": Severity.WARNING}
    assert codes(logged, is_running=True) == {"wal-left": Severity.INFO}


def test_3_5_pages_after_the_last_commit_and_of_an_older_round_do_not_count(logged: Path) -> None:
    log = Path(f"{logged}-wal")
    data = log.read_bytes()
    log.write_bytes(data[:-5000])
    assert count_frames(log, CancelToken()) == (4, 3)
    log.write_bytes(data + bytes(len(data)))
    assert count_frames(log, CancelToken()) == (5, 4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_can_be_counted(tmp_path: Path, data: bytes) -> None:
    log = tmp_path / "any-wal"
    log.write_bytes(data)
    assert count_frames(log, CancelToken()) == (0, 0)


def test_3_5_an_empty_log_an_emptied_journal_and_a_plain_file_are_nothing(logged: Path) -> None:
    Path(f"{logged}-wal").write_bytes(b"")
    Path(f"{logged}-journal").write_bytes(bytes(512))
    assert codes(logged) == {}


def test_3_5_journal_memory_file_and_further_names_are_named(logged: Path) -> None:
    Path(f"{logged}-wal").unlink()
    Path(f"{logged}-shm").write_bytes(bytes(32_768))
    Path(f"{logged}-journal").write_bytes(b"\xd9\xd5\x05\xf9" * 8)
    os.link(logged, logged.with_name("backup.sqlite3"))
    assert codes(logged) == {
        "shm-left": Severity.INFO,
        "journal-left": Severity.WARNING,
        "hard-links": Severity.WARNING,
    }
