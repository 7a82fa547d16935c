"""The door to copying sessions of an open store into a new file. Threads that may wait."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.library import Library
from store.meerkat.copying.copying import copy_sessions
from store.paths import OwnPaths
from store.values.copied import Copied
from store.values.store import StoreKey


def copy_to_new_file(
    library: Library, key: StoreKey, session_ids: Sequence[str] | None, target: Path, own: OwnPaths, token: CancelToken
) -> Copied:
    """Copy sessions without loss into a new database of the reference schema, all of them or none.

    Args:
        key: of an open store; it is only read.
        session_ids: which; None for all.
        target: the new file; there must be nothing.

    Returns:
        What was copied, or why nothing was.

    Raises:
        CopyRefused: `target` is taken, lies in a realm, or the copy did not come out equal to its source.
        OpenError: no file can be made there, or the store cannot be read.
    """
    may_wait("copy sessions")
    with suppress(OSError):
        own.made(own.scratch)  # the copy is read again like any store, which may need a snapshot
    return copy_sessions(library.backend(key), session_ids, target, own.scratch, token)
