"""A store of a real Meerkat, open to be written on one thread (architecture.md "Writing", formats/meerkat.md §3.10).

The one place of Burrow where a user's database is opened for writing. It is never created, its journal mode stays what
it is, and each session has an IMMEDIATE transaction of its own in which every rule is asked again.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Image
from store.errors import ChangeRefused, OpenError
from store.meerkat.generation import Layout, recognise
from store.meerkat.heads.trust import needs_trust
from store.meerkat.outside.blob_users import BlobUsers
from store.meerkat.outside.family import Family, family_of
from store.meerkat.outside.layout_rule import layout_refusal
from store.meerkat.outside.lease_rule import lease_refusal
from store.meerkat.outside.proving import prove_written
from store.meerkat.outside.refusals import (
    CHANGED_SINCE_PLAN,
    HIDE_HERE,
    in_words_of_a_refusal,
    not_written,
    refusal_of_open,
    refuse,
    replaced,
)
from store.meerkat.outside.rows import read_stored, text_or_bytes
from store.meerkat.outside.session_change import Circumstances, SessionChange, change_of
from store.meerkat.outside.step import SessionStep
from store.opening.connect import GUARDS
from store.opening.fence import shared_fence
from store.opening.gate import FileId, writing_to
from store.syncing import sync
from store.values.changes import Action, RefusalCode, Request, SessionPlan

BUSY_TIMEOUT_S: Final = 5.0
"""As long as the products themselves wait for a lock up to 0.7.28."""

_TURN_S: Final = 0.1
"""A lock is waited for in turns of this length, so that a cancelled wait ends."""

_PAGES: Final = 2_000
"""Pages of a backup between two looks at the token."""


@contextmanager
def open_to_write(
    main: Path, file_id: FileId, timeout_s: float, blobs: BlobUsers, token: CancelToken
) -> Iterator[StoreWriting]:
    """Open a store for the time of the block, under its maintenance fence.

    Args:
        file_id: of the file that was looked at; another one in its place is refused.
        timeout_s: how long a lock is waited for.
        blobs: what is known already of who refers to the pictures of the realm.

    Raises:
        ChangeRefused: it cannot be written.
    """
    may_wait("write to a store")
    try:
        with writing_to(main, token) as found_id:
            if found_id != file_id:
                raise replaced(main)
            if not os.access(main, os.W_OK) or not os.access(main.parent, os.W_OK):
                # SQLite would open it to read instead, and leave a log with its index beside it.
                raise refuse(RefusalCode.READ_ONLY, "The system does not let us write the database.", HIDE_HERE)
            with shared_fence(main), closing(connect_to_write(main, timeout_s)) as connection:
                writing = StoreWriting(main, file_id, connection, timeout_s, blobs)
                writing.prove_place()
                try:
                    yield writing
                finally:
                    writing.close()
    except OpenError as error:
        raise ChangeRefused(refusal_of_open(error)) from error
    except OSError as error:
        raise not_written(error, main) from error


def connect_to_write(main: Path, timeout_s: float) -> sqlite3.Connection:
    """A connection that may write to a database that is there; it is never made. Raises ChangeRefused."""
    with in_words_of_a_refusal():
        connection = sqlite3.connect(f"{main.as_uri()}?mode=rw", uri=True, timeout=timeout_s, isolation_level=None)
    try:
        with in_words_of_a_refusal():
            for guard in (*GUARDS, "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=OFF"):
                connection.execute(guard)
        connection.text_factory = text_or_bytes
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_prove(main: Path, timeout_s: float) -> sqlite3.Connection:
    """A connection on which what was written is read again; it writes nothing. Raises ChangeRefused.

    It could write: the last connection to a database tidies up behind itself, and one that cannot leaves its log there.
    """
    connection = connect_to_write(main, timeout_s)
    try:
        with in_words_of_a_refusal():
            connection.execute("PRAGMA query_only=ON")
    except BaseException:
        connection.close()
        raise
    return connection


class StoreWriting:
    """One store that is open to be written; belongs to the thread that opened it."""

    def __init__(
        self, main: Path, file_id: FileId, connection: sqlite3.Connection, timeout_s: float, blobs: BlobUsers
    ) -> None:
        self._main = main
        self._file_id = file_id
        self._connection = connection
        self._timeout_s = timeout_s
        self._step: SessionStep | None = None
        self._known: tuple[int, Layout, Family] | None = None
        self._blobs = blobs
        self._written: int | None = None
        self._proving: sqlite3.Connection | None = None

    def back_up(self, target: Path, token: CancelToken) -> None:
        """Copy the whole database to a new file, through SQLite's backup interface.

        Raises:
            ChangeRefused: NO_BACKUP or NO_SPACE; nothing is left at `target`.
        """
        may_wait("back up a store")
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise refuse(
                RefusalCode.NO_BACKUP, f"No backup could be made: {error.strerror}.", "Check the disk."
            ) from error
        try:
            self._copy_to(target, token)
        except BaseException:
            for ending in ("", "-wal", "-shm", "-journal"):
                target.with_name(target.name + ending).unlink(missing_ok=True)
            raise

    def begin(self, request: Request, planned: SessionPlan, token: CancelToken) -> SessionStep:
        """Begin the transaction of one session, read it again and ask every rule. Raises ChangeRefused."""

        def make() -> SessionChange:
            change = self._change(request, planned, token)
            if change.planned.refusal is not None:
                raise ChangeRefused(change.planned.refusal)
            if change.planned.state != planned.state:
                raise ChangeRefused(CHANGED_SINCE_PLAN)
            return change

        if planned.refusal is not None:
            raise ChangeRefused(planned.refusal)
        return self._begin(make, token)

    def begin_undo(
        self,
        session_id: str,
        request: Request,  # noqa: ARG002 - rows and files are put back alike
        image: Image,
        token: CancelToken,
    ) -> SessionStep:
        """Begin a transaction that puts back what an image keeps. Raises ChangeRefused."""
        from store.meerkat.outside.undoing import undo_change

        def make() -> SessionChange:
            change = undo_change(self._connection, session_id, image, self._circumstances(token))
            if change.planned.refusal is not None:
                raise ChangeRefused(change.planned.refusal)
            return change

        return self._begin(make, token)

    def verify(self, image: Image) -> None:
        """Read a session again, on a connection of its own, and compare it with what was to be made of it.

        The connection is kept for the sessions that follow; SQLite reads what was written since then from the files.

        Raises:
            ChangeRefused: it is not so (VERIFY_FAILED), or another file stands in the store's place.
        """
        may_wait("read a store")
        self.prove_place()
        if self._proving is None:
            self._proving = connect_to_prove(self._main, self._timeout_s)
        try:
            prove_written(self._proving, self._main.parent, image)
        except OSError as error:
            # Not for whoever opened the store: this session is written, and must not be told as one that was refused.
            raise refuse(RefusalCode.VERIFY_FAILED, "Files of the session could not be read again.") from error

    def close(self) -> None:
        """Give up what was begun and not ended, and whatever reads again."""
        self.end()
        if self._proving is not None:
            self._proving.close()
            self._proving = None

    def end(self) -> None:
        """Give up what was begun and not ended."""
        if self._step is not None:
            self._step.roll_back()
            self._step = None

    def prove_place(self) -> None:
        """Raise ChangeRefused where another file stands under the path of the store."""
        try:
            status = self._main.stat()
        except OSError as error:
            raise not_written(error, self._main) from error
        if (status.st_dev, status.st_ino) != self._file_id:
            raise replaced(self._main)

    def _begin(self, make: Callable[[], SessionChange], token: CancelToken) -> SessionStep:
        may_wait("write to a store")
        self.end()
        self._begin_transaction(token)
        try:
            with in_words_of_a_refusal():
                self.prove_place()
                self._ask_rules()
                change = make()
            self._step = SessionStep(self._connection, self._main.parent, change, self.prove_place)
            return self._step
        except BaseException:
            if self._connection.in_transaction:  # on some errors SQLite has rolled back itself
                self._connection.execute("ROLLBACK")
            raise

    def _begin_transaction(self, token: CancelToken) -> None:
        """Take the write lock; a wait for it ends when the token is cancelled."""
        until_s = time.monotonic() + self._timeout_s
        with in_words_of_a_refusal():
            self._connection.execute(f"PRAGMA busy_timeout={int(min(_TURN_S, self._timeout_s) * 1000)}")
            try:
                while True:
                    try:
                        self._connection.execute("BEGIN IMMEDIATE")
                        return
                    except sqlite3.OperationalError as error:
                        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until_s:
                            raise
                    token.check()
            finally:
                self._connection.execute(f"PRAGMA busy_timeout={int(self._timeout_s * 1000)}")

    def _ask_rules(self) -> None:
        """The rules of the store as a whole. Raises ChangeRefused."""
        lease = lease_refusal(self._main)
        if lease is not None:
            raise ChangeRefused(lease)
        written = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if self._written is not None and written != self._written:
            self._blobs.forget()
        self._written = written
        version = self._connection.execute("PRAGMA schema_version").fetchone()[0]
        if self._known is not None and self._known[0] == version:
            return
        if needs_trust(self._connection):
            raise refuse(RefusalCode.GENERATION, "The schema of this store runs functions; it is read only.")
        layout = recognise(self._connection, self._main.name)
        refusal = layout_refusal(self._connection, self._main, layout)
        if refusal is not None:
            raise ChangeRefused(refusal)
        self._known = version, layout, family_of(self._connection, layout)

    def _change(self, request: Request, planned: SessionPlan, token: CancelToken) -> SessionChange:
        circumstances = self._circumstances(token)
        whole = request.action is Action.DELETE
        session_id = planned.session_id
        stored = read_stored(self._connection, circumstances.layout, (session_id,), whole=whole)
        return change_of(session_id, stored.get(session_id), request, circumstances, planned.title)

    def _circumstances(self, token: CancelToken) -> Circumstances:
        assert self._known is not None
        _, layout, family = self._known
        return Circumstances(self._main, self._connection, layout, family, time.time_ns(), True, token, self._blobs)

    def _copy_to(self, target: Path, token: CancelToken) -> None:
        def report(_status: int, remaining: int, total: int) -> None:
            token.check()
            token.report(total - remaining, total, "Backing up", "pages")

        try:
            with closing(sqlite3.connect(f"{target.as_uri()}?mode=rw", uri=True, isolation_level=None)) as copy:
                self._connection.backup(copy, pages=_PAGES, progress=report, sleep=0.05)
        except sqlite3.Error as error:
            is_full = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
            code = RefusalCode.NO_SPACE if is_full else RefusalCode.NO_BACKUP
            raise refuse(
                code, "No backup of the store could be made; nothing was changed.", "Check the disk."
            ) from error
        sync(target)
