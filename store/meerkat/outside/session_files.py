"""Which files beside a database belong to a session: names only, in the order of removal (formats/meerkat.md §1.6)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from store.blocking import may_wait
from store.cancel import CancelToken
from store.meerkat.outside.refusals import not_written, refuse
from store.values.changes import RefusalCode

EVENTS: Final = ".rkat/events"
SEQUENCE: Final = ".rkat/events/.sequence"
PROJECTIONS: Final = ".rkat/sessions"
MAX_FILES: Final = 10_000


def log_of(session_id: str) -> str:
    """Where the event log of a session lies."""
    return f"{EVENTS}/{session_id}.jsonl"


def files_of_session(folder: Path, session_id: str, token: CancelToken) -> tuple[str, ...]:
    """The files and folders of a session, each folder after what is in it; a folder's name ends with a slash.

    Args:
        folder: of the realm.

    Raises:
        ChangeRefused: a folder cannot be listed, or holds more than any session has.
    """
    may_wait("look into a folder")
    found: list[str] = []
    if os.path.lexists(folder / log_of(session_id)):
        found.append(log_of(session_id))
    for name in _names(folder / SEQUENCE):
        if name.startswith(f"{session_id}."):
            found.append(f"{SEQUENCE}/{name}")
    for relative in _below(folder, f"{PROJECTIONS}/{session_id}/"):
        token.take_turn()
        found.append(relative)
        if len(found) > MAX_FILES:
            raise refuse(RefusalCode.NO_BACKUP, "This session has more files than are kept for an undo.")
    return tuple(found)


def _below(folder: Path, relative: str) -> Iterator[str]:
    """Everything in a folder, then itself; nothing where there is none. A link is named, and not followed."""
    path = folder / relative
    if not os.path.lexists(folder / relative.rstrip("/")):
        return
    for name in _names(path):
        below = f"{relative}{name}"
        if (path / name).is_dir() and not (path / name).is_symlink():
            yield from _below(folder, f"{below}/")
        else:
            yield below
    yield relative


def _names(folder: Path) -> list[str]:
    """The names in a folder, in order; none where there is no folder. Raises ChangeRefused."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names are wanted, not paths
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise not_written(error, folder) from error
