"""Invariant: whatever path leads to a store, it is opened once, as it is now, and what cannot be opened says why."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from store.blocking import must_not_wait
from store.cancel import CancelToken
from store.errors import Cancelled, OpenError, StoreVanished, WouldBlock
from store.library import Library
from store.paths import OwnPaths
from store.values.store import StoreKey, StoreKind
from tests.store.opened import add_session, opened, session_count

ROOT = Path(__file__).resolve().parents[2]
CopySample = Callable[[str], Path]
Untouched = Callable[[Path], AbstractContextManager[None]]

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


# ------------------------------------------------------------------------------------------------------ opening


def test_1_3_a_file_a_realm_and_a_folder_of_realms_lead_to_the_same_store(
    library: Library, rich: Path, tmp_path: Path, untouched: Untouched
) -> None:
    (tmp_path / "link").symlink_to(rich)
    paths = [rich / "sessions.sqlite3", rich, rich.parent, tmp_path / "samples", tmp_path / "link"]
    with untouched(rich.parent):
        facts = [opened(library, path) for path in paths]
    assert {one.key for one in facts} == {StoreKey(str((rich / "sessions.sqlite3").resolve()))}
    assert {one.generation for one in facts} == {"S-0.6"}
    assert len(library.facts()) == 1
    assert session_count(library, facts[0].key) == facts[0].session_count


def test_1_3_a_session_document_is_a_store_of_one_session(library: Library, copy_sample: CopySample) -> None:
    facts = opened(library, copy_sample("meerkat/v0_8_8_slim_session.json"))
    assert facts.is_open
    assert session_count(library, facts.key) == 1


def test_1_3_a_folder_of_realms_gives_each_store_and_those_that_cannot_be_read_say_so(
    library: Library, rich: Path, copy_sample: CopySample, tmp_path: Path
) -> None:
    copy_sample("meerkat/realm-0.7.5")
    broken = tmp_path / "samples" / "broken"
    broken.mkdir()
    (broken / "sessions.sqlite3").write_bytes(b"")
    facts = library.open(tmp_path / "samples", CancelToken())
    assert [(one.name, one.is_open) for one in facts] == [
        ("sessions.sqlite3", False),
        ("atlas", True),
        (facts[2].name, True),
        (facts[3].name, True),
    ]
    assert facts[0].kind is StoreKind.MEERKAT
    assert facts[0].faults[0].code == "empty-file"


def test_two_copies_of_a_store_are_two_stores(library: Library, rich: Path, tmp_path: Path) -> None:
    shutil.copytree(rich, tmp_path / "copy")
    assert opened(library, rich).key != opened(library, tmp_path / "copy").key


# -------------------------------------------------------------------------------------------- what cannot be opened


def test_1_case_2_each_thing_that_is_no_store_has_its_own_fault(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "things"
    folder.mkdir()
    (folder / "empty").write_bytes(b"")
    (folder / "notes.txt").write_text("Meeting notes.\n")
    (folder / "picture.png").write_bytes(PNG * 20)
    (folder / "cipher.db").write_bytes(random.Random(1).randbytes(8192))
    (folder / "nothing-here").mkdir()
    with closing(sqlite3.connect(folder / "foreign.db")) as database:
        database.execute("CREATE TABLE songs (title TEXT)")
    faults: dict[str, str] = {}
    for name in ("empty", "notes.txt", "picture.png", "cipher.db", "foreign.db", "nothing-here", "missing"):
        facts = opened(library, folder / name)
        assert not facts.is_open
        assert len(facts.faults) == 1
        assert facts.advice
        faults[name] = facts.faults[0].code
    assert faults == {
        "empty": "empty-file",
        "notes.txt": "not-a-store",
        "picture.png": "not-a-store",
        "cipher.db": "encrypted-or-foreign",
        "foreign.db": "foreign-database",
        "nothing-here": "no-store-in-folder",
        "missing": "missing",
    }
    assert library.facts() == ()


WITHOUT_PERMISSION = """
import os, sys
from pathlib import Path
from store.cancel import CancelToken
from store.library import Library
from store.paths import OwnPaths

if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
library = Library(OwnPaths.under(Path(sys.argv[1])))
for path in sys.argv[2:]:
    for facts in library.open(Path(path), CancelToken()):
        print(facts.faults[0].code)
"""


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_1_case_2_without_permission_a_file_a_folder_and_what_lies_below_say_so(rich: Path, tmp_path: Path) -> None:
    file, folder = rich / "sessions.sqlite3", tmp_path / "closed"
    file.chmod(0)
    folder.mkdir()
    (folder / "sessions.sqlite3").write_bytes(b"x")
    folder.chmod(0)
    for parent in [tmp_path, *tmp_path.parents]:
        if parent.owner() == tmp_path.owner() and parent.is_relative_to("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o755)
    own = tmp_path / "own"
    own.mkdir(mode=0o777)
    own.chmod(0o777)
    command = [sys.executable, "-c", WITHOUT_PERMISSION, *map(str, (own, file, folder, folder / "sessions.sqlite3"))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    folder.chmod(0o700)
    assert (done.stdout.split(), done.stderr) == (["no-permission"] * 3, "")


def test_opening_is_refused_on_a_thread_that_draws(library: Library, rich: Path) -> None:
    with must_not_wait(), pytest.raises(WouldBlock):
        library.open(rich, CancelToken())


def test_a_cancelled_opening_leaves_nothing_open(library: Library, rich: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        library.open(rich / "sessions.sqlite3", token)
    assert library.facts() == ()


# ------------------------------------------------------------------------------------------------ reload and close


def test_1_8_a_store_that_moved_on_disk_is_noticed_and_reload_reads_it(library: Library, rich: Path) -> None:
    before = opened(library, rich)
    assert library.changed([before.key]) == frozenset()
    add_session(rich / "sessions.sqlite3")
    assert library.changed([before.key]) == {before.key}
    after = library.reload(before.key, CancelToken())
    assert after.session_count == (before.session_count or 0) + 1
    assert session_count(library, before.key) == after.session_count
    assert library.changed([before.key]) == frozenset()


def test_a_store_that_vanished_keeps_its_last_facts_and_says_so(library: Library, rich: Path) -> None:
    before = opened(library, rich)
    shutil.rmtree(rich)
    after = library.reload(before.key, CancelToken())
    assert after.is_open
    assert after.session_count == before.session_count
    assert [fault.code for fault in after.faults] == ["missing"]
    assert after.advice


def test_2_10_refreshing_reads_the_newest_state_without_opening_anew(library: Library, rich: Path) -> None:
    before = opened(library, rich)
    backend = library.backend(before.key)
    assert library.refresh(before.key, CancelToken()) is None
    add_session(rich / "sessions.sqlite3")
    after = library.refresh(before.key, CancelToken())
    assert after is not None
    assert after.session_count == (before.session_count or 0) + 1
    assert library.changed([before.key]) == frozenset()
    assert library.backend(before.key) is backend
    assert library.running([before.key]) == {before.key}


def test_2_case_2_a_store_that_is_away_says_so_until_it_is_back(library: Library, rich: Path, tmp_path: Path) -> None:
    before = opened(library, rich)
    rich.rename(tmp_path / "away")
    away = library.refresh(before.key, CancelToken())
    assert away is not None
    assert (away.is_open, [fault.code for fault in away.faults]) == (True, ["vanished"])
    assert library.refresh(before.key, CancelToken()) is None
    (tmp_path / "away").rename(rich)
    assert library.refresh(before.key, CancelToken()) == before


def test_2_case_2_a_store_that_is_away_is_not_said_to_run(library: Library, rich: Path, tmp_path: Path) -> None:
    key = opened(library, rich).key
    add_session(rich / "sessions.sqlite3")
    running = library.refresh(key, CancelToken())
    assert running is not None
    assert running.is_running
    rich.rename(tmp_path / "away")
    away = library.refresh(key, CancelToken())
    assert away is not None
    assert not away.is_running
    assert not library.reload(key, CancelToken()).is_running


def test_refreshing_a_closed_store_says_that_it_is_closed(library: Library, rich: Path) -> None:
    key = opened(library, rich).key
    library.close(key)
    with pytest.raises(StoreVanished):
        library.refresh(key, CancelToken())


def test_reloading_what_could_not_be_opened_tries_again(library: Library, rich: Path, tmp_path: Path) -> None:
    key = StoreKey(str(tmp_path / "sessions.sqlite3"))
    assert not library.reload(key, CancelToken()).is_open
    shutil.copy(rich / "sessions.sqlite3", tmp_path)
    assert library.reload(key, CancelToken()).is_open


def test_a_closed_store_is_gone_and_closing_again_is_harmless(library: Library, rich: Path) -> None:
    key = opened(library, rich).key
    library.close(key)
    library.close(key)
    with pytest.raises(StoreVanished):
        library.backend(key)
    assert library.facts() == ()
    assert library.changed([key]) == frozenset()


def test_closing_all_leaves_no_snapshot(library: Library, copy_sample: CopySample, own_paths: OwnPaths) -> None:
    facts = opened(library, copy_sample("meerkat/realm-0.6.24-live-wal"))
    assert facts.access == "snapshot"
    assert any(own_paths.scratch.iterdir())
    library.close_all()
    assert list(own_paths.scratch.iterdir()) == []


# ------------------------------------------------------------------------------------------------------- threads


def test_many_threads_that_open_one_store_open_it_once(library: Library, rich: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = {future.result().key for future in [pool.submit(opened, library, rich) for _ in range(16)]}
        (key,) = keys
        backends = {id(future.result()) for future in [pool.submit(library.backend, key) for _ in range(16)]}
    assert len(backends) == 1
    assert len(library.facts()) == 1


def test_a_store_closed_while_others_read_it_never_gives_a_wrong_answer(library: Library, rich: Path) -> None:
    """A reader gets its answer or a typed error; opening again in between is fine."""

    def read() -> int | None:
        try:
            return session_count(library, opened(library, rich).key)
        except OpenError:
            return None

    key = opened(library, rich).key
    right = session_count(library, key)
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(read) for _ in range(40)]
        for _ in range(20):
            library.close(key)
        counts = {future.result() for future in futures}
    assert counts <= {right, None}


def test_a_store_is_lent_as_it_is_open_or_opened_for_the_time_alone(library: Library, rich: Path) -> None:
    (facts,) = library.open(rich, CancelToken())
    with library.lent(facts.key, CancelToken()) as lent:
        assert lent is library.backend(facts.key)
    with library.lent(facts.key, CancelToken(), is_fresh=True) as fresh:
        assert fresh is not library.backend(facts.key)
    library.close(facts.key)
    with library.lent(facts.key, CancelToken()) as alone:
        assert alone.facts(CancelToken()).session_count == facts.session_count
    assert library.facts() == ()
    rich.rename(rich.with_name("elsewhere"))
    with pytest.raises(OpenError), library.lent(facts.key, CancelToken()):
        pass
