"""The program's entry, in processes of its own: what it loads, says and returns (1.1, 1.9)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def run(repo_root: Path, tmp_path: Path, in_worker):
    """Run `python -m app` with these arguments and environment."""

    def run_it(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        keep = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
        command = [sys.executable, "-m", "app", "--data-dir", str(tmp_path / "own"), *arguments]
        return in_worker(
            lambda: subprocess.run(
                command, cwd=repo_root, env=keep | environment, capture_output=True, text=True, check=False, timeout=60
            )
        )

    return run_it


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_1_1_without_a_display_it_says_so_and_ends_with_2_before_qt_is_loaded(run) -> None:
    done = run()
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "xvfb-run" in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_a_display_that_does_not_answer_is_a_sentence_and_2(run) -> None:
    done = run(DISPLAY=":64999")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "does not answer" in done.stderr


def test_1_9_the_command_line_does_not_load_qt(repo_root: Path, in_worker) -> None:
    program = (
        "import sys\nfrom app.__main__ import main\n"
        "code = main(['--version'])\n"
        "print(code, [name for name in sys.modules if name.startswith(('PySide6', 'shiboken6'))])"
    )
    command = [sys.executable, "-c", program]
    done = in_worker(lambda: subprocess.run(command, cwd=repo_root, capture_output=True, text=True, check=True))
    assert done.stdout.splitlines()[1] == "0 []"


def test_1_9_help_says_what_the_window_and_the_commands_understand(run) -> None:
    text = run("--help").stdout
    assert all(word in text for word in ("list", "show", "paths", "--session", "--screenshot", "--data-dir", "--zoom"))
    assert "--screenshot" not in run("list", "--help").stdout


def test_1_9_wrong_usage_is_one_sentence_and_2(run) -> None:
    done = run("--zoom", "5")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_1_9_a_picture_has_the_size_asked_for_and_the_file_is_left_as_it_was(
    run, copy_sample, untouched, tmp_path: Path, qapp
) -> None:
    from PySide6.QtGui import QImage

    realm = copy_sample("meerkat/realm-0.6.24-rich")
    out = tmp_path / "out.png"
    with untouched(realm):
        done = run("--screenshot", str(out), "--size", "1000x700", "--theme", "dark", "--zoom", "110", str(realm))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    image = QImage(str(out))
    assert (image.width(), image.height()) == (1000, 700)
    assert image.pixelColor(500, 5).lightness() < 64


def test_1_9_a_picture_of_what_cannot_be_opened_shows_the_error_and_ends_with_2(run, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    done = run("--screenshot", str(out), str(tmp_path / "nothing"))
    assert done.returncode == 2
    assert out.stat().st_size > 5000
    assert done.stderr.count("\n") == 1


def test_1_9_a_picture_that_cannot_be_written_is_one_sentence_and_2(run, tmp_path: Path) -> None:
    done = run("--screenshot", str(tmp_path / "no" / "out.png"))
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_1_9_a_session_that_is_not_there_ends_a_picture_with_2(run, copy_sample, tmp_path: Path) -> None:
    realm = copy_sample("meerkat/realm-0.6.24-rich")
    done = run("--screenshot", str(tmp_path / "o.png"), str(realm), "--session", "zzz")
    assert done.returncode == 2
    assert "No session" in done.stderr
