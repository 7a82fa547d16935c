"""Stores of small documents, and other processes that save into them as agents do."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from store.meerkat.schema import S06_STATEMENTS

SESSION = "019e85a1-4b2f-717a-950a-{:012x}"
LONG_AGO_S = 3_600

SAVE = """
import json, sqlite3, sys, time
path, mode, session, messages = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
connection = sqlite3.connect(path, isolation_level=None)
connection.execute(f"PRAGMA journal_mode={mode}")
connection.execute("PRAGMA wal_autocheckpoint=0")
(document,) = connection.execute("SELECT session_json FROM sessions WHERE session_id = ?", (session,)).fetchone()
document = json.loads(document)
keep = int(sys.argv[5])
document["messages"] = document["messages"][:keep] + messages
stored = json.dumps(document, separators=(",", ":")).encode()
connection.execute("BEGIN IMMEDIATE")
connection.execute(
    "UPDATE sessions SET session_json = ?, message_count = ?, updated_at_ms = ? WHERE session_id = ?",
    (stored, len(document["messages"]), time.time_ns() // 1_000_000, session),
)
connection.execute(
    "UPDATE runtime_session_snapshots SET session_snapshot = ? WHERE runtime_id = ?", (stored, f"rt:session:{session}")
)
connection.execute("COMMIT")
print("saved", flush=True)
sys.stdin.read()  # the connection stays open, as that of an agent does, until nobody listens any more
"""


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text, "created_at": "2026-05-28T20:26:40.123456789Z"}


def called(call_id: str) -> dict[str, Any]:
    block = {"block_type": "tool_use", "data": {"id": call_id, "name": "shell", "args": {}}}
    return {"role": "block_assistant", "blocks": [block], "stop_reason": "tool_use"}


def answered(call_id: str, text: str) -> dict[str, Any]:
    return {"role": "tool_results", "results": [{"tool_use_id": call_id, "content": text, "is_error": False}]}


def make_store(folder: Path, sessions: list[list[dict[str, Any]]]) -> Path:
    """A store of whole documents that nobody has touched for an hour."""
    folder.mkdir()
    path = folder / "sessions.sqlite3"
    connection = sqlite3.connect(path)
    for statement in S06_STATEMENTS:
        connection.execute(statement)
    then_ms = time.time_ns() // 1_000_000 - LONG_AGO_S * 1000
    for number, messages in enumerate(sessions):
        name = SESSION.format(number)
        usage = {"input_tokens": 7, "output_tokens": 3}
        document = {"version": 2, "id": name, "messages": messages, "metadata": {}, "usage": usage}
        stored = json.dumps(document, separators=(",", ":")).encode()
        row = (name, then_ms, then_ms - number, len(messages), 10, "{}", stored)
        connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("INSERT INTO runtime_session_snapshots VALUES (?, ?)", (f"rt:session:{name}", stored))
    connection.commit()
    connection.close()
    then_s = time.time() - LONG_AGO_S
    os.utime(path, (then_s, then_s))
    return path


def delete_session(path: Path, number: int) -> None:
    """Delete a session as a program does."""
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM sessions WHERE session_id = ?", (SESSION.format(number),))
    connection.execute("DELETE FROM runtime_session_snapshots WHERE runtime_id LIKE ?", (f"%{SESSION.format(number)}",))
    connection.commit()
    connection.close()


class Agents:
    """Other processes that save sessions and keep their store open."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []

    def save(
        self, path: Path, number: int, messages: list[dict[str, Any]], keep: int = 1_000_000, mode: str = "delete"
    ) -> None:
        """Save a session with the first `keep` of its messages and these after them."""
        arguments = [str(path), mode, SESSION.format(number), json.dumps(messages), str(keep)]
        agent = subprocess.Popen(
            [sys.executable, "-c", SAVE, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._running.append(agent)
        assert agent.stdout is not None
        assert agent.stdout.readline() == b"saved\n"
        if mode == "delete":
            self.leave(agent)

    def leave(self, agent: subprocess.Popen[bytes]) -> None:
        """Let one end."""
        agent.communicate(timeout=10)

    def end(self) -> None:
        """Let all end."""
        for agent in self._running:
            if agent.poll() is None:
                self.leave(agent)
