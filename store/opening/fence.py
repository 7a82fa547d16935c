"""The maintenance fence of a store: a lock file that its own maintenance holds while the files may not be looked at."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import MaintenanceRunning
from store.opening.classify import classify_os
from store.opening.gate import LOOK_FLAGS
from store.opening.naming import shown

FENCE_SUFFIX = ".mfence"


@contextmanager
def shared_fence(main: Path) -> Iterator[None]:
    """Hold the fence of a main file, shared and without waiting, if there is one; it is never created.

    Raises:
        MaintenanceRunning: maintenance holds it.

    Source:
        The store's own lock file; a shared flock on a read-only descriptor changes nothing.
    """
    fence = main.with_name(main.name + FENCE_SUFFIX)
    try:
        descriptor = os.open(fence, LOOK_FLAGS)
    except FileNotFoundError:
        yield
        return
    except OSError as error:
        raise classify_os(error, fence) from error
    try:
        _lock_shared(descriptor, main)
        yield
    finally:
        os.close(descriptor)


def _lock_shared(descriptor: int, main: Path) -> None:
    """Take the lock, or say who has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise MaintenanceRunning(
            f"Maintenance is running on “{shown(main)}”.", "Try again when it has finished."
        ) from error
    except OSError as error:
        # A file system without these locks cannot have maintenance that relies on them.
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
            raise classify_os(error, main) from error
