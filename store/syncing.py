"""What was written is on the disk: one way to say so for files and for the names in folders."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from store.blocking import may_wait


def sync(path: Path) -> None:
    """Wait until the disk keeps a file, or what was done in a folder. Raises OSError."""
    may_wait("wait for the disk")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until the disk keeps what was done in a folder; a file system that cannot say so is left at that."""
    with suppress(OSError):
        sync(folder)
