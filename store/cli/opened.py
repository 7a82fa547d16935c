"""Paths of the command line opened as stores, and the sentences for those that cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from store.cancel import CancelToken
from store.cli.ordering import OpenStore
from store.cli.running import Output
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


def the_open(library: Library, stores: Iterable[StoreFacts]) -> list[OpenStore]:
    """Those of the stores that could be opened."""
    return [OpenStore(facts, library.backend(facts.key)) for facts in stores if facts.is_open]


def complain_of(stores: Iterable[StoreFacts], output: Output) -> None:
    """Write one line for each fault of a store as a whole: where, what it is, what can be done."""
    for facts in stores:
        for fault in facts.faults:
            output.complain(visible_line(f"burrow: {facts.key.path}: {fault.sentence} {facts.advice}".rstrip()))


def open_asked(
    library: Library, paths: Sequence[Path], places: Iterable[SearchPlace], token: CancelToken
) -> tuple[StoreFacts, ...]:
    """Open the paths that were written, or else all stores at the usual places."""
    return open_paths(library, paths, token) if paths else open_places(library, places, token)


def nothing_at(places: Iterable[SearchPlace], command: str) -> str:
    """A sentence that says where no store was found, and how a command is given a path."""
    where = ", ".join(str(place.path) for place in places)
    looked = f"Looked in: {where}." if where else "This system has no folder for the data of programs."
    return f"No store was found at the usual places. {looked} Write: burrow {command} PATH"
