"""The commands of dev.py: each takes its own arguments, sets up what it needs, and gives an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import dev_display
import dev_environment
import dev_system
from dev_environment import ROOT, Level, ensure, executable
from dev_system import SetupError, say

WINDOWLESS = {"list", "show", "paths"}
"""Commands of `burrow` that show no window."""

PLAIN_OPTIONS = {"--version", "--help", "-h"}
"""Options that answer at once."""


def setup(arguments: Sequence[str]) -> int:
    """Make the environment and bring the system libraries."""
    _no_arguments("setup", arguments)
    prepare(Level.DEVELOP)
    return 0


def prepare(level: Level, libraries: dict[str, str] = dev_system.LIBRARIES_WINDOW) -> Path:
    """Bring what is missing of the system, all of it at once, then the environment. Gives its Python."""
    packages = [*dev_system.missing_libraries(libraries), *dev_environment.missing_packages()]
    dev_system.provide(packages, "Packages of the system are missing here that Qt or Python's venv need")
    return ensure(level)


def run(arguments: Sequence[str]) -> int:
    """Start Burrow; this process becomes it, so nothing stands between it and the developer's terminal."""
    arguments = list(arguments) or ["--demo"]
    if shows_window(arguments) and not dev_display.has_display(os.environ):
        raise SetupError(dev_display.NO_DISPLAY)
    prepare(Level.RUN, dev_system.LIBRARIES_WINDOW if needs_qt(arguments) else {})
    return become([str(executable("burrow")), *arguments])


def needs_qt(arguments: Sequence[str]) -> bool:
    """Whether these arguments start anything but the plain command line."""
    return _command_word(arguments) not in WINDOWLESS and not PLAIN_OPTIONS & set(arguments)


def shows_window(arguments: Sequence[str]) -> bool:
    """Whether these arguments end in a window that a person should see."""
    return needs_qt(arguments) and not any(argument.partition("=")[0] == "--screenshot" for argument in arguments)


def _command_word(arguments: Sequence[str]) -> str:
    # The one option that may stand before a command, since it goes with every one.
    rest = list(arguments[2:]) if arguments[:1] == ["--data-dir"] else list(arguments)
    return next((argument for argument in rest[:1] if not argument.startswith("-")), "")


def test(arguments: Sequence[str]) -> int:
    """Run pytest; its closing line is the last thing printed."""
    arguments = list(arguments)
    python = prepare(Level.DEVELOP)
    try:
        dev_system.provide_programs(dev_system.PROGRAMS_VIRTUAL_DISPLAY, "Tests on a virtual display need programs")
    except SetupError as error:
        say(f"{error} Until then those tests are skipped.")
    if "--slow" in arguments:
        arguments.remove("--slow")
        arguments = ["-m", "slow", *arguments]
    return call([str(python), "-m", "pytest", *arguments], {"PYTHONFAULTHANDLER": "1"})


def check(arguments: Sequence[str]) -> int:
    """Lint, format and types; all three run even if one finds something."""
    _no_arguments("check", arguments)
    python = str(prepare(Level.DEVELOP, {}))
    codes = [
        call([python, "-m", "ruff", "check", "."]),
        call([python, "-m", "ruff", "format", "--check", "."]),
        call([python, "-m", "mypy"]),
    ]
    return max(codes)


def bundle(arguments: Sequence[str]) -> int:
    """Build dist/burrow."""
    return call([str(prepare(Level.DEVELOP)), str(ROOT / "packaging" / "dev_bundle.py"), *arguments])


def shots(arguments: Sequence[str]) -> int:
    """Draw the README's pictures."""
    _no_arguments("shots", arguments)
    python = prepare(Level.RUN, dev_system.LIBRARIES_OFFSCREEN)
    return call([str(python), str(ROOT / "packaging" / "dev_shots.py")])


def bench(arguments: Sequence[str]) -> int:
    """Measure Burrow."""
    python = prepare(Level.DEVELOP)
    dev_system.provide_programs(dev_system.PROGRAMS_BENCH, "The benchmarks need programs to compare with")
    # The installed program is measured, and that is compiled; here modules may be newer than the installation.
    dev_environment.compile_modules(python)
    return call([str(python), str(ROOT / "packaging" / "bench.py"), *arguments])


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "setup": setup,
    "run": run,
    "test": test,
    "check": check,
    "bundle": bundle,
    "shots": shots,
    "bench": bench,
}


def call(command: Sequence[str], more_environment: Mapping[str, str] | None = None) -> int:
    """Run a program in the checkout's folder and give its exit code."""
    return subprocess.run(command, cwd=ROOT, env=os.environ | (more_environment or {}), check=False).returncode


def become(command: Sequence[str]) -> int:
    """Turn this process into another program; where the system cannot, run it and give its exit code."""
    if os.name != "nt":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(command[0], list(command))
    return subprocess.run(command, check=False).returncode


def _no_arguments(name: str, arguments: Sequence[str]) -> None:
    if arguments:
        raise SetupError(f"`dev.py {name}` takes no arguments.")
