"""While a store's own maintenance holds its fence nothing is read; the fence itself is never made or changed."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.errors import MaintenanceRunning
from store.opening import Looking

Balances = Callable[[sqlite3.Connection], tuple[int, int, int, int]]
Untouched = Callable[[Path], AbstractContextManager[None]]


@pytest.mark.parametrize("kind", ["closed-wal", "live-wal"])
def test_B1_while_maintenance_holds_the_fence_nothing_is_read(
    kind: str, make_store: Callable[..., Path], scratch: Path, balances: Balances, untouched: Untouched
) -> None:
    path = make_store(kind)
    fence = path.with_name("sessions.sqlite3.mfence")
    fence.touch()
    fence.chmod(0o444)
    with untouched(path.parent), Looking(path, scratch) as looking:
        with fence.open("rb") as holder:
            fcntl.flock(holder, fcntl.LOCK_EX)
            with pytest.raises(MaintenanceRunning, match="Maintenance is running"):
                looking.read(balances, CancelToken())
        assert looking.read(balances, CancelToken())[0] == 400_000


def test_B1_the_fence_is_held_while_the_file_is_read_and_no_longer(
    make_store: Callable[..., Path], scratch: Path
) -> None:
    path = make_store("closed-wal")
    fence = path.with_name("sessions.sqlite3.mfence")
    fence.touch()

    def try_maintenance(_connection: sqlite3.Connection) -> bool:
        with fence.open("rb") as holder:
            try:
                fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    with Looking(path, scratch) as looking, sqlite3.connect(":memory:") as nothing:
        assert looking.read(try_maintenance, CancelToken()) is False
        assert try_maintenance(nothing) is True
    nothing.close()


def test_B1_readers_of_a_fenced_store_do_not_hinder_each_other(
    make_store: Callable[..., Path], scratch: Path, balances: Balances
) -> None:
    path = make_store("closed-wal")
    path.with_name("sessions.sqlite3.mfence").touch()
    with Looking(path, scratch) as first, Looking(path, scratch) as second:
        total = first.read(lambda _connection: second.read(balances, CancelToken())[0], CancelToken())
    assert total == 400_000
