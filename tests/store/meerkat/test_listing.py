"""The list: every session once, sorted by SQLite by a stored column, ties by id (1.4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import Cancelled
from store.meerkat.generation import recognise
from store.meerkat.listing import find_sources, list_handles
from store.values.session import SessionState, SessionSummary, SortKey, SortOrder

Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("key", list(SortKey))
def test_1_4_each_stored_column_sorts_with_ties_by_id(
    made: Any, make: Any, open_store: Open, list_rows: Rows, key: SortKey, is_descending: bool
) -> None:
    for number, (weight, length) in enumerate([(3, 1), (1, 2), (2, 2), (1, 1), (3, 3)], 1):
        messages = [make.user("x" * length)] * length
        made.add(number, messages, total_tokens=weight, created_at_ms=weight, updated_at_ms=10 - weight)
    rows = list_rows(open_store(made.done()), SortOrder(key, is_descending))
    value = {
        SortKey.UPDATED: lambda row: row.updated_at_ms,
        SortKey.CREATED: lambda row: row.created_at_ms,
        SortKey.MESSAGES: lambda row: row.message_count,
        SortKey.TOKENS: lambda row: row.total_tokens,
        SortKey.ID: lambda row: row.key.session_id,
        SortKey.SIZE: lambda row: row.size_bytes,
    }[key]
    by_id = sorted(rows, key=lambda row: row.key.session_id)
    assert list(rows) == sorted(by_id, key=value, reverse=is_descending)


def test_1_4_the_default_order_runs_along_the_stores_own_index(made: Any, make: Any, token: CancelToken) -> None:
    for number in range(1, 5):
        made.add(number, [make.user("x")])
    connection = sqlite3.connect(made.done())
    connection.text_factory = bytes
    layout = recognise(connection, "x")
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    list_handles(connection, layout, find_sources(connection, layout), SortOrder(), token)
    connection.set_trace_callback(None)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked[-1]}").fetchall()
    connection.close()
    steps = [row[3] for row in plan]
    assert b"SCAN s USING COVERING INDEX sessions_updated_idx" in steps
    assert not any(b"TEMP B-TREE" in step for step in steps)


def test_1_4_what_the_file_tells_of_a_session_without_an_answer(
    made: Any, make: Any, open_store: Open, list_rows: Rows
) -> None:
    made.add(1, [make.user("asked")])
    made.add(2, [make.user("asked"), make.assistant(make.said("answered"))])
    made.add(3, [])
    made.add(4, [make.user("x" * 200_000), make.user("y")])
    rows = list_rows(open_store(made.done()))
    assert [row.has_no_answer for row in rows] == [True, False, True, None]


@pytest.mark.parametrize(
    ("metadata", "state", "is_archived"),
    [
        ({}, None, False),
        ({"session_archived": True}, None, True),
        ({"session_archived": True}, b'"idle"', False),
        ({}, b'"retired"', True),
        ({}, b'"destroyed"', True),
        ({"session_lifecycle_terminal": "archived"}, b'{"runtime_state":"idle"}', False),
        ({"session_lifecycle_terminal": "archived"}, None, True),
        ({"session_lifecycle_terminal": "active"}, b'{"runtime_state":"retired"}', True),
        ({}, b"not json", False),
    ],
)
def test_1_4_archived_is_what_the_stores_own_programs_take_for_it(
    made: Any, make: Any, open_store: Open, list_rows: Rows, metadata: Any, state: bytes | None, is_archived: bool
) -> None:
    name = make.session_id(1)
    made.add(1, make.document(name, [make.user("x")], metadata))
    if state is not None:
        made.connection.execute("INSERT INTO runtime_states VALUES (?, ?)", (f"rt:session:{name}", state))
    (row,) = list_rows(open_store(made.done()))
    assert (row.state is SessionState.ARCHIVED) == is_archived


def test_1_4_labels_stand_in_stored_order_and_strange_ones_are_left_out(
    made: Any, make: Any, open_store: Open, list_rows: Rows
) -> None:
    metadata = {"session_labels": {"zone": "é", "a": "b" * 1_000, "n": 7}}
    made.add(1, make.document(make.session_id(1), [], metadata))
    (row,) = list_rows(open_store(made.done()))
    assert row.labels == (("zone", "é"), ("a", "b" * 200))


def test_1_4_matching_ids_are_the_exact_one_or_at_most_ten(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    for number in range(1, 30):
        made.add(number, [])
    backend = open_store(made.done())
    assert backend.matching_ids(make.session_id(7), token) == (make.session_id(7),)
    assert backend.matching_ids(make.session_id(1)[:-1], token) == tuple(
        make.session_id(number) for number in range(1, 11)
    )
    assert backend.matching_ids("no such", token) == ()


def test_a_cancelled_list_stops(made: Any, make: Any, open_store: Open) -> None:
    made.add(1, [])
    backend = open_store(made.done())
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        backend.ids(SortOrder(), token)
