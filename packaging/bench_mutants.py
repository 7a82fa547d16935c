"""Tries 100,000 damaged stores: `dev.py bench mutants`. Only when it is named, since it takes long.

The mutants and what must hold of them are those of the tests (tests/mutants). Each core works through its share in a
process of its own, so that a crash or a hang ends that process alone, and is known by the number it was at. One number
again, by itself: `python -m tests.mutants.harness SAMPLE NUMBER` in the checkout.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHILD = Path(__file__)
NAME = "mutants"
COUNT = 100_000
HANG_S = 120.0
"""A process that says nothing for so long hangs; a mutant takes less than a second."""

TOLD_FAILURES = 200
"""More failures are counted, and not told one by one."""


@dataclass
class Trial:
    """How many mutants came out.

    Attributes:
        tried: mutants that were judged, those that ended their process included.
        kinds: how many of each kind.
        failures: what does not hold, by number.
        seconds: of the whole trial.
    """

    tried: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)
    seconds: float = 0.0

    def as_json(self) -> dict[str, object]:
        """The shape that the results of all measures have."""
        return {
            "name": NAME,
            "value": len(self.failures),
            "unit": f"of {self.tried} mutants",
            "goal": 0,
            "beside": {"name": "seconds", "value": round(self.seconds)},
            "command": f"python3 packaging/dev.py bench {NAME}",
        }


def try_mutants(count: int = COUNT, first: int = 0, workers: int | None = None) -> Trial:
    """Try mutants by number, on all cores.

    Args:
        first: number of the first one; the same numbers are the same mutants.
    """
    begun_s = time.monotonic()
    trial = Trial()
    lock = threading.Lock()
    share = workers or os.cpu_count() or 1
    threads = [
        threading.Thread(target=_work_through, args=(range(first + place, first + count, share), trial, lock))
        for place in range(share)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trial.seconds = time.monotonic() - begun_s
    return trial


def _work_through(numbers: range, trial: Trial, lock: threading.Lock) -> None:
    """Try a share of the numbers; a process that ended early is followed by another one after that number."""
    while numbers:
        at = numbers[0]
        ending = ""
        with _worker(numbers) as said:
            for line in said:
                if not line.startswith("{"):
                    ending = line
                    break
                answer = json.loads(line)
                at = answer["number"]
                if answer["kind"]:
                    with lock:
                        _take(trial, answer)
        if not ending:
            return
        with lock:
            trial.tried += 1
            _fail(trial, at, f"number {at}: the process {ending}")
        numbers = numbers[numbers.index(at) + 1 :]


def _take(trial: Trial, answer: dict[str, object]) -> None:
    trial.tried += 1
    trial.kinds[str(answer["kind"])] += 1
    if answer["failure"]:
        _fail(trial, int(str(answer["number"])), str(answer["failure"]))
    if trial.tried % 5_000 == 0:
        print(f"{trial.tried:,} mutants tried, {len(trial.failures):,} failures", file=sys.stderr, flush=True)


def _fail(trial: Trial, number: int, failure: str) -> None:
    trial.failures[number] = failure
    if len(trial.failures) <= TOLD_FAILURES:
        print(f"{number}: {failure}", file=sys.stderr, flush=True)


@contextmanager
def _worker(numbers: range) -> Iterator[Iterator[str]]:
    """A process that tries these numbers; its lines, and last of all how it ended if that was not well."""
    command = [sys.executable, str(CHILD), "--worker", str(numbers.start), str(numbers.stop), str(numbers.step)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        reader = threading.Thread(target=_pump, args=(child, lines))
        reader.start()
        try:
            yield _lines(child, lines)
        finally:
            child.kill()
            reader.join()


def _pump(child: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        lines.put(line)
    lines.put("")


def _lines(child: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> Iterator[str]:
    while True:
        try:
            line = lines.get(timeout=HANG_S)
        except queue.Empty:
            yield f"said nothing for {HANG_S:.0f} s"
            return
        if not line:
            if code := child.wait():
                yield f"ended with code {code}"
            return
        yield line


def work(numbers: range) -> None:
    """Try these numbers in this process, and print a line before and after each."""
    sys.path.insert(0, str(ROOT))
    from tests.mutants.harness import Harness, sample_of

    with tempfile.TemporaryDirectory(prefix="burrow-mutants-") as folder:
        harness = Harness(Path(folder))
        for number in numbers:
            print(json.dumps({"number": number, "kind": ""}), flush=True)
            verdict = harness.try_mutant(sample_of(number), number)
            failure = str(verdict) if verdict.sentences else ""
            print(json.dumps({"number": number, "kind": verdict.mutant.kind, "failure": failure}), flush=True)


def report(trial: Trial) -> str:
    """The trial for a person."""
    kinds = "\n".join(f"  {count:>7,}  {kind}" for kind, count in sorted(trial.kinds.items()))
    rate = trial.tried / trial.seconds if trial.seconds else 0.0
    last = f"{NAME}: {len(trial.failures):,} failures of {trial.tried:,}, limit 0, in {trial.seconds / 60:.1f} minutes"
    return f"{kinds}\n{last}, {rate:.0f} a second"


def main(arguments: list[str]) -> int:
    """Work as one of the processes, or try COUNT mutants from number FIRST on: `bench_mutants.py [COUNT [FIRST]]`."""
    if arguments[:1] == ["--worker"]:
        work(range(*(int(number) for number in arguments[1:])))
        return 0
    trial = try_mutants(*(int(number) for number in arguments))
    print(report(trial))
    return 1 if trial.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
