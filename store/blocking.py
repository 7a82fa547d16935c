"""A mark on threads that must never wait, checked by everything that opens files, runs SQL or decodes.

Rule 5 of the architecture: the thread that draws does no I/O, no SQL and no parsing. A mark is thread-local, so nothing
is shared; tests and benchmarks mark the thread that runs the event loop, the program itself need not.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from store.errors import WouldBlock

_mark = threading.local()


def may_wait(what: str) -> None:
    """Raise WouldBlock if the calling thread is marked as one that must not wait.

    Args:
        what: the work about to be done, for the message: "open a store".
    """
    if getattr(_mark, "must_not_wait", False):
        raise WouldBlock(f"This thread draws and may not {what}.")


@contextmanager
def must_not_wait() -> Iterator[None]:
    """Mark the calling thread for the time of the block."""
    before = getattr(_mark, "must_not_wait", False)
    _mark.must_not_wait = True
    try:
        yield
    finally:
        _mark.must_not_wait = before
