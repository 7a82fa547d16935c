"""Copies of whole stores, made before Burrow writes to a store for the first time, and before much is deleted.

What is kept of each session undoes a change of it. The copy is for what nobody foresees: it is opened and checked
before anything is written, lies in a folder of ours, and is an ordinary store that Burrow and its agent can open.

When one is due: Burrow has no sound copy of this very file (path, device and inode) that is younger than the time for
which images are kept, or more than one session is about to be deleted. That other programs write in between makes none
due: what they wrote is theirs, and an agent that works all day would cost a copy at each click. A store over the limit
is not copied.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Writing
from store.errors import ChangeRefused, OpenError
from store.guarded.checkpoints import Checkpoint, Checkpoints
from store.guarded.journal import Journal, named, stored
from store.guarded.receipts import KEPT_MS
from store.library import Library
from store.paths import OwnPaths
from store.syncing import sync
from store.values.changes import Refusal, RefusalCode
from store.values.store import StoreKey

LIMIT_BYTES = 256 * 1024**2
"""Of main file and log; a larger store is not copied as a whole."""

SPARE_BYTES = 16 * 1024**2
"""Room that a copy leaves free."""

BULK_COUNT = 2
"""Sessions that are deleted at once from which on a copy is made in any case."""

UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class CopyKept:
    """One copy of a whole store.

    Attributes:
        file: where it lies.
        at_ms: when it was made, UTC.
    """

    file: Path
    store: StoreKey
    at_ms: int
    size_bytes: int


class StoreBackups:
    """The copies of whole stores."""

    def __init__(self, journal: Journal, library: Library, paths: OwnPaths) -> None:
        self._journal, self._library, self._paths = journal, library, paths

    def due_bytes(
        self, store: StoreKey, count: int, now_ms: int, token: CancelToken, *, is_deletion: bool
    ) -> int | None:
        """The size of the copy that must be made before a change; None where none is.

        Args:
            count: sessions that would be changed.
            is_deletion: whether they would be gone.
        """
        may_wait("look at a store's files")
        size_bytes = _size_bytes(store)
        if size_bytes is None or size_bytes > LIMIT_BYTES or not count:
            return None
        if is_deletion and count >= BULK_COUNT:
            return size_bytes
        return None if self._has_sound_one(store, now_ms, token) else size_bytes

    def make(
        self,
        store: StoreKey,
        receipt_id: str,
        now_ms: int,
        writing: Writing,
        checkpoints: Checkpoints,
        token: CancelToken,
    ) -> Path:
        """Copy a store that is open to be written, open the copy and check it, and record it.

        Raises:
            ChangeRefused: there is no room (NO_SPACE), or the copy is not sound (NO_BACKUP).
            Cancelled: the token was cancelled; nothing is left of the copy.
        """
        may_wait("copy a store")
        target = self._paths.made(self._paths.backups) / f"{_shown_name(store)}-{receipt_id}.sqlite3"
        unfinished = target.with_name(target.name + UNFINISHED)
        try:
            self._refuse_without_room(_size_bytes(store) or 0)
            count = self._sessions_in(store, token)
            writing.back_up(unfinished, token)
            checkpoints(Checkpoint.COPYING)
            self._check(unfinished, store, count, token)
            sync(unfinished)
            unfinished.rename(target)
            sync(target.parent)
        except OSError as error:
            raise ChangeRefused(_no_copy(f"{os.strerror(error.errno or 0)}.")) from error
        finally:
            with suppress(OSError):
                _remove_with_sides(unfinished)
        self._note(target, store, now_ms)
        checkpoints(Checkpoint.COPIED)
        return target

    def kept(self, token: CancelToken) -> tuple[CopyKept, ...]:
        """The copies that are still there, newest first."""
        may_wait("look at copies of stores")
        if not self._journal.is_there:
            return ()
        select = "SELECT file, store, at_ms, size_bytes FROM copies ORDER BY at_ms DESC"
        rows = self._journal.read(lambda connection: connection.execute(select).fetchall(), token)
        copies = [CopyKept(Path(named(file)), StoreKey(named(store)), at, size) for file, store, at, size in rows]
        return tuple(copy for copy in copies if copy.file.is_file())

    def remove(self, copy: CopyKept) -> None:
        """Delete a copy. Raises OSError."""
        may_wait("remove a copy of a store")
        _remove_with_sides(copy.file)
        file = stored(str(copy.file))

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM copies WHERE file = ?", (file,))
            connection.execute("UPDATE receipts SET store_backup = '' WHERE store_backup = ?", (file,))

        self._journal.write(work)

    def _has_sound_one(self, store: StoreKey, now_ms: int, token: CancelToken) -> bool:
        if not self._journal.is_there:
            return False
        try:
            status = Path(store.path).stat()
        except OSError:
            return False
        select = "SELECT file, size_bytes FROM copies WHERE store = ? AND device = ? AND inode = ? AND at_ms > ?"
        identity = (stored(store.path), status.st_dev, status.st_ino, now_ms - KEPT_MS)
        rows = self._journal.read(lambda connection: connection.execute(select, identity).fetchall(), token)
        return any(_has_size(Path(named(file)), size_bytes) for file, size_bytes in rows)

    def _refuse_without_room(self, wanted_bytes: int) -> None:
        free_bytes = shutil.disk_usage(self._paths.backups).free
        if wanted_bytes + SPARE_BYTES > free_bytes:
            raise ChangeRefused(
                Refusal(
                    RefusalCode.NO_SPACE,
                    f"There is no room for the copy of the store that is made first: {wanted_bytes:,} bytes are needed"
                    f" and {SPARE_BYTES:,} that stay free, {free_bytes:,} are free.",
                    "Free some disk space, then plan again.",
                )
            )

    def _sessions_in(self, store: StoreKey, token: CancelToken) -> int | None:
        """Sessions of a store as its own backend counts them."""
        with self._library.lent(store, token, is_fresh=True) as backend:
            return backend.facts(token).session_count

    def _check(self, copy: Path, store: StoreKey, count: int | None, token: CancelToken) -> None:
        """Open a copy and compare it with its source.

        Args:
            count: sessions of the source before it was copied.
        """
        try:
            # Able to write, so that a copy which asks for a log is closed cleanly right away and is one file.
            with closing(sqlite3.connect(f"{copy.as_uri()}?mode=rw", uri=True, isolation_level=None)) as connection:
                answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            found = self._sessions_in(StoreKey(str(copy)), token)
            if answer != "ok":
                raise ChangeRefused(_no_copy("SQLite finds a fault in it."))
            if found != count and not _is_between(found, count, self._sessions_in(store, token)):
                raise ChangeRefused(_no_copy("It holds another number of sessions than the store."))
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "that it fails")
            raise ChangeRefused(_no_copy(f"SQLite says {name}.")) from error
        except OpenError as error:
            raise ChangeRefused(_no_copy(error.sentence)) from error

    def _note(self, target: Path, store: StoreKey, now_ms: int) -> None:
        status = Path(store.path).stat()
        values = (
            stored(str(target)), stored(store.path), status.st_dev, status.st_ino, now_ms, target.stat().st_size,
        )  # fmt: skip
        insert = "INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?, ?)"
        self._journal.write(lambda connection: connection.execute(insert, values))


def _size_bytes(store: StoreKey) -> int | None:
    """Main file and log; None if there is no such file."""
    try:
        size_bytes = Path(store.path).stat().st_size
    except OSError:
        return None
    with suppress(OSError):
        size_bytes += Path(f"{store.path}-wal").stat().st_size
    return size_bytes


def _is_between(found: int | None, before: int | None, after: int | None) -> bool:
    """Whether a count was taken between two others: a program may have added or deleted sessions meanwhile."""
    return None not in (found, before, after) and sorted((before or 0, found or 0, after or 0))[1] == found


def _has_size(file: Path, size_bytes: int) -> bool:
    try:
        return file.stat().st_size == size_bytes
    except OSError:
        return False


def _no_copy(reason: str) -> Refusal:
    return Refusal(
        RefusalCode.NO_BACKUP,
        f"The copy of the store that is made first could not be made. {reason}",
        "Nothing was written to the store. Check the disk that holds Burrow's data folder.",
    )


def _shown_name(store: StoreKey) -> str:
    """What a copy is called by: its store's folder, in letters that every file system takes."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", Path(store.path).parent.name).strip("-.")[:40] or "store"


def _remove_with_sides(file: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(f"{file}{ending}").unlink(missing_ok=True)
