"""The measures of the session store measure what they say, and leave the measured stores as they are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType

import pytest

from store.meerkat.reference.sqlite_store import SqliteSessionStore
from tests.store.meerkat.reference.store_maker import session_of


@pytest.fixture
def bench_store(load_packaging: Callable[[str], ModuleType]) -> ModuleType:
    return load_packaging("bench_store")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of measured stores in which the long session is short."""
    folder = tmp_path / "data"
    SqliteSessionStore.open(folder / "s50" / "sessions.sqlite3").save(session_of("one", "two", "three"))
    return folder


@pytest.mark.parametrize("name", ["4-N1-append", "4-N1-rewrite"])
def test_4_n1_a_save_is_measured_beside_the_same_row_plainly_written(
    bench_store: ModuleType, data: Path, untouched: Callable[[Path], AbstractContextManager[None]], name: str
) -> None:
    with untouched(data / "s50"):
        value, beside = bench_store.MEASURED[name](data, 0)
    assert value > 0
    assert beside > 0
    assert [path.name for path in data.iterdir()] == ["s50"]


@pytest.mark.parametrize("name", ["4-N1-rss", "4-N1-rss-rewrite"])
def test_4_n1_the_process_whose_memory_is_measured_saves(bench_store: ModuleType, data: Path, name: str) -> None:
    assert bench_store.MEASURED[name](data, 0) == (0.0, None)


def test_4_n4_many_saves_hold_no_memory(bench_store: ModuleType, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_store, "SAVES", 40)
    value, beside = bench_store.MEASURED["4-N4-growth"](data, 0)
    assert value <= 10
    assert beside is None
