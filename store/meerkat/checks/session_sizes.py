"""Where the bytes of one session go: its document or rows, its second copy, its blobs, its events."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from store.cancel import CancelToken
from store.errors import SessionDamaged
from store.meerkat.checks.blob_files import mentioned_blobs
from store.meerkat.checks.documents import Places
from store.meerkat.codec.byte_source import BlobSource, ByteSource
from store.meerkat.codec.walker import Broken, Member, Walker
from store.meerkat.findings.files import look_at, pieces, plain_files
from store.meerkat.findings.tables import Read
from store.meerkat.generation import Layout
from store.meerkat.heads.heads import read_head
from store.meerkat.heads.strands import IN_RUN
from store.meerkat.listing import RUNTIME_PREFIX, octets
from store.meerkat.messages.document_walk import walk_document
from store.meerkat.messages.metadata import GRAPH_KEY
from store.meerkat.places import Copy, Place, find_place
from store.meerkat.revisions.rewrites import read_rewrites
from store.meerkat.store_sizes import Sums
from store.values.checks import SizeBreakdown, SizePart

SCANNED_BYTES = 1024 * 1024
OVERLAP_BYTES = 200
"""No mention of a blob is longer, so that none is lost between two pieces."""

MAX_LOG_BYTES = 256 * 1024 * 1024
_FILE_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


def session_sizes(read: Read, layout: Layout, folder: Path, session_id: str, token: CancelToken) -> SizeBreakdown:
    """Measure one session of a database. Raises SessionMissing.

    Args:
        folder: of the realm, with its blobs and event logs.
    """
    sums, blob_ids = read(_batch(layout, session_id, token))
    sums.add_all(blob_sums(folder, blob_ids, token))
    sums.add_all(event_sums(folder, session_id, token))
    return sums.breakdown()


def document_sizes(source: ByteSource, folder: Path | None, session_id: str, token: CancelToken) -> SizeBreakdown:
    """Measure a session that is a document by itself.

    Args:
        folder: of its realm; None where it belongs to none.
    """
    sums = document_sums(source, token)
    if folder is not None:
        sums.add_all(blob_sums(folder, _mentioned(source, token), token))
        sums.add_all(event_sums(folder, session_id, token))
    return sums.breakdown()


def document_sums(source: ByteSource, token: CancelToken) -> Sums:
    """Take one document apart; what is no document is all rest."""
    sums = Sums.empty()
    try:
        walk = walk_document(source, token, whole=True, index=Places())
        begin, end = walk.spans.get("messages", (0, 0))
        sums.add(SizePart.MESSAGES, end - begin, walk.index.count)
        if "metadata" in walk.spans:
            _add_metadata(sums, source, walk.spans["metadata"], token)
    except Broken:
        pass
    sums.add(SizePart.REST, max(0, source.size_bytes - sum(sums.sizes.values())))
    return sums


def _add_metadata(sums: Sums, source: ByteSource, span: tuple[int, int], token: CancelToken) -> None:
    walker = Walker(source, token)
    keys = graph_bytes = 0
    for member in walker.members(span[0]):
        if member.key == GRAPH_KEY:
            older = _older_revisions(walker, member)
            graph_bytes = (member.end or member.begin) - member.begin
            sums.add(SizePart.REVISIONS, graph_bytes, older)
        else:
            keys += 1
    sums.add(SizePart.METADATA, max(0, span[1] - span[0] - graph_bytes), keys)


def _older_revisions(walker: Walker, graph: Member) -> int:
    """Retained bodies beside the current one, which a graph repeats in its older shape; steps over the graph."""
    if walker.char(graph.begin)[0] != "{":
        graph.end = walker.skip(graph.begin)
        return 0
    older = 0
    for member in walker.members(graph.begin):
        if member.key in ("revisions", "edges") and walker.char(member.begin)[0] == "[":
            count, member.end = _count_elements(walker, member.begin)
            older = count if member.key == "edges" else max(0, count - 1)
    graph.end = walker.end_of_object
    return older


def _count_elements(walker: Walker, begin: int) -> tuple[int, int]:
    """How many elements a list has, and the offset after it."""
    count, end = 0, begin + 1
    for element in walker.elements(begin):
        element.end = end = walker.skip(element.begin)
        count += 1
    return count, walker.char(end)[1] + 1


def _mentioned(source: ByteSource, token: CancelToken) -> set[str]:
    """Blobs that stand anywhere in a document, retained revisions included."""
    found: set[str] = set()
    for at in range(0, source.size_bytes, SCANNED_BYTES):
        token.check()
        found.update(mentioned_blobs(source.read(at, SCANNED_BYTES + OVERLAP_BYTES)))
    return found


def blob_sums(folder: Path, blob_ids: Iterable[str], token: CancelToken) -> Sums:
    """Measure the files of blobs; those that are missing count nothing."""
    sums = Sums.empty()
    for blob_id in blob_ids:
        token.check()
        digits = blob_id.removeprefix("sha256:")
        entry = look_at(folder / "blobs" / digits[:2] / f"{digits}.json")
        if entry is not None:
            sums.add(SizePart.BLOBS, entry.size_bytes, 1)
    return sums


def event_sums(folder: Path, session_id: str, token: CancelToken) -> Sums:
    """Measure the event log of a session and what is made of it; the count is of logged events."""
    sums = Sums.empty()
    if not _FILE_ID.fullmatch(session_id):
        return sums  # no file can be named after it
    events = folder / ".rkat" / "events"
    log = look_at(events / f"{session_id}.jsonl")
    if log is not None:
        sums.add(SizePart.EVENTS, log.size_bytes, _count_lines(log.path, token))
    for below, suffix in ((".sequence", ".seq"), (".event-log-head", ".json"), (".projection-halts", ".json")):
        entry = look_at(events / below / f"{session_id}{suffix}")
        if entry is not None:
            sums.add(SizePart.EVENTS, entry.size_bytes)
    for entry in plain_files(folder / ".rkat" / "sessions" / session_id, "", token):
        sums.add(SizePart.EVENTS, entry.size_bytes)
    return sums


def _count_lines(path: Path, token: CancelToken) -> int:
    lines = read_bytes = 0
    for piece in pieces(path):
        token.take_turn()
        lines += piece.count(b"\n")
        read_bytes += len(piece)
        if read_bytes > MAX_LOG_BYTES:
            break
    return lines


def _batch(
    layout: Layout, session_id: str, token: CancelToken
) -> Callable[[sqlite3.Connection], tuple[Sums, set[str]]]:
    def batch(connection: sqlite3.Connection) -> tuple[Sums, set[str]]:
        place = find_place(connection, layout, session_id)
        if place.copy is Copy.HEAD:
            sums, blob_ids = _head_sums(connection, layout, place, token)
        else:
            sums, blob_ids = _whole_sums(connection, place, token)
        _add_copies(connection, layout, place, session_id, sums)
        _add_runtime_rows(connection, layout, session_id, sums)
        return sums, blob_ids

    return batch


def _whole_sums(connection: sqlite3.Connection, place: Place, token: CancelToken) -> tuple[Sums, set[str]]:
    try:
        source = BlobSource(connection, *place.document)
    except sqlite3.OperationalError:
        return Sums.empty(), set()
    with closing(source):
        return document_sums(source, token), _mentioned(source, token)


def _add_copies(connection: sqlite3.Connection, layout: Layout, place: Place, session_id: str, sums: Sums) -> None:
    """Every further copy of the document; the columns beside it are rest."""
    copies = (
        ("sessions", "session_json", "session_id", session_id, place.copy is Copy.SESSIONS),
        (
            "runtime_session_snapshots",
            "session_snapshot",
            "runtime_id",
            RUNTIME_PREFIX + session_id,
            place.copy in (Copy.SNAPSHOT, Copy.ONLY_SNAPSHOT),
        ),
    )
    for table, column, key, value, is_shown in copies:
        if is_shown or not layout.has(table):
            continue
        row = connection.execute(f"SELECT {octets(column)} FROM {table} WHERE {key} = ?", (value,)).fetchone()
        if row is not None and row[0]:
            sums.add(SizePart.SNAPSHOT, row[0], 1)
    if place.sessions_rowid is not None:
        row = connection.execute(
            f"SELECT {octets('metadata_json')} FROM sessions WHERE rowid = ?", (place.sessions_rowid,)
        ).fetchone()
        sums.add(SizePart.REST, row[0] or 0)


def _add_runtime_rows(connection: sqlite3.Connection, layout: Layout, session_id: str, sums: Sums) -> None:
    """Prompts and receipts that the runtime keeps of a session."""
    for table, column in (("runtime_input_states", "state_json"), ("runtime_boundary_receipts", "receipt_json")):
        if layout.has(table):
            size_bytes = connection.execute(
                f"SELECT coalesce(sum({octets(column)}), 0) FROM {table} WHERE runtime_id = ?",
                (RUNTIME_PREFIX + session_id,),
            ).fetchone()[0]
            sums.add(SizePart.EVENTS, size_bytes)


def _head_sums(
    connection: sqlite3.Connection, layout: Layout, place: Place, token: CancelToken
) -> tuple[Sums, set[str]]:
    """Rows of the strands: those of the current body, and all others, which older revisions are made of."""
    head = read_head(connection, place.head_rowid or 0, token)
    if head is None:
        raise SessionDamaged("The head of this session is not there any more.")
    sums = Sums.empty()
    rewrites = read_rewrites(connection, layout, head, token)
    size = octets("m.message_json")
    current = count = 0
    for run in (body := rewrites.body(head.strand, head.message_count or 0, token)).runs:
        token.check()
        row = connection.execute(
            f"SELECT coalesce(sum({size}), 0), count(*) FROM session_strand_messages m WHERE {IN_RUN}",
            body.range_of(run),
        ).fetchone()
        current, count = current + row[0], count + row[1]
    own = "session_id = CAST(? AS TEXT)"
    every = connection.execute(
        f"SELECT coalesce(sum({size}), 0) FROM session_strand_messages m WHERE m.{own}", (head.session_id,)
    ).fetchone()[0]
    sums.add(SizePart.MESSAGES, current, count)
    if every > current:
        sums.add(SizePart.REVISIONS, every - current, len(rewrites.kept))
    for table, column in (
        ("session_rewrites", "commit_json"),
        ("session_rewrites", "graph_edge_json"),
        ("session_transcript_retirements", "base_json"),
    ):
        sums.add(SizePart.REVISIONS, _column_bytes(connection, layout, table, column, head.session_id))
    keys = head.json.object("metadata")
    metadata = _column_bytes(connection, layout, "session_heads", "head_json", head.session_id)
    cells = _column_bytes(connection, layout, "session_head_metadata_cells", "metadata_json", head.session_id)
    entries = head.json.object("metadata_identity").get("entry_count")
    sums.add(SizePart.METADATA, metadata + cells, entries if type(entries) is int else len(keys))
    sums.add(SizePart.REST, _column_bytes(connection, layout, "session_heads", "metadata_json", head.session_id))
    return sums, _mentioned_in_rows(connection, head.session_id, token)


def _column_bytes(connection: sqlite3.Connection, layout: Layout, table: str, column: str, session_id: bytes) -> int:
    """Stored bytes of a column in all rows of a session; 0 where there is no such column."""
    if not layout.has(table):
        return 0
    try:
        found = connection.execute(
            f"SELECT coalesce(sum({octets(column)}), 0) FROM {table} WHERE session_id = CAST(? AS TEXT)", (session_id,)
        ).fetchone()
    except sqlite3.OperationalError as error:
        if "no such column" not in str(error):
            raise
        return 0
    return int(found[0])


def _mentioned_in_rows(connection: sqlite3.Connection, session_id: bytes, token: CancelToken) -> set[str]:
    found: set[str] = set()
    cursor = connection.execute(
        "SELECT CAST(message_json AS BLOB) FROM session_strand_messages WHERE session_id = CAST(? AS TEXT)"
        " AND instr(message_json, CAST('\"blob_id\"' AS BLOB)) > 0",
        (session_id,),
    )
    while rows := cursor.fetchmany(100):
        token.check()
        for row in rows:
            found.update(mentioned_blobs(row[0]))
    return found
