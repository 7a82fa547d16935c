"""What is said of a path that is not an open store: it cannot be read, does not answer, was lost, or holds none.

Pure; looks at no file.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from store.errors import GivenUp, NoStoreInFolder, NotAnswering, OpenError, SnapshotTooLarge
from store.searching import MAX_DEPTH, Search
from store.values.fault import Fault
from store.values.store import StoreFacts, StoreKey, StoreKind


def silent_facts(path: Path, kind: StoreKind) -> StoreFacts:
    """What is said of a path that has not answered for a while; looks at no file."""
    error = NotAnswering(
        "Nothing has come from its disk or network folder for two seconds.",
        "It will be shown as soon as it answers; Cancel ends the waiting.",
    )
    return replace(facts_of_failure(StoreKey(str(path)), error, kind), name=_name_of(path), is_answering=False)


def given_up_facts(facts: StoreFacts) -> StoreFacts:
    """What is said of a path that does not answer, and that nobody waits for any more."""
    error = GivenUp("It was given up, since it did not answer.", "Try again when its disk or network answers.")
    return replace(facts, faults=(Fault(error.code, error.sentence),), advice=error.advice, is_answering=True)


def _name_of(path: Path) -> str:
    """What to call a store of which nothing could be read: a main file is called alike in every realm."""
    return (path.parent.name if path.suffix else path.name) or str(path)


def lost_facts(before: StoreFacts, error: OpenError) -> StoreFacts:
    """What is known of an open store that cannot be read any more; that a program works on it is not."""
    faults = (Fault(error.code, error.sentence),)
    return replace(before, faults=faults, advice=error.advice, is_running=False)


def facts_of_failure(key: StoreKey, error: OpenError, kind: StoreKind = StoreKind.UNKNOWN) -> StoreFacts:
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
        can_read_in_place=isinstance(error, SnapshotTooLarge) and error.can_read_in_place,
    )


def nothing_found(search: Search) -> NoStoreInFolder:
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


def facts_of_cut_search(folder: Path) -> StoreFacts:
    """A line of its own for a folder that was not searched to its end, so that no store is missed in silence."""
    error = NoStoreInFolder(
        "This folder is too large to be searched to its end; more stores may lie in it.",
        "Open a folder nearer to them.",
    )
    return facts_of_failure(StoreKey(str(folder)), error)
