"""The one frozen context: what `bootstrap` built and passes down to every controller; there is no global state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.guarding import GuardedSource
    from app.jobs import Jobs
    from app.look.look_source import LookSource
    from app.settings import SettingsStore
    from store import Library, Lists, OwnPaths


@dataclass(frozen=True, slots=True)
class Context:
    """What controllers need of the program.

    Attributes:
        jobs: runs queries on worker threads.
        library: the opened stores; asked inside jobs only, except for its look-ups in memory.
        lists: rows, counts, catalogue facts and pins over these stores; asked inside jobs only.
        settings: what is remembered between two runs.
        paths: where Burrow's own files are.
        looks: the current look, and a signal when it changes.
        guarded: gives the guarded store, inside jobs only: plans, changes, receipts, undo.
    """

    jobs: Jobs
    library: Library
    lists: Lists
    settings: SettingsStore
    paths: OwnPaths
    looks: LookSource
    guarded: GuardedSource
