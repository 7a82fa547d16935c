"""Whoever works on a change holds it for as long as the process lives, and nobody else gets it meanwhile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from store import ChangesUnusable, OwnPaths
from store.guarded.claims import Claims
from tests.store.guarded.scene import skip_where_modes_mean_nothing

HOLD = """
import sys
from pathlib import Path
from store import OwnPaths
from store.guarded.claims import Claims
with Claims(OwnPaths.under(Path(sys.argv[1]))).held("one") as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""


def test_a_claim_is_had_once_also_within_one_process(own_paths: OwnPaths) -> None:
    claims = Claims(own_paths)
    with claims.held("one") as first, claims.held("one") as second, claims.held("two") as other:
        assert (first, second, other) == (True, False, True)
    with claims.held("one") as again:
        assert again
    assert list(own_paths.backups.iterdir()) == []


def test_the_claim_of_a_process_that_was_killed_is_free(own_paths: OwnPaths, repo_root: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(own_paths.data)]
    with subprocess.Popen(command, cwd=repo_root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "True"
        with Claims(own_paths).held("one") as is_ours:
            assert not is_ours
        child.kill()
        child.wait()
    with Claims(own_paths).held("one") as is_ours:
        assert is_ours


def test_a_folder_of_ours_that_cannot_be_written_is_said(own_paths: OwnPaths, tmp_path: Path) -> None:
    skip_where_modes_mean_nothing(tmp_path)
    own_paths.made(own_paths.backups).chmod(0o500)
    with pytest.raises(ChangesUnusable), Claims(own_paths).held("one"):
        pass
    own_paths.backups.chmod(0o700)
