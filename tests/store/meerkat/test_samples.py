"""Real stores read as the real programs read them: every fact that `expected.json` beside them records."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.values.message import Message, MessageKind, TextBlock, ToolCallBlock, UnknownBlock
from store.values.session import SessionState, SessionSummary, SortOrder, TitleSource
from store.values.store import Access

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]
Untouched = Callable[[Path], AbstractContextManager[None]]

PRODUCTS = ("realm-0.6.24-rkat", "realm-0.6.24-running", "realm-0.7.28-rkat")


def open_sample(copy_sample: Copy, open_store: Open, name: str, realm: str) -> tuple[Backend, dict[str, Any], Path]:
    folder = copy_sample(f"meerkat/{name}")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    return open_store(folder / realm / "sessions.sqlite3"), expected, folder


def last_assistant_text(messages: tuple[Message, ...]) -> str | None:
    for message in reversed(messages):
        text = "".join(block.text for block in message.blocks if isinstance(block, TextBlock))
        if message.kind is MessageKind.ASSISTANT and text:
            return text
    return None


def test_1_5_every_session_of_a_rich_store_reads_as_the_published_code_says(
    copy_sample: Copy, open_store: Open, list_rows: Rows, token: CancelToken, untouched: Untouched
) -> None:
    """Ids, counts, times, tokens, models, labels, roles, tool calls, last answers, archived, rewritten."""
    backend, expected, folder = open_sample(copy_sample, open_store, "realm-0.6.24-rich", "atlas")
    with untouched(folder):
        rows = {row.key.session_id: row for row in list_rows(backend)}
        assert rows.keys() == {session["id"] for session in expected["sessions"]}
        for session in expected["sessions"]:
            row = rows[session["id"]]
            assert not row.faults, session["scenario"]
            assert row.message_count == session["message_count"]
            assert row.total_tokens == session["total_tokens"]
            assert (row.created_at_ms, row.updated_at_ms) == (session["created_at_ms"], session["updated_at_ms"])
            assert row.model == session["model"]
            assert dict(row.labels) == (session["labels"] or {})
            is_retired = session["runtime_state"] == "retired"
            is_flagged = session["archived_flag"] is True and session["runtime_state"] is None
            assert (row.state is SessionState.ARCHIVED) == (is_retired or is_flagged), session["scenario"]
            assert row.is_rewritten == (session["history"] is not None)
            check_transcript(backend, session, token)


def check_transcript(backend: Backend, session: dict[str, Any], token: CancelToken) -> None:
    outline = backend.outline(session["id"], token)
    messages = backend.messages(session["id"], 0, outline.count, token)
    assert outline.faults == ()
    assert outline.kinds == bytes(message.kind for message in messages)
    assert [message.stored_role for message in messages] == session["roles"]
    calls = [block for message in messages for block in message.blocks if isinstance(block, ToolCallBlock)]
    assert len(calls) == session["tool_call_count"]
    assert last_assistant_text(messages) == (session["last_assistant_text"] or None)
    assert not any(isinstance(block, UnknownBlock) for message in messages for block in message.blocks)
    usage = backend.detail(session["id"], token).usage
    assert usage.input_tokens == session["usage"]["input_tokens"]
    assert usage.cache_read_tokens == session["usage"]["cache_read_tokens"]


def test_1_4_the_list_stands_in_the_order_of_the_published_code(
    copy_sample: Copy, open_store: Open, list_rows: Rows
) -> None:
    backend, expected, _ = open_sample(copy_sample, open_store, "realm-0.6.24-rich", "atlas")
    assert [row.key.session_id for row in list_rows(backend)] == expected["store_listing"]["all"]["ids"]


@pytest.mark.parametrize("name", PRODUCTS)
def test_1_5_the_products_own_sessions_read_as_the_product_prints_them(
    copy_sample: Copy, open_store: Open, list_rows: Rows, token: CancelToken, name: str
) -> None:
    """Which are listed and archived, in what order, with how many messages, and the texts of each message."""
    backend, expected, _ = open_sample(copy_sample, open_store, name, "realm")
    rows = list_rows(backend)
    assert [row.key.session_id for row in rows if row.state is SessionState.ACTIVE] == expected["list_order"]
    counts = {row.key.session_id: row.message_count for row in rows}
    for session_id, session in expected["sessions"].items():
        printed = session["messages"]
        assert counts[session_id] == len(printed)
        messages = backend.messages(session_id, 0, len(printed), token)
        for message, shown in zip(messages, printed, strict=True):
            text = "".join(block.text for block in message.blocks if isinstance(block, TextBlock))
            if message.kind is MessageKind.PROMPT:
                assert text == shown["text"]


def test_1_case_1_the_newest_commit_lies_only_in_the_log_and_is_seen(
    copy_sample: Copy, open_store: Open, token: CancelToken, untouched: Untouched
) -> None:
    backend, expected, folder = open_sample(copy_sample, open_store, "realm-0.6.24-live-wal", "tide")
    only = expected["only_in_wal"]
    with untouched(folder):
        assert backend.outline(only["session"], token).count == only["message_count_with_wal"]
        assert backend.facts(token).access is Access.SNAPSHOT


@pytest.mark.parametrize(
    ("path", "generation", "count", "is_writable"),
    [
        ("realm-0.6.24-rich/atlas/sessions.sqlite3", "S-0.6", 66, True),
        ("realm-0.7.5/attempted-turn/sessions.sqlite3", "S-0.6", 1, True),
        ("realm-0.7.5/bootstrap-only/sessions.sqlite3", "S-0.6", 0, True),
        ("realm-0.7.28/attempted-turn/sessions.sqlite3", "S-0.7H", 1, False),
        ("realm-0.7.28/bootstrap-only/sessions.sqlite3", "S-0.7H", 0, False),
        ("realm-0.7.28-rkat/realm/sessions.sqlite3", "S-0.7H", 11, False),
        ("realm-0.8.10/sessions.sqlite3", "S-0.8L", 1, False),
        ("realm-0.6.24-bridged-by-0.9.8/realm/sessions.sqlite3", "S-0.6", 11, False),
    ],
)
def test_B2_every_layout_read_now_is_named_and_counted(
    copy_sample: Copy, open_store: Open, token: CancelToken, path: str, generation: str, count: int, is_writable: bool
) -> None:
    realm, _, inner = path.partition("/")
    facts = open_store(copy_sample(f"meerkat/{realm}") / inner).facts(token)
    assert (facts.generation, facts.session_count, facts.is_writable) == (generation, count, is_writable)
    assert facts.why.endswith(".")
    assert facts.write_reason.endswith(".")


def test_1_5_ledger_two_reads_its_strand(
    copy_sample: Copy, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    backend = open_store(copy_sample("meerkat/realm-0.8.10") / "sessions.sqlite3")
    (row,) = list_rows(backend)
    assert row.title == "fixture user one"
    assert row.title_from is TitleSource.FIRST_PROMPT
    messages = backend.messages(row.key.session_id, 0, 5, token)
    assert last_assistant_text(messages) == "fixture response 2"
    assert messages[0].role.value == "system"


def test_1_7_openai_is_named_as_products_print_it(copy_sample: Copy, open_store: Open, list_rows: Rows) -> None:
    backend, _, _ = open_sample(copy_sample, open_store, "realm-0.6.24-rich", "atlas")
    assert {row.provider for row in list_rows(backend)} <= {
        "anthropic",
        "openai",
        "gemini",
        "self_hosted",
        "other",
        None,
    }


def test_1_4_an_unknown_order_of_the_same_rows_is_never_lost(
    copy_sample: Copy, open_store: Open, token: CancelToken
) -> None:
    """Each stored column sorts the same set of rows, both ways."""
    from store.values.session import SortKey

    backend, _, _ = open_sample(copy_sample, open_store, "realm-0.7.28-rkat", "realm")
    everything = sorted(backend.ids(SortOrder(), token).handles)
    for key in SortKey:
        for is_descending in (False, True):
            assert sorted(backend.ids(SortOrder(key, is_descending), token).handles) == everything
