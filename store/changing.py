"""The protocol by which a system lets its stores be changed; what goes through it is kept and undone in `guarded`.

A system says what a change *is*: which rows and files, under which rules, with which bytes. It keeps nothing. The
guarded path says how any change is *applied*: intent with the image of before, commit, verification, receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Protocol, TypeAlias

from store.cancel import CancelToken
from store.values.changes import Plan, Refusal, Request, SessionPlan

Value: TypeAlias = int | float | str | bytes | None
"""What a column of SQLite holds, with its storage class."""

Columns: TypeAlias = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class RowImage:
    """One row of a store before and after a change.

    Attributes:
        key: names and values of its primary key.
        before: all columns; None where there was no row.
        after_digest: `image_digest` of all columns; None where there is no row afterwards.
    """

    table: str
    key: Columns
    before: Columns | None
    after_digest: str | None


@dataclass(frozen=True, slots=True)
class FileImage:
    """One file beside a store before and after a change.

    Attributes:
        path: relative to the store's folder, with slashes; that of a folder ends with one, and its bytes are b"".
        before: its bytes; None where there was no file.
        mode: permission bits.
        after_digest: "sha256:…" of its bytes; None where there is no file afterwards.
        mtime_ns: when it was last changed, nanoseconds since 1970; of the file that is there before, or afterwards.
    """

    path: str
    before: bytes | None
    mode: int
    after_digest: str | None
    mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Image:
    """Everything of one session that a change touches; nothing else is touched."""

    rows: tuple[RowImage, ...]
    files: tuple[FileImage, ...] = ()

    def size_bytes(self) -> int:
        """How many bytes it keeps."""
        rows = sum(columns_bytes(row.before) for row in self.rows if row.before is not None)
        return rows + sum(len(file.before or b"") for file in self.files)


class ImageState(Enum):
    """How a store compares with an image."""

    BEFORE = auto()
    AFTER = auto()
    PARTLY = auto()
    """Its rows are as afterwards, its files not all yet: the change was cut off behind its commit."""

    NEITHER = auto()


class Step(Protocol):
    """One change of one session inside its open transaction; nothing is written to the store before `commit`.

    Belongs to the thread that began it. Whoever begins one ends it with `commit` or `roll_back`.
    """

    @property
    def image(self) -> Image:
        """What it touches, exact; read in this transaction."""
        ...

    @property
    def planned(self) -> SessionPlan:
        """What it does, as a plan made now; equal to the plan that it was begun with."""
        ...

    @property
    def made_id(self) -> str:
        """Id of the session that it makes; "" if it makes none."""
        ...

    def commit(self) -> None:
        """Write the rows, end the transaction, then change the files. Raises ChangeRefused: nothing was written."""
        ...

    def roll_back(self) -> None:
        """End the transaction without a change; harmless after an end."""
        ...


class Writing(Protocol):
    """One store that is open to be written, on one thread."""

    def back_up(self, target: Path, token: CancelToken) -> None:
        """Copy the whole database to a new file, through SQLite's backup interface. Raises ChangeRefused."""
        ...

    def begin(self, request: Request, planned: SessionPlan, token: CancelToken) -> Step:
        """Begin the transaction of one session, read it again and ask every rule.

        Raises:
            ChangeRefused: a rule forbids it, or the session is not what was planned on (CHANGED_SINCE_PLAN).
        """
        ...

    def begin_undo(self, session_id: str, request: Request, image: Image, token: CancelToken) -> Step:
        """Begin a transaction that puts back what an image keeps.

        Raises:
            ChangeRefused: a rule forbids it, or the session is not any more what the change made of it (MOVED_ON).
        """
        ...

    def verify(self, image: Image) -> None:
        """Read a session again, not on the connection that wrote it, and compare it with what was to be made of it.

        Raises:
            ChangeRefused: it is not so (VERIFY_FAILED).
        """
        ...


class Changing(Protocol):
    """How one store is changed. Thread-safe; holds nothing open between calls."""

    def plan(self, request: Request, session_ids: Sequence[str], token: CancelToken) -> Plan:
        """Say what a request would do; reads only, the way looking reads. Sessions in the order given."""
        ...

    def writing(self, token: CancelToken) -> AbstractContextManager[Writing]:
        """Open the store to be written. Raises ChangeRefused where that is not possible."""
        ...

    def compare(self, image: Image, token: CancelToken) -> ImageState:
        """Compare the store with an image; reads only, the way looking reads. Raises OpenError."""
        ...

    def undo_refusal(self, session_id: str, request: Request, image: Image, token: CancelToken) -> Refusal | None:
        """Why `begin_undo` would be refused now; None when it would not. Reads only. Raises OpenError."""
        ...

    def finish(self, image: Image, token: CancelToken) -> None:
        """Bring the files of a PARTLY written change to what they are afterwards. Raises ChangeRefused."""
        ...


def columns_bytes(columns: Columns) -> int:
    """Stored bytes of the values of a row: texts in UTF-8, 8 for a number, none for NULL."""
    return sum(value_bytes(value) for _, value in columns)


def value_bytes(value: Value) -> int:
    """Stored bytes of one value, as `columns_bytes` counts them."""
    if value is None:
        return 0
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    return len(value) if isinstance(value, bytes) else 8


def image_digest(columns: Columns) -> str:
    """Name the values of a row: "sha256:" over each column's name, storage class, length and bytes."""
    digest = hashlib.sha256()
    for name, value in columns:
        kind, data = _stored(value)
        digest.update(b"%s\0%s%d\0" % (name.encode(), kind, len(data)))
        digest.update(data)
    return f"sha256:{digest.hexdigest()}"


def _stored(value: Value) -> tuple[bytes, bytes]:
    if value is None:
        return b"n", b""
    if isinstance(value, bytes):
        return b"b", value
    if isinstance(value, str):
        return b"t", value.encode("utf-8", "surrogatepass")
    if isinstance(value, int):
        return b"i", str(value).encode()
    return b"f", value.hex().encode()
