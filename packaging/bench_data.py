"""The measured stores, made once and kept in a cache folder until what makes them changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAKERS = dict.fromkeys(("d10k", "h100k", "s50-graph"), ROOT / "packaging" / "benchdata_realms.py")
MAKER = ROOT / "packaging" / "benchdata.py"
"""What makes each measured store, and every other."""

MADE_BY = (
    "packaging/benchdata.py",
    "packaging/benchdata_realms.py",
    "store/meerkat/writer.py",
    "store/meerkat/schema.py",
)
"""What decides the bytes of a measured store."""


def cache_folder() -> Path:
    """Where measured stores are kept from one run to the next: a cache, which may be deleted at any time."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in MADE_BY)).hexdigest()
    return Path(base) / "burrow-bench" / digest[:12]


def prepare(names: Sequence[str], folder: Path) -> None:
    """Make those stores that are not there yet; one whose making was broken off is not there.

    Args:
        names: of `benchdata.py` or `benchdata_realms.py`, such as "s50"; each becomes a realm of that name.

    Raises:
        RuntimeError: a store could not be made.
    """
    _remove_older(folder)
    for name in names:
        if not main_file(folder, name).exists():
            print(f"Making {name} …", file=sys.stderr, flush=True)
            _make(name, folder)


def main_file(folder: Path, name: str) -> Path:
    """The database of one measured store, there or not."""
    return folder / name / "sessions.sqlite3"


def _make(name: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder))
    maker = MAKERS.get(name, MAKER)
    try:
        done = subprocess.run([sys.executable, str(maker), name, str(beside / "realm")], stdout=sys.stderr, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{name} could not be made: {maker.name} ended with code {done.returncode}.")
        (beside / "realm").rename(folder / name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _remove_older(folder: Path) -> None:
    # Each is more than a gigabyte; only the ones of today's code are of use.
    if folder.parent.is_dir():
        for old in folder.parent.iterdir():
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
