"""Rewrites of a session that is split into a head and strands (formats/meerkat.md §1.5, rules 6 to 8).

Each adopted rewrite names two bodies, the one before it and the one that it made: the first rows of two strands. From
0.8.51 on older rewrites are retired; what is left of them are their commits, and the first body that is still known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from store.cancel import CancelToken
from store.errors import SessionDamaged
from store.meerkat.codec.byte_source import BlobSource
from store.meerkat.generation import Layout
from store.meerkat.heads.heads import Head
from store.meerkat.heads.strands import LINKS_TABLE, Links, Strand, overlay, read_links, read_strand
from store.meerkat.listing import octets
from store.meerkat.revisions.graph_parts import Graph
from store.meerkat.revisions.graph_reading import MAX_COMMIT_BYTES, commit_from, read_retirement
from store.meerkat.revisions.graph_values import Commit, GraphProblem

REWRITES_TABLE = "session_rewrites"
RETIREMENTS_TABLE = "session_transcript_retirements"
MAX_REWRITES = 100_000
MAX_INDEX = (1 << 63) - 1
"""A head may count more rewrites than a row can have numbers."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One adopted rewrite.

    Attributes:
        rowid: of its row.
        index: its number, from 0 on, with the retired ones counted.
        commit, data: what it says, and the stored bytes of that.
        parent_strand, parent_length: the body that it came from.
        strand, length: the body that it made.
        has_edge: whether the compact form of it stands beside it.
    """

    rowid: int
    index: int
    commit: Commit
    data: bytes
    parent_strand: bytes
    parent_length: int
    strand: bytes
    length: int
    has_edge: bool


@dataclass(frozen=True, slots=True)
class Rewrites:
    """All that is stored of a session's rewrites.

    Attributes:
        session_id: as stored.
        kept: adopted rewrites whose bodies are stored, oldest first.
        retired: what is left of older ones; None where none were retired.
        retired_rowid: of its row.
        retired_count: how many its row says.
        links: of the session's strands.
        problems: why some rewrites could not be read.
    """

    session_id: bytes
    kept: tuple[Rewrite, ...] = ()
    retired: Graph | None = None
    retired_rowid: int | None = None
    retired_count: int = 0
    links: Links = field(default_factory=dict)
    problems: tuple[GraphProblem, ...] = ()

    def body(self, strand: bytes, length: int, token: CancelToken) -> Strand:
        """The rows of a body."""
        return overlay(self.session_id, strand, length, self.links, token)


def read_rewrites(connection: sqlite3.Connection, layout: Layout, head: Head, token: CancelToken) -> Rewrites:
    """Read the adopted rewrites of a session; no message is read."""
    session_id = head.session_id
    links = read_links(connection, session_id) if layout.has(LINKS_TABLE) else {}
    rowid, count = _retirement_row(connection, layout, session_id)
    retired = None
    if rowid is not None:
        with closing(retirement_source(connection, rowid)) as source:
            retired = read_retirement(source, token)
    if not layout.has(REWRITES_TABLE):
        return Rewrites(session_id, (), retired, rowid, count, links)
    kept: list[Rewrite] = []
    problems: list[GraphProblem] = []
    for row in _rewrite_rows(connection, session_id, min(head.rewrite_count or 0, MAX_INDEX)):
        token.take_turn()
        try:
            kept.append(_rewrite(row))
        except GraphProblem as problem:
            problems.append(problem)
    return Rewrites(session_id, tuple(kept), retired, rowid, count, links, tuple(problems))


def _rewrite_rows(connection: sqlite3.Connection, session_id: bytes, count: int) -> list[tuple[object, ...]]:
    """The rows of adopted rewrites; those beyond the head's count were recorded and never adopted."""
    columns = {name for (name,) in connection.execute(f"SELECT name FROM pragma_table_info('{REWRITES_TABLE}')")}
    has_edges = "graph_edge_json" in columns or b"graph_edge_json" in columns
    edge = "graph_edge_json IS NOT NULL" if has_edges else "0"
    return connection.execute(
        f"SELECT rowid, rewrite_idx, CASE WHEN {octets('commit_json')} <= {MAX_COMMIT_BYTES}"
        " THEN CAST(commit_json AS BLOB) END, CAST(parent_strand AS BLOB), parent_len, CAST(strand AS BLOB),"
        f" strand_len, {edge} FROM {REWRITES_TABLE} WHERE session_id = CAST(? AS TEXT)"
        " AND typeof(rewrite_idx) = 'integer' AND rewrite_idx >= 0 AND rewrite_idx < ? ORDER BY rewrite_idx LIMIT ?",
        (session_id, count, MAX_REWRITES),
    ).fetchall()


def _rewrite(row: tuple[object, ...]) -> Rewrite:
    """Understand one row. Raises GraphProblem."""
    rowid, index, data, parent_strand, parent_length, strand, length, has_edge = row
    assert isinstance(rowid, int)
    assert isinstance(index, int)
    if not isinstance(data, bytes):
        raise GraphProblem(f"The commit of rewrite {index + 1:,} is missing, or too long.")
    if not (isinstance(parent_length, int) and isinstance(length, int)) or min(parent_length, length) < 0:
        raise GraphProblem(f"Rewrite {index + 1:,} does not say how many messages its revisions have.")
    before = parent_strand if isinstance(parent_strand, bytes) else b""
    after = strand if isinstance(strand, bytes) else b""
    return Rewrite(rowid, index, commit_from(data), data, before, parent_length, after, length, bool(has_edge))


def _retirement_row(connection: sqlite3.Connection, layout: Layout, session_id: bytes) -> tuple[int | None, int]:
    """Row id of what is left of retired rewrites, and how many they are."""
    if not layout.has(RETIREMENTS_TABLE):
        return None, 0
    row = connection.execute(
        f"SELECT rowid, retired_count FROM {RETIREMENTS_TABLE} WHERE session_id = CAST(? AS TEXT)", (session_id,)
    ).fetchone()
    if row is None:
        return None, 0
    return row[0], row[1] if isinstance(row[1], int) and row[1] >= 0 else 0


def retirement_source(connection: sqlite3.Connection, rowid: int) -> BlobSource:
    """The record of retired rewrites, to be closed before its connection. Raises SessionDamaged."""
    try:
        return BlobSource(connection, RETIREMENTS_TABLE, "base_json", rowid)
    except sqlite3.OperationalError:
        raise SessionDamaged("The record of this session's retired rewrites is missing.") from None


def edge_source(connection: sqlite3.Connection, rewrite: Rewrite) -> BlobSource:
    """The compact form of a rewrite, to be closed before its connection. Raises SessionDamaged."""
    try:
        return BlobSource(connection, REWRITES_TABLE, "graph_edge_json", rewrite.rowid)
    except sqlite3.OperationalError:
        raise SessionDamaged("The compact form of a rewrite is missing.") from None


@dataclass(slots=True)
class StrandText:
    """A body whose messages are rows."""

    connection: sqlite3.Connection
    strand: Strand
    token: CancelToken

    @property
    def count(self) -> int:
        """Messages in it."""
        return self.strand.length

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """The stored bytes of messages [begin, end). Raises GraphProblem where one is not stored."""
        expected = begin
        for number, data in read_strand(self.connection, self.strand, begin, end, self.token):
            if number != expected:
                break
            expected += 1
            yield data
        if expected != end:
            raise GraphProblem(
                f"Message {expected + 1:,} of a retained revision is not stored.",
                f"{end - begin:,}",
                f"{expected - begin:,}",
            )
