"""Looking at a store reads its committed state, and leaves its folder as it was."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from store.blocking import must_not_wait
from store.cancel import CancelToken
from store.errors import Cancelled, DamagedDatabase, SnapshotTooLarge, StoreVanished, UnreadableGeneration, WouldBlock
from store.opening import Looking
from store.values.store import Access

ACCOUNTS = 4_000
SUM = ACCOUNTS * 100
NOBODY = "65534"

COMMITS = {"closed-wal": 0, "live-wal": 1, "crashed-wal": 1, "rollback": 0, "hot-journal": 0}
"""How often a transfer was committed, by the state that the store is left in."""

ACCESS = {
    "closed-wal": Access.UNCHANGED_FILE,
    "live-wal": Access.SNAPSHOT,
    "crashed-wal": Access.SNAPSHOT,
    "rollback": Access.UNCHANGED_FILE,
    "hot-journal": Access.SNAPSHOT,
}

Untouched = Callable[[Path], AbstractContextManager[None]]
Balances = Callable[[sqlite3.Connection], tuple[int, int, int, int]]


@pytest.mark.parametrize("kind", ACCESS)
def test_B1_the_committed_state_is_read_and_the_folder_is_unchanged(
    kind: str, make_store: Callable[..., Path], scratch: Path, untouched: Untouched, balances: Balances
) -> None:
    """(1-case-1)"""
    path = make_store(kind)
    with untouched(path.parent), Looking(path, scratch) as looking:
        assert looking.read(balances, CancelToken()) == (SUM, ACCOUNTS, COMMITS[kind], COMMITS[kind])
        assert looking.read(balances, CancelToken()) == (SUM, ACCOUNTS, COMMITS[kind], COMMITS[kind])
        assert looking.access is ACCESS[kind]
        assert looking.why.endswith(".")
        assert looking.state_of_ms is None
        assert not looking.has_changed()
        assert not looking.refresh(CancelToken())
    assert not scratch.exists() or not list(scratch.iterdir())


@pytest.mark.parametrize("kind", ACCESS)
@pytest.mark.parametrize("is_folder", [False, True], ids=["file", "folder"])
def test_B1_a_read_only_file_or_folder_is_read_and_left_unchanged(
    kind: str,
    is_folder: bool,
    make_store: Callable[..., Path],
    open_folder: Path,
    untouched: Untouched,
    look_in_process: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    """(1-case-1) tried with the rights of a user who may only read"""
    path = make_store(kind, open_folder)
    for file in path.parent.iterdir():
        file.chmod(0o444)
    if is_folder:
        path.parent.chmod(0o555)
    scratch = open_folder / "scratch"
    scratch.mkdir()
    scratch.chmod(0o777)
    with untouched(path.parent):
        answer = json.loads(look_in_process(scratch, path, user=NOBODY).stdout)
    assert answer == {"access": ACCESS[kind].value, "sum": SUM}


def test_B1_without_the_right_to_read_it_says_so(
    make_store: Callable[..., Path],
    open_folder: Path,
    look_in_process: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    """(1-case-2)"""
    path = make_store("closed-wal", open_folder)
    path.chmod(0)
    answer = json.loads(look_in_process(open_folder / "scratch", path, user=NOBODY).stdout)
    assert answer["code"] == "no-permission"
    assert answer["sentence"] == "The system does not let us read “sessions.sqlite3”."
    assert answer["advice"]
    path.chmod(0o644)
    log = path.with_name(path.name + "-wal")
    log.write_bytes(b"log")
    log.chmod(0)
    answer = json.loads(look_in_process(open_folder / "scratch", path, user=NOBODY).stdout)
    assert answer["sentence"] == "The system does not let us read “sessions.sqlite3-wal”."
    path.parent.chmod(0)
    assert json.loads(look_in_process(open_folder / "scratch", path, user=NOBODY).stdout)["code"] == "no-permission"


FORBIDDEN_FLAGS = re.compile(r"O_CREAT|O_RDWR|O_WRONLY|O_TRUNC|O_APPEND")
FORBIDDEN_CALLS = re.compile(
    r"^(unlink|rename|truncate|ftruncate|fallocate|mkdir|rmdir|link|symlink|mknod|chmod|fchmod|chown|fchown|lchown|utim|"
    r"futim|setxattr|fsetxattr|write|pwrite|writev|pwritev)"
)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_B1_the_system_calls_below_a_store_only_read(
    make_store: Callable[..., Path],
    scratch: Path,
    tmp_path: Path,
    look_in_process: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    """(1-case-1) no O_CREAT, O_RDWR, unlink, rename, truncate; nothing else that changes a file either"""
    paths = [make_store(kind) for kind in ACCESS]
    for path in paths:
        path.with_name(path.name + ".mfence").touch()
    trace = tmp_path / "trace"
    strace = ("strace", "-f", "-y", "-s", "4096", "-e", "trace=%file,%desc", "-o", str(trace))
    done = look_in_process(scratch, *paths, before=strace)
    assert [json.loads(line)["sum"] for line in done.stdout.splitlines()] == [SUM] * len(paths)
    seen = 0
    for line in trace.read_text("utf-8", "replace").splitlines():
        call = line.split(maxsplit=1)[1]
        # What is written elsewhere may well speak of a store: only the file that a call works on counts.
        if not re.match(rf'\w+\((\d+<|AT_FDCWD(<[^>]*>)?, "|"){re.escape(str(tmp_path))}/realm-', call):
            continue
        seen += 1
        assert not FORBIDDEN_CALLS.match(call), call
        assert not (call.startswith("open") and FORBIDDEN_FLAGS.search(call)), call
    assert seen > 50


def test_B1_an_empty_log_beside_a_rollback_store_does_not_leave_an_index(
    make_store: Callable[..., Path], scratch: Path, untouched: Untouched, balances: Balances
) -> None:
    path = make_store("rollback")
    path.with_name(path.name + "-wal").touch()
    with untouched(path.parent), Looking(path, scratch) as looking:
        assert looking.read(balances, CancelToken())[0] == SUM


def test_B1_beside_a_writer_in_a_small_transaction_the_file_itself_is_read(
    tmp_path: Path, scratch: Path, start_agent: Callable[..., object], untouched: Untouched, balances: Balances
) -> None:
    path = tmp_path / "store" / "sessions.sqlite3"
    path.parent.mkdir()
    start_agent("reserve", path, "DELETE")
    with untouched(path.parent), Looking(path, scratch) as looking:
        assert looking.read(balances, CancelToken()) == (SUM, ACCOUNTS, 0, 0)
        assert looking.access is Access.UNCHANGED_FILE


def test_B1_beside_a_writer_in_a_large_transaction_the_state_before_it_is_read_from_a_copy(
    tmp_path: Path, scratch: Path, start_agent: Callable[..., object], untouched: Untouched, balances: Balances
) -> None:
    path = tmp_path / "store" / "sessions.sqlite3"
    path.parent.mkdir()
    start_agent("interrupt", path, "DELETE")
    with untouched(path.parent), Looking(path, scratch) as looking:
        assert looking.read(balances, CancelToken()) == (SUM, ACCOUNTS, 0, 0)
        assert looking.access is Access.SNAPSHOT
        assert "being written" in looking.why, "its journal is not hot while the writer lives"


def test_B1_a_link_leads_to_the_log_of_the_file_that_it_names(
    make_store: Callable[..., Path], tmp_path: Path, scratch: Path, balances: Balances
) -> None:
    path = make_store("live-wal")
    link = tmp_path / "elsewhere.sqlite3"
    link.symlink_to(path)
    with Looking(link, scratch) as looking:
        assert looking.path == path
        assert looking.read(balances, CancelToken())[2] == 1


@pytest.mark.parametrize("kind", ["closed-wal", "live-wal"])
def test_B1_a_path_may_hold_any_character(
    kind: str, make_store: Callable[..., Path], tmp_path: Path, scratch: Path, balances: Balances
) -> None:
    path = make_store(kind)
    folder = tmp_path / os.fsdecode("a b?c#d%41é'\"\nx".encode() + b"\xff")
    shutil.copytree(path.parent, folder)
    with Looking(folder / path.name, scratch) as looking:
        assert looking.read(balances, CancelToken())[2] == COMMITS[kind]


def test_B1_a_batch_cannot_write(make_store: Callable[..., Path], scratch: Path, untouched: Untouched) -> None:
    path = make_store("closed-wal")
    with (
        untouched(path.parent),
        Looking(path, scratch) as looking,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        looking.read(lambda connection: connection.execute("DELETE FROM accounts").fetchall(), CancelToken())


def test_B1_equal_stamps_name_equal_states(
    make_store: Callable[..., Path], scratch: Path, start_agent: Callable[..., object], balances: Balances
) -> None:
    path = make_store("closed-wal")
    with Looking(path, scratch) as first, Looking(path, scratch) as second:
        before = first.read_stamped(balances, CancelToken())[1]
        assert second.read_stamped(balances, CancelToken())[1] == before == second.stamp
        connection = sqlite3.connect(path)
        connection.execute("UPDATE counter_a SET n = 7")
        connection.commit()
        connection.close()
        assert first.has_changed()
        assert first.read_stamped(balances, CancelToken())[1] != before
        assert first.has_changed(), "what was read first is still on somebody's screen"
        assert first.refresh(CancelToken())
        assert not first.has_changed()


def test_B1_cancel_ends_a_long_statement(make_store: Callable[..., Path], scratch: Path) -> None:
    path = make_store("closed-wal")
    token = CancelToken()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    timer = threading.Timer(0.1, token.cancel)
    timer.start()
    with Looking(path, scratch) as looking, pytest.raises(Cancelled):
        looking.read(lambda connection: connection.execute(endless).fetchone(), token)
    timer.join()


def test_B1_cancel_just_before_a_long_statement_ends_it_too(make_store: Callable[..., Path], scratch: Path) -> None:
    path = make_store("closed-wal")
    token = CancelToken()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    def batch(connection: sqlite3.Connection) -> object:
        token.cancel()
        return connection.execute(endless).fetchone()

    with Looking(path, scratch) as looking, pytest.raises(Cancelled):
        looking.read(batch, token)


def test_B1_a_file_cut_in_the_middle_is_said_to_be_cut(make_store: Callable[..., Path], scratch: Path) -> None:
    path = make_store("closed-wal")
    whole = path.stat().st_size
    os.truncate(path, whole // 2)
    with pytest.raises(DamagedDatabase, match=f"was cut off: {whole // 2:,} of {whole:,} bytes are there"):
        Looking(path, scratch)
    os.truncate(path, 60)
    with pytest.raises(DamagedDatabase, match="cut off within its header"):
        Looking(path, scratch)


@pytest.mark.parametrize("kind", ["closed-wal", "live-wal"])
def test_B1_overwritten_pages_are_said_to_be_damaged(kind: str, make_store: Callable[..., Path], scratch: Path) -> None:
    path = make_store(kind)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * (path.stat().st_size - 4096))
    with Looking(path, scratch) as looking, pytest.raises(DamagedDatabase, match="damaged"):
        looking.read(
            lambda connection: connection.execute("SELECT sum(length(padding)) FROM accounts").fetchall(), CancelToken()
        )


def test_B1_a_table_that_is_not_there_is_a_typed_error(make_store: Callable[..., Path], scratch: Path) -> None:
    with Looking(make_store("closed-wal"), scratch) as looking, pytest.raises(UnreadableGeneration):
        looking.read(lambda connection: connection.execute("SELECT 1 FROM nothing").fetchall(), CancelToken())


def test_B1_a_file_that_is_gone_or_replaced_is_not_taken_for_the_one_that_was_opened(
    make_store: Callable[..., Path], scratch: Path, balances: Balances
) -> None:
    path = make_store("closed-wal")
    other = shutil.copy2(path, path.with_name("other"))
    with Looking(path, scratch) as looking:
        Path(other).replace(path)
        assert looking.has_changed()
        with pytest.raises(StoreVanished, match="replaced by another file"):
            looking.read(balances, CancelToken())
        path.unlink()
        assert looking.has_changed()
        with pytest.raises(StoreVanished, match="not there any more"):
            looking.read(balances, CancelToken())


def test_B1_a_store_that_vanished_keeps_the_state_of_its_copy(
    make_store: Callable[..., Path], scratch: Path, balances: Balances
) -> None:
    path = make_store("crashed-wal")
    with Looking(path, scratch) as looking:
        before = looking.read(balances, CancelToken())
        shutil.rmtree(path.parent)
        assert looking.read(balances, CancelToken()) == before
        assert looking.has_changed()
        with pytest.raises(StoreVanished):
            looking.refresh(CancelToken())
        assert looking.read(balances, CancelToken()) == before


def test_B1_a_store_over_the_limit_is_copied_only_never_and_read_in_place_only_when_asked(
    make_store: Callable[..., Path], scratch: Path, balances: Balances
) -> None:
    path = make_store("live-wal")
    os.truncate(path, 1024**3 + 4096)
    with pytest.raises(SnapshotTooLarge, match=r"too large for one: 1\.0 GiB") as raised:
        Looking(path, scratch)
    assert "has closed it" in raised.value.advice
    with Looking.in_place(path, scratch) as looking:
        assert looking.read(balances, CancelToken()) == (SUM, ACCOUNTS, 1, 1)
        assert looking.access is Access.IN_PLACE
        assert "-shm" in looking.why
    assert not scratch.exists()


def test_B1_a_closed_look_reads_no_more(make_store: Callable[..., Path], scratch: Path, balances: Balances) -> None:
    looking = Looking(make_store("live-wal"), scratch)
    looking.close()
    looking.close()
    with pytest.raises(StoreVanished, match="was closed"):
        looking.read(balances, CancelToken())


def test_rule_5_looking_refuses_on_a_thread_that_must_not_wait(
    make_store: Callable[..., Path], scratch: Path, balances: Balances
) -> None:
    path = make_store("closed-wal")
    with Looking(path, scratch) as looking, must_not_wait():
        for ask in (lambda: Looking(path, scratch), lambda: looking.read(balances, CancelToken()), looking.has_changed):
            with pytest.raises(WouldBlock):
                ask()


def test_a_schema_whose_damaged_name_sqlite_quotes_is_a_damaged_database(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE agreed (name TEXT)")
    # The statement is broken and the name is no UTF-8, so that Python cannot even decode what SQLite says of it.
    path.write_bytes(path.read_bytes().replace(b"agreed (name", b"agreed ?name").replace(b"agreed", b"agr\xf4ed"))
    os.utime(path, (1e9, 1e9))
    with Looking(path, scratch) as looking, pytest.raises(DamagedDatabase):
        looking.read(lambda connection: connection.execute("SELECT 1 FROM sqlite_master").fetchall(), CancelToken())
