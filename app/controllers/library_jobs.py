"""What the library asks of a worker thread: plain functions from frozen values to frozen values, without Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from store.values.store import SessionKey, StoreFacts, StoreKey

if TYPE_CHECKING:
    from store import Candidate, Found, Library, OwnPaths, SearchPlace
    from store.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of opening paths.

    Attributes:
        by_path: each path as asked, with the stores it led to.
        is_asked: a person named these paths just now; else they were open before, or lie where stores usually do.
    """

    by_path: tuple[tuple[str, tuple[StoreFacts, ...]], ...]
    is_asked: bool = True

    @property
    def stores(self) -> tuple[StoreFacts, ...]:
        """All stores, each once, in order."""
        return tuple({facts.key: facts for _path, found in self.by_path for facts in found}.values())

    @property
    def good_paths(self) -> tuple[str, ...]:
        """Paths that led to at least one store that can be read."""
        return tuple(path for path, found in self.by_path if any(facts.is_open for facts in found))


@dataclass(frozen=True, slots=True)
class FoundThere:
    """What lies at one place.

    Attributes:
        opened: stores that were opened at once, since they are all that lies there; or what is wrong with the place.
        rest: stores that are yet to be opened, each in a job of its own.
    """

    opened: tuple[StoreFacts, ...] = ()
    rest: tuple[Candidate, ...] = ()


def find_work(
    library: Library, find: Callable[[CancelToken], Found], passed_by: frozenset[str] = frozenset()
) -> Callable[[CancelToken], FoundThere]:
    """Work that finds what lies at a place; a single store is opened too.

    Args:
        find: how it is searched.
        passed_by: paths of stores that are not opened: a person closed them, or they are being opened already.
    """

    def work(token: CancelToken) -> FoundThere:
        found = find(token)
        wanted = tuple(c for c in found.candidates if not passed_by or library.key_of(c).path not in passed_by)
        failures = () if found.failure is None else (found.failure,)
        if len(wanted) == 1:
            return FoundThere((library.open_found(wanted[0], token), *failures))
        return FoundThere(failures, wanted)

    return work


def at_path(library: Library, path: str) -> Callable[[CancelToken], Found]:
    """Search that finds what a person named."""
    return lambda token: library.find(Path(path), token)


def at_place(library: Library, place: SearchPlace) -> Callable[[CancelToken], Found]:
    """Search of a place at which stores are looked for without being asked."""

    def find(token: CancelToken) -> Found:
        from store import find_at

        return find_at(library, place, token)

    return find


def open_work(library: Library, candidate: Candidate) -> Callable[[CancelToken], StoreFacts]:
    """Work that opens one store that was found."""
    return lambda token: library.open_found(candidate, token)


def in_place_work(library: Library, key: StoreKey) -> Callable[[CancelToken], StoreFacts]:
    """Work that opens one store without a private copy of it."""
    return lambda token: library.open_in_place(key, token)


def close_work(library: Library, key: StoreKey) -> Callable[[CancelToken], None]:
    """Work that closes a store and removes private copies of it."""
    return lambda _token: library.close(key)


def demo_work(library: Library, paths: OwnPaths) -> Callable[[CancelToken], FoundThere]:
    """Work that makes the demo library, unless it is there, and opens it."""

    def work(token: CancelToken) -> FoundThere:
        from store import make_demo

        main_file = make_demo(paths.made(paths.demo), token)
        return FoundThere(library.open(main_file, token))

    return work


def reload_work(library: Library, keys: Sequence[StoreKey]) -> Callable[[CancelToken], tuple[StoreFacts, ...]]:
    """Work that opens stores anew at their newest state."""

    def work(token: CancelToken) -> tuple[StoreFacts, ...]:
        found = []
        for number, key in enumerate(keys):
            if len(keys) > 1:
                token.report(number, len(keys), "Reading stores again", "stores")
            found.append(library.reload(key, token))
        return tuple(found)

    return work


def find_session_work(
    library: Library, keys: Sequence[StoreKey], beginning: str
) -> Callable[[CancelToken], tuple[SessionKey, ...]]:
    """Work that finds the sessions whose id is or begins with these characters; an exact id alone."""

    def work(token: CancelToken) -> tuple[SessionKey, ...]:
        found = []
        for key in keys:
            token.check()
            found += [SessionKey(key, name) for name in library.backend(key).matching_ids(beginning, token)]
        exact = tuple(session for session in found if session.session_id == beginning)
        return exact or tuple(found)

    return work
