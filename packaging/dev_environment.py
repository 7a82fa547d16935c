"""Makes `.venv` with Burrow and its pinned packages in it, once; later starts only compare a stamp."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from enum import IntEnum
from pathlib import Path

from dev_system import SetupError, say

ROOT = Path(__file__).resolve().parent.parent


class Level(IntEnum):
    """How much is installed; a higher level has all that the lower one has."""

    RUN = 0
    DEVELOP = 1


def executable(name: str, root: Path = ROOT) -> Path:
    """A program of the environment, there or not."""
    if os.name == "nt":
        return root / ".venv" / "Scripts" / f"{name}.exe"
    return root / ".venv" / "bin" / name


def ensure(level: Level, root: Path = ROOT) -> Path:
    """Make the environment if it is not as the project wants it now.

    Returns:
        The environment's Python.

    Raises:
        SetupError: with the sentence for people.
    """
    python = executable("python", root)
    if python.exists() and is_current(level, root):
        return python
    if not python.exists():
        _make(root)
    _install(level, python, root)
    compile_modules(python, root)
    _stamp_file(root).write_text(f"{int(level)} {fingerprint(root)}\n", "utf-8")
    return python


def is_current(level: Level, root: Path) -> bool:
    """Whether the stamp says that this level was installed from these very files at this very place."""
    try:
        stamped, print_then = _stamp_file(root).read_text("utf-8").split()
        return int(stamped) >= level and print_then == fingerprint(root)
    except (OSError, ValueError):
        return False


def fingerprint(root: Path) -> str:
    """A digest of everything that decides what has to be installed, and of where."""
    digest = hashlib.sha256(str(root).encode())
    for path in (root / "pyproject.toml", root / "packaging" / "constraints.txt"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stamp_file(root: Path) -> Path:
    return root / ".venv" / "burrow-stamp"


def _make(root: Path) -> None:
    importlib.invalidate_caches()
    if missing_modules():
        raise SetupError(f"This Python cannot make environments: install {venv_package()}, then start this again.")
    say("Making .venv …")
    # A folder without a working Python in it is left from a Python that is gone, or from a start that was killed.
    shutil.rmtree(root / ".venv", ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(root / ".venv")], root, "The virtual environment could not be made")


def missing_packages(root: Path = ROOT) -> list[str]:
    """Debian packages without which the environment cannot be made; none once it is there."""
    return [venv_package()] if missing_modules() and not executable("python", root).exists() else []


def missing_modules() -> list[str]:
    """Which of the modules that make an environment are absent; Debian packs them apart from Python."""
    return [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]


def venv_package() -> str:
    """The Debian package that brings them for the Python that runs this."""
    own, default = Path(sys.executable).resolve(), Path("/usr/bin/python3").resolve()
    return "python3-venv" if own == default else f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def _install(level: Level, python: Path, root: Path) -> None:
    say("Installing Burrow and the packages it needs into .venv; only the first time, some minutes on a slow line …")
    wanted = "." if level is Level.RUN else ".[dev]"
    constraints = root / "packaging" / "constraints.txt"
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # A plain line in a .pth file: the other kind of editable install costs 10 ms at every start.
    command += ["--config-settings", "editable_mode=compat"]
    _run([*command, "-e", wanted, "-c", str(constraints)], root, "The packages could not be installed", constraints)


def compile_modules(python: Path, root: Path = ROOT) -> None:
    """Compile Burrow's modules as an installer does, for Pythons that are told not to do so themselves."""
    rooms = [room for room in ("app", "store", "resources") if (root / room).is_dir()]
    _run([str(python), "-m", "compileall", "-q", *rooms], root, "The modules could not be compiled")


def _run(command: list[str], root: Path, failure: str, constraints: Path | None = None) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME", "PIP_USER"}}
    if constraints is not None:
        # What builds the package is pinned as well: older pips read the first name, newer ones the second.
        environment |= {"PIP_CONSTRAINT": str(constraints), "PIP_BUILD_CONSTRAINT": str(constraints)}
    done = subprocess.run(
        command, cwd=root, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stdout)
        raise SetupError(f"{failure}: `{' '.join(command)}` ended with code {done.returncode}, see above.")
