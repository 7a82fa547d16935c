"""The documents of a folder as they are read, and kept within a bound. Thread-safe."""

from __future__ import annotations

import threading

from store.cancel import CancelToken
from store.errors import NotAStore, OpenError, PathMissing, SessionChanged, SessionDamaged, SessionError, StoreVanished
from store.meerkat.documents.document_content import Content, read_content
from store.meerkat.documents.folder_index import FolderIndex, missing
from store.meerkat.documents.folder_rows import NO_DOCUMENT, NO_FILE
from store.meerkat.documents.folder_scan import Entry
from store.meerkat.documents.small_files import Moves, look_at
from store.meerkat.recently_used import RecentlyUsed

MAX_HELD_BYTES = 96 * 1024 * 1024


class FolderDocuments:
    """Documents in memory, each in the state in which somebody was shown it."""

    def __init__(self, index: FolderIndex, max_bytes: int = MAX_HELD_BYTES) -> None:
        self._index = index
        self._cache = RecentlyUsed[Content](max_bytes, lambda content: content.size_bytes)
        self._lock = threading.Lock()
        self._shown: dict[str, Moves] = {}

    def read(self, session_id: str, token: CancelToken) -> Content:
        """A session's document as it is now; what follows is of this state until it is read again.

        Raises:
            SessionMissing, SessionDamaged, SessionError: it cannot be read.
        """
        entry = self._index.entry_of(session_id, token)
        content = self._cache.get(session_id)
        if content is None or not content.moves or look_at(entry.path) != content.moves:
            content = self._read(entry, token, content)
        with self._lock:
            self._shown[session_id] = content.moves
        return content

    def held(self, session_id: str, token: CancelToken) -> Content:
        """The state of a document that was read last.

        Raises:
            SessionChanged: it is another one by now.
            SessionMissing, SessionDamaged, SessionError: as `read`.
        """
        entry = self._index.entry_of(session_id, token)
        content = self._cache.get(session_id)
        if content is None:
            content = self._read(entry, token, None)
            with self._lock:
                shown = self._shown.setdefault(session_id, content.moves)
            if shown != content.moves:
                raise SessionChanged
        elif entry.moves and entry.moves != content.moves and look_at(entry.path) != content.moves:
            raise SessionChanged
        return content

    def is_held(self, entry: Entry) -> bool:
        """Whether a document is in memory as its file is now."""
        content = self._cache.get(entry.session_id)
        return content is not None and bool(content.moves) and look_at(entry.path) == content.moves

    def held_ids(self) -> tuple[str, ...]:
        """Sessions whose documents are in memory."""
        return self._cache.held()

    def clear(self) -> None:
        """Let all go."""
        self._cache.clear()
        with self._lock:
            self._shown.clear()

    def _read(self, entry: Entry, token: CancelToken, older: Content | None) -> Content:
        if not entry.is_file:
            raise SessionDamaged(NO_FILE, "The other sessions are unaffected.")
        try:
            content = read_content(entry.path, token, older, entry.session_id)
        except (PathMissing, StoreVanished):
            raise missing() from None
        except NotAStore:
            raise SessionDamaged(NO_DOCUMENT, "The other sessions are unaffected.") from None
        except OpenError as error:
            raise SessionError(error.sentence, error.advice) from None
        self._cache.put(content.id, content)
        return content
