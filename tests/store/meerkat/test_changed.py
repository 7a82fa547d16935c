"""A store that moves on under an opened transcript: never a mix of two states (1.8, 1-case-3)."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.blocking import must_not_wait
from store.cancel import CancelToken
from store.errors import ChangingTooFast, SessionChanged, SessionError, SessionMissing, WouldBlock
from store.values.session import SortOrder

Open = Callable[[Path], Backend]


def change(path: Path, statement: str, *parameters: Any) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement, parameters)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("text", ["changed", "changed to another length", "begin   "])
def test_1_8_a_changed_session_is_not_read_on_with_the_old_index(
    made: Any, make: Any, open_store: Open, token: CancelToken, text: str
) -> None:
    name = made.add(1, [make.user("question"), make.assistant(make.said("original"))])
    path = made.done()
    backend = open_store(path)
    backend.outline(name, token)
    stored = make.document(name, [make.user("question"), make.assistant(make.said(text))])
    change(path, "UPDATE runtime_session_snapshots SET session_snapshot = ?", stored)
    assert backend.has_changed()
    with pytest.raises(SessionChanged):
        backend.messages(name, 0, 2, token)
    with pytest.raises(SessionChanged):
        backend.raw(name, 0, token)
    backend.outline(name, token)
    assert backend.messages(name, 1, 2, token)[0].blocks[0].text == text  # type: ignore[union-attr]


def test_1_8_another_session_that_changes_does_not_disturb(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    name = made.add(1, [make.user("stays")])
    other = made.add(2, [make.user("moves")])
    path = made.done()
    backend = open_store(path)
    assert backend.outline(name, token).count == 1
    change(path, "UPDATE sessions SET updated_at_ms = 5 WHERE session_id = ?", other)
    assert backend.messages(name, 0, 1, token)[0].blocks[0].text == "stays"  # type: ignore[union-attr]


def test_1_8_a_strand_that_grew_is_a_changed_session(
    made_strands: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    name = made_strands.add_head(1, [make.user("one"), make.user("two")], message_count=1)
    path = made_strands.done()
    backend = open_store(path)
    backend.outline(name, token)
    change(path, "UPDATE session_heads SET message_count = 2")
    with pytest.raises(SessionChanged):
        backend.messages(name, 0, 1, token)


def test_1_8_a_deleted_session_is_missing(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    name = made.add(1, [make.user("x")])
    path = made.done()
    backend = open_store(path)
    backend.outline(name, token)
    change(path, "DELETE FROM sessions")
    change(path, "DELETE FROM runtime_session_snapshots")
    with pytest.raises(SessionMissing):
        backend.messages(name, 0, 1, token)


def test_positions_outside_the_transcript_are_refused(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    name = made.add(1, [make.user("x")])
    backend = open_store(made.done())
    for begin, end in ((0, 2), (-1, 1), (1, 0)):
        with pytest.raises(SessionError):
            backend.messages(name, begin, end, token)
    with pytest.raises(SessionError):
        backend.raw(name, 1, token)


def test_B2_nothing_of_a_backend_runs_on_a_thread_that_draws(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    name = made.add(1, [make.user("x")])
    backend = open_store(made.done())
    calls: list[Callable[[], Any]] = [
        lambda: backend.facts(token),
        lambda: backend.ids(SortOrder(), token),
        lambda: backend.summaries([4], token),
        lambda: backend.matching_ids("x", token),
        lambda: backend.detail(name, token),
        lambda: backend.outline(name, token),
        lambda: backend.messages(name, 0, 1, token),
        lambda: backend.raw(name, 0, token),
    ]
    with must_not_wait():
        for ask in calls:
            with pytest.raises(WouldBlock):
                ask()


def test_B2_a_look_at_everything_touches_nothing(
    made: Any, make: Any, open_store: Open, token: CancelToken, untouched: Any
) -> None:
    name = made.add(1, [make.user("x"), make.assistant(make.call("c")), make.results(("c", "r"))])
    path = made.done()
    with untouched(path.parent):
        backend = open_store(path)
        backend.facts(token)
        backend.summaries(backend.ids(SortOrder(), token).handles, token)
        backend.outline(name, token)
        backend.messages(name, 0, 3, token)
        backend.detail(name, token)
        backend.close()


def test_1_case_3_beside_a_busy_writer_no_page_is_a_mix(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    """Both rows are committed 20 times a second; each page read meanwhile tells one state, or says that it changed."""
    name = make.session_id(1)
    made.connection.execute("PRAGMA journal_mode = WAL")
    made.add(1, [make.user("0")] * 50)
    path = made.done()
    is_over = threading.Event()

    def write() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        number = 0
        while not is_over.wait(0.05):
            number += 1
            stored = make.document(name, [make.user(str(number))] * (50 + number % 7))
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE sessions SET session_json = ?, updated_at_ms = ?", (stored, number))
            connection.execute("UPDATE runtime_session_snapshots SET session_snapshot = ?", (stored,))
            connection.execute("COMMIT")
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    seen: set[str] = set()
    try:
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline:
            backend = open_store(path)
            with suppress(SessionChanged, ChangingTooFast):
                count = backend.outline(name, token).count
                page = backend.messages(name, 0, count, token)
                texts = {block.text for message in page for block in message.blocks}  # type: ignore[union-attr]
                assert len(texts) == 1
                assert count in (50, 50 + int(next(iter(texts))) % 7)
                seen |= texts
            backend.close()
    finally:
        is_over.set()
        writer.join()
    assert seen
