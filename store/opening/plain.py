"""Reading a whole plain file, a session document, in one consistent state."""

from __future__ import annotations

import os
import time
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import EmptyFile, OpenError
from store.opening.classify import changing_too_fast, classify_os
from store.opening.gate import LOOK_FLAGS
from store.opening.looking import resolve
from store.opening.naming import shown
from store.opening.stamp import YOUNG_NS, refuse_other_than_file

CHUNK_BYTES = 4 * 1024 * 1024
MAX_REJECTED_READS = 5


def read_plain(path: Path, token: CancelToken, limit_bytes: int) -> bytes:
    """Read a file whole; what is returned stood in it at one moment.

    Args:
        limit_bytes: a longer file is refused before anything is read.

    Raises:
        PathMissing, PermissionDenied, NotAStore: there is no file that can be read.
        EmptyFile: it has no bytes.
        ChangingTooFast: it changed during every attempt.
        OpenError: it is longer than the limit, or the disk fails.
    """
    may_wait("read a document")
    main = resolve(path)
    for _ in range(MAX_REJECTED_READS):
        token.check()
        try:
            content = _read_once(main, token, limit_bytes)
        except OSError as error:
            raise classify_os(error, main) from error
        if content == b"":
            raise EmptyFile(f"“{shown(main)}” is empty: it has no bytes.", "The program that made it may not be done.")
        if content is not None:
            return content
        time.sleep(YOUNG_NS / 1e9)
    raise changing_too_fast(main)


def _read_once(main: Path, token: CancelToken, limit_bytes: int) -> bytes | None:
    """Read the file once; None if it was written just before or meanwhile."""
    refuse_other_than_file(main, main.stat())
    descriptor = os.open(main, LOOK_FLAGS)
    try:
        before = os.fstat(descriptor)
        if before.st_size > limit_bytes:
            raise OpenError(
                f"“{shown(main)}” is too long for a document: {before.st_size:,} of at most {limit_bytes:,} bytes.",
                "Open the database that it came from.",
            )
        if abs(time.time_ns() - before.st_mtime_ns) < YOUNG_NS:
            return None
        chunks: list[bytes] = []
        while chunk := os.read(descriptor, CHUNK_BYTES):
            token.check()
            chunks.append(chunk)
            if len(chunks) * CHUNK_BYTES > limit_bytes + CHUNK_BYTES:
                return None
    finally:
        os.close(descriptor)
    # By path: a document that is replaced whole is another file now.
    return b"".join(chunks) if _stamp(before) == _stamp(main.stat()) else None


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
