"""The measured stores are made once, whole or not at all, and made again when what makes them changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

MAKER = """
import pathlib, sys
name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
folder.mkdir()
(folder / "sessions.sqlite3").write_text(name)
raise SystemExit(int(name == "broken"))
"""


@pytest.fixture
def bench_data(
    load_packaging: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    module = load_packaging("bench_data")
    maker = tmp_path / "maker.py"
    maker.write_text(MAKER)
    monkeypatch.setattr(module, "MAKER", maker)
    return module


def test_a_store_is_made_once(bench_data: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "now"
    bench_data.prepare(["s50", "m1"], folder)
    main = bench_data.main_file(folder, "s50")
    assert main.read_text() == "s50"
    main.write_text("kept")
    bench_data.prepare(["s50"], folder)
    assert main.read_text() == "kept"
    assert {path.name for path in folder.iterdir()} == {"s50", "m1"}


def test_a_store_whose_making_failed_is_not_there(bench_data: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="broken could not be made"):
        bench_data.prepare(["broken"], tmp_path / "cache" / "now")
    assert list((tmp_path / "cache" / "now").iterdir()) == []


def test_stores_of_older_code_are_removed(bench_data: ModuleType, tmp_path: Path) -> None:
    bench_data.prepare(["s50"], tmp_path / "cache" / "before")
    bench_data.prepare(["s50"], tmp_path / "cache" / "now")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["now"]


def test_the_place_follows_the_code_that_makes_them(
    bench_data: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_data, "ROOT", tmp_path)
    monkeypatch.setattr(bench_data, "MADE_BY", ("code.py",))
    (tmp_path / "code.py").write_text("1")
    before = bench_data.cache_folder()
    (tmp_path / "code.py").write_text("2")
    assert bench_data.cache_folder() != before
    assert bench_data.cache_folder().is_relative_to(Path.home())
