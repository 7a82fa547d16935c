"""The library: paths become opened stores, each store once, whatever path leads to it.

Thread-safe. One lock guards the table of stores and is never held while a file is read; each store has a lock of its
own, so that it is opened once and that the opening of one store never makes another wait.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from store.backend import Backend, System
from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import ForeignDatabase, NoStoreInFolder, NotAStore, OpenError, StoreVanished
from store.paths import OwnPaths
from store.searching import MAX_DEPTH, Candidate, PlaceKind, Search, place_at, search_folder
from store.systems import SYSTEMS
from store.values.fault import Fault
from store.values.store import StoreFacts, StoreKey, StoreKind


@dataclass(slots=True)
class _Shelf:
    """The place of one store in the library.

    Attributes:
        lock: held while the store is opened, reloaded or closed.
        backend: None when it is not open.
        facts: as last learned; None before the first opening.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    backend: Backend | None = None
    facts: StoreFacts | None = None


class Library:
    """All stores that are open, by identity."""

    def __init__(self, paths: OwnPaths, systems: tuple[System, ...] = SYSTEMS) -> None:
        self._paths = paths
        self._systems = systems
        self._lock = threading.Lock()
        self._shelves: dict[StoreKey, _Shelf] = {}

    def open(self, path: Path, token: CancelToken) -> tuple[StoreFacts, ...]:
        """Open whatever lies at a path: a file, a realm, a folder of realms, any folder to search.

        A store that is open already is not opened again; its facts are read anew.

        Returns:
            Facts of each store, nearest folder first and by name; at least one. What cannot be opened has one fault.

        Raises:
            Cancelled: token was cancelled; what was opened until then stays open.
        """
        may_wait("open a store")
        try:
            place = place_at(path)
            if place.kind is PlaceKind.FILE:
                return (self._open_file(place.path, self._systems, token),)
            search = search_folder(place.path, self._systems, token)
            if not search.candidates:
                raise _nothing_found(search)
        except OpenError as error:
            return (_facts_of_failure(_key_of(path), error),)
        opened = [self._open_candidate(candidate, token) for candidate in search.candidates]
        if search.is_cut:
            opened.append(_facts_of_cut_search(place.path))
        return tuple(opened)

    def backend(self, key: StoreKey) -> Backend:
        """The backend of an open store. Raises StoreVanished when it was closed or never could be opened."""
        with self._lock:
            shelf = self._shelves.get(key)
            if shelf is None or shelf.backend is None:
                raise StoreVanished("This store is not open any more.", "Open it again.")
            return shelf.backend

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
        with self._shelf(key) as shelf:
            before, before_facts = shelf.backend, shelf.facts
            try:
                facts = self._open_on(shelf, Path(key.path), self._systems, token)
            except OpenError as error:
                if before_facts is None or before is None:
                    return _facts_of_failure(key, error)
                facts = replace(before_facts, faults=(Fault(error.code, error.sentence),), advice=error.advice)
                with self._lock:
                    shelf.facts = facts
                return facts
            if before is not None:
                before.close()
            return facts

    def changed(self, keys: Iterable[StoreKey]) -> frozenset[StoreKey]:
        """Which of these open stores moved on disk since they were read; looks at stamps only."""
        may_wait("look at the files of a store")
        with self._lock:
            backends = {key: shelf.backend for key in keys if (shelf := self._shelves.get(key)) is not None}
        return frozenset(key for key, backend in backends.items() if backend is not None and backend.has_changed())

    def close(self, key: StoreKey) -> None:
        """Close a store and give back what it holds; closing what is not open is harmless."""
        may_wait("close a store")
        with self._lock:
            shelf = self._shelves.pop(key, None)
        if shelf is not None:
            with shelf.lock:
                backend, shelf.backend = shelf.backend, None
            if backend is not None:
                backend.close()

    def close_all(self) -> None:
        """Close every store."""
        with self._lock:
            keys = tuple(self._shelves)
        for key in keys:
            self.close(key)

    @contextmanager
    def _shelf(self, key: StoreKey) -> Iterator[_Shelf]:
        """Hold the lock of one store; a shelf on which nothing was put is taken away again."""
        while True:
            with self._lock:
                shelf = self._shelves.setdefault(key, _Shelf())
            with shelf.lock:
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

    def _open_candidate(self, candidate: Candidate, token: CancelToken) -> StoreFacts:
        """Open a main file that was found in a folder; its system is known, its faults are values."""
        try:
            path = place_at(candidate.path).path
            return self._open_file(path, (candidate.system,), token, candidate.system.kind)
        except OpenError as error:
            return _facts_of_failure(_key_of(candidate.path), error, candidate.system.kind)

    def _open_file(
        self, path: Path, systems: tuple[System, ...], token: CancelToken, kind: StoreKind = StoreKind.UNKNOWN
    ) -> StoreFacts:
        """Open a resolved file on its shelf, or learn its facts anew; `kind` is said of it when that fails."""
        key = StoreKey(str(path))
        with self._shelf(key) as shelf:
            try:
                if shelf.backend is None:
                    return self._open_on(shelf, path, systems, token)
                facts = shelf.backend.facts(token)
            except OpenError as error:
                return _facts_of_failure(key, error, kind)
            with self._lock:
                shelf.facts = facts
            return facts

    def _open_on(self, shelf: _Shelf, path: Path, systems: tuple[System, ...], token: CancelToken) -> StoreFacts:
        """Open a file with the first system that knows it and put it on its shelf."""
        backend = self._first_that_knows(path, systems, token)
        try:
            facts = backend.facts(token)
        except BaseException:
            backend.close()
            raise
        with self._lock:
            shelf.backend, shelf.facts = backend, facts
        return facts

    def _first_that_knows(self, path: Path, systems: tuple[System, ...], token: CancelToken) -> Backend:
        scratch = self._paths.scratch
        with suppress(OSError):
            # Only a snapshot needs it, and then says so; most stores are read from the unchanged file.
            self._paths.made(scratch)
        not_mine: NotAStore | ForeignDatabase | None = None
        for system in systems:
            token.check()
            try:
                return system.open(path, scratch, token)
            except (NotAStore, ForeignDatabase) as error:
                not_mine = error
        if not_mine is None:
            raise NotAStore("No system is known that could read this file.")
        raise not_mine


def _key_of(path: Path) -> StoreKey:
    """Identity of a path that may not exist: resolved as far as it goes."""
    try:
        return StoreKey(os.path.realpath(path.expanduser()))
    except (OSError, RuntimeError, ValueError):
        return StoreKey(str(path))


def _facts_of_failure(key: StoreKey, error: OpenError, kind: StoreKind = StoreKind.UNKNOWN) -> StoreFacts:
    """What is known of a path that could not be opened: the one fault that says why."""
    name = Path(key.path).name or key.path
    return StoreFacts(
        key=key,
        name=name,
        file_name=name,
        kind=kind,
        generation=None,
        access=None,
        why="",
        faults=(Fault(error.code, error.sentence),),
        advice=error.advice,
    )


def _nothing_found(search: Search) -> NoStoreInFolder:
    """Say honestly how far the search went."""
    if search.is_cut:
        return NoStoreInFolder(
            f"No store was found among the first {search.entry_count:,} files; the folder is too large to go on.",
            "Open a folder nearer to the store.",
        )
    if search.unreadable_count:
        return NoStoreInFolder(
            f"No store was found; {search.unreadable_count:,} of the folders in it cannot be read.",
            "Open a folder nearer to the store, or ask for permission to read it.",
        )
    return NoStoreInFolder(
        f"There is no store in this folder or the folders up to {MAX_DEPTH} levels below it."
        if search.is_deeper
        else "There is no store in this folder or the folders below it.",
        "Open a realm, a folder of realms, or a database file; the database of a Meerkat realm is sessions.sqlite3.",
    )


def _facts_of_cut_search(folder: Path) -> StoreFacts:
    """A line of its own for a folder that was not searched to its end, so that no store is missed in silence."""
    error = NoStoreInFolder(
        "This folder is too large to be searched to its end; more stores may lie in it.",
        "Open a folder nearer to them.",
    )
    return _facts_of_failure(StoreKey(str(folder)), error)
