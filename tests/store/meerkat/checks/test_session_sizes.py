"""Where the bytes of one session go, against sums made with plain SQL and plain JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionMissing
from store.meerkat.checks.session_sizes import document_sizes
from store.meerkat.codec.byte_source import MemorySource
from store.values.checks import PartSize, SizeBreakdown, SizePart

Open = Callable[[Path], Backend]


def part(sizes: SizeBreakdown, name: SizePart) -> PartSize:
    return next((one for one in sizes.parts if one.part is name), PartSize(name, 0))


def compact(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def test_3_4_the_parts_of_a_document_add_up_to_its_bytes(copy_sample: Callable[[str], Path], open_store: Open) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-rkat-rewritten") / "realm"
    backend = open_store(folder / "sessions.sqlite3")
    with closing(sqlite3.connect(folder / "sessions.sqlite3")) as database:
        rows = database.execute(
            "SELECT s.session_id, session_json, session_snapshot, length(CAST(metadata_json AS BLOB)) FROM sessions s"
            " JOIN runtime_session_snapshots n ON n.runtime_id = 'rt:session:' || s.session_id"
        ).fetchall()
    assert len(rows) == 12
    for session_id, own, shown, metadata_bytes in rows:
        sizes = backend.sizes(session_id, CancelToken())
        document = json.loads(shown)
        graph = document["metadata"].pop("session_transcript_history_state_v1", None)
        messages = part(sizes, SizePart.MESSAGES)
        assert (messages.size_bytes, messages.count) == (compact(document["messages"]), len(document["messages"]))
        revisions = part(sizes, SizePart.REVISIONS)
        assert revisions.size_bytes == (compact(graph) if graph else 0)
        assert (revisions.count or 0) == (len(graph["revisions"]) - 1 if graph else 0)
        assert part(sizes, SizePart.METADATA).count == len(document["metadata"])
        assert part(sizes, SizePart.SNAPSHOT).size_bytes == len(own)
        log = folder / ".rkat" / "events" / f"{session_id}.jsonl"
        assert part(sizes, SizePart.EVENTS).count == (log.read_bytes().count(b"\n") if log.exists() else None)
        inside = (SizePart.MESSAGES, SizePart.REVISIONS, SizePart.METADATA, SizePart.REST)
        assert sum(part(sizes, name).size_bytes for name in inside) == len(shown) + metadata_bytes
        assert [one.part for one in sizes.parts] == [name for name in SizePart if part(sizes, name).size_bytes]


def test_3_4_rows_of_the_current_strand_are_told_from_those_of_older_revisions(
    copy_sample: Callable[[str], Path], open_store: Open
) -> None:
    main = copy_sample("meerkat/realm-0.9.8-rkat") / "realm" / "sessions.sqlite3"
    backend = open_store(main)
    with closing(sqlite3.connect(main)) as database:
        rows = database.execute(
            "SELECT session_id, message_count, rewrite_count,"
            " (SELECT sum(length(CAST(message_json AS BLOB))) FROM session_strand_messages m"
            " WHERE m.session_id = h.session_id) FROM session_heads h"
        ).fetchall()
    for session_id, count, rewrites, stored in rows:
        sizes = backend.sizes(session_id, CancelToken())
        messages, revisions = part(sizes, SizePart.MESSAGES), part(sizes, SizePart.REVISIONS)
        assert messages.count == count
        assert (revisions.count or 0) == rewrites
        assert (messages.size_bytes == stored) == (rewrites == 0)
        assert messages.size_bytes + revisions.size_bytes >= stored
        assert part(sizes, SizePart.METADATA).count == 5


def test_3_4_the_blobs_that_a_session_refers_to_are_measured_once_each(
    copy_sample: Callable[[str], Path], open_store: Open
) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-rich") / "atlas"
    backend = open_store(folder / "sessions.sqlite3")
    session_id = "019e9a3a-b91b"
    (whole,) = backend.matching_ids(session_id, CancelToken())
    files = {path.stem: path.stat().st_size for path in (folder / "blobs").rglob("*.json")}
    with closing(sqlite3.connect(folder / "sessions.sqlite3")) as database:
        statement = "SELECT CAST(session_json AS TEXT) FROM sessions WHERE session_id = ?"
        (document,) = database.execute(statement, (whole,)).fetchone()
    named = {digits for digits in files if digits in document}
    blobs = part(backend.sizes(whole, CancelToken()), SizePart.BLOBS)
    assert named
    assert (blobs.size_bytes, blobs.count) == (sum(files[digits] for digits in named), len(named))


def test_a_session_that_is_not_there_has_no_sizes(made: Any, make: Any, open_store: Open) -> None:
    made.add(1, [make.user("one")])
    with pytest.raises(SessionMissing):
        open_store(made.done()).sizes("nobody", CancelToken())


def test_3_4_a_session_whose_document_is_no_json_is_all_rest(made: Any, make: Any, open_store: Open) -> None:
    made.add(1, b"{broken", snapshot=None)
    sizes = open_store(made.done()).sizes(make.session_id(1), CancelToken())
    assert [one.part for one in sizes.parts] == [SizePart.REST]


def test_3_4_a_document_that_is_a_file_is_measured_alone(make: Any) -> None:
    stored = make.document(make.session_id(1), [make.user("one"), make.user("two")])
    sizes = document_sizes(MemorySource(stored), None, make.session_id(1), CancelToken())
    assert sizes.total_bytes == len(stored)
    assert part(sizes, SizePart.MESSAGES).count == 2
    assert part(sizes, SizePart.METADATA).count == 1
