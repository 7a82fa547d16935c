"""A census reads the stored columns of all sessions of every generation, and nothing else tells a change."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import DamagedDatabase
from store.values.listing import CensusRow

OpenStore = Callable[[Path], Backend]

SAMPLES = (
    "realm-0.6.24-rich",
    "realm-0.6.24-live-wal",
    "realm-0.7.28-rkat",
    "realm-0.8.10",
    "realm-0.6.24-bridged-by-0.9.8",
)


def census(backend: Backend, limit: int = 7) -> list[CensusRow]:
    """All pages."""
    rows: list[CensusRow] = []
    while page := backend.census(rows[-1].handle if rows else None, limit, CancelToken()):
        assert len(page) <= limit
        rows.extend(page)
    return rows


@pytest.fixture
def sample(copy_sample: Callable[[str], Path], open_store: OpenStore) -> Callable[[str], Backend]:
    def open_sample(name: str) -> Backend:
        folder = copy_sample(f"meerkat/{name}")
        return open_store(next(folder.rglob("sessions.sqlite3")))

    return open_sample


@pytest.mark.parametrize("name", SAMPLES)
def test_all_sessions_are_in_the_pages_with_what_their_rows_say(
    sample: Callable[[str], Backend], list_rows: Any, name: str
) -> None:
    backend = sample(name)
    listed = {one.handle: one for one in list_rows(backend)}
    rows = census(backend)
    assert {one.handle for one in rows} == set(listed)
    for one in rows:
        summary = listed[one.handle]
        assert (one.session_id, one.size_bytes) == (summary.key.session_id, summary.size_bytes)
        if one.updated_at_ms is not None:
            assert (one.updated_at_ms, one.created_at_ms) == (summary.updated_at_ms, summary.created_at_ms)
            assert (one.message_count, one.total_tokens) == (summary.message_count, summary.total_tokens)


def test_a_session_that_stands_only_in_its_snapshot_is_counted(made: Any, make: Any, open_store: OpenStore) -> None:
    made.add(1, [make.user("hello")])
    made.add_snapshot(make.session_id(2), make.document(make.session_id(2), []))
    rows = census(open_store(made.done()), limit=1)
    assert [one.session_id for one in rows] == [make.session_id(1), make.session_id(2)]
    assert rows[1].updated_at_ms is None


def test_columns_that_hold_something_else_are_not_recorded(made: Any, make: Any, open_store: OpenStore) -> None:
    made.add(1, [], updated_at_ms="soon", message_count=-3, created_at_ms=-5)
    (one,) = census(open_store(made.done()))
    assert (one.updated_at_ms, one.message_count, one.created_at_ms) == (None, None, 0)


def test_an_archive_that_moves_only_the_runtime_state_is_a_change(made: Any, make: Any, open_store: OpenStore) -> None:
    name = made.add(1, [make.user("hello")])
    made.connection.execute("INSERT INTO runtime_states VALUES (?, ?)", (f"rt:session:{name}", b'"idle"'))
    path = made.done()
    (before,) = census(open_store(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE runtime_states SET runtime_state_json = ?", (b'"retired"',))
        connection.commit()
    (after,) = census(open_store(path))
    assert (before.is_archived, after.is_archived) == (0, 1)
    assert before.mark != after.mark
    assert after._replace(mark=before.mark, is_archived=0) == before


@pytest.mark.parametrize("flag", [{"session_archived": True}, {"session_lifecycle_terminal": "archived"}])
def test_a_flag_counts_where_there_is_no_state_row(
    made: Any, make: Any, open_store: OpenStore, flag: dict[str, Any]
) -> None:
    name = make.session_id(1)
    made.add(1, make.document(name, [], metadata=flag))
    other = made.add(2, make.document(make.session_id(2), [], metadata=flag))
    made.connection.execute("INSERT INTO runtime_states VALUES (?, ?)", (f"rt:session:{other}", b'"idle"'))
    assert [one.is_archived for one in census(open_store(made.done()))] == [1, 0]


def test_a_store_that_nobody_works_on_has_no_running_session(made: Any, make: Any, open_store: OpenStore) -> None:
    now_ms = int(time.time() * 1000)
    made.add(1, [], updated_at_ms=now_ms)
    path = made.done()
    os.utime(path, (1, 1))
    assert open_store(path).running_ids(CancelToken()) == frozenset()


def test_running_are_sessions_changed_just_now_or_with_an_input_that_waits(
    made: Any, make: Any, open_store: OpenStore, list_rows: Any
) -> None:
    now_ms = int(time.time() * 1000)
    just_now = made.add(1, [], updated_at_ms=now_ms)
    waiting = made.add(2, [])
    done = made.add(3, [])
    states = ((waiting, b'{"current_state":"queued"}'), (done, b'{"terminal_outcome":{"kind":"done"}}'))
    for name, state in states:
        made.connection.execute("INSERT INTO runtime_input_states VALUES (?, 'i', ?)", (f"rt:session:{name}", state))
    backend = open_store(made.done())
    assert backend.running_ids(CancelToken()) == {just_now, waiting}
    assert {one.key.session_id for one in list_rows(backend) if one.is_running} == {just_now, waiting}


def test_a_session_that_was_archived_just_now_is_not_running(
    made: Any, make: Any, open_store: OpenStore, list_rows: Any
) -> None:
    now_ms = int(time.time() * 1000)
    archived = made.add(1, [], updated_at_ms=now_ms)
    made.connection.execute("INSERT INTO runtime_states VALUES (?, ?)", (f"rt:session:{archived}", b'"retired"'))
    backend = open_store(made.done())
    assert backend.running_ids(CancelToken()) == frozenset()
    assert [one.is_running for one in list_rows(backend)] == [False]
    assert not backend.detail(archived, CancelToken()).summary.is_running


def test_a_document_with_more_tokens_than_a_column_holds_is_counted_without_them(
    tmp_path: Path, make: Any, open_store: OpenStore
) -> None:
    path = tmp_path / "one.json"
    usage = {"input_tokens": 1 << 70, "output_tokens": 1}
    path.write_bytes(make.document(make.session_id(1), [make.user("hello")], usage=usage))
    (one,) = census(open_store(path))
    assert (one.session_id, one.message_count, one.total_tokens) == (make.session_id(1), 1, None)


def test_a_table_whose_rows_are_out_of_order_is_damaged_and_has_no_endless_pages(
    copy_sample: Callable[[str], Path], open_store: OpenStore
) -> None:
    main = copy_sample("meerkat/realm-0.6.24-rich") / "atlas" / "sessions.sqlite3"
    with closing(sqlite3.connect(f"{main.as_uri()}?immutable=1", uri=True)) as database:
        (root,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sessions'").fetchone()
    data = bytearray(main.read_bytes())
    # The first two pointers of the table's root change places, and with them the pages that hold its first rows.
    first = (root - 1) * 4096 + 12
    data[first : first + 2], data[first + 2 : first + 4] = data[first + 2 : first + 4], data[first : first + 2]
    main.write_bytes(data)
    with pytest.raises(DamagedDatabase):
        census(open_store(main))
