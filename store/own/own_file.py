"""A durable SQLite file of ours: migrated step by step, put aside when damaged, left alone when a newer one wrote it.

Every change is on the disk before the call returns. Thread-safe; holds no connection between calls, but inside
`kept_open`. One object a file and process: POSIX drops a process's locks on a file when any descriptor of it is closed,
so that two objects could take each other's locks away.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import BurrowError
from store.paths import OwnPaths
from store.syncing import sync_folder

T = TypeVar("T")

BUSY_TIMEOUT_S = 5.0
BUSY_PAUSE_S = 0.02
SIDE_FILES = ("-journal", "-wal", "-shm")
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})

Step = Sequence[str]
"""Statements that make one version of the tables out of the one before."""


class OwnFile:
    """One durable SQLite file of ours."""

    def __init__(
        self,
        paths: OwnPaths,
        file: Path,
        steps: Sequence[Step],
        unusable: Callable[[str, str], BurrowError],
        pragmas: Sequence[str] = (),
    ) -> None:
        """Name the file; nothing is opened or created.

        Args:
            file: in one of our folders.
            steps: step n makes version n + 1 out of version n; a step is never changed once it was released.
            unusable: makes the error that is raised when it cannot be read or written, of a sentence's beginning
                ("cannot be read or written (OSError)") and an advice.
            pragmas: the form of the file, given to it while it has no tables.
        """
        self._paths = paths
        self._file = file
        self._steps = steps
        self._unusable = unusable
        self._pragmas = tuple(pragmas)
        self._lock = threading.Lock()
        self._keeper_count = 0
        self._kept: sqlite3.Connection | None = None

    @property
    def file(self) -> Path:
        """Where it lies."""
        return self._file

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep one connection for all transactions of the block, of any thread: many small ones are quick then."""
        with self._lock:
            self._keeper_count += 1
        try:
            yield
        finally:
            with self._lock:
                self._keeper_count -= 1
                if not self._keeper_count:
                    self._close_kept()

    def transact(self, work: Callable[[sqlite3.Connection], T], token: CancelToken) -> T:
        """Let a function work in one immediate transaction, with the tables of our version; all of it or nothing.

        The file is made where there is none; a damaged one is put aside under another name, and a new one begun.

        Raises:
            BurrowError: the file cannot be read or written, or a newer Burrow wrote it.
            Cancelled: the token was cancelled; nothing was written.
        """
        may_wait("read or write a file of Burrow")
        with self._lock:
            for _ in range(2):
                token.check()
                try:
                    return self._attempt(work, token)
                except sqlite3.DatabaseError as error:
                    if (getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF) not in DAMAGED:
                        raise self._failed(error) from error
                    self._put_aside()
                except OSError as error:
                    raise self._failed(error) from error
        raise self._failed(None)

    def shrink(self, pages: int, token: CancelToken) -> None:
        """Give free pages of the file back to the disk, so many at once; for a file with incremental vacuum and a log.

        Raises:
            BurrowError: the file cannot be written.
        """
        may_wait("shrink a file of Burrow")
        with self._lock:
            try:
                with self._opened() as connection:
                    before = -1
                    while before != (left := connection.execute("PRAGMA freelist_count").fetchone()[0]) and left:
                        token.check()
                        connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()
                        before = left
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except (sqlite3.Error, OSError) as error:
                raise self._failed(error) from error

    def _attempt(self, work: Callable[[sqlite3.Connection], T], token: CancelToken) -> T:
        if not self._file.exists():
            self._paths.made(self._file.parent)
            # Made with its mode before SQLite writes into it. Not opened when it is there: see the head of this module.
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            sync_folder(self._file.parent)
        with self._opened() as connection, token.interrupting(connection):
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._migrate(connection)
                result = work(connection)
                token.check()
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            return result

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if not self._keeper_count:
            with closing(self._connect()) as connection:
                yield connection
            return
        if self._kept is None:
            self._kept = self._connect()
        yield self._kept

    def _connect(self) -> sqlite3.Connection:
        uri = f"{self._file.as_uri()}?mode=rw"
        connection = sqlite3.connect(
            uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA synchronous = FULL").fetchall()
            self._give_form(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_form(self, connection: sqlite3.Connection) -> None:
        """Give a file without tables its form. Beside another process that does the same, SQLite refuses at once."""
        until_s = time.monotonic() + BUSY_TIMEOUT_S
        while self._pragmas and not _version(connection):
            try:
                for pragma in self._pragmas:
                    connection.execute(pragma).fetchall()
                return
            except sqlite3.OperationalError as error:
                if (error.sqlite_errorcode & 0xFF) != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                    raise
                time.sleep(BUSY_PAUSE_S)

    def _close_kept(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Bring the tables to our version, inside the transaction that needs them."""
        version = _version(connection)
        if version > len(self._steps):
            raise self._unusable(
                "were written by a newer Burrow; they are left as they are", "Use the newer version of Burrow."
            )
        for step in self._steps[version:]:
            for statement in step:
                connection.execute(statement)
        if version < len(self._steps):
            connection.execute(f"PRAGMA user_version = {len(self._steps)}")

    def _put_aside(self) -> None:
        """Rename a file that cannot be read, with what belongs to it, to the first free name."""
        self._close_kept()
        number = 1
        while (aside := self._file.with_name(f"{self._file.stem}-damaged-{number}{self._file.suffix}")).exists():
            number += 1
        try:
            self._file.rename(aside)
            for ending in SIDE_FILES:
                side = self._file.with_name(self._file.name + ending)
                if side.exists():
                    side.rename(Path(f"{aside}{ending}"))
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception | None) -> BurrowError:
        reason = f" ({type(error).__name__})" if error is not None else ""
        return self._unusable(
            f"cannot be read or written{reason}",
            "Check that Burrow's data folder can be written and that the disk is not full.",
        )


def _version(connection: sqlite3.Connection) -> int:
    """Of the tables; 0 where there are none yet."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
