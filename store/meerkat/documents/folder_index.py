"""What is known of the sessions in a folder of documents between two looks at it. Thread-safe."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

from store.cancel import CancelToken
from store.errors import SessionMissing
from store.meerkat.documents.folder_rows import gone, row_facts
from store.meerkat.documents.folder_scan import Entry, Scan, scan_folder
from store.meerkat.documents.sidecar import About, read_about
from store.meerkat.documents.small_files import look_at
from store.meerkat.realm import is_recent_s
from store.meerkat.row_facts import RowFacts
from store.values.session import SortKey, SortOrder

LOOKED_AT_ONCE = 250
"""Files looked at in one question whether anything has moved: the folder's own time tells of every file that is made,
removed or replaced, and only one that is written in place must be looked at itself, in its turn."""


class FolderIndex:
    """The last scan of a folder, and what was read of the sidecars since."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._scan: Scan | None = None
        self._abouts: dict[int, tuple[Entry, About]] = {}
        self._turn = 0

    def scan(self, token: CancelToken) -> Scan:
        """The folder as it was seen last; looks at it the first time. Raises OpenError."""
        scan = self._scan
        if scan is None:
            self._scan = scan = scan_folder(self._folder, token)
        return scan

    def refresh(self, token: CancelToken) -> bool:
        """Look at the folder again; whether anything is other than before. Raises OpenError."""
        before, after = self._scan, scan_folder(self._folder, token)
        if before is not None and before == after and _is_settled(after):
            return False
        with self._lock:
            self._scan = after
            # What was read of files that are as they were counts on.
            self._abouts = {
                handle: known
                for handle, known in self._abouts.items()
                if known[0].moves and known[0] == after.entries.get(handle)
            }
        return before is None or not _is_settled(before) or _states(before) != _states(after)

    def entry_of(self, session_id: str, token: CancelToken) -> Entry:
        """The files of a session. Raises SessionMissing."""
        scan = self.scan(token)
        handle = scan.handles.get(session_id)
        if handle is None:
            raise missing()
        return scan.entries[handle]

    def about(self, entry: Entry, token: CancelToken) -> About:
        """What is known of a session without its transcript; read once for each state of its files."""
        known = self._abouts.get(entry.handle)
        if known is not None and known[0] == entry:
            return known[1]
        about = read_about(entry.sidecar, entry.path, entry.session_id, token) if entry.is_file else About()
        with self._lock:
            self._abouts[entry.handle] = (entry, about)
        return about

    def known(self, handle: int, token: CancelToken) -> tuple[Entry, About] | None:
        """Files of a row and what is known of them; None if it is gone."""
        entry = self.scan(token).entries.get(handle)
        return None if entry is None else (entry, self.about(entry, token))

    def known_id(self, session_id: str, token: CancelToken) -> tuple[Entry, About]:
        """The same of a session. Raises SessionMissing."""
        entry = self.entry_of(session_id, token)
        return entry, self.about(entry, token)

    def facts_of(self, handle: int, token: CancelToken) -> RowFacts:
        """What a row of the list says; a damaged one where there is none any more."""
        known = self.known(handle, token)
        return gone(handle) if known is None else row_facts(*known, token)

    def page(self, after_handle: int | None, limit: int, token: CancelToken) -> list[Entry]:
        """The next entries by handle."""
        entries = self.scan(token).entries
        handles = list(entries)
        begin = 0 if after_handle is None else bisect_right(handles, after_handle)
        return [entries[handle] for handle in handles[begin : begin + max(0, limit)]]

    def ordered(self, order: SortOrder, token: CancelToken) -> array[int]:
        """All handles in an order; what is not recorded stands where a database would put it, ties by id."""
        entries = sorted(self.scan(token).entries.values(), key=lambda entry: entry.session_id)
        if order.key is SortKey.ID:
            if order.is_descending:
                entries.reverse()
        elif order.key is SortKey.SIZE:
            entries.sort(key=lambda entry: entry.size_bytes, reverse=order.is_descending)
        else:
            values = {entry.handle: self._value(entry, order.key, token) for entry in _checked(entries, token)}
            entries.sort(key=lambda entry: values[entry.handle], reverse=order.is_descending)
        return array("q", [entry.handle for entry in entries])

    def _value(self, entry: Entry, key: SortKey, token: CancelToken) -> int:
        """What a session is sorted by; -1 where it is not recorded, which is less than all that is."""
        about = self.about(entry, token)
        value = {
            SortKey.UPDATED: about.updated_at_ms,
            SortKey.CREATED: about.created_at_ms,
            SortKey.MESSAGES: about.message_count,
            SortKey.TOKENS: about.total_tokens,
        }[key]
        return -1 if value is None else value

    def newest_s(self) -> float:
        """When a document was written last, in seconds since 1970; looks at the one that was the last to be written."""
        scan = self._scan
        if scan is None or not scan.newest:
            return 0.0
        entry = scan.entries[scan.newest[0]]
        moves = look_at(entry.path)
        return (moves[3] if moves else entry.mtime_ns) / 1e9

    def recent_ids(self, now_s: float, token: CancelToken) -> frozenset[str]:
        """Sessions whose own last change lies within the last 30 seconds; only documents written last can be."""
        scan = self.scan(token)
        found = (self.known(handle, token) for handle in scan.newest)
        return frozenset(
            entry.session_id
            for entry, about in (one for one in found if one is not None)
            if about.updated_at_ms is not None and is_recent_s(about.updated_at_ms / 1000, now_s)
        )

    def has_changed(self, held_ids: Iterable[str]) -> bool:
        """Whether the folder moved since it was seen, or one of the files that are looked at this time.

        Args:
            held_ids: sessions that somebody looks at; they are looked at every time, as the newest ones are.
        """
        scan = self._scan
        if scan is None:
            return False
        if not scan.moves or look_at(self._folder) != scan.moves:
            return True
        handles = list(scan.newest)
        handles.extend(scan.handles[name] for name in held_ids if name in scan.handles)
        handles.extend(self._next_turn(scan))
        return any(scan.entries[handle].has_moved() for handle in dict.fromkeys(handles))

    def _next_turn(self, scan: Scan) -> list[int]:
        """The next files in turn."""
        every = list(scan.entries)
        with self._lock:
            begin = self._turn if self._turn < len(every) else 0
            self._turn = begin + LOOKED_AT_ONCE
        return every[begin : begin + LOOKED_AT_ONCE]


def missing() -> SessionMissing:
    """The error for a session without a file."""
    return SessionMissing("There is no session with this id in the store.", "Reload; it may have been deleted.")


def _checked(entries: list[Entry], token: CancelToken) -> Iterable[Entry]:
    for number, entry in enumerate(entries):
        token.take_turn()
        token.report(number, len(entries), "Reading list entries", "sessions")
        yield entry


def _is_settled(scan: Scan) -> bool:
    return bool(scan.moves) and all(entry.moves for entry in scan.entries.values())


def _states(scan: Scan) -> list[tuple[int, int, int, object]]:
    """What people would see of a scan, without what only says how sure it is."""
    return [(entry.handle, entry.size_bytes, entry.mtime_ns, entry.sidecar_moves) for entry in scan.entries.values()]
