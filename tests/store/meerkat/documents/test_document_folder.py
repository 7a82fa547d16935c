"""A realm of JSON documents as one store: the JSONL backend (3.1, formats/meerkat.md §1.6, §5 A11)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from store import Library
from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionDamaged, SessionError, SessionMissing
from store.values.message import ImageBlock
from store.values.session import SessionState, SessionSummary, SortKey, SortOrder, TitleSource
from store.values.store import Access, StoreKind
from tests.store.meerkat.folder_maker import Folder

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]
Untouched = Callable[[Path], AbstractContextManager[None]]


def the_row(backend: Backend, rows: Rows) -> SessionSummary:
    (row,) = rows(backend)
    return row


# ------------------------------------------------------------------------------------------------- one store
@pytest.mark.parametrize("inside", ["", "ledgers", "ledgers/sessions_jsonl"])
def test_3_1_a_realm_of_documents_is_one_store_however_it_is_reached(
    copy_sample: Copy, library: Library, untouched: Untouched, inside: str
) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-jsonl")
    with untouched(folder):
        (facts,) = library.open(folder / inside, CancelToken())
    assert facts.key.path == str(folder / "ledgers" / "sessions_jsonl")
    assert (facts.name, facts.realm, facts.kind) == ("ledgers", "ledgers", StoreKind.MEERKAT)
    assert (facts.generation, facts.access, facts.session_count) == ("jsonl", Access.PLAIN_FILE, 66)
    assert not facts.is_writable
    assert facts.write_reason
    assert not facts.faults


def test_3_1_every_document_of_a_rich_realm_reads_as_the_published_code_says(
    copy_sample: Copy, library: Library, untouched: Untouched, token: CancelToken
) -> None:
    """Ids, order, counts, times, tokens, models, labels, archived, rewritten, roles, usage: field by field."""
    folder = copy_sample("meerkat/realm-0.6.24-jsonl")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    with untouched(folder):
        (facts,) = library.open(folder, token)
        backend = library.backend(facts.key)
        rows = backend.summaries(backend.ids(SortOrder(), token).handles, token)
        assert [row.key.session_id for row in rows] == expected["store_listing"]["all"]["ids"]
        found = {row.key.session_id: row for row in rows}
        for session in expected["sessions"]:
            row = found[session["id"]]
            assert not row.faults, session["scenario"]
            assert (row.message_count, row.total_tokens) == (session["message_count"], session["total_tokens"])
            assert (row.created_at_ms, row.updated_at_ms) == (session["created_at_ms"], session["updated_at_ms"])
            assert (row.model, dict(row.labels)) == (session["model"], session["labels"] or {})
            assert (row.state is SessionState.ARCHIVED) == (session["archived_flag"] is True), session["scenario"]
            assert row.is_rewritten == (session["history"] is not None)
            outline = backend.outline(session["id"], token)
            messages = backend.messages(session["id"], 0, outline.count, token)
            assert [message.stored_role for message in messages] == session["roles"]
            detail = backend.detail(session["id"], token)
            assert detail.usage.input_tokens == session["usage"]["input_tokens"]
            assert detail.document_version == session["version"]
            assert not detail.summary.faults


def test_3_1_a_realm_of_the_product_reads_as_it_prints(copy_sample: Copy, library: Library, token: CancelToken) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-rkat-jsonl")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    (facts,) = library.open(folder, token)
    backend = library.backend(facts.key)
    rows = backend.summaries(backend.ids(SortOrder(), token).handles, token)
    assert [row.key.session_id for row in rows] == expected["list_order"]
    assert {row.key.session_id: row.message_count for row in rows} == {
        name: len(session["messages"]) for name, session in expected["sessions"].items()
    }


def test_3_1_the_catalogue_knows_of_a_realm_of_documents_what_it_knows_of_a_database(
    copy_sample: Copy, open_store: Open, token: CancelToken
) -> None:
    backend = open_store(copy_sample("meerkat/realm-0.6.24-jsonl") / "ledgers" / "sessions_jsonl")
    first = backend.census(None, 40, token)
    second = backend.census(first[-1].handle, 40, token)
    assert (len(first), len(second), backend.census(second[-1].handle, 40, token)) == (40, 26, ())
    census = (*first, *second)
    facts = backend.catalogue_facts([row.handle for row in census], token)
    assert [one.session_id for one in facts] == [row.session_id for row in census]
    assert not any(one.is_damaged or one.faults for one in facts)
    assert sum(one.is_archived for one in facts) == sum(row.is_archived for row in census) == 2
    assert any(one.duration_ms for one in facts)
    assert backend.catalogue_facts([12345], token)[0].session_id == ""


def test_3_1_an_image_of_a_document_comes_from_the_realms_blobs(
    copy_sample: Copy, open_store: Open, token: CancelToken
) -> None:
    backend = open_store(copy_sample("meerkat/realm-0.6.24-jsonl") / "ledgers" / "sessions_jsonl")
    name = "019e8ac7-a602-7f01-af2a-0d23d32d19d8"
    images = [block for block in backend.messages(name, 5, 6, token)[0].blocks if isinstance(block, ImageBlock)]
    data = [backend.image(name, block.ref, token) for block in images if block.ref is not None and block.ref.blob]
    assert [one[:4] for one in data] == [b"\x89PNG"]


def test_3_1_a_single_document_of_such_a_realm_opens_as_a_document(copy_sample: Copy, library: Library) -> None:
    documents = sorted((copy_sample("meerkat/realm-0.6.24-rkat-jsonl") / "realm" / "sessions_jsonl").glob("*.jsonl"))
    told = [library.open(document, CancelToken())[0] for document in documents]
    assert [(facts.generation, facts.session_count) for facts in told] == [("document", 1)] * 3


# ------------------------------------------------------------------------------------------------- the list
def test_3_1_the_list_is_read_without_the_documents(pages: Folder, open_store: Open, token: CancelToken) -> None:
    """A11: a corrupt body is listed; it is damaged when it is looked at."""
    sound, corrupt = pages.add(1, ["sound"]), pages.add(2, ["lost"])
    pages.put(f"{corrupt}.jsonl", b"{ this is no JSON")
    backend = open_store(pages.path)
    assert backend.facts(token).session_count == 2
    assert {row.session_id: row.message_count for row in backend.census(None, 9, token)} == {sound: 1, corrupt: 1}
    rows = {row.key.session_id: row for row in backend.summaries(backend.ids(SortOrder(), token).handles, token)}
    assert rows[corrupt].state is SessionState.DAMAGED
    assert rows[sound].state is SessionState.ACTIVE
    assert rows[corrupt].model == "m-1"
    with pytest.raises(SessionDamaged):
        backend.outline(corrupt, token)
    assert backend.outline(sound, token).count == 1
    facts = backend.catalogue_facts([rows[corrupt].handle], token)
    assert facts[0].is_damaged


@pytest.mark.parametrize("indent", [None, 2])
def test_3_1_a_session_without_a_sidecar_is_read_from_its_document(
    pages: Folder, open_store: Open, list_rows: Rows, make: Any, indent: int | None
) -> None:
    """A11, pretty and compact."""
    name = pages.add(1, ["hello", "again"], {"session_labels": {"title": "Kept"}}, sidecar=None)
    path = pages.path / f"{name}.jsonl"
    pages.put(path.name, json.dumps(json.loads(path.read_bytes()), indent=indent).encode())
    row = the_row(open_store(pages.path), list_rows)
    assert (row.message_count, row.total_tokens, row.updated_at_ms) == (2, 10, make.updated_ms)
    assert (row.title, row.title_from, row.faults) == ("Kept", TitleSource.LABEL, ())


@pytest.mark.parametrize("indent", [None, 2])
def test_3_1_of_a_long_document_without_a_sidecar_the_end_tells(
    pages: Folder, open_store: Open, token: CancelToken, make: Any, indent: int | None
) -> None:
    name = make.session_id(1)
    data = make.document(name, [make.user("first words"), *[make.user("x" * 60_000) for _ in range(20)]])
    pages.put(f"{name}.jsonl", json.dumps(json.loads(data), indent=indent).encode())
    backend = open_store(pages.path)
    (row,) = backend.summaries(backend.ids(SortOrder(), token).handles, token)
    assert (row.updated_at_ms, row.model, row.total_tokens) == (make.updated_ms, "m-1", 10)
    assert row.title == "first words"
    (facts,) = backend.catalogue_facts([row.handle], token)
    assert (facts.first_prompt, facts.is_damaged) == ("first words", False)
    assert backend.detail(name, token).summary.message_count == 21


def test_3_1_a_sidecar_of_another_session_is_not_believed(
    pages: Folder, open_store: Open, list_rows: Rows, token: CancelToken, make: Any
) -> None:
    name = pages.add(1, ["mine"], id=make.session_id(2), message_count=99)
    backend = open_store(pages.path)
    row = the_row(backend, list_rows)
    assert (row.message_count, [fault.code for fault in row.faults]) == (1, ["bad-sidecar"])
    assert row.state is SessionState.ACTIVE
    assert [fault.code for fault in backend.detail(name, token).summary.faults] == ["bad-sidecar"]


def test_3_1_a_sidecar_behind_its_document_is_said_to_be(
    pages: Folder, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    name = pages.add(1, ["one", "two", "three"], message_count=2)
    backend = open_store(pages.path)
    row = the_row(backend, list_rows)
    assert [fault.code for fault in row.faults] == ["stale-sidecar"]
    assert "says 2 messages" in row.faults[0].sentence
    assert backend.outline(name, token).count == 3


def test_3_1_a_long_sidecar_is_read_as_far_as_a_list_needs(pages: Folder, open_store: Open, list_rows: Rows) -> None:
    graph = {"commits": [{"reason": "x" * 100}] * 1000, "head": "sha256:0"}
    metadata = {"session_labels": {"title": "Long"}, "session_transcript_history_state_v1": graph}
    pages.add(1, ["text"], metadata)
    row = the_row(open_store(pages.path), list_rows)
    assert (row.title, row.is_rewritten, row.message_count) == ("Long", True, 1)


@pytest.mark.parametrize(
    ("key", "is_descending", "numbers"),
    [
        (SortKey.UPDATED, True, [3, 1, 2, 4]),
        (SortKey.UPDATED, False, [4, 1, 2, 3]),
        (SortKey.MESSAGES, True, [4, 2, 1, 3]),
        (SortKey.TOKENS, False, [1, 2, 3, 4]),
        (SortKey.ID, True, [4, 3, 2, 1]),
        (SortKey.SIZE, True, [4, 2, 1, 3]),
    ],
)
def test_3_1_rows_stand_in_the_order_that_is_asked_for_ties_by_id(
    pages: Folder, open_store: Open, list_rows: Rows, make: Any, key: SortKey, is_descending: bool, numbers: list[int]
) -> None:
    late = {"secs_since_epoch": 1_790_000_000, "nanos_since_epoch": 0}
    pages.add(1, ["a"])
    pages.add(2, ["a", "b"])
    pages.add(3, ["a"], updated_at=late)
    pages.add(4, ["a", "b", "c"], updated_at="never")
    rows = list_rows(open_store(pages.path), SortOrder(key, is_descending))
    assert [row.key.session_id for row in rows] == [make.session_id(number) for number in numbers]


def test_3_1_other_files_are_never_taken_for_sessions(pages: Folder, open_store: Open, token: CancelToken) -> None:
    name = pages.add(1, ["only"])
    for other in (f"{name}.lock", f"{name}.jsonl.tmp", f".{name}.jsonl", "session_index.redb", "notes.txt"):
        (pages.path / other).write_bytes(b"{}")
    (pages.path / f"{pages.make.session_id(2)}.jsonl").mkdir()
    (pages.path / f"{pages.make.session_id(3)}.meta").write_bytes(b"{}")
    backend = open_store(pages.path)
    assert [row.session_id for row in backend.census(None, 9, token)] == [name]
    assert backend.matching_ids(name[:8], token) == (name,)
    assert backend.matching_ids(name, token) == (name,)


def test_3_1_links_and_pipes_are_named_and_neither_followed_nor_waited_for(
    pages: Folder, open_store: Open, list_rows: Rows, token: CancelToken, make: Any, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes(make.document(make.session_id(1), [make.user("not yours")]))
    (pages.path / f"{make.session_id(1)}.jsonl").symlink_to(elsewhere)
    os.mkfifo(pages.path / f"{make.session_id(2)}.jsonl")
    sound = pages.add(3, ["sound"])
    os.mkfifo(pages.path / f"{sound}.lock")
    backend = open_store(pages.path)
    rows = {row.key.session_id: row for row in list_rows(backend)}
    for number in (1, 2):
        assert rows[make.session_id(number)].state is SessionState.DAMAGED
        with pytest.raises(SessionDamaged):
            backend.outline(make.session_id(number), token)
    assert rows[sound].state is SessionState.ACTIVE
    facts = backend.catalogue_facts([row.handle for row in rows.values()], token)
    assert not any(one.first_prompt == "not yours" for one in facts)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no-document"),
        (b"\x89PNG\r\n\x1a\n", "bad-json"),
        (b'{"version":2,"id":"x","messages":[{"role":"user"', "bad-json"),
        (b'{"hello":"world"}', "bad-document"),
        (b"[1,2]", "bad-document"),
    ],
)
def test_3_1_a_damaged_document_is_a_damaged_row_and_the_others_are_not(
    pages: Folder, open_store: Open, list_rows: Rows, token: CancelToken, data: bytes, code: str
) -> None:
    damaged, sound = pages.add(1, ["gone"]), pages.add(2, ["sound"])
    pages.put(f"{damaged}.jsonl", data)
    backend = open_store(pages.path)
    rows = {row.key.session_id: row for row in list_rows(backend)}
    assert [fault.code for fault in rows[damaged].faults] == [code]
    assert rows[sound].faults == ()
    try:
        outline = backend.outline(damaged, token)
    except SessionError:
        return  # nothing of it can be read
    assert outline.faults, "read as far as it goes, and said to be cut"


def test_3_1_a_document_that_names_another_session_than_its_file_is_damaged(
    pages: Folder, open_store: Open, list_rows: Rows, make: Any, token: CancelToken
) -> None:
    name = pages.add(1, ["mine"])
    pages.put(f"{name}.jsonl", make.document(make.session_id(9), [make.user("of nine")]))
    backend = open_store(pages.path)
    row = the_row(backend, list_rows)
    assert (row.key.session_id, [fault.code for fault in row.faults]) == (name, ["wrong-id"])
    assert backend.outline(name, token).count == 1
    with pytest.raises(SessionMissing):
        backend.outline(make.session_id(9), token)


def test_3_1_a_file_that_has_no_id_for_a_name_is_shown_as_damaged(
    pages: Folder, open_store: Open, list_rows: Rows
) -> None:
    pages.put("notes.jsonl", b'{"seq":1}\n')
    (pages.path / os.fsdecode(b"caf\xe9.jsonl")).write_bytes(b"{}")
    rows = {row.key.session_id: row for row in list_rows(open_store(pages.path))}
    assert rows.keys() == {"notes", "caf\\xe9"}
    assert all(row.faults[0].code == "bad-id" for row in rows.values())


@pytest.mark.parametrize(("version", "codes"), [(1, []), (2, []), (3, []), (4, []), (5, ["newer-version"])])
def test_3_1_documents_of_all_versions_are_read_and_a_newer_one_is_named(
    pages: Folder, open_store: Open, list_rows: Rows, token: CancelToken, make: Any, version: int, codes: list[str]
) -> None:
    name = make.session_id(1)
    pages.put(f"{name}.jsonl", make.document(name, [make.user("text")], version=version))
    backend = open_store(pages.path)
    row = the_row(backend, list_rows)
    assert [fault.code for fault in row.faults] == codes
    assert row.state is SessionState.ACTIVE
    detail = backend.detail(name, token)
    assert (detail.document_version, [fault.code for fault in detail.summary.faults]) == (version, codes)
