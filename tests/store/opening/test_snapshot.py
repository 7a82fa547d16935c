"""Beside a busy writer one committed state is read, or it is said that none can be; never a torn mix (1-case-3)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.errors import ChangingTooFast, SnapshotTooLarge
from store.opening import Looking
from store.opening.scratch import refuse_without_room

SUM = 400_000
ACCOUNTS = 4_000
LOOKS = 12
AT_20 = "20"
FASTEST = "0"
"""Commits a second, as `agent.py` takes them."""

Balances = Callable[[sqlite3.Connection], tuple[int, int, int, int]]


@pytest.mark.parametrize(
    ("deed", "mode", "rate"),
    [
        ("write", "WAL", AT_20),
        ("write", "WAL", FASTEST),
        ("reopen", "WAL", AT_20),
        pytest.param("reopen", "WAL", FASTEST, marks=pytest.mark.slow),
        ("write", "DELETE", AT_20),
        ("write", "TRUNCATE", AT_20),
        ("reopen", "PERSIST", AT_20),
        pytest.param("write", "DELETE", FASTEST, marks=pytest.mark.slow),
        pytest.param("write", "TRUNCATE", FASTEST, marks=pytest.mark.slow),
        pytest.param("reopen", "PERSIST", FASTEST, marks=pytest.mark.slow),
    ],
)
def test_B1_beside_a_writer_every_batch_sees_one_commit(
    deed: str,
    mode: str,
    rate: str,
    tmp_path: Path,
    scratch: Path,
    start_agent: Callable[..., Any],
    balances: Balances,
) -> None:
    path = tmp_path / "store" / "sessions.sqlite3"
    path.parent.mkdir()
    start_agent("make", path, mode).end()
    writer = start_agent(deed, path, rate)
    seen: list[int] = []
    refused = 0
    for _ in range(LOOKS):
        with Looking(path, scratch) as looking:
            for _ in range(2):
                try:
                    total, count, first, second = looking.read(balances, CancelToken())
                except ChangingTooFast:
                    refused += 1
                    continue
                assert (total, count) == (SUM, ACCOUNTS)
                assert first == second
                seen.append(first)
                looking.refresh(CancelToken())
        time.sleep(0.01)
    writer.end()
    assert seen == sorted(seen)
    assert len(seen) + refused == 2 * LOOKS
    if (deed, mode, rate) == ("write", "WAL", AT_20):
        assert len(set(seen)) > 1, "beside a writer with a log, copies are found whole and follow it"


def test_B1_a_copy_is_not_begun_without_room_for_it(tmp_path: Path) -> None:
    refuse_without_room(tmp_path, 1)
    with pytest.raises(SnapshotTooLarge, match="no room"):
        refuse_without_room(tmp_path, 1 << 60)
