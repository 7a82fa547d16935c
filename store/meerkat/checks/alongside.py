"""Comparing a snapshot's messages with the rows of a strand while those are read anyway.

The usual case is that one is the other, byte for byte: then the snapshot is read once, and nothing of it is decoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from store.cancel import CancelToken
from store.meerkat.agreement import same_text
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.walker import Broken, Walker
from store.meerkat.messages.document_walk import read_from, walk_document

READ_BYTES = 512 * 1024
PAGE_MESSAGES = 200


class Alongside:
    """The messages of a snapshot, compared with rows as they come.

    Attributes:
        count: messages of the snapshot that were found equal to rows.
        differs: a row was not the snapshot's message of the same number.
        is_longer: the snapshot has more messages than there were rows; known after `finish`.
        is_broken: it is no document.
    """

    def __init__(self, source: ByteSource, token: CancelToken) -> None:
        self._source, self._token = source, token
        self._pieces = _Pieces(source, token)
        self._slow: Iterator[bytes] | None = None
        self._has_ended = False
        self.count = 0
        self.differs = False
        self.is_longer = False
        self.is_broken = self._pieces.is_broken

    def watch(self, rows: Iterable[bytes]) -> Iterator[bytes]:
        """The same rows, compared as they pass, many at once."""
        seen: list[bytes] = []
        for data in rows:
            seen.append(data)
            if len(seen) == PAGE_MESSAGES:
                self._compare_all(seen)
                seen.clear()
            yield data
        self._compare_all(seen)
        self._finish()

    def _compare_all(self, seen: list[bytes]) -> None:
        # Joined as a list has them: a call for each of 100,000 rows would take as long as to read them.
        is_usual = bool(seen) and self._slow is None and not (self.is_broken or self.differs or self._has_ended)
        if is_usual and self._pieces.follows(b",".join(seen), self.count == 0):
            self.count += len(seen)
            return
        for data in seen:
            if self.is_broken or self.differs or self._has_ended:
                return
            self._compare(data)

    def _compare(self, data: bytes) -> None:
        if self._slow is None:
            if self._pieces.follows(data, self.count == 0):
                self.count += 1
                return
            if self._pieces.is_end(self.count == 0):
                self._has_ended = True
                return
            self._slow = self._messages(self.count)
        stored = next(self._slow, None)
        if stored is None:
            self._has_ended = True
        elif same_text(stored, data):
            self.count += 1
        else:
            self.differs = True

    def _finish(self) -> None:
        if self.is_broken or self.differs or self._has_ended:
            return
        if self._slow is not None:
            self.is_longer = next(self._slow, None) is not None
        else:
            self.is_longer = not self._pieces.is_end(self.count == 0)

    def _messages(self, begin: int) -> Iterator[bytes]:
        """Messages from `begin` on, found by a walk."""
        try:
            walk = walk_document(self._source, self._token)
        except Broken:
            self.is_broken = True
            return
        count = walk.index.count
        for first in range(begin, count, PAGE_MESSAGES):
            numbers = list(range(first, min(count, first + PAGE_MESSAGES)))
            page = read_from(self._source, walk.index, numbers, self._token)
            yield from (page[number] for number in numbers)


class _Pieces:
    """The bytes of the list of messages, compared with what they would be."""

    def __init__(self, source: ByteSource, token: CancelToken) -> None:
        self._source, self._token = source, token
        self._window = b""
        self._used = 0
        self._at = -1
        self.is_broken = False
        try:
            for member in Walker(source, token).members(0):
                if member.key == "messages":
                    self._at = member.begin
                    break
            else:
                self.is_broken = True
        except Broken:
            self.is_broken = True

    def follows(self, data: bytes, is_first: bool) -> bool:
        """Whether this message comes next; steps over it if it does."""
        size = len(data) + 1
        if not self._holds(size + 1):
            return False
        window, used = self._window, self._used
        if window[used : used + 1] != (b"[" if is_first else b",") or not window.startswith(data, used + 1):
            return False
        if window[used + size : used + size + 1] not in (b",", b"]"):
            return False
        self._used += size
        return True

    def is_end(self, is_first: bool) -> bool:
        """Whether the list ends here."""
        mark = b"[]" if is_first else b"]"
        return self._holds(len(mark)) and self._window.startswith(mark, self._used)

    def _holds(self, size: int) -> bool:
        """Have so many more bytes in the window, if the document has them."""
        if len(self._window) - self._used < size:
            self._token.check()
            self._at += self._used
            self._window = self._source.read(self._at, max(READ_BYTES, size))
            self._used = 0
        return len(self._window) - self._used >= size
