"""Where stores are looked for without being asked (2.1)."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from store.blocking import must_not_wait
from store.cancel import CancelToken
from store.discovery import (
    Origin,
    SearchPlace,
    Surroundings,
    added_places,
    default_places,
    find_at,
    realms_of_project,
    usual_places,
)
from store.errors import Cancelled
from store.library import Library

CopySample = Callable[[str], Path]
HOME = Path("/home/ada")


@pytest.mark.parametrize(
    ("platform", "environment", "home", "expected"),
    [
        ("linux", {}, HOME, "/home/ada/.local/share/meerkat/realms"),
        ("linux", {"XDG_DATA_HOME": "/data"}, HOME, "/data/meerkat/realms"),
        ("linux", {"XDG_DATA_HOME": ""}, HOME, "/home/ada/.local/share/meerkat/realms"),
        ("linux", {"XDG_DATA_HOME": "relative/data"}, HOME, "/home/ada/.local/share/meerkat/realms"),
        ("linux", {"XDG_DATA_HOME": "/data"}, None, "/data/meerkat/realms"),
        ("linux", {}, None, None),
        ("freebsd14", {}, HOME, "/home/ada/.local/share/meerkat/realms"),
        ("darwin", {}, HOME, "/home/ada/Library/Application Support/meerkat/realms"),
        ("darwin", {"XDG_DATA_HOME": "/data"}, HOME, "/home/ada/Library/Application Support/meerkat/realms"),
        ("darwin", {}, None, None),
        ("win32", {"APPDATA": "C:/Users/ada/AppData/Roaming"}, HOME, "C:/Users/ada/AppData/Roaming/meerkat/realms"),
        ("win32", {}, HOME, "/home/ada/AppData/Roaming/meerkat/realms"),
        ("win32", {"APPDATA": "Roaming", "XDG_DATA_HOME": "/data"}, HOME, "/home/ada/AppData/Roaming/meerkat/realms"),
        ("win32", {}, None, None),
    ],
)
def test_2_1_the_default_places_are_those_of_the_servers_on_each_system(
    platform: str, environment: dict[str, str], home: Path | None, expected: str | None
) -> None:
    with must_not_wait():
        places = default_places(platform, environment, home)
    assert places == (() if expected is None else (SearchPlace(Path(expected)),))


def test_2_1_the_project_of_a_terminal_is_searched_beside_the_default_places() -> None:
    surroundings = Surroundings("linux", {}, HOME, Path("/home/ada/project"))
    with must_not_wait():
        places = usual_places(surroundings)
    assert [(place.path, place.origin) for place in places] == [
        (HOME / ".local/share/meerkat/realms", Origin.USUAL),
        (Path("/home/ada/project"), Origin.PROJECT),
    ]


def test_2_1_the_surroundings_of_a_command_hold_its_working_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Surroundings.of_process(is_command=True).folder == tmp_path
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert Surroundings.of_process().folder is None


def test_2_1_the_realms_of_a_project_are_those_of_the_nearest_rkat_on_the_way_up(tmp_path: Path) -> None:
    realms = tmp_path / "project" / ".rkat" / "realms"
    deep = tmp_path / "project" / "src" / "deep"
    nested = tmp_path / "project" / "vendor" / "other"
    for folder in (realms, deep, nested / ".rkat", nested / "src"):
        folder.mkdir(parents=True)
    assert realms_of_project(deep) == realms
    assert realms_of_project(tmp_path / "project") == realms
    assert realms_of_project(nested / "src") is None
    assert realms_of_project(tmp_path) is None


@pytest.mark.parametrize("origin", [Origin.USUAL, Origin.PROJECT])
def test_2_1_of_a_place_that_nobody_added_nothing_is_said_when_it_is_not_there(
    library: Library, tmp_path: Path, origin: Origin
) -> None:
    found = find_at(library, SearchPlace(tmp_path / "missing", origin), CancelToken())
    assert (found.candidates, found.failure) == ((), None)


def test_2_1_of_an_added_folder_it_is_said(library: Library, tmp_path: Path) -> None:
    (place,) = added_places([str(tmp_path / "missing")])
    failure = find_at(library, place, CancelToken()).failure
    assert failure is not None
    assert (failure.faults[0].code, failure.key.path) == ("missing", str(tmp_path / "missing"))


def test_2_1_stores_are_found_at_a_default_place_and_in_the_project_of_an_added_folder(
    library: Library, copy_sample: CopySample, tmp_path: Path
) -> None:
    rich = copy_sample("meerkat/realm-0.6.24-rich") / "atlas"
    (place,) = default_places("linux", {}, tmp_path)
    shutil.copytree(rich, place.path / "atlas")
    project = tmp_path / "project"
    shutil.copytree(rich, project / ".rkat" / "realms" / "atlas")
    (project / "src").mkdir()
    added = SearchPlace(project / "src", Origin.ADDED)
    for there, expected in ((place, place.path), (added, project / ".rkat" / "realms")):
        (candidate,) = find_at(library, there, CancelToken()).candidates
        assert candidate.path == (expected / "atlas" / "sessions.sqlite3").resolve()


def test_looking_for_stores_can_be_cancelled(library: Library, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        find_at(library, SearchPlace(tmp_path), token)
