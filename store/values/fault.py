"""A fault: a record that cannot be read as it should, said in one sentence (rule 9: faults are values)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one record.

    Attributes:
        code: stable, kebab-case; part of the command line's contract.
        sentence: one sentence for people; never holds message text or metadata values.
    """

    code: str
    sentence: str
