"""A damaged session is a row and a card that say so, and no other session is affected (1-case-5)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionDamaged, SessionError
from store.values.message import MessageKind, UnknownBlock
from store.values.session import SessionState, SessionSummary, SortOrder

Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]


def codes(row: SessionSummary) -> set[str]:
    return {fault.code for fault in row.faults}


def between(made: Any, make: Any, add: Callable[[], str]) -> str:
    """Put one damaged session between two sound ones."""
    made.add(1, [make.user("sound before"), make.assistant(make.said("yes"))])
    name = add()
    made.add(3, [make.user("sound after")])
    return name


def check_others(backend: Backend, rows: tuple[SessionSummary, ...], make: Any, token: CancelToken) -> None:
    sound = [row for row in rows if row.key.session_id in (make.session_id(1), make.session_id(3))]
    assert [row.title for row in sound] == ["sound before", "sound after"]
    assert all(row.state is SessionState.ACTIVE and not row.faults for row in sound)
    for row in sound:
        assert backend.outline(row.key.session_id, token).faults == ()


ROWS: list[tuple[str, dict[str, Any], str]] = [
    ("negative message count", {"message_count": -1}, "bad-counter"),
    ("negative tokens", {"total_tokens": -5}, "bad-counter"),
    ("counter that is text", {"message_count": "many"}, "bad-counter"),
    ("time that is text", {"updated_at_ms": "yesterday"}, "bad-time"),
    ("wrong count", {"message_count": 9}, "wrong-count"),
    ("bad id", {"session_id": "not-a-uuid"}, "bad-id"),
    ("id with NUL", {"session_id": "019e\0"}, "bad-id"),
    ("id that is bytes", {"session_id": b"\xff\xfe"}, "bad-id"),
    ("bad metadata", {"metadata_json": '{"session_labels":'}, "bad-metadata"),
    ("metadata that is a list", {"metadata_json": "[]"}, "bad-metadata"),
    ("metadata that is no UTF-8", {"metadata_json": b'{"a":"\xff"}'}, "bad-metadata"),
    ("metadata with NUL", {"metadata_json": '{"a":1}\0'}, "bad-metadata"),
]


@pytest.mark.parametrize(("columns", "code"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_1_case_5_a_bad_column_makes_a_damaged_row(
    made: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken, columns: dict[str, Any], code: str
) -> None:
    messages = [make.user("question"), make.assistant(make.said("answer"))]
    between(made, make, lambda: made.add(2, messages, **columns))
    backend = open_store(made.done())
    rows = list_rows(backend)
    damaged = [row for row in rows if row.state is SessionState.DAMAGED]
    assert len(rows) == 3
    assert [code in codes(row) for row in damaged] == [True]
    assert damaged[0].title
    check_others(backend, rows, make, token)


DOCUMENTS: list[tuple[str, bytes, str]] = [
    ("cut off", b'{"version":2,"id":"x","messages":[{"role":"user","content":"a', "bad-json"),
    ("no JSON at all", b"\x00\x01\x02", "bad-json"),
    ("not UTF-8", b'{"version":2,"messages":[{"role":"user","content":"\xff\xfe"}]}', "bad-json"),
    ("lone surrogate", b'{"version":2,"messages":[{"role":"user","content":"\\ud800"}]}', "bad-json"),
    ("nested 10,000 deep", b'{"messages":[{"role":"user","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}]}", "bad-json"),
    ("a list", b"[]", "bad-document"),
    ("empty", b"", "no-document"),
    ("NaN", b'{"version":2,"messages":[{"role":"user","content":NaN}]}', "bad-json"),
    ("no messages", b'{"version":2}', "bad-document"),
]


@pytest.mark.parametrize(("stored", "code"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS])
@pytest.mark.parametrize("storage", ["blob", "text"])
def test_1_case_5_a_bad_document_makes_a_damaged_row(
    made: Any,
    make: Any,
    open_store: Open,
    list_rows: Rows,
    token: CancelToken,
    stored: bytes,
    code: str,
    storage: str,
) -> None:
    name = between(made, make, lambda: made.add(2, stored, message_count=1))
    if storage == "text":
        made.connection.execute("UPDATE sessions SET session_json = CAST(session_json AS TEXT) WHERE rowid = 2")
    backend = open_store(made.done())
    rows = list_rows(backend)
    damaged = next(row for row in rows if row.key.session_id == name)
    assert damaged.state is SessionState.DAMAGED
    assert code in codes(damaged)
    check_others(backend, rows, make, token)
    with suppress(SessionDamaged):
        outline = backend.outline(name, token)
        messages = backend.messages(name, 0, outline.count, token)
        assert outline.faults or any(message.kind is MessageKind.DAMAGED for message in messages)
    assert backend.detail(name, token).summary.faults


def test_1_case_5_a_damaged_message_is_a_card_between_sound_ones(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    """Deep nesting, lone surrogates, NaN, huge numbers, bad UTF-8, doubled keys; raw bytes stay reachable."""
    bad = [
        b'{"role":"user","content":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"role":"user","content":"half \\udc00 pair"}',
        b'{"role":"user","content":"x","n":NaN}',
        b'{"role":"user","content":"x","n":1e400}',
        b'{"role":"user","content":"\xc3\x28"}',
        b'{"role":"user","content":"x","role":"user"}',
        b'{"role":"user","content":"raw control \x01"}',
        b'{"role":"user" "content"}',
        b"17",
    ]
    sound = make.dump(make.user("between"))
    listed = b",".join(part for message in bad for part in (sound, message)) + b"," + sound
    name = make.session_id(1)
    made.add(1, make.document(name, []).replace(b'"messages":[]', b'"messages":[' + listed + b"]"))
    backend = open_store(made.done())
    outline = backend.outline(name, token)
    messages = backend.messages(name, 0, outline.count, token)
    assert len(messages) == 2 * len(bad) + 1
    for number, message in enumerate(messages):
        if number % 2 == 0:
            assert message.kind is MessageKind.PROMPT, number
            assert not message.faults
            continue
        assert message.kind is MessageKind.DAMAGED, bad[number // 2][:60]
        card = message.blocks[0]
        assert isinstance(card, UnknownBlock)
        assert card.fault is not None
        assert card.fault.sentence.startswith("This message cannot be read:")
        assert backend.raw(name, number, token) == bad[number // 2]


def test_1_case_5_nul_characters_in_a_text_are_text(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    name = made.add(1, [make.user("a\0b")])
    backend = open_store(made.done())
    block = backend.messages(name, 0, 1, token)[0].blocks[0]
    assert getattr(block, "text", None) == "a\0b"


def test_1_case_5_a_title_of_control_characters_is_one_visible_line(
    made: Any, make: Any, open_store: Open, list_rows: Rows
) -> None:
    made.add(1, [make.user("first\x1b[31m line\nsecond\0")])
    (row,) = list_rows(open_store(made.done()))
    assert row.title == "first␛[31m line second␀"


def test_1_case_5_a_session_deleted_meanwhile_is_a_row_that_says_so(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    made.add(1, [make.user("x")])
    backend = open_store(made.done())
    handle = backend.ids(SortOrder(), token).handles[0]
    (row,) = backend.summaries([handle + 4_000], token)
    assert row.state is SessionState.DAMAGED
    assert {fault.code for fault in row.faults} == {"vanished"}


def test_1_case_5_depth_that_can_just_be_read_is_read_without_a_crash(
    made: Any, make: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    """Arguments, notices and metadata nested some 300 to 1,000 deep, in two copies that differ."""
    name = make.session_id(1)
    for number, depth in enumerate((120, 300, 600, 900, 990, 1_100), 1):
        name = make.session_id(number)
        deep = b"[" * depth + b"1" + b"]" * depth
        call = b'{"role":"block_assistant","blocks":[{"block_type":"tool_use","data":{"id":"a","name":"n","args":%s}},'
        rest = b'{"block_type":"server_tool_content","data":{"content":%s}},{"block_type":"new","data":%s}]}'
        messages = (call + rest) % (deep, deep, deep)
        document = make.document(name, [], {"deep": "HERE"}).replace(b'"HERE"', deep)
        stored = document.replace(b'"messages":[]', b'"messages":[' + messages + b"]")
        made.add(number, stored, snapshot=stored.replace(b"]1]", b"]2]").replace(b"[1]", b"[2]"), message_count=1)
    backend = open_store(made.done())
    for row in list_rows(backend):
        name = row.key.session_id
        outline = backend.outline(name, token)
        (message,) = backend.messages(name, 0, outline.count, token)
        assert message.blocks
        for block in message.blocks:
            if getattr(block, "whole", None) is not None:
                assert backend.whole(name, block.whole, token)  # type: ignore[union-attr,arg-type]
        assert backend.detail(name, token).summary.key.session_id == name
        with suppress(SessionError):
            assert backend.unmasked(name, ("deep", 0, 0), token)
