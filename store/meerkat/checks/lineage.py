"""Chained digests over the rows of a strand and over rewrites (formats/meerkat.md §1.5 rule 12). Pure.

A lineage tells how rows came about, not only what they are: after a rewrite it is another one than that of the same
rows appended one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from store.meerkat.checks.tokens import EMPTY_REWRITE_DIGEST

PREFIX = "row-lineage-v1-sha256:"
_EMPTY = hashlib.sha256(b"meerkat.session-message-row-lineage.v1.empty\0").digest()
_APPEND = b"meerkat.session-message-row-lineage.v1.append\0"
_SPLICE = b"meerkat.session-message-row-lineage.v1.splice\0"
_STEP = b"meerkat.transcript-rewrite-prefix.step.v1\0"
_REWRITES = "sha256:"


class RowLineage:
    """The digest of the rows so far; each row moves it on.

    Attributes:
        count: rows that were taken in.
    """

    def __init__(self) -> None:
        self._state = _EMPTY
        self.count = 0

    @classmethod
    def from_digest(cls, digest: str, count: int) -> RowLineage:
        """Go on from what is known of the first `count` rows. Raises ValueError when it is no such digest."""
        if not digest.startswith(PREFIX) or count < 0:
            raise ValueError("no digest of a row lineage")
        lineage = cls()
        lineage._state = _digest_bytes(digest.removeprefix(PREFIX))
        lineage.count = count
        return lineage

    def add(self, row: bytes) -> None:
        """Take in the next row's stored bytes."""
        numbers = self.count.to_bytes(8, "big") + len(row).to_bytes(8, "big")
        step = hashlib.sha256(_APPEND + self._state + numbers)
        step.update(row)
        self._state = step.digest()
        self.count += 1

    def splice(self, begin: int, end: int, rows: Sequence[bytes]) -> None:
        """Go on from a rewrite that put other rows in the place of rows [begin, end); what was removed is not needed.

        Raises ValueError when there are no such rows.
        """
        if not 0 <= begin <= end <= self.count:
            raise ValueError("no such rows")
        step = hashlib.sha256(_SPLICE + self._state)
        for number in (self.count, begin, end, len(rows)):
            step.update(number.to_bytes(8, "big"))
        for row in rows:
            step.update(len(row).to_bytes(8, "big"))
            step.update(row)
        self._state = step.digest()
        self.count += len(rows) - (end - begin)

    @property
    def digest(self) -> str:
        """Of the rows so far, as it is stored."""
        return PREFIX + self._state.hex()


def rewrite_prefix(commits: Iterable[bytes], since: str = EMPTY_REWRITE_DIGEST) -> str:
    """The chained digest of rewrites.

    Args:
        commits: stored bytes of each commit, oldest first.
        since: of the rewrites before the first of these.

    Raises:
        ValueError: `since` is no such digest.
    """
    if not since.startswith(_REWRITES):
        raise ValueError("no digest of rewrites")
    state = _digest_bytes(since.removeprefix(_REWRITES))
    for commit in commits:
        state = hashlib.sha256(_STEP + state + len(commit).to_bytes(8, "big") + commit).digest()
    return _REWRITES + state.hex()


def _digest_bytes(digits: str) -> bytes:
    state = bytes.fromhex(digits)
    if len(state) != 32:
        raise ValueError("no SHA-256 digest")
    return state
