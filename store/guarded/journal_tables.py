"""The tables of the record of changes, and the words in their columns."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """How far one session of a change is; the value stands in the file and is never renamed."""

    ASKED = "asked"
    """Nothing was begun."""

    INTENDED = "intended"
    """Its image is kept; whether it was committed is to be found out from the store."""

    DONE = "done"
    NOT_DONE = "not-done"
    UNDONE = "undone"
    UNKNOWN = "unknown"


PRAGMAS = ("PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL")
"""In this order: the first one holds only for a file without tables, and the second one writes its header."""

STEPS = (
    (
        "CREATE TABLE receipts (number INTEGER PRIMARY KEY, receipt_id TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL,"
        " store TEXT NOT NULL, store_name TEXT NOT NULL, scope TEXT NOT NULL, action TEXT NOT NULL,"
        " request TEXT NOT NULL, undoes TEXT NOT NULL, undone_by TEXT NOT NULL, store_backup TEXT NOT NULL,"
        " is_cancelled INTEGER NOT NULL, took_ms INTEGER NOT NULL, is_open INTEGER NOT NULL)",
        "CREATE INDEX open_receipts ON receipts (number) WHERE is_open",
        "CREATE TABLE entries (receipt INTEGER NOT NULL, position INTEGER NOT NULL, session_id TEXT NOT NULL,"
        " title TEXT NOT NULL, stage TEXT NOT NULL, refusal TEXT, is_settled INTEGER NOT NULL, revision_before TEXT,"
        " revision_after TEXT, row_count INTEGER NOT NULL, file_count INTEGER NOT NULL, before_bytes INTEGER NOT NULL,"
        " after_bytes INTEGER NOT NULL, made_id TEXT NOT NULL, PRIMARY KEY (receipt, position)) WITHOUT ROWID",
        "CREATE INDEX entries_of_sessions ON entries (session_id, receipt)",
        "CREATE TABLE images (receipt INTEGER NOT NULL, position INTEGER NOT NULL, size_bytes INTEGER NOT NULL,"
        " description TEXT NOT NULL, PRIMARY KEY (receipt, position)) WITHOUT ROWID",
        "CREATE TABLE contents (digest BLOB PRIMARY KEY, data BLOB NOT NULL)",
        "CREATE TABLE image_contents (receipt INTEGER NOT NULL, position INTEGER NOT NULL, digest BLOB NOT NULL,"
        " PRIMARY KEY (receipt, position, digest)) WITHOUT ROWID",
        "CREATE INDEX images_of_contents ON image_contents (digest)",
        "CREATE TABLE copies (file TEXT PRIMARY KEY, store TEXT NOT NULL, device INTEGER NOT NULL,"
        " inode INTEGER NOT NULL, at_ms INTEGER NOT NULL, size_bytes INTEGER NOT NULL) WITHOUT ROWID",
    ),
)
"""Step n makes version n + 1 out of version n; a step is never changed once it was released.

Ids of sessions and paths stand as text, or as a blob where they are no Unicode (`journal.stored`).
"""
