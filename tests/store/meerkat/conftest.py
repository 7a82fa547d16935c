"""Real stores copied, and small stores made on the fly with whatever bytes a test wants in them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.meerkat import MEERKAT
from store.meerkat.schema import S06_STATEMENTS, STRAND_STATEMENTS
from store.values.session import SessionSummary, SortOrder
from tests.store.meerkat.folder_maker import Folder

TIME = "2026-05-28T20:26:40.123456789Z"
UPDATED_MS = 1_780_000_000_000


def session_id(number: int) -> str:
    """A proper id for the n-th session."""
    return f"019e85a1-4b2f-717a-950a-{number:012x}"


def user(text: str, **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": text, **more, "created_at": TIME}


def assistant(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "block_assistant", "blocks": list(blocks), "stop_reason": "end_turn", "created_at": TIME}


def said(text: str) -> dict[str, Any]:
    return {"block_type": "text", "data": {"text": text}}


def call(call_id: str, name: str = "shell", args: Any = None) -> dict[str, Any]:
    return {"block_type": "tool_use", "data": {"id": call_id, "name": name, "args": {} if args is None else args}}


def results(*pairs: tuple[str, Any]) -> dict[str, Any]:
    listed = [{"tool_use_id": call_id, "content": content, "is_error": False} for call_id, content in pairs]
    return {"role": "tool_results", "results": listed, "created_at": TIME}


def dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def document(name: str, messages: list[Any], metadata: dict[str, Any] | None = None, **more: Any) -> bytes:
    """A session document in the order of its fields."""
    seconds = UPDATED_MS // 1000
    fields = {
        "version": 2,
        "id": name,
        "messages": messages,
        "created_at": {"secs_since_epoch": seconds - 60, "nanos_since_epoch": 0},
        "updated_at": {"secs_since_epoch": seconds, "nanos_since_epoch": 0},
        "metadata": {"session_metadata": {"model": "m-1", "provider": "anthropic"}} if metadata is None else metadata,
        "usage": {"input_tokens": 7, "output_tokens": 3, "cache_creation_tokens": None, "cache_read_tokens": None},
    }
    return dump(fields | more)


class Made:
    """A store of whole documents or of strands while it is made."""

    def __init__(self, path: Path, statements: tuple[str, ...]) -> None:
        self.path = path
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA synchronous=OFF")  # what is made here need not outlive the power
        for statement in statements:
            self.connection.execute(statement)

    def add(self, number: int, messages: list[Any] | bytes, **columns: Any) -> str:
        """Add one session with both rows; `columns` replace what would be stored. `snapshot=None` leaves it out."""
        name = columns.pop("session_id", session_id(number))
        stored = messages if isinstance(messages, bytes) else document(str(name), messages)
        try:
            metadata = json.dumps(json.loads(stored)["metadata"], separators=(",", ":"), ensure_ascii=False)
            count = len(json.loads(stored)["messages"])
        except (ValueError, RecursionError, KeyError, TypeError):
            metadata, count = "{}", 1
        row = {
            "session_id": name,
            "created_at_ms": UPDATED_MS - 60_000 - number,
            "updated_at_ms": UPDATED_MS - number,
            "message_count": count,
            "total_tokens": 10 + number,
            "metadata_json": metadata,
            "session_json": stored,
        }
        snapshot = columns.pop("snapshot", row["session_json"])
        row |= columns
        marks = ",".join("?" * len(row))
        self.connection.execute(f"INSERT INTO sessions ({','.join(row)}) VALUES ({marks})", tuple(row.values()))
        if snapshot is not None and isinstance(name, str):
            self.add_snapshot(str(name), snapshot)
        return str(name)

    def add_snapshot(self, name: str, stored: Any) -> None:
        self.connection.execute("INSERT INTO runtime_session_snapshots VALUES (?, ?)", (f"rt:session:{name}", stored))

    def add_head(self, number: int, messages: list[Any], **columns: Any) -> str:
        """Add one session as head and strand; a message may be given as bytes."""
        name = session_id(number)
        metadata = {"session_metadata": {"model": "m-1", "provider": "open_a_i"}}
        row = {
            "session_id": name,
            "version": 2,
            "strand": "root",
            "head_revision": "sha256:0",
            "message_count": len(messages),
            "rewrite_count": 0,
            "total_tokens": 10 + number,
            "created_at_ms": UPDATED_MS - 60_000 - number,
            "updated_at_ms": UPDATED_MS - number,
            "metadata_json": json.dumps(metadata, separators=(",", ":")),
            "head_json": dump({"id": name, "version": 2, "strand": "root", "usage": {"input_tokens": 4}}),
            "cas_token": "head-sha256:0",
        } | columns
        marks = ",".join("?" * len(row))
        self.connection.execute(f"INSERT INTO session_heads ({','.join(row)}) VALUES ({marks})", tuple(row.values()))
        rows = [
            (name, row["strand"], seq, message if isinstance(message, bytes) else dump(message), UPDATED_MS)
            for seq, message in enumerate(messages)
            if message is not None
        ]
        self.connection.executemany("INSERT INTO session_strand_messages VALUES (?, ?, ?, ?, ?)", rows)
        return name

    def done(self) -> Path:
        self.connection.commit()
        self.connection.close()
        return self.path


@pytest.fixture
def token() -> CancelToken:
    return CancelToken()


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """An empty store of whole documents (S-0.6)."""
    folder = tmp_path / "realm"
    folder.mkdir()
    return Made(folder / "sessions.sqlite3", S06_STATEMENTS)


@pytest.fixture
def made_strands(tmp_path: Path) -> Made:
    """An empty store of heads and strands (S-0.7H)."""
    folder = tmp_path / "strands"
    folder.mkdir()
    return Made(folder / "sessions.sqlite3", STRAND_STATEMENTS)


@pytest.fixture
def pages(tmp_path: Path, make: Any) -> Folder:
    """A realm of JSON documents, empty."""
    return Folder(tmp_path / "pages", make)


@pytest.fixture
def open_store(tmp_path: Path, token: CancelToken) -> Iterator[Callable[[Path], Backend]]:
    """Open main files; all are closed after the test."""
    opened: list[Backend] = []

    def open_one(path: Path) -> Backend:
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        opened.append(MEERKAT.open(path, scratch, token))
        return opened[-1]

    yield open_one
    for backend in opened:
        backend.close()


@pytest.fixture
def list_rows(token: CancelToken) -> Callable[..., tuple[SessionSummary, ...]]:
    """All rows of a store in an order."""

    def rows(backend: Backend, order: SortOrder | None = None) -> tuple[SessionSummary, ...]:
        return backend.summaries(backend.ids(order or SortOrder(), token).handles, token)

    return rows


@pytest.fixture(scope="session")
def make() -> Any:
    """The functions that make messages and documents, for tests of this folder."""
    from types import SimpleNamespace

    return SimpleNamespace(
        user=user,
        assistant=assistant,
        said=said,
        call=call,
        results=results,
        dump=dump,
        document=document,
        session_id=session_id,
        time=TIME,
        updated_ms=UPDATED_MS,
    )
