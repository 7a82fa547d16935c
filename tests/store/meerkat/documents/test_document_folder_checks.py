"""Sessions that are files, proved and measured, and their older revisions (3.3, 3.4, S4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionMissing
from store.meerkat.documents.small_files import FileSource
from store.meerkat.messages.document_walk import walk_document
from store.values.checks import CheckName, Outcome, Severity, SizePart
from store.values.session import SessionSummary
from tests.store.meerkat.folder_maker import Folder

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]
Untouched = Callable[[Path], AbstractContextManager[None]]


def outcomes(backend: Backend, name: str, token: CancelToken) -> dict[CheckName, Outcome]:
    (check,) = backend.checks([name], token)
    return {result.name: result.outcome for result in check.results}


def test_3_3_sessions_that_are_files_are_proved_as_those_of_a_database(
    copy_sample: Copy, open_store: Open, token: CancelToken, untouched: Untouched
) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-jsonl")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))["sessions"]
    with untouched(folder):
        backend = open_store(folder / "ledgers" / "sessions_jsonl")
        checks = backend.checks([session["id"] for session in expected], token)
    for session, check in zip(expected, checks, strict=True):
        found = {result.name: result.outcome for result in check.results}
        assert found[CheckName.DOCUMENT] is found[CheckName.ROW_COUNTS] is Outcome.PASSED
        graph = Outcome.PASSED if session["history"] else Outcome.NOT_APPLICABLE
        assert found[CheckName.REVISION_DIGEST] is found[CheckName.REVISION_GRAPH] is graph
        if session["history"]:
            assert check.revision == session["digest"]
        assert (check.is_writable, bool(check.write_reason)) == (False, True)


def test_3_3_a_file_that_cannot_be_read_fails_alone(pages: Folder, open_store: Open, token: CancelToken) -> None:
    damaged, stale, sound = pages.add(1, ["one"]), pages.add(2, ["two"], message_count=7), pages.add(3, ["three"])
    pages.put(f"{damaged}.jsonl", b"no JSON")
    backend = open_store(pages.path)
    assert outcomes(backend, damaged, token)[CheckName.DOCUMENT] is Outcome.FAILED
    assert outcomes(backend, "gone", token)[CheckName.DOCUMENT] is Outcome.FAILED
    assert outcomes(backend, stale, token)[CheckName.ROW_COUNTS] is Outcome.FAILED
    assert Outcome.FAILED not in outcomes(backend, sound, token).values()


def test_3_5_a_stale_list_entry_loses_nothing_and_is_a_warning(
    pages: Folder, open_store: Open, token: CancelToken
) -> None:
    stale = pages.add(1, ["one"], message_count=7)
    (check,) = open_store(pages.path).checks([stale], token)
    (failed,) = check.failed
    (finding,) = check.findings
    assert failed.name is CheckName.ROW_COUNTS
    assert (finding.severity, finding.code, finding.sentence) == (Severity.WARNING, "stale-sidecar", failed.sentence)


def test_3_4_the_parts_of_a_file_are_its_size(copy_sample: Copy, open_store: Open, token: CancelToken) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-jsonl") / "ledgers" / "sessions_jsonl"
    backend = open_store(folder)
    beside = (SizePart.BLOBS, SizePart.EVENTS)
    for row in backend.census(None, 99, token):
        parts = {part.part: part.size_bytes for part in backend.sizes(row.session_id, token).parts}
        stored = sum(size for part, size in parts.items() if part not in beside)
        assert stored == (folder / f"{row.session_id}.jsonl").stat().st_size
    with pytest.raises(SessionMissing):
        backend.sizes("gone", token)


def test_s4_retained_revisions_of_a_file_are_read(copy_sample: Copy, open_store: Open, token: CancelToken) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-jsonl")
    backend = open_store(folder / "ledgers" / "sessions_jsonl")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))["sessions"]
    rewritten = [session for session in expected if session["history"]]
    assert len(rewritten) == 10
    for session in rewritten:
        revisions = backend.revisions(session["id"], token)
        assert revisions[-1].revision == session["head_revision"]
        for revision in revisions:
            assert revision.revision is not None
            messages = backend.revision_messages(session["id"], revision.revision, 0, 10_000, token)
            assert len(messages) == revision.message_count
            if messages:
                assert json.loads(backend.revision_raw(session["id"], revision.revision, 0, token))["role"]


def test_3_1_a_file_that_is_cut_while_it_is_read_ends_the_reading(pages: Folder, token: CancelToken) -> None:
    path = pages.put("one.jsonl", b"{" + b" " * 100_000)
    source = FileSource(path)
    with path.open("r+b") as file:
        file.truncate(10)
    with pytest.raises(OSError, match="cut"):
        walk_document(source, token)
    source.close()
