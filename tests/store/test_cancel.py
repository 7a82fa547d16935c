"""Invariant: a cancelled job stops at its next check, and a statement that runs meanwhile is interrupted."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from store.cancel import CancelToken, Progress
from store.errors import Cancelled

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_a_fresh_token_lets_work_go_on() -> None:
    token = CancelToken()
    token.check()
    assert not token.is_cancelled


def test_after_cancel_the_next_check_raises_cancelled() -> None:
    token = CancelToken()
    token.cancel()
    assert token.is_cancelled
    with pytest.raises(Cancelled):
        token.check()


def test_cancelling_twice_is_harmless() -> None:
    token = CancelToken()
    token.cancel()
    token.cancel()
    assert token.is_cancelled


def test_cancel_ends_an_endless_statement_of_a_registered_connection() -> None:
    token = CancelToken()
    is_running = threading.Event()

    def tell() -> int:
        is_running.set()
        return 0

    with closing(sqlite3.connect(":memory:")) as connection:
        connection.set_progress_handler(tell, 1000)
        canceller = threading.Thread(target=lambda: (is_running.wait(), token.cancel()))
        canceller.start()
        with pytest.raises(Cancelled), token.interrupting(connection):
            connection.execute(ENDLESS).fetchone()
        canceller.join()


def test_a_cancelled_token_takes_no_further_connection() -> None:
    token = CancelToken()
    token.cancel()
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(Cancelled), token.interrupting(connection):
        pytest.fail("the block must not begin")


def test_an_error_of_sqlite_without_cancel_stays_what_it_is() -> None:
    token = CancelToken()
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        token.interrupting(connection),
    ):
        connection.execute("SELECT * FROM absent")


def test_a_connection_is_left_alone_once_its_block_has_ended() -> None:
    token = CancelToken()
    with closing(sqlite3.connect(":memory:")) as connection:
        with token.interrupting(connection):
            connection.execute("SELECT 1")
        token.cancel()
        assert connection.execute("SELECT 2").fetchone() == (2,)


def test_progress_is_what_was_reported_last() -> None:
    token = CancelToken()
    assert token.progress is None
    token.report(1, 10, "Reading transcript", "messages")
    token.report(2, 10, "Reading transcript", "messages")
    assert token.progress == Progress(2, 10, "Reading transcript", "messages")


def test_a_pause_ends_at_once_when_it_is_cancelled() -> None:
    token = CancelToken()
    threading.Timer(0.05, token.cancel).start()
    with pytest.raises(Cancelled):
        token.pause(60)


def test_a_pause_that_nobody_cancels_ends_by_itself() -> None:
    token = CancelToken()
    token.pause(0.001)
    assert not token.is_cancelled
