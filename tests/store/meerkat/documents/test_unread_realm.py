"""What a realm keeps its sessions in, found by names; what cannot be read is named by every way that leads to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store import CancelToken, Library, OwnPaths
from store.backend import Backend
from store.errors import UnreadableGeneration
from store.meerkat import MEERKAT
from store.meerkat.documents.unread_realm import REDB_MAGIC

Copy = Callable[[str], Path]


def realm_of(folder: Path, backend: str) -> Path:
    folder.mkdir()
    (folder / "realm_manifest.json").write_text(f'{{"realm_id":"old","backend":"{backend}","origin":"explicit"}}')
    return folder


@pytest.mark.parametrize(
    ("backend", "code", "said"),
    [
        ("sqlite", "no-store-in-folder", "The realm “old” has no session database."),
        ("jsonl", "no-store-in-folder", "The realm “old” keeps its sessions as JSON documents and has none yet."),
        ("redb", "unreadable-generation", "The realm “old” keeps its sessions in a redb database"),
    ],
)
def test_3_1_a_realm_without_any_sessions_says_what_its_manifest_says(
    own_paths: OwnPaths, tmp_path: Path, backend: str, code: str, said: str
) -> None:
    (facts,) = Library(own_paths).open(realm_of(tmp_path / "realm", backend), CancelToken())
    (fault,) = facts.faults
    assert fault.code == code
    assert fault.sentence.startswith(said)


def test_3_1_a_redb_database_is_named_by_its_beginning_and_found_by_its_name(
    open_store: Callable[[Path], Backend], own_paths: OwnPaths, tmp_path: Path
) -> None:
    realm = realm_of(tmp_path / "old-realm", "redb")
    (realm / "sessions.redb").write_bytes(REDB_MAGIC + bytes(4096))
    with pytest.raises(UnreadableGeneration, match="redb"):
        open_store(realm / "sessions.redb")
    (facts,) = Library(own_paths).open(realm, CancelToken())
    assert [fault.code for fault in facts.faults] == ["unreadable-generation"]


def test_3_1_documents_beside_a_redb_database_are_read_and_the_database_is_named(
    copy_sample: Copy, own_paths: OwnPaths
) -> None:
    realm = copy_sample("meerkat/realm-0.6.24-rkat-jsonl") / "realm"
    (realm / "sessions.redb").write_bytes(REDB_MAGIC + bytes(4096))
    (realm / "sessions_jsonl" / "session_index.redb").write_bytes(REDB_MAGIC + bytes(4096))
    library = Library(own_paths)
    told = {facts.file_name: facts.session_count for facts in library.open(realm, CancelToken())}
    assert told == {"sessions_jsonl": 3, "sessions.redb": None}
    library.close_all()


def test_3_1_a_realm_with_a_database_is_that_database_whatever_else_lies_in_it(tmp_path: Path) -> None:
    for name in ("sessions.sqlite3", "realm_manifest.json", "sessions.redb", "runtime.sqlite3"):
        (tmp_path / name).write_bytes(b"")
    documents = tmp_path / "sessions_jsonl"
    documents.mkdir()
    assert MEERKAT.main_files(tmp_path) == (tmp_path / "sessions.sqlite3",)
    assert MEERKAT.main_files(documents) == ()


def test_3_1_a_runtime_goes_before_the_documents_beside_it_from_either_folder(tmp_path: Path) -> None:
    documents = tmp_path / "sessions_jsonl"
    documents.mkdir()
    assert MEERKAT.main_files(tmp_path) == MEERKAT.main_files(documents) == (documents,)
    (tmp_path / "runtime.sqlite3").write_bytes(b"")
    assert MEERKAT.main_files(tmp_path) == MEERKAT.main_files(documents) == (tmp_path / "runtime.sqlite3",)


def test_3_1_a_host_s_own_runtime_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "runtime.sqlite").write_bytes(b"")
    assert MEERKAT.main_files(tmp_path) == (tmp_path / "runtime.sqlite",)


def test_3_1_a_folder_of_documents_behind_a_link_is_that_folder(
    copy_sample: Copy, own_paths: OwnPaths, tmp_path: Path
) -> None:
    realm = copy_sample("meerkat/realm-0.6.24-rkat-jsonl") / "realm"
    elsewhere = tmp_path / "documents"
    (realm / "sessions_jsonl").rename(elsewhere)
    (realm / "sessions_jsonl").symlink_to(elsewhere)
    library = Library(own_paths)
    (facts,) = library.open(realm, CancelToken())
    assert (facts.key.path, facts.session_count) == (str(elsewhere), 3)
    library.close_all()
