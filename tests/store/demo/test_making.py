"""The demo library is there whole or not at all, and always the same."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.demo import REALM_ID, make_demo
from store.errors import Cancelled

CHILD = """
import sys
from pathlib import Path
from store.cancel import CancelToken
from store.demo import make_demo
print("ready", flush=True)
sys.stdin.readline()
make_demo(Path(sys.argv[1]), CancelToken())
"""


def _documents(database: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        rows = connection.execute("SELECT session_id, session_json FROM sessions ORDER BY session_id")
        return [(session_id, hashlib.sha256(document).hexdigest()) for session_id, document in rows]


def test_the_same_documents_are_made_each_time(tmp_path: Path, demo: Path) -> None:
    again = make_demo(tmp_path / "again", CancelToken())
    assert _documents(again) == _documents(demo)
    blobs = sorted(path.name for path in (again.parent / "blobs").rglob("*.json"))
    assert blobs == sorted(path.name for path in (demo.parent / "blobs").rglob("*.json"))


def test_the_demo_does_not_depend_on_the_hash_seed_or_the_time_zone(tmp_path: Path, demo: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "4171", "TZ": "Pacific/Auckland"}
    subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path)], input=b"\n", env=environment, check=True, cwd=Path.cwd()
    )
    assert _documents(tmp_path / REALM_ID / "sessions.sqlite3") == _documents(demo)


def test_a_demo_that_is_there_is_returned_and_not_touched(
    tmp_path: Path, untouched: Callable[[Path], AbstractContextManager[None]]
) -> None:
    database = make_demo(tmp_path, CancelToken())
    with untouched(tmp_path):
        assert make_demo(tmp_path, CancelToken()) == database


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("after_ms", [0, *(pytest.param(ms, marks=pytest.mark.slow) for ms in (20, 60, 120, 200)), 320])
def test_a_first_run_that_is_killed_leaves_no_half_demo(tmp_path: Path, demo: Path, after_ms: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        child.stdin.write(b"\n")
        child.stdin.flush()
        time.sleep(after_ms / 1000)
        child.send_signal(signal.SIGKILL)
    realm = tmp_path / REALM_ID
    if realm.exists():
        assert _documents(realm / "sessions.sqlite3") == _documents(demo)
    assert _documents(make_demo(tmp_path, CancelToken())) == _documents(demo)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".making.lock", REALM_ID]


def test_a_cancelled_run_leaves_nothing_that_looks_like_a_store(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        make_demo(tmp_path, token)
    assert [entry.name for entry in tmp_path.iterdir()] == [".making.lock"]


def test_two_that_make_it_at_once_get_one_demo(tmp_path: Path, demo: Path) -> None:
    made: list[Path] = []
    threads = [threading.Thread(target=lambda: made.append(make_demo(tmp_path, CancelToken()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [tmp_path / REALM_ID / "sessions.sqlite3"] * 2
    assert _documents(made[0]) == _documents(demo)


def test_a_new_demo_does_not_look_as_if_somebody_worked_in_it(tmp_path: Path) -> None:
    database = make_demo(tmp_path, CancelToken())
    assert all(time.time() - path.stat().st_mtime > 600 for path in database.parent.rglob("*") if path.is_file())


def test_what_stands_in_its_place_and_is_no_demo_is_kept_under_another_name(tmp_path: Path) -> None:
    (tmp_path / REALM_ID).mkdir()
    (tmp_path / REALM_ID / "mine.txt").write_text("mine")
    assert make_demo(tmp_path, CancelToken()).is_file()
    assert (tmp_path / f"{REALM_ID}.old-1" / "mine.txt").read_text() == "mine"
