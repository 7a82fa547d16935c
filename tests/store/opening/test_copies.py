"""Private copies are made once, renewed cheaply and not too often, and an older state is better than none."""

from __future__ import annotations

import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.errors import Cancelled, ChangingTooFast, StoreVanished
from store.opening import Looking
from store.opening.copies import RETRY_S, Copies
from store.opening.stamp import take
from store.values.store import Access

SUM = 400_000

Balances = Callable[[sqlite3.Connection], tuple[int, int, int, int]]
Untouched = Callable[[Path], AbstractContextManager[None]]


@pytest.fixture
def live(tmp_path: Path, start_agent: Callable[..., Any], rest: Callable[[], None]) -> tuple[Path, Any]:
    """A store with one transfer in its log, and the process that can commit more."""
    path = tmp_path / "store" / "sessions.sqlite3"
    path.parent.mkdir()
    agent = start_agent("hold", path, "WAL")
    rest()
    return path, agent


def copies_of_main(scratch: Path) -> list[int]:
    return [copy.stat().st_ino for copy in scratch.rglob("copy.sqlite3")]


def refresh_when_due(looking: Looking) -> bool:
    """Refresh as soon as the pace allows it."""
    for _ in range(200):
        if looking.refresh(CancelToken()):
            return True
        time.sleep(0.01)
    return False


def test_B1_a_copy_stays_as_it_is_until_it_is_refreshed_and_then_only_the_log_is_copied(
    live: tuple[Path, Any], scratch: Path, balances: Balances, rest: Callable[[], None]
) -> None:
    path, agent = live
    with Looking(path, scratch) as looking:
        assert looking.read(balances, CancelToken())[2] == 1
        copied, stamp = copies_of_main(scratch), looking.stamp
        agent.commit()
        assert looking.has_changed()
        assert looking.read(balances, CancelToken())[2] == 1
        assert looking.stamp == stamp
        rest()
        assert refresh_when_due(looking)
        assert looking.read(balances, CancelToken()) == (SUM, 4_000, 2, 2)
        assert copies_of_main(scratch) == copied
        assert looking.stamp != stamp
        assert not looking.has_changed()


def test_B1_a_checkpoint_makes_the_next_copy_a_whole_one(
    live: tuple[Path, Any], scratch: Path, balances: Balances, rest: Callable[[], None]
) -> None:
    path, agent = live
    with Looking(path, scratch) as looking:
        looking.read(balances, CancelToken())
        copied = copies_of_main(scratch)
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        agent.commit()
        connection.close()
        rest()
        assert refresh_when_due(looking)
        assert looking.read(balances, CancelToken())[2] == 2
        assert len(copies_of_main(scratch)) == 1
        assert copies_of_main(scratch) != copied


def test_B1_a_store_that_was_closed_meanwhile_is_read_directly_again(
    live: tuple[Path, Any], scratch: Path, balances: Balances, rest: Callable[[], None], untouched: Untouched
) -> None:
    path, agent = live
    with Looking(path, scratch) as looking:
        looking.read(balances, CancelToken())
        agent.end()
        rest()
        with untouched(path.parent):
            assert looking.refresh(CancelToken())
            assert looking.read(balances, CancelToken())[2] == 1
        assert looking.access is Access.UNCHANGED_FILE
        assert copies_of_main(scratch) == []


def test_B1_a_copy_is_not_renewed_before_ten_times_its_copying_time(
    live: tuple[Path, Any], scratch: Path, rest: Callable[[], None]
) -> None:
    path, agent = live
    copies = Copies(path, take(path).stamp.main.file_id, scratch)
    token = CancelToken()
    copy = copies.first(token)
    agent.commit()
    rest()
    copy.copy_s = 60.0
    with copies.alone(token):
        assert not copies.renew(token)
        copy.copy_s = 0.0
        assert copies.renew(token)
    copies.close()


def test_B1_jobs_that_ask_at_once_share_one_copy(live: tuple[Path, Any], scratch: Path, balances: Balances) -> None:
    path, _ = live
    answers: list[tuple[int, int, int, int]] = []
    with Looking(path, scratch) as looking:
        jobs = [
            threading.Thread(target=lambda: answers.append(looking.read(balances, CancelToken()))) for _ in range(8)
        ]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        assert len(copies_of_main(scratch)) == 1
    assert answers == [(SUM, 4_000, 1, 1)] * 8


def test_B1_refreshing_waits_for_jobs_that_read_the_copy(
    live: tuple[Path, Any], scratch: Path, balances: Balances, rest: Callable[[], None]
) -> None:
    path, agent = live
    begun, ended = threading.Event(), threading.Event()

    def slow(connection: sqlite3.Connection) -> tuple[int, int]:
        first = connection.execute("SELECT n FROM counter_a").fetchone()[0]
        begun.set()
        ended.wait(0.3)
        return first, connection.execute("SELECT n FROM counter_b").fetchone()[0]

    with Looking(path, scratch) as looking:
        looking.read(balances, CancelToken())
        agent.commit()
        rest()
        answers: list[tuple[int, int]] = []
        job = threading.Thread(target=lambda: answers.append(looking.read(slow, CancelToken())))
        job.start()
        begun.wait()
        assert refresh_when_due(looking)
        job.join()
        assert answers == [(1, 1)]
        assert looking.read(balances, CancelToken())[2] == 2


def test_B1_closing_while_a_job_reads_lets_the_job_end(
    live: tuple[Path, Any], scratch: Path, balances: Balances
) -> None:
    path, _ = live
    looking = Looking(path, scratch)

    def closing(connection: sqlite3.Connection) -> tuple[int, int, int, int]:
        looking.close()
        return balances(connection)

    assert looking.read(closing, CancelToken())[2] == 1
    assert list(scratch.iterdir()) == []


def test_B1_of_a_store_that_never_rests_the_last_good_state_is_shown_with_its_time(
    live: tuple[Path, Any], scratch: Path, balances: Balances, start_agent: Callable[..., Any]
) -> None:
    """(1-case-3)"""
    path, agent = live
    with Looking(path, scratch) as looking:
        before_ms = time.time_ns() // 1_000_000
        assert looking.read(balances, CancelToken())[2] == 1
        restless = start_agent("touch", path, "")
        agent.commit()
        while looking.state_of_ms is None:
            assert not looking.refresh(CancelToken())
        assert looking.read(balances, CancelToken())[2] == 1
        assert before_ms <= looking.state_of_ms <= time.time_ns() // 1_000_000
        assert "changing faster than it can be read" in looking.why
        restless.end()
        time.sleep(RETRY_S)
        assert looking.read(balances, CancelToken())[2] == 2
        assert looking.state_of_ms is None


def test_B1_a_store_that_never_rested_is_said_to_be_changing_too_fast(
    make_store: Callable[..., Path], scratch: Path, balances: Balances, start_agent: Callable[..., Any]
) -> None:
    """(1-case-3)"""
    path = make_store("closed-wal")
    restless = start_agent("touch", path, "")
    with Looking(path, scratch) as looking:
        with pytest.raises(ChangingTooFast, match="changing faster than it can be read"):
            looking.read(balances, CancelToken())
        restless.end()
        assert looking.read(balances, CancelToken())[0] == SUM


def test_B1_the_last_good_state_outlives_a_try_to_read_the_file_itself(
    live: tuple[Path, Any], scratch: Path, balances: Balances, start_agent: Callable[..., Any]
) -> None:
    path, agent = live
    with Looking(path, scratch) as looking:
        assert looking.read(balances, CancelToken())[2] == 1
        agent.end()
        assert looking.refresh(CancelToken())
        restless = start_agent("touch", path, "")
        assert looking.read(balances, CancelToken())[2] == 1
        assert looking.state_of_ms is not None
        restless.end()


def test_B1_another_file_in_the_place_of_the_one_that_was_opened_is_not_copied(
    live: tuple[Path, Any], scratch: Path
) -> None:
    path, _ = live
    device, inode = take(path).stamp.main.file_id
    copies = Copies(path, (device, inode + 1), scratch)
    with pytest.raises(StoreVanished, match="replaced by another file"):
        copies.first(CancelToken())
    copies.close()


def test_B1_making_a_copy_can_be_cancelled(live: tuple[Path, Any], scratch: Path, balances: Balances) -> None:
    path, _ = live
    token = CancelToken()
    copies = Copies(path, take(path).stamp.main.file_id, scratch)
    with copies.alone(CancelToken()):
        timer = threading.Timer(0.1, token.cancel)
        timer.start()
        with pytest.raises(Cancelled):
            copies.first(token)
        timer.join()
    copies.close()
    assert copies_of_main(scratch) == []


def test_B1_copies_are_ours_alone(live: tuple[Path, Any], scratch: Path, balances: Balances) -> None:
    path, _ = live
    path.chmod(0o644)
    with Looking(path, scratch) as looking:
        looking.read(balances, CancelToken())
        found = [scratch, *scratch.rglob("*")]
        modes = {stat.S_IMODE(entry.stat().st_mode) for entry in found if entry.is_dir()}
        assert modes == {0o700}
        modes = {stat.S_IMODE(entry.stat().st_mode) for entry in found if entry.is_file()}
        assert modes == {0o600}
        assert {entry.name for entry in found if entry.is_file()} == {
            "lock",
            "copy.sqlite3",
            "copy.sqlite3-wal",
            "copy.sqlite3-shm",
        }
