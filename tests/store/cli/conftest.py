"""The command line called as a program calls it, with output and exit code caught."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from store.cli import main

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output as one JSON document."""
        return json.loads(self.out)


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def copy_old(copy_sample: Callable[[str], Path]) -> Callable[[str], Path]:
    """Copy a sample whose files moved long ago: right after a checkout they would seem to be worked on."""

    def copy(name: str) -> Path:
        folder = copy_sample(name)
        for path in folder.rglob("*"):
            os.utime(path, (1_790_000_000, 1_790_000_000))
        return folder

    return copy


@pytest.fixture
def burrow(tmp_path: Path, utc: None) -> Callable[..., Said]:
    """Run `burrow WORDS…` in this process, its own files below the test's folder."""

    def run(*words: object) -> Said:
        out, err = io.StringIO(), io.StringIO()
        code = main(["--data-dir", str(tmp_path / "own"), *map(str, words)], out, err)
        return Said(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def start_burrow(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start `python -m store WORDS…` as a process of its own; what it leaves is tidied up after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: object, **options: Any) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "store", "--data-dir", str(tmp_path / "own"), *map(str, words)]
        environment = {**os.environ, "TZ": "UTC", "PYTHONPATH": str(ROOT), **options.pop("env", {})}
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=environment, **{**streams, **options}))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(60)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
