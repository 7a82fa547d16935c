"""The demo library holds what somebody should see: a complete S-0.6 realm of believable, varied work."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sqlite3
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from store.meerkat.schema import S06_STATEMENTS

Document = dict[str, Any]

ORDERS = {
    "system": ["role", "content", "created_at"],
    "user": ["role", "content", "render_metadata", "created_at"],
    "assistant": ["role", "content", "tool_calls", "stop_reason", "usage", "created_at"],
    "block_assistant": ["role", "blocks", "stop_reason", "created_at"],
    "tool_results": ["role", "results", "created_at"],
    "system_notice": ["role", "kind", "body", "blocks", "created_at"],
}


def _query(demo: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{demo.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def _messages(documents: dict[str, Document]) -> Iterator[Document]:
    for document in documents.values():
        yield from document["messages"]


def _compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _digest(messages: list[Document]) -> str:
    return "sha256:" + hashlib.sha256(_compact(messages)).hexdigest()


def test_the_realm_is_complete_and_closed(demo: Path) -> None:
    names = {entry.name for entry in demo.parent.iterdir()}
    assert names == {"realm_manifest.json", "config.toml", "sessions.sqlite3", "blobs"}
    assert sum(1 for _ in _query(demo, "SELECT 1 FROM sqlite_master WHERE sql IS NOT NULL")) == len(S06_STATEMENTS)
    assert demo.read_bytes()[18:20] == b"\x02\x02"
    assert _query(demo, "PRAGMA integrity_check") == [("ok",)]


def test_both_rows_of_each_session_have_the_same_bytes(demo: Path) -> None:
    equal = _query(
        demo,
        "SELECT count(*), sum(session_json = session_snapshot) FROM sessions"
        " LEFT JOIN runtime_session_snapshots ON runtime_id = 'rt:session:' || session_id",
    )
    assert equal == [(len(_query(demo, "SELECT 1 FROM sessions")),) * 2]


def test_about_120_sessions_lie_in_six_months_of_working_days(demo: Path) -> None:
    rows = _query(demo, "SELECT created_at_ms, updated_at_ms FROM sessions ORDER BY created_at_ms")
    assert 110 <= len(rows) <= 130
    starts = [datetime.fromtimestamp(row[0] / 1000, UTC) for row in rows]
    assert (starts[0].year, starts[0].month) == (2026, 2)
    newest = datetime.fromtimestamp(max(row[1] for row in rows) / 1000, UTC)
    assert newest.date().isoformat() == "2026-08-18"
    assert all(6 <= start.hour < 20 for start in starts)
    assert sum(start.weekday() >= 5 for start in starts) < len(starts) // 10


def test_the_stored_columns_agree_with_the_documents(demo: Path, documents: dict[str, Document]) -> None:
    sql = "SELECT session_id, created_at_ms, updated_at_ms, message_count, total_tokens, metadata_json FROM sessions"
    for session_id, created_ms, updated_ms, count, tokens, metadata in _query(demo, sql):
        document = documents[session_id]
        times = [
            document[name]["secs_since_epoch"] * 1000 + document[name]["nanos_since_epoch"] // 1_000_000
            for name in ("created_at", "updated_at")
        ]
        assert times == [created_ms, updated_ms]
        assert count == len(document["messages"])
        assert tokens == document["usage"]["input_tokens"] + document["usage"]["output_tokens"]
        assert metadata.encode() == _compact(document["metadata"])
        assert list(document["metadata"]) == sorted(document["metadata"])
        assert document["id"] == session_id


def test_keys_stand_in_the_order_of_the_format(documents: dict[str, Document]) -> None:
    for message in _messages(documents):
        order = [key for key in ORDERS[message["role"]] if key in message]
        assert list(message) == order
        for block in message.get("blocks", []):
            if block.get("block_type") == "tool_use":
                assert list(block["data"]) == ["id", "name", "args"]
                assert (
                    _compact(block["data"]["args"])
                    == json.dumps(
                        block["data"]["args"], ensure_ascii=False, separators=(",", ":"), sort_keys=True
                    ).encode()
                )
        for result in message.get("results", []):
            assert list(result) == ["tool_use_id", "content", "is_error"]


def test_times_grow_and_are_printed_as_the_format_says(documents: dict[str, Document]) -> None:
    pattern = re.compile(r"2026-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}(\d{3}(\d{3})?)?)?Z")
    for document in documents.values():
        if "session_transcript_history_state_v1" in document["metadata"]:
            continue
        times = [message["created_at"] for message in document["messages"]]
        assert all(pattern.fullmatch(time) for time in times)
        assert times == sorted(times)


def test_all_kinds_of_messages_and_blocks_occur(documents: dict[str, Document]) -> None:
    kinds: Counter[str] = Counter()
    for message in _messages(documents):
        kinds[message["role"]] += 1
        kinds[f"stop:{message.get('stop_reason')}"] += 1
        kinds[f"notice:{message.get('kind')}"] += 1
        for block in message.get("blocks", []):
            kinds[f"block:{block.get('block_type', block.get('type'))}"] += 1
        content = message.get("content")
        results = [result["content"] for result in message.get("results", [])]
        for part in [content, *results]:
            for block in part if isinstance(part, list) else []:
                kinds[f"content:{block['type']}:{block.get('source')}"] += 1
    wanted = [
        "system",
        "user",
        "assistant",
        "block_assistant",
        "tool_results",
        "system_notice",
        "stop:end_turn",
        "stop:tool_use",
        "stop:max_tokens",
        "stop:stop_sequence",
        "stop:content_filter",
        "stop:cancelled",
        "block:text",
        "block:transcript",
        "block:reasoning",
        "block:tool_use",
        "block:server_tool_content",
        "block:image",
        "block:comms",
        "block:external_event",
        "block:tool_config",
        "block:mcp",
        "block:background_job",
        "block:auth",
        "block:runtime_notice",
        "notice:generic",
        "notice:comms",
        "notice:external_event",
        "notice:mcp_pending",
        "notice:mcp",
        "notice:background_job",
        "notice:tool_scope",
        "notice:tool_scope_warning",
        "notice:auth_reauth_required",
        "content:text:None",
        "content:image:inline",
        "content:image:blob",
        "content:video:inline",
    ]
    assert [kind for kind in wanted if kind not in kinds] == []


def test_models_labels_errors_and_long_output_are_there(documents: dict[str, Document]) -> None:
    models = Counter(document["metadata"]["session_metadata"]["model"] for document in documents.values())
    assert len(models) >= 5
    providers = {document["metadata"]["session_metadata"]["provider"] for document in documents.values()}
    assert providers == {"anthropic", "open_a_i", "gemini", "self_hosted"}
    labels = [document["metadata"]["session_labels"] for document in documents.values()]
    assert 0.5 < sum("title" in entry for entry in labels) / len(labels) < 1
    results = [result for message in _messages(documents) for result in message.get("results", [])]
    assert sum(result["is_error"] for result in results) > 40
    lines = [result["content"].count("\n") for result in results if isinstance(result["content"], str)]
    assert max(lines) > 1_000
    assert sum(count > 200 for count in lines) >= 5
    counts = sorted(len(document["messages"]) for document in documents.values())
    assert counts[0] == 1
    assert counts[-1] > 1_500
    assert sum(count >= 300 for count in counts) >= 4


def test_every_blob_that_is_named_exists_under_its_digest(demo: Path, documents: dict[str, Document]) -> None:
    named = set(re.findall(r'"blob_id": "(sha256:[0-9a-f]{64})"', json.dumps(list(documents.values()))))
    assert named
    for name in named:
        digits = name.removeprefix("sha256:")
        stored = json.loads((demo.parent / "blobs" / digits[:2] / f"{digits}.json").read_bytes())
        assert hashlib.sha256(f"{stored['media_type']}\0{stored['data']}".encode()).hexdigest() == digits
        picture = base64.b64decode(stored["data"])
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", picture[16:24]) > (400, 300)


def test_rewritten_sessions_carry_a_graph_that_0_6_24_would_accept(documents: dict[str, Document]) -> None:
    key = "session_transcript_history_state_v1"
    graphs = [(document, document["metadata"][key]) for document in documents.values() if key in document["metadata"]]
    kinds = {commit["reason"]["kind"] for _, graph in graphs for commit in graph["commits"]}
    assert {"redaction", "compaction"} <= kinds
    for document, graph in graphs:
        assert graph["head"] == _digest(document["messages"])
        bodies = {body["revision"]: body for body in graph["revisions"]}
        assert graph["head"] in bodies
        parents = {name: body.get("parent_revision") for name, body in bodies.items()}
        for commit in graph["commits"]:
            _check_commit(commit, bodies)
        place: str | None = graph["head"]
        while place != graph["commits"][-1]["revision"]:
            assert place is not None
            place = parents[place]


def _check_commit(commit: Document, bodies: dict[str, Document]) -> None:
    before = bodies[commit["parent_revision"]]["messages"]
    after = bodies[commit["revision"]]["messages"]
    start, end = commit["selection"]["start"], commit["selection"]["end"]
    assert (len(before), len(after)) == (commit["messages_before"], commit["messages_after"])
    length = len(after) - (len(before) - (end - start))
    assert before[:start] == after[:start]
    assert before[end:] == after[start + length :]
    assert commit["parent_revision"] != commit["revision"]


@pytest.mark.parametrize("role", ["user", "block_assistant"])
def test_bodies_of_the_graph_hash_to_their_names(documents: dict[str, Document], role: str) -> None:
    checked = 0
    for document in documents.values():
        graph = document["metadata"].get("session_transcript_history_state_v1")
        for body in graph["revisions"] if graph else []:
            by_time = {(m["created_at"], m["role"]): m for m in document["messages"]}
            ordered = [by_time.get((m["created_at"], m["role"])) for m in body["messages"]]
            if all(new == old for new, old in zip(ordered, body["messages"], strict=True)):
                assert body["revision"] == _digest([m for m in ordered if m])
                checked += any(m["role"] == role for m in body["messages"])
    assert checked


def test_receipts_name_the_transcript_they_were_written_for(demo: Path, documents: dict[str, Document]) -> None:
    checked = 0
    for runtime_id, receipt in _query(demo, "SELECT runtime_id, receipt_json FROM runtime_boundary_receipts"):
        document = documents[runtime_id.removeprefix("rt:session:")]
        if "session_transcript_history_state_v1" in document["metadata"]:
            continue
        decoded = json.loads(receipt)
        digest = _digest(document["messages"][: decoded["message_count"]])
        assert digest == "sha256:" + decoded["conversation_digest"]
        checked += 1
    assert checked > 100


def test_archived_and_never_run_sessions_are_there(demo: Path, documents: dict[str, Document]) -> None:
    states = Counter(state for (state,) in _query(demo, "SELECT CAST(runtime_state_json AS TEXT) FROM runtime_states"))
    assert states['"retired"'] >= 3
    assert set(states) == {'"idle"', '"retired"'}
    pending = [
        d for d in documents.values() if "pending_initial_prompt" in d["metadata"]["session_deferred_turn_state"]
    ]
    assert len(pending) >= 2
    assert all(message["role"] == "system" for document in pending for message in document["messages"])


def test_nothing_is_left_of_the_markup(documents: dict[str, Document]) -> None:
    text = json.dumps(list(documents.values()), ensure_ascii=False)
    assert "\\n%% " not in text
    assert '"sealed:' not in text
    assert '"blob:' not in text
    assert re.findall(r"\{\{(?:service|what|file|name|n|ms|line|percent|place|job|iso|run|next|a|b)\}\}", text) == []
