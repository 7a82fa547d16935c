"""A durable file of ours: many transactions on one connection, room given back, nothing half done."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from store import OwnPaths
from store.cancel import CancelToken
from store.errors import BurrowError, Cancelled
from store.own.own_file import OwnFile

TOKEN = CancelToken()
STEPS = (("CREATE TABLE kept (number INTEGER PRIMARY KEY, data BLOB)",),)
PRAGMAS = ("PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL")


class Unusable(BurrowError):
    code = "unusable"


@pytest.fixture
def file(own_paths: OwnPaths) -> OwnFile:
    return OwnFile(own_paths, own_paths.data / "kept.sqlite3", STEPS, Unusable, PRAGMAS)


def put(file: OwnFile, number: int, size_bytes: int = 1) -> None:
    file.transact(lambda one: one.execute("INSERT INTO kept VALUES (?, ?)", (number, bytes(size_bytes))), TOKEN)


def numbers(file: OwnFile) -> list[int]:
    return [row[0] for row in file.transact(lambda one: one.execute("SELECT number FROM kept").fetchall(), TOKEN)]


def test_a_connection_that_is_kept_serves_every_transaction_of_the_block(file: OwnFile) -> None:
    seen: list[int] = []
    with file.kept_open(), file.kept_open():
        for number in range(3):
            put(file, number)
            file.transact(lambda one: seen.append(id(one)), TOKEN)
    assert len(set(seen)) == 1
    assert numbers(file) == [0, 1, 2]
    assert not file.file.with_name("kept.sqlite3-wal").exists()


def test_what_fails_in_a_kept_connection_is_rolled_back_and_the_next_works(file: OwnFile) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO kept VALUES (1, x'')")
        raise LookupError

    cancelled = CancelToken()

    def cancel(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO kept VALUES (2, x'')")
        cancelled.cancel()

    with file.kept_open():
        with pytest.raises(LookupError):
            file.transact(fail, TOKEN)
        with pytest.raises(Cancelled):
            file.transact(cancel, cancelled)
        put(file, 3)
    assert numbers(file) == [3]


def test_a_file_that_turns_out_damaged_is_put_aside_also_while_it_is_kept_open(file: OwnFile) -> None:
    put(file, 1)
    with file.kept_open():
        file.file.write_bytes(b"not a database" * 300)
        put(file, 2)
        put(file, 3)
    assert numbers(file) == [2, 3]
    assert file.file.with_name("kept-damaged-1.sqlite3").exists()


def test_room_is_given_back_to_the_disk(file: OwnFile) -> None:
    put(file, 1, 2_000_000)
    put(file, 2)
    file.transact(lambda one: one.execute("DELETE FROM kept WHERE number = 1"), TOKEN)
    before = file.file.stat().st_size
    file.shrink(100, TOKEN)
    assert before - file.file.stat().st_size > 1_900_000
    assert numbers(file) == [2]


def test_giving_room_back_can_be_cancelled(file: OwnFile) -> None:
    put(file, 1, 100_000)
    file.transact(lambda one: one.execute("DELETE FROM kept"), TOKEN)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        file.shrink(1, token)


def test_a_file_that_is_no_file_cannot_be_used(file: OwnFile) -> None:
    Path(file.file).mkdir(parents=True)
    with pytest.raises(Unusable):
        put(file, 1)


def test_a_new_file_to_which_another_gives_its_form_is_waited_for(file: OwnFile) -> None:
    file.file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file.file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        over = threading.Timer(0.2, other.rollback)
        over.start()
        put(file, 1)
        over.join()
    assert numbers(file) == [1]
    assert file.transact(lambda one: one.execute("PRAGMA journal_mode").fetchone(), TOKEN) == ("wal",)


def test_a_file_of_a_newer_burrow_keeps_its_bytes(file: OwnFile) -> None:
    file.file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file.file)) as newer:
        newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    before = file.file.read_bytes()
    with pytest.raises(Unusable):
        numbers(file)
    assert file.file.read_bytes() == before
