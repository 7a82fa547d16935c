"""A bounded cache of transcript indexes, the least recently used going first. Thread-safe."""

from __future__ import annotations

import threading
from collections import OrderedDict

from store.meerkat.transcripts import Indexed

MAX_CACHED_BYTES = 48 * 1024 * 1024


class IndexCache:
    """The indexes of the sessions that were opened last; the newest one always stays."""

    def __init__(self, max_bytes: int = MAX_CACHED_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Indexed] = OrderedDict()
        self._max_bytes = max_bytes

    def get(self, session_id: str) -> Indexed | None:
        """The index of a session, if it is still held."""
        with self._lock:
            indexed = self._kept.get(session_id)
            if indexed is not None:
                self._kept.move_to_end(session_id)
            return indexed

    def put(self, session_id: str, indexed: Indexed) -> None:
        """Hold an index, letting older ones go."""
        with self._lock:
            self._kept[session_id] = indexed
            self._kept.move_to_end(session_id)
            size = sum(kept.index.size_bytes for kept in self._kept.values())
            while size > self._max_bytes and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                size -= dropped.index.size_bytes

    def clear(self) -> None:
        """Let all go."""
        with self._lock:
            self._kept.clear()
