"""Builds the bundle: dist/burrow, a folder that runs where no Python is installed, with the licences of all it holds.

Run by `dev.py bundle` with the Python of the environment.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from app.licences import licence_of_python, run_time_packages, texts_of

ROOT = Path(__file__).resolve().parent.parent
LICENCES = ROOT / "resources" / "licences"


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
    for text in licence_of_python():
        shutil.copy(text, target / "python.txt")
    for name in run_time_packages("burrow"):
        for text in texts_of(name) if name != "burrow" else ():
            shutil.copy(text, target / f"{name}-{text.name}")


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
