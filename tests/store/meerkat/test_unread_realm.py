"""Realms on another backend than SQLite are named for what they are, by every way that leads to them (1-case-2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from store import CancelToken, Library, OwnPaths
from store.backend import Backend
from store.errors import UnreadableGeneration
from store.meerkat import MEERKAT
from store.meerkat.unread_realm import REDB_MAGIC

Copy = Callable[[str], Path]
JSONL_REALM = "meerkat/realm-0.6.24-rkat-jsonl"


@pytest.mark.parametrize("inside", ["", "realm", "realm/sessions_jsonl"])
def test_1_case_2_a_realm_of_documents_says_that_its_backend_is_not_readable_yet(
    copy_sample: Copy, own_paths: OwnPaths, untouched: Callable[[Path], AbstractContextManager[None]], inside: str
) -> None:
    folder = copy_sample(JSONL_REALM)
    library = Library(own_paths)
    with untouched(folder):
        (facts,) = library.open(folder / inside, CancelToken())
    (fault,) = facts.faults
    assert (fault.code, facts.name) == ("unreadable-generation", "realm")
    assert "“demo-jsonl”" in fault.sentence
    assert "the JSONL backend is not readable yet" in fault.sentence
    assert "sessions_jsonl" in facts.advice


def test_1_3_a_single_document_of_such_a_realm_opens(copy_sample: Copy, own_paths: OwnPaths) -> None:
    documents = sorted((copy_sample(JSONL_REALM) / "realm" / "sessions_jsonl").glob("*.jsonl"))
    library = Library(own_paths)
    for document in documents:
        (facts,) = library.open(document, CancelToken())
        assert facts.is_open
        assert facts.session_count == 1
    assert len(documents) == 3
    library.close_all()


def test_1_case_2_a_realm_without_any_store_says_so(own_paths: OwnPaths, tmp_path: Path) -> None:
    realm = tmp_path / "new-realm"
    realm.mkdir()
    (realm / "realm_manifest.json").write_text('{"realm_id":"fresh","backend":"sqlite","origin":"explicit"}')
    (facts,) = Library(own_paths).open(realm, CancelToken())
    (fault,) = facts.faults
    assert fault.code == "no-store-in-folder"
    assert fault.sentence == "The realm “fresh” has no session database."


def test_1_case_2_a_redb_database_is_named_by_its_beginning_and_found_by_its_name(
    open_store: Callable[[Path], Backend], own_paths: OwnPaths, tmp_path: Path
) -> None:
    realm = tmp_path / "old-realm"
    realm.mkdir()
    (realm / "realm_manifest.json").write_text('{"realm_id":"old","backend":"redb"}')
    (realm / "sessions.redb").write_bytes(REDB_MAGIC + bytes(4096))
    with pytest.raises(UnreadableGeneration, match="redb"):
        open_store(realm / "sessions.redb")
    (facts,) = Library(own_paths).open(realm, CancelToken())
    assert [fault.code for fault in facts.faults] == ["unreadable-generation"]


def test_1_3_a_realm_with_a_database_is_that_database_whatever_else_lies_in_it(tmp_path: Path) -> None:
    for name in ("sessions.sqlite3", "realm_manifest.json", "sessions.redb"):
        (tmp_path / name).write_bytes(b"")
    documents = tmp_path / "sessions_jsonl"
    documents.mkdir()
    assert MEERKAT.main_files(tmp_path) == (tmp_path / "sessions.sqlite3",)
    assert MEERKAT.main_files(documents) == ()
