"""Damaged stores: seeded mutants of every sample, each read through the door and held against what stands in it (S5).

What must hold is written in tests/mutants/judge.py. A failure names sample and number; the same mutant again:
`python -m tests.mutants.harness SAMPLE NUMBER`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants.base import SAMPLES, Sample
from tests.mutants.harness import Harness, sample_of
from tests.mutants.making import make_mutant
from tests.mutants.plain import read_plain

QUICK_MUTANTS = 60
SLOW_MUTANTS = 2_000
ONE_SAMPLE = -(-SLOW_MUTANTS // len(SAMPLES))


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    """A place where mutants are tried."""
    harness = Harness(tmp_path / "mutants")
    yield harness
    harness.remove()


def test_s5_a_handful_of_mutants_of_all_samples_is_shown_as_it_is_or_said_to_be_damaged(harness: Harness) -> None:
    verdicts = [harness.try_mutant(sample_of(number), number) for number in range(QUICK_MUTANTS)]
    assert [str(verdict) for verdict in verdicts if verdict.sentences] == []


@pytest.mark.slow
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_s5_mutants_of_a_sample_are_shown_as_they_are_or_said_to_be_damaged(harness: Harness, sample: Sample) -> None:
    verdicts = [harness.try_mutant(sample, seed) for seed in range(1_000, 1_000 + ONE_SAMPLE)]
    assert [str(verdict) for verdict in verdicts if verdict.sentences] == []


def test_a_number_makes_the_same_mutant_again() -> None:
    for number in range(30):
        one, again = (make_mutant(sample_of(number), number) for _ in range(2))
        assert (one.kind, one.note, one.files) == (again.kind, again.note, again.files)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_an_unharmed_sample_is_whole_to_whoever_reads_it_plainly(sample: Sample) -> None:
    plain = read_plain(sample, sample.closed)
    assert (plain.is_whole, plain.broken) == (True, set())
    assert plain.sessions
