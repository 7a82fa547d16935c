"""The guards around every test do guard."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest


def test_no_test_can_reach_a_network() -> None:
    with socket.socket() as probe, pytest.raises(RuntimeError, match="opened a network connection"):
        probe.connect(("127.0.0.1", 9))
    with pytest.raises(RuntimeError, match="asked for the address"):
        socket.getaddrinfo("localhost", 9)


def test_no_test_sees_the_home_of_the_person_who_runs_it() -> None:
    home = Path.home()
    assert home.name.startswith("burrow-tests-")
    assert all(Path(value).is_relative_to(home) for name, value in os.environ.items() if name.startswith("XDG_") and
               name.endswith("_HOME"))  # fmt: skip


Touch = Callable[[Path], object]


@pytest.mark.parametrize(
    "touch",
    [
        lambda folder: (folder / "new").write_text(""),
        lambda folder: (folder / "one").write_text("ONE"),
        lambda folder: (folder / "one").chmod(0o600),
        lambda folder: os.utime(folder / "one", ns=(0, 7)),
        lambda folder: os.utime(folder / "below", ns=(0, 7)),
        lambda folder: (folder / "one").rename(folder / "two"),
        lambda folder: ((folder / "passing").write_text(""), (folder / "passing").unlink()),
    ],
    ids=["made", "written", "mode", "time of a file", "time of a folder", "renamed", "made and removed"],
)
def test_a_folder_that_was_touched_in_any_way_is_noticed(
    tmp_path: Path, untouched: Callable[[Path], AbstractContextManager[None]], touch: Touch
) -> None:
    folder = tmp_path / "store"
    (folder / "below").mkdir(parents=True)
    (folder / "one").write_text("one")
    os.utime(folder, ns=(0, 1))
    with pytest.raises(AssertionError, match="store was touched"), untouched(folder):
        touch(folder)


def test_work_can_be_done_on_a_thread_that_may_wait(in_worker: Callable[[Callable[[], str]], str]) -> None:
    assert in_worker(lambda: threading.current_thread().name).startswith("test-worker")


def test_a_copy_of_a_sample_keeps_bytes_and_times(copy_sample: Callable[[str], Path], repo_root: Path) -> None:
    name = "meerkat/realm-0.7.5/bootstrap-only/sessions.sqlite3"
    source, copy = repo_root / "tests" / "data" / "stores" / name, copy_sample(name)
    assert copy.read_bytes() == source.read_bytes()
    assert copy.stat().st_mtime_ns == source.stat().st_mtime_ns
