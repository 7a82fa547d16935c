"""Copies of main and log are accepted only if they belong together, and never lead back into the user's folder."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.opening import Looking
from store.opening.copying import COPY_NAME, copy_log, copy_store
from store.opening.stamp import journal_path, take, wal_path

SUM = 400_000

Balances = Callable[[sqlite3.Connection], tuple[int, int, int, int]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a copy goes."""
    folder = tmp_path / "copy"
    folder.mkdir()
    return folder


@pytest.fixture
def live(tmp_path: Path, start_agent: Callable[..., Any], rest: Callable[[], None]) -> tuple[Path, Any]:
    """A store with one transfer in its log, and the process that can commit more."""
    path = tmp_path / "store" / "sessions.sqlite3"
    path.parent.mkdir()
    agent = start_agent("hold", path, "WAL")
    rest()
    return path, agent


def test_B1_a_log_that_grows_while_it_is_copied_does_no_harm(
    live: tuple[Path, Any], folder: Path, balances: Balances
) -> None:
    path, agent = live
    found = take(path)
    agent.commit()
    log = copy_store(path, found, folder, CancelToken())
    assert log is not None
    assert log.size_bytes > found.wal_bytes
    connection = sqlite3.connect(folder / COPY_NAME)
    assert balances(connection) == (SUM, 4_000, 2, 2)
    connection.close()


def test_B1_a_checkpoint_while_copying_makes_the_copy_void(live: tuple[Path, Any], folder: Path) -> None:
    path, _ = live
    found = take(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint").fetchall()
    connection.close()
    assert take(path).stamp.wal == found.stamp.wal
    assert copy_store(path, found, folder, CancelToken()) is None
    assert copy_log(path, found, folder / "log", CancelToken()) is None


def test_B1_a_log_begun_anew_while_copying_makes_the_copy_void(live: tuple[Path, Any], folder: Path) -> None:
    path, agent = live
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint").fetchall()
    found = take(path)
    agent.commit()
    connection.close()
    assert take(path).stamp.main == found.stamp.main
    assert copy_store(path, found, folder, CancelToken()) is None
    assert copy_log(path, found, folder / "log", CancelToken()) is None


def test_B1_a_journal_shortened_or_zeroed_while_copying_makes_the_copy_void(
    make_store: Callable[..., Path], tmp_path: Path
) -> None:
    path = make_store("hot-journal")
    journal = journal_path(path)
    whole = journal.read_bytes()
    for number, changed in enumerate((whole[:-512], bytes(28) + whole[28:], b"")):
        found = take(path)
        journal.write_bytes(changed)
        target = tmp_path / str(number)
        target.mkdir()
        assert copy_store(path, found, target, CancelToken()) is None
        journal.write_bytes(whole)


@pytest.mark.parametrize("is_settled", [False, True], ids=["still-there", "gone"])
def test_B1_a_journal_over_several_databases_is_settled_without_touching_the_file_that_ties_them(
    is_settled: bool,
    make_store: Callable[..., Path],
    scratch: Path,
    untouched: Callable[[Path], AbstractContextManager[None]],
) -> None:
    """While the file stands the write was cut short; without it the write was complete."""
    path = make_store("hot-journal")
    tie = path.with_name("sessions.sqlite3-mj01é")
    if not is_settled:
        tie.touch()
    name = os.fsencode(tie)
    # SQLite adds up signed characters here: https://www.sqlite.org/fileformat2.html, section 3.
    checksum = sum(byte - 256 if byte > 127 else byte for byte in name) & 0xFFFFFFFF
    journal = journal_path(path)
    content = journal.read_bytes() + (0x40000000 // 4096 + 1).to_bytes(4, "big") + name
    content += len(name).to_bytes(4, "big") + checksum.to_bytes(4, "big") + content[:8]
    journal.write_bytes(content)
    with untouched(path.parent), Looking(path, scratch) as looking:
        half_done = looking.read(
            lambda c: c.execute("SELECT count(*) FROM accounts WHERE balance = -1").fetchone()[0], CancelToken()
        )
    assert (half_done > 0) is is_settled


def test_B1_a_copy_in_pieces_is_the_whole_file(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "large.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (b BLOB)")
    connection.execute("INSERT INTO t VALUES (randomblob(20000000))")
    connection.commit()
    connection.close()
    token = CancelToken()
    assert copy_store(path, take(path), folder, token) is not None
    assert (folder / COPY_NAME).read_bytes() == path.read_bytes()
    assert not wal_path(folder / COPY_NAME).exists()
    assert token.progress is not None
    assert token.progress.done == token.progress.total == path.stat().st_size
