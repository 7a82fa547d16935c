"""Where the copies of a session stand in a database, and which one is shown (formats/meerkat.md §0 fact 3, §1.5)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from store.errors import SessionMissing
from store.meerkat.generation import Layout
from store.meerkat.listing import IN_HEADS, IN_SESSIONS, IN_SNAPSHOTS, IN_WHOLE_BLOBS, RUNTIME_PREFIX, octets
from store.meerkat.whole_blob_tables import body_bytes, whole_blob_source


class Copy(StrEnum):
    """A stored copy of a session; the value is the sentence for people that names it as the one shown."""

    HEAD = "Shown is the session's head with the messages of its strand; Meerkat takes no other copy."
    SNAPSHOT = (
        "Shown is the runtime's snapshot; Meerkat takes it for the true copy, and its row in “sessions” follows it."
    )
    SESSIONS = "Shown is the row in “sessions”; there is no runtime snapshot."
    ONLY_SNAPSHOT = "Shown is the runtime's snapshot; there is no row in “sessions”."
    WHOLE_BLOB = "Shown is the whole document that the runtime names for this session; Meerkat takes no other copy."
    FILE = "Shown is the document file itself."


@dataclass(frozen=True, slots=True)
class Place:
    """Where one session stands, and what tells that it is still the same.

    Attributes:
        copy: the copy that is shown.
        head_rowid, sessions_rowid, snapshot_rowid: its rows, None where there is none.
        size_bytes: of the document that is shown; of a head, of its JSON.
        mark: equal marks under equal row ids mean, as far as stored columns tell, an unchanged session.
        whole_blob_rowid, body_rowid: of a whole document of the runtime, the row that names it, and the one that holds
            it.
    """

    copy: Copy
    head_rowid: int | None
    sessions_rowid: int | None
    snapshot_rowid: int | None
    size_bytes: int
    mark: tuple[object, ...]
    whole_blob_rowid: int | None = None
    body_rowid: int | None = None

    @property
    def handle(self) -> int:
        """The handle of its row in the list."""
        if self.whole_blob_rowid is not None:
            return self.whole_blob_rowid << 2 | IN_WHOLE_BLOBS
        if self.head_rowid is not None:
            return self.head_rowid << 2 | IN_HEADS
        if self.sessions_rowid is not None:
            return self.sessions_rowid << 2 | IN_SESSIONS
        return (self.snapshot_rowid or 0) << 2 | IN_SNAPSHOTS

    @property
    def document(self) -> tuple[str, str, int]:
        """Table, column and row id of the whole document that is shown."""
        if self.copy is Copy.WHOLE_BLOB:
            return "runtime_whole_blob_bodies", "session_snapshot", self.body_rowid or 0
        if self.copy in (Copy.SNAPSHOT, Copy.ONLY_SNAPSHOT):
            return "runtime_session_snapshots", "session_snapshot", self.snapshot_rowid or 0
        return "sessions", "session_json", self.sessions_rowid or 0


def find_place(connection: sqlite3.Connection, layout: Layout, session_id: str) -> Place:
    """Find a session by its id. Raises SessionMissing."""
    if layout.has_whole_blobs:
        whole_blob = _find_whole_blob(connection, layout, session_id)
        if whole_blob is not None:
            return whole_blob
    if layout.has_heads:
        head = connection.execute(
            f"SELECT rowid, {octets('head_json')}, updated_at_ms, message_count, rewrite_count, head_json, strand,"
            f" {_committed(layout)} FROM session_heads h WHERE session_id = ?",
            (session_id,),
        ).fetchone()
        if head is not None:
            return Place(Copy.HEAD, head[0], None, None, head[1] or 0, tuple(head[2:]))
    row = None
    if layout.has("sessions"):
        row = connection.execute(
            f"SELECT rowid, {octets('session_json')}, updated_at_ms, message_count, total_tokens"
            " FROM sessions WHERE session_id = ?",
            (session_id,),
        ).fetchone()
    snapshot = None
    if layout.has("runtime_session_snapshots"):
        snapshot = connection.execute(
            f"SELECT rowid, {octets('session_snapshot')} FROM runtime_session_snapshots WHERE runtime_id = ?",
            (RUNTIME_PREFIX + session_id,),
        ).fetchone()
    if row is not None and snapshot is not None:
        return Place(Copy.SNAPSHOT, None, row[0], snapshot[0], snapshot[1] or 0, tuple(row[1:]))
    if row is not None:
        return Place(Copy.SESSIONS, None, row[0], None, row[1] or 0, tuple(row[2:]))
    if snapshot is not None:
        return Place(Copy.ONLY_SNAPSHOT, None, None, snapshot[0], snapshot[1] or 0, ())
    raise SessionMissing("There is no session with this id in the store.", "Reload; it may have been deleted.")


def _committed(layout: Layout) -> str:
    """SQL for what tells that a run of session `h` was committed meanwhile (formats/meerkat.md §1.5, rule 10)."""
    of_session = f"WHERE runtime_id = '{RUNTIME_PREFIX}' || h.session_id"
    token = tail = "NULL"
    if layout.has("runtime_session_authority"):
        token = f"(SELECT committed_head_token FROM runtime_session_authority {of_session})"
    if layout.has("runtime_head_canonical_provisional_tails"):
        tail = f"EXISTS (SELECT 1 FROM runtime_head_canonical_provisional_tails {of_session})"
    return f"{token}, {tail}"


def _find_whole_blob(connection: sqlite3.Connection, layout: Layout, session_id: str) -> Place | None:
    """The whole document that the runtime names for a session; None if it keeps it otherwise."""
    body = "(SELECT d.rowid FROM runtime_whole_blob_bodies d WHERE d.blob_sha256 = s.blob_sha256)"
    row = connection.execute(
        f"SELECT s.rowid, {body}, {body_bytes(octets('d.session_snapshot'))}, s.blob_sha256, s.message_count,"
        f" s.updated_at_ms FROM {whole_blob_source(layout)} AND s.runtime_id = ?",
        (RUNTIME_PREFIX + session_id,),
    ).fetchone()
    if row is None:
        return None
    return Place(Copy.WHOLE_BLOB, None, None, None, row[2], tuple(row[3:]), row[0], row[1])
