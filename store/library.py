"""The library: paths become opened stores, each store once, whatever path leads to it.

Thread-safe. One lock guards the table of stores and is never held while a file is read; each store has a lock of its
own, so that it is opened once and that the opening of one store never makes another wait.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from store.backend import Backend, System
from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import (
    Cancelled,
    ForeignDatabase,
    NotAStore,
    OpenError,
    StoreVanished,
)
from store.paths import OwnPaths
from store.searching import Candidate, PlaceKind, place_at, search_folder
from store.systems import SYSTEMS
from store.unread import facts_of_cut_search, facts_of_failure, lost_facts, nothing_found
from store.values.store import StoreFacts, StoreKey, StoreKind

LOCK_POLL_S = 0.05
"""How often somebody who waits for a store that is being opened looks whether the wait was cancelled."""


@dataclass(slots=True)
class _Shelf:
    """The place of one store in the library.

    Attributes:
        lock: held while the store is opened or reloaded; for as long as a disk does not answer.
        backend: None when it is not open.
        facts: as last learned; None before the first opening.
        is_in_place: a person asked that it be read in place, for as long as it is open.
        file_id: device and inode of its main file, as it was opened; None if they name no single file.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    backend: Backend | None = None
    facts: StoreFacts | None = None
    is_in_place: bool = False
    file_id: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at a path, before any of it is opened.

    Attributes:
        candidates: main files with the systems that may know them, in order of depth, then of path.
        failure: what is to be said of the path itself: nothing was found, or not everything could be searched.
    """

    candidates: tuple[Candidate, ...]
    failure: StoreFacts | None


class Library:
    """All stores that are open, by identity.

    Identity is the resolved real path of the main file. Another path to the very same file, as a second mount or
    another spelling on a disk that ignores case gives it, leads to the store that is open. Two hard links are two
    stores all the same: SQLite names the log after the path, so that each of them has a log of its own.
    """

    def __init__(self, paths: OwnPaths, systems: tuple[System, ...] = SYSTEMS) -> None:
        self._paths = paths
        self._systems = systems
        self._lock = threading.Lock()
        self._shelves: dict[StoreKey, _Shelf] = {}
        self._asked_at_s: dict[StoreKey, float] = {}

    def open(self, path: Path, token: CancelToken) -> tuple[StoreFacts, ...]:
        """Open whatever lies at a path: a file, a realm, a folder of realms, any folder to search.

        A store that is open already is not opened again; its facts are read anew.

        Returns:
            Facts of each store, nearest folder first and by name; at least one. What cannot be opened has one fault.

        Raises:
            Cancelled: token was cancelled; what was opened until then stays open.
        """
        found = self.find(path, token)
        opened = [self.open_found(candidate, token) for candidate in found.candidates]
        return tuple(opened) if found.failure is None else (*opened, found.failure)

    def find(self, path: Path, token: CancelToken) -> Found:
        """Find the main files that a path leads to: itself, or those in a folder and below it; opens none of them.

        Raises:
            Cancelled: token was cancelled.
        """
        may_wait("search for stores")
        token.check()
        try:
            place = place_at(path)
            if place.kind is PlaceKind.FILE:
                return Found((Candidate(None, place.path),), None)
            search = search_folder(place.path, self._systems, token)
            if not search.candidates:
                raise nothing_found(search)
        except OpenError as error:
            return Found((), facts_of_failure(_key_of(path), error))
        return Found(search.candidates, facts_of_cut_search(place.path) if search.is_cut else None)

    def open_found(self, candidate: Candidate, token: CancelToken) -> StoreFacts:
        """Open one main file that was found; what cannot be opened has one fault.

        Raises:
            Cancelled: token was cancelled, or the store was closed meanwhile.
        """
        may_wait("open a store")
        token.check()
        system = candidate.system
        kind = StoreKind.UNKNOWN if system is None else system.kind
        try:
            path = place_at(candidate.path).path
            return self._open_file(path, self._systems if system is None else (system,), token, kind)
        except OpenError as error:
            return facts_of_failure(_key_of(candidate.path), error, kind)

    def open_in_place(self, key: StoreKey, token: CancelToken) -> StoreFacts:
        """Open a store without a private copy, which touches its `-shm` file; only ever because a person asked for it.

        Raises:
            Cancelled: token was cancelled, or the store was closed meanwhile.
        """
        may_wait("open a store")
        with self._shelf(key, token) as shelf:
            shelf.is_in_place = True
            try:
                return self._open_on(key, shelf, Path(key.path), self._systems, token)
            except OpenError as error:
                return facts_of_failure(key, error)

    @staticmethod
    def key_of(candidate: Candidate) -> StoreKey:
        """The identity that a store has under the path by which it was found."""
        may_wait("follow a link")
        return _key_of(candidate.path)

    def backend(self, key: StoreKey) -> Backend:
        """The backend of an open store. Raises StoreVanished when it was closed or never could be opened."""
        with self._lock:
            shelf = self._shelves.get(key)
            if shelf is None or shelf.backend is None:
                raise _not_open()
            return shelf.backend

    @contextmanager
    def lent(self, key: StoreKey, token: CancelToken, *, is_fresh: bool = False) -> Iterator[Backend]:
        """The backend of a store for the time of the block; one that is not open is opened for it alone.

        Args:
            is_fresh: open another one in any case, which reads the newest state.

        Raises:
            OpenError: it cannot be opened.
        """
        may_wait("open a store")
        with self._lock:
            shelf = self._shelves.get(key)
            backend = shelf.backend if shelf is not None else None
        if backend is not None and not is_fresh:
            yield backend
            return
        backend = self._first_that_knows(Path(key.path), self._systems, token, False)
        try:
            yield backend
        finally:
            backend.close()

    def facts(self) -> tuple[StoreFacts, ...]:
        """Facts of all open stores as last learned, in the order in which they were opened."""
        with self._lock:
            return tuple(shelf.facts for shelf in self._shelves.values() if shelf.facts is not None)

    def reload(self, key: StoreKey, token: CancelToken) -> StoreFacts:
        """Open a store anew at its newest state.

        Returns:
            Its facts. When it cannot be opened any more: the last facts with the fault, and what was read stays open.
        """
        may_wait("open a store")
        with self._shelf(key, token) as shelf:
            before, before_facts = shelf.backend, shelf.facts
            try:
                facts = self._open_on(key, shelf, Path(key.path), self._systems, token)
            except OpenError as error:
                if before_facts is None or before is None:
                    return facts_of_failure(key, error)
                facts = lost_facts(before_facts, error)
                with self._lock:
                    shelf.facts = facts
                return facts
            if before is not None:
                before.close()
            return facts

    def refresh(self, key: StoreKey, token: CancelToken) -> StoreFacts | None:
        """Read the newest state of an open store from now on, without opening it anew.

        Returns:
            Its facts; None when all is as it was, also while it is too early to copy the newest state. When it cannot
            be read any more: the last facts with the fault, and what was read stays open.

        Raises:
            StoreVanished: it is not open.
            Cancelled: token was cancelled.
        """
        may_wait("read a store")
        with self._shelf(key, token) as shelf:
            backend, before = shelf.backend, shelf.facts
            if backend is None or before is None:
                raise _not_open()
            is_newer = False
            try:
                is_newer = backend.refresh(token)
                facts = backend.facts(token)
            except OpenError as error:
                facts = lost_facts(before, error)
            with self._lock:
                shelf.facts = facts
            return facts if is_newer or facts != before else None

    def running(self, keys: Iterable[StoreKey]) -> frozenset[StoreKey]:
        """On which of these open stores a program works now; looks at files only.

        A store that is being looked at already is passed over.
        """
        may_wait("look at the files of a store")
        return frozenset(key for key in keys if self._looked(key, lambda backend: backend.is_running()))

    def changed(self, keys: Iterable[StoreKey]) -> frozenset[StoreKey]:
        """Which of these open stores moved on disk since they were read; looks at stamps only.

        A store of which an earlier look has not come back yet is passed over.
        """
        may_wait("look at the files of a store")
        return frozenset(key for key in keys if self._looked(key, lambda backend: backend.has_changed()))

    def silent(self, at_least_s: float) -> frozenset[StoreKey]:
        """Open stores whose files have not answered for so long to a look at them; never waits."""
        since_s = time.monotonic() - at_least_s
        with self._lock:
            return frozenset(key for key, asked_s in self._asked_at_s.items() if asked_s <= since_s)

    def close(self, key: StoreKey) -> None:
        """Close a store and give back what it holds, also while it is being opened; harmless when it is not open."""
        may_wait("close a store")
        with self._lock:
            shelf = self._shelves.pop(key, None)
            backend = shelf.backend if shelf is not None else None
        if backend is not None:
            backend.close()

    def close_all(self) -> None:
        """Close every store."""
        with self._lock:
            keys = tuple(self._shelves)
        for key in keys:
            self.close(key)

    def _looked(self, key: StoreKey, question: Callable[[Backend], bool]) -> bool:
        """Ask something of a store's files; not of one of which an earlier question has not come back."""
        with self._lock:
            shelf = self._shelves.get(key)
            if shelf is None or shelf.backend is None or key in self._asked_at_s:
                return False
            backend = shelf.backend
            self._asked_at_s[key] = time.monotonic()
        try:
            return question(backend)
        finally:
            with self._lock:
                del self._asked_at_s[key]

    @contextmanager
    def _shelf(self, key: StoreKey, token: CancelToken) -> Iterator[_Shelf]:
        """Hold the lock of one store; a shelf on which nothing was put is taken away again."""
        while True:
            with self._lock:
                shelf = self._shelves.setdefault(key, _Shelf())
            _take(shelf.lock, token)
            try:
                with self._lock:
                    if self._shelves.get(key) is not shelf:
                        continue  # it was closed while we waited for it
                try:
                    yield shelf
                finally:
                    with self._lock:
                        if shelf.backend is None and self._shelves.get(key) is shelf:
                            del self._shelves[key]
                return
            finally:
                shelf.lock.release()

    def _open_file(
        self, path: Path, systems: tuple[System, ...], token: CancelToken, kind: StoreKind = StoreKind.UNKNOWN
    ) -> StoreFacts:
        """Open a resolved file on its shelf, or learn its facts anew; `kind` is said of it when that fails."""
        key = self._known_key(path)
        with self._shelf(key, token) as shelf:
            try:
                if shelf.backend is None:
                    return self._open_on(key, shelf, path, systems, token)
                facts = shelf.backend.facts(token)
            except OpenError as error:
                return facts_of_failure(key, error, kind)
            with self._lock:
                shelf.facts = facts
            return facts

    def _known_key(self, path: Path) -> StoreKey:
        """Identity of a resolved file: of the open store that it is under another path, else its own."""
        key, status = StoreKey(str(path)), _status(path)
        file_id = _file_id(status)
        with self._lock:
            if file_id is None or key in self._shelves:
                return key
            same = [known for known, shelf in self._shelves.items() if shelf.file_id == file_id]
        # Size and time too: some file systems in user space give one number to several files.
        alike = (known for known in same if _looks_alike(_status(Path(known.path)), status))
        return next(alike, key)

    def _open_on(
        self, key: StoreKey, shelf: _Shelf, path: Path, systems: tuple[System, ...], token: CancelToken
    ) -> StoreFacts:
        """Open a file with the first system that knows it and put it on its shelf."""
        file_id = _file_id(_status(path))
        backend = self._first_that_knows(path, systems, token, shelf.is_in_place)
        try:
            facts = backend.facts(token)
            token.check()
            with self._lock:
                if self._shelves.get(key) is not shelf:
                    raise Cancelled  # it was closed while its disk did not answer
                shelf.backend, shelf.facts, shelf.file_id = backend, facts, file_id
        except BaseException:
            backend.close()
            raise
        return facts

    def _first_that_knows(
        self, path: Path, systems: tuple[System, ...], token: CancelToken, is_in_place: bool
    ) -> Backend:
        scratch = self._paths.scratch
        with suppress(OSError):
            # Only a snapshot needs it, and then says so; most stores are read from the unchanged file.
            self._paths.made(scratch)
        not_mine: NotAStore | ForeignDatabase | None = None
        for system in systems:
            token.check()
            try:
                return system.open(path, scratch, token, is_in_place=is_in_place)
            except (NotAStore, ForeignDatabase) as error:
                not_mine = error
        if not_mine is None:
            raise NotAStore("No system is known that could read this file.")
        raise not_mine


def _take(lock: threading.Lock, token: CancelToken) -> None:
    """Take a lock that somebody may hold who waits for a dead disk. Raises Cancelled."""
    while not lock.acquire(timeout=LOCK_POLL_S):
        if token.is_cancelled:
            raise Cancelled


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _file_id(status: os.stat_result | None) -> tuple[int, int] | None:
    """What names a file whatever the path to it; None if it has several names, or no number."""
    if status is None or status.st_nlink != 1 or not status.st_ino:
        return None
    return (status.st_dev, status.st_ino)


def _looks_alike(one: os.stat_result | None, other: os.stat_result | None) -> bool:
    return (
        one is not None
        and other is not None
        and (_file_id(one), one.st_size, one.st_mtime_ns) == (_file_id(other), other.st_size, other.st_mtime_ns)
    )


def _not_open() -> StoreVanished:
    return StoreVanished("This store is not open any more.", "Open it again.")


def _key_of(path: Path) -> StoreKey:
    """Identity of a path that may not exist: resolved as far as it goes."""
    try:
        return StoreKey(os.path.realpath(path.expanduser()))
    except (OSError, RuntimeError, ValueError):
        return StoreKey(str(path))
