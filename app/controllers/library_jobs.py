"""What the library asks of a worker thread: plain functions from frozen values to frozen values, without Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from store.values.store import SessionKey, StoreFacts, StoreKey

if TYPE_CHECKING:
    from store import Library, OwnPaths
    from store.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of opening paths.

    Attributes:
        by_path: each path as asked, with the stores it led to; at least one each.
    """

    by_path: tuple[tuple[str, tuple[StoreFacts, ...]], ...]

    @property
    def stores(self) -> tuple[StoreFacts, ...]:
        """All stores, each once, in order."""
        return tuple({facts.key: facts for _path, found in self.by_path for facts in found}.values())

    @property
    def good_paths(self) -> tuple[str, ...]:
        """Paths that led to at least one store that can be read."""
        return tuple(path for path, found in self.by_path if any(facts.is_open for facts in found))


def open_work(library: Library, paths: Sequence[str]) -> Callable[[CancelToken], Opened]:
    """Work that opens paths one after the other."""

    def work(token: CancelToken) -> Opened:
        found = []
        for path in paths:
            token.check()
            found.append((path, library.open(Path(path), token)))
        return Opened(tuple(found))

    return work


def demo_work(library: Library, paths: OwnPaths) -> Callable[[CancelToken], Opened]:
    """Work that makes the demo library, unless it is there, and opens it."""

    def work(token: CancelToken) -> Opened:
        from store import make_demo

        main_file = make_demo(paths.made(paths.demo), token)
        return Opened(((str(main_file), library.open(main_file, token)),))

    return work


def reload_work(library: Library, key: StoreKey) -> Callable[[CancelToken], StoreFacts]:
    """Work that opens a store anew at its newest state."""
    return lambda token: library.reload(key, token)


def watch_work(library: Library, keys: Sequence[StoreKey]) -> Callable[[CancelToken], frozenset[StoreKey]]:
    """Work that says which stores moved on disk; looks at stamps only."""
    return lambda _token: library.changed(keys)


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
