"""What following stores asks of a worker thread: plain functions from frozen values to frozen values, without Qt.

Apart from what following a session asks, which needs all that makes transcripts: the start does not wait for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from store.values.store import StoreFacts, StoreKey

if TYPE_CHECKING:
    from store import Library
    from store.cancel import CancelToken

LOOK_S = 0.25
"""How often the files of the open stores are looked at."""

LOOKS_FOR_RUNNING = 8
"""Every so many looks it is also asked where a program works: a lease may begin or end without any file moving."""

LOOKS = 40
"""So many looks are one job; the next one begins where it ends."""


def watch_work(
    library: Library, keys: Sequence[StoreKey], running: frozenset[StoreKey]
) -> Callable[[CancelToken], frozenset[StoreKey]]:
    """Work that looks at the files of stores again and again, and runs no SQL.

    Args:
        running: those of them on which a program worked when they were read.

    Returns:
        Stores that moved since they were read, or on which a program has begun to work; none when it ended without.
    """

    def work(token: CancelToken) -> frozenset[StoreKey]:
        idle = frozenset(keys) - running
        for count in range(1, LOOKS + 1):
            found = library.changed(keys)
            if count % LOOKS_FOR_RUNNING == 0:
                found |= library.running(idle)
            if found:
                return found
            token.pause(LOOK_S)
        return frozenset()

    return work


def refresh_work(library: Library, key: StoreKey) -> Callable[[CancelToken], StoreFacts | None]:
    """Work that reads the newest state of a store from now on."""
    return lambda token: library.refresh(key, token)
