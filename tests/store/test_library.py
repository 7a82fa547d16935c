"""Invariant: whatever path leads to a store, it is opened once, as it is now, and what cannot be opened says why."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from store.backend import Backend
from store.blocking import must_not_wait
from store.cancel import CancelToken
from store.errors import Cancelled, OpenError, StoreVanished, WouldBlock
from store.library import Library, given_up_facts, silent_facts
from store.meerkat import MEERKAT
from store.paths import OwnPaths
from store.values.session import SortOrder
from store.values.store import StoreFacts, StoreKey, StoreKind

ROOT = Path(__file__).resolve().parents[2]
CopySample = Callable[[str], Path]
Untouched = Callable[[Path], AbstractContextManager[None]]

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


@pytest.fixture
def library(own_paths: OwnPaths) -> Iterator[Library]:
    library = Library(own_paths)
    yield library
    library.close_all()


@pytest.fixture
def rich(copy_sample: CopySample) -> Path:
    return copy_sample("meerkat/realm-0.6.24-rich") / "atlas"


def opened(library: Library, path: Path) -> StoreFacts:
    (facts,) = library.open(path, CancelToken())
    return facts


def session_count(library: Library, key: StoreKey) -> int:
    return len(library.backend(key).ids(SortOrder(), CancelToken()).handles)


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
from store.library import Library, given_up_facts, silent_facts
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


def add_session(path: Path) -> None:
    """Copy a session under another id, as a program that works on the store would add one."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "INSERT INTO sessions SELECT '01a1ffff-0000-7000-8000-000000000000', created_at_ms, updated_at_ms,"
            " message_count, total_tokens, metadata_json, session_json FROM sessions LIMIT 1"
        )


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
    """(2-case-2)"""
    before = opened(library, rich)
    rich.rename(tmp_path / "away")
    away = library.refresh(before.key, CancelToken())
    assert away is not None
    assert (away.is_open, [fault.code for fault in away.faults]) == (True, ["vanished"])
    assert library.refresh(before.key, CancelToken()) is None
    (tmp_path / "away").rename(rich)
    assert library.refresh(before.key, CancelToken()) == before


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


class GatedMeerkat:
    """Meerkat, with a gate before the stores of one folder: a slow disk."""

    kind = MEERKAT.kind
    main_files = staticmethod(MEERKAT.main_files)

    def __init__(self, slow_folder: Path) -> None:
        self._slow_folder = slow_folder
        self.is_waiting = threading.Event()
        self.gate = threading.Event()

    def open(self, path: Path, scratch: Path, token: CancelToken, *, is_in_place: bool = False) -> Backend:
        if path.is_relative_to(self._slow_folder):
            self.is_waiting.set()
            assert self.gate.wait(30)
        return MEERKAT.open(path, scratch, token, is_in_place=is_in_place)


def test_a_store_on_a_slow_disk_makes_no_other_wait(own_paths: OwnPaths, rich: Path, tmp_path: Path) -> None:
    slow = Path(shutil.copytree(rich, tmp_path / "slow"))
    system = GatedMeerkat(slow)
    library = Library(own_paths, (system,))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(opened, library, slow)
        assert system.is_waiting.wait(30)
        key = opened(library, rich).key
        assert session_count(library, key) > 0
        assert library.changed([key]) == frozenset()
        library.close(key)
        assert not waiting.done()
        system.gate.set()
        assert waiting.result().is_open
    library.close_all()


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


# ------------------------------------------------------------------------------------- disks that do not answer


def test_2_1_who_waits_for_a_store_on_a_disk_that_hangs_can_be_cancelled(
    own_paths: OwnPaths, rich: Path, tmp_path: Path
) -> None:
    system = GatedMeerkat(rich)
    library = Library(own_paths, (system,))
    second, waits_too = CancelToken(), threading.Event()

    def open_again() -> object:
        waits_too.set()
        return library.open(rich, second)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(opened, library, rich)
        assert system.is_waiting.wait(30)
        again = pool.submit(open_again)
        assert waits_too.wait(30)
        second.cancel()
        with pytest.raises(Cancelled):
            again.result(30)
        assert not first.done()
        system.gate.set()
        assert first.result(30).is_open
    library.close_all()


def test_2_1_a_store_closed_while_its_disk_hangs_stays_closed_when_it_answers(own_paths: OwnPaths, rich: Path) -> None:
    system = GatedMeerkat(rich)
    library = Library(own_paths, (system,))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(opened, library, rich)
        assert system.is_waiting.wait(30)
        library.close(StoreKey(str((rich / "sessions.sqlite3").resolve())))
        library.close_all()
        assert not waiting.done()
        system.gate.set()
        with pytest.raises(Cancelled):
            waiting.result(30)
    assert library.facts() == ()


def test_2_1_a_place_is_searched_without_opening_what_lies_there(
    own_paths: OwnPaths, rich: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "samples" / "broken"
    broken.mkdir()
    (broken / "sessions.sqlite3").write_bytes(b"")
    system = GatedMeerkat(tmp_path / "samples")
    library = Library(own_paths, (system,))
    found = library.find(tmp_path / "samples", CancelToken())
    assert [candidate.path.parent.name for candidate in found.candidates] == ["broken", "atlas"]
    assert not system.is_waiting.is_set()
    system.gate.set()
    facts = [library.open_found(candidate, CancelToken()) for candidate in found.candidates]
    assert [one.is_open for one in facts] == [False, True]
    library.close_all()


class GatedBackend:
    """A backend whose files stop answering to looks at them."""

    def __init__(self, backend: Backend, system: GatedMeerkat) -> None:
        self._backend, self._system = backend, system

    def __getattr__(self, name: str) -> object:
        return getattr(self._backend, name)

    def has_changed(self) -> bool:
        self._system.is_waiting.set()
        assert self._system.gate.wait(30)
        return self._backend.has_changed()


class StallingMeerkat(GatedMeerkat):
    """Meerkat, whose stores of one folder open, and then do not answer."""

    def open(self, path: Path, scratch: Path, token: CancelToken, *, is_in_place: bool = False) -> Backend:
        backend = MEERKAT.open(path, scratch, token, is_in_place=is_in_place)
        is_slow = path.is_relative_to(self._slow_folder)
        return GatedBackend(backend, self) if is_slow else backend  # type: ignore[return-value]


def test_2_case_1_a_store_that_stops_answering_is_passed_over_while_the_others_are_watched(
    own_paths: OwnPaths, rich: Path, tmp_path: Path
) -> None:
    slow = Path(shutil.copytree(rich, tmp_path / "slow"))
    system = StallingMeerkat(slow)
    library = Library(own_paths, (system,))
    silent, other = opened(library, slow).key, opened(library, rich).key
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(library.changed, [silent, other])
        assert system.is_waiting.wait(30)
        assert library.silent(0.0) == {silent}
        assert library.silent(1000.0) == frozenset()
        add_session(rich / "sessions.sqlite3")
        assert library.changed([silent, other]) == {other}
        system.gate.set()
        looking.result(30)
    assert library.silent(0.0) == frozenset()
    assert library.changed([silent]) == frozenset()
    library.close_all()


def test_2_1_what_does_not_answer_is_named_by_its_realm_and_giving_it_up_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "orchard" / "sessions.sqlite3"
    with must_not_wait():
        silent = silent_facts(path, StoreKind.MEERKAT)
        given_up = given_up_facts(silent)
    assert (silent.name, silent.kind, silent.is_answering, silent.is_open) == (
        "orchard",
        StoreKind.MEERKAT,
        False,
        False,
    )
    assert [fault.code for fault in silent.faults] == ["not-answering"]
    assert (given_up.key, given_up.is_answering) == (silent.key, True)
    assert [fault.code for fault in given_up.faults] == ["given-up"]
    assert given_up.advice


# --------------------------------------------------------------------------------------------------- one identity


def test_2_1_two_hard_links_have_logs_of_their_own_and_are_two_stores(
    library: Library, rich: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.sqlite3"
    link.hardlink_to(rich / "sessions.sqlite3")
    assert opened(library, rich).key != opened(library, link).key
    assert len(library.facts()) == 2


TWICE_MOUNTED = """
import sys
from pathlib import Path
from store.cancel import CancelToken
from store.library import Library, given_up_facts, silent_facts
from store.paths import OwnPaths

library = Library(OwnPaths.under(Path(sys.argv[1])))
keys = {facts.key for path in sys.argv[2:] for facts in library.open(Path(path), CancelToken())}
print(len(keys), len(library.facts()))
library.close_all()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a folder twice, as Linux does")
def test_2_1_a_store_on_a_disk_that_is_mounted_twice_is_one_store(rich: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    mount = [
        "unshare",
        "--mount",
        "--map-root-user",
        "sh",
        "-c",
        'mount --bind "$1" "$2" && shift 2 && exec "$@"',
        "sh",
    ]
    if subprocess.run([*mount, str(rich), str(second), "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not let us mount")
    python = [sys.executable, "-c", TWICE_MOUNTED, str(tmp_path / "own"), str(rich), str(second)]
    done = subprocess.run(
        [*mount, str(rich), str(second), *python], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.stdout.split(), done.stderr) == (["1", "1"], "")


# ------------------------------------------------------------------------------------- replaced while it is open


def test_2_case_2_when_another_store_is_in_its_place_it_is_said_and_reload_opens_that_one(
    library: Library, rich: Path, copy_sample: CopySample
) -> None:
    before = opened(library, rich)
    other = copy_sample("meerkat/realm-0.7.5") / "attempted-turn" / "sessions.sqlite3"
    other.replace(rich / "sessions.sqlite3")
    assert library.changed([before.key]) == {before.key}
    noticed = library.refresh(before.key, CancelToken())
    assert noticed is not None
    assert (noticed.is_open, noticed.session_count) == (True, before.session_count)
    assert [fault.code for fault in noticed.faults] == ["vanished"]
    after = library.reload(before.key, CancelToken())
    assert (after.key, after.session_count, after.faults) == (before.key, 1, ())
    assert library.changed([before.key]) == frozenset()


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda path: path.write_bytes(b""), "empty-file"),
        (lambda path: path.write_bytes(b"no database at all\n" * 9), "not-a-store"),
        (lambda path: path.unlink(), "vanished"),
    ],
    ids=["emptied", "overwritten", "removed"],
)
def test_2_case_2_a_store_that_cannot_be_read_any_more_keeps_its_last_facts_until_it_can(
    library: Library, rich: Path, tmp_path: Path, harm: Callable[[Path], object], code: str
) -> None:
    path = rich / "sessions.sqlite3"
    kept = Path(shutil.copy2(path, tmp_path / "kept"))
    before = opened(library, rich)
    harm(path)
    assert library.changed([before.key]) == {before.key}
    after = library.refresh(before.key, CancelToken())
    assert after is not None
    assert (after.is_open, after.session_count) == (True, before.session_count)
    assert [fault.code for fault in after.faults] == [code]
    assert after.advice
    shutil.copy2(kept, path)
    assert library.reload(before.key, CancelToken()).faults == ()


def test_2_case_2_a_permission_that_is_lost_while_the_store_is_open_is_noticed(library: Library, rich: Path) -> None:
    key = opened(library, rich).key
    assert library.changed([key]) == frozenset()
    (rich / "sessions.sqlite3").chmod(0)
    assert library.changed([key]) == {key}


def test_a_store_too_large_to_copy_is_read_in_place_only_when_asked_and_stays_so_until_it_is_closed(
    library: Library, copy_sample: CopySample
) -> None:
    (main,) = copy_sample("meerkat/realm-0.6.24-live-wal").rglob("sessions.sqlite3")
    os.truncate(main, 1024**3 + 4096)
    refused = opened(library, main)
    assert (refused.is_open, refused.can_read_in_place) == (False, True)
    facts = library.open_in_place(refused.key, CancelToken())
    assert (facts.is_open, facts.access) == (True, "in-place")
    assert session_count(library, facts.key) == facts.session_count
    assert library.reload(facts.key, CancelToken()).access == "in-place"
    library.close(facts.key)
    assert not opened(library, main).is_open
