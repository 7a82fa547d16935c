"""Knowing the old messages of a grown transcript again, so that only what is new has to be indexed.

An agent saves a session whole after each turn: what was said before stands there again, byte for byte, and new messages
follow. A digest of the stored bytes from the first message to the end of the last one tells whether that is so, in a
fraction of the time that it takes to decode them; hashing leaves the interpreter to others.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from store.cancel import CancelToken
from store.meerkat.byte_source import ByteSource
from store.meerkat.transcript_index import TranscriptIndex

HASHED_BYTES = 1024 * 1024
"""Read and hashed at once."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """The messages of a document that were indexed before.

    Attributes:
        index: of them; at least one. It is read here, never changed.
        digest: of their stored bytes, with what stands between them.
    """

    index: TranscriptIndex
    digest: bytes

    @property
    def size_bytes(self) -> int:
        """From the first byte of the first message to the end of the last one."""
        return _end_of(self.index) - self.index.begins[0]

    def stands_at(self, source: ByteSource, at: int, token: CancelToken) -> bool:
        """Whether the same messages, spelled the same, stand in a document from `at` on."""
        return at + self.size_bytes <= source.size_bytes and _digest(source, at, self.size_bytes, token) == self.digest


def prefix_of(source: ByteSource, index: TranscriptIndex, token: CancelToken) -> Prefix | None:
    """Take the digest of all messages of an indexed document; None if it has none."""
    if not index.begins:
        return None
    first = index.begins[0]
    return Prefix(index, _digest(source, first, _end_of(index) - first, token))


def _end_of(index: TranscriptIndex) -> int:
    return index.begins[-1] + index.sizes[-1]


def _digest(source: ByteSource, begin: int, length: int, token: CancelToken) -> bytes:
    digest = hashlib.sha256()
    for at in range(begin, begin + length, HASHED_BYTES):
        token.check()
        digest.update(source.read(at, min(HASHED_BYTES, begin + length - at)))
    return digest.digest()
