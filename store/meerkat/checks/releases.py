"""Which releases can have written what a store or document holds, and what those read (formats/meerkat.md §1.3, §1.4).

Pure. What is told here narrows digest formats that fit alike, and says which documents those releases refuse.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from store.meerkat.digests import DigestFormat
from store.meerkat.generation import Layout

F1, F2, F3, F4, F5 = DigestFormat
FIRST_SEALED_LEDGER = 3
"""From here on heads are sealed by a boundary, metadata stands in cells, and rows have a lineage (0.8.11)."""


@dataclass(frozen=True, slots=True)
class Releases:
    """What the releases that a session may come from do.

    Attributes:
        formats: digest formats that they write.
        versions: of envelopes that they read; None where they read any.
        is_legacy_refused: they refuse the assistant message of before 0.5.1.
    """

    formats: frozenset[DigestFormat]
    versions: frozenset[int] | None = None
    is_legacy_refused: bool = False

    def one_of(self, fitting: Collection[DigestFormat]) -> DigestFormat | None:
        """The one format by which a session is named; None where none fits, or several do."""
        narrowed = self.formats.intersection(fitting) or frozenset(fitting)
        return next(iter(narrowed)) if len(narrowed) == 1 else None


def releases_of_documents(layout: Layout) -> Releases:
    """Of the whole documents of a database."""
    if layout.is_half_bridged or layout.ledger is not None or layout.has_heads:
        return Releases(frozenset((F1, F2, F3)))  # documents of several releases stand in one file
    if layout.has("runtime_projection_quarantine"):
        return Releases(frozenset((F2, F3)), frozenset((2,)), is_legacy_refused=True)
    return Releases(frozenset((F1,)))


def releases_of_version(version: int | None) -> Releases:
    """Of a document that stands alone: told by its version."""
    if version is not None and version >= 4:
        return Releases(frozenset((F5,)), is_legacy_refused=True)
    if version == 3:
        return Releases(frozenset((F4, F5)), is_legacy_refused=True)
    return Releases(frozenset((F1, F2, F3)))


def releases_of_head(layout: Layout, version: int | None) -> Releases:
    """Of a head and its strand."""
    ledger = layout.ledger or 0
    if ledger < FIRST_SEALED_LEDGER:
        return Releases(frozenset((F3,)), is_legacy_refused=True)
    if version is not None and version >= 4:
        return Releases(frozenset((F5,)), is_legacy_refused=True)
    return Releases(frozenset((F4, F5)), is_legacy_refused=True)


def format_words(fitting: Collection[DigestFormat], releases: Releases) -> str:
    """The formats in which a name holds, for a sentence: "format 3", "format 4 or 5"."""
    narrowed = sorted(releases.formats.intersection(fitting) or fitting)
    return f"format {' or '.join(str(int(one)) for one in narrowed)}"
