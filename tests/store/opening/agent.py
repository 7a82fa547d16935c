"""A program that writes to a store, run as a process of its own: `agent.py DEED PATH [ARGUMENT]`.

It says `ready` on a line of its own when the deed is done, then waits for its input to close. Every store holds
accounts whose balances add up to the same sum in each commit, and a counter that is stored in two tables.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable

ACCOUNTS = 4_000
BALANCE = 100
SUM = ACCOUNTS * BALANCE


def connect(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=30)


def create(path: str, mode: str) -> sqlite3.Connection:
    connection = connect(path)
    connection.execute(f"PRAGMA journal_mode={mode}")
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER, padding TEXT)")
    connection.execute("CREATE TABLE counter_a (n INTEGER)")
    connection.execute("CREATE TABLE counter_b (n INTEGER)")
    rows = ((number, BALANCE, "x" * 200) for number in range(ACCOUNTS))
    connection.executemany("INSERT INTO accounts VALUES (?, ?, ?)", rows)
    connection.execute("INSERT INTO counter_a VALUES (0)")
    connection.execute("INSERT INTO counter_b VALUES (0)")
    connection.execute("COMMIT")
    return connection


def transfer(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE counter_a SET n = n + 1")
    take, give = number * 7919 % 40, (number * 104_729 + 1) % 40
    connection.execute("UPDATE accounts SET balance = balance - 1 WHERE id % 40 = ?", (take,))
    connection.execute("UPDATE accounts SET balance = balance + 1 WHERE id % 40 = ?", (give,))
    connection.execute("UPDATE counter_b SET n = n + 1")
    connection.execute("COMMIT")


def ready() -> None:
    print("ready", flush=True)


def wait_for_end() -> None:
    sys.stdin.read()


def make(path: str, mode: str) -> None:
    """Leave a closed store in the given journal mode."""
    create(path, mode).close()
    ready()


def hold(path: str, mode: str) -> None:
    """Keep the newest commit in the log; each line read commits once more."""
    connection = create(path, mode)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    transfer(connection, 1)
    ready()
    for _ in sys.stdin:
        transfer(connection, 2)
        ready()


def interrupt(path: str, mode: str) -> None:
    """Change more than fits into the cache, so that main and journal hold half a transaction."""
    connection = create(path, mode)
    connection.execute("PRAGMA cache_size=5")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE accounts SET balance = -1, padding = 'half done'")
    ready()
    wait_for_end()


def reserve(path: str, mode: str) -> None:
    """Be in the middle of a small transaction, with the journal begun and main unchanged."""
    connection = create(path, mode)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE accounts SET balance = -1 WHERE id = 1")
    ready()
    wait_for_end()


def keep_writing(path: str, commits_per_s: str, reopening: bool) -> None:
    pause_s = 1 / float(commits_per_s) if float(commits_per_s) else 0.0
    ended = threading.Event()
    threading.Thread(target=lambda: (wait_for_end(), ended.set()), daemon=True).start()
    connection = connect(path)
    number = 0
    while not ended.is_set():
        transfer(connection, number)
        number += 1
        if number == 1:
            ready()
        if reopening:
            connection.close()
        ended.wait(pause_s)
        if reopening:
            connection = connect(path)


def write(path: str, commits_per_s: str) -> None:
    """Commit again and again through one connection; 0 a second means as fast as possible."""
    keep_writing(path, commits_per_s, reopening=False)


def reopen(path: str, commits_per_s: str) -> None:
    """Commit again and again, through a new connection each time, as Meerkat does."""
    keep_writing(path, commits_per_s, reopening=True)


def touch(path: str, _argument: str) -> None:
    """Move the time of the file without end, as a writer does that never rests."""
    ended = threading.Event()
    threading.Thread(target=lambda: (wait_for_end(), ended.set()), daemon=True).start()
    os.utime(path)
    ready()
    while not ended.is_set():
        os.utime(path)
        time.sleep(0.002)


DEEDS: tuple[Callable[[str, str], None], ...] = (make, hold, interrupt, reserve, write, reopen, touch)

if __name__ == "__main__":
    next(deed for deed in DEEDS if deed.__name__ == sys.argv[1])(sys.argv[2], sys.argv[3])
