"""A disk that is full, a lock that stays, files that may not be written or are others now (4-case-4)."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from store.meerkat.reference.building_blocks import (
    begin_immediate_transaction,
    open_connection,
    write_session_snapshot_in_txn,
)
from store.meerkat.reference.session import Session
from store.meerkat.reference.sqlite_failures import FolderFailed, StorageFailed, StorageFault
from store.meerkat.reference.sqlite_store import SqliteSessionStore
from tests.conftest import ROOT
from tests.store.meerkat.reference.store_maker import integrity_of, loaded, said, session_of, stored_row

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits, modes and mounts are of POSIX")

TOO_MUCH = "x" * 400_000


@pytest.fixture
def store(tmp_path: Path) -> SqliteSessionStore:
    return SqliteSessionStore.open(tmp_path / "sessions.sqlite3", timeout_ms=50)


@pytest.fixture
def kept(store: SqliteSessionStore) -> Session:
    """A session that the store has."""
    session = session_of("one", "two")
    store.save(session)
    return session


@contextmanager
def file_limit(size_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def failed(save: Callable[[], object]) -> StorageFailed:
    with pytest.raises(StorageFailed) as caught:
        save()
    assert caught.value.variant == "Internal"
    assert caught.value.sentence
    return caught.value


def assert_as_before_and_again(store: SqliteSessionStore, kept: Session, after: Session) -> None:
    """The store holds what it held, is sound, and takes the same save now."""
    assert integrity_of(store.path()) == "ok"
    assert loaded(store, kept.id).encode() == kept.encode()
    store.save(after)
    assert loaded(store, kept.id).encode() == after.encode()


def grown(kept: Session) -> Session:
    after = kept.copy()
    after.push(said(TOO_MUCH))
    return after


def test_4_case_4_a_file_that_may_not_grow_is_a_typed_error_and_leaves_the_store_as_it_was(
    store: SqliteSessionStore, kept: Session
) -> None:
    after = grown(kept)
    with file_limit(100_000):
        error = failed(lambda: store.save(after))
    assert error.fault is StorageFault.DISK
    assert_as_before_and_again(store, kept, after)


def test_4_case_4_a_new_store_that_may_not_grow_is_a_typed_error_and_can_be_made_later(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sessions.sqlite3"
    with file_limit(2_000):
        failed(lambda: SqliteSessionStore.open(path))
    assert SqliteSessionStore.open(path).list() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("this system lets nobody mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], capture_output=True, check=False)


def test_4_case_4_a_full_disk_is_a_typed_error_and_leaves_the_store_as_it_was(small_disk: Path) -> None:
    store = SqliteSessionStore.open(small_disk / "sessions.sqlite3")
    kept = session_of("one")
    store.save(kept)
    filler = small_disk / "filler"
    filler.write_bytes(b"\0" * 350_000)
    after = grown(kept)
    error = failed(lambda: store.save(after))
    assert error.fault is StorageFault.FULL
    assert integrity_of(store.path()) == "ok"
    assert loaded(store, kept.id).encode() == kept.encode()
    filler.unlink()
    smaller = kept.copy()
    smaller.push(said(TOO_MUCH[:50_000]))
    store.save(smaller)
    assert loaded(store, kept.id).encode() == smaller.encode()


def test_4_case_4_a_lock_that_is_held_too_long_is_a_typed_error_and_a_retry_works(
    store: SqliteSessionStore, kept: Session
) -> None:
    after = grown(kept)
    with closing(sqlite3.connect(store.path(), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        error = failed(lambda: store.save(after))
        other.execute("ROLLBACK")
    assert (error.fault, str(error)) == (StorageFault.LOCKED, "Internal error: SQLite error: database is locked")
    assert_as_before_and_again(store, kept, after)


def test_4_case_4_reading_waits_for_no_writer(store: SqliteSessionStore, kept: Session) -> None:
    with closing(sqlite3.connect(store.path(), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert loaded(store, kept.id).encode() == kept.encode()
        assert len(store.list()) == 1


def test_4_case_4_a_file_that_was_replaced_in_the_middle_is_not_written(
    store: SqliteSessionStore, kept: Session, tmp_path: Path
) -> None:
    after = grown(kept)
    path = store.path()
    shutil.copy2(path, tmp_path / "other.sqlite3")

    def save() -> None:
        with closing(open_connection(path)) as connection, begin_immediate_transaction(connection):
            write_session_snapshot_in_txn(connection, after)
            (tmp_path / "other.sqlite3").replace(path)

    error = failed(save)
    assert (error.fault, "replaced" in str(error)) == (StorageFault.REPLACED, True)
    assert_as_before_and_again(store, kept, after)


def test_4_case_4_a_file_that_vanished_in_the_middle_is_a_typed_error(
    store: SqliteSessionStore, kept: Session, tmp_path: Path
) -> None:
    def save() -> None:
        with closing(open_connection(store.path())) as connection, begin_immediate_transaction(connection):
            write_session_snapshot_in_txn(connection, grown(kept))
            store.path().unlink()

    assert failed(save).fault is StorageFault.REPLACED


def test_4_case_4_a_folder_in_the_place_of_the_file_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "sessions.sqlite3").mkdir()
    assert failed(lambda: SqliteSessionStore.open(tmp_path / "sessions.sqlite3")).fault is StorageFault.NO_ACCESS


# ------------------------------------------------------------------------------------- without permission to write

NOBODY = 65534


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that any user may enter."""
    place = Path(tempfile.mkdtemp(prefix="burrow-readonly-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def saved_by_another(path: Path) -> dict[str, str]:
    """Save a session as a user who owns nothing there."""
    command = [sys.executable, "-m", "tests.store.meerkat.reference.store_child", "save", str(path), str(NOBODY)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "fault"),
    [(0o444, 0o777, "READ_ONLY"), (0o444, 0o555, "READ_ONLY"), (0o000, 0o777, "NO_ACCESS")],
)
def test_4_case_4_a_file_or_folder_that_may_not_be_written_is_a_typed_error(
    open_place: Path, file_mode: int, folder_mode: int, fault: str
) -> None:
    path = open_place / "realm" / "sessions.sqlite3"
    store = SqliteSessionStore.open(path)
    kept = session_of("one")
    store.save(kept)
    before = stored_row(path, kept.id)
    path.chmod(file_mode)
    path.parent.chmod(folder_mode)
    answer = saved_by_another(path)
    path.chmod(0o600)
    path.parent.chmod(0o700)
    assert (answer["variant"], answer["fault"]) == ("Internal", fault)
    assert answer["sentence"]
    assert stored_row(path, kept.id) == before
    store.save(kept)


def test_4_case_4_a_folder_that_may_not_be_made_is_a_typed_error(open_place: Path) -> None:
    answer = saved_by_another(open_place / "below" / "sessions.sqlite3")
    assert answer["display"] == "IO error: Permission denied (os error 13)"
    assert answer["sentence"]
    assert list(open_place.iterdir()) == []


def test_l3_both_kinds_of_trouble_carry_a_sentence_and_an_advice() -> None:
    for error in (StorageFailed("text", StorageFault.FULL), FolderFailed("text", StorageFault.READ_ONLY)):
        assert error.sentence
        assert error.advice
