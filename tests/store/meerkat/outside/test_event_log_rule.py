"""The event log of a session that is to get a commit (4-case-6)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.errors import ChangeRefused
from store.meerkat.outside.event_log_rule import ask_event_log
from store.meerkat.outside.session_change import Made
from store.values.changes import RefusalCode

NAME = "01a1fd3e-87e4-78b0-971e-22b2ee913548"


def event(seq: int) -> bytes:
    return json.dumps({"seq": seq, "event": {"type": "run_started"}}).encode() + b"\n"


def ask(folder: Path, log: bytes | None, seq: bytes | None) -> Made:
    events = folder / ".rkat" / "events"
    (events / ".sequence").mkdir(parents=True)
    if log is not None:
        (events / f"{NAME}.jsonl").write_bytes(log)
    if seq is not None:
        (events / ".sequence" / f"{NAME}.seq").write_bytes(seq)
    made = Made()
    ask_event_log(folder, NAME, made, CancelToken())
    return made


@pytest.mark.parametrize(
    ("log", "seq"), [(None, None), (event(1) + event(2), b"2\n"), (event(1), b"9\n"), (event(1), None), (b"\n", b"1")]
)
def test_l6_a_log_that_goes_on_takes_a_commit(tmp_path: Path, log: bytes | None, seq: bytes | None) -> None:
    made = ask(tmp_path, log, seq)
    assert (made.files, made.remarks) == ([], [])


def test_l6_an_empty_seq_is_taken_away_before_the_commit_and_the_plan_says_so(tmp_path: Path) -> None:
    """(4-case-6)"""
    made = ask(tmp_path, event(1), b"")
    (file,) = made.files
    assert (file.path, file.before, file.after, file.is_first) == (
        f".rkat/events/.sequence/{NAME}.seq",
        b"",
        None,
        True,
    )
    assert "is empty" in made.remarks[0]


@pytest.mark.parametrize(
    ("log", "seq"),
    [
        (event(1) + b"no event\n", b"2"),
        (event(1) + b'{"seq":2', b"2"),
        (b'{"seq":1}\n', b"2"),
        (event(3), b"2"),
        (event(1), b"x"),
        (event(1), b"0"),
        (event(1), b"-1"),
        (event(1), b"99999999999999999999"),
    ],
)
def test_l6_a_log_or_seq_that_meerkat_cannot_go_on_from_is_refused(tmp_path: Path, log: bytes, seq: bytes) -> None:
    """(4-case-6)"""
    with pytest.raises(ChangeRefused) as refused:
        ask(tmp_path, log, seq)
    assert refused.value.refusal.code is RefusalCode.EVENT_LOG_UNREADABLE


def test_l6_what_was_read_of_the_log_names_the_state_of_the_plan(tmp_path: Path) -> None:
    one = ask(tmp_path / "one", event(1), b"1").state
    assert one != ask(tmp_path / "two", event(1) + event(2), b"2").state
    assert one == ask(tmp_path / "three", event(1), b"1").state
