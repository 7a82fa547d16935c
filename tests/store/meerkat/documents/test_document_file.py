"""Single session documents: exports, the JSONL backend's files, vectors (1.3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import EmptyFile, NotAStore, PathMissing, SessionMissing
from store.values.checks import CheckName, Outcome, SizePart
from store.values.message import ImageBlock, TextBlock
from store.values.session import SessionState, SessionSummary
from store.values.store import Access

Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]


def test_1_3_a_document_of_0_8_8_is_one_session(
    copy_sample: Any, open_store: Open, list_rows: Rows, token: CancelToken, untouched: Any
) -> None:
    path = copy_sample("meerkat/v0_8_8_slim_session.json")
    with untouched(path.parent):
        backend = open_store(path)
        facts = backend.facts(token)
        assert (facts.generation, facts.access, facts.session_count) == ("document", Access.PLAIN_FILE, 1)
        assert not facts.is_writable
        (row,) = list_rows(backend)
        assert row.key.session_id == "019fa493-f83b-76f1-86d1-aecfe08b515d"
        assert row.title == "fixture preamble: witness-v3 migration corpus"
        assert (row.message_count, row.created_at_ms, row.has_no_answer) == (4, 1785172588602, True)
        name = row.key.session_id
        messages = backend.messages(name, 0, 4, token)
        texts = [block.text for message in messages for block in message.blocks if isinstance(block, TextBlock)]
        assert texts[-1] == "post-rewrite live head message"
        raw = backend.raw(name, 1, token)
        assert raw.startswith(b'{\n      "content": "rewritten span"')
        assert backend.detail(name, token).document_version == 2


def test_1_3_every_document_of_the_vectors_opens(
    copy_sample: Any, open_store: Open, list_rows: Rows, tmp_path: Path, token: CancelToken
) -> None:
    vectors = json.loads(copy_sample("meerkat/vectors-0.6.24.json").read_text("utf-8"))
    documents = [vectors["base_session_json"], vectors["fork"]["at2"], vectors["fork_replacing"]]
    documents += [case["incoming"] for case in vectors["append_only_cases"]]
    assert len(documents) == 21
    for number, text in enumerate(documents):
        path = tmp_path / f"{number}.jsonl"
        path.write_text(text, "utf-8")
        backend = open_store(path)
        (row,) = list_rows(backend)
        stored = json.loads(text)
        assert (row.key.session_id, row.message_count) == (stored["id"], len(stored["messages"]))
        outline = backend.outline(row.key.session_id, token)
        messages = backend.messages(row.key.session_id, 0, outline.count, token)
        assert [message.stored_role for message in messages] == [message["role"] for message in stored["messages"]]
        assert row.is_rewritten == ("session_transcript_history_state_v1" in stored["metadata"])


def test_1_case_5_a_document_cut_off_is_damaged_and_read_as_far_as_it_goes(
    tmp_path: Path, make: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    name = make.session_id(1)
    data = make.document(name, [make.user("kept"), make.user("lost")])
    path = tmp_path / "half.json"
    path.write_bytes(data[: data.index(b"lost")])
    backend = open_store(path)
    (row,) = list_rows(backend)
    assert row.state is SessionState.DAMAGED
    assert row.title == "kept"
    assert [fault.code for fault in backend.outline(name, token).faults] == ["bad-json"]


def test_1_8_a_changed_document_is_noticed(tmp_path: Path, make: Any, open_store: Open) -> None:
    path = tmp_path / "one.json"
    path.write_bytes(make.document(make.session_id(1), []))
    backend = open_store(path)
    assert not backend.has_changed()
    path.write_bytes(make.document(make.session_id(1), [make.user("more")]))
    assert backend.has_changed()
    path.unlink()
    assert backend.has_changed()


def test_1_case_2_what_is_no_file_to_read_is_said(
    tmp_path: Path, open_store: Open, make: Any, token: CancelToken
) -> None:
    (tmp_path / "empty.json").write_bytes(b"")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(PathMissing):
        open_store(tmp_path / "nothing.json")
    with pytest.raises(EmptyFile):
        open_store(tmp_path / "empty.json")
    with pytest.raises(NotAStore, match="PNG"):
        open_store(tmp_path / "picture.png")
    path = tmp_path / "one.json"
    path.write_bytes(make.document(make.session_id(1), []))
    with pytest.raises(SessionMissing):
        open_store(path).outline("another", token)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("version", "codes"), [(1, []), (2, []), (3, []), (4, []), (5, ["newer-version"]), (10**30, ["newer-version"])]
)
def test_3_1_documents_of_all_versions_are_read_and_a_newer_one_is_named(
    tmp_path: Path,
    make: Any,
    open_store: Open,
    list_rows: Rows,
    token: CancelToken,
    version: int,
    codes: list[str],
    indent: int | None,
) -> None:
    name = make.session_id(1)
    data = make.document(name, [make.user("hello")], version=version)
    path = tmp_path / "exported.json"
    path.write_text(json.dumps(json.loads(data), indent=indent), "utf-8")
    backend = open_store(path)
    facts = backend.facts(token)
    assert ([fault.code for fault in facts.faults], facts.is_writable) == (codes, False)
    (row,) = list_rows(backend)
    assert (row.title, row.state, [fault.code for fault in row.faults]) == ("hello", SessionState.ACTIVE, codes)
    assert backend.messages(name, 0, 1, token)[0].blocks


def test_3_1_the_blobs_beside_an_exported_document_are_its_own(
    tmp_path: Path, copy_sample: Any, open_store: Open, token: CancelToken
) -> None:
    name = "019e8ac7-a602-7f01-af2a-0d23d32d19d8"
    realm = copy_sample("meerkat/realm-0.6.24-jsonl") / "ledgers"
    exported = tmp_path / "exported"
    exported.mkdir()
    (realm / "blobs").rename(exported / "blobs")
    (realm / "sessions_jsonl" / f"{name}.jsonl").rename(exported / "mine.json")
    backend = open_store(exported / "mine.json")
    blocks = backend.messages(name, 5, 6, token)[0].blocks
    images = [block.ref for block in blocks if isinstance(block, ImageBlock) and block.ref and block.ref.blob]
    assert [backend.image(name, ref, token)[:4] for ref in images] == [b"\x89PNG"]
    (check,) = backend.checks([name], token)
    assert {result.name: result.outcome for result in check.results}[CheckName.BLOBS] is Outcome.PASSED
    assert SizePart.BLOBS in {part.part for part in backend.sizes(name, token).parts}


def test_3_3_a_document_by_itself_is_proved_as_far_as_it_goes(
    copy_sample: Any, open_store: Open, token: CancelToken
) -> None:
    backend = open_store(copy_sample("meerkat/v0_8_8_slim_session.json"))
    (check, other) = backend.checks(["019fa493-f83b-76f1-86d1-aecfe08b515d", "another"], token)
    assert not check.failed
    assert [result.name for result in other.failed] == [CheckName.DOCUMENT]
    assert (check.is_writable, bool(check.write_reason)) == (False, True)
