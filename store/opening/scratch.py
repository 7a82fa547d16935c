"""Private folders for copies of other people's stores: made for us alone, and removed even after a crash.

A folder belongs to the process that holds the lock on the file `lock` in it. The system drops that lock when the
process dies, however it dies, so a folder whose lock can be had is a leftover.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from store.blocking import may_wait
from store.errors import OpenError, SnapshotTooLarge

FOLDER_PREFIX = "look-"
LOCK_NAME = "lock"
PRIVATE_FOLDER_MODE = 0o700
PRIVATE_FILE_MODE = 0o600

UNLOCKED_AGE_S = 60
"""A folder without a lock file this old was left by a process that died while making it."""

SPARE_BYTES = 16 * 1024 * 1024
"""Room that a copy leaves free, for the index that SQLite makes beside it and for everybody else."""


class PrivateFolder:
    """One folder of ours, 0700, held by a lock until it is removed.

    Attributes:
        path: where it is.
    """

    def __init__(self, scratch: Path) -> None:
        """Make a folder below `scratch`, which is made too if need be.

        Raises:
            OpenError: our own folder cannot be written.
        """
        try:
            scratch.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
            self.path = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-", dir=scratch))
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(self.path / LOCK_NAME, flags, PRIVATE_FILE_MODE)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise scratch_error(error) from error
        self._lock_descriptor: int | None = descriptor
        self._lock = threading.Lock()
        self._numbers = 0
        self._folders: set[Path] = set()
        self._is_closing = False

    def new_folder(self) -> Path:
        """Make an empty folder inside, for one copy."""
        with self._lock:
            self._numbers += 1
            folder = self.path / str(self._numbers)
            self._folders.add(folder)
        try:
            folder.mkdir(mode=PRIVATE_FOLDER_MODE)
        except OSError as error:
            self.remove_folder(folder)
            raise scratch_error(error) from error
        return folder

    def remove_folder(self, folder: Path) -> None:
        """Delete one copy, and after the last one of a closed store everything."""
        shutil.rmtree(folder, ignore_errors=True)
        with self._lock:
            self._folders.discard(folder)
        self._remove_if_done()

    def close(self) -> None:
        """Delete everything as soon as the last copy in it is removed; called once."""
        with self._lock:
            self._is_closing = True
        self._remove_if_done()

    def _remove_if_done(self) -> None:
        with self._lock:
            if not self._is_closing or self._folders or self._lock_descriptor is None:
                return
            descriptor, self._lock_descriptor = self._lock_descriptor, None
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(descriptor)


def remove_leftovers(scratch: Path) -> None:
    """Delete the folders of processes that died; those of living ones, our own included, are left alone."""
    may_wait("remove leftover copies")
    try:
        folders = [entry for entry in scratch.iterdir() if entry.name.startswith(FOLDER_PREFIX)]
    except OSError:
        return
    for folder in folders:
        if not folder.is_symlink() and folder.is_dir() and _is_leftover(folder):
            shutil.rmtree(folder, ignore_errors=True)


def refuse_without_room(folder: Path, wanted_bytes: int) -> None:
    """Raise SnapshotTooLarge if a copy of this size would fill the disk."""
    try:
        free_bytes = shutil.disk_usage(folder).free
    except OSError as error:
        raise scratch_error(error) from error
    if wanted_bytes + SPARE_BYTES > free_bytes:
        raise no_room()


def no_room() -> SnapshotTooLarge:
    """The error for a disk without room for a copy."""
    return SnapshotTooLarge(
        "There is no room for a private copy of this store in Burrow's own folder.",
        "Free some disk space, or open it when the program that writes it has closed it.",
    )


def scratch_error(error: OSError) -> OpenError:
    """The typed error for a failure in our own folder."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room()
    reason = os.strerror(error.errno) if error.errno else "no reason given"
    return OpenError(
        f"Burrow's own folder for private copies cannot be used: {reason}.", "Check the rights of the cache folder."
    )


def _is_leftover(folder: Path) -> bool:
    """Whether no process holds the folder."""
    try:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        # Perhaps it is being made this very moment.
        try:
            return time.time() - folder.stat().st_mtime > UNLOCKED_AGE_S
        except OSError:
            return False
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
