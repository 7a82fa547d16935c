"""The record of changes: what is intended, with the exact bytes of before, what became of it, and what undid it.

One SQLite file of ours. An intent is on the disk before anything is written into a store; whatever is learned after
that may come later, since a change that was cut off is decided by looking at the store. Thread-safe; a damaged file is
put aside, one of a newer Burrow is left alone, and then nothing may be changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Image
from store.errors import BurrowError
from store.guarded.image_form import packed, unpacked
from store.guarded.journal_tables import PRAGMAS, STEPS, Stage
from store.guarded.request_form import refusal_text, request_text
from store.own.own_file import OwnFile
from store.paths import OwnPaths
from store.values.changes import FilePlan, Refusal, RefusalCode, Request, RowPlan, Scope, SessionPlan
from store.values.store import StoreKey

T = TypeVar("T")


class ChangesUnusable(BurrowError):
    """The record of changes cannot be read or written now; nothing is changed without it."""

    code = "changes-unusable"


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of a change before its first session.

    Attributes:
        sessions: (id, title, why it is refused already) of each one that was asked for, in their order, each once.
        undoes: the receipt that is taken back; "" if it is no undo.
        brings_back: what is taken back is no undo itself: of a deletion, that sessions come back.
    """

    receipt_id: str
    at_ms: int
    request: Request
    scope: Scope
    store: StoreKey
    store_name: str
    sessions: tuple[tuple[str, str, Refusal | None], ...]
    undoes: str = ""
    brings_back: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one session of a change."""

    position: int
    stage: Stage
    refusal: Refusal | None = None
    is_settled: bool = False


class Journal:
    """The record of changes."""

    def __init__(self, paths: OwnPaths) -> None:
        """Name the file; nothing is opened or created."""
        self._file = OwnFile(paths, paths.changes_file, STEPS, _unusable, PRAGMAS)

    @property
    def is_there(self) -> bool:
        """Whether anything was ever recorded."""
        may_wait("look for the record of changes")
        return self._file.file.exists()

    def problem(self, token: CancelToken) -> Refusal | None:
        """Why nothing may be changed now: the record cannot be written. Nothing is created by asking."""
        may_wait("look at the record of changes")
        if not self.is_there:
            return None
        try:
            self.read(lambda _connection: None, token)
        except ChangesUnusable as error:
            return Refusal(RefusalCode.CANNOT_WRITE, error.sentence, error.advice)
        return None

    def kept_open(self) -> AbstractContextManager[None]:
        """Keep one connection for what follows: many small transactions are quick then."""
        return self._file.kept_open()

    def read(self, work: Callable[[sqlite3.Connection], T], token: CancelToken) -> T:
        """Let a function work in one transaction. Raises ChangesUnusable, Cancelled."""
        may_wait("read the receipts of changes")
        return self._file.transact(work, token)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Let a function work in one transaction that nobody can cancel: what it says has happened already.

        Raises:
            ChangesUnusable: it cannot be written.
        """
        return self._file.transact(work, CancelToken())

    def begin(self, opening: Opening) -> int:
        """Record what is asked for, before anything is done; its number."""
        may_wait("record a change")
        return self.write(lambda connection: _insert_receipt(connection, opening))

    def intend(
        self,
        number: int,
        position: int,
        planned: SessionPlan,
        made_id: str,
        image: Image,
        decided: Sequence[Decided] = (),
    ) -> None:
        """Record that a session is about to be changed, with what it is now; on the disk when the call returns.

        Args:
            decided: what became of earlier sessions, written on the way.
        """
        may_wait("record a change")
        description, contents = packed(image)
        size_bytes = image.size_bytes()

        def work(connection: sqlite3.Connection) -> None:
            _insert_decided(connection, number, decided)
            connection.execute("INSERT INTO images VALUES (?, ?, ?, ?)", (number, position, size_bytes, description))
            connection.executemany("INSERT OR IGNORE INTO contents VALUES (?, ?)", contents.items())
            names = [(number, position, digest) for digest in contents]
            connection.executemany("INSERT INTO image_contents VALUES (?, ?, ?)", names)
            _insert_intent(connection, number, position, planned, made_id, image)

        self.write(work)

    def decide(self, number: int, decided: Sequence[Decided]) -> None:
        """Record what became of sessions."""
        may_wait("record a change")
        if decided:
            self.write(lambda connection: _insert_decided(connection, number, decided))

    def note_backup(self, number: int, file: str) -> None:
        """Record which copy of the whole store was made before a change."""
        may_wait("record a change")
        update = "UPDATE receipts SET store_backup = ? WHERE number = ?"
        self.write(lambda connection: connection.execute(update, (stored(file), number)))

    def close(self, number: int, decided: Sequence[Decided], is_cancelled: bool, took_ms: int) -> None:
        """Record the end of a change. What was never begun is not done; what is not decided keeps it open."""
        may_wait("record a change")

        def work(connection: sqlite3.Connection) -> None:
            _insert_decided(connection, number, decided)
            connection.execute(
                "UPDATE entries SET stage = ? WHERE receipt = ? AND stage = ?", (Stage.NOT_DONE, number, Stage.ASKED)
            )
            connection.execute(
                "UPDATE receipts SET is_cancelled = ?, took_ms = ?, is_open = EXISTS (SELECT 1 FROM entries"
                " WHERE receipt = number AND stage = ?) WHERE number = ?",
                (is_cancelled, took_ms, Stage.INTENDED, number),
            )

        self.write(work)

    def is_open(self, number: int, token: CancelToken) -> bool:
        """Whether a change was begun and not closed."""
        may_wait("read a record of a change")
        select = "SELECT is_open FROM receipts WHERE number = ?"
        return bool(self.read(lambda connection: connection.execute(select, (number,)).fetchone()[0], token))

    def shrink(self, pages: int, token: CancelToken) -> None:
        """Give the room of what was removed back to the disk. Raises ChangesUnusable, Cancelled."""
        self._file.shrink(pages, token)

    def image(self, number: int, position: int, token: CancelToken) -> Image | None:
        """What is kept of a session as it was before a change; None if nothing is, or not any more."""
        may_wait("read an image of a session")
        return self.read(lambda connection: _read_image(connection, number, position), token)


def _insert_receipt(connection: sqlite3.Connection, opening: Opening) -> int:
    request = request_text(opening.request)
    cursor = connection.execute(
        "INSERT INTO receipts VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, 0, 1)",
        (
            opening.receipt_id, opening.at_ms, stored(opening.store.path), _storable(opening.store_name), opening.scope,
            opening.request.action, request, opening.undoes,
        ),
    )  # fmt: skip
    number = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, 0, '', '', 0, 0, 0, 0, '')",
        [
            (
                number, position, stored(session_id), _storable(title),
                Stage.ASKED if refusal is None else Stage.NOT_DONE, refusal_text(refusal),
            )
            for position, (session_id, title, refusal) in enumerate(opening.sessions)
        ],
    )  # fmt: skip
    return number


def _insert_intent(
    connection: sqlite3.Connection, number: int, position: int, planned: SessionPlan, made_id: str, image: Image
) -> None:
    parts: tuple[RowPlan | FilePlan, ...] = (*planned.rows, *planned.files)
    connection.execute(
        "UPDATE entries SET stage = ?, revision_before = ?, revision_after = ?, row_count = ?, file_count = ?,"
        " before_bytes = ?, after_bytes = ?, made_id = ? WHERE receipt = ? AND position = ?",
        (
            Stage.INTENDED, planned.revision_before, planned.revision_after, len(image.rows), len(image.files),
            sum(part.before_bytes or 0 for part in parts), sum(part.after_bytes or 0 for part in parts), made_id,
            number, position,
        ),
    )  # fmt: skip


def _insert_decided(connection: sqlite3.Connection, number: int, decided: Sequence[Decided]) -> None:
    for one in decided:
        connection.execute(
            "UPDATE entries SET stage = ?, refusal = ?, is_settled = ? WHERE receipt = ? AND position = ?",
            (one.stage, refusal_text(one.refusal), one.is_settled, number, one.position),
        )
        if one.stage is Stage.NOT_DONE:
            forget_image(connection, number, one.position)
        elif one.stage is Stage.DONE:
            _link_undo(connection, number, one.position)


def _link_undo(connection: sqlite3.Connection, number: int, position: int) -> None:
    """Say of what a finished undo took back that it is undone; if that was an undo itself, what it undid holds again.

    A chain ends where a change was no undo.
    """
    for stage, is_taken_back in _alternating():
        found = connection.execute(
            "SELECT older.number, older_entry.position, newer.receipt_id FROM receipts AS newer"
            " JOIN entries AS entry ON entry.receipt = newer.number"
            " JOIN receipts AS older ON older.receipt_id = newer.undoes"
            " JOIN entries AS older_entry ON older_entry.receipt = older.number"
            " AND older_entry.session_id = entry.session_id"
            " WHERE newer.number = ? AND entry.position = ?",
            (number, position),
        ).fetchone()
        if found is None:
            return
        number, position, receipt_id = found
        connection.execute("UPDATE entries SET stage = ? WHERE receipt = ? AND position = ?", (stage, number, position))
        still_undone = connection.execute(
            "SELECT 1 FROM entries WHERE receipt = ? AND stage = ?", (number, Stage.UNDONE)
        ).fetchone()
        undone_by = receipt_id if is_taken_back else None
        if undone_by or not still_undone:
            connection.execute("UPDATE receipts SET undone_by = ? WHERE number = ?", (undone_by or "", number))


def _alternating() -> Iterator[tuple[Stage, bool]]:
    while True:
        yield Stage.UNDONE, True
        yield Stage.DONE, False


def forget_image(connection: sqlite3.Connection, number: int, position: int) -> None:
    """Drop an image, and the contents that no other one names."""
    connection.execute("DELETE FROM images WHERE receipt = ? AND position = ?", (number, position))
    where = "FROM image_contents WHERE receipt = ? AND position = ?"
    digests = connection.execute(f"SELECT digest {where}", (number, position)).fetchall()
    connection.execute(f"DELETE {where}", (number, position))
    connection.executemany(
        "DELETE FROM contents WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM image_contents WHERE digest = ?1)",
        digests,
    )


def _read_image(connection: sqlite3.Connection, number: int, position: int) -> Image | None:
    found = connection.execute(
        "SELECT description FROM images WHERE receipt = ? AND position = ?", (number, position)
    ).fetchone()
    if found is None:
        return None

    def content_of(digest: bytes) -> bytes:
        data: bytes = connection.execute("SELECT data FROM contents WHERE digest = ?", (digest,)).fetchone()[0]
        return data

    return unpacked(found[0], content_of)


def stored(name: str) -> str | bytes:
    """An id or a path as it is kept: text, and as bytes what is no Unicode."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass")
    return name


def named(kept: str | bytes) -> str:
    """The id or path that was kept."""
    return kept if isinstance(kept, str) else kept.decode("utf-8", "surrogatepass")


def _storable(text: str) -> str:
    """Without what UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode()


def _unusable(problem: str, advice: str) -> ChangesUnusable:
    return ChangesUnusable(f"The receipts of changes {problem}.", advice)
