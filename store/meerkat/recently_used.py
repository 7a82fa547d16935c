"""A bounded cache of what was read of sessions, the least recently used going first. Thread-safe."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class RecentlyUsed(Generic[Kept]):
    """What was used last, by session; the newest one always stays, however large it is."""

    def __init__(self, max_bytes: int, size_of: Callable[[Kept], int]) -> None:
        """Hold nothing yet.

        Args:
            max_bytes: of all that is held together.
            size_of: bytes that one takes in memory, about.
        """
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._max_bytes, self._size_of = max_bytes, size_of

    def get(self, session_id: str) -> Kept | None:
        """What is held of a session; it is the last used one now."""
        with self._lock:
            found = self._kept.get(session_id)
            if found is not None:
                self._kept.move_to_end(session_id)
            return found

    def put(self, session_id: str, kept: Kept) -> None:
        """Hold something, letting older ones go."""
        with self._lock:
            self._kept[session_id] = kept
            self._kept.move_to_end(session_id)
            # All are measured anew: what was put in may have grown since.
            size_bytes = sum(map(self._size_of, self._kept.values()))
            while size_bytes > self._max_bytes and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                size_bytes -= self._size_of(dropped)

    def held(self) -> tuple[str, ...]:
        """Ids of the sessions of which something is held, the one used last at the end."""
        with self._lock:
            return tuple(self._kept)

    def clear(self) -> None:
        """Let all go."""
        with self._lock:
            self._kept.clear()
