"""The guarded store, made when the first change, undo or look at the receipts asks for it. Any thread.

Loading and making it costs the start of the program time that nobody gets anything for.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from store.blocking import may_wait

if TYPE_CHECKING:
    from store import Guarded, Library, Lists, OwnPaths


class GuardedSource:
    """Makes the one guarded store of the program, once."""

    def __init__(self, library: Library, lists: Lists, paths: OwnPaths) -> None:
        self._library, self._lists, self._paths = library, lists, paths
        self._lock = threading.Lock()
        self._guarded: Guarded | None = None

    def get(self) -> Guarded:
        """The guarded store; to be asked inside jobs only."""
        may_wait("load what changes stores")
        with self._lock:
            if self._guarded is None:
                from store import Guarded

                self._guarded = Guarded(self._library, self._lists.annotations, self._paths)
            return self._guarded
