"""What a store holds, read without a line of the program: whose rows and files are which, byte for byte.

The oracle of the harness. Tables are read from end to end in the order of their row ids, never by an index, and sorted
by the session that their columns name. Of a file with a log, SQLite puts the two together on a copy.
"""

from __future__ import annotations

import re
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

_LAW = re.compile(rb"(?:NULL|NUMERIC|TEXT) value in |CHECK constraint failed in |non-[A-Z]+ value in ")
"""What SQLite says of a value that the schema forbids: the row is there all the same, and reads as it stands."""

RUNTIME_PREFIX = b"rt:session:"
MAIN_TABLES = ("sessions", "session_heads", "runtime_session_snapshots", "runtime_whole_blob_authority")
"""A session with a row in one of these is one that a person should be told of."""


@dataclass
class PlainStore:
    """What stands in a store.

    Attributes:
        sessions: rows and files by session id.
        columns: names of the columns of each table; the last values of its rows are theirs.
        schema: what the database says of itself: tables, and the versions in its ledger.
        broken: tables that could not be read to their end; all of them if it is no database at all.
        is_whole: SQLite finds its pages, tables and indexes sound.
    """

    sessions: dict[str, Rows] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    columns: dict[str, list[str]] = field(default_factory=dict)
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

    def named(self, table: str, row: tuple[object, ...]) -> dict[str, object]:
        """The values of a row by the names of their columns."""
        names = self.columns[table]
        return dict(zip(names, row[-len(names) :], strict=True))


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
    except (sqlite3.Error, OverflowError, UnicodeDecodeError):
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
        said = connection.execute("PRAGMA integrity_check(20)").fetchall()
        store.is_whole = all(line == b"ok" or _LAW.match(line) for (line,) in said)
    except sqlite3.Error:
        store.is_whole = False
    owners: dict[bytes, set[str]] = defaultdict(set)
    tables = [row[1].decode("utf-8", "replace") for row in store.schema if len(row) == 4 and row[0] == b"table"]
    # Bodies are owned by whom the authority says, so that is read before.
    for table in sorted(tables, key=lambda one: one.endswith("_bodies")):
        try:
            _read_table(connection, table, store, owners)
        except (sqlite3.Error, UnicodeDecodeError):
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
    store.columns[table] = columns
    for row in connection.execute(f'SELECT {kinds}* FROM "{quoted}" NOT INDEXED ORDER BY rowid'):
        ids = {_id(row[first + key], columns[key]): columns[key] for key in keys}
        if "blob_sha256" in columns and not keys:
            ids = dict.fromkeys(owners.get(_octets(row[first + columns.index("blob_sha256")]), ()), "")
        for session_id, column in ids.items():
            # A runtime's row is of the session that its key names, and mentions one in another column.
            is_mention = column == "session_id" and "runtime_id" in columns and len(ids) > 1
            store.sessions[session_id][f"{table} (mentioned)" if is_mention else table].append(row)


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


def stored_messages(store: PlainStore, session_id: str) -> list[object] | None:
    """The messages of the copy of a session that counts, where they can be told without knowing more of the format.

    That is a sound document, or a head whose strand owns all of its rows. None of whatever else there is.
    """
    rows = store.sessions.get(session_id, {})
    try:
        if heads := rows.get("session_heads"):
            return None if rows.get("session_strand_links") else _stored_in_strand(store, rows, heads)
        bodies = rows.get("runtime_whole_blob_bodies") or rows.get("runtime_session_snapshots") or rows["sessions"]
        (document,) = (orjson.loads(_octets(row[-1])) for row in bodies)
    except (KeyError, ValueError):
        return None
    messages = document.get("messages") if isinstance(document, dict) else None
    return messages if isinstance(messages, list) else None


def _stored_in_strand(store: PlainStore, rows: Rows, heads: list[tuple[object, ...]]) -> list[object] | None:
    (head,) = (store.named("session_heads", row) for row in heads)
    strand = [store.named("session_strand_messages", row) for row in rows.get("session_strand_messages", [])]
    own = {row["seq"]: row["message_json"] for row in strand if row["strand"] == head["strand"]}
    count = head["message_count"]
    if not isinstance(count, int) or not 0 <= count <= len(own):
        return None
    return [orjson.loads(_octets(own[seq])) for seq in range(count)]


def holds(rows: Rows, data: bytes) -> bool:
    """Whether these bytes stand in something that is stored of a session."""
    values = [value for table in rows.values() for row in table for value in row]
    # SQLite and Python spell a fraction in different ways.
    fractions = {repr(value) for value in values if isinstance(value, float)}
    return any(data in _octets(value) for value in values) or bool(fractions and _fraction(data) in fractions)


def _fraction(data: bytes) -> str | None:
    try:
        return repr(float(data))
    except ValueError:
        return None
