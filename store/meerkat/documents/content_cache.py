"""A bounded cache of documents in memory, the least recently used going first. Thread-safe."""

from __future__ import annotations

import threading
from collections import OrderedDict

from store.meerkat.documents.document_content import Content

MAX_CACHED_BYTES = 96 * 1024 * 1024


class ContentCache:
    """The documents that were opened last; the newest one always stays, however large it is."""

    def __init__(self, max_bytes: int = MAX_CACHED_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Content] = OrderedDict()
        self._max_bytes = max_bytes

    def get(self, session_id: str) -> Content | None:
        """The document of a session, if it is still held."""
        with self._lock:
            content = self._kept.get(session_id)
            if content is not None:
                self._kept.move_to_end(session_id)
            return content

    def put(self, content: Content) -> None:
        """Hold a document, letting older ones go."""
        with self._lock:
            self._kept[content.id] = content
            self._kept.move_to_end(content.id)
            size = sum(kept.size_bytes for kept in self._kept.values())
            while size > self._max_bytes and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                size -= dropped.size_bytes

    def held(self) -> tuple[str, ...]:
        """Ids of the sessions whose documents are held, the one used last at the end."""
        with self._lock:
            return tuple(self._kept)

    def clear(self) -> None:
        """Let all go."""
        with self._lock:
            self._kept.clear()
