"""Blobs that nothing in a realm refers to (formats/meerkat.md §1.6).

What refers is looked for by its spelling, in everything that is stored; only the ids of the files that are there are
held, and the search ends as soon as each of them was found.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import BlobSource
from store.meerkat.findings.collecting import Collector
from store.meerkat.findings.files import folders_in, pieces, plain_files
from store.meerkat.findings.tables import Tables
from store.values.amounts import sized
from store.values.checks import Finding, Severity

MAX_BLOBS = 1_000_000
PAGE_ROWS = 200
PIECE_BYTES = 256 * 1024
OVERLAP_BYTES = 128
"""More than the longest mention of a blob."""

_NAME = re.compile(r"([0-9a-f]{64})\.json")
_SHARD = re.compile(r"[0-9a-f]{2}")
_MENTIONED = re.compile(rb"sha256:([0-9a-f]{64})")

PLACES = (
    ("sessions", "session_json"),
    ("runtime_session_snapshots", "session_snapshot"),
    ("runtime_whole_blob_bodies", "session_snapshot"),
    ("session_strand_messages", "message_json"),
    ("session_rewrites", "graph_edge_json"),
    ("session_transcript_retirements", "base_json"),
    ("session_component_events", "event_json"),
    ("session_head_metadata_cells", "metadata_json"),
    ("session_heads", "head_json"),
    ("runtime_input_states", "state_json"),
    ("runtime_ops_lifecycle", "state_json"),
    ("schedule_schedules", "schedule_json"),
    ("schedule_occurrences", "occurrence_json"),
)
"""Columns in which blobs are named; those that a database has are searched."""


class Blobs:
    """The blob files of a realm, those to which nothing was found to refer yet.

    Attributes:
        sizes: bytes of each file, by the digits of its id.
        is_cut: there are more files than are looked at.
    """

    def __init__(self, folder: Path, token: CancelToken) -> None:
        self.sizes: dict[bytes, int] = {}
        self.is_cut = False
        for shard in folders_in(folder / "blobs", token):
            if not _SHARD.fullmatch(shard):
                continue
            for entry in plain_files(folder / "blobs" / shard, ".json", token):
                name = _NAME.fullmatch(entry.name)
                if name is None or not name.group(1).startswith(shard):
                    continue
                if len(self.sizes) >= MAX_BLOBS:
                    self.is_cut = True
                    return
                self.sizes[bytes.fromhex(name.group(1))] = entry.size_bytes

    def drop_mentioned(self, data: bytes) -> None:
        """Forget the blobs that are named in these bytes."""
        for match in _MENTIONED.finditer(data):
            self.sizes.pop(bytes.fromhex(match.group(1).decode("ascii")), None)


def mentioned_in_database(
    connection: sqlite3.Connection, tables: Tables, wanted: frozenset[bytes], token: CancelToken
) -> set[bytes]:
    """Which of these blobs the rows of a database name; ends as soon as all are found."""
    left = set(wanted)
    for table, column in PLACES:
        if not left:
            break
        if not tables.has(table, column):
            continue
        for data in _stored_pieces(connection, table, column, token):
            left.difference_update(bytes.fromhex(found.group(1).decode("ascii")) for found in _MENTIONED.finditer(data))
            if not left:
                break
    return set(wanted) - left


def _stored_pieces(connection: sqlite3.Connection, table: str, column: str, token: CancelToken) -> Iterator[bytes]:
    """The values of a column that name any blob, in pieces that overlap, so that no step takes long."""
    statement = (
        f"SELECT rowid, length(CAST({column} AS BLOB)) FROM {table} WHERE rowid > ? AND instr({column},"
        f" CASE typeof({column}) WHEN 'blob' THEN CAST('\"blob_id\"' AS BLOB) ELSE '\"blob_id\"' END) > 0"
        " ORDER BY rowid LIMIT ?"
    )
    after = -(1 << 63)
    while rows := connection.execute(statement, (after, PAGE_ROWS)).fetchall():
        for rowid, size in rows:
            after = rowid
            if not size:
                continue
            source = BlobSource(connection, table, column, rowid)
            try:
                for begin in range(0, source.size_bytes, PIECE_BYTES):
                    token.take_turn()
                    yield source.read(begin, PIECE_BYTES + OVERLAP_BYTES)
            finally:
                source.close()


def drop_mentioned_in_files(blobs: Blobs, folder: Path, suffix: str, token: CancelToken) -> None:
    """Forget the blobs that the files of a folder name."""
    for entry in plain_files(folder, suffix, token):
        if not blobs.sizes:
            return
        before = b""
        for piece in pieces(entry.path, PIECE_BYTES):
            token.take_turn()
            blobs.drop_mentioned(before + piece)
            before = piece[-OVERLAP_BYTES:]


def report_unreferenced(blobs: Blobs, found: Collector) -> None:
    """Name the blobs that are left."""
    for digest in sorted(blobs.sizes):
        size = blobs.sizes[digest]
        found.add(
            Finding(
                Severity.INFO,
                None,
                "blob-unreferenced",
                f"Nothing in this realm refers to the blob sha256:{digest.hex()} ({sized(size)}): the message with it"
                " was deleted or never saved. Meerkat does not remove it.",
            )
        )
