"""A realm of JSON documents while it is written to, and its long documents (3.1, formats/meerkat.md §1.6)."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import OpenError, SessionChanged, SessionMissing
from store.meerkat.documents.folder_documents import FolderDocuments
from store.values.message import TextBlock
from store.values.session import SessionSummary, SortOrder
from tests.store.meerkat.folder_maker import OLD_NS, Folder

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]
Untouched = Callable[[Path], AbstractContextManager[None]]


# ------------------------------------------------------------------------------------------------- while it goes on
def test_3_1_a_session_that_grows_is_followed(pages: Folder, open_store: Open, make: Any, token: CancelToken) -> None:
    name = pages.add(1, ["one", "two"])
    backend = open_store(pages.path)
    outline = backend.outline(name, token)
    assert backend.follow(name, outline, token).outline is outline
    pages.put(f"{name}.jsonl", make.document(name, [make.user(text) for text in ("one", "two", "three")]))
    assert backend.has_changed()
    assert backend.refresh(token)
    followed = backend.follow(name, outline, token)
    assert (followed.kept, followed.outline.count) == (2, 3)
    (message,) = backend.messages(name, 2, 3, token)
    assert isinstance(message.blocks[0], TextBlock)
    assert message.blocks[0].text == "three"


def test_3_1_a_document_that_is_another_one_by_now_is_said_to_have_changed(
    pages: Folder, open_store: Open, make: Any, token: CancelToken
) -> None:
    name = pages.add(1, ["one", "two"])
    backend = open_store(pages.path)
    backend.outline(name, token)
    pages.put(f"{name}.jsonl", make.document(name, [make.user("other")]), 7)
    assert backend.messages(name, 0, 2, token)[1].blocks
    assert backend.refresh(token)
    with pytest.raises(SessionChanged):
        backend.messages(name, 0, 2, token)
    assert backend.outline(name, token).count == 1


def test_3_1_sessions_that_come_and_go_are_noticed(
    pages: Folder, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    first, second = pages.add(1, ["one"]), pages.add(2, ["two"])
    pages.settle()
    backend = open_store(pages.path)
    before = {row.key.session_id: row.handle for row in list_rows(backend)}
    assert not backend.has_changed()
    assert not backend.refresh(token)
    (pages.path / f"{first}.jsonl").unlink()
    third = pages.add(3, ["three"])
    pages.settle()
    assert backend.has_changed() or backend.refresh(token)
    backend.refresh(token)
    after = {row.key.session_id: row.handle for row in list_rows(backend)}
    assert after.keys() == {second, third}
    assert after[second] == before[second]
    with pytest.raises(SessionMissing):
        backend.outline(first, token)


def test_3_1_a_lock_that_comes_and_goes_changes_nothing(pages: Folder, open_store: Open, token: CancelToken) -> None:
    name = pages.add(1, ["one"])
    pages.settle()
    backend = open_store(pages.path)
    backend.ids(SortOrder(), token)
    (pages.path / f"{name}.lock").write_bytes(b"pid=7")
    assert not backend.refresh(token)


def test_3_1_a_document_that_is_written_in_place_is_noticed_in_its_turn(
    pages: Folder, open_store: Open, make: Any, token: CancelToken
) -> None:
    for number in range(1, 600):
        pages.add(number, ["text"], sidecar=None)
    pages.settle()
    backend = open_store(pages.path)
    backend.ids(SortOrder(), token)
    assert not any(backend.has_changed() for _ in range(6))
    oldest = pages.path / f"{make.session_id(599)}.jsonl"
    with oldest.open("r+b") as file:
        file.write(make.document(make.session_id(599), [make.user("more")]))
    assert any(backend.has_changed() for _ in range(6))


def test_3_1_a_folder_that_is_gone_keeps_what_was_read(pages: Folder, open_store: Open, token: CancelToken) -> None:
    name = pages.add(1, ["still here"])
    backend = open_store(pages.path)
    outline = backend.outline(name, token)
    for path in pages.path.iterdir():
        path.unlink()
    pages.path.rmdir()
    assert backend.has_changed()
    with pytest.raises(OpenError):
        backend.refresh(token)
    assert backend.messages(name, 0, outline.count, token)[0].blocks


def test_3_1_a_realm_of_documents_runs_while_a_lease_is_fresh_or_a_document_was_just_written(
    pages: Folder, open_store: Open, token: CancelToken, make: Any
) -> None:
    pages.add(1, ["old"])
    backend = open_store(pages.path)
    assert not backend.facts(token).is_running
    now = int(time.time())
    name = make.session_id(2)
    stamp = {"secs_since_epoch": now, "nanos_since_epoch": 0}
    path = pages.put(f"{name}.jsonl", make.document(name, [make.user("new")], updated_at=stamp))
    os.utime(path)
    backend.refresh(token)
    assert backend.facts(token).is_running
    assert backend.running_ids(token) == {name}
    os.utime(path, ns=(OLD_NS, OLD_NS))
    backend.refresh(token)
    assert not backend.is_running()
    leases = pages.path.parent / "leases"
    leases.mkdir()
    (leases / "one.json").write_text(json.dumps({"heartbeat_at": now}))
    assert backend.is_running()


# ------------------------------------------------------------------------------------------------- long documents
def test_3_1_the_beginning_of_a_long_document_is_read_before_the_rest(
    pages: Folder, open_store: Open, make: Any, token: CancelToken
) -> None:
    texts = [f"{number} " + "x" * 20_000 for number in range(200)]
    name, short = pages.add(1, texts), pages.add(2, ["short"])
    backend = open_store(pages.path)
    begun = backend.beginning(name, 10, token)
    assert begun is not None
    assert (begun[0].count, len(begun[1])) == (10, 10)
    assert backend.beginning(short, 10, token) is None
    assert backend.outline(name, token).count == 200
    assert backend.beginning(name, 10, token) is None
    assert list(backend.candidates(name, ["199"], 0, 200, token)) == [199]
    assert backend.raw(name, 3, token) == make.dump(make.user(texts[3]))


def test_3_1_documents_are_let_go_beyond_a_bound_and_read_again(
    pages: Folder, open_store: Open, make: Any, token: CancelToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FolderDocuments.__init__, "__defaults__", (1,))
    first, second = pages.add(1, ["one"]), pages.add(2, ["two"])
    backend = open_store(pages.path)
    backend.outline(first, token)
    backend.outline(second, token)
    assert backend.messages(first, 0, 1, token)[0].blocks
    backend.outline(second, token)
    pages.put(f"{first}.jsonl", make.document(first, [make.user("other")]), 9)
    with pytest.raises(SessionChanged):
        backend.messages(first, 0, 1, token)
