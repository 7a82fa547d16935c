"""What a store holds, read without a line of the program: whose rows and files are which, byte for byte.

The oracle of the harness. Tables are read from end to end in the order of their row ids, never by an index, and sorted
by the session that their columns name. Of a file with a log, SQLite puts the two together on a copy.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from tests.mutants.base import Files, Form, Sample, read_only_copy

Rows = dict[str, list[tuple[object, ...]]]
"""Rows by table, or the one value of each file; row ids are left out."""

RUNTIME_PREFIX = b"rt:session:"
MAIN_TABLES = ("sessions", "session_heads", "runtime_session_snapshots", "runtime_whole_blob_authority")
"""A session with a row in one of these is one that a person should be told of."""


@dataclass
class PlainStore:
    """What stands in a store.

    Attributes:
        sessions: rows and files by session id.
        schema: what the database says of itself: tables, and the versions in its ledger.
        broken: tables that could not be read to their end; all of them if it is no database at all.
        is_whole: SQLite finds its pages, tables and indexes sound.
    """

    sessions: dict[str, Rows] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    schema: list[tuple[object, ...]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    is_whole: bool = True

    @property
    def listed(self) -> set[str]:
        """Ids of the sessions that have a row of their own."""
        return {
            key
            for key, rows in self.sessions.items()
            if any(rows.get(table) for table in MAIN_TABLES) and not key.startswith("(runtime) ")
        }


def read_plain(sample: Sample, files: Files) -> PlainStore:
    """Read what stands in the files of a sample or of a mutant of it."""
    if sample.form is Form.DATABASE:
        return _read_database(sample.opened, files)
    return _read_documents(sample.form, files)


def _read_documents(form: Form, files: Files) -> PlainStore:
    store = PlainStore()
    for name, data in files.items():
        if form is Form.DOCUMENT:
            store.sessions[document_id(data)]["sessions"].append((data,))
        elif name.startswith("sessions_jsonl/") and name.endswith((".jsonl", ".meta")):
            table = "sessions" if name.endswith(".jsonl") else "meta"
            store.sessions[Path(name).stem][table].append((data,))
    return store


def document_id(data: bytes) -> str:
    """The id that a session document gives itself; "" where it cannot be read."""
    try:
        found = orjson.loads(data)
    except ValueError:
        return ""
    stored = found.get("id") if isinstance(found, dict) else None
    return stored if isinstance(stored, str) else ""


def _read_database(name: str, files: Files) -> PlainStore:
    store = PlainStore()
    data, log = files.get(name, b""), files.get(f"{name}-wal", b"")
    try:
        if log or f"{name}-journal" in files:
            data = _put_together(name, files)
        with closing(read_only_copy(data)) as connection:
            _read_tables(connection, store)
    except (sqlite3.Error, OverflowError):
        store.broken.add("")
        store.is_whole = False
    return store


def _put_together(name: str, files: Files) -> bytes:
    with tempfile.TemporaryDirectory(prefix="burrow-mutants-") as folder:
        main = Path(folder) / "main"
        for end in ("", "-wal", "-journal"):
            if name + end in files:
                Path(f"{main}{end}").write_bytes(files[name + end])
        with closing(sqlite3.connect(main)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return main.read_bytes()


def _read_tables(connection: sqlite3.Connection, store: PlainStore) -> None:
    connection.execute("PRAGMA cell_size_check=ON")
    connection.text_factory = bytes
    store.schema = sorted(
        connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master").fetchall(), key=repr
    )
    store.schema += connection.execute("PRAGMA encoding").fetchall()
    try:
        store.is_whole = connection.execute("PRAGMA integrity_check(1)").fetchall() == [(b"ok",)]
    except sqlite3.Error:
        store.is_whole = False
    owners: dict[bytes, set[str]] = defaultdict(set)
    tables = [row[1].decode("utf-8", "replace") for row in store.schema if len(row) == 4 and row[0] == b"table"]
    # Bodies are owned by whom the authority says, so that is read before.
    for table in sorted(tables, key=lambda one: one.endswith("_bodies")):
        try:
            _read_table(connection, table, store, owners)
        except sqlite3.Error:
            store.broken.add(table)
            store.is_whole = False


def _read_table(connection: sqlite3.Connection, table: str, store: PlainStore, owners: dict[bytes, set[str]]) -> None:
    quoted = table.replace('"', '""')
    columns = [row[1].decode("utf-8", "replace") for row in connection.execute(f'PRAGMA table_info("{quoted}")')]
    if table == "meerkat_schema":
        store.schema += connection.execute(f'SELECT * FROM "{quoted}" NOT INDEXED').fetchall()
        return
    keys = [columns.index(name) for name in ("session_id", "runtime_id") if name in columns]
    if "blob_sha256" in columns and keys:
        for row in connection.execute(f'SELECT * FROM "{quoted}" NOT INDEXED'):
            owners[_octets(row[columns.index("blob_sha256")])].update(_id(row[key], columns[key]) for key in keys)
    # A document may be TEXT or BLOB, which is the same; a name or a number is another one when it is of another kind.
    named = [place for place, name in enumerate(columns) if not is_document(name)]
    kinds = "".join(f'typeof("{columns[place]}"), ' for place in named)
    first = len(named)
    for row in connection.execute(f'SELECT {kinds}* FROM "{quoted}" NOT INDEXED ORDER BY rowid'):
        ids = {_id(row[first + key], columns[key]) for key in keys}
        if "blob_sha256" in columns and not keys:
            ids = owners.get(_octets(row[first + columns.index("blob_sha256")]), set())
        for session_id in ids:
            store.sessions[session_id][table].append(row)


def _octets(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def is_document(column: str) -> bool:
    """Whether a column holds JSON, by its name."""
    return column.endswith("_json") or column == "session_snapshot"


def _id(value: object, column: str) -> str:
    """The session that a column names; as the program spells it, so that hostile bytes are the same id in both."""
    name = _octets(value)
    if column == "runtime_id":
        # What has no such beginning belongs to no session: it stands under a name that no session has.
        name = name[len(RUNTIME_PREFIX) :] if name.startswith(RUNTIME_PREFIX) else b"(runtime) " + name
    return name.decode("utf-8", "backslashreplace")


def stored_messages(rows: Rows) -> list[object] | None:
    """The messages of the document that counts, where it is sound JSON; None of strands and of what is broken."""
    if rows.get("session_heads") or rows.get("runtime_whole_blob_bodies"):
        return None
    table = "runtime_session_snapshots" if rows.get("runtime_session_snapshots") else "sessions"
    found = rows.get(table, [])
    if len(found) != 1:
        return None
    try:
        document = orjson.loads(_octets(found[0][-1]))
    except ValueError:
        return None
    messages = document.get("messages") if isinstance(document, dict) else None
    return messages if isinstance(messages, list) else None


def holds(rows: Rows, data: bytes) -> bool:
    """Whether these bytes stand in something that is stored of a session."""
    return any(data in value for table in rows.values() for row in table for value in row if isinstance(value, bytes))
