"""The program as a whole, started as a person starts it, on copies of real stores.

Each run has its own data folder. No store's folder may be touched by any of them (rule 2).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

Untouched = Callable[[Path], AbstractContextManager[None]]

READABLE = (
    "meerkat/realm-0.6.24-rich",
    "meerkat/realm-0.6.24-rkat",
    "meerkat/realm-0.6.24-live-wal",
    "meerkat/realm-0.6.24-running",
    "meerkat/realm-0.6.24-bridged-by-0.9.8",
    "meerkat/realm-0.7.5",
    "meerkat/realm-0.7.28",
    "meerkat/realm-0.7.28-rkat",
    "meerkat/realm-0.8.10",
    "meerkat/store-0.8.50-rotated",
    "meerkat/realm-0.9.8-rkat",
)
DOCUMENT = "meerkat/v0_8_8_slim_session.json"
OFTEN = {"meerkat/realm-0.6.24-rich", "meerkat/realm-0.6.24-live-wal", "meerkat/realm-0.9.8-rkat", DOCUMENT}
"""One of each way of reading; the program is started on the others in the slow run."""
ALL = [name if name in OFTEN else pytest.param(name, marks=pytest.mark.slow) for name in (*READABLE, DOCUMENT)]

START_LIMIT_S = 60


@pytest.fixture
def burrow(tmp_path: Path, repo_root: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `burrow` with these arguments and its own data folder, without a display."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app", "--data-dir", str(tmp_path / "own"), *map(str, arguments)]
        return subprocess.run(
            command, cwd=repo_root, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True,
            check=False, timeout=START_LIMIT_S,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("name", ALL)
def test_1_9_every_readable_sample_is_listed_and_left_as_it_was(
    name: str, copy_sample: Callable[[str], Path], untouched: Untouched, burrow: Callable[..., object]
) -> None:
    path = copy_sample(name)
    with untouched(path.parent):
        done = burrow("list", path, "--json")
    answer = json.loads(done.stdout)
    assert answer["sessions"], name
    assert {store["kind"] for store in answer["stores"]} == {"meerkat"}
    assert len(answer["sessions"]) == sum(store["session_count"] for store in answer["stores"])
    has_faults = any(one.get("faults") for one in [*answer["stores"], *answer["sessions"]])
    assert done.returncode == int(has_faults)


@pytest.mark.parametrize("name", ALL)
def test_1_9_every_session_of_every_readable_sample_is_shown_and_left_as_it_was(
    name: str, copy_sample: Callable[[str], Path], untouched: Untouched, burrow: Callable[..., object]
) -> None:
    path = copy_sample(name)
    with untouched(path.parent):
        sessions = json.loads(burrow("list", path, "--json", "--limit", 4).stdout)["sessions"]
        for session in sessions:
            done = burrow("show", session["path"], session["id"], "--json")
            assert done.returncode in {0, 1}, done.stderr
            messages = json.loads(done.stdout)["messages"]
            assert [one["index"] for one in messages] == list(range(len(messages)))


@pytest.mark.parametrize("name", ALL)
def test_1_3_the_window_opens_every_readable_sample_and_leaves_it_as_it_was(
    name: str,
    tmp_path: Path,
    copy_sample: Callable[[str], Path],
    untouched: Untouched,
    burrow: Callable[..., object],
) -> None:
    path, picture = copy_sample(name), tmp_path / "window.png"
    with untouched(path.parent):
        done = burrow(path, "--screenshot", picture, "--size", "1280x800")
    assert (done.returncode, done.stderr) == (0, "")
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1280, 800)


@pytest.mark.parametrize("theme", [pytest.param("light", marks=pytest.mark.slow), "dark"])
def test_1_8_a_forced_theme_is_seen_in_the_picture(theme: str, tmp_path: Path, burrow: Callable[..., object]) -> None:
    picture = tmp_path / "window.png"
    done = burrow("--demo", "--theme", theme, "--screenshot", picture)
    assert (done.returncode, done.stderr) == (0, "")
    lightness = QImage(str(picture)).pixelColor(2, 2).lightness()
    assert lightness > 200 if theme == "light" else lightness < 80


@pytest.mark.parametrize("zoom", [pytest.param(80, marks=pytest.mark.slow), 200])
def test_1_8_the_smallest_and_the_largest_zoom_draw_the_demo(
    zoom: int, tmp_path: Path, burrow: Callable[..., object]
) -> None:
    picture = tmp_path / "window.png"
    done = burrow("--demo", "--zoom", zoom, "--size", "1600x1000", "--screenshot", picture)
    assert (done.returncode, done.stderr) == (0, "")
    assert QImage(str(picture)).width() == 1600


def test_1_2_without_a_store_the_start_page_is_drawn(tmp_path: Path, burrow: Callable[..., object]) -> None:
    picture = tmp_path / "window.png"
    done = burrow("--screenshot", picture)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "own" / "data" / "demo").exists()


@pytest.mark.xcb
@pytest.mark.skipif(shutil.which("xdotool") is None, reason="needs xdotool")
def test_1_1_the_window_appears_on_a_display_and_the_program_ends_when_asked(
    tmp_path: Path, repo_root: Path, virtual_display: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "app", "--data-dir", str(tmp_path / "own"), "--demo"]
    with subprocess.Popen(command, cwd=repo_root, env=virtual_display, stderr=subprocess.PIPE, text=True) as program:
        try:
            assert _window_of(program.pid, virtual_display)
        finally:
            program.send_signal(signal.SIGTERM)
        _out, errors = program.communicate(timeout=START_LIMIT_S)
    assert "Traceback" not in errors


READ_CLIPBOARD = """
import sys
from PySide6.QtGui import QClipboard, QGuiApplication
application = QGuiApplication([])
mode = QClipboard.Mode.Selection if sys.argv[1] == "primary" else QClipboard.Mode.Clipboard
sys.stdout.buffer.write(application.clipboard().text(mode).encode())
"""
"""What another program does that is pasted into."""


@pytest.mark.slow
@pytest.mark.xcb
@pytest.mark.skipif(shutil.which("xdotool") is None, reason="needs xdotool")
def test_2_7_what_is_copied_and_what_is_selected_arrive_in_another_program(
    tmp_path: Path, repo_root: Path, virtual_display: dict[str, str]
) -> None:
    def pasted(mode: str) -> str:
        command = [sys.executable, "-c", READ_CLIPBOARD, mode]
        done = subprocess.run(command, env=virtual_display, capture_output=True, check=True, timeout=START_LIMIT_S)
        return done.stdout.decode()

    def until_pasted(mode: str, *keys_or_clicks: str) -> str:
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            subprocess.run(["xdotool", *keys_or_clicks], env=virtual_display, check=True, timeout=START_LIMIT_S)
            if text := pasted(mode):
                return text
        return ""

    command = [sys.executable, "-m", "app", "--data-dir", str(tmp_path / "own"), "--demo"]
    with subprocess.Popen(command, cwd=repo_root, env=virtual_display, stderr=subprocess.PIPE, text=True) as program:
        try:
            window = _window_of(program.pid, virtual_display)
            subprocess.run(["xdotool", "windowactivate", "--sync", window], env=virtual_display, check=True)
            copied = until_pasted("clipboard", "key", "F6", "key", "ctrl+a", "key", "ctrl+c", "sleep", "0.5")
            clicks = ("mousemove", "--window", window, "900", "300", "click", "--repeat", "2", "--delay", "60", "1")
            word = until_pasted("primary", *clicks)
        finally:
            program.send_signal(signal.SIGTERM)
        program.communicate(timeout=START_LIMIT_S)
    assert len(copied) > 500
    assert word
    assert word in copied


def _window_of(pid: int, environment: dict[str, str]) -> str:
    """The first visible window of a process, once there is one."""
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--pid", str(pid), "--name", "Burrow"],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if found.stdout.strip():
            return found.stdout.split()[0]
        time.sleep(0.05)
    return ""
