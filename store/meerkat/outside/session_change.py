"""What one change does to one session: every row and file before and after, computed in one place for plan and deed.

Whoever plans asks with the rows that looking gave, whoever writes with those of the open transaction. The plan of the
one is the plan of the other, so that a plan is computed by the code that applies it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from store.cancel import CancelToken
from store.changing import Columns, FileImage, Image, RowImage, image_digest
from store.errors import ChangeRefused
from store.meerkat.generation import Layout
from store.meerkat.outside.blob_users import BlobUsers
from store.meerkat.outside.family import Family
from store.meerkat.outside.refusals import UNREADABLE
from store.meerkat.outside.rows import Row, StoredSession, Table, row_name
from store.values.changes import FilePlan, Refusal, Request, RowPlan, SessionPlan


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a change of a session depends on beside its rows.

    Attributes:
        main: the store's main file.
        connection: to the state of the store that the rows are of; valid while they are judged.
        family: of the store.
        now_ns: nanoseconds since 1970; the time of the change.
        is_decoded: read whole documents, old and new, as Meerkat does; a plan of very many sessions does not.
        blobs: who refers to the pictures of the realm.
    """

    main: Path
    connection: sqlite3.Connection
    layout: Layout
    family: Family
    now_ns: int
    is_decoded: bool
    token: CancelToken
    blobs: BlobUsers = field(default_factory=BlobUsers)

    @property
    def folder(self) -> Path:
        """The realm."""
        return self.main.parent


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row of a database before and after.

    Attributes:
        before, after: None where there is no row.
    """

    table: Table
    key: Columns
    before: Row | None
    after: Row | None

    def image(self) -> RowImage:
        """What is kept of it."""
        before = None if self.before is None else self.before.columns
        after = None if self.after is None else image_digest(self.after.columns)
        return RowImage(self.table.name, self.key, before, after)

    def plan(self) -> RowPlan:
        """What is shown of it."""
        sizes = (None if row is None else row.size_bytes for row in (self.before, self.after))
        return RowPlan(self.table.name, row_name(self.key), *sizes)


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file or folder beside a database before and after; a folder's path ends with a slash, its bytes are b"".

    Attributes:
        path: relative to the store's folder.
        before, after: None where there is none.
        mode: permission bits, and `mtime_ns` its time: of the one that is there before or afterwards.
        is_first: it is changed before the commit, since what is committed needs it.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int
    mtime_ns: int
    is_first: bool = False

    def image(self) -> FileImage:
        """What is kept of it."""
        return FileImage(self.path, self.before, self.mode, digest_of(self.after), self.mtime_ns)

    def plan(self) -> FilePlan:
        """What is shown of it."""
        sizes = (None if data is None else len(data) for data in (self.before, self.after))
        return FilePlan(self.path, *sizes)


@dataclass(slots=True)
class Made:
    """What an action makes of a session, while it is put together.

    Attributes:
        revision_before, revision_after: as in SessionPlan.
        made_id: of a new session; "" where there is none.
        remarks: complete sentences.
        state: what else was read beside the rows, and names the state that was planned on.
    """

    rows: list[RowChange] = field(default_factory=list)
    files: list[FileChange] = field(default_factory=list)
    revision_before: str | None = ""
    revision_after: str | None = ""
    made_id: str = ""
    remarks: list[str] = field(default_factory=list)
    state: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SessionChange:
    """A change of one session, ready to be applied or shown."""

    planned: SessionPlan
    rows: tuple[RowChange, ...] = ()
    files: tuple[FileChange, ...] = ()
    made_id: str = ""

    def image(self) -> Image:
        """What is kept of it."""
        return Image(tuple(row.image() for row in self.rows), tuple(file.image() for file in self.files))


def digest_of(data: bytes | None) -> str | None:
    """Names the bytes of a file; None where there is none."""
    return None if data is None else f"sha256:{sha256(data).hexdigest()}"


def change_of(
    session_id: str, stored: StoredSession | None, request: Request, circumstances: Circumstances, title: str = ""
) -> SessionChange:
    """Compute what a request does to a session; what forbids it stands in the plan.

    Args:
        stored: its rows; None where the store has none.
        title: what it is called already; "" to find it out.
    """
    # Loaded when something is to be changed: the start of the program needs no rules.
    from store.meerkat.outside.actions import make
    from store.meerkat.outside.rules import refuse_session, title_of_session

    if not title:
        title = title_of_session(stored, circumstances.token) if stored is not None else session_id
    made = Made()
    try:
        whole = refuse_session(session_id, stored)
        make(whole, request, circumstances, made)
    except ChangeRefused as refused:
        return refused_change(session_id, title, refused.refusal)
    except (ValueError, RecursionError):  # what walks or decodes a document that is none
        return refused_change(session_id, title, UNREADABLE)
    planned = SessionPlan(
        session_id,
        title,
        tuple(row.plan() for row in made.rows),
        tuple(file.plan() for file in made.files),
        made.revision_before,
        made.revision_after,
        _state_of(whole, made),
        tuple(made.remarks),
    )
    return SessionChange(planned, tuple(made.rows), tuple(made.files), made.made_id)


def refused_change(session_id: str, title: str, refusal: Refusal) -> SessionChange:
    """A change that is not made."""
    return SessionChange(SessionPlan(session_id, title, refusal=refusal))


def _state_of(stored: StoredSession, made: Made) -> str:
    """Name everything that was read of a session; equal names mean equal bytes."""
    digest = sha256()
    seen: bytes | None = None
    for row in stored.rows:
        digest.update(b"%s\0" % row.table.name.encode())
        for value in row.values:
            if isinstance(value, bytes):
                if seen is not None and value == seen:
                    digest.update(b"=\0")  # both rows hold the same document: it is digested once
                    continue
                if len(value) > 1024:
                    seen = value
                digest.update(b"b%d\0" % len(value))
                digest.update(value)
            elif isinstance(value, str):
                data = value.encode("utf-8", "surrogatepass")
                digest.update(b"t%d\0" % len(data))
                digest.update(data)
            else:
                digest.update(b"%s\0" % repr(value).encode())
    for more in made.state:
        digest.update(b"+%d\0" % len(more))
        digest.update(more)
    return f"sha256:{digest.hexdigest()}"
