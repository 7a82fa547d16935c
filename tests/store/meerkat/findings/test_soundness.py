"""SQLite's own check of a database is a step like any other: named, and ended when it is no longer wanted (3.5)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import Cancelled

CopySample = Callable[[str], Path]
OpenStore = Callable[[Path], Backend]
STEP = "Letting SQLite check the whole file"


def test_3_5_the_check_of_a_large_file_ends_when_it_is_cancelled(
    copy_sample: CopySample, open_store: OpenStore
) -> None:
    main = copy_sample("meerkat/realm-0.6.24-rkat") / "realm" / "sessions.sqlite3"
    with closing(sqlite3.connect(main)) as database, database:
        database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO"
            " runtime_input_states SELECT 'rt:session:' || i, i, zeroblob(500) FROM n"
        )
    token, seen = CancelToken(), []

    def give_up() -> None:
        while not seen or seen[-1] != STEP:
            progress = token.progress
            seen.append(progress.what if progress is not None else "")
        token.cancel()

    backend = open_store(main)
    watcher = threading.Thread(target=give_up)
    watcher.start()
    with pytest.raises(Cancelled):
        backend.store_findings(token)
    watcher.join()
    assert token.progress is not None
    assert token.progress.what == STEP
