"""The private copies of one store over time: made when the file itself cannot be read, renewed, and kept as last state.

Runs on worker threads. One thread copies at a time; the others read the copy that is there, or wait for the first one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.cancel import CancelToken
from store.errors import StoreVanished
from store.opening.classify import changing_too_fast, replaced
from store.opening.decide import decide
from store.opening.naming import shown
from store.opening.scratch import PrivateFolder
from store.opening.snapshot import Snapshot, make_snapshot
from store.opening.stamp import Found, take_settled

MAX_REJECTED_COPIES = 5

RETRY_S = 1.0
"""How often an outdated copy is tried to be renewed."""

PACE = 10
"""A copy is not renewed before this many times its own copying time has passed."""

WAIT_STEP_S = 0.05
"""A job that waits for another one's copy looks at its token this often."""


class Copies:
    """At most one copy that is read, and the earlier one behind it while its successor is not proved readable.

    Attributes:
        state_of_ms: when the state that is read was current, if it could not be renewed; else None.
    """

    def __init__(self, main: Path, file_id: tuple[int, int], scratch: Path) -> None:
        """Make nothing yet.

        Args:
            file_id: device and inode of the file that was opened; another one in its place is refused.
        """
        self._main = main
        self._file_id = file_id
        self._scratch = scratch
        self._private: PrivateFolder | None = None
        self._current: Snapshot | None = None
        self._earlier: Snapshot | None = None
        self._lock = threading.Lock()
        self._copying = threading.Lock()
        self._is_closed = False
        self._copied_at_s = 0.0
        self._retry_at_s: float | None = None
        self.state_of_ms: int | None = None

    def current(self) -> Snapshot | None:
        """The copy that is read now, if there is one. Raises StoreVanished after close()."""
        with self._lock:
            if self._is_closed:
                raise StoreVanished(f"“{shown(self._main)}” was closed.", "Open it again.")
            return self._current

    def first(self, token: CancelToken) -> Snapshot:
        """The copy that is read now; made if there is none.

        Raises:
            ChangingTooFast: every copy was rejected and there is no earlier state.
            SnapshotTooLarge: over the limit, or no room.
        """
        with self.alone(token):
            held = self.current()
            if held is not None:
                return held
            made = self._make(None, token)
            if made is not None:
                self._adopt(made)
                return made
            return self._go_back()

    def renew(self, token: CancelToken) -> bool:
        """Copy the newest state, the log alone where that is enough. Call it inside `alone`.

        Returns:
            False if it is too early, or every copy was rejected: the older state stays, with its time.
        """
        held = self.current()
        if held is None or time.monotonic() < self._copied_at_s + PACE * held.copy_s:
            return False
        made = self._make(held, token)
        if made is None:
            self._mark_outdated(held)
            return False
        self._adopt(made)
        return True

    def is_retry_due(self) -> bool:
        """Whether an outdated copy should be renewed now; says so to one caller a second."""
        with self._lock:
            now_s = time.monotonic()
            if self._retry_at_s is None or now_s < self._retry_at_s:
                return False
            self._retry_at_s = now_s + RETRY_S
            return True

    def step_aside(self) -> None:
        """Let the file itself be read again; the copy stays as the last good state until that has worked."""
        with self._lock:
            if self._current is not None:
                self._earlier, self._current = self._current, None
            self._clear_outdated()

    def forget_earlier(self) -> None:
        """Remove the last good state, because a newer one has been read."""
        with self._lock:
            earlier, self._earlier = self._earlier, None
        if earlier is not None:
            earlier.discard()

    def close(self) -> None:
        """Remove every copy; one that is being read goes with its last reader."""
        with self._lock:
            self._is_closed = True
            snapshots = [snapshot for snapshot in (self._current, self._earlier) if snapshot is not None]
            self._current = self._earlier = None
            private, self._private = self._private, None
        for snapshot in snapshots:
            snapshot.discard()
        if private is not None:
            private.close()

    @contextmanager
    def alone(self, token: CancelToken) -> Iterator[None]:
        """Be the only one who copies; gives up waiting when the token is cancelled."""
        while not self._copying.acquire(timeout=WAIT_STEP_S):
            token.check()
        try:
            yield
        finally:
            self._copying.release()

    def refuse_replaced(self, found: Found) -> None:
        """Raise StoreVanished if another file is in the place of the one that was opened."""
        if found.stamp.main.file_id != self._file_id:
            raise replaced(self._main)

    def _make(self, base: Snapshot | None, token: CancelToken) -> Snapshot | None:
        """Try to copy, a few times.

        Args:
            base: a copy that may do with a new log.

        Returns:
            The new copy, `base` with a new log, or None if all were rejected.
        """
        for _ in range(MAX_REJECTED_COPIES):
            token.check()
            found = take_settled(self._main, token)
            if found is None:
                continue
            self.refuse_replaced(found)
            decide(shown(self._main), found)
            if base is not None and base.can_take_log(found):
                if base.renew_log(self._main, found, token):
                    return base
                base = None
                continue
            made = make_snapshot(self._main, found, self._folder(), token)
            if made is not None:
                return made
        return None

    def _folder(self) -> PrivateFolder:
        """Our folder, made when it is needed first."""
        with self._lock:
            if self._is_closed:
                raise StoreVanished(f"“{shown(self._main)}” was closed.", "Open it again.")
            if self._private is None:
                self._private = PrivateFolder(self._scratch)
            return self._private

    def _adopt(self, snapshot: Snapshot) -> None:
        """Read this copy from now on, and remove the others; close() may have come in between."""
        with self._lock:
            others = {self._current, self._earlier} - {None, snapshot}
            self._current, self._earlier = snapshot, None
            self._clear_outdated()
            self._copied_at_s = time.monotonic()
            is_closed = self._is_closed
        for other in others:
            if other is not None:
                other.discard()
        if is_closed:
            snapshot.discard()

    def _go_back(self) -> Snapshot:
        """Read the last good state again, for want of a newer one."""
        with self._lock:
            earlier, self._earlier = self._earlier, None
            self._current = earlier
        if earlier is None:
            raise changing_too_fast(self._main)
        self._mark_outdated(earlier)
        return earlier

    def _mark_outdated(self, snapshot: Snapshot) -> None:
        with self._lock:
            self.state_of_ms = snapshot.taken_ms
            self._retry_at_s = time.monotonic() + RETRY_S

    def _clear_outdated(self) -> None:
        self.state_of_ms = None
        self._retry_at_s = None
