"""What the Info tab shows of a session that is split into head and strand: its envelope, and what was masked in it.

Metadata stands in the head itself, or in cells (formats/meerkat.md §1.5, rules 2 and 9). Sealed authority of 0.8.11 and
later is opaque: nothing of it is shown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from store.cancel import CancelToken
from store.errors import SessionError
from store.meerkat.codec.byte_source import BlobSource, ByteSource
from store.meerkat.codec.strict_json import NotStrict, parse
from store.meerkat.details import MAX_SHOWN_VALUE_BYTES, Envelope, member_span_at, take_metadata
from store.meerkat.generation import Layout
from store.meerkat.heads.cells import Cell, read_cells
from store.meerkat.heads.heads import Head, head_of, read_boundary
from store.meerkat.heads.strands import LINKS_TABLE, overlay, read_links
from store.meerkat.messages.metadata import Budget, large_node, node
from store.meerkat.messages.usage import usage_of
from store.values.fault import Fault
from store.values.session import MetadataNode


def read_head_envelope(connection: sqlite3.Connection, layout: Layout, rowid: int, token: CancelToken) -> Envelope:
    """What stands around the messages of a session with a head."""
    head = head_of(connection, rowid, token)
    envelope = Envelope(version=head.json.version, usage=usage_of(head.json.usage))
    envelope.faults.extend(head.faults)
    if head.json.has_cells:
        _take_cells(envelope, connection, layout, head)
        return envelope
    with inline_metadata(connection, rowid, token) as found:
        if found is None:
            envelope.faults.append(Fault("bad-metadata", "The stored metadata of the session is no JSON object."))
        else:
            take_metadata(envelope, *found, token)
    return envelope


def _take_cells(envelope: Envelope, connection: sqlite3.Connection, layout: Layout, head: Head) -> None:
    identity = head.json.fields.get("metadata_identity")
    cells = read_cells(connection, layout, head.session_id, identity, MAX_SHOWN_VALUE_BYTES)
    envelope.faults.extend(cells.faults)
    budget = Budget()
    envelope.metadata = tuple(_cell_node(envelope, cell, budget) for cell in cells.cells if cell.size_bytes is not None)


def _cell_node(envelope: Envelope, cell: Cell, budget: Budget) -> MetadataNode:
    """The node of one cell; a value that is large or cannot be read is told by its size."""
    size = cell.size_bytes or 0
    if cell.value is None:
        envelope.small[cell.name] = {"is_large": True}
        return large_node(cell.name, size)
    try:
        _, value = parse(cell.value)
    except NotStrict as reason:
        envelope.faults.append(
            Fault("bad-metadata-value", f"One value of the session's metadata cannot be read: {reason}.")
        )
        return large_node(cell.name, size)
    envelope.small[cell.name] = value
    return node(cell.name, (cell.name,), value, budget)


@contextmanager
def inline_metadata(
    connection: sqlite3.Connection, rowid: int, token: CancelToken
) -> Iterator[tuple[ByteSource, int] | None]:
    """Where the metadata object of a head begins: in the head, or in the column beside it; None if nowhere."""
    for column in ("head_json", "metadata_json"):
        try:
            source = BlobSource(connection, "session_heads", column, rowid)
        except sqlite3.OperationalError:
            continue  # it is NULL or a number
        with closing(source):
            if column == "metadata_json":
                yield source, 0
                return
            span = member_span_at(source, 0, "metadata", token)
            if span is not None:
                yield source, span[0]
                return
    yield None


@contextmanager
def head_metadata_value(
    connection: sqlite3.Connection, layout: Layout, rowid: int, key: str, token: CancelToken
) -> Iterator[tuple[ByteSource, tuple[int, int]]]:
    """Where the value of one metadata key of a head stands. Raises SessionError where there is none."""
    head = head_of(connection, rowid, token)
    if head.json.has_cells:
        identity = head.json.fields.get("metadata_identity")
        cells = read_cells(connection, layout, head.session_id, identity, 0, (b"",))
        cell = next((cell for cell in cells.cells if cell.name == key and cell.rowid is not None), None)
        if cell is None or cell.rowid is None:
            raise _missing()
        try:
            source = BlobSource(connection, "session_head_metadata_cells", "metadata_json", cell.rowid)
        except sqlite3.OperationalError:
            raise _missing() from None
        with closing(source):
            yield source, (0, source.size_bytes)
        return
    with inline_metadata(connection, rowid, token) as found:
        span = None if found is None else member_span_at(found[0], found[1], key, token)
        if found is None or span is None:
            raise _missing()
        yield found[0], span


def _missing() -> SessionError:
    return SessionError("There is no such value in the session's metadata.")


def head_fact_lines(
    connection: sqlite3.Connection, layout: Layout, rowid: int, token: CancelToken
) -> list[tuple[str, str]]:
    """Lines for people about how a head is stored."""
    head = head_of(connection, rowid, token)
    count = head.message_count or 0
    links = read_links(connection, head.session_id) if layout.has(LINKS_TABLE) else {}
    strand = overlay(head.session_id, head.strand, count, links, token)
    stored = "head and linked strands" if strand.is_linked else "head and strand"
    rewrites = head.rewrite_count
    lines = [("Stored as", stored), ("Rewrites", f"{rewrites:,}" if rewrites is not None else "–")]
    boundary = read_boundary(connection, layout, head.session_id)
    if boundary is not None and boundary.head.message_count is not None:
        lines.append(("Last committed boundary", f"{boundary.head.message_count:,} of {count:,} messages"))
    return lines
