"""Builds the bundle: dist/burrow, a folder that runs where no Python is installed, with the licences of all it holds.

Run by `dev.py bundle` with the Python of the environment.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LICENCES = ROOT / "packaging" / "licences"
LICENCE_WORDS = ("LICEN", "COPYING", "NOTICE", "AUTHORS")


def build(target: Path, work: Path) -> Path:
    """Build the bundle's folder below `target`; what was there of an older one is replaced.

    Returns:
        The program.
    """
    command = [sys.executable, "-m", "PyInstaller", str(ROOT / "packaging" / "burrow.spec"), "--noconfirm"]
    command += ["--log-level", "WARN", "--distpath", str(target), "--workpath", str(work)]
    subprocess.run(command, cwd=ROOT, check=True)
    folder = target / "burrow"
    gather_licences(folder / "licences")
    return folder / ("burrow.exe" if os.name == "nt" else "burrow")


def gather_licences(target: Path) -> None:
    """Copy the licence texts of Burrow, its fonts and icons, Python, Qt and every package that it needs at run time."""
    shutil.copytree(LICENCES, target, dirs_exist_ok=True)
    shutil.copy(ROOT / "LICENSE", target / "LICENSE")
    for text in sorted((ROOT / "resources").rglob("LICENSE.txt")):
        shutil.copy(text, target / f"{text.parent.name}.txt")
    for text in _python_licence():
        shutil.copy(text, target / "python.txt")
    for name in run_time_packages("burrow"):
        for text in _texts_of(name):
            shutil.copy(text, target / f"{name}-{text.name}")


def run_time_packages(name: str) -> list[str]:
    """Names of the packages that a package needs, and those that they need, without extras."""
    # Of the library for versions and markers, not of this folder, which is no package.
    from packaging.requirements import Requirement

    found: list[str] = []
    waiting = [name]
    while waiting:
        for line in metadata.requires(waiting.pop()) or []:
            wanted = Requirement(line)
            if (wanted.marker is None or wanted.marker.evaluate({"extra": ""})) and wanted.name not in found:
                found.append(wanted.name)
                waiting.append(wanted.name)
    return sorted(found)


def _texts_of(name: str) -> list[Path]:
    files = metadata.files(name) or []
    return [Path(str(one.locate())) for one in files if any(word in one.name.upper() for word in LICENCE_WORDS)
            and ".dist-info" in str(one)]  # fmt: skip


def _python_licence() -> list[Path]:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = [Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path("/usr/share/doc") / version / "copyright"]
    return [place for place in places if place.is_file()][:1]


def main(arguments: list[str]) -> int:
    """Build with the places from the command line."""
    parser = argparse.ArgumentParser(prog="dev.py bundle", description="Build dist/burrow.")
    parser.add_argument("--into", type=Path, default=ROOT / "dist", help="folder in which `burrow/` is made")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="folder for what is needed only meanwhile")
    options = parser.parse_args(arguments)
    try:
        program = build(options.into.resolve(), options.work.resolve())
    except subprocess.CalledProcessError as error:
        print(f"The bundle could not be built: PyInstaller ended with code {error.returncode}.", file=sys.stderr)
        return 1
    print(program)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
