"""The file of the catalogue is rebuilt, never repaired, and never needed: whatever it is, lists go on."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.catalogue import Catalogue
from store.catalogue.schema import VERSION
from store.errors import Cancelled
from store.values.listing import FillState, ListWant
from store.values.store import StoreKey
from tests.store.catalogue.made import A, MadeStore, row

TOKEN = CancelToken()
Take = Callable[[MadeStore], bool]
Fill = Callable[[MadeStore], FillState]


def listed(catalogue: Catalogue) -> list[int]:
    return list(catalogue.listed(ListWant((A,)), {}, (), (), TOKEN).handles)


def again(own_paths: Any) -> Catalogue:
    return Catalogue(own_paths)


def test_nothing_is_made_before_it_is_needed(own_paths: Any) -> None:
    Catalogue(own_paths)
    assert not own_paths.cache.exists()


def test_the_file_is_for_its_user_alone(catalogue: Catalogue, fill: Fill, own_paths: Any) -> None:
    fill(MadeStore(A, [row(1)]))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in own_paths.cache.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(own_paths.cache.stat().st_mode) == 0o700


def test_2_n2_the_next_start_uses_what_is_there(catalogue: Catalogue, fill: Fill, own_paths: Any) -> None:
    fill(MadeStore(A, [row(1), row(2)]))
    catalogue.close()
    other = again(own_paths)
    assert other.fill_state(A, TOKEN) == FillState(2, 2, True)
    other.close()


def _cut(file: Path) -> None:
    os.truncate(file, 5_000)


def _overwrite(file: Path) -> None:
    file.write_bytes(b"no database" * 1_000)


def _garble(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4_096:] = bytes(len(data) - 4_096)
    file.write_bytes(data)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _raise_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")


def _lose_table(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE facts")


@pytest.mark.parametrize("harm", [_cut, _overwrite, _garble, _empty, _raise_version, _lose_table, Path.unlink])
def test_a_file_that_is_not_right_is_dropped_and_rebuilt(
    catalogue: Catalogue, fill: Fill, own_paths: Any, harm: Callable[[Path], None]
) -> None:
    store = MadeStore(A, [row(1), row(2)])
    fill(store)
    catalogue.close()
    harm(own_paths.catalogue_file)
    other = again(own_paths)
    other.facts(A, ["s-0001"], TOKEN)
    other.take_census(A, "file 1", store.page, TOKEN)
    while not (state := other.fill_batch(A, store.documents, TOKEN)).is_complete:
        pass
    assert (state.known, listed(other), set(other.facts(A, ["s-0001"], TOKEN))) == (2, [2, 1], {"s-0001"})
    assert not other.is_in_memory
    other.close()


@pytest.mark.parametrize("harm", [_overwrite, _cut, Path.unlink])
def test_a_file_that_is_harmed_while_it_is_used_is_rebuilt(
    catalogue: Catalogue, fill: Fill, own_paths: Any, harm: Callable[[Path], None]
) -> None:
    store = MadeStore(A, [row(number) for number in range(300)])
    fill(store)
    harmed = (
        own_paths.cache.glob(f"{own_paths.catalogue_file.name}*") if harm is Path.unlink else [own_paths.catalogue_file]
    )
    for path in harmed:
        harm(path)
    listed(catalogue)
    fill(store)
    assert len(listed(catalogue)) == 300
    assert len(catalogue.facts(A, [one.session_id for one in store.rows], TOKEN)) == 300


def test_a_folder_that_cannot_be_made_is_done_without(own_paths: Any) -> None:
    own_paths.cache.parent.mkdir(parents=True)
    own_paths.cache.write_bytes(b"a file in its place")
    catalogue = Catalogue(own_paths)
    store = MadeStore(A, [row(1), row(2)])
    catalogue.take_census(A, "file 1", store.page, TOKEN)
    assert catalogue.fill_batch(A, store.documents, TOKEN) == FillState(2, 2, True)
    assert (listed(catalogue), catalogue.is_in_memory) == ([2, 1], True)
    catalogue.close()


def test_a_full_disk_is_done_without(catalogue: Catalogue, fill: Fill) -> None:
    fill(MadeStore(A, [row(1)]))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        fill(MadeStore(A, [row(number) for number in range(2_000)]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (len(listed(catalogue)), catalogue.is_in_memory) == (2_000, True)


def test_lists_and_fillings_of_several_threads_do_not_disturb_each_other(catalogue: Catalogue) -> None:
    stores = [MadeStore(StoreKey(f"/{name}"), [row(number) for number in range(500)]) for name in "abcd"]

    def work(store: MadeStore) -> FillState:
        for turn in range(3):
            store.rows = [one._replace(message_count=turn) for one in store.rows]
            catalogue.take_census(store.key, "file 1", store.page, TOKEN)
            while not (state := catalogue.fill_batch(store.key, store.documents, TOKEN)).is_complete:
                catalogue.listed(ListWant(tuple(one.key for one in stores), text="title"), {}, (), (), TOKEN)
        return state

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, stores)) == [FillState(500, 500, True)] * 4


def test_a_cancelled_question_is_not_answered(catalogue: Catalogue, fill: Fill) -> None:
    fill(MadeStore(A, [row(1)]))
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        catalogue.listed(ListWant((A,)), {}, (), (), token)


WRITER = """
import sys
from pathlib import Path
from store.cancel import CancelToken
from store.catalogue import Catalogue
from store.paths import OwnPaths
from tests.store.catalogue.made import A, MadeStore, row

catalogue, token = Catalogue(OwnPaths.under(Path(sys.argv[1]))), CancelToken()
turn = 0
while True:
    turn += 1
    store = MadeStore(A, [row(number, message_count=turn) for number in range(1_000)])
    catalogue.take_census(A, "file 1", store.page, token)
    while not catalogue.fill_batch(A, store.documents, token).is_complete:
        print("wrote", flush=True)
"""


def test_a_kill_at_any_moment_leaves_a_catalogue_that_is_right(tmp_path: Path, own_paths: Any, repo_root: Path) -> None:
    for number in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(own_paths.data)], cwd=repo_root, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(0.013 * number)
            child.send_signal(signal.SIGKILL)
        catalogue = Catalogue(own_paths)
        state = catalogue.fill_state(A, TOKEN)
        assert (state.total, catalogue.generation) == (1_000, 0)
        found = catalogue.facts(A, [f"s-{one:04}" for one in range(1_000)], TOKEN)
        assert len(found) == state.known
        catalogue.close()
        with closing(sqlite3.connect(own_paths.catalogue_file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
