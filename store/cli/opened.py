"""Paths of the command line opened as stores, and the sentences for those that cannot be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from store.cancel import CancelToken
from store.cli.visible import visible_line
from store.discovery import SearchPlace, find_at
from store.library import Library
from store.values.store import StoreFacts


def open_paths(library: Library, paths: Iterable[Path], token: CancelToken) -> tuple[StoreFacts, ...]:
    """Open all paths; a store that several of them lead to comes once, at its first place."""
    facts = {one.key: one for path in paths for one in library.open(path, token)}
    return tuple(facts.values())


def open_places(library: Library, places: Iterable[SearchPlace], token: CancelToken) -> tuple[StoreFacts, ...]:
    """Open all stores that lie at places where nobody said that there are any."""
    found = (candidate for place in places for candidate in find_at(library, place, token).candidates)
    facts = {one.key: one for candidate in found for one in (library.open_found(candidate, token),)}
    return tuple(facts.values())


def complaints(facts: StoreFacts) -> list[str]:
    """One line for each fault of a store as a whole: where, what it is, what can be done."""
    return [visible_line(f"{facts.key.path}: {fault.sentence} {facts.advice}".rstrip()) for fault in facts.faults]
