"""Real stores in every state that a writer can leave them in, made by a real process that writes."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.opening.stamp import YOUNG_NS

HERE = Path(__file__).resolve().parent
ACCOUNTS = 4_000
SUM = ACCOUNTS * 100


class Agent:
    """A process that writes to a store."""

    def __init__(self, deed: str, path: Path, argument: str) -> None:
        command = [sys.executable, str(HERE / "agent.py"), deed, str(path), argument]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.wait_ready()

    def wait_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def commit(self) -> None:
        """One more commit of a deed that waits for lines."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.wait_ready()

    def kill(self) -> None:
        """End it as a crash does: nothing is closed, nothing tidied up."""
        self.process.send_signal(signal.SIGKILL)
        self._reap()

    def end(self) -> None:
        """Let it close the store and end."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()
        self._reap()

    def _reap(self) -> None:
        self.process.wait(30)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


@pytest.fixture
def start_agent() -> Iterator[Callable[[str, Path, str], Agent]]:
    """Start `agent.py` with a deed, a path and an argument; it is ended after the test."""
    agents: list[Agent] = []

    def start(deed: str, path: Path, argument: str) -> Agent:
        agents.append(Agent(deed, path, argument))
        return agents[-1]

    yield start
    for agent in agents:
        if agent.process.poll() is None:
            agent.kill()
        else:
            agent.end()


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Where private copies are made; not there yet."""
    return tmp_path / "own" / "snapshots"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="burrow-open-"))
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def make_store(tmp_path: Path, start_agent: Callable[[str, Path, str], Agent]) -> Callable[..., Path]:
    """Make a store in a folder of its own: closed-wal, live-wal, crashed-wal, rollback, hot-journal."""

    def make(kind: str, parent: Path = tmp_path) -> Path:
        folder = parent / f"realm-{kind}"
        folder.mkdir()
        path = folder / "sessions.sqlite3"
        if kind in ("closed-wal", "rollback"):
            start_agent("make", path, "WAL" if kind == "closed-wal" else "DELETE").end()
        elif kind == "hot-journal":
            start_agent("interrupt", path, "DELETE").kill()
            assert (folder / "sessions.sqlite3-journal").read_bytes()[:1] != b"\0"
        else:
            agent = start_agent("hold", path, "WAL")
            if kind == "crashed-wal":
                agent.kill()
                (folder / "sessions.sqlite3-shm").unlink()
            assert (folder / "sessions.sqlite3-wal").stat().st_size > 0
        rest()
        return path

    return make


def rest() -> None:
    """Let a file grow older than what counts as written just now."""
    time.sleep(YOUNG_NS / 1e9)


def balances(connection: sqlite3.Connection) -> tuple[int, int, int, int]:
    """Sum and number of the accounts and both counters, in four statements."""
    total = connection.execute("SELECT sum(balance) FROM accounts").fetchone()[0]
    first = connection.execute("SELECT n FROM counter_a").fetchone()[0]
    count = len(connection.execute("SELECT id, padding FROM accounts").fetchall())
    second = connection.execute("SELECT n FROM counter_b").fetchone()[0]
    return total, count, first, second


@pytest.fixture(name="balances")
def _balances() -> Callable[[sqlite3.Connection], tuple[int, int, int, int]]:
    return balances


@pytest.fixture(name="rest")
def _rest() -> Callable[[], None]:
    return rest


@pytest.fixture
def look_in_process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `looker.py` on paths, as another user if asked."""

    def run(
        scratch: Path, *paths: Path, user: str = "-", before: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        command = [*before, sys.executable, str(HERE / "looker.py"), str(scratch), user, *map(str, paths)]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment)

    return run
