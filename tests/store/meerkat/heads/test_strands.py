"""Sessions of heads and strands: the head decides, missing rows are said (1.5, 1-case-5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionDamaged
from store.values.message import MessageKind, TextBlock
from store.values.session import SessionState, SessionSummary

Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]


def texts(backend: Backend, name: str, token: CancelToken) -> list[str]:
    count = backend.outline(name, token).count
    blocks = [block for message in backend.messages(name, 0, count, token) for block in message.blocks]
    return [block.text for block in blocks if isinstance(block, TextBlock)]


def test_1_5_only_the_rows_that_the_head_counts_are_messages(
    made_strands: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    """Rows beyond the head, and rows of other strands, were never adopted."""
    name = made_strands.add_head(1, [make.user("one"), make.user("two"), make.user("not adopted")], message_count=2)
    old = make.dump(make.user("other strand"))
    made_strands.connection.execute(
        "INSERT INTO session_strand_messages VALUES (?, 'sha256:old', 0, ?, 0)", (name, old)
    )
    backend = open_store(made_strands.done())
    assert texts(backend, name, token) == ["one", "two"]
    (row,) = list_rows(backend)
    assert (row.message_count, row.faults, row.title) == (2, (), "one")


def test_1_5_a_head_wins_over_a_row_left_in_sessions(
    made_strands: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    name = made_strands.add_head(1, [make.user("head")])
    made_strands.add(1, [make.user("frozen archive")])
    made_strands.add(2, [make.user("never moved to strands")])
    backend = open_store(made_strands.done())
    assert [row.title for row in list_rows(backend)] == ["head", "never moved to strands"]
    assert backend.facts(token).session_count == 2
    assert texts(backend, name, token) == ["head"]
    assert texts(backend, make.session_id(2), token) == ["never moved to strands"]
    assert backend.matching_ids(name[:-2], token) == (name, make.session_id(2))


def test_1_case_5_a_missing_strand_row_is_said_and_the_others_are_read(
    made_strands: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    name = made_strands.add_head(1, [make.user("one"), None, make.user("three")])
    made_strands.add_head(2, [make.user("sound")])
    backend = open_store(made_strands.done())
    damaged, sound = list_rows(backend)
    assert (damaged.state, sound.state) == (SessionState.DAMAGED, SessionState.ACTIVE)
    assert damaged.faults[0].sentence.startswith("1 of the 3 messages")
    outline = backend.outline(name, token)
    assert [fault.code for fault in outline.faults] == ["missing-messages"]
    assert texts(backend, name, token) == ["one", "three"]
    assert backend.raw(name, 1, token) == make.dump(make.user("three"))


def test_1_case_5_a_damaged_row_of_a_strand_is_a_card(
    made_strands: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    bad = [b'{"role":"user"', b"", b"\xff", b'{"role":"user","content":"\\ud800"}', b'{"role":"user"} x']
    name = made_strands.add_head(1, [make.user("before"), *bad, make.user("after")])
    backend = open_store(made_strands.done())
    outline = backend.outline(name, token)
    messages = backend.messages(name, 0, outline.count, token)
    assert [message.kind for message in messages] == [
        MessageKind.PROMPT,
        *[MessageKind.DAMAGED] * len(bad),
        MessageKind.PROMPT,
    ]
    assert [backend.raw(name, number + 1, token) for number in range(len(bad))] == bad


def test_1_case_5_a_damaged_head_is_a_damaged_row(
    made_strands: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    made_strands.add_head(1, [make.user("a")], head_json=b"{")
    made_strands.add_head(2, [make.user("b")], metadata_json="[")
    made_strands.add_head(3, [make.user("c")], message_count=-1)
    made_strands.add_head(4, [make.user("d")])
    backend = open_store(made_strands.done())
    found = {row.key.session_id: {fault.code for fault in row.faults} for row in list_rows(backend)}
    assert [found[make.session_id(number)] for number in range(1, 5)] == [
        {"bad-head"},
        {"bad-metadata"},
        {"bad-counter"},
        set(),
    ]
    with pytest.raises(SessionDamaged):
        backend.outline(make.session_id(3), token)
    assert backend.detail(make.session_id(1), token).summary.faults


def test_1_4_archived_heads_are_told_by_the_key_or_the_state(
    made_strands: Any, make: Any, open_store: Open, list_rows: Rows
) -> None:
    keyed = made_strands.add_head(1, [make.user("a")], metadata_json='{"session_lifecycle_terminal":"archived"}')
    retired = made_strands.add_head(2, [make.user("b")])
    made_strands.add_head(3, [make.user("c")], metadata_json='{"session_lifecycle_terminal":"active"}')
    state = b'{"record_version":2,"runtime_state":"retired"}'
    made_strands.connection.execute("INSERT INTO runtime_states VALUES (?, ?)", (f"rt:session:{retired}", state))
    rows = list_rows(open_store(made_strands.done()))
    assert [row.key.session_id for row in rows if row.state is SessionState.ARCHIVED] == [keyed, retired]


def test_1_4_the_size_of_a_head_counts_all_of_its_rows(
    made_strands: Any, make: Any, open_store: Open, list_rows: Rows
) -> None:
    messages = [make.user("one"), make.user("zwei é")]
    head = b'{"usage":{}}'
    name = made_strands.add_head(1, messages, head_json=head)
    made_strands.add_snapshot(name, b"12345")
    (row,) = list_rows(open_store(made_strands.done()))
    assert row.size_bytes == len(head) + sum(len(make.dump(message)) for message in messages) + 5


@pytest.mark.parametrize("kilobytes", [100, 300, 1_500])
def test_s3_a_head_with_much_metadata_is_listed_as_every_other(
    made_strands: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken, kilobytes: int
) -> None:
    """Before 0.8.11 metadata stands in the head itself, system prompts and tool definitions among it."""
    metadata = {
        "session_build_state": {"system_prompt": "x" * kilobytes * 1024},
        "session_labels": {"title": "Labelled"},
        "session_lifecycle_terminal": "archived",
        "session_metadata": {"model": "m-9"},
    }
    usage = {"input_tokens": 7, "output_tokens": 3}
    stored = {"version": 2, "strand": "root", "message_count": 1, "usage": usage, "metadata": metadata}
    name = made_strands.add_head(
        0, [make.user("one")], head_json=make.dump(stored), metadata_json=make.dump(metadata).decode()
    )
    backend = open_store(made_strands.done())
    (row,) = list_rows(backend)
    assert (row.title, row.model, row.input_tokens, row.faults) == ("Labelled", "m-9", 7, ())
    assert row.state is SessionState.ARCHIVED
    assert (backend.outline(name, token).count, backend.detail(name, token).document_version) == (1, 2)
    assert len(backend.detail(name, token).metadata) == 4
