"""The samples that are mutated, held in memory: every file of each, and its database as one closed file.

Nothing here is of the program: what a mutant is judged by must not be read with what is being judged.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

STORES = Path(__file__).resolve().parent.parent / "data" / "stores" / "meerkat"

VECTORS = "vectors-0.6.24.json"

Files = dict[str, bytes]
"""Content of files by their path below the sample's folder, with slashes."""

READ_FORMATS = slice(18, 20)
"""Bytes of the database header that say whether there is a log; 1, 1 says that there is none."""


class Form(StrEnum):
    """How a sample keeps its sessions."""

    DATABASE = "database"
    JSONL = "jsonl"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Sample:
    """One store that is mutated.

    Attributes:
        name: for people, and part of every seed.
        folder: below STORES; a file where the sample is one document.
        opened: what is opened, below the folder; "" for the folder itself.
        keys: where a document stands in a file of several, from its top.
    """

    name: str
    folder: str
    opened: str
    form: Form
    keys: tuple[str, ...] = ()

    @cached_property
    def files(self) -> Files:
        """All files of the sample as they are stored."""
        source = STORES / self.folder
        if source.is_file():
            return {self.opened: _part_of(source.read_bytes(), self.keys)}
        found = {
            path.relative_to(source).as_posix(): path.read_bytes()
            for path in sorted(source.rglob("*"))
            # The index of a log belongs to the processes that had it open, not to the store.
            if path.is_file() and not path.name.endswith("-shm")
        }
        large = {Path(name).stem for name, data in found.items() if _is_large_session(name, data)}
        return {name: data for name, data in found.items() if not any(session in name for session in large)}

    @cached_property
    def closed(self) -> Files:
        """All files, with the log of the database written back into it."""
        log = f"{self.opened}-wal"
        if self.form is not Form.DATABASE or not self.files.get(log):
            return {name: data for name, data in self.files.items() if name != log}
        with tempfile.TemporaryDirectory(prefix="burrow-mutants-") as folder:
            main = Path(folder) / "main.sqlite3"
            main.write_bytes(self.files[self.opened])
            Path(f"{main}-wal").write_bytes(self.files[log])
            with closing(sqlite3.connect(main)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            closed = main.read_bytes()
        return {name: data for name, data in self.files.items() if name != log} | {self.opened: closed}

    @property
    def has_log(self) -> bool:
        """Whether the sample was copied with a log that holds something."""
        return bool(self.files.get(f"{self.opened}-wal"))


def _realms() -> tuple[Sample, ...]:
    databases = [
        ("0.6.24-rich", "realm-0.6.24-rich/atlas"),
        ("0.6.24-live-wal", "realm-0.6.24-live-wal/tide"),
        ("0.6.24-rkat", "realm-0.6.24-rkat/realm"),
        ("0.6.24-running", "realm-0.6.24-running/realm"),
        ("0.6.24-rewritten", "realm-0.6.24-rkat-rewritten/realm"),
        ("0.6.24-server", "realm-0.6.24-rkat-server/realm"),
        ("0.6.24-crashed", "realm-0.6.24-crashed/realm"),
        ("0.6.24-bridged", "realm-0.6.24-bridged-by-0.9.8/realm"),
        ("0.6.34", "realm-0.6.34-rkat/realm"),
        ("0.7.5", "realm-0.7.5/attempted-turn"),
        ("0.7.5-empty", "realm-0.7.5/bootstrap-only"),
        ("0.7.24", "realm-0.7.24-rkat/realm"),
        ("0.7.28-fixture", "realm-0.7.28/attempted-turn"),
        ("0.7.28-empty", "realm-0.7.28/bootstrap-only"),
        ("0.7.28", "realm-0.7.28-rkat/realm"),
        ("0.8.10", "realm-0.8.10"),
        ("0.8.26", "realm-0.8.26-rkat/realm"),
        ("0.8.50", "store-0.8.50-rotated"),
        ("0.9.8", "realm-0.9.8-rkat/realm"),
        ("0.9.8-crashed", "realm-0.9.8-crashed/realm"),
    ]
    documents = [
        ("base-document", ("base_session_json",)),
        ("two-commits-document", ("two_commit_chain", "session")),
        ("legacy-document", ("legacy_v1_without_created_at", "input")),
        ("old-metadata-document", ("migrations_spliced", "session_hot_swap_identity_mixed.json", "input")),
    ]
    return (
        *(Sample(name, folder, "sessions.sqlite3", Form.DATABASE) for name, folder in databases),
        Sample("0.9.3-whole-blob", "store-0.9.3-whole-blob", "runtime.sqlite", Form.DATABASE),
        Sample("0.6.24-jsonl", "realm-0.6.24-jsonl/ledgers", "", Form.JSONL),
        Sample("0.6.24-rkat-jsonl", "realm-0.6.24-rkat-jsonl/realm", "", Form.JSONL),
        Sample("0.8.8-document", "v0_8_8_slim_session.json", "session.json", Form.DOCUMENT),
        *(Sample(name, VECTORS, "session.json", Form.DOCUMENT, keys) for name, keys in documents),
    )


SAMPLES = _realms()

MAX_SESSION_BYTES = 32 * 1024
"""A session that is a file is left out where it is larger: many mutants of small ones find more than a few of large."""


def _is_large_session(name: str, data: bytes) -> bool:
    return name.startswith("sessions_jsonl/") and name.endswith(".jsonl") and len(data) > MAX_SESSION_BYTES


def _part_of(data: bytes, keys: tuple[str, ...]) -> bytes:
    """One document of a file that holds several: as it stands there, or in the compact spelling."""
    if not keys:
        return data
    value = json.loads(data)
    for key in keys:
        value = value[key]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def read_only_copy(data: bytes) -> sqlite3.Connection:
    """A database in memory with these bytes; to be closed by the caller.

    Raises:
        sqlite3.Error: they are none.
    """
    unlogged = bytearray(data)
    unlogged[READ_FORMATS] = b"\x01\x01"
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.deserialize(bytes(unlogged))
    except BaseException:
        connection.close()
        raise
    return connection


def bytes_of(connection: sqlite3.Connection) -> bytes:
    """The file that a database in memory stands for, marked as one with a log, as all of the samples are."""
    data = bytearray(connection.serialize())
    data[READ_FORMATS] = b"\x02\x02"
    return bytes(data)
