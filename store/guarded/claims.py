"""Who works on a change now: a file of ours, locked by the process that does, for as long as it lives.

The system drops the lock of a process that dies, however it dies. So a change that is neither finished nor claimed was
cut off, and whoever wants to settle it claims it first. The lock belongs to the descriptor (`flock`), so that two
threads of one process are told apart as well.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from store.blocking import may_wait
from store.guarded.journal import ChangesUnusable
from store.paths import OwnPaths

CLAIM_SUFFIX = ".claim"


class Claims:
    """The claims on changes by their receipt's id."""

    def __init__(self, paths: OwnPaths) -> None:
        self._paths = paths

    @contextmanager
    def held(self, receipt_id: str) -> Iterator[bool]:
        """Claim a change for the time of the block.

        Yields:
            Whether it could be claimed; False while somebody else works on it.

        Raises:
            ChangesUnusable: our own folder cannot be written.
        """
        may_wait("claim a change")
        path = self._paths.backups / f"{receipt_id}{CLAIM_SUFFIX}"
        try:
            self._paths.made(self._paths.backups)
            descriptor = _locked(path)
        except OSError as error:
            raise ChangesUnusable(
                f"Burrow's own folder for backups cannot be written: {os.strerror(error.errno or 0)}.",
                "Check that Burrow's data folder can be written and that the disk is not full.",
            ) from error
        if descriptor is None:
            yield False
            return
        try:
            yield True
        finally:
            # Removed before it is given up: whoever opened it meanwhile sees that it has no name any more.
            with suppress(OSError):
                path.unlink(missing_ok=True)
            os.close(descriptor)


def _locked(path: Path) -> int | None:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(path, descriptor):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether the file that was opened still has its name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
