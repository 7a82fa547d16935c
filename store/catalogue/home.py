"""Where the catalogue lives: a file of ours that may vanish, be damaged or be of another version at any time.

Thread-safe. Whoever works with it gets a connection for the time of one call. A file that is not right is dropped and
made anew; where none can be had, the catalogue lives in memory until the program ends.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from store.blocking import may_wait
from store.cancel import CancelToken
from store.catalogue.schema import STATEMENTS, VERSION
from store.errors import BurrowError
from store.paths import OwnPaths

T = TypeVar("T")

BUSY_TIMEOUT_S = 10.0
"""Another Burrow may be writing; each of its transactions is much shorter."""

WAIT_S = 0.05
STEPS_BETWEEN_CHECKS = 100_000
CACHE_KIB = 8 * 1024
"""Of a connection; most of what is read is read once, in the order of the file, and the system keeps it anyway."""

CHECKPOINT_PAGES = 4_000
SIDE_FILES = ("", "-wal", "-shm", "-journal")

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_SCHEMA})
NO_PLACE = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_PROTOCOL,
    }
)


class CatalogueUnusable(BurrowError):
    """The catalogue cannot be used now; lists in the order of the files work without it."""

    code = "catalogue-unusable"

    def __init__(self) -> None:
        super().__init__("The catalogue of sessions cannot be used at the moment.", "Try again in a moment.")


class Home:
    """The file of the catalogue, or what stands for it in memory."""

    def __init__(self, paths: OwnPaths) -> None:
        self._paths = paths
        self._file = paths.catalogue_file
        self._lock = threading.RLock()
        self._writing = threading.Lock()
        self._is_ready = False
        self._memory: sqlite3.Connection | None = None
        self._keeper: sqlite3.Connection | None = None
        self._generation = 0

    @property
    def is_in_memory(self) -> bool:
        """Whether no file could be had."""
        return self._memory is not None

    @property
    def generation(self) -> int:
        """Grows each time when the catalogue begins empty."""
        return self._generation

    def read(self, work: Callable[[sqlite3.Connection], T], token: CancelToken) -> T:
        """Let a function read; it may run a second time, on an empty catalogue.

        Raises:
            Cancelled: the token was cancelled, also in the middle of a statement.
            CatalogueUnusable: the catalogue is held by another program for too long.
        """
        return self._run(work, token)

    def write(
        self,
        work: Callable[[sqlite3.Connection], T],
        token: CancelToken,
        stage: Callable[[sqlite3.Connection], None] | None = None,
    ) -> T:
        """Let a function write, in one transaction, alone; it may run a second time, on an empty catalogue.

        Args:
            stage: runs before, on the same connection; puts what takes long to get into temporary tables, so that
                nobody waits for it.

        Raises:
            Cancelled, CatalogueUnusable: as `read`; nothing was written.
        """

        def staged(connection: sqlite3.Connection) -> T:
            if stage is not None:
                stage(connection)
            with self._transaction(connection, token):
                return work(connection)

        return self._run(staged, token)

    def write_in_steps(
        self, work: Callable[[sqlite3.Connection, Callable[[], AbstractContextManager[None]]], T], token: CancelToken
    ) -> T:
        """Let a function write in transactions that it begins and ends itself, each of them short.

        Raises:
            Cancelled, CatalogueUnusable: as `read`; what was committed before stays.
        """
        return self._run(lambda connection: work(connection, lambda: self._transaction(connection, token)), token)

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection, token: CancelToken) -> Iterator[None]:
        """Write alone for the time of the block."""
        with held(self._writing, token):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                token.check()
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Let go of what is held; a later call begins anew."""
        with self._lock:
            memory, self._memory = self._memory, None
            self._is_ready = False
            self._dismiss_keeper()
        if memory is not None:
            memory.close()

    def _run(self, work: Callable[[sqlite3.Connection], T], token: CancelToken) -> T:
        may_wait("read the catalogue")
        for _ in range(3):
            with self._connection(token) as connection:
                try:
                    with token.interrupting(connection):
                        connection.set_progress_handler(lambda: token.is_cancelled, STEPS_BETWEEN_CHECKS)
                        return work(connection)
                except sqlite3.DatabaseError as error:
                    if not self._has_recovered(error):
                        raise CatalogueUnusable from error
        raise CatalogueUnusable

    @contextmanager
    def _connection(self, token: CancelToken) -> Iterator[sqlite3.Connection]:
        """A connection to the catalogue as it is to be; that to memory is one for all, one at a time."""
        token.check()
        with self._lock:
            if not self._is_ready:
                self._make_ready()
            memory = self._memory
        if memory is None:
            try:
                connection = _connect(self._file)
            except sqlite3.DatabaseError as error:
                if not self._has_recovered(error):
                    raise CatalogueUnusable from error
                with self._connection(token) as other:
                    yield other
                return
            with closing(connection):
                yield connection
            return
        with held(self._lock, token):
            yield memory

    def _make_ready(self) -> None:
        """Open the file, or drop it and begin anew; held by the lock."""
        try:
            self._paths.made(self._paths.cache)
            is_new = not self._has_version()
            if is_new:
                self._drop()
                self._make()
            # Whoever closes last writes the log into the file, and waits for the disk: not after every call.
            self._keeper = _connect(self._file)
            self._keeper.execute("SELECT count(*) FROM stores").fetchone()
        except (OSError, sqlite3.DatabaseError):
            self._live_in_memory()
            is_new = True
        self._generation += is_new
        self._is_ready = True

    def _has_version(self) -> bool:
        """Whether there is a sound file of our version, as far as its beginning tells."""
        if not self._file.exists():
            return False
        try:
            with closing(_connect(self._file)) as connection:
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                connection.execute("SELECT count(*) FROM stores").fetchone()
        except sqlite3.DatabaseError:
            return False
        return bool(version == VERSION)

    def _make(self) -> None:
        # Made with its mode before SQLite writes into it: the log beside it gets the same.
        os.close(os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        with closing(_connect(self._file)) as connection:
            # Before the first page is written: later it would need the whole file to be written anew.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            _create(connection)

    def _dismiss_keeper(self) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            with suppress(sqlite3.Error):
                keeper.close()

    def _drop(self) -> None:
        self._dismiss_keeper()
        for ending in SIDE_FILES:
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)

    def _live_in_memory(self) -> None:
        if self._memory is None:
            self._memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            _prepare(self._memory)
            _create(self._memory)

    def _has_recovered(self, error: sqlite3.DatabaseError) -> bool:
        """Do what helps against an error; whether it is worth trying again."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        with self._lock:
            if self._memory is not None:
                return False
            if code == sqlite3.SQLITE_CANTOPEN and not self._file.exists():
                self._dismiss_keeper()
                self._is_ready = False  # somebody emptied the cache
                return True
            if code in NO_PLACE:
                self._live_in_memory()
                self._generation += 1
                return True
            # An error of SQL itself: the tables are not the ones that the version promises.
            if code in DAMAGED or code == sqlite3.SQLITE_ERROR:
                with suppress(OSError):
                    self._drop()
                self._is_ready = False
                return True
        return False


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{file.as_uri()}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    # What is lost when the machine stops is read from the stores again; what a kill leaves is sound in any case.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in STATEMENTS:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


@contextmanager
def held(lock: threading.Lock | threading.RLock, token: CancelToken) -> Iterator[None]:
    """Hold a lock; while it is waited for, the token is asked."""
    while not lock.acquire(timeout=WAIT_S):
        token.check()
    try:
        yield
    finally:
        lock.release()
