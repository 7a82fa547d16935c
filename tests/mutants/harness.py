"""Runs mutants: lays each out as files, lets the program look at it, and judges what it shows."""

from __future__ import annotations

import os
import resource
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from store import Library, OwnPaths
from tests.mutants.base import SAMPLES, Files, Sample
from tests.mutants.judge import Comparison
from tests.mutants.look import ShownSession, ShownStore, Slow, look_at_session, look_at_store, open_store
from tests.mutants.making import make_mutant
from tests.mutants.mutant import Mutant
from tests.mutants.plain import PlainStore, read_plain

LONG_AGO_NS = 1_700_000_000 * 10**9
"""Time of all files that are laid out: what was written just now is waited for."""

MAX_GROWTH_BYTES = 400 * 1024 * 1024
"""A mutant for which the process grows by more than this is a failure; the samples are a few MB."""


@dataclass(frozen=True)
class Verdict:
    """How one mutant came out.

    Attributes:
        sentences: what does not hold; none if all does.
        looked_at: sessions that were looked at closely.
    """

    mutant: Mutant
    sentences: tuple[str, ...]
    looked_at: int
    seconds: float

    def __str__(self) -> str:
        what = "; ".join(self.sentences) or "as it must be"
        return f"{self.mutant.sample.name}/{self.mutant.seed} ({self.mutant.kind}, {self.mutant.note[:160]}): {what}"


@dataclass
class _Baseline:
    """A sample as it is read unharmed; its sessions are looked at when the first mutant asks for them."""

    plain: PlainStore
    store: ShownStore
    sessions: dict[str, ShownSession]


class Harness:
    """A place where mutants are tried, one after the other."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which need not exist."""
        self._folder = folder
        self._own = OwnPaths.under(folder / "own")
        self._laid_out: dict[str, Files] = {}
        self._baselines: dict[str, _Baseline] = {}

    def try_mutant(self, sample: Sample, seed: int) -> Verdict:
        """Make one mutant and judge what the program shows of it."""
        begun_s = time.perf_counter()
        baseline = self._baseline(sample)
        mutant = make_mutant(sample, seed)
        memory = _peak_bytes()
        sentences, looked_at = self._judged(mutant, baseline, mutant.files)
        if _peak_bytes() - memory > MAX_GROWTH_BYTES:
            sentences.append(f"the process grew by {(_peak_bytes() - memory) / 1e6:.0f} MB")
        return Verdict(mutant, tuple(sentences), looked_at, time.perf_counter() - begun_s)

    def judge_shown(self, mutant: Mutant, files: Files) -> list[str]:
        """Judge a mutant as if what these files show were shown of it: a trial of the judge itself."""
        return self._judged(mutant, self._baseline(mutant.sample), files)[0]

    def _judged(self, mutant: Mutant, baseline: _Baseline, shown_files: Files) -> tuple[list[str], int]:
        sentences: list[str] = []
        looked_at: list[ShownSession] = []
        try:
            with self._opened(mutant.sample, shown_files) as shown:
                look_at_store(shown)
                after = read_plain(mutant.sample, mutant.files)
                comparison = Comparison(mutant, baseline.plain, after, baseline.store, shown)
                sentences += comparison.about_list()
                if shown.backend is not None and shown.failure is None:
                    looked_at += (
                        look_at_session(shown, name, comparison.changed(name)) for name in comparison.chosen()
                    )
            self._look_at_sample(mutant.sample, baseline, [session.session_id for session in looked_at])
            for session in looked_at:
                sentences += comparison.about_session(baseline.sessions.get(session.session_id), session)
        except Slow as slow:
            sentences.append(str(slow))
        except Exception:  # noqa: BLE001 - whatever escapes is what is looked for
            sentences.append("an error that is none of ours escaped:\n" + traceback.format_exc(limit=-8))
        return sentences, len(looked_at)

    def _baseline(self, sample: Sample) -> _Baseline:
        known = self._baselines.get(sample.name)
        if known is None:
            with self._opened(sample, sample.closed) as shown:
                look_at_store(shown)
                known = _Baseline(read_plain(sample, sample.closed), shown, {})
            self._baselines[sample.name] = known
        return known

    def _look_at_sample(self, sample: Sample, baseline: _Baseline, names: list[str]) -> None:
        """Look at those of the sessions, as they are unharmed, that were not asked for before."""
        wanted = [name for name in names if name in baseline.store.rows and name not in baseline.sessions]
        if wanted:
            with self._opened(sample, sample.closed) as shown:
                baseline.sessions.update((name, look_at_session(shown, name)) for name in wanted)

    @contextmanager
    def _opened(self, sample: Sample, files: Files) -> Iterator[ShownStore]:
        library = Library(self._own)
        try:
            yield open_store(library, self._lay_out(sample, files))
        finally:
            library.close_all()

    def _lay_out(self, sample: Sample, files: Files) -> Path:
        """Bring the sample's folder to these files; what is there already stays. Gives the path that is opened."""
        folder = self._folder / "stores" / sample.name
        there = self._laid_out.get(sample.name, {})
        for name in there.keys() - files.keys():
            (folder / name).unlink()
        for name, data in files.items():
            if there.get(name) is not data and there.get(name) != data:
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                os.utime(target, ns=(LONG_AGO_NS, LONG_AGO_NS))
        for left in (f"{sample.opened}-shm",):
            (folder / left).unlink(missing_ok=True)
        self._laid_out[sample.name] = files
        return folder / sample.opened if sample.opened else folder

    def remove(self) -> None:
        """Remove all that was laid out."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _peak_bytes() -> int:
    """The most memory that this process ever had; Linux accounts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def sample_of(number: int) -> Sample:
    """The sample of a mutant that is counted over all of them: large and small ones take turns."""
    return SAMPLES[number % len(SAMPLES)]


def try_many(folder: Path, numbers: range, told: Callable[[Verdict], None]) -> None:
    """Try mutants by number, in order; each is told of as it is judged."""
    harness = Harness(folder)
    try:
        for number in numbers:
            told(harness.try_mutant(sample_of(number), number))
    finally:
        harness.remove()


if __name__ == "__main__":
    # One mutant again, as a failure names it: python -m tests.mutants.harness SAMPLE SEED
    named = {sample.name: sample for sample in SAMPLES}
    place = Path("/tmp") / f"burrow-mutant-{os.getpid()}"
    one = Harness(place)
    print(one.try_mutant(named[sys.argv[1]], int(sys.argv[2])))
    one.remove()
