"""From the rows of a whole document in a database to what its checks want (formats/meerkat.md §1.1, §1.2, §1.5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from store.cancel import CancelToken
from store.errors import SessionDamaged
from store.meerkat.checks.columns import Columns
from store.meerkat.checks.documents import StoredDocument
from store.meerkat.codec.byte_source import BlobSource
from store.meerkat.generation import Layout
from store.meerkat.listing import RUNTIME_PREFIX, octets
from store.meerkat.origin import origin_of_rows
from store.meerkat.places import Copy, Place
from store.meerkat.whole_blob_tables import whole_blob_source

MAX_RECEIPTS = 100_000
MAX_RECEIPT_BYTES = 64 * 1024
_WITHOUT_OUTCOME = (
    "(instr(CAST(state_json AS TEXT), '\"terminal_outcome\":') = 0"
    " OR instr(CAST(state_json AS TEXT), '\"terminal_outcome\":null') > 0)"
)
WAITING = (
    "An input of this session has no outcome yet: a turn is running, or a failed prompt waits and is sent to the model"
    " by the next resume."
)


@contextmanager
def stored_document(
    connection: sqlite3.Connection, layout: Layout, place: Place, session_id: str, token: CancelToken
) -> Iterator[StoredDocument]:
    """Open the copies of a session that is a whole document, for the time of the block. Raises SessionDamaged."""
    with ExitStack() as opened:
        source = _source(connection, opened, *place.document)
        if source is None:
            raise SessionDamaged("The session has no stored document.")
        receipts = read_stored_receipts(connection, layout, session_id)
        obstacle = find_obstacle(connection, layout, session_id)
        origin = origin_of_rows(connection, layout, place, session_id, token)
        if place.copy is Copy.WHOLE_BLOB:
            row = _whole_blob_row(connection, layout, place.whole_blob_rowid)
            yield StoredDocument(
                session_id,
                source,
                origin,
                columns=Columns("runtime's list", *row[1:]) if any(one is not None for one in row[1:]) else None,
                no_columns="The runtime's list says nothing of this session.",
                no_other="The runtime keeps one document of this session and no second copy.",
                receipts=receipts,
                no_receipts=NO_RECEIPTS,
                token=(row[0] or b"").decode("utf-8", "backslashreplace"),
                obstacle=obstacle,
            )
            return
        has_both = place.copy is Copy.SNAPSHOT
        columns = _columns(connection, opened, place.sessions_rowid) if place.sessions_rowid is not None else None
        other = _source(connection, opened, "sessions", "session_json", place.sessions_rowid or 0) if has_both else None
        missing = "runtime row" if place.copy is Copy.SESSIONS else "row in “sessions”"
        yield StoredDocument(
            session_id,
            source,
            origin,
            columns=columns,
            no_columns="There is no row in “sessions”, whose columns would repeat what the document says.",
            other=other,
            no_other=f"There is no second copy: the session has no {missing}.",
            are_columns_of_other=has_both,
            receipts=receipts,
            no_receipts=NO_RECEIPTS,
            obstacle=obstacle,
        )


NO_RECEIPTS = "The store has no table of receipts."


def _source(
    connection: sqlite3.Connection, opened: ExitStack, table: str, column: str, rowid: int
) -> BlobSource | None:
    try:
        return opened.enter_context(closing(BlobSource(connection, table, column, rowid)))
    except sqlite3.OperationalError:
        return None  # NULL, a number, or no row


def _columns(connection: sqlite3.Connection, opened: ExitStack, rowid: int) -> Columns:
    count, tokens, created, updated = connection.execute(
        "SELECT message_count, total_tokens, created_at_ms, updated_at_ms FROM sessions WHERE rowid = ?", (rowid,)
    ).fetchone()
    metadata = _source(connection, opened, "sessions", "metadata_json", rowid)
    return Columns("row", count, tokens, created, updated, metadata)


def _whole_blob_row(
    connection: sqlite3.Connection, layout: Layout, rowid: int | None
) -> tuple[bytes | None, object, object, object, object]:
    """Of the authority and the catalogue: the document's name, messages, tokens, and both times."""
    row = connection.execute(
        "SELECT CAST(s.blob_sha256 AS BLOB), s.message_count, s.total_tokens, s.created_at_ms, s.updated_at_ms"
        f" FROM {whole_blob_source(layout)} AND s.rowid = ?",
        (rowid,),
    ).fetchone()
    return tuple(row)


def read_stored_receipts(connection: sqlite3.Connection, layout: Layout, session_id: str) -> list[bytes] | None:
    """The stored receipts of a session, in no order; None where the store can hold none."""
    if not layout.has("runtime_boundary_receipts"):
        return None
    rows = connection.execute(
        f"SELECT CASE WHEN {octets('receipt_json')} <= {MAX_RECEIPT_BYTES} THEN CAST(receipt_json AS BLOB) END"
        f" FROM runtime_boundary_receipts WHERE runtime_id = ? LIMIT {MAX_RECEIPTS}",
        (RUNTIME_PREFIX + session_id,),
    ).fetchall()
    return [row[0] or b"" for row in rows]


def find_obstacle(connection: sqlite3.Connection, layout: Layout, session_id: str) -> str:
    """What in the runtime's tables speaks against a change of a session; "" if nothing does (§3.10)."""
    if not layout.has("runtime_input_states"):
        return ""
    found = connection.execute(
        f"SELECT EXISTS (SELECT 1 FROM runtime_input_states WHERE runtime_id = ? AND {_WITHOUT_OUTCOME})",
        (RUNTIME_PREFIX + session_id,),
    ).fetchone()
    return WAITING if found[0] else ""
