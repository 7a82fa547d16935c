"""A process may end at any moment of a save or a rewrite; many may write one session at once (4-case-1, 4-case-3)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks and signals are of POSIX")

WRITERS = 8


def child(*arguments: object) -> dict[str, Any]:
    """What `store_child.py` says."""
    command = [sys.executable, "-m", "tests.store.meerkat.reference.store_child", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("action", ["save", "rewrite"])
def test_4_case_1_a_kill_at_any_step_leaves_the_store_old_or_new(tmp_path: Path, action: str, stride: int) -> None:
    answer = child("kill", tmp_path, action, stride)
    assert set(answer["states"]) == {"old", "new"}
    assert answer["steps"] * stride > 20


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("action", ["save", "rewrite"])
def test_4_case_1_a_kill_in_the_middle_of_a_write_leaves_the_store_old_or_new(
    tmp_path: Path, action: str, stride: int
) -> None:
    answer = child("tear", tmp_path, action, stride)
    assert answer["states"]
    assert set(answer["states"]) <= {"old", "new"}


@pytest.mark.parametrize("run", [0, *(pytest.param(number, marks=pytest.mark.slow) for number in range(1, 20))])
def test_4_case_3_eight_processes_append_to_one_session_and_no_marker_is_lost(tmp_path: Path, run: int) -> None:
    answer = child("append", tmp_path, WRITERS)
    assert (answer["endings"], answer["integrity"]) == ([0] * WRITERS, "ok")
    assert sorted(answer["texts"]) == sorted(["seed", *(f"marker {number}" for number in range(WRITERS))])
