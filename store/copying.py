"""The door to copying sessions of an open store into a new file. Threads that may wait.

What copies is loaded when it is first asked for: nothing of it is needed to show a store.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from store.blocking import may_wait
from store.cancel import CancelToken
from store.library import Library
from store.paths import OwnPaths
from store.values.store import StoreKey

if TYPE_CHECKING:
    from store.values.copied import Copied, CopyPlan


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
    return _copied(library, key, session_ids, target, own, token, is_for_work=False)


def plan_copy(library: Library, key: StoreKey, session_ids: Sequence[str] | None, token: CancelToken) -> CopyPlan:
    """Say what `copy_to_working_store` would do: what cannot be held of each session, and which would be refused.

    Args:
        key: of an open store; it is only read.
        session_ids: which; None for all.

    Raises:
        OpenError: the store cannot be read.
    """
    may_wait("plan a copy")
    from store.meerkat.copying.planning import plan_copies

    return plan_copies(library.backend(key), session_ids, token, is_for_work=True)


def copy_to_working_store(
    library: Library, key: StoreKey, session_ids: Sequence[str] | None, target: Path, own: OwnPaths, token: CancelToken
) -> Copied:
    """Copy sessions of a store that may not be written into a new one that may be, all of them or none.

    The new file is one of Meerkat 0.6.24, with every table. It holds what that release can hold (`plan_copy` says what
    it cannot); messages without a time get one, so that the session can be gone on with.

    Args, returns and raises as `copy_to_new_file`; sessions that `plan_copy` refuses are to be left out.
    """
    return _copied(library, key, session_ids, target, own, token, is_for_work=True)


def _copied(
    library: Library,
    key: StoreKey,
    session_ids: Sequence[str] | None,
    target: Path,
    own: OwnPaths,
    token: CancelToken,
    *,
    is_for_work: bool,
) -> Copied:
    may_wait("copy sessions")
    from store.meerkat.copying.copying import copy_sessions

    with suppress(OSError):
        own.made(own.scratch)  # the copy is read again like any store, which may need a snapshot
    return copy_sessions(library.backend(key), session_ids, target, own.scratch, token, is_for_work=is_for_work)
