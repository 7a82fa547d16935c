"""Looking at one SQLite file without touching it: the door of this room.

Runs on worker threads, several at once. Nothing here creates, changes, locks for long or removes anything beside the
file; what has to be written is written into a private folder of ours.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import BurrowError, Cancelled, OpenError, PathMissing
from store.opening.classify import classify, classify_os, is_defect, is_passing
from store.opening.connect import run
from store.opening.copies import Copies
from store.opening.decide import ASKED, LOGGED, OUTDATED, RESTLESS, ROLLBACK, Decision, Way, decide
from store.opening.fence import shared_fence
from store.opening.naming import shown
from store.opening.snapshot import Snapshot, refuse_too_large
from store.opening.stamp import YOUNG_NS, Found, look_at_moves, take, take_settled
from store.values.store import Access

T = TypeVar("T")

MAX_REJECTED_BATCHES = 5
"""Batches rejected because the files moved, before a private copy is read."""

TORN_ERRORS = (sqlite3.Error, BurrowError, ValueError, LookupError, TypeError)
"""What a batch may raise on pages that do not belong together; it means nothing until the stamps are compared."""


class Looking:
    """One SQLite file that is being looked at; thread-safe, holds no connection to it between reads.

    Attributes:
        path: resolved path of the main file.
        file_id: device and inode of the file that was opened.
    """

    def __init__(self, path: Path, scratch: Path, *, is_in_place: bool = False) -> None:
        """Look at the files and decide how they are read; a copy is made by the first read that needs one.

        Args:
            scratch: folder of ours for private copies.
            is_in_place: use `in_place` instead.

        Raises:
            PathMissing, PermissionDenied: the path leads to no file that can be read.
            EmptyFile, NotAStore, EncryptedOrForeign: it is no SQLite database.
            DamagedDatabase: it was cut off.
            SnapshotTooLarge: a private copy is needed and the store is over the limit.
        """
        may_wait("open a store")
        self.path = resolve(path)
        self._is_in_place = is_in_place
        self._scratch = scratch
        found, decision = self._first_look()
        self.file_id = found.stamp.main.file_id
        self._copies = Copies(self.path, self.file_id, scratch)
        self._note(found, decision, found.stamp)
        self._has_read = False
        if self._decision.way is Way.SNAPSHOT:
            refuse_too_large(found)

    @classmethod
    def in_place(cls, path: Path, scratch: Path) -> Looking:
        """Look at a store beside its writer, without a copy; only ever because a person asked for it this once.

        It touches, and may create, the `-shm` file beside the store.
        """
        return cls(path, scratch, is_in_place=True)

    def again(self) -> Looking:
        """Look at the same path anew, at its newest state and apart from this look. Raises as the constructor does."""
        return Looking(self.path, self._scratch, is_in_place=self._is_in_place)

    def __enter__(self) -> Looking:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def access(self) -> Access:
        """How the store is being read."""
        return self._decision.access

    @property
    def why(self) -> str:
        """One sentence for people: why it is read that way."""
        return OUTDATED.why if self.state_of_ms is not None else self._decision.why

    @property
    def state_of_ms(self) -> int | None:
        """When the state that is read was current, if it changes too fast to be read anew; else None."""
        return self._copies.state_of_ms

    @property
    def size_bytes(self) -> int:
        """Main file and log, as last read."""
        return self._size_bytes

    @property
    def stamp(self) -> Hashable:
        """Names the state that was read last: equal stamps mean the same bytes."""
        return self._stamp

    def has_changed(self) -> bool:
        """Whether the files moved since they were first read, or refreshed; asks for sizes and times only."""
        may_wait("look at a store's files")
        return look_at_moves(self.path) != self._moves

    def read(self, batch: Callable[[sqlite3.Connection], T], token: CancelToken) -> T:
        """Run a batch of statements on one consistent state of the store.

        Args:
            batch: gets a connection that cannot write, opened for it alone. It may run several times, so it must not
                have effects of its own, and it begins no transaction. It fetches what it selects at once: an open
                cursor makes a writer wait.

        Raises:
            StoreVanished: the file is gone, or another one is in its place.
            ChangingTooFast: no consistent state could be read.
            MaintenanceRunning: the store's own maintenance holds its fence.
            DamagedDatabase: SQLite cannot read the file.
            Cancelled: the token was cancelled, also in the middle of a statement.
        """
        return self.read_stamped(batch, token)[0]

    def read_stamped(self, batch: Callable[[sqlite3.Connection], T], token: CancelToken) -> tuple[T, Hashable]:
        """Run a batch as `read` does, and say by its stamp which state it saw."""
        may_wait("read a store")
        while True:
            token.check()
            snapshot = self._copies.current()
            if snapshot is None:
                accepted = self._read_directly(batch, token)
                if accepted is not None:
                    return accepted
                snapshot = self._copy_first(token)
            elif self._copies.is_retry_due():
                # The older state is still there to be read, whatever the newest one does.
                with suppress(OpenError):
                    self.refresh(token)
                continue
            try:
                answer = snapshot.read(batch, token)
            except sqlite3.Error as error:
                raise meant(error) from error
            if answer is not None:
                self._stamp = answer[1]
                return answer

    def refresh(self, token: CancelToken) -> bool:
        """Read the newest state from now on.

        Returns:
            Whether there was a newer one that could be taken: a copy is not renewed before ten times its own copying
            time has passed, and stays as it is while the store changes too fast (`state_of_ms`).

        Raises:
            OpenError: the store cannot be read any more; a copy that there is stays readable.
        """
        may_wait("read a store")
        with self._copies.alone(token):
            held = self._copies.current()
            if not self.has_changed() and self.state_of_ms is None:
                return False
            found = take(self.path)
            self._copies.refuse_replaced(found)
            decision = self._decide(found)
            is_outdated = held is not None and self.state_of_ms is not None
            if decision.way is not Way.SNAPSHOT and not is_outdated:
                self._copies.step_aside()
                self._note(found, decision, found.stamp)
                return True
            if held is None:
                # The next read makes the first copy.
                self._note(found, decision, found.stamp)
                return True
            if not self._copies.renew(token):
                return False
            self._note_copy(self._copies.current() or held)
            return True

    def close(self) -> None:
        """Remove the private copies; calling it twice is harmless."""
        self._copies.close()

    def _first_look(self) -> tuple[Found, Decision]:
        """Look and decide; a file that seems empty or cut, but was written just now, may only not be done yet."""
        for _ in range(MAX_REJECTED_BATCHES):
            found = take(self.path, was_open=False)
            try:
                return found, self._decide(found)
            except OpenError:
                if not found.is_young:
                    raise
            time.sleep(YOUNG_NS / 1e9)
        found = take(self.path, was_open=False)
        return found, self._decide(found)

    def _decide(self, found: Found) -> Decision:
        decision = decide(shown(self.path), found)
        return ASKED if self._is_in_place and decision in (LOGGED, ROLLBACK) else decision

    def _read_directly(self, batch: Callable[[sqlite3.Connection], T], token: CancelToken) -> tuple[T, Hashable] | None:
        """Read the file itself.

        Returns:
            None if that is not the way, or not any more: a private copy has to be read.
        """
        for _ in range(MAX_REJECTED_BATCHES):
            found = take_settled(self.path, token)
            if found is None:
                continue
            self._copies.refuse_replaced(found)
            decision = self._decide(found)
            if decision.way is Way.SNAPSHOT:
                return None
            answer = self._attempt(found, decision, batch, token)
            if answer is not None:
                self._copies.forget_earlier()
                return answer
        return None

    def _attempt(
        self, found: Found, decision: Decision, batch: Callable[[sqlite3.Connection], T], token: CancelToken
    ) -> tuple[T, Hashable] | None:
        """Run a batch on the file itself once; None if the files moved under it."""
        failure: Exception | None = None
        with shared_fence(self.path):
            try:
                result = run(self.path, decision.way, batch, token)
            except Cancelled:
                raise
            except TORN_ERRORS as error:
                failure = error
        after = take(self.path)
        stamp: Hashable = found.stamp
        if decision.way is Way.IN_PLACE:
            # SQLite's own lock vouches for the batch. Which state it saw is only known if nothing moved around it.
            stamp = found.moves if after.moves == found.moves else object()
        elif after.stamp != found.stamp:
            return None
        if failure is not None:
            if is_passing(failure):
                return None
            raise meant(failure) from failure
        if not self._has_read:
            self._note(found, decision, stamp)
            self._has_read = True
        self._decision, self._stamp = decision, stamp
        return result, stamp

    def _copy_first(self, token: CancelToken) -> Snapshot:
        """Get the private copy, made now if there is none."""
        snapshot = self._copies.first(token)
        is_first_state = not self._has_read
        self._note_copy(snapshot, is_first_state)
        self._has_read = True
        return snapshot

    def _note_copy(self, snapshot: Snapshot, is_new_state: bool = True) -> None:
        """Remember why a copy is read, and what it is of."""
        decision = self._decide(snapshot.found)
        decision = decision if decision.way is Way.SNAPSHOT else RESTLESS
        if is_new_state:
            self._note(snapshot.found, decision, snapshot.stamp)
        self._decision = decision

    def _note(self, found: Found, decision: Decision, stamp: Hashable) -> None:
        """Remember what is read from now on; `has_changed` compares with it."""
        self._decision = decision
        self._stamp = stamp
        self._moves = found.moves
        self._size_bytes = found.stamp.main.size_bytes + found.wal_bytes


def meant(failure: Exception) -> Exception:
    """What an error of a batch means once the state that it saw is known to be whole."""
    if isinstance(failure, sqlite3.Error) and not is_defect(failure):
        return classify(failure)
    return failure


def resolve(path: Path) -> Path:
    """The real path of a file: SQLite names log and journal after it, and it is the identity of a store.

    Raises:
        PathMissing, PermissionDenied: the path leads nowhere, or we may not follow it.
    """
    try:
        return Path(os.path.realpath(path, strict=True))
    except OSError as error:
        raise classify_os(error, path) from error
    except ValueError as error:
        raise PathMissing("A path cannot hold a NUL character.", "Check the path.") from error
