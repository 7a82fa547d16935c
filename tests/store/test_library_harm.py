"""A store that hangs, that has two names, or that is taken away while it is open harms no other (2.1, 2-case-2)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.backend import Backend
from store.blocking import must_not_wait
from store.cancel import CancelToken
from store.errors import Cancelled
from store.library import Library
from store.meerkat import MEERKAT
from store.paths import OwnPaths
from store.unread import given_up_facts, silent_facts
from store.values.store import StoreKey, StoreKind
from tests.store.opened import add_session, opened, session_count

ROOT = Path(__file__).resolve().parents[2]
CopySample = Callable[[str], Path]


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
from store.library import Library
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
