"""The measures of actions change what they say they change, and leave the measured stores as they are."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from types import ModuleType

import pytest

from store.cancel import CancelToken
from store.meerkat.writer import NewRealm, NewSession, encode_message
from store.values.session import Usage
from tests.conftest import ROOT

COUNT = 6


@pytest.fixture
def bench_actions(load_packaging: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The measures, with a few sessions instead of a thousand."""
    module = load_packaging("bench_actions")
    monkeypatch.setattr(module, "SESSIONS", COUNT)
    return module


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of measured stores in which the store of many sessions has few."""
    message = encode_message({"role": "user", "content": "hello", "created_at": "2026-05-28T20:26:40Z"})
    sessions = [
        NewSession(
            f"019e85a1-4b2f-717a-950a-{number:012x}", 10**18, 10**18 + number, [message], {}, Usage(1, 2), "idle"
        )
        for number in range(COUNT + 3)
    ]
    with NewRealm(tmp_path / "data" / "d10k", "many", 1_780_000_000) as realm:
        realm.add_sessions(sessions, CancelToken())
    return tmp_path / "data"


def test_4_n2_planning_and_archiving_are_measured_on_a_realm_of_their_own(
    bench_actions: ModuleType, data: Path, untouched: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with untouched(data / "d10k"):
        planned_s, _ = bench_actions.MEASURED["4-N2-plan"](data, 0)
        applied_s, _ = bench_actions.MEASURED["4-N2-apply"](data, 0)
    assert planned_s > 0
    assert applied_s > 0
    assert [path.name for path in data.iterdir()] == ["d10k"]


def test_4_n2_the_realm_that_is_changed_has_as_many_sessions_as_are_measured(
    bench_actions: ModuleType, data: Path
) -> None:
    with bench_actions._realm(data) as realm, closing(sqlite3.connect(realm / "sessions.sqlite3")) as database:
        counts = [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("sessions", "runtime_session_snapshots", "runtime_states")
        ]
    assert counts == [COUNT] * 3


@pytest.mark.slow
def test_4_n3_the_thread_that_draws_is_measured_while_the_window_archives(
    data: Path, untouched: Callable[[Path], AbstractContextManager[None]]
) -> None:
    program = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "import bench_actions\n"
        f"bench_actions.SESSIONS = {COUNT}\n"
        "print(json.dumps(bench_actions.MEASURED['4-N3-heartbeat'](Path(sys.argv[1]), 0)))\n"
    )
    paths = os.pathsep.join((str(ROOT / "packaging"), str(ROOT)))
    environment = os.environ | {"PYTHONPATH": paths, "QT_QPA_PLATFORM": "offscreen"}
    with untouched(data / "d10k"):
        done = subprocess.run(
            [sys.executable, "-c", program, data], env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    working_ms, idle_ms = json.loads(done.stdout.splitlines()[-1])
    assert working_ms > 0
    assert idle_ms > 0
