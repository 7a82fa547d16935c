"""Invariant: the command line runs without Qt, speaks UTF-8, ends quietly and with the exit codes of the contract."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import subprocess
import termios
import tomllib
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store.version import VERSION

Burrow = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[bytes]"]
CopySample = Callable[[str], Path]

LONG_SESSION = "019ec893-f522-7aef-b07a-7f8d2fc69e20"
"""2,000 messages."""

HALF_A_PIPE_BYTES = 32768
"""When so much waits unread, the command is in the midst of its output, or waits for room."""

WITHOUT_QT = """
import sys

class Refuser:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "app"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuser())
"""


def test_1_9_the_version_is_the_projects(burrow: Burrow, repo_root: Path) -> None:
    assert burrow("--version").out == f"burrow {VERSION}\n"
    assert tomllib.loads((repo_root / "pyproject.toml").read_text("utf-8"))["project"]["version"] == VERSION


def test_1_9_paths_says_where_our_own_files_are(burrow: Burrow, tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert burrow("paths").out == (
        f"settings     {own}/config/settings.json\n"
        f"annotations  {own}/annotations.sqlite3\n"
        f"changes      {own}/changes.sqlite3\n"
        f"backups      {own}/backups\n"
        f"demo         {own}/demo\n"
        f"catalogue    {own}/cache/catalogue.sqlite3\n"
        f"snapshots    {own}/cache/snapshots\n"
        f"log          {own}/log/burrow.log\n"
    )
    assert burrow("paths", "--json").json["demo"] == f"{own}/demo"


def test_1_9_wrong_usage_is_one_line_and_exit_2(burrow: Burrow) -> None:
    for words in ([], ["list", ""], ["show"], ["dance"], ["list", "x", "--sort", "y"], ["--data-dir"]):
        said = burrow(*words)
        assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)


def test_1_9_help_goes_to_standard_output(burrow: Burrow) -> None:
    said = burrow("list", "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("usage: burrow list [PATH …]")


def test_1_9_it_works_where_qt_is_not_installed(start_burrow: Start, rich: Path, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WITHOUT_QT)
    root = str(Path(__file__).resolve().parents[3])
    process = start_burrow("list", rich, "--json", env={"PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{root}"})
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert len(json.loads(out)["sessions"]) == 66


def test_1_9_output_is_utf_8_whatever_the_locale(start_burrow: Start, rich: Path) -> None:
    process = start_burrow("list", rich, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert "–" in out.decode("utf-8")


def test_1_9_a_reader_that_goes_away_is_no_error(start_burrow: Start, rich: Path) -> None:
    process = start_burrow("show", rich, "019e85a1-4b2f-717a-950a-937bf2bae3a5", "--json", bufsize=0)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0


def test_1_9_ctrl_c_is_130_and_quiet(start_burrow: Start, rich: Path) -> None:
    """The reader does not read, so the command waits with a full pipe when the keyboard interrupts it."""
    process = start_burrow("show", rich, LONG_SESSION, "--json", "--raw")
    assert process.stdout is not None
    assert process.stderr is not None
    unread = array("i", [0])
    while unread[0] < HALF_A_PIPE_BYTES and process.poll() is None:
        fcntl.ioctl(process.stdout, termios.FIONREAD, unread)
    process.send_signal(signal.SIGINT)
    assert process.stderr.read() == b""
    assert process.wait(60) == 130


def test_1_9_on_a_terminal_it_is_coloured_and_content_is_not_obeyed(start_burrow: Start, rich: Path) -> None:
    ours, theirs = pty.openpty()
    process = start_burrow("list", rich, stdout=theirs, env={"TERM": "xterm", "COLUMNS": "100", "NO_COLOR": ""})
    os.close(theirs)
    out = b""
    try:
        while piece := os.read(ours, 65536):
            out += piece
    except OSError:
        pass  # the other end was closed
    os.close(ours)
    process.communicate(timeout=60)
    text = out.decode("utf-8").replace("\r\n", "\n")
    assert "\x1b[1mId\x1b[0m" in text
    plain = re.sub("\x1b\\[[0-9;]*m", "", text)
    assert "\x1b" not in plain
    assert max(map(len, plain.splitlines()[3:])) <= 100
