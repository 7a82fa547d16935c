"""Damaged stores: seeded mutants of every sample, each read through the door and held against what stands in it (S5).

What must hold is written in tests/mutants/judge.py. A failure names sample and number; the same mutant again:
`python -m tests.mutants.harness SAMPLE NUMBER`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants.base import SAMPLES, Sample
from tests.mutants.harness import Harness, sample_of
from tests.mutants.making import make_mutant
from tests.mutants.plain import read_plain

QUICK_MUTANTS = len(SAMPLES)
SLOW_MUTANTS = 2_000
FIRST_SLOW = 1_000_000
"""Far from the numbers of the benchmark, so that each of the two tries other mutants."""


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
@pytest.mark.timeout(400)
def test_s5_2000_mutants_are_shown_as_they_are_or_said_to_be_damaged(
    load_packaging: Callable[[str], ModuleType],
) -> None:
    trial = load_packaging("bench_mutants").try_mutants(SLOW_MUTANTS, FIRST_SLOW)
    assert trial.failures == {}
    assert trial.tried == SLOW_MUTANTS


def test_a_number_makes_the_same_mutant_again() -> None:
    for number in range(len(SAMPLES)):
        one, again = (make_mutant(sample_of(number), number) for _ in range(2))
        assert (one.kind, one.note, one.files) == (again.kind, again.note, again.files)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_an_unharmed_sample_is_whole_to_whoever_reads_it_plainly(sample: Sample) -> None:
    plain = read_plain(sample, sample.closed)
    assert (plain.is_whole, plain.broken) == (True, set())
    assert plain.sessions


def _named(name: str) -> Sample:
    return next(sample for sample in SAMPLES if sample.name == name)


@pytest.mark.parametrize(
    ("name", "kind", "place"),
    [
        ("0.6.24-rkat", "JSON: removed message", "runtime_session_snapshots.session_snapshot"),
        ("0.7.28", "JSON: other text", "session_strand_messages.message_json"),
        ("0.9.8", "JSON: other text", "session_strand_messages.message_json"),
        ("0.6.24-rkat-jsonl", "document: removed message", "sessions_jsonl"),
    ],
)
def test_the_judge_finds_it_when_a_sample_is_shown_in_the_place_of_its_mutant(
    harness: Harness, name: str, kind: str, place: str
) -> None:
    sample = next(sample for sample in SAMPLES if sample.name == name)
    mutants = (make_mutant(sample, seed) for seed in itertools.count())
    wanted = (mutant for mutant in mutants if mutant.kind == kind and mutant.note.startswith(place))
    assert any(harness.judge_shown(mutant, sample.closed) for mutant in itertools.islice(wanted, 4))
