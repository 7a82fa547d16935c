"""Our own copies never outlive the process that made them for long, and those of living processes are left alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.errors import OpenError
from store.opening import Looking, remove_leftovers
from store.opening.scratch import UNLOCKED_AGE_S, PrivateFolder

OTHER_PROCESS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from store.cancel import CancelToken
from store.opening import Looking
looking = Looking(Path(sys.argv[2]), Path(sys.argv[3]))
looking.read(lambda connection: connection.execute("SELECT 1 FROM accounts").fetchone(), CancelToken())
print("ready", flush=True)
sys.stdin.read()
"""


def test_B1_copies_of_a_killed_process_are_removed_and_those_of_living_ones_stay(
    make_store: Callable[..., Path], scratch: Path, repo_root: Path
) -> None:
    path = make_store("crashed-wal")
    command = [sys.executable, "-c", OTHER_PROCESS, str(repo_root), str(path), str(scratch)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline() == "ready\n"
    (theirs,) = scratch.iterdir()
    with Looking(path, scratch) as looking:
        looking.read(lambda connection: connection.execute("SELECT 1 FROM accounts").fetchone(), CancelToken())
        (ours,) = set(scratch.iterdir()) - {theirs}
        remove_leftovers(scratch)
        assert set(scratch.iterdir()) == {theirs, ours}
        other.kill()
        other.wait()
        remove_leftovers(scratch)
        assert set(scratch.iterdir()) == {ours}
    assert list(scratch.iterdir()) == []
    other.stdin.close()
    other.stdout.close()


def test_B1_only_what_is_ours_and_left_over_is_removed(scratch: Path, tmp_path: Path) -> None:
    remove_leftovers(scratch)
    scratch.mkdir(parents=True)
    (scratch / "something else").mkdir()
    (scratch / "look-file").touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").touch()
    (scratch / "look-link").symlink_to(elsewhere)
    being_made = scratch / "look-1-new"
    being_made.mkdir()
    abandoned = scratch / "look-1-old"
    abandoned.mkdir()
    past_s = abandoned.stat().st_mtime - 2 * UNLOCKED_AGE_S
    os.utime(abandoned, (past_s, past_s))
    remove_leftovers(scratch)
    assert {entry.name for entry in scratch.iterdir()} == {"something else", "look-file", "look-link", "look-1-new"}
    assert (elsewhere / "lock").exists()


def test_B1_a_private_folder_is_ours_alone_and_goes_with_its_last_copy(scratch: Path) -> None:
    private = PrivateFolder(scratch)
    folder = private.new_folder()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (scratch, private.path, folder)} == {0o700}
    private.close()
    assert folder.exists()
    private.remove_folder(folder)
    assert not private.path.exists()


def test_B1_a_scratch_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OpenError, match="own folder for private copies cannot be used"):
        PrivateFolder(tmp_path / "file" / "scratch")
