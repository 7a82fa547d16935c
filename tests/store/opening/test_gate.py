"""Looking and writing in one process: no look may cost a writer the locks that SQLite holds for it (L7)."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.errors import Cancelled
from store.opening import Looking
from store.opening.gate import Gate, looking_at, writing_to

LOCKS = Path("/proc/locks")

FOREIGN = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
print(connection.execute("SELECT count(*) FROM entries").fetchone()[0])
connection.close()
"""
"""A program that is the last one to close a database, as far as locks tell: it writes the log back and removes it."""


@pytest.fixture
def main(tmp_path: Path) -> Path:
    path = tmp_path / "store" / "sessions.sqlite3"
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, text TEXT)")
        connection.execute("INSERT INTO entries VALUES (1, 'first')")
    return path


@contextmanager
def written(main: Path) -> Iterator[sqlite3.Connection]:
    uri = f"{main.as_uri()}?mode=rw"
    with (
        writing_to(main, CancelToken()),
        closing(sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)) as connection,
    ):
        yield connection


def look(main: Path, scratch: Path) -> int:
    with Looking(main, scratch) as looking:
        count = looking.read(lambda one: one.execute("SELECT count(*) FROM entries").fetchone()[0], CancelToken())
    return int(count)


def foreign(main: Path) -> int:
    done = subprocess.run([sys.executable, "-c", FOREIGN, main], capture_output=True, text=True, check=True, timeout=30)
    return int(done.stdout)


def count_descriptors(main: Path) -> int:
    links = Path("/proc/self/fd").iterdir()
    return sum(os.path.realpath(link) == str(main) for link in links if link.is_symlink())


def in_threads(work: object, count: int = 4) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_l7_no_foreign_program_can_take_the_log_from_a_writer_beside_which_we_look(main: Path, tmp_path: Path) -> None:
    with written(main) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO entries VALUES (2, 'second')")
        in_threads(lambda: look(main, tmp_path / "scratch"))
        assert foreign(main) == 1
        log = main.with_name("sessions.sqlite3-wal")
        assert log.exists()
        number = log.stat().st_ino
        connection.execute("COMMIT")
        in_threads(lambda: look(main, tmp_path / "scratch"))
        assert foreign(main) == 2
        assert log.stat().st_ino == number
        connection.execute("INSERT INTO entries VALUES (3, 'third')")
    assert foreign(main) == 3


def test_l7_locks_stay_through_looks_and_end_with_the_writer(main: Path, tmp_path: Path) -> None:
    if not LOCKS.exists():
        pytest.skip("the system does not list locks")
    number = main.stat().st_ino

    def held() -> int:
        return sum(f":{number} " in line for line in LOCKS.read_text().splitlines())

    with written(main) as connection:
        connection.execute("BEGIN IMMEDIATE")
        before = held()
        look(main, tmp_path / "scratch")
        with looking_at(main) as descriptor:
            os.pread(descriptor, 16, 0)
        assert (before, held()) == (1, 1)
        connection.execute("ROLLBACK")
    assert held() == 0


def test_l7_many_looks_beside_a_writer_put_few_descriptors_aside_and_none_stays(main: Path, tmp_path: Path) -> None:
    with written(main) as connection:
        connection.execute("SELECT count(*) FROM entries").fetchone()
        own = count_descriptors(main)
        for _ in range(50):
            with looking_at(main):
                pass
        assert count_descriptors(main) == own + 1
    assert count_descriptors(main) == 0


def test_l7_a_writer_that_looks_at_its_own_file_waits_for_nobody_and_keeps_its_transaction(
    main: Path, tmp_path: Path
) -> None:
    with written(main) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO entries VALUES (2, 'second')")
        assert look(main, tmp_path / "scratch") == 1
        connection.execute("COMMIT")
    assert look(main, tmp_path / "scratch") == 2


def test_a_descriptor_that_was_put_aside_is_not_used_for_another_file_of_the_same_name(main: Path) -> None:
    with written(main):
        with looking_at(main):
            pass
        main.rename(main.with_name("old.sqlite3"))
        main.write_bytes(b"another file")
        with looking_at(main) as descriptor:
            assert os.pread(descriptor, 7, 0) == b"another"


def test_a_look_that_began_before_a_writer_ends_after_it_without_its_lock(main: Path) -> None:
    with looking_at(main) as descriptor:
        with written(main) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        assert os.pread(descriptor, 6, 0) == b"SQLite"
    assert count_descriptors(main) == 0


def test_the_descriptor_of_a_look_that_ends_beside_a_writer_is_put_aside(main: Path) -> None:
    look_ends = looking_at(main)
    look_ends.__enter__()
    with written(main):
        look_ends.__exit__(None, None, None)
        assert count_descriptors(main) >= 1
    assert count_descriptors(main) == 0


def test_two_writers_of_one_file_are_counted(main: Path) -> None:
    with written(main):
        with written(main), looking_at(main):
            pass
        assert count_descriptors(main) >= 1
    assert count_descriptors(main) == 0


def test_a_writer_waits_for_a_descriptor_that_is_just_being_closed_until_it_is_cancelled(main: Path) -> None:
    gate, token = Gate(), CancelToken()
    status = main.stat()
    gate._closing[(status.st_dev, status.st_ino)] = 1
    token.cancel()
    with pytest.raises(Cancelled), gate.writing_to(main, token):
        pass
    assert not gate._writers


def test_without_a_writer_a_look_closes_what_it_opened(main: Path, tmp_path: Path) -> None:
    look(main, tmp_path / "scratch")
    assert count_descriptors(main) == 0


def at(main: Path, seconds: int) -> None:
    """Give the file a time, as if somebody had written to it then."""
    os.utime(main, ns=(seconds * 10**9, seconds * 10**9))


def test_4_1_what_this_process_wrote_does_not_count_as_somebody_at_work_on_the_store(main: Path) -> None:
    gate = Gate()
    at(main, 1_000)
    for moment in (2_000, 3_000):
        with gate.writing_to(main, CancelToken()):
            at(main, moment)
        assert gate.moved_by_others(main) == (1_000 * 10**9, None)


def test_4_1_what_another_program_writes_after_us_counts_again(main: Path) -> None:
    gate = Gate()
    with gate.writing_to(main, CancelToken()):
        at(main, 2_000)
    at(main, 3_000)
    assert gate.moved_by_others(main) == (3_000 * 10**9, None)
    with gate.writing_to(main, CancelToken()):
        at(main, 4_000)
    assert gate.moved_by_others(main) == (3_000 * 10**9, None)
