"""Knowing the old messages of a grown transcript again, so that only what is new has to be indexed.

An agent saves a session whole after each turn: what was said before stands there again, byte for byte, and new messages
follow. A digest of the stored bytes from the first message to the end of the last one tells whether that is so, in a
fraction of the time that it takes to decode them; hashing leaves the interpreter to others.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.messages.transcript_index import TranscriptIndex

HASHED_BYTES = 1024 * 1024
"""Read and hashed at once."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """The messages of a document that were indexed before.

    Attributes:
        index: of them; at least one. It is read here, never changed.
        state: of the hash over their stored bytes, with what stands between them; never updated, only copied.
    """

    index: TranscriptIndex
    state: hashlib._Hash

    @property
    def size_bytes(self) -> int:
        """From the first byte of the first message to the end of the last one."""
        return _end_of(self.index) - self.index.begins[0]

    def stands_at(self, source: ByteSource, at: int, token: CancelToken) -> bool:
        """Whether the same messages, spelled the same, stand in a document from `at` on."""
        end = at + self.size_bytes
        if end > source.size_bytes:
            return False
        found = hashlib.sha256()
        _update(found, source, at, end, token)
        return found.digest() == self.state.digest()


def prefix_of(
    source: ByteSource, index: TranscriptIndex, token: CancelToken, since: Prefix | None = None
) -> Prefix | None:
    """Hash all messages of an indexed document; None if it has none.

    Args:
        since: what its first messages are known to be, which are not hashed again.
    """
    if not index.begins:
        return None
    state = hashlib.sha256() if since is None else since.state.copy()
    begin = index.begins[0] + (0 if since is None else since.size_bytes)
    _update(state, source, begin, _end_of(index), token)
    return Prefix(index, state)


def _end_of(index: TranscriptIndex) -> int:
    return index.begins[-1] + index.sizes[-1]


def _update(state: hashlib._Hash, source: ByteSource, begin: int, end: int, token: CancelToken) -> None:
    for at in range(begin, end, HASHED_BYTES):
        token.check()
        state.update(source.read(at, min(HASHED_BYTES, end - at)))
