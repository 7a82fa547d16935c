"""A mutant: what was changed of a sample, and by what name."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.mutants.base import Files, Sample

Changes = dict[str, bytes | None]
"""New content of files by their path below the sample's folder; None where a file was removed."""


@dataclass(frozen=True)
class Mutant:
    """One mutant.

    Attributes:
        sample: what it was made of.
        seed: with the sample it makes the same mutant again.
        kind: what was done, in two words: "page: flipped bits".
        note: where.
        files: all files of the mutant.
        changed: paths of those that differ from the closed sample.
    """

    sample: Sample
    seed: int
    kind: str
    note: str
    files: Files
    changed: frozenset[str] = field(default_factory=frozenset)


def with_changes(files: Files, changes: Changes) -> Files:
    """The files with some of them replaced or removed."""
    kept = {name: data for name, data in files.items() if name not in changes}
    return kept | {name: data for name, data in changes.items() if data is not None}


def chance_of(sample: Sample, seed: int) -> Random:
    """The random numbers of one mutant, the same in every process."""
    return Random(f"{sample.name}/{seed}")
