"""The log file: ids, sizes and codes, never a message body or a metadata value. Written on a thread of its own.

Any thread may log. The line is formatted there and written by the log's own thread, so that the GUI thread never waits
for a disk.
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from queue import SimpleQueue

LIMIT_BYTES = 1_000_000
"""A log longer than this is put aside as `….1` when the next run begins."""

NAME = "burrow"
"""The logger that everything in the program writes to."""


class LogFile(logging.Handler):
    """A handler that hands its lines to one writing thread; the file appears with the first line.

    A log that cannot be written is given up without a word: there is no place left to say so.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(logging.INFO)
        self.path = path
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(message)s"))
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="log-writer", daemon=True)
        self._writer.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue one line."""
        self._lines.put(self.format(record))

    def close(self) -> None:
        """Write what is queued and end the thread; calling it twice is harmless."""
        if self._writer.is_alive():
            self._lines.put(None)
            self._writer.join(2.0)
        super().close()

    def _write(self) -> None:
        descriptor = -1
        try:
            while (line := self._lines.get()) is not None:
                if descriptor < 0:
                    descriptor = _open(self.path)
                os.write(descriptor, (line + "\n").encode("utf-8", "backslashreplace"))
        except OSError:
            return
        finally:
            if descriptor >= 0:
                os.close(descriptor)


def _open(path: Path) -> int:
    """Open the log to append, readable by its owner only; a long one is put aside first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LIMIT_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def start_log(path: Path) -> LogFile:
    """Begin to log into the file; `stop_log` ends it."""
    log_file = LogFile(path)
    logger = logging.getLogger(NAME)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(log_file)
    return log_file


def stop_log(log_file: LogFile) -> None:
    """Take the file out of the logger and close it."""
    logger = logging.getLogger(NAME)
    logger.removeHandler(log_file)
    logger.propagate = True
    log_file.close()
