"""A private copy of a store's files: made, used by several jobs at once, renewed, removed.

Runs on worker threads. The copy of main stays as it was copied, so that renewing may copy the log alone; only one with
a journal is changed, by rolling it back, and is always copied whole again.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TypeVar

from store.cancel import CancelToken
from store.errors import SnapshotTooLarge
from store.opening.classify import classify
from store.opening.connect import connect, roll_back, run
from store.opening.content import parse_header, refuse_cut
from store.opening.copying import COPY_NAME, CopiedLog, copy_log, copy_store
from store.opening.decide import Way
from store.opening.naming import shown
from store.opening.scratch import PrivateFolder, refuse_without_room, scratch_error
from store.opening.stamp import Found, take, wal_path

T = TypeVar("T")

SNAPSHOT_LIMIT_BYTES = 1024**3
"""Over this a private copy takes too long to be made unasked."""

IDLE_WAIT_S = 2.0
"""How long renewing waits for jobs that still read the copy."""


class Snapshot:
    """One accepted private copy.

    Attributes:
        found: the look at the files that the copy was accepted by.
        taken_ms: when, milliseconds since 1970.
        copy_s: seconds that copying took, for the pace of renewing.
    """

    def __init__(self, private: PrivateFolder, folder: Path, found: Found, log: CopiedLog, copy_s: float) -> None:
        """Take over a folder that holds accepted copies, and make them ready to be read."""
        self._private = private
        self._folder = folder
        self._copy = folder / COPY_NAME
        self._gate = threading.Condition()
        self._users = 0
        self._is_discarded = False
        self._keeper: sqlite3.Connection | None = None
        self._accept(found, log, copy_s)

    def _accept(self, found: Found, log: CopiedLog, copy_s: float) -> None:
        """Note what the copy is of; with a log, keep SQLite's index of it alive."""
        self.found = found
        self.copy_s = copy_s
        self.taken_ms = found.taken_ns // 1_000_000
        self.stamp: Hashable = (found.stamp, log)
        has_log = wal_path(self._copy).exists()
        self._way = Way.SNAPSHOT if has_log else Way.IMMUTABLE
        if has_log:
            # Without a connection that stays, every batch would read and check the whole log again.
            self._keeper = connect(self._copy, self._way, is_shared=True)
            self._keeper.execute("PRAGMA schema_version").fetchone()

    def read(self, batch: Callable[[sqlite3.Connection], T], token: CancelToken) -> tuple[T, Hashable] | None:
        """Run one batch on the copy.

        Returns:
            Its result, and the stamp of the state that it saw; None if the copy was given up before.

        Raises:
            sqlite3.Error: as SQLite says it.
        """
        with self._gate:
            if self._is_discarded:
                return None
            self._users += 1
            way, stamp = self._way, self.stamp
        try:
            return run(self._copy, way, batch, token), stamp
        finally:
            with self._gate:
                self._users -= 1
                self._gate.notify_all()
                is_last = self._is_discarded and self._users == 0
            if is_last:
                self._remove()

    def can_take_log(self, found: Found) -> bool:
        """Whether the newest state is this copy with another log."""
        return (
            self.found.journal is None
            and found.journal is None
            and found.stamp.main == self.found.stamp.main
            and found.wal_bytes > 0
        )

    def renew_log(self, main: Path, found: Found, token: CancelToken) -> bool:
        """Replace the log of the copy by the newest one.

        Returns:
            False if it does not belong to the copy, or somebody reads the copy for too long.
        """
        refuse_too_large(found)
        refuse_without_room(self._folder, found.wal_bytes)
        newer = self._folder / "newer-wal"
        newer.unlink(missing_ok=True)
        begun_s = time.monotonic()
        log = copy_log(main, found, newer, token)
        if log is None:
            return False
        copy_s = time.monotonic() - begun_s
        with self._gate:
            if not self._gate.wait_for(lambda: self._users == 0, IDLE_WAIT_S) or self._is_discarded:
                return False
            self._close_keeper()
            try:
                # With the last connection gone, the next one makes the index of the log anew.
                newer.replace(wal_path(self._copy))
                self._accept(found, log, copy_s)
            except OSError as error:
                raise scratch_error(error) from error
            except sqlite3.Error as error:
                raise classify(error) from error
        return True

    def discard(self) -> None:
        """Remove the copy as soon as nobody reads it."""
        with self._gate:
            if self._is_discarded:
                return
            self._is_discarded = True
            is_idle = self._users == 0
        if is_idle:
            self._remove()

    def _remove(self) -> None:
        self._close_keeper()
        self._private.remove_folder(self._folder)

    def _close_keeper(self) -> None:
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None


def make_snapshot(main: Path, found: Found, private: PrivateFolder, token: CancelToken) -> Snapshot | None:
    """Copy a store once.

    Args:
        found: a settled look at its files.

    Returns:
        None if the copies do not belong together.

    Raises:
        SnapshotTooLarge: over the limit, or no room.
        DamagedDatabase: its interrupted write cannot be rolled back to a whole file.
    """
    refuse_too_large(found)
    refuse_without_room(private.path, found.size_bytes)
    folder = private.new_folder()
    snapshot = None
    begun_s = time.monotonic()
    try:
        log = copy_store(main, found, folder, token)
        if log is not None and found.journal is not None:
            roll_back(folder / COPY_NAME)
            settled = take(folder / COPY_NAME)
            refuse_cut(shown(main), parse_header(shown(main), settled.first), settled.stamp.main.size_bytes)
        if log is not None:
            snapshot = Snapshot(private, folder, found, log, time.monotonic() - begun_s)
    except sqlite3.Error as error:
        raise classify(error) from error
    finally:
        if snapshot is None:
            private.remove_folder(folder)
    return snapshot


def refuse_too_large(found: Found, limit_bytes: int = SNAPSHOT_LIMIT_BYTES) -> None:
    """Raise SnapshotTooLarge if a private copy would be over the limit."""
    if found.size_bytes <= limit_bytes:
        return
    size_gib = found.size_bytes / 1024**3
    sentence = f"A private copy is needed, and this store is too large for one: {size_gib:.1f} GiB."
    if found.is_journal_hot:
        advice = "A write was cut short; the program that wrote it repairs the store when it opens it."
    else:
        advice = "Open it when the program that writes it has closed it: it is read without a copy then."
    raise SnapshotTooLarge(sentence, advice, can_read_in_place=not found.is_journal_hot)
