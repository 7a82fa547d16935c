"""Measures Burrow: each measure five times, each time in a process of its own, and the median counts.

Run by `dev.py bench` with the Python of the environment. A reference is measured in the same process as the value that
is held against it, so that both saw the same machine. Peak memory is what the system accounted to the child.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import bench_data
import bench_mutants
import dev_display
from bench_list import MEASURES, Measure, Platform

ROOT = Path(__file__).resolve().parent.parent
CHILD = ROOT / "packaging" / "bench_child.py"
RUNS = 5
NAMES_HELP = f"a measure or the beginning of its name; {bench_mutants.NAME!r} for 100,000 damaged stores (takes long)"


@dataclass(frozen=True)
class Answer:
    """What one run of a child said; `beside` is None where nothing is measured beside it."""

    value: float
    beside: float | None


@dataclass(frozen=True)
class Result:
    """The medians of all runs of one measure."""

    measure: Measure
    value: float
    beside: float | None

    @property
    def goal(self) -> float | None:
        """The upper limit, in the unit of the value; None where the value is only reported."""
        return self.measure.goal(self.beside)

    @property
    def is_met(self) -> bool:
        """Whether the value keeps the limit."""
        return self.goal is None or self.value <= self.goal

    def as_json(self) -> dict[str, object]:
        """The shape that `--json` promises."""
        beside = None if self.beside is None else {"name": self.measure.beside, "value": rounded(self.beside)}
        return {
            "name": self.measure.name,
            "value": rounded(self.value),
            "unit": self.measure.unit,
            "goal": None if self.goal is None else rounded(self.goal),
            "beside": beside,
            "command": command_of(self.measure),
        }


def rounded(value: float) -> float:
    """Three digits that count; more would only pretend."""
    return float(f"{value:.3g}") if abs(value) < 100 else round(value, 1)


def command_of(measure: Measure) -> str:
    """How anybody measures this one again."""
    return f"python3 packaging/dev.py bench {measure.name}"


def measure_all(measures: Sequence[Measure], data: Path) -> list[Result]:
    """Measure in the given order."""
    needs_display = any(one.platform is Platform.XCB for one in measures)
    with dev_display.virtual_display() if needs_display else nullcontext("") as display:
        return [_measure(one, data, display) for one in measures]


def _measure(measure: Measure, data: Path, display: str) -> Result:
    environment = os.environ | {"QT_QPA_PLATFORM": measure.platform.value}
    if measure.platform is Platform.XCB:
        environment["DISPLAY"] = display
    answers = [run_child(measure, data, environment) for _ in range(RUNS)]
    besides = [answer.beside for answer in answers if answer.beside is not None]
    result = Result(measure, median(answer.value for answer in answers), median(besides) if besides else None)
    print(line_of(result), file=sys.stderr, flush=True)
    return result


def run_child(measure: Measure, data: Path, environment: Mapping[str, str]) -> Answer:
    """Run one measure once, in a process of its own.

    Raises:
        RuntimeError: the child failed; what it said is in the text.
    """
    command = [sys.executable, str(CHILD), measure.name, str(data), str(time.monotonic_ns())]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.read()
        _pid, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{measure.name} ended with code {child.returncode}: {said}")
    answer = json.loads(said.strip().splitlines()[-1])
    # Linux accounts in KiB.
    value = usage.ru_maxrss * 1024 / 1e6 if measure.is_peak_memory else answer["value"]
    return Answer(value, answer["beside"])


# ------------------------------------------------------------------------------------------------------- reporting


def line_of(result: Result) -> str:
    """One result for a person who watches."""
    unit, goal, beside = result.measure.unit, result.goal, result.beside
    limit = f", limit {rounded(goal):g} {unit}" if goal is not None else ""
    reference = f", beside {result.measure.beside}: {rounded(beside):g} {unit}" if beside is not None else ""
    verdict = "" if result.is_met else "  OVER THE LIMIT"
    return f"{result.measure.name}: {rounded(result.value):g} {unit}{limit}{reference}{verdict}"


def machine() -> str:
    """The machine in words, without anything that names it."""
    system = platform.system()
    if system == "Linux":
        system = platform.freedesktop_os_release().get("PRETTY_NAME", system)
    versions = f"Python {platform.python_version()}, PySide6 {_version('PySide6_Essentials')}"
    return f"{os.cpu_count()} cores, {system}, {versions}"


def _version(package: str) -> str:
    from importlib import metadata

    return metadata.version(package)


def report(results: Sequence[Result]) -> str:
    """The text of BENCHMARKS.md."""
    rows = [
        f"| {one.measure.name} | {one.measure.what} | {_with_unit(one.value, one)} | "
        f"{'–' if one.goal is None else '≤ ' + _with_unit(one.goal, one)} | {_beside_cell(one)} |"
        for one in results
    ]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `python3 packaging/dev.py bench`; one of them again: `python3 packaging/dev.py bench NAME`.",
            f"Each value is the median of {RUNS} runs, each in a process of its own that drives the real window; what",
            "stands beside it was measured in the same run. Peak memory is what the system accounted to the process.",
            "The data is made by `packaging/benchdata.py` and `benchdata_realms.py`: s50 is one session of about 46 MB",
            "with 100,000 messages, s50-graph one of about 50 MB that is mostly retained revisions, s5 one of 5 MB;",
            "m1 a store of 1,000,000 small sessions, c100k one of 100,000, h100k one of 100,000 heads with metadata",
            "cells, d10k one of 10,000 sessions of about 30 KB, c300k of 1,000 of about 300 KB, c1m of 200 of about",
            "1 MB. Figures compare, they do not promise.",
            "",
            f"Machine: {machine()}.",
            "",
            "| name | what | value | limit | beside |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _with_unit(value: float, result: Result) -> str:
    return f"{rounded(value):g} {result.measure.unit}"


def _beside_cell(result: Result) -> str:
    return "–" if result.beside is None else f"{result.measure.beside}: {_with_unit(result.beside, result)}"


# ---------------------------------------------------------------------------------------------------- command line


def chosen(names: Sequence[str]) -> list[Measure]:
    """Measures that these names or beginnings mean; all without names. Raises ValueError for a name of none."""
    for name in names:
        if not any(one.name.startswith(name) for one in MEASURES):
            raise ValueError(f"No measure begins with {name!r}; there are: {', '.join(one.name for one in MEASURES)}.")
    return [one for one in MEASURES if not names or any(one.name.startswith(name) for name in names)]


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for. BENCHMARKS.md is written only when everything was measured."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure Burrow.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=NAMES_HELP)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there as well")
    options = parser.parse_args(arguments)
    try:
        # The mutants are no measure of time, and take as long as all measures: they are tried only when named.
        names = [name for name in options.names if name != bench_mutants.NAME]
        measures = chosen(names) if names or not options.names else []
        data = bench_data.cache_folder()
        bench_data.prepare(sorted({name for one in measures for name in one.stores}), data)
        results = measure_all(measures, data)
    except (ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 2
    rows = [one.as_json() for one in results]
    is_met = all(one.is_met for one in results)
    if len(names) < len(options.names):
        trial = bench_mutants.try_mutants()
        print(bench_mutants.report(trial))
        rows.append(trial.as_json())
        is_met = is_met and not trial.failures
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", "utf-8")
    if len(measures) == len(MEASURES):
        (ROOT / "BENCHMARKS.md").write_text(report(results), "utf-8")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
