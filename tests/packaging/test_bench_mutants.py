"""The trial of many mutants: shared among processes, counted by kind, with a crash or a hang laid to its number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants.base import SAMPLES

DOCUMENTS = len(SAMPLES) - 5
"""From here on the numbers are of small documents, which take no time."""

ENDS = 'import sys; print(\'{"number": %s, "kind": ""}\' % sys.argv[2], flush=True); sys.exit(7)'
HANGS = 'import sys, time; print(\'{"number": %s, "kind": ""}\' % sys.argv[2], flush=True); time.sleep(60)'


@pytest.fixture
def bench(load_packaging: Callable[[str], ModuleType]) -> ModuleType:
    return load_packaging("bench_mutants")


def test_s5_mutants_are_shared_among_processes_and_each_is_tried_once(bench: ModuleType) -> None:
    trial = bench.try_mutants(5, DOCUMENTS, workers=2)
    assert (trial.tried, sum(trial.kinds.values()), trial.failures) == (5, 5, {})


def test_s5_the_result_has_the_shape_of_all_measures(bench: ModuleType) -> None:
    shape = bench.Trial(tried=3, seconds=1.4, failures={2: "why"}).as_json()
    assert (shape["name"], shape["value"], shape["goal"]) == ("mutants", 1, 0)
    assert shape.keys() == {"name", "value", "unit", "goal", "beside", "command"}


def test_s5_a_process_that_crashes_is_a_failure_of_the_number_it_was_at_and_the_next_goes_on(
    bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "child.py").write_text(ENDS)
    monkeypatch.setattr(bench, "CHILD", tmp_path / "child.py")
    trial = bench.try_mutants(3, 10, workers=1)
    assert trial.tried == 3
    assert set(trial.failures) == {10, 11, 12}
    assert trial.failures[11] == "number 11: the process ended with code 7"


def test_s5_a_process_that_hangs_is_ended_and_a_failure_of_its_number(
    bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "child.py").write_text(HANGS)
    monkeypatch.setattr(bench, "CHILD", tmp_path / "child.py")
    monkeypatch.setattr(bench, "HANG_S", 0.5)
    trial = bench.try_mutants(1, 10, workers=1)
    assert "said nothing" in trial.failures[10]


def test_s5_the_mutants_are_tried_only_when_they_are_named(
    load_packaging: Callable[[str], ModuleType], bench: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    all_benches = load_packaging("bench")
    tried: list[bool] = []
    monkeypatch.setattr(bench, "try_mutants", lambda: tried.append(True) or bench.Trial(tried=1))
    monkeypatch.setattr(all_benches, "measure_all", lambda measures, data: [])
    monkeypatch.setattr(all_benches.bench_data, "prepare", lambda names, data: None)
    monkeypatch.setattr(all_benches, "ROOT", tmp_path)
    assert all_benches.main(["1-N6"]) == 0
    assert tried == []
    assert all_benches.main(["mutants"]) == 0
    assert tried == [True]
