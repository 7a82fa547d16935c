"""Which releases can have written what a store or document holds, and what those read (formats/meerkat.md §1.3, §1.4).

Pure. What is told here narrows digest formats that fit alike, and says which documents those releases refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from store.meerkat.generation import Layout
from store.meerkat.shapes.digests import DigestFormat
from store.meerkat.written_by import LAST, Bounds, Release, proved_bounds

F1, F2, F3, F4, F5 = DigestFormat
FIRST_SEALED_VERSION = 3
"""From this version of a document or head on no earlier release reads it (0.8.11)."""

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
        narrowed = self.narrowed(fitting)
        return next(iter(narrowed)) if len(narrowed) == 1 else None

    def narrowed(self, fitting: Collection[DigestFormat]) -> frozenset[DigestFormat]:
        """Of formats that fit, those that these releases write; all of them where none is."""
        return self.formats.intersection(fitting) or frozenset(fitting)


_WRITERS: tuple[tuple[DigestFormat, Release, Release], ...] = (
    (F1, (0, 0, 0), (0, 6, 34)),
    (F2, (0, 7, 0), (0, 7, 13)),
    (F3, (0, 7, 14), (0, 8, 10)),
    (F4, (0, 8, 11), (0, 8, 44)),
    (F5, (0, 8, 36), (LAST, 0, 0)),
)
"""The first and the last release that may name transcripts in each format. Between 0.8.36 and 0.8.44 either may be."""


def releases_of_document(
    layout: Layout | None, version: int | None, keys: Collection[str] = (), beside: Iterable[Bounds] = ()
) -> Releases:
    """Of a whole document.

    Args:
        layout: of the database that it stands in; None where it is a file.
        version: that it says; None where it says none.
        keys: of its metadata. Later releases keep those of earlier ones, so that they tell the first release only.
        beside: bounds that are proved by what is stored beside it.
    """
    formats = _formats_of_version(version)
    proved = proved_bounds(version, dict.fromkeys(keys), beside)
    if proved is not None:
        formats = formats & _formats_between(*proved) or formats
    if version is not None and version >= FIRST_SEALED_VERSION:
        return Releases(formats, is_legacy_refused=True)
    if layout is None or layout.is_half_bridged or layout.ledger is not None or layout.has_heads:
        return Releases(formats)  # of several releases, perhaps
    if not layout.has("runtime_projection_quarantine"):
        return Releases(formats)
    return Releases(formats, frozenset((2,)), is_legacy_refused=True)


def _formats_of_version(version: int | None) -> frozenset[DigestFormat]:
    if version is not None and version > FIRST_SEALED_VERSION:
        return frozenset((F5,))
    return frozenset((F4, F5) if version == FIRST_SEALED_VERSION else (F1, F2, F3))


def _formats_between(first: Release | None, last: Release | None) -> frozenset[DigestFormat]:
    return frozenset(
        form for form, since, until in _WRITERS if (first is None or first <= until) and (last is None or since <= last)
    )


def releases_of_head(layout: Layout, version: int | None) -> Releases:
    """Of a head and its strand."""
    ledger = layout.ledger or 0
    if ledger < FIRST_SEALED_LEDGER:
        return Releases(frozenset((F3,)), is_legacy_refused=True)
    if version is not None and version >= 4:
        return Releases(frozenset((F5,)), is_legacy_refused=True)
    return Releases(frozenset((F4, F5)), is_legacy_refused=True)


def name_of(
    names: Mapping[DigestFormat, str],
    fitting: frozenset[DigestFormat],
    releases: Releases,
    bodies: Callable[[], frozenset[DigestFormat]] | None = None,
) -> tuple[str | None, DigestFormat | None]:
    """A transcript's name and the format in which it is one; None for each that cannot be told.

    Args:
        names: of the transcript, in all formats that are asked about here.
        fitting: formats in which the stored name holds; those of the releases where no name is stored.
        bodies: finds formats in which all retained revisions are named; asked only where nothing else tells.
    """
    form = releases.one_of(fitting)
    if form is None and fitting and bodies is not None:
        form = releases.one_of(bodies() & fitting)
    told = {names[one] for one in (releases.narrowed(fitting) if form is None else (form,))}
    return told.pop() if len(told) == 1 else None, form


def unsure_words(formats: Collection[DigestFormat]) -> str:
    """A sentence that says of a transcript why the format of its name is not told."""
    numbers = [str(int(one)) for one in sorted(formats)]
    return f"Nothing tells whether it would be named in format {', '.join(numbers[:-1])} or {numbers[-1]}."


def format_words(fitting: Collection[DigestFormat], releases: Releases) -> str:
    """The formats in which a name holds, for a sentence: "format 3", "format 4 or 5"."""
    return f"format {' or '.join(str(int(one)) for one in sorted(releases.narrowed(fitting)))}"
