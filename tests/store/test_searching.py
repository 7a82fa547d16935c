"""Invariant: a search finds each store once, in the same order each time, ends always, and opens nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from store import searching
from store.cancel import CancelToken
from store.errors import Cancelled, NotAStore, PathMissing
from store.searching import PlaceKind, Search, place_at, search_folder
from store.systems import SYSTEMS


def search(folder: Path) -> Search:
    return search_folder(folder, SYSTEMS, CancelToken())


def found(folder: Path) -> list[str]:
    return [str(candidate.path.relative_to(folder)) for candidate in search(folder).candidates]


def make_realm(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "sessions.sqlite3").write_bytes(b"")
    return folder


def test_1_3_stores_come_nearest_first_and_by_name(tmp_path: Path) -> None:
    for name in ("b/deep/realm", "c", "a", ".rkat/realms/one"):
        make_realm(tmp_path / name)
    assert found(tmp_path) == [
        "a/sessions.sqlite3",
        "c/sessions.sqlite3",
        ".rkat/realms/one/sessions.sqlite3",
        "b/deep/realm/sessions.sqlite3",
    ]


def test_links_in_a_circle_are_followed_once(tmp_path: Path) -> None:
    realm = make_realm(tmp_path / "a" / "realm")
    (realm / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    assert found(tmp_path) == ["a/realm/sessions.sqlite3"]


def test_a_store_that_two_links_lead_to_is_one_store(tmp_path: Path) -> None:
    realm = make_realm(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "sessions.sqlite3").symlink_to(realm / "sessions.sqlite3")
    assert found(tmp_path) == ["a/sessions.sqlite3"]


def test_folders_that_never_hold_stores_are_passed_by(tmp_path: Path) -> None:
    make_realm(tmp_path / "node_modules" / "x")
    make_realm(tmp_path / ".git" / "x")
    assert found(tmp_path) == []


def test_a_search_ends_at_its_depth_and_says_that_there_is_more(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*"12345678")
    make_realm(folder / "9")
    result = search(tmp_path)
    assert result.candidates == ()
    assert result.is_deeper
    make_realm(folder.parent / "store")
    assert found(tmp_path) == ["1/2/3/4/5/6/7/store/sessions.sqlite3"]


def test_a_search_ends_at_its_number_of_names_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MAX_ENTRIES", 50)
    for number in range(20):
        make_realm(tmp_path / f"{number:02}")
        (tmp_path / f"{number:02}" / "more").mkdir()
    result = search(tmp_path)
    assert result.is_cut
    assert result.entry_count == 50


def test_a_cancelled_search_stops(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        search_folder(tmp_path, SYSTEMS, token)


def test_a_search_changes_nothing(tmp_path: Path, untouched: Callable[[Path], AbstractContextManager[None]]) -> None:
    make_realm(tmp_path / "realm")
    with untouched(tmp_path):
        search(tmp_path)


def test_a_place_is_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    realm = make_realm(tmp_path / "realm")
    (tmp_path / "link").symlink_to(realm)
    assert place_at(tmp_path / "link").path == realm
    assert place_at(tmp_path / "link").kind is PlaceKind.FOLDER
    monkeypatch.chdir(realm)
    assert place_at(Path("sessions.sqlite3")).path == realm / "sessions.sqlite3"


@pytest.mark.parametrize("name", ["nothing", "file/below", "x" * 5000, "nul\0", "~nobody-of-this-name/x"])
def test_1_case_2_where_nothing_is_it_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    path = Path(name) if name.startswith("~") else tmp_path / name
    with pytest.raises(PathMissing, match="There is no file or folder"):
        place_at(path)


def test_1_case_2_a_link_that_leads_nowhere_or_in_a_circle_is_named(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for name in ("dangling", "circle"):
        with pytest.raises(PathMissing, match=f"“{name}” is a link that leads nowhere"):
            place_at(tmp_path / name)


def test_1_case_2_a_pipe_is_refused_without_being_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotAStore, match="“pipe” is a pipe, a socket or a device"):
        place_at(tmp_path / "pipe")


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal", ".mfence"])
def test_1_3_a_companion_of_a_database_names_the_database(tmp_path: Path, suffix: str) -> None:
    make_realm(tmp_path / "realm")
    companion = tmp_path / "realm" / f"sessions.sqlite3{suffix}"
    companion.write_bytes(b"x")
    with pytest.raises(NotAStore) as caught:
        place_at(companion)
    assert caught.value.advice == "Open “sessions.sqlite3” beside it."


def test_a_file_that_only_sounds_like_a_companion_is_opened(tmp_path: Path) -> None:
    (tmp_path / "notes-wal").write_bytes(b"x")
    assert place_at(tmp_path / "notes-wal").kind is PlaceKind.FILE
