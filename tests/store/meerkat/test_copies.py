"""The two stored copies of a session: the authority is shown, and that they differ (1-case-4)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from store.backend import Backend
from store.cancel import CancelToken
from store.values.message import TextBlock
from store.values.session import SessionState, SessionSummary

Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]


def first_text(backend: Backend, name: str, token: CancelToken) -> str:
    block = backend.messages(name, 0, 1, token)[0].blocks[0]
    assert isinstance(block, TextBlock)
    return block.text


def test_1_case_4_the_snapshot_is_shown_and_the_difference_said(
    made: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    name = make.session_id(1)
    made.add(1, [make.user("in the row")], snapshot=make.document(name, [make.user("in the snapshot")]))
    backend = open_store(made.done())
    (row,) = list_rows(backend)
    assert row.title == "in the snapshot"
    assert row.state is SessionState.ACTIVE
    for faults in (row.faults, backend.outline(name, token).faults, backend.detail(name, token).summary.faults):
        assert [fault.code for fault in faults] == ["copies-differ"]
    assert first_text(backend, name, token) == "in the snapshot"
    assert "snapshot" in backend.detail(name, token).authority


def test_1_case_4_copies_that_differ_only_in_times_and_bookkeeping_agree(
    made: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    name = make.session_id(1)
    messages = [make.user("same"), make.assistant(make.call("c", args={"b": 1, "a": 0.1}))]
    other = make.document(
        name, messages, {"extra": 1}, updated_at={"secs_since_epoch": 1_780_000_001, "nanos_since_epoch": 0}
    ).replace(b'{"b":1,"a":0.1}', b'{"a":0.10000000000000002,"b":1}')
    made.add(1, messages, snapshot=other)
    backend = open_store(made.done())
    assert list_rows(backend)[0].faults == ()
    assert backend.outline(name, token).faults == ()


def test_1_case_4_a_different_revision_graph_is_a_difference(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    name = make.session_id(1)
    graph = {"session_transcript_history_state_v1": {"head": "sha256:1", "revisions": [{"revision": "sha256:1"}]}}
    made.add(1, [make.user("x")], snapshot=make.document(name, [make.user("x")], graph))
    outline = open_store(made.done()).outline(name, token)
    assert [fault.code for fault in outline.faults] == ["copies-differ"]


def test_1_case_4_large_copies_are_compared_too(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    """Over 2 MB the Info tab says so, where the time for it is; the transcript shows the authority."""
    name = make.session_id(1)
    messages = [make.user("word " * 200_000) for _ in range(4)]
    changed = [*messages[:-1], make.user("other " * 200_000)]
    made.add(1, messages, snapshot=make.document(name, changed))
    made.add(2, messages)
    backend = open_store(made.done())
    assert "copies-differ" in {fault.code for fault in backend.detail(name, token).summary.faults}
    assert backend.detail(make.session_id(2), token).summary.faults == ()


def test_1_4_a_snapshot_without_a_row_is_listed_and_says_so(
    made: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    made.add(1, [make.user("whole")])
    name = make.session_id(2)
    made.add_snapshot(name, make.document(name, [make.user("only in the snapshot")]))
    backend = open_store(made.done())
    rows = list_rows(backend)
    assert backend.facts(token).session_count == 2
    (orphan,) = [row for row in rows if row.key.session_id == name]
    assert [fault.code for fault in orphan.faults] == ["no-sessions-row"]
    assert (orphan.title, orphan.message_count, orphan.total_tokens) == ("only in the snapshot", 1, 10)
    assert first_text(backend, name, token) == "only in the snapshot"
    assert backend.matching_ids(name[:-1], token) == (make.session_id(1), name)


def test_1_4_a_row_without_a_snapshot_is_its_own_authority(
    made: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    name = made.add(1, [make.user("alone")], snapshot=None)
    backend = open_store(made.done())
    assert list_rows(backend)[0].faults == ()
    assert "no runtime snapshot" in backend.detail(name, token).authority
