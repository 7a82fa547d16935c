"""Made stores for the benchmarks of checks: many sessions of some size, heads with metadata cells, a long history.

    python packaging/benchdata_realms.py d10k OUT         10,000 sessions of about 30 KB, S-0.6
    python packaging/benchdata_realms.py h100k OUT        100,000 sessions as heads with metadata cells, S-0.9
    python packaging/benchdata_realms.py s50-graph OUT    one session of about 50 MB, most of it old revisions, S-0.6

OUT is a new or empty folder and becomes a realm. The same arguments always give the same documents.
"""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import orjson
from benchdata import BEGIN_S, M1_MODELS, M1_TASKS, make_middle, s50_session, transcript

from store.cancel import CancelToken
from store.meerkat.schema import SESSION_HEADS_UPDATED_IDX, SESSION_STRAND_MESSAGES, SESSIONS, SESSIONS_UPDATED_IDX
from store.meerkat.writer import (
    DATABASE_NAME,
    MANIFEST_NAME,
    NewRealm,
    close_database,
    create_database,
    digest_text,
    encode_message,
    encode_sorted,
    system_time,
    write_file,
)

D10K = (10_000, 76)
"""Sessions, and messages of each."""

H100K_SESSIONS = 100_000
ROWS_A_BATCH = 10_000

GRAPH_MESSAGES = 44_000
REWRITES = 4
"""Commits of the long history; each retains one body more."""

LEDGER = 5
TABLES = (
    SESSIONS,
    SESSIONS_UPDATED_IDX,
    SESSION_STRAND_MESSAGES,
    "CREATE TABLE session_rewrites (session_id TEXT NOT NULL, rewrite_idx INTEGER NOT NULL,"
    " parent_strand TEXT NOT NULL, parent_len INTEGER NOT NULL, strand TEXT NOT NULL, strand_len INTEGER NOT NULL,"
    " commit_json BLOB NOT NULL, created_at_ms INTEGER NOT NULL, graph_edge_json BLOB,"
    " PRIMARY KEY (session_id, rewrite_idx))",
    "CREATE TABLE session_heads (session_id TEXT PRIMARY KEY, version INTEGER NOT NULL, strand TEXT NOT NULL,"
    " head_revision TEXT NOT NULL, message_count INTEGER NOT NULL, rewrite_count INTEGER NOT NULL,"
    " total_tokens INTEGER NOT NULL, created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL,"
    " metadata_json TEXT NOT NULL, head_json BLOB NOT NULL, cas_token TEXT NOT NULL)",
    SESSION_HEADS_UPDATED_IDX,
    "CREATE TABLE session_strand_links (session_id TEXT NOT NULL, strand TEXT NOT NULL, successor TEXT NOT NULL,"
    " strand_len INTEGER NOT NULL, splice_start INTEGER NOT NULL, splice_end INTEGER NOT NULL,"
    " successor_end INTEGER NOT NULL, created_at_ms INTEGER NOT NULL, PRIMARY KEY (session_id, strand))",
    "CREATE TABLE session_head_metadata_cells (session_id TEXT NOT NULL, metadata_key TEXT NOT NULL,"
    " key_route BLOB NOT NULL, exact_value_digest TEXT NOT NULL, metadata_json BLOB NOT NULL,"
    " created_at_ms INTEGER NOT NULL, PRIMARY KEY (session_id, metadata_key, exact_value_digest))",
    "CREATE TABLE session_head_metadata_current (session_id TEXT NOT NULL, metadata_key TEXT NOT NULL,"
    " key_route BLOB NOT NULL, exact_value_digest TEXT NOT NULL, PRIMARY KEY (session_id, metadata_key))",
    "CREATE TABLE session_transcript_retirements (session_id TEXT PRIMARY KEY, retired_count INTEGER NOT NULL,"
    " base_json BLOB NOT NULL, created_at_ms INTEGER NOT NULL)",
    "CREATE TABLE runtime_states (runtime_id TEXT PRIMARY KEY, runtime_state_json BLOB NOT NULL)",
    "CREATE TABLE meerkat_schema (domain TEXT PRIMARY KEY, version INTEGER NOT NULL)",
)
"""The tables of ledger 5 that sessions are read from (formats/meerkat.md §1.3); no Meerkat ever opens this file."""

_ROUTE = b"rkat:session-head-metadata:key-route:v1\0"
_VALUE = b"rkat:session-head-metadata:value-exact:v1\0"
_EPOCH = "1970-01-01T00:00:00Z"


def make_d10k(folder: Path) -> Path:
    """Make many sessions of some 30 KB, both rows of each; returns the main file."""
    return make_middle(folder, *D10K)


def make_s50_graph(folder: Path) -> Path:
    """Make one session whose document is mostly retained revisions, each a rewrite of one prompt; returns the file."""
    messages = list(transcript(GRAPH_MESSAGES // (REWRITES + 1) * 2))
    session = s50_session(0)
    bodies, commits = [messages], []
    for number in range(1, REWRITES + 1):
        body = list(bodies[-1])
        at = number * 10
        changed = orjson.loads(body[at]) | {"content": f"What stood here was changed {number} times."}
        body[at] = encode_message(changed)
        commits.append(_commit(bodies[-1], body, at, session.created_at_ns))
        bodies.append(body)
    revisions = [
        {
            "created_at": system_time(session.updated_at_ns),
            "messages": [orjson.loads(message) for message in body],
            "parent_revision": digest_text(bodies[number - 1]) if number else None,
            "revision": digest_text(body),
        }
        for number, body in enumerate(bodies)
    ]
    revisions[0].pop("parent_revision")
    graph = {"commits": commits, "head": digest_text(bodies[-1]), "revisions": revisions}
    metadata = dict(session.metadata) | {"session_transcript_history_state_v1": graph}
    with NewRealm(folder, "s50-graph", BEGIN_S) as realm:
        realm.add_sessions([replace(session, messages=bodies[-1], metadata=metadata)], CancelToken())
        return realm.database


def _commit(parent: Sequence[bytes], body: Sequence[bytes], at: int, time_ns: int) -> dict[str, object]:
    """The commit of a rewrite of one message (formats/meerkat.md §3.4)."""
    return {
        "parent_revision": digest_text(parent),
        "revision": digest_text(body),
        "selection": {"type": "message_range", "start": at, "end": at + 1},
        "original_span_digest": digest_text(parent[at : at + 1]),
        "replacement_digest": digest_text(body[at : at + 1]),
        "messages_before": len(parent),
        "messages_after": len(body),
        "reason": {"kind": "redact"},
        "actor": "bench",
        "committed_at": system_time(time_ns),
    }


def make_h100k(folder: Path, sessions: int = H100K_SESSIONS) -> Path:
    """Make many heads with two strand rows and two metadata cells each; returns the main file."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {"realm_id": "h100k", "backend": "sqlite", "origin": "explicit", "created_at": str(BEGIN_S)}
    write_file(folder / MANIFEST_NAME, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    connection = create_database(folder / DATABASE_NAME, TABLES)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO meerkat_schema VALUES ('session-store', ?)", (LEDGER,))
    for begin in range(0, sessions, ROWS_A_BATCH):
        for number in range(begin, min(begin + ROWS_A_BATCH, sessions)):
            _insert_head(connection, number)
    connection.execute("COMMIT")
    close_database(connection)
    return folder / DATABASE_NAME


def _insert_head(connection: sqlite3.Connection, number: int) -> None:
    """Write one session; neighbours differ in every column that a list can be sorted by."""
    mixed = number * 2_654_435_761 & 0xFFFF_FFFF
    created_ms = (BEGIN_S + number * 7) * 1_000
    updated_ms = created_ms + (1 + mixed % 5_000) * 1_000 + mixed % 1_000
    text = f"{created_ms:012x}"
    session_id = f"{text[:8]}-{text[8:]}-7{mixed >> 20:03x}-9{mixed >> 8 & 0xFFF:03x}-{number:012x}"
    messages = _messages(number, mixed)
    usage = {"input_tokens": 200 + mixed % 9_000, "output_tokens": 20 + mixed % 700}
    connection.executemany(
        "INSERT INTO session_strand_messages VALUES (?, 'root', ?, ?, ?)",
        [(session_id, seq, encode_message(message), created_ms) for seq, message in enumerate(messages)],
    )
    count, root = _insert_cells(connection, session_id, mixed, created_ms)
    head = {
        "id": session_id,
        "version": 4,
        "strand": "root",
        "head_revision": digest_text([encode_message(message | {"created_at": _EPOCH}) for message in messages]),
        "message_count": len(messages),
        "rewrite_count": 0,
        "created_at": system_time(created_ms * 1_000_000),
        "updated_at": system_time(updated_ms * 1_000_000),
        "usage": usage | {"cache_creation_tokens": None, "cache_read_tokens": None},
        "metadata_identity": {"entry_count": count, "exact_root_digest": root},
        "metadata": {},
    }
    head_json = encode_message(head)
    connection.execute(
        "INSERT INTO session_heads VALUES (?, 4, 'root', ?, ?, 0, ?, ?, ?, '{}', ?, ?)",
        (
            session_id,
            head["head_revision"],
            len(messages),
            sum(usage.values()),
            created_ms,
            updated_ms,
            head_json,
            "head-v5-sha256:" + hashlib.sha256(head_json).hexdigest(),
        ),
    )


def _messages(number: int, mixed: int) -> list[dict[str, object]]:
    task = M1_TASKS[mixed % 7].decode()
    done = [{"block_type": "text", "data": {"text": f"Done in step {mixed % 90}."}}]
    return [
        {"role": "user", "content": f"{task} run {number}", "created_at": "2026-06-01T10:00:00Z"},
        {"role": "block_assistant", "blocks": done, "stop_reason": "end_turn", "created_at": "2026-06-01T10:00:09Z"},
    ]


def _insert_cells(connection: sqlite3.Connection, session_id: str, mixed: int, created_ms: int) -> tuple[int, str]:
    """Write the metadata of a session; its root is not the real one, since lists never look at it."""
    model, provider = M1_MODELS[mixed % 3]
    about = {"max_tokens": 4096, "model": model.decode(), "provider": provider.decode(), "schema_version": 2}
    cells = {"session_lifecycle_terminal": "active", "session_metadata": about | {"tooling": {}}}
    for key, route, digest, value in _cells(cells):
        row = (session_id, key, route, digest)
        connection.execute(
            "INSERT INTO session_head_metadata_cells VALUES (?, ?, ?, ?, ?, ?)", (*row, value, created_ms)
        )
        connection.execute("INSERT INTO session_head_metadata_current VALUES (?, ?, ?, ?)", row)
    return len(cells), "head-metadata-smt-sha256:" + "0" * 64


def _cells(values: dict[str, object]) -> Iterator[tuple[str, bytes, str, bytes]]:
    for key, value in values.items():
        data = encode_sorted(value)
        digest = "head-metadata-value-sha256:" + hashlib.sha256(_VALUE + data).hexdigest()
        yield key, hashlib.sha256(_ROUTE + key.encode()).digest(), digest, data


MAKERS = {"d10k": make_d10k, "h100k": make_h100k, "s50-graph": make_s50_graph}


def main(arguments: list[str]) -> int:
    """Make one of the stores and print where it is and how large."""
    parser = argparse.ArgumentParser(description="Make a store for benchmarks of checks.")
    parser.add_argument("kind", choices=tuple(MAKERS))
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args(arguments)
    path = MAKERS[chosen.kind](chosen.folder)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
