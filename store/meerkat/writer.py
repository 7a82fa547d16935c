"""The project's own writer of Meerkat stores: it makes new realms and never touches one that exists.

The demo library and the data of benchmarks and tests are made here. A realm made here is a complete one of generation
S-0.6 (formats/meerkat.md §1.1, §1.2, §1.6): manifest, every table and index, and each session in both of its rows, in
one transaction. Documents are encoded byte for byte as Meerkat 0.6.24 encodes them (§2.1, §3.3).

Runs on threads that may wait. Changing a store of the user is not done here and never will be.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import orjson

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import OpenError
from store.meerkat.schema import S06_STATEMENTS
from store.values.session import Usage

Json = Any
"""A decoded JSON value; objects keep the order of their keys, because the order is part of the format."""

ENVELOPE_VERSION: Final = 2
DATABASE_NAME: Final = "sessions.sqlite3"
MANIFEST_NAME: Final = "realm_manifest.json"
PAGE_BYTES: Final = 4096

_INSERT_SESSION: Final = (
    "INSERT INTO sessions (session_id, created_at_ms, updated_at_ms, message_count, total_tokens, metadata_json,"
    " session_json) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_SNAPSHOT: Final = "INSERT INTO runtime_session_snapshots (runtime_id, session_snapshot) VALUES (?, ?)"
_INSERT_STATE: Final = "INSERT INTO runtime_states (runtime_id, runtime_state_json) VALUES (?, ?)"
_INSERT_INPUT: Final = "INSERT INTO runtime_input_states (runtime_id, input_id, state_json) VALUES (?, ?, ?)"
_INSERT_RECEIPT: Final = (
    "INSERT INTO runtime_boundary_receipts (runtime_id, run_id, sequence, receipt_json) VALUES (?, ?, ?, ?)"
)


class AlreadyThere(OpenError):
    """A new store was to be made where something lies already; nothing was touched."""

    code = "already-there"

    def __init__(self, what: str) -> None:
        super().__init__(f"There is already a {what} at this place.", "Choose an empty folder.")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One finished run of a session: the prompt that began it and the receipt of its boundary.

    Attributes:
        input_id, run_id: UUIDs.
        input_state: the row of `runtime_input_states`, in struct order.
        receipt: the row of `runtime_boundary_receipts`, in struct order; None when the run left none.
    """

    input_id: str
    run_id: str
    input_state: Json
    receipt: Json | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be written.

    Attributes:
        session_id: UUID v7, hyphenated, lower case.
        created_at_ns, updated_at_ns: nanoseconds since 1970, UTC.
        messages: each message's JSON value as it is to be stored (`encode_message`).
        metadata: any key order; stored sorted at every depth.
        usage: both cache counters are always stored, None as null.
        runtime_state: "idle", "retired" …; None for a session that no runtime has seen.
        runs: in order.
    """

    session_id: str
    created_at_ns: int
    updated_at_ns: int
    messages: Sequence[bytes]
    metadata: Mapping[str, Json]
    usage: Usage
    runtime_state: str | None = None
    runs: Sequence[RunRow] = field(default=())


def encode_message(message: Mapping[str, Json]) -> bytes:
    """Encode a message, or any value that is stored in struct order, compactly and as it is."""
    return orjson.dumps(message)


def encode_sorted(value: Json) -> bytes:
    """Encode a value whose keys are stored sorted at every depth: metadata, tool arguments, payloads."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def join_array(items: Iterable[bytes]) -> bytes:
    """Put encoded values into one JSON array."""
    return b"[" + b",".join(items) + b"]"


def digest_text(messages: Iterable[bytes]) -> str:
    """Name a list of encoded messages by its digest of format 1 (formats/meerkat.md §3.2)."""
    return "sha256:" + hashlib.sha256(join_array(messages)).hexdigest()


def system_time(time_ns: int) -> dict[str, int]:
    """A point in time as documents hold it (not messages, see `rfc3339`)."""
    return {"secs_since_epoch": time_ns // 1_000_000_000, "nanos_since_epoch": time_ns % 1_000_000_000}


def encode_session(session: NewSession, metadata_json: bytes | None = None) -> bytes:
    """Encode the whole document, envelope in struct order.

    Args:
        metadata_json: the encoded metadata, if the caller has it already.
    """
    if metadata_json is None:
        metadata_json = encode_sorted(session.metadata)
    return b"".join(
        (
            b'{"version":%d,"id":"%s","messages":' % (ENVELOPE_VERSION, session.session_id.encode()),
            join_array(session.messages),
            b',"created_at":' + orjson.dumps(system_time(session.created_at_ns)),
            b',"updated_at":' + orjson.dumps(system_time(session.updated_at_ns)),
            b',"metadata":' + metadata_json,
            b',"usage":' + orjson.dumps(_usage_fields(session.usage)),
            b"}",
        )
    )


def _usage_fields(usage: Usage) -> dict[str, int | None]:
    return {
        "input_tokens": usage.input_tokens or 0,
        "output_tokens": usage.output_tokens or 0,
        "cache_creation_tokens": usage.cache_creation_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
    }


def blob_id(media_type: str, data_base64: str) -> str:
    """Name a blob as the realm's blob store does (formats/meerkat.md §1.6)."""
    return "sha256:" + hashlib.sha256(media_type.encode() + b"\0" + data_base64.encode()).hexdigest()


def create_database(path: Path, statements: Sequence[str]) -> sqlite3.Connection:
    """Make a new database with these tables, in WAL mode and with full synchronisation.

    Raises:
        AlreadyThere: there is a file at the path; it was not opened.
    """
    may_wait("make a database")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError as error:
        raise AlreadyThere("file") from error
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            connection.execute(statement)
        connection.execute("COMMIT")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def close_database(connection: sqlite3.Connection) -> None:
    """Move the log into the main file and close, so that no `-wal` and no `-shm` stay behind."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


class NewRealm:
    """A realm that is being made: a folder that did not exist before, or was empty.

    Used as a context manager; leaving the block closes the database cleanly. It belongs to the thread that made it.

    Attributes:
        folder: the realm's folder.
        database: its main file.
    """

    def __init__(self, folder: Path, realm_id: str, created_at_s: int, origin: str = "explicit") -> None:
        """Make folder, manifest and empty tables.

        Raises:
            AlreadyThere: the folder holds something; nothing was changed.
        """
        may_wait("make a realm")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise AlreadyThere("file or folder")
        self.folder = folder
        self.database = folder / DATABASE_NAME
        manifest = {"realm_id": realm_id, "backend": "sqlite", "origin": origin, "created_at": str(created_at_s)}
        write_file(folder / MANIFEST_NAME, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        self._connection = create_database(self.database, S06_STATEMENTS)
        self._is_closed = False

    def __enter__(self) -> NewRealm:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add_sessions(self, sessions: Iterable[NewSession], token: CancelToken) -> int:
        """Write sessions, both rows of each and what belongs to them, in one transaction: all of them or none.

        Returns:
            How many were written.
        """
        may_wait("write a store")
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        count = 0
        try:
            for session in sessions:
                token.check()
                self._insert(session)
                count += 1
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        return count

    def _insert(self, session: NewSession) -> None:
        metadata_json = encode_sorted(session.metadata)
        document = encode_session(session, metadata_json)
        runtime_id = f"rt:session:{session.session_id}"
        usage = session.usage
        self._connection.execute(
            _INSERT_SESSION,
            (
                session.session_id,
                session.created_at_ns // 1_000_000,
                session.updated_at_ns // 1_000_000,
                len(session.messages),
                (usage.input_tokens or 0) + (usage.output_tokens or 0),
                metadata_json.decode(),
                document,
            ),
        )
        self._connection.execute(_INSERT_SNAPSHOT, (runtime_id, document))
        if session.runtime_state is not None:
            self._connection.execute(_INSERT_STATE, (runtime_id, orjson.dumps(session.runtime_state)))
        for run in session.runs:
            self._connection.execute(_INSERT_INPUT, (runtime_id, run.input_id, orjson.dumps(run.input_state)))
            if run.receipt is not None:
                row = (runtime_id, run.run_id, run.receipt["sequence"], orjson.dumps(run.receipt))
                self._connection.execute(_INSERT_RECEIPT, row)

    def add_blob(self, media_type: str, content: bytes) -> str:
        """Put a blob into the realm's blob store; the same blob twice is one file.

        Returns:
            Its id.
        """
        may_wait("write a blob")
        data = base64.b64encode(content).decode()
        name = blob_id(media_type, data)
        digits = name.removeprefix("sha256:")
        path = self.folder / "blobs" / digits[:2] / f"{digits}.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_file(path, orjson.dumps({"media_type": media_type, "data": data}))
        return name

    def add_file(self, name: str, content: bytes) -> None:
        """Put a file directly into the realm's folder. Raises AlreadyThere."""
        may_wait("write a file")
        write_file(self.folder / name, content)

    def close(self) -> None:
        """Close the database cleanly; a second call does nothing."""
        may_wait("close a store")
        if not self._is_closed:
            self._is_closed = True
            close_database(self._connection)


def write_file(path: Path, content: bytes) -> None:
    """Make a new file, readable by its owner only. Raises AlreadyThere."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError as error:
        raise AlreadyThere("file") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
