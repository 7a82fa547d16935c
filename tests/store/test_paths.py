"""Invariant: our own files lie in our own places, readable by their user alone, and asking for a path makes nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from store.blocking import must_not_wait
from store.errors import WouldBlock
from store.paths import OwnPaths


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_data_dir_keeps_all_of_our_files_under_one_folder(tmp_path: Path) -> None:
    paths = OwnPaths.under(tmp_path / "own")
    for path in (
        paths.scratch,
        paths.catalogue_file,
        paths.annotations_file,
        paths.demo,
        paths.settings_file,
        paths.log_file,
    ):
        assert path.is_relative_to(tmp_path / "own")


def test_the_default_places_are_named_after_burrow() -> None:
    paths = OwnPaths.default()
    for path in (paths.data, paths.cache, paths.config, paths.log):
        assert "burrow" in path.parts
        assert path.is_absolute()


def test_a_relative_data_dir_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert OwnPaths.under(Path("own")).data == tmp_path / "own"


def test_asking_for_paths_creates_nothing(tmp_path: Path) -> None:
    paths = OwnPaths.under(tmp_path / "own")
    assert paths.scratch != paths.demo
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_our_folders_are_made_for_this_user_alone(tmp_path: Path) -> None:
    paths = OwnPaths.under(tmp_path / "above" / "own")
    assert paths.made(paths.scratch) == paths.scratch
    assert [mode_of(path) for path in (paths.scratch, paths.cache, paths.data)] == [0o700] * 3


def test_making_a_folder_that_is_there_is_harmless(tmp_path: Path) -> None:
    paths = OwnPaths.under(tmp_path / "own")
    paths.made(paths.demo)
    assert paths.made(paths.demo).is_dir()


def test_a_folder_that_is_not_ours_is_never_made(tmp_path: Path) -> None:
    paths = OwnPaths.under(tmp_path / "own")
    with pytest.raises(ValueError, match="not one of our folders"):
        paths.made(tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_folders_are_not_made_on_a_thread_that_draws(tmp_path: Path) -> None:
    paths = OwnPaths.under(tmp_path / "own")
    with must_not_wait(), pytest.raises(WouldBlock):
        paths.made(paths.demo)
