"""What cannot be opened, what moves and what does not agree, seen in the real window (1-case-2 to 1-case-4)."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RICH = "meerkat/realm-0.6.24-rich"
EPOCH_MS = 1_790_000_000_000


def text_file(path: Path) -> None:
    path.write_text("Meeting notes.\n", "utf-8")


def picture(path: Path) -> None:
    path.write_bytes(bytes.fromhex("89504e470d0a1a0a0000000d49484452") * 20)


def foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE songs (title TEXT)")


def cipher(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(8192))


def unused_realm(path: Path) -> None:
    path.mkdir()
    (path / "realm_manifest.json").write_text('{"realm_id":"fresh","backend":"sqlite"}', "utf-8")


REFUSALS: dict[str, tuple[Callable[[Path], object], str]] = {
    "0 bytes": (Path.touch, "“thing” is empty: it has no bytes."),
    "text": (text_file, "“thing” is a text file, not a session store."),
    "PNG": (picture, "“thing” is a PNG picture."),
    "foreign SQLite": (foreign_database, "“thing” is a sound SQLite database of another program"),
    "encrypted": (cipher, "“thing” is neither text nor a SQLite database: it is encrypted"),
    "folder without a store": (Path.mkdir, "There is no store in this folder"),
    "realm without a store": (unused_realm, "The realm “fresh” has no session database."),
    "missing path": (lambda path: None, "There is no file or folder “thing” at this path."),
}


@pytest.mark.parametrize("what", list(REFUSALS))
def test_1_case_2_what_is_no_store_is_said_in_the_windows_panel_with_what_to_do(
    show_program, tmp_path: Path, in_worker, what: str
) -> None:
    make, beginning = REFUSALS[what]
    in_worker(lambda: make(tmp_path / "thing"))
    program = show_program(tmp_path / "thing")
    panel = program.controller.window.error_panel
    title, sentence, advice = panel.texts()
    assert panel.isVisible()
    assert title == "thing cannot be opened"
    assert sentence.startswith(beginning)
    assert advice.endswith(".")
    assert program.controller.page.shown is None
    page = program.controller.page.widget
    assert [label.text() for label in page.findChildren(QLabel) if label.isVisible() and label.text()] == []


WITHOUT_PRIVILEGES = """
import ctypes, os, sys
if os.geteuid() == 0:
    drop_from_bounding_set, override_modes, search_anything = 24, 1, 2
    for capability in (override_modes, search_anything):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)
os.execv(sys.executable, [sys.executable, "-m", "app", *sys.argv[1:]])
"""
"""Starts the program as a user for whom modes count: root's right to pass over them is dropped."""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the rights of root are dropped as on Linux")
@pytest.mark.parametrize("command", ["list", "show", "--screenshot"])
def test_1_case_2_without_permission_the_commands_and_the_window_say_so_and_end_with_2(
    copy_sample, tmp_path: Path, in_worker, repo_root: Path, command: str
) -> None:
    main = copy_sample(RICH) / "atlas" / "sessions.sqlite3"
    out = tmp_path / "out.png"
    words = {"list": (main,), "show": (main, "01"), "--screenshot": (out, main)}[command]

    def run() -> subprocess.CompletedProcess[str]:
        main.chmod(0)
        asked = ["--data-dir", str(tmp_path / "own"), command, *map(str, words)]
        return subprocess.run(
            [sys.executable, "-c", WITHOUT_PRIVILEGES, *asked], cwd=repo_root, capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip

    done = in_worker(run)
    assert done.returncode == 2, done.stderr
    assert "The system does not let us read “sessions.sqlite3”." in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert out.exists() is (command == "--screenshot")


@pytest.fixture
def busy_writer() -> Iterator[Callable[[Path], None]]:
    """Start a program that commits 20 times a second: every session gets one new number in two columns at once."""
    ends, threads = threading.Event(), list[threading.Thread]()

    def commit(database: sqlite3.Connection, number: int) -> None:
        with database:
            database.execute("UPDATE sessions SET total_tokens = ?", (number,))
            database.execute("UPDATE sessions SET updated_at_ms = ?", (EPOCH_MS + number,))

    def write(path: Path) -> None:
        with closing(sqlite3.connect(path, timeout=30)) as database:
            number = 1
            while not ends.wait(0.05):
                number += 1
                commit(database, number)

    def start(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database:
            commit(database, 1)
        threads.append(threading.Thread(target=write, args=(path,), name="busy-writer"))
        threads[-1].start()

    yield start
    ends.set()
    for thread in threads:
        thread.join()


def test_1_case_3_beside_a_busy_writer_the_window_shows_consistent_rows(
    qtbot, show_program, copy_sample, busy_writer
) -> None:
    """Both statements of one commit are seen in every row of a page, or none; F5 in between, too."""
    main = copy_sample(RICH) / "atlas" / "sessions.sqlite3"
    busy_writer(main)
    program = show_program(main)
    sessions, window = program.controller.sessions, program.controller.window
    for _ in range(3):
        qtbot.waitUntil(lambda: sessions.model.row_count == 66 and sessions.model.row_at(0) is not None, timeout=10_000)
        qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
        rows = [row.summary for number in range(66) if (row := sessions.model.row_at(number)) is not None]
        ((tokens, time_ms),) = {(row.total_tokens, row.updated_at_ms) for row in rows}
        assert time_ms == EPOCH_MS + tokens
        qtbot.keyClick(window, Qt.Key.Key_F5)
    assert program.controller.library.current.is_open


def test_1_case_4_a_session_whose_two_copies_differ_shows_the_authority_and_says_so(
    qtbot, show_program, copy_sample, in_worker
) -> None:
    main = copy_sample(RICH) / "atlas" / "sessions.sqlite3"

    def change() -> tuple[str, int]:
        with closing(sqlite3.connect(main)) as database, database:
            row = database.execute("SELECT session_id, message_count FROM sessions WHERE message_count > 3").fetchone()
            database.execute(
                "UPDATE sessions SET session_json = json_remove(session_json, '$.messages[#-1]'), message_count = ?"
                " WHERE session_id = ?",
                (row[1] - 1, row[0]),
            )
            return row

    session_id, count = in_worker(change)
    program = show_program(main, session=session_id)
    page = program.controller.page
    qtbot.waitUntil(lambda: page.shown is not None and page.shown.key.session_id == session_id)
    page.show_info()
    qtbot.waitUntil(lambda: "differ" in page.page.band_text, timeout=10_000)
    transcript = program.controller.transcript
    qtbot.waitUntil(lambda: transcript.key is not None and transcript.shown() is not None, timeout=10_000)
    assert transcript.view.stage.count == count
