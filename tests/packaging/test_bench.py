"""Benchmarks: every number of the issue is measured, in processes of their own, and reported in the promised shape."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def bench(load_packaging: Callable[[str], ModuleType]) -> ModuleType:
    return load_packaging("bench")


@pytest.fixture
def child(bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let this program be what is measured."""

    def use(program: str) -> None:
        path = tmp_path / "child.py"
        path.write_text(program)
        monkeypatch.setattr(bench, "CHILD", path)

    return use


def _named(bench: ModuleType, name: str) -> object:
    return bench.chosen([name])[0]


@pytest.mark.parametrize("number", ["N1", "N2", "N3", "N4", "N5", "N6", "N7"])
def test_1_N1_to_1_N7_each_number_has_a_measure(bench: ModuleType, number: str) -> None:
    assert bench.chosen([f"1-{number}"])


def test_every_measure_can_be_run_by_the_child(bench: ModuleType, load_packaging: Callable[[str], ModuleType]) -> None:
    modules = ("bench_child", "bench_reading", "bench_checks", "bench_store", "bench_actions")
    names = [name for module in modules for name in load_packaging(module).MEASURED]
    assert sorted(names) == sorted(one.name for one in bench.MEASURES)


@pytest.mark.parametrize("name", ["1-N2-jump", "2-N4-first", "3-N4-codec", "4-N1-append", "4-N2-plan"])
def test_the_child_finds_a_measure_in_whichever_module_it_stands(
    load_packaging: Callable[[str], ModuleType], name: str
) -> None:
    measure = load_packaging("bench_child").measure_named(name)
    assert measure.__doc__


def test_2_N1_to_2_N7_each_number_has_a_measure(bench: ModuleType) -> None:
    assert all(bench.chosen([f"2-N{number}"]) for number in range(1, 8))


def test_3_N1_to_3_N4_each_number_has_a_measure(bench: ModuleType) -> None:
    assert all(bench.chosen([f"3-N{number}"]) for number in range(1, 5))


def test_4_N1_to_4_N4_each_number_has_a_measure(bench: ModuleType) -> None:
    assert all(bench.chosen([f"4-N{number}"]) for number in range(1, 5))


def test_without_names_everything_is_measured(bench: ModuleType) -> None:
    assert bench.chosen([]) == list(bench.MEASURES)


def test_a_name_that_is_none_is_refused_with_those_there_are(bench: ModuleType) -> None:
    with pytest.raises(ValueError, match="No measure begins with '1-N9'; there are: 1-N1-s06"):
        bench.chosen(["1-N9"])


def test_a_value_is_what_the_child_answers_last(
    bench: ModuleType, child: Callable[[str], None], tmp_path: Path
) -> None:
    child("print('talk'); print('{\"value\": 0.25, \"beside\": 0.5}')")
    answer = bench.run_child(_named(bench, "1-N5-sort"), tmp_path, os.environ)
    assert (answer.value, answer.beside) == (0.25, 0.5)


def test_1_N3_peak_memory_is_what_the_system_accounted_to_the_child(
    bench: ModuleType, child: Callable[[str], None], tmp_path: Path
) -> None:
    child("kept = b'x' * 300_000_000; del kept; print('{\"value\": 0, \"beside\": null}')")
    answer = bench.run_child(_named(bench, "1-N3-rss"), tmp_path, os.environ)
    # Linux counts what the parent had when it started the child; the benchmark's own parent has some 30 MB.
    parent_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    assert 300 < answer.value < max(300, parent_mb) + 100


def test_a_child_that_fails_is_not_a_number(bench: ModuleType, child: Callable[[str], None], tmp_path: Path) -> None:
    child("print('why'); raise SystemExit(3)")
    with pytest.raises(RuntimeError, match="1-N2-jump ended with code 3: why"):
        bench.run_child(_named(bench, "1-N2-jump"), tmp_path, os.environ)


def test_the_median_counts_and_the_shape_is_the_promised_one(
    bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([bench.Answer(value, 1.0) for value in (1.1, 9.0, 1.0, 1.3, 1.2)])
    monkeypatch.setattr(bench, "run_child", lambda *_: next(answers))
    (result,) = bench.measure_all(bench.chosen(["1-N5-sort"]), tmp_path)
    assert result.as_json() == {
        "name": "1-N5-sort",
        "value": 1.2,
        "unit": "s",
        "goal": 1.2,
        "beside": {"name": "the same ORDER BY in plain SQLite", "value": 1.0},
        "command": "python3 packaging/dev.py bench 1-N5-sort",
    }
    assert result.is_met


def test_1_N7_the_heartbeat_may_be_twice_as_slow_as_idle_but_never_over_16_ms_for_that(bench: ModuleType) -> None:
    measure = _named(bench, "1-N7")
    assert [bench.Result(measure, 0, beside).goal for beside in (4.0, 8.0, 10.0)] == [16, 16, 20]


def test_the_report_holds_value_limit_reference_and_the_machine_in_words(bench: ModuleType) -> None:
    text = bench.report([bench.Result(_named(bench, "1-N6"), 0.31415, 0.7)])
    assert "| 0.314 s | ≤ 0.5 s | sqlitebrowser on the same file, to its window: 0.7 s |" in text
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in text
    assert "cores" in text


def test_some_measures_write_their_json_and_leave_the_report_alone(
    bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(bench.bench_data, "prepare", lambda names, folder: None)
    monkeypatch.setattr(bench, "run_child", lambda *_: bench.Answer(0.4, None))
    code = bench.main(["1-N1", "--json", str(tmp_path / "out.json")])
    assert code == 0
    assert [one["name"] for one in json.loads((tmp_path / "out.json").read_text())] == ["1-N1-s06", "1-N1-strands"]
    assert not (tmp_path / "BENCHMARKS.md").exists()


def test_a_value_over_its_limit_fails_the_command(
    bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "run_child", lambda *_: bench.Answer(0.6, None))
    monkeypatch.setattr(bench.bench_data, "prepare", lambda names, folder: None)
    assert bench.main(["1-N1-s06"]) == 1
    assert "1-N1-s06: 0.6 s, limit 0.5 s  OVER THE LIMIT" in capsys.readouterr().err
