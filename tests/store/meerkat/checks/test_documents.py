"""Whole documents in which one thing is wrong: the check that says so, with what was promised and what is there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.errors import Cancelled
from store.meerkat.shapes.digests import DigestFormat
from store.values.checks import CheckName, CheckResult, Outcome, SessionCheck
from tests.store.meerkat.digesting import digest_of
from tests.store.meerkat.graph_maker import KEY, GraphMaker, copied, told

Result = Callable[[Path, str, CheckName], CheckResult]
Check = Callable[[Path], dict[str, SessionCheck]]
FIRST = "019e85a1"
REWRITTEN = "realm-0.6.24-rkat-rewritten/realm"


@pytest.fixture
def rewritten(copy_sample: Callable[[str], Path]) -> tuple[Path, str]:
    """A real store, and a session in it that has a revision graph, a receipt and both rows."""
    main = copy_sample(f"meerkat/{REWRITTEN}") / "sessions.sqlite3"
    with closing(sqlite3.connect(main)) as database:
        ids = database.execute(
            "SELECT session_id FROM sessions WHERE instr(session_json, CAST('history_state_v1' AS BLOB)) > 0"
            " ORDER BY session_id"
        ).fetchall()
    return main, ids[0][0]


def edit(main: Path, session_id: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a document in both of its rows alike."""
    with closing(sqlite3.connect(main)) as database, database:
        (stored,) = database.execute("SELECT session_json FROM sessions WHERE session_id = ?", (session_id,)).fetchone()
        document = json.loads(stored)
        change(document)
        made = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        database.execute("UPDATE sessions SET session_json = ? WHERE session_id = ?", (made, session_id))
        database.execute(
            "UPDATE runtime_session_snapshots SET session_snapshot = ? WHERE runtime_id = ?",
            (made, f"rt:session:{session_id}"),
        )


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b'{"role":"robot","content":"hi","created_at":"2026-05-28T20:26:40Z"}', "unknown role “robot”"),
        (b'{"role":"user","role":"user","content":"a","created_at":"2026-05-28T20:26:40Z"}', "twice"),
        (b'{"role":"user","content":"\\ud800","created_at":"2026-05-28T20:26:40Z"}', "surrogate"),
        (b'{"role":"user","content":"a","created_at":"yesterday"}', "time"),
        (b'{"role":"tool_results","results":[{"tool_use_id":"a","content":NaN}]}', "NaN"),
        (
            b'{"role":"block_assistant","blocks":[{"block_type":"smell","data":{}}],"stop_reason":"end_turn"}',
            "smell",
        ),
    ],
)
def test_3_3_a_message_that_meerkat_refuses_fails_the_document_with_the_reason(
    made: Any, make: Any, result: Result, message: bytes, reason: str
) -> None:
    whole = make.document(make.session_id(1), [make.user("one"), "MARK", make.user("two")])
    made.add(1, whole.replace(b'"MARK"', message), message_count=3)
    found = result(made.done(), FIRST, CheckName.DOCUMENT)
    assert found.outcome is Outcome.FAILED
    assert "Message 2" in found.sentence
    assert reason in found.sentence


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b'"version":2,', b'"version":2,"version":2,', "twice"),
        (b'"usage":{"input_tokens":7', b'"usage":{"input_tokens":"7"', "usage"),
        (b'"cache_read_tokens":null', b'"cache_read_tokens":"7"', "usage"),
        (b'"secs_since_epoch":1780000000', b'"secs_since_epoch":-1', "updated_at"),
        (b'"secs_since_epoch":1780000000', b'"secs_since_epoch":18446744073709551615', "no time"),
        (b'"id":"0', b'"id":"0-', "UUID"),
        (b'"metadata":{', b'"metadata":{"a":NaN,', "NaN"),
        (b'"version":2', b'"version":"2"', "version"),
        (b'"version":2', b'"version":null', "version"),
    ],
)
def test_3_3_an_envelope_that_meerkat_refuses_fails_the_document(
    made: Any, make: Any, result: Result, before: bytes, after: bytes, reason: str
) -> None:
    whole = make.document(make.session_id(1), [make.user("one")])
    assert before in whole
    made.add(1, whole.replace(before, after), message_count=1)
    found = result(made.done(), FIRST, CheckName.DOCUMENT)
    assert found.outcome is Outcome.FAILED
    assert reason in found.sentence


def test_3_3_a_document_of_another_session_fails_with_both_ids(made: Any, make: Any, result: Result) -> None:
    made.add(1, make.document(make.session_id(2), [make.user("one")]))
    found = result(made.done(), FIRST, CheckName.DOCUMENT)
    assert (found.expected, found.found) == (make.session_id(1), make.session_id(2))


@pytest.mark.parametrize(
    ("column", "value", "expected", "actual"),
    [
        ("message_count", 5, "5", "2"),
        ("total_tokens", 11, "11", "10"),
        ("updated_at_ms", 1_780_000_000_001, "1,780,000,000,001", "1,780,000,000,000"),
        ("created_at_ms", "never", "no number", "1,779,999,940,000"),
    ],
)
def test_3_3_a_column_that_differs_from_its_document_fails_with_both_values(
    made: Any, make: Any, result: Result, column: str, value: object, expected: str, actual: str
) -> None:
    columns = {"created_at_ms": make.updated_ms - 60_000, "updated_at_ms": make.updated_ms, "total_tokens": 10}
    made.add(1, [make.user("one"), make.user("two")], **(columns | {column: value}))
    found = result(made.done(), FIRST, CheckName.ROW_COUNTS)
    assert found.outcome is Outcome.FAILED
    assert (found.expected, found.found) == (expected, actual)


def test_3_3_a_metadata_column_that_differs_from_its_document_fails(made: Any, make: Any, result: Result) -> None:
    columns = {"created_at_ms": make.updated_ms - 60_000, "updated_at_ms": make.updated_ms, "total_tokens": 10}
    made.add(1, [make.user("one")], metadata_json='{"session_labels":{}}', **columns)
    found = result(made.done(), FIRST, CheckName.ROW_COUNTS)
    assert found.outcome is Outcome.FAILED
    assert "metadata" in found.sentence


def test_3_3_a_changed_message_fails_the_digest_with_both_revisions(
    rewritten: tuple[Path, str], result: Result
) -> None:
    main, session_id = rewritten
    before = result(main, session_id, CheckName.REVISION_DIGEST)
    assert before.outcome is Outcome.PASSED
    edit(main, session_id, lambda document: document["messages"][-1].update(created_at="2026-05-28T20:26:40Z"))
    found = result(main, session_id, CheckName.REVISION_DIGEST)
    assert found.outcome is Outcome.FAILED
    assert found.expected.startswith("sha256:")
    assert found.found.startswith("sha256:")
    assert found.expected != found.found
    assert found.expected.removeprefix("sha256:")[:8] in found.sentence


def test_3_3_a_changed_retained_body_fails_the_graph(rewritten: tuple[Path, str], result: Result) -> None:
    def change(document: dict[str, Any]) -> None:
        graph = document["metadata"]["session_transcript_history_state_v1"]
        graph["revisions"][0]["messages"][0]["created_at"] = "2026-05-28T20:26:40Z"

    main, session_id = rewritten
    edit(main, session_id, change)
    found = result(main, session_id, CheckName.REVISION_GRAPH)
    assert found.outcome is Outcome.FAILED
    assert found.expected != found.found
    assert found.agreeing is not None
    assert found.total is not None
    assert found.agreeing < found.total


def test_3_case_6_a_graph_whose_head_fits_no_format_says_so_and_is_never_writable(
    rewritten: tuple[Path, str], check_all: Check
) -> None:
    main, session_id = rewritten

    def change(document: dict[str, Any]) -> None:
        graph = document["metadata"]["session_transcript_history_state_v1"]
        old, new = graph["head"], "sha256:" + "ab" * 32
        graph["head"] = new
        for body in graph["revisions"]:
            body["revision"] = new if body["revision"] == old else body["revision"]

    edit(main, session_id, change)
    check = check_all(main)[session_id]
    failed = {one.name: one for one in check.failed}
    assert "none of the five" in failed[CheckName.REVISION_DIGEST].sentence
    assert CheckName.REVISION_GRAPH in failed
    assert check.digest_format is None
    assert not check.is_writable
    assert "not sound" in check.write_reason


def test_3_3_copies_that_differ_fail_with_both_counts(made: Any, make: Any, result: Result) -> None:
    name = make.session_id(1)
    made.add(1, [make.user("one")], snapshot=make.document(name, [make.user("one"), make.user("two")]))
    found = result(made.done(), FIRST, CheckName.COPIES)
    assert found.outcome is Outcome.FAILED
    assert (found.expected, found.found) == ("2", "1")


def test_3_3_copies_that_differ_in_times_and_bookkeeping_agree(made: Any, make: Any, check_all: Check) -> None:
    name = make.session_id(1)
    own = make.document(name, [make.user("one")])
    later = own.replace(b'"updated_at":{"secs_since_epoch":1780000000', b'"updated_at":{"secs_since_epoch":1780000009')
    columns = {"created_at_ms": make.updated_ms - 60_000, "updated_at_ms": make.updated_ms, "total_tokens": 10}
    made.add(1, own, snapshot=later, **columns)
    check = check_all(made.done())[name]
    assert check.failed == ()


@pytest.mark.parametrize(("snapshot", "word"), [(b"[1]", "no JSON object"), (b"{", "no JSON object")])
def test_a_session_whose_shown_copy_is_no_document_fails_and_the_rest_is_not_applicable(
    made: Any, make: Any, check_all: Check, snapshot: bytes, word: str
) -> None:
    made.add(1, [make.user("one")], snapshot=snapshot)
    made.add(2, [make.user("two")])
    checks = check_all(made.done())
    bad, good = checks[make.session_id(1)], checks[make.session_id(2)]
    assert [one.name for one in bad.failed] == [CheckName.DOCUMENT]
    assert word in bad.failed[0].sentence
    assert all(one.outcome is Outcome.NOT_APPLICABLE for one in bad.results[1:])
    assert next(one for one in good.results if one.name is CheckName.DOCUMENT).outcome is Outcome.PASSED


def test_an_id_that_no_session_has_is_answered_too(made: Any, make: Any, open_store: Any, token: CancelToken) -> None:
    made.add(1, [make.user("one")])
    backend = open_store(made.done())
    gone, there = backend.checks(["nobody", make.session_id(1)], token)
    assert gone.failed[0].name is CheckName.DOCUMENT
    assert there.session_id == make.session_id(1)


def test_a_hostile_id_is_answered_and_not_asked_for(made: Any, make: Any, open_store: Any, token: CancelToken) -> None:
    made.add(1, [make.user("one")])
    (found,) = open_store(made.done()).checks(["\ud800"], token)
    assert found.failed[0].name is CheckName.DOCUMENT


def test_a_check_is_cancelled_between_messages(made: Any, make: Any, open_store: Any) -> None:
    made.add(1, [make.user(f"step {number}") for number in range(2_000)])
    backend = open_store(made.done())
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        backend.checks([make.session_id(1)], token)


def test_3_3_a_retained_head_that_trails_the_messages_fails(rewritten: tuple[Path, str], result: Result) -> None:
    main, session_id = rewritten
    edit(main, session_id, lambda document: document["messages"].append(document["messages"][-1]))
    found = result(main, session_id, CheckName.REVISION_DIGEST)
    assert found.outcome is Outcome.FAILED


def test_two_rows_in_the_spelling_of_live_and_loaded_arguments_agree(made: Any, make: Any, check_all: Check) -> None:
    name = make.session_id(1)
    live = make.document(name, [make.assistant(make.call("c1", args={"b": 1, "a": 2}))])
    loaded = make.document(name, [make.assistant(make.call("c1", args={"a": 2, "b": 1}))])
    columns = {"created_at_ms": make.updated_ms - 60_000, "updated_at_ms": make.updated_ms, "total_tokens": 10}
    made.add(1, loaded, snapshot=live, **columns)
    assert check_all(made.done())[name].failed == ()


def test_3_1_a_document_newer_than_every_known_meerkat_is_neither_passed_nor_failed_and_never_writable(
    made: Any, make: Any, check_all: Check
) -> None:
    columns = {"created_at_ms": make.updated_ms - 60_000, "updated_at_ms": make.updated_ms, "total_tokens": 10}
    made.add(1, make.document(make.session_id(1), [make.user("one"), {"role": "dreamer"}], version=9), **columns)
    check = check_all(made.done())[make.session_id(1)]
    assert check.failed == ()
    document = next(one for one in check.results if one.name is CheckName.DOCUMENT)
    assert document.outcome is Outcome.NOT_APPLICABLE
    assert "newer than every Meerkat known" in document.sentence
    assert not check.is_writable
    assert "newer than every Meerkat known" in check.write_reason


@pytest.mark.parametrize(("first", "second"), [(1, 3), (3, 1)])
def test_3_case_6_a_graph_of_two_formats_says_so_and_is_never_writable(
    made: Any, make: Any, check_all: Check, first: int, second: int
) -> None:
    """(3-case-6)"""
    maker = GraphMaker([told("a"), told("b", 1)], DigestFormat(first))
    maker.rewrite(1, 2, [told("c", 2)])
    graph = copied(maker.graph())
    name = digest_of(maker.messages, DigestFormat(second))
    graph["head"] = graph["revisions"][1]["revision"] = graph["commits"][0]["revision"] = name
    metadata = {KEY: graph}
    columns = {"created_at_ms": make.updated_ms - 60_000, "updated_at_ms": make.updated_ms, "total_tokens": 10}
    made.add(1, make.document(make.session_id(1), maker.messages, metadata), **columns)
    check = check_all(made.done())[make.session_id(1)]
    (failed,) = check.failed
    assert failed.name is CheckName.REVISION_GRAPH
    assert "formats" in failed.sentence
    assert not check.is_writable
    assert "formats" in check.write_reason
