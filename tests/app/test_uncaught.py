"""One place for uncaught errors: every hook leads there, the same error is shown once, the log holds no values (B9)."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer, Signal, Slot, qWarning

from app.log import LIMIT_BYTES, start_log, stop_log
from app.uncaught import Uncaught


@pytest.fixture
def uncaught(qapp):
    made = Uncaught("0.0")
    made.install()
    made.shown = []
    made.happened.connect(made.shown.append)
    yield made
    made.uninstall()


def fail(text: str) -> None:
    raise RuntimeError(text)


class Failing(QObject):
    """A slot that raises."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._on_asked)

    @Slot()
    def _on_asked(self) -> None:
        fail("in a slot")


def test_B9_an_exception_in_a_slot_is_shown_with_its_place(qtbot, uncaught, capsys) -> None:
    failing = Failing()
    QTimer.singleShot(0, failing.asked.emit)
    qtbot.waitUntil(lambda: bool(uncaught.shown))
    assert "RuntimeError: in a slot" in uncaught.shown[0].text
    assert "test_uncaught.py" in uncaught.shown[0].text
    assert "Burrow 0.0" in uncaught.shown[0].text
    assert "in a slot" in capsys.readouterr().err


def test_B9_an_exception_in_a_plain_thread_is_shown(qtbot, uncaught) -> None:
    thread = threading.Thread(target=fail, args=("in a thread",))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(uncaught.shown))
    assert "in a thread" in uncaught.shown[0].text


def test_B9_an_exception_that_python_cannot_raise_is_shown(qtbot, uncaught) -> None:
    class Unlucky:
        def __del__(self) -> None:
            fail("in a destructor")

    Unlucky()
    qtbot.waitUntil(lambda: bool(uncaught.shown))
    assert "in a destructor" in uncaught.shown[0].text


def test_B9_the_same_error_a_thousand_times_is_shown_once_and_counted(qtbot, uncaught) -> None:
    for _ in range(1000):
        try:
            fail("again")
        except RuntimeError as error:
            uncaught.report(error)
    qtbot.waitUntil(lambda: bool(uncaught.shown))
    assert len(uncaught.shown) == 1
    assert list(uncaught._unshown.values()) == [999]


def test_B9_ctrl_c_is_no_error(qtbot, uncaught) -> None:
    with qtbot.waitSignal(uncaught.interrupted):
        uncaught.report(KeyboardInterrupt())
    assert uncaught.shown == []


def test_B9_the_hooks_are_put_back(qapp) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    made = Uncaught("0.0")
    made.install()
    assert sys.excepthook != before[0]
    made.uninstall()
    made.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_B9_the_log_says_where_and_what_kind_and_never_what_was_being_read(qtbot, uncaught, tmp_path) -> None:
    path = tmp_path / "log" / "burrow.log"
    log_file = start_log(path)
    try:
        fail("the secret of a session")
    except RuntimeError as error:
        uncaught.report(error)
    qWarning("a word of Qt")
    stop_log(log_file)
    text = read(path)
    assert "RuntimeError" in text
    assert "test_uncaught.py" in text
    assert "a word of Qt" in text
    assert "secret" not in text
    assert path.stat().st_mode & 0o777 == 0o600
    qtbot.waitUntil(lambda: bool(uncaught.shown))


def test_B9_a_long_log_is_put_aside_when_the_next_run_begins(tmp_path) -> None:
    path = tmp_path / "burrow.log"
    path.write_bytes(b"x" * (LIMIT_BYTES + 1))
    log_file = start_log(path)
    logging.getLogger("burrow").info("new")
    stop_log(log_file)
    assert read(path).endswith("new\n")
    assert (tmp_path / "burrow.log.1").stat().st_size == LIMIT_BYTES + 1


def test_B9_a_log_that_cannot_be_written_is_given_up_in_silence(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    log_file = start_log(tmp_path / "file" / "burrow.log")
    logging.getLogger("burrow").info("lost")
    stop_log(log_file)


def read(path: Path) -> str:
    return path.read_text("utf-8")
