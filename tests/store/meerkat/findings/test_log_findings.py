"""Invariant: whatever an event log lacks, has too much, or cannot be read for is named with what follows from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.meerkat.findings import Collector, Stored
from store.meerkat.findings.log_findings import find_in_logs
from store.values.checks import Finding, Severity

ID = "01a1fd3e-87e4-78b0-971e-22b2ee913548"
LOG = f".rkat/events/{ID}.jsonl"
SEQ = f".rkat/events/.sequence/{ID}.seq"

Write = Callable[..., None]
Find = Callable[..., list[Finding]]


def line(seq: int, kind: str = "turn_started", seconds: int = 1_000, **event: object) -> str:
    at = {"secs_since_epoch": seconds, "nanos_since_epoch": 0}
    return json.dumps({"seq": seq, "schema_version": 1, "timestamp": at, "event": {"type": kind, **event}}) + "\n"


def rewritten(seq: int, revision: str) -> str:
    return line(seq, "transcript_rewrite_committed", record={"commit": {"revision": revision}})


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, content: str | bytes) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    return write


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """What is found in the logs of a realm that stores one session, this one."""

    def find(stored: Stored | None = None, count: int = 1, is_running: bool = False) -> list[Finding]:
        found = Collector()
        known = {ID: Stored(1_000_000, frozenset()) if stored is None else stored}
        ask = lambda ids: {one: known[one] for one in ids if one in known}  # noqa: E731
        find_in_logs(tmp_path, ask, count, is_running, found, CancelToken())
        return list(found.findings())

    return find


def test_3_5_a_whole_log_that_agrees_gives_no_finding(write: Write, find: Find) -> None:
    write(LOG, line(1, "run_started") + line(4) + rewritten(5, "sha256:a") + line(9, "run_completed"))
    write(SEQ, "9\n")
    assert find(Stored(1_000_000, frozenset({"sha256:a"}), 1)) == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{not json\n", "it is no JSON"),
        ("[1]\n", "it is no JSON object"),
        (line(2).replace('"seq": 2', '"seq": "2"'), "it has no number"),
        ('{"seq": 2, "event": {}}\n', "it holds no event"),
        ('{"seq": 2, "event": 7}\n', "it holds no event"),
        (b'{"seq": 2, "event": {"type": "\xff"}}\n', "it is no JSON"),
        ("[" * 100_000 + "\n", "it is no JSON"),
        ('{"a": [' + "1," * 400_000 + "\n", "it is no JSON"),
        (line(2, text="x" * 600_000)[:-1] + "}\n", "something follows its end"),
    ],
)
def test_3_5_a_line_that_is_no_event_is_an_error(write: Write, find: Find, bad: str | bytes, reason: str) -> None:
    content = bad.encode() if isinstance(bad, str) else bad
    write(LOG, line(1).encode() + content + line(3).encode())
    (found,) = find()
    assert (found.severity, found.session_id, found.code) == (Severity.ERROR, ID, "bad-event-line")
    assert f"Line 2 of this session's event log is no event: {reason}" in found.sentence
    assert "refuses to list the whole realm" in found.sentence


def test_3_5_a_line_that_is_cut_is_an_error_unless_it_is_being_written(write: Write, find: Find) -> None:
    write(LOG, line(1) + line(2)[:30])
    (found,) = find()
    assert (found.severity, found.code) == (Severity.ERROR, "torn-event-line")
    assert find(is_running=True) == []


def test_3_5_numbers_may_have_gaps_and_may_not_fall(write: Write, find: Find) -> None:
    write(LOG, line(1) + line(7))
    assert find() == []
    write(LOG, line(1) + line(7) + line(7))
    (found,) = find()
    assert (found.severity, found.code) == (Severity.WARNING, "events-out-of-order")
    assert found.sentence.startswith("Line 3 ")


def test_3_5_an_empty_number_file_is_a_warning_with_its_reason(write: Write, find: Find) -> None:
    write(LOG, line(1))
    write(SEQ, "")
    (found,) = find()
    assert (found.severity, found.code) == (Severity.WARNING, "empty-sequence")
    assert "once the session is rewritten it refuses to list the whole realm" in found.sentence


def test_3_5_an_empty_number_file_counts_without_a_log_too(write: Write, find: Find) -> None:
    write(SEQ, "")
    assert [(one.code, one.session_id) for one in find()] == [("empty-sequence", ID)]


@pytest.mark.parametrize(
    ("text", "code"), [("5\n", None), ("9", None), ("3\n", "sequence-behind-log"), ("x", "bad-sequence")]
)
def test_3_5_a_number_ahead_of_the_log_is_fine_and_one_behind_it_is_not(
    write: Write, find: Find, text: str, code: str | None
) -> None:
    write(LOG, line(1) + line(5))
    write(SEQ, text)
    assert [one.code for one in find()] == ([code] if code else [])


def test_3_5_rewrites_that_the_row_lacks_mean_that_the_log_is_ahead(write: Write, find: Find) -> None:
    write(LOG, rewritten(1, "sha256:a") + rewritten(2, "sha256:b"))
    (found,) = find(Stored(1_000_000, frozenset({"sha256:a"})))
    assert (found.severity, found.code) == (Severity.WARNING, "log-ahead")
    assert found.sentence.startswith("The event log knows 1 rewrite that the stored session lacks")


def test_3_5_rewrites_that_the_log_lacks_are_only_noted(write: Write, find: Find) -> None:
    receipt = {"commits": [{"revision": "sha256:a"}]}
    write(LOG, line(1, "transcript_rewrite_audit_receipt_committed", receipt=receipt))
    (found,) = find(Stored(1_000_000, frozenset({"sha256:a", "sha256:b", "sha256:c"})))
    assert (found.severity, found.code) == (Severity.INFO, "log-behind")
    assert "lacks 2 rewrites" in found.sentence


def test_3_5_rewrites_are_not_compared_where_they_cannot_be_told(write: Write, find: Find) -> None:
    write(LOG, rewritten(1, "sha256:a"))
    assert find(Stored(1_000_000, None)) == []
    write(LOG, line(1, "transcript_rewrite_committed", record=7))
    assert find(Stored(1_000_000, frozenset({"sha256:b"}))) == []


def test_3_5_a_rewrite_with_bodies_of_any_size_is_read(write: Write, find: Find) -> None:
    record = {"parent_body": {"messages": ["x" * 2_000_000]}, "commit": {"revision": "sha256:a"}}
    write(LOG, line(1, "transcript_rewrite_committed", record=record))
    assert find(Stored(1_000_000, frozenset({"sha256:a"}))) == []
    assert [one.code for one in find()] == ["log-ahead"]


def test_3_5_a_run_that_ended_long_after_the_row_changed_means_that_the_log_is_ahead(write: Write, find: Find) -> None:
    write(LOG, line(1, "run_started") + line(2, "run_completed", 1_000 + 10_800))
    (found,) = find()
    assert (found.severity, found.code) == (Severity.WARNING, "log-ahead")
    assert "ended 3 hours after the stored session" in found.sentence


def test_3_5_runs_that_the_log_lacks_and_runs_without_an_end_are_only_noted(write: Write, find: Find) -> None:
    write(LOG, line(1, "run_started"))
    assert [one.code for one in find(Stored(1_000_000, frozenset(), 3))] == ["log-behind"]
    assert [(one.code, one.severity) for one in find()] == [("log-unfinished", Severity.INFO)]
    assert find(is_running=True) == []


def test_3_5_the_log_of_a_session_that_is_not_stored_is_named_with_its_size(write: Write, find: Find) -> None:
    write(".rkat/events/gone.jsonl", line(1) + line(2))
    write(".rkat/sessions/gone/events.jsonl", line(1))
    (found,) = find()
    assert (found.severity, found.session_id, found.code) == (Severity.WARNING, "gone", "log-of-no-session")
    assert "2 events, 264 bytes" in found.sentence


def test_3_5_a_copied_log_without_session_and_log_is_noted(write: Write, find: Find) -> None:
    write(".rkat/sessions/gone/events.jsonl", line(1))
    write(f".rkat/sessions/{ID}/events.jsonl", line(1))
    assert [(one.code, one.session_id) for one in find()] == [("projection-of-no-session", "gone")]


def test_3_5_sessions_without_a_log_are_noted_only_where_others_have_one(write: Write, find: Find) -> None:
    assert find(count=7) == []
    write(LOG, line(1))
    (found,) = find(count=7)
    assert found.sentence.startswith("6 sessions of 7 have no event log.")


@pytest.mark.parametrize(
    ("cursor", "is_stale"),
    [
        ("5", False),
        ("6", True),
        ("no", True),
        ('{"last_seq":5,"events_len":3}', False),
        ('{"last_seq":5,"events_len":4}', True),
        ('{"last_seq":"5"}', True),
        ("", True),
    ],
)
def test_3_5_a_cursor_that_is_ahead_or_no_cursor_is_noted(
    write: Write, find: Find, cursor: str, is_stale: bool
) -> None:
    write(LOG, line(5))
    write(f".rkat/sessions/{ID}/events.jsonl", "abc")
    write(f".rkat/sessions/{ID}/checkpoint", cursor)
    assert [one.code for one in find()] == (["projection-stale"] if is_stale else [])


def test_3_5_a_log_that_is_shorter_than_its_own_record_is_named(write: Write, find: Find) -> None:
    write(LOG, line(5))
    write(f".rkat/events/.event-log-head/{ID}.json", json.dumps({"body": {"covered_log_len": 100_000}}))
    (found,) = find()
    assert (found.severity, found.code) == (Severity.WARNING, "log-shortened")


def test_3_5_a_halted_projection_is_named(write: Write, find: Find) -> None:
    write(f".rkat/events/.projection-halts/{ID}.json", "{}")
    assert [(one.code, one.session_id) for one in find()] == [("projection-halted", ID)]


def test_3_5_links_pipes_and_folders_in_the_place_of_logs_are_passed_over(tmp_path: Path, find: Find) -> None:
    import os

    events = tmp_path / ".rkat" / "events"
    events.mkdir(parents=True)
    os.mkfifo(events / f"{ID}.jsonl")
    (events / "folder.jsonl").mkdir()
    (tmp_path / "secret").write_text("no event\n")
    (events / "link.jsonl").symlink_to(tmp_path / "secret")
    assert find() == []
