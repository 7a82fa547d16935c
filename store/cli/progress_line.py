"""How far a long command is, on one line of a terminal that is taken back before anything else is written there."""

from __future__ import annotations

import os
import time
from typing import TextIO

from store.cancel import CancelToken, Progress
from store.cli import figures

SHOWN_AFTER_S = 0.5
"""What is done by then needs no line."""

SHOWN_EVERY_S = 0.1
_ERASE = "\r\x1b[K"


class ProgressLine:
    """The line; it stays empty where standard error is no terminal, or one that cannot erase.

    Where standard output is a terminal too, what is written there shows how far the command is, and the line is over.
    """

    def __init__(self, stdout: TextIO, stderr: TextIO, token: CancelToken) -> None:
        self._stdout, self._stderr, self._token = stdout, stderr, token
        self._is_wanted = stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._due_s = time.monotonic() + SHOWN_AFTER_S
        self._is_seen = False
        self._what = ""
        self._since_s = 0.0

    def show(self) -> None:
        """Write how far the work is, if it is time."""
        progress, now_s = self._token.progress, time.monotonic()
        if not self._is_wanted or progress is None or now_s < self._due_s:
            return
        self._due_s = now_s + SHOWN_EVERY_S
        if progress.what != self._what:
            self._what, self._since_s = progress.what, now_s
        self._stderr.write(f"{_ERASE}{progress.what}: {self._how_far(progress, now_s)}")
        self._stderr.flush()
        self._is_seen = True

    def _how_far(self, progress: Progress, now_s: float) -> str:
        """A count, or for a step of which nothing is counted how long it lasts: what stands still seems to hang."""
        if not progress.done and not progress.total:
            return f"{now_s - self._since_s:.0f} s"
        of = f" of {figures.count(progress.total)}" if progress.total else ""
        return f"{figures.count(progress.done)}{of} {progress.unit}"

    def clear(self) -> None:
        """Take the line back."""
        if self._is_seen:
            self._stderr.write(_ERASE)
            self._stderr.flush()
            self._is_seen = False

    def give_way(self, stream: TextIO) -> None:
        """Take the line back before something is written, for good if that is seen on a terminal."""
        self.clear()
        if stream is self._stdout and stream.isatty():
            self._is_wanted = False
