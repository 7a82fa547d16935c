"""The gate between looking at a database's main file and writing to it in the same process.

POSIX locks belong to the process, not to a descriptor: when a process closes *any* descriptor of a file, every lock
that it holds on that file is gone, also those that SQLite holds for a connection of another thread. A stamp that is
taken while one of our own connections writes would so free the main file under it; the next foreign program that
closes the database would find itself alone, write the log back and remove it, and our commit would go into a file
without a name.

So a descriptor of a main file that is being written to is never closed. It is put aside, handed to the next look at
that file, and closed when the last connection that writes to it is. That is what SQLite does with its own descriptors;
one of its connections that only looks may therefore be closed at any time. Nobody waits for anybody here, so that
nothing can lock up: a look beside a writer costs two more questions to the file system, one without a writer none.

The one exception to the rule that modules hold no state, for the reason above: the locks are the process's, and so is
what guards them. Thread-safe.

Source:
    fcntl(2), "Record locking"; https://www.sqlite.org/src/file/src/os_unix.c, "Posix Advisory Locking", whose
    `setPendingFd` and `findReusableFd` do the same.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from store.blocking import may_wait
from store.cancel import CancelToken

LOOK_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
"""Read only; without waiting, should somebody have put a pipe in the file's place."""

WAIT_STEP_S = 0.05
"""A writer that waits for a descriptor to be closed looks at its token this often."""

FileId: TypeAlias = tuple[int, int]
"""Device and inode: which file it is, whatever path leads to it."""

Moments: TypeAlias = tuple[int | None, int | None]
"""When a main file and its log moved last, nanoseconds since 1970; None where there is none, or an empty log."""


class Gate:
    """Which files are being written to, and the descriptors of them that may not be closed meanwhile."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._writers: Counter[FileId] = Counter()
        self._aside: dict[FileId, list[int]] = {}
        self._closing: Counter[FileId] = Counter()
        self._moved: dict[FileId, tuple[Moments, Moments]] = {}

    @contextmanager
    def looking_at(self, main: Path) -> Iterator[int]:
        """A descriptor of a main file that can only be read, by offset (`os.pread`): it may be at any place.

        Raises:
            OSError: it cannot be opened.
        """
        descriptor = self._take_aside(main)
        if descriptor is None:
            descriptor = os.open(main, LOOK_FLAGS)
        try:
            yield descriptor
        finally:
            self._give_back(descriptor)

    @contextmanager
    def writing_to(self, main: Path, token: CancelToken) -> Iterator[FileId]:
        """Hold the locks of a main file for the time of the block; connections are opened and closed inside it.

        Yields:
            Which file it is, to be compared with the one that was opened: another may have been put in its place.

        Raises:
            OSError: there is no such file.
            Cancelled: the token was cancelled while a look at it was being given up.
        """
        may_wait("write to a store")
        status = main.stat()
        file_id = (status.st_dev, status.st_ino)
        others = self.moved_by_others(main)
        with self._condition:
            self._writers[file_id] += 1
        try:
            self._wait_for_closing(file_id, token)
            yield file_id
        finally:
            left = _moments(main)
            with self._condition:
                self._moved[file_id] = (others, left)
            self._end_writing(file_id)

    def moved_by_others(self, main: Path) -> Moments:
        """When a main file and its log moved last, as if this process had not written to them.

        What it wrote itself says nothing of whether a program works on the store.
        """
        now = _moments(main)
        if not self._moved:
            return now
        with suppress(OSError):
            status = main.stat()
            with self._condition:
                others, left = self._moved.get((status.st_dev, status.st_ino), (now, now))
            return others if left == now else now
        return now

    def _take_aside(self, main: Path) -> int | None:
        """A descriptor that was put aside, if this very file is being written to and there is one."""
        if not self._writers:
            return None
        status = os.stat(main)  # noqa: PTH116 - asked for each stamp; to make a path takes longer than to ask
        with self._condition:
            aside = self._aside.get((status.st_dev, status.st_ino))
            return aside.pop() if aside else None

    def _give_back(self, descriptor: int) -> None:
        """Close a descriptor, or put it aside while its file is being written to."""
        status = os.fstat(descriptor)
        file_id = (status.st_dev, status.st_ino)
        with self._condition:
            if self._writers[file_id]:
                self._aside.setdefault(file_id, []).append(descriptor)
                return
            self._forget_zero(self._writers, file_id)
            self._closing[file_id] += 1
        self._close([descriptor], file_id)

    def _end_writing(self, file_id: FileId) -> None:
        with self._condition:
            self._writers[file_id] -= 1
            if self._writers[file_id]:
                return
            self._forget_zero(self._writers, file_id)
            descriptors = self._aside.pop(file_id, [])
            self._closing[file_id] += len(descriptors)
        self._close(descriptors, file_id)

    def _close(self, descriptors: list[int], file_id: FileId) -> None:
        """Close descriptors that are counted as closing; outside the lock, since a dead disk may not answer."""
        try:
            for descriptor in descriptors:
                os.close(descriptor)
        finally:
            with self._condition:
                self._closing[file_id] -= len(descriptors)
                self._forget_zero(self._closing, file_id)
                self._condition.notify_all()

    def _wait_for_closing(self, file_id: FileId, token: CancelToken) -> None:
        """Wait until nobody is just closing a descriptor of a file; whoever comes later puts it aside."""
        with self._condition:
            while self._closing[file_id]:
                token.check()
                self._condition.wait(WAIT_STEP_S)
            self._forget_zero(self._closing, file_id)

    @staticmethod
    def _forget_zero(counts: Counter[FileId], file_id: FileId) -> None:
        if not counts[file_id]:
            del counts[file_id]


def _moments(main: Path) -> Moments:
    found: list[int | None] = []
    for path in (main, main.with_name(main.name + "-wal")):
        try:
            status = path.stat()
        except OSError:
            found.append(None)
            continue
        # An empty log is left by whoever closed the store last.
        found.append(status.st_mtime_ns if path is main or status.st_size else None)
    return found[0], found[1]


_gate = Gate()


def looking_at(main: Path) -> AbstractContextManager[int]:
    """`Gate.looking_at` of this process."""
    return _gate.looking_at(main)


def writing_to(main: Path, token: CancelToken) -> AbstractContextManager[FileId]:
    """`Gate.writing_to` of this process."""
    return _gate.writing_to(main, token)


def moved_by_others(main: Path) -> Moments:
    """`Gate.moved_by_others` of this process."""
    return _gate.moved_by_others(main)
