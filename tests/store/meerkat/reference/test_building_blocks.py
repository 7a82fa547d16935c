"""The building blocks of a session store: files as Meerkat makes them, transactions that are all or nothing."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path

import pytest

from store.blocking import must_not_wait
from store.errors import WouldBlock
from store.meerkat.reference.building_blocks import (
    I64_MAX,
    begin_immediate_transaction,
    column_ms,
    ensure_schema,
    load_session_snapshot_in_txn,
    open_connection,
    row_of,
    write_session_snapshot_in_txn,
)
from store.meerkat.reference.errors import Internal
from store.meerkat.reference.history import Reason
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from store.meerkat.reference.sqlite_failures import FolderFailed, StorageFailed, StorageFault
from store.meerkat.schema import SESSIONS, SESSIONS_UPDATED_IDX
from store.opening.stamp import take
from tests.store.meerkat.reference.store_maker import integrity_of, session_of, stored_row, user


def test_l2_opening_makes_file_and_folders_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "realm" / "sessions.sqlite3"
    open_connection(path).close()
    modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in (path, path.parent, path.parent.parent)}
    assert modes == {"sessions.sqlite3": 0o600, "realm": 0o700, "state": 0o700}


def test_l2_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    open_connection(folder / "sessions.sqlite3").close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_l2_a_new_file_has_the_catalogue_of_the_reference(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite3"
    open_connection(path).close()
    with closing(sqlite3.connect(path)) as database:
        statements = database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        facts = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "user_version")]
    assert ([text for (text,) in statements], facts) == ([SESSIONS, SESSIONS_UPDATED_IDX], ["wal", 0])


def test_l2_a_connection_syncs_fully_and_waits_as_long_as_it_is_told(tmp_path: Path) -> None:
    with closing(open_connection(tmp_path / "one.sqlite3")) as usual:
        assert usual.execute("PRAGMA synchronous").fetchone() == (2,)
        assert usual.execute("PRAGMA busy_timeout").fetchone() == (5000,)
    with closing(open_connection(tmp_path / "one.sqlite3", 70)) as short:
        assert short.execute("PRAGMA busy_timeout").fetchone() == (70,)


def test_l2_no_other_table_of_a_file_is_touched(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE other (a)")
    with closing(open_connection(path)) as connection:
        ensure_schema(connection)
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names == {"other", "sessions"}


def test_l2_the_row_holds_what_the_reference_writes(tmp_path: Path) -> None:
    session = session_of("one", "two")
    session.record_usage({"input_tokens": 30, "output_tokens": 12, "cache_read_tokens": 7})
    session.set_metadata("b", {"z": 1, "a": 2})
    session.set_metadata("a", 1)
    path = tmp_path / "sessions.sqlite3"
    with closing(open_connection(path)) as connection, begin_immediate_transaction(connection):
        write_session_snapshot_in_txn(connection, session)
    created_ms, updated_ms = session.created_at_ns // 1_000_000, session.updated_at_ns // 1_000_000
    metadata = '{"a":1,"b":{"a":2,"z":1}}'
    assert stored_row(path, session.id) == (session.id, created_ms, updated_ms, 2, 42, metadata, session.encode())


def test_l2_every_column_of_a_row_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite3"
    session = session_of("one")
    with closing(open_connection(path)) as connection:
        for created_at_ns in (5_000_000, 9_000_000):
            session.created_at_ns = created_at_ns
            with begin_immediate_transaction(connection):
                write_session_snapshot_in_txn(connection, session)
    row = stored_row(path, session.id)
    assert row == row_of(session).columns()
    assert row is not None
    assert row[1] == 9


@pytest.mark.parametrize("is_there", [False, True])
def test_l2_a_row_that_is_written_in_pieces_is_the_same_row(tmp_path: Path, is_there: bool) -> None:
    path = tmp_path / "sessions.sqlite3"
    session = session_of("ünë " * 3_000, "two")
    with closing(open_connection(path)) as connection:
        if is_there:
            with begin_immediate_transaction(connection):
                write_session_snapshot_in_txn(connection, session)
        commit_transcript_rewrite(session, 0, 1, session.canonical([user("one")]), Reason("test"))
        with begin_immediate_transaction(connection):
            write_session_snapshot_in_txn(connection, session, large_bytes=0)
    assert stored_row(path, session.id) == row_of(session).columns()
    assert integrity_of(path) == "ok"


def test_l2_a_database_of_another_text_encoding_gets_its_text_right(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite3"
    session = session_of("one")
    session.set_metadata("label", "ünë")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA encoding = 'UTF-16'")
        ensure_schema(database)
        with begin_immediate_transaction(database):
            write_session_snapshot_in_txn(database, session, large_bytes=0)
    assert stored_row(path, session.id) == row_of(session).columns()


@pytest.mark.parametrize(
    ("time_ns", "expected"), [(0, 0), (999_999, 0), (1_999_999, 1), (-1, 0), ((1 << 64) * 10**9, I64_MAX)]
)
def test_l2_columns_hold_whole_milliseconds_within_their_bounds(time_ns: int, expected: int) -> None:
    assert column_ms(time_ns) == expected


def test_l2_token_counts_beyond_a_column_are_its_largest(tmp_path: Path) -> None:
    session = session_of("one")
    session.usage["input_tokens"] = (1 << 63) + 5
    assert row_of(session).total_tokens == I64_MAX


def test_l2_what_a_block_raises_undoes_what_it_wrote(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite3"
    session = session_of("one")
    with closing(open_connection(path)) as connection:
        with suppress(KeyError), begin_immediate_transaction(connection):
            write_session_snapshot_in_txn(connection, session)
            raise KeyError("reason")
        assert not connection.in_transaction
        assert load_session_snapshot_in_txn(connection, session.id) is None


def test_l2_the_building_blocks_work_on_a_callers_own_connection(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    session = session_of("one")
    with closing(sqlite3.connect(path, isolation_level=None)) as own:
        ensure_schema(own)
        own.execute("CREATE TABLE runtime_session_snapshots (runtime_id TEXT PRIMARY KEY, session_snapshot BLOB)")
        with begin_immediate_transaction(own):
            write_session_snapshot_in_txn(own, session)
            own.execute("INSERT INTO runtime_session_snapshots VALUES ('a', ?)", (session.encode(),))
        found = load_session_snapshot_in_txn(own, session.id)
    assert found is not None
    assert found.encode() == session.encode()


def test_l3_a_document_that_is_text_fails_as_in_the_reference(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite3"
    session = session_of("one")
    with closing(open_connection(path)) as connection:
        with begin_immediate_transaction(connection):
            write_session_snapshot_in_txn(connection, session)
            connection.execute("UPDATE sessions SET session_json = CAST(session_json AS TEXT)")
        with pytest.raises(Internal) as caught:
            load_session_snapshot_in_txn(connection, session.id)
    text = "Internal error: SQLite error: Invalid column type Text at index: 0, name: session_json"
    assert (str(caught.value), caught.value.variant) == (text, "Internal")


def test_l3_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite3"
    path.write_bytes(b"something else " * 100)
    with pytest.raises(StorageFailed) as caught:
        open_connection(path)
    assert (caught.value.fault, caught.value.variant) == (StorageFault.NOT_A_DATABASE, "Internal")
    assert str(caught.value) == "Internal error: SQLite error: file is not a database"


def test_l3_a_folder_that_cannot_be_made_is_an_io_error_with_the_systems_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FolderFailed) as caught:
        open_connection(tmp_path / "file" / "below" / "sessions.sqlite3")
    assert (caught.value.variant, str(caught.value)) == ("Io", "IO error: Not a directory (os error 20)")
    assert caught.value.sentence


def test_rule_5_nothing_is_opened_on_a_thread_that_draws(tmp_path: Path) -> None:
    with must_not_wait(), pytest.raises(WouldBlock):
        open_connection(tmp_path / "sessions.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_l2_a_session_object_is_what_comes_back(tmp_path: Path) -> None:
    with closing(open_connection(tmp_path / "sessions.sqlite3")) as connection:
        session = session_of("one")
        with begin_immediate_transaction(connection):
            write_session_snapshot_in_txn(connection, session)
        assert isinstance(load_session_snapshot_in_txn(connection, session.id), Session)


def test_l7_a_look_of_the_same_process_costs_a_connection_none_of_its_locks(tmp_path: Path) -> None:
    path, locks = tmp_path / "sessions.sqlite3", Path("/proc/locks")
    if not locks.exists():
        pytest.skip("the system does not list locks")
    with closing(open_connection(path)) as connection, begin_immediate_transaction(connection):
        number = path.stat().st_ino
        take(path)
        assert any(f":{number} " in line for line in locks.read_text().splitlines())
    assert not any(f":{number} " in line for line in locks.read_text().splitlines())
