"""A full disk, a file that cannot be written, a lock that is held: told, nothing changed, done later (4-case-4)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from store.guarded import Checkpoint
from store.values.changes import Action, EntryState, Receipt, RefusalCode
from tests.store.guarded.scene import TOKEN, Scene, skip_where_modes_mean_nothing, start

Untouched = Callable[[Path], AbstractContextManager[None]]


def _codes(receipt: Receipt) -> set[RefusalCode]:
    return {entry.refusal.code for entry in receipt.entries if entry.refusal is not None}


@pytest.mark.parametrize(
    "limit_bytes",
    [
        300_000,
        pytest.param(8_192, marks=pytest.mark.slow),
        pytest.param(65_536, marks=pytest.mark.slow),
        pytest.param(2_300_000, marks=pytest.mark.slow),
    ],
)
def test_4_5_where_files_cannot_grow_nothing_is_changed_and_a_later_try_works(scene: Scene, limit_bytes: int) -> None:
    """(4-case-4)"""
    before = scene.rows()
    child = start(scene, ids=scene.ids[:4], action="archive", is_waiting=True, file_limit_bytes=limit_bytes)
    out, _error = child.communicate("go\n", timeout=60)
    states = json.loads(out.splitlines()[-1]) if child.returncode == 0 else []
    scene.guarded().settle(TOKEN)
    done = [entry.session_id for one in scene.guarded().changes(TOKEN) for entry in one.entries if _is_done(entry)]
    if not done:
        assert scene.rows() == before
    assert {code for state, code in states if state != EntryState.DONE} <= {
        RefusalCode.NO_SPACE, RefusalCode.NO_BACKUP, RefusalCode.CANNOT_WRITE,
    }  # fmt: skip
    with scene.written() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    left = [one for one in scene.ids[:4] if one not in done]
    assert left or limit_bytes > scene.main.stat().st_size
    if left:
        scene.do(Action.ARCHIVE, left)
    assert scene.archived() >= set(scene.ids[:4])


@pytest.mark.slow
def test_4_5_a_store_on_a_disk_that_is_full_stays_as_it_was(scene: Scene, tmp_path: Path) -> None:
    """(4-case-4)"""
    with _small_disk(tmp_path / "disk", 4 * 1024 * 1024) as disk:
        shutil.copytree(scene.main.parent, disk / "realm", copy_function=shutil.copy)
        (facts,) = scene.library.open(disk / "realm", TOKEN)
        small = Scene(scene.library, scene.paths, facts.key, scene.ids)
        plan = small.plan(Action.ARCHIVE, small.ids)
        before = small.rows()
        _fill(disk / "filled")
        receipt = small.guarded().apply(plan, TOKEN)
        assert receipt.counted(EntryState.DONE) == 0
        assert _codes(receipt) <= {RefusalCode.NO_SPACE, RefusalCode.CANNOT_WRITE}
        (disk / "filled").unlink()
        assert small.rows() == before
        small.do(Action.ARCHIVE, small.ids[:3])
        scene.library.close(facts.key)


@pytest.mark.slow
def test_4_5_without_room_for_the_copy_of_the_store_nothing_is_changed(scene: Scene, tmp_path: Path) -> None:
    """(4-case-4)"""
    with _small_disk(tmp_path / "disk", 1024 * 1024) as disk:
        paths = type(scene.paths).under(disk / "own")
        small = Scene(scene.library, paths, scene.key, scene.ids)
        plan = small.plan(Action.ARCHIVE, small.ids[:2])
        before = small.rows()
        receipt = small.guarded().apply(plan, TOKEN)
        assert small.rows() == before
        assert _codes(receipt) == {RefusalCode.NO_SPACE}
        assert all("room" in entry.refusal.sentence for entry in receipt.entries if entry.refusal)


@pytest.mark.parametrize("which", ["file", "folder"])
def test_4_5_a_file_or_folder_that_cannot_be_written_is_named(scene: Scene, untouched: Untouched, which: str) -> None:
    """(4-case-4)"""
    skip_where_modes_mean_nothing(scene.main.parent)
    plan = scene.plan(Action.ARCHIVE, scene.ids[:2])
    hindered = scene.main if which == "file" else scene.main.parent
    mode = hindered.stat().st_mode
    hindered.chmod(mode & ~0o222)
    with untouched(scene.main.parent):
        receipt = scene.guarded().apply(plan, TOKEN)
    assert _codes(receipt) <= {RefusalCode.READ_ONLY, RefusalCode.CANNOT_WRITE}
    hindered.chmod(mode)
    assert scene.guarded().apply(plan, TOKEN).counted(EntryState.DONE) == 2


def test_4_5_a_file_that_was_replaced_since_the_plan_is_not_written(scene: Scene) -> None:
    """(4-case-4)"""
    plan = scene.plan(Action.ARCHIVE, scene.ids[:2])
    beside = scene.main.with_name("beside")
    shutil.copy2(scene.main, beside)
    beside.replace(scene.main)
    before = scene.rows()
    receipt = scene.guarded().apply(plan, TOKEN)
    assert receipt.counted(EntryState.NOT_DONE) == 2
    assert scene.rows() == before
    scene.library.reload(scene.key, TOKEN)
    scene.do(Action.ARCHIVE, scene.ids[:2])


def test_4_5_a_file_that_is_replaced_in_the_last_moment_is_not_written(scene: Scene) -> None:
    """(4-case-4)"""
    beside = scene.main.with_name("beside")
    shutil.copy2(scene.main, beside)

    def replace(checkpoint: Checkpoint) -> None:
        if checkpoint is Checkpoint.INTENDED and beside.exists():
            beside.replace(scene.main)

    before = scene.rows()
    receipt = scene.guarded(replace).apply(scene.plan(Action.ARCHIVE, scene.ids[:2]), TOKEN)
    assert receipt.counted(EntryState.DONE) == 0
    assert scene.rows() == before


@pytest.mark.slow
def test_4_5_a_lock_that_is_held_over_the_timeout_is_told_once_for_all_sessions(scene: Scene) -> None:
    """(4-case-4)"""
    plan = scene.plan(Action.ARCHIVE, scene.ids[:30])
    scene.do(Action.HIDE, scene.ids[:1])
    with scene.written() as connection:
        connection.execute("BEGIN IMMEDIATE")
        receipt = scene.guarded().apply(plan, TOKEN)
        connection.execute("ROLLBACK")
    assert _codes(receipt) == {RefusalCode.LOCKED}
    assert receipt.took_ms < 20_000
    assert scene.guarded().apply(plan, TOKEN).counted(EntryState.DONE) == 30


def _is_done(entry: object) -> bool:
    return getattr(entry, "state", None) is EntryState.DONE


@contextmanager
def _small_disk(place: Path, size_bytes: int) -> Iterator[Path]:
    """A file system in memory of so many bytes; skips where the system does not let us make one."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes},mode=700", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return
