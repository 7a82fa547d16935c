"""Where the bytes of a whole store go: documents taken apart by SQLite itself, rows summed, files counted.

A document up to a megabyte is measured by SQLite's own JSON functions, a longer one is walked. Of a store with more
than half a gigabyte of long documents these are told from their columns alone, and the answer says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import DamagedDatabase
from store.meerkat.codec.byte_source import BlobSource, ByteSource
from store.meerkat.codec.walker import Broken
from store.meerkat.details import metadata_span
from store.meerkat.documents.document_ends import tell_by_ends
from store.meerkat.findings.files import folders_in, plain_files
from store.meerkat.findings.tables import Read, Tables, read_tables
from store.meerkat.heads.strands import overlay, read_links
from store.meerkat.listing import octets
from store.meerkat.messages.document_walk import walk_document
from store.meerkat.messages.metadata import GRAPH_KEY
from store.values.checks import PartSize, SizeBreakdown, SizePart

SQL_BYTES = 1024 * 1024
"""Up to here SQLite's JSON functions measure a document; they hold about four times its size."""

MAX_WALKED_BYTES = 512 * 1024 * 1024
"""Of longer documents so much is walked in one store."""

PAGE_ROWS = 1_000
MAX_LINKED = 20_000
"""Heads with linked strands whose links are followed."""


@dataclass(slots=True)
class Sums:
    """Bytes and counts of each part as they are added up."""

    sizes: dict[SizePart, int]
    counts: dict[SizePart, int]
    is_estimate: bool = False

    @classmethod
    def empty(cls) -> Sums:
        """Nothing measured yet."""
        return cls({}, {})

    def add(self, part: SizePart, size_bytes: int, count: int = 0) -> None:
        """Add to a part."""
        self.sizes[part] = self.sizes.get(part, 0) + size_bytes
        self.counts[part] = self.counts.get(part, 0) + count

    def add_all(self, other: Sums) -> None:
        """Add everything of another one."""
        for part, size_bytes in other.sizes.items():
            self.add(part, size_bytes, other.counts.get(part, 0))
        self.is_estimate = self.is_estimate or other.is_estimate

    def breakdown(self) -> SizeBreakdown:
        """The parts that have bytes, in their order."""
        parts = tuple(
            PartSize(part, self.sizes[part], self.counts.get(part) or None)
            for part in SizePart
            if self.sizes.get(part, 0) > 0
        )
        return SizeBreakdown(parts, self.is_estimate)


def database_sizes(main: Path, size_bytes: int, read: Read, token: CancelToken) -> SizeBreakdown:
    """Measure a database and what lies around it; what damage keeps from being read is counted with the rest.

    Args:
        size_bytes: of the file and its log.
        read: runs a batch on it; texts come as bytes.
    """
    may_wait("measure a store")
    tables = read(read_tables)
    sums = Sums.empty()
    for documents in _documents(tables):
        with measuring(sums):
            sums.add_all(_measure_documents(documents, read, token))
    for table, column in (("runtime_input_states", "state_json"), ("runtime_boundary_receipts", "receipt_json")):
        if tables.has(table, column):
            with measuring(sums):
                sums.add(SizePart.EVENTS, read(_sum_of(table, column)))
    if tables.has("session_heads", "session_id", "strand", "message_count", "head_json"):
        token.check()
        with measuring(sums):
            sums.add_all(read(lambda connection: _measure_heads(connection, tables)))
        if tables.has("session_strand_messages", "session_id", "strand", "seq", "message_json"):
            with measuring(sums):
                sums.add_all(read(lambda connection: _measure_strands(connection, tables, token)))
    sums.add(SizePart.REST, max(0, size_bytes - sum(sums.sizes.values())))
    sums.add_all(folder_sizes(main.parent, token))
    return sums.breakdown()


@contextmanager
def measuring(sums: Sums) -> Iterator[None]:
    """Let the work of a block end at a damaged page; what is not measured then makes the sums an estimate."""
    try:
        yield
    except DamagedDatabase:
        sums.is_estimate = True


def _sum_of(table: str, column: str) -> Callable[[sqlite3.Connection], int]:
    statement = f"SELECT coalesce(sum({octets(column)}), 0) FROM {table}"
    return lambda connection: int(connection.execute(statement).fetchone()[0])


def folder_sizes(folder: Path, token: CancelToken) -> Sums:
    """Measure the blobs and the event logs of a realm, with the copies that are made of the logs."""
    may_wait("measure a folder")
    sums = Sums.empty()
    for shard in folders_in(folder / "blobs", token):
        for entry in plain_files(folder / "blobs" / shard, ".json", token):
            sums.add(SizePart.BLOBS, entry.size_bytes, 1)
    events = folder / ".rkat" / "events"
    for entry in plain_files(events, ".jsonl", token):
        sums.add(SizePart.EVENTS, entry.size_bytes, 1)
    for below in (".sequence", ".event-log-head", ".projection-halts"):
        for entry in plain_files(events / below, "", token):
            sums.add(SizePart.EVENTS, entry.size_bytes)
    for name in folders_in(folder / ".rkat" / "sessions", token):
        for entry in plain_files(folder / ".rkat" / "sessions" / name, "", token):
            sums.add(SizePart.EVENTS, entry.size_bytes)
    return sums


@dataclass(frozen=True, slots=True)
class Documents:
    """Whole documents in a column of a table.

    Attributes:
        where: SQL for which rows of `d`.
        is_shown: they are the ones that are shown; else further copies of what is.
        has_columns: their sessions have a row in “sessions” with the columns of every release.
    """

    table: str
    column: str
    where: str
    is_shown: bool
    has_columns: bool = False


def _documents(tables: Tables) -> Iterator[Documents]:
    """The columns with whole documents; each document that is shown is in one of those that are."""
    has_sessions = tables.has("sessions", "session_id", "session_json")
    has_snapshots = tables.has("runtime_session_snapshots", "runtime_id", "session_snapshot")
    has_heads = tables.has("session_heads", "session_id")
    has_bodies = tables.has("runtime_whole_blob_bodies", "blob_sha256", "session_snapshot")
    has_columns = tables.has("sessions", "session_id", "session_json", "metadata_json", "message_count")
    head = "EXISTS (SELECT 1 FROM session_heads h WHERE h.session_id = {0})" if has_heads else "0"
    snapshot = (
        "EXISTS (SELECT 1 FROM runtime_session_snapshots n WHERE n.runtime_id = 'rt:session:' || d.session_id)"
        if has_snapshots
        else "0"
    )
    whole = (
        "EXISTS (SELECT 1 FROM runtime_whole_blob_authority w WHERE w.runtime_id = {0})"
        if has_bodies and tables.has("runtime_whole_blob_authority", "runtime_id", "blob_sha256")
        else "0"
    )
    if has_sessions:
        other = f"({head.format('d.session_id')} OR {whole.format(_RUNTIME_ID)} OR {snapshot})"
        yield Documents("sessions", "session_json", f"NOT {other}", True, has_columns)
        yield Documents("sessions", "session_json", other, False)
    if has_snapshots:
        other = f"({head.format(_OF_ROW)} OR {whole.format('d.runtime_id')})"
        yield Documents("runtime_session_snapshots", "session_snapshot", f"NOT {other}", True, has_columns)
        yield Documents("runtime_session_snapshots", "session_snapshot", other, False)
    if has_bodies:
        named = "EXISTS (SELECT 1 FROM runtime_whole_blob_authority w WHERE w.blob_sha256 = d.blob_sha256)"
        yield Documents("runtime_whole_blob_bodies", "session_snapshot", named if whole != "0" else "1", True)


_RUNTIME_ID = "'rt:session:' || d.session_id"
_OF_ROW = "CAST(substr(CAST(d.runtime_id AS BLOB), 12) AS TEXT)"


def _measure_documents(documents: Documents, read: Read, token: CancelToken) -> Sums:
    if not documents.is_shown:
        table, column, where = documents.table, documents.column, documents.where
        statement = f"SELECT coalesce(sum({octets('d.' + column)}), 0), count(*) FROM {table} d WHERE {where}"
        size_bytes, count = read(lambda connection: connection.execute(statement).fetchone())
        sums = Sums.empty()
        sums.add(SizePart.SNAPSHOT, size_bytes, count)
        return sums
    return _measure_shown(documents, read, token)


def _measure_shown(documents: Documents, read: Read, token: CancelToken) -> Sums:
    """Take the documents apart, page by page."""
    sums = Sums.empty()
    after: int | None = None
    walked_bytes = measured = 0
    while True:
        token.check()
        page = _Page(Sums.empty())
        with measuring(sums):
            page = read(_page_of(documents, after, walked_bytes, token))
        sums.add_all(page.sums)
        walked_bytes += page.walked_bytes
        measured += page.row_count
        token.report(measured, 0, "Measuring the store", "documents")
        if page.last is None:
            return sums
        after = page.last


@dataclass(slots=True)
class _Page:
    """What one page of documents came to."""

    sums: Sums
    last: int | None = None
    walked_bytes: int = 0
    row_count: int = 0


def _page_of(
    documents: Documents, after: int | None, walked_before: int, token: CancelToken
) -> Callable[[sqlite3.Connection], _Page]:
    start = -(1 << 63) if after is None else after
    column = f"d.{documents.column}"

    def batch(connection: sqlite3.Connection) -> _Page:
        page = _Page(Sums.empty())
        rows = connection.execute(
            f"SELECT d.rowid, coalesce({octets(column)}, 0) FROM {documents.table} d"
            f" WHERE d.rowid > ? AND {documents.where} ORDER BY d.rowid LIMIT ?",
            (start, PAGE_ROWS),
        ).fetchall()
        if not rows:
            return page
        page.last, page.row_count = rows[-1][0], len(rows)
        _measure_short(connection, documents, start, page)
        for rowid, size_bytes in rows:
            if size_bytes <= SQL_BYTES:
                continue
            source = BlobSource(connection, documents.table, documents.column, rowid)
            try:
                beside = _beside(connection, documents, rowid)
                if beside is not None and (ends := tell_by_ends(source, beside.metadata_bytes, beside.graph_at)):
                    page.sums.add(SizePart.MESSAGES, ends.messages_bytes, beside.message_count)
                    page.sums.add(SizePart.REVISIONS, ends.graph_bytes)
                    page.sums.add(SizePart.METADATA, ends.metadata_bytes - ends.graph_bytes, 1)
                    continue
                if walked_before + page.walked_bytes + size_bytes > MAX_WALKED_BYTES:
                    page.sums.add(SizePart.MESSAGES, size_bytes)
                    page.sums.is_estimate = True
                    continue
                page.walked_bytes += size_bytes
                page.sums.add_all(document_sums(source, token))
            finally:
                source.close()
        return page

    return batch


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the row in “sessions” says of a document.

    Attributes:
        graph_at: where the key of the revision graph begins in the metadata; -1 where it has none.
    """

    metadata_bytes: int
    graph_at: int
    message_count: int


def _beside(connection: sqlite3.Connection, documents: Documents, rowid: int) -> _Beside | None:
    """The columns of a long document; None where it has none."""
    if not documents.has_columns:
        return None
    of_row = "d.session_id" if documents.table == "sessions" else _OF_ROW
    row = connection.execute(
        f"SELECT {octets('s.metadata_json')}, instr(CAST(s.metadata_json AS BLOB), ?), s.message_count"
        f" FROM {documents.table} d JOIN sessions s ON s.session_id = {of_row} WHERE d.rowid = ?",
        (f'"{GRAPH_KEY}":'.encode(), rowid),
    ).fetchone()
    if row is None or not row[0]:
        return None
    count = row[2] if isinstance(row[2], int) and row[2] > 0 else 0
    return _Beside(row[0], row[1] - 1, count)


def _measure_short(connection: sqlite3.Connection, documents: Documents, start: int, page: _Page) -> None:
    """Measure the short documents of a page; what is no JSON is left to the rest."""
    graph = f"$.metadata.{GRAPH_KEY}"
    text = f"CAST(d.{documents.column} AS TEXT)"
    row = connection.execute(
        "SELECT count(*), sum(length(CAST(json_extract(j, '$.messages') AS BLOB))),"
        " sum(CASE json_type(j, '$.messages') WHEN 'array' THEN json_array_length(j, '$.messages') END),"
        " sum(length(CAST(json_extract(j, '$.metadata') AS BLOB))),"
        f" sum(length(CAST(json_extract(j, '{graph}') AS BLOB))),"
        f" sum(CASE json_type(j, '{graph}.revisions') WHEN 'array' THEN json_array_length(j, '{graph}.revisions') END)"
        f" FROM (SELECT {text} AS j FROM {documents.table} d WHERE d.rowid > ? AND d.rowid <= ? AND {documents.where}"
        f" AND {octets('d.' + documents.column)} <= {SQL_BYTES}) WHERE json_valid(j)",
        (start, page.last),
    ).fetchone()
    count, messages, message_count, metadata, revisions, revision_count = (value or 0 for value in row)
    page.sums.add(SizePart.MESSAGES, messages, message_count)
    page.sums.add(SizePart.REVISIONS, revisions, revision_count)
    page.sums.add(SizePart.METADATA, max(0, metadata - revisions), count)


def document_sums(source: ByteSource, token: CancelToken) -> Sums:
    """Take one document apart by walking it."""
    sums = Sums.empty()
    try:
        walk = walk_document(source, token, whole=True)
        begin, end = walk.spans.get("messages", (0, 0))
        sums.add(SizePart.MESSAGES, end - begin, walk.index.count)
        first, last = walk.spans.get("metadata", (0, 0))
        graph = metadata_span(source, walk.spans, GRAPH_KEY, token)
    except Broken:
        return sums
    graph_bytes = graph[1] - graph[0] if graph is not None else 0
    sums.add(SizePart.REVISIONS, graph_bytes)
    sums.add(SizePart.METADATA, max(0, last - first - graph_bytes), 1)
    return sums


def _measure_heads(connection: sqlite3.Connection, tables: Tables) -> Sums:
    """Heads, cells and the records of rewrites."""
    sums = Sums.empty()
    heads = connection.execute(
        f"SELECT coalesce(sum({octets('head_json')}), 0), count(*) FROM session_heads"
    ).fetchone()
    sums.add(SizePart.METADATA, heads[0], heads[1])
    if tables.has("session_head_metadata_cells", "metadata_json"):
        cells = connection.execute(
            f"SELECT coalesce(sum({octets('metadata_json')}), 0) FROM session_head_metadata_cells"
        ).fetchone()
        sums.add(SizePart.METADATA, cells[0])
    for table, column in (
        ("session_rewrites", "commit_json"),
        ("session_rewrites", "graph_edge_json"),
        ("session_transcript_retirements", "base_json"),
    ):
        if tables.has(table, column):
            kept = connection.execute(f"SELECT coalesce(sum({octets(column)}), 0), count(*) FROM {table}").fetchone()
            sums.add(SizePart.REVISIONS, kept[0] or 0, kept[1] if column == "commit_json" else 0)
    return sums


def _measure_strands(connection: sqlite3.Connection, tables: Tables, token: CancelToken) -> Sums:
    """Messages of strands; what a head's strand holds beyond the head counts as retained."""
    sums = Sums.empty()
    size = octets("m.message_json")
    all_bytes = connection.execute(f"SELECT coalesce(sum({size}), 0) FROM session_strand_messages m").fetchone()[0]
    linked = "0"
    if tables.has("session_strand_links", "session_id", "strand"):
        linked = (
            "EXISTS (SELECT 1 FROM session_strand_links l WHERE l.session_id = h.session_id AND l.strand = h.strand)"
        )
    current, count = connection.execute(
        f"SELECT coalesce(sum({size}), 0), count(*) FROM session_heads h JOIN session_strand_messages m"
        " ON m.session_id = h.session_id AND m.strand = h.strand AND m.seq >= 0 AND m.seq < h.message_count"
        f" WHERE NOT {linked}"
    ).fetchone()
    if linked != "0":
        rows = connection.execute(
            "SELECT CAST(h.session_id AS BLOB), CAST(h.strand AS BLOB), h.message_count FROM session_heads h"
            f" WHERE {linked} AND typeof(h.message_count) = 'integer' AND h.message_count >= 0 LIMIT ?",
            (MAX_LINKED,),
        ).fetchall()
        sums.is_estimate = sums.is_estimate or len(rows) == MAX_LINKED
        for session_id, strand, length in rows:
            runs = overlay(session_id, strand, length, read_links(connection, session_id), token)
            for run in runs.runs:
                of_run = connection.execute(
                    f"SELECT coalesce(sum({size}), 0), count(*) FROM session_strand_messages m"
                    " WHERE m.session_id = CAST(? AS TEXT) AND m.strand = CAST(? AS TEXT) AND m.seq >= ? AND m.seq < ?",
                    runs.range_of(run),
                ).fetchone()
                current, count = current + of_run[0], count + of_run[1]
    sums.add(SizePart.MESSAGES, current, count)
    sums.add(SizePart.REVISIONS, max(0, all_bytes - current))
    return sums
