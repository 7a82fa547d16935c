"""Pins and notes last: through a kill, a damaged file and a newer version, and they are never written into a store."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.own import Annotations, AnnotationsUnusable
from store.own.annotations import MIGRATIONS
from store.values.changes import LabelEdit
from store.values.notes import Noted
from store.values.store import SessionKey, StoreKey
from tests.store.own_notes import hide, relabel

TOKEN = CancelToken()
STORE, COPY = StoreKey("/a/sessions.sqlite3"), StoreKey("/b/sessions.sqlite3")
ONE, TWO = SessionKey(STORE, "s-1"), SessionKey(STORE, "s-2")


@pytest.fixture
def notes(own_paths: Any) -> Annotations:
    return Annotations(own_paths)


def test_nothing_is_made_by_asking(notes: Annotations, own_paths: Any) -> None:
    assert notes.pinned(TOKEN) == frozenset()
    assert not own_paths.data.exists()


def test_2_2_a_pin_is_there_at_the_next_start_and_can_be_taken_away(notes: Annotations, own_paths: Any) -> None:
    notes.pin([ONE, TWO], True, TOKEN)
    notes.pin([ONE], True, TOKEN)
    notes.pin([TWO, SessionKey(STORE, "never pinned")], False, TOKEN)
    assert Annotations(own_paths).pinned(TOKEN) == {ONE}


def test_a_copy_of_a_store_has_pins_of_its_own(notes: Annotations) -> None:
    notes.pin([ONE], True, TOKEN)
    assert SessionKey(COPY, "s-1") not in notes.pinned(TOKEN)


def test_the_file_is_for_its_user_alone(notes: Annotations, own_paths: Any) -> None:
    notes.pin([ONE], True, TOKEN)
    assert stat.S_IMODE(own_paths.annotations_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(own_paths.data.stat().st_mode) == 0o700


@pytest.mark.parametrize("is_asked_first", [True, False])
def test_a_damaged_file_is_put_aside_and_not_deleted(notes: Annotations, own_paths: Any, is_asked_first: bool) -> None:
    notes.pin([ONE], True, TOKEN)
    file: Path = own_paths.annotations_file
    for number in (1, 2):
        file.write_bytes(b"no database" * 1_000 + bytes([number]))
        if is_asked_first:
            assert notes.pinned(TOKEN) == frozenset()
        notes.pin([TWO], True, TOKEN)
        assert notes.pinned(TOKEN) == {TWO}
        assert (own_paths.data / f"annotations-damaged-{number}.sqlite3").read_bytes()[-1] == number


def test_a_file_of_a_newer_version_is_left_as_it_is(notes: Annotations, own_paths: Any) -> None:
    notes.pin([ONE], True, TOKEN)
    file = own_paths.annotations_file
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = file.read_bytes()
    with pytest.raises(AnnotationsUnusable, match="newer Burrow"):
        notes.pin([TWO], True, TOKEN)
    assert file.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_said(own_paths: Any) -> None:
    own_paths.data.parent.mkdir(parents=True, exist_ok=True)
    own_paths.data.write_bytes(b"a file in its place")
    with pytest.raises(AnnotationsUnusable, match="cannot be read or written"):
        Annotations(own_paths).pin([ONE], True, TOKEN)


WRITER = """
import sys
from pathlib import Path
from store.cancel import CancelToken
from store.own import Annotations
from store.paths import OwnPaths
from store.values.store import SessionKey, StoreKey

notes, number = Annotations(OwnPaths.under(Path(sys.argv[1]))), 0
while True:
    keys = [SessionKey(StoreKey("/a"), f"{number}-{half}") for half in "ab"]
    notes.pin(keys, True, CancelToken())
    print(number, flush=True)
    number += 1
"""


def test_a_kill_loses_no_pin_that_was_confirmed_and_leaves_none_half_done(
    notes: Annotations, own_paths: Any, repo_root: Path
) -> None:
    for turn in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(own_paths.data)], cwd=repo_root, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(0.007 * turn)
            child.send_signal(signal.SIGKILL)
            confirmed = max((int(line) for line in child.stdout.read().split()), default=0)
        ids = {key.session_id for key in notes.pinned(TOKEN)}
        assert {f"{number}-{half}" for number in range(confirmed + 1) for half in "ab"} <= ids
        assert len(ids) % 2 == 0


FIRST_VERSION = (
    "CREATE TABLE pins (store TEXT NOT NULL, session_id TEXT NOT NULL, pinned_at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (store, session_id)) WITHOUT ROWID; PRAGMA user_version = 1;"
    " INSERT INTO pins VALUES ('/a/sessions.sqlite3', 's-1', 1)"
)


def test_4_3_pins_of_the_first_version_stay_when_notes_come(notes: Annotations, own_paths: Any) -> None:
    own_paths.made(own_paths.data)
    with closing(sqlite3.connect(own_paths.annotations_file)) as connection:
        connection.executescript(FIRST_VERSION)
    assert notes.noted(None, TOKEN) == {}
    notes.set_title(ONE, "Mine", TOKEN)
    assert notes.pinned(TOKEN) == {ONE}
    assert notes.noted(None, TOKEN) == {ONE: Noted(title="Mine")}


def test_4_3_nothing_is_made_by_asking_for_notes(notes: Annotations, own_paths: Any) -> None:
    assert notes.noted(None, TOKEN) == notes.noted([ONE], TOKEN) == notes.noted_in([STORE], TOKEN) == {}
    assert not own_paths.data.exists()


def test_4_3_title_note_labels_and_hidden_are_there_at_the_next_start(notes: Annotations, own_paths: Any) -> None:
    notes.set_title(ONE, "  A title\nof two lines ", TOKEN)
    notes.set_note(ONE, "First line\r\nsecond\n", TOKEN)
    relabel(notes, [ONE, TWO], LabelEdit((("b", "1"), ("a", "2")), ("old",)))
    hide(notes, [ONE])
    put, removed = (("b", "1"), ("a", "2")), ("old",)
    expected = {
        ONE: Noted("A title of two lines", "First line\nsecond", put, removed, is_hidden=True),
        TWO: Noted(None, None, put, removed),
    }
    assert Annotations(own_paths).noted(None, TOKEN) == expected


def test_4_3_what_is_taken_back_leaves_nothing(notes: Annotations, own_paths: Any) -> None:
    notes.set_title(ONE, "x", TOKEN)
    notes.set_note(ONE, "x", TOKEN)
    hide(notes, [ONE])
    relabel(notes, [ONE], LabelEdit((("a", "b"),)))
    notes.set_title(ONE, " ", TOKEN)
    notes.set_note(ONE, None, TOKEN)
    hide(notes, [ONE], is_hidden=False)
    notes.exchange(ONE, lambda noted: replace(noted, labels_put=(), labels_removed=()), TOKEN)
    assert notes.noted(None, TOKEN) == {}
    with closing(sqlite3.connect(own_paths.annotations_file)) as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("notes", "own_labels")]
    assert counts == [(0,), (0,)]


def test_4_3_notes_of_another_store_are_not_given(notes: Annotations) -> None:
    hide(notes, [ONE, SessionKey(COPY, "s-1")])
    assert set(notes.noted_in([COPY], TOKEN)) == {SessionKey(COPY, "s-1")}
    assert set(notes.noted([ONE, TWO], TOKEN)) == {ONE}


def test_4_3_what_another_process_wrote_is_seen_at_once(notes: Annotations, own_paths: Any) -> None:
    other = Annotations(own_paths)
    for number in range(20):
        other.set_title(ONE, f"Title {number}", TOKEN)
        assert notes.noted([ONE], TOKEN)[ONE].title == f"Title {number}"


def test_4_3_a_file_that_did_not_move_is_not_read_again(notes: Annotations, own_paths: Any) -> None:
    notes.set_title(ONE, "Kept", TOKEN)
    os.utime(own_paths.annotations_file, (1, 1))
    assert notes.noted([ONE], TOKEN)[ONE].title == "Kept"
    stamp = own_paths.annotations_file.stat()
    own_paths.annotations_file.write_bytes(bytes(stamp.st_size))
    os.utime(own_paths.annotations_file, (1, 1))
    assert notes.noted([ONE], TOKEN)[ONE].title == "Kept"
