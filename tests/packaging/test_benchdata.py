"""The made stores of the benchmarks are what they say: long, many, and alike in both generations."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from store.meerkat.schema import S06_STATEMENTS, STRAND_STATEMENTS


@pytest.fixture
def benchdata(load_packaging: Callable[[str], ModuleType]) -> ModuleType:
    return load_packaging("benchdata")


def _query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def _catalogue(database: Path) -> int:
    return len(_query(database, "SELECT 1 FROM sqlite_master WHERE sql IS NOT NULL"))


def test_1_N1_the_long_session_is_the_same_as_a_document_and_as_strand_rows(
    benchdata: ModuleType, tmp_path: Path
) -> None:
    document = benchdata.make_s50(tmp_path / "s50", messages=230)
    strands = benchdata.make_s50_strands(tmp_path / "s50-strands", messages=230)
    ((stored, count),) = _query(document, "SELECT session_json, message_count FROM sessions")
    rows = [row[0] for row in _query(strands, "SELECT message_json FROM session_strand_messages ORDER BY seq")]
    assert count == len(rows) == 230
    assert json.loads(stored)["messages"] == [json.loads(row) for row in rows]
    assert (_catalogue(document), _catalogue(strands)) == (len(S06_STATEMENTS), len(STRAND_STATEMENTS))


def test_1_N1_the_head_of_the_strands_names_what_it_covers(benchdata: ModuleType, tmp_path: Path) -> None:
    strands = benchdata.make_s50_strands(tmp_path / "s50-strands", messages=41, has_snapshot=False)
    ((head, token, revision, count),) = _query(
        strands, "SELECT head_json, cas_token, head_revision, message_count FROM session_heads"
    )
    messages = [json.loads(row[0]) for row in _query(strands, "SELECT message_json FROM session_strand_messages")]
    for message in messages:
        message["created_at"] = "1970-01-01T00:00:00Z"
    text = json.dumps(messages, ensure_ascii=False, separators=(",", ":"))
    assert revision == "sha256:" + hashlib.sha256(text.encode()).hexdigest() == json.loads(head)["head_revision"]
    assert token == "head-sha256:" + hashlib.sha256(head).hexdigest()
    assert count == 41
    assert _query(strands, "SELECT count(*) FROM runtime_session_snapshots") == [(0,)]


def test_1_N4_small_sessions_agree_with_their_columns_and_lie_closed_on_the_disk(
    benchdata: ModuleType, tmp_path: Path
) -> None:
    database = benchdata.make_m1(tmp_path / "m1", sessions=500)
    rows = _query(
        database,
        "SELECT session_id, message_count, total_tokens, updated_at_ms, metadata_json, session_json FROM sessions",
    )
    assert len({row[0] for row in rows}) == 500
    for session_id, count, tokens, updated_ms, metadata, document in rows:
        decoded = json.loads(document)
        assert decoded["id"] == session_id
        assert len(decoded["messages"]) == count
        assert decoded["usage"]["input_tokens"] + decoded["usage"]["output_tokens"] == tokens
        updated = decoded["updated_at"]
        assert updated["secs_since_epoch"] * 1000 + updated["nanos_since_epoch"] // 1_000_000 == updated_ms
        assert decoded["metadata"] == json.loads(metadata)
        assert 550 < len(document) < 750
    assert _query(database, "SELECT count(*) FROM runtime_session_snapshots") == [(500,)]
    assert sorted(entry.name for entry in database.parent.iterdir()) == ["realm_manifest.json", "sessions.sqlite3"]
    assert database.read_bytes()[18:20] == b"\x02\x02"
    assert _catalogue(database) == len(S06_STATEMENTS)


def test_1_N4_snapshots_can_be_left_to_the_newest(benchdata: ModuleType, tmp_path: Path) -> None:
    database = benchdata.make_m1(tmp_path / "m1", sessions=300, snapshots=20)
    newest = _query(database, "SELECT 'rt:session:' || session_id FROM sessions ORDER BY created_at_ms DESC LIMIT 20")
    assert sorted(newest) == _query(database, "SELECT runtime_id FROM runtime_session_snapshots ORDER BY 1")


def test_the_command_line_says_where_the_store_is(
    benchdata: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert benchdata.main(["s50", str(tmp_path / "made"), "--messages", "20"]) == 0
    assert capsys.readouterr().out.startswith(str(tmp_path / "made" / "sessions.sqlite3"))
