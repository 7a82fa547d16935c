"""Copying sessions into a new file of generation S-0.6, which Meerkat 0.6.24 opens (formats/meerkat.md §1.1, §3.10).

All or nothing, and never over anything: the file is made under a name of its own beside its place, filled in one
transaction, read again from the beginning and compared, and only then given its name, which must be free at that
moment too. What stops on the way leaves nothing behind. The source is only read.

Threads that may wait.
"""

from __future__ import annotations

import errno
import os
import secrets
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from store.backend import Backend
from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import CopyRefused, OpenError, PathMissing, PermissionDenied, SessionError
from store.meerkat.copying.fitting import DoesNotFit, Fitted, content_of, fit
from store.meerkat.copying.working import workable
from store.meerkat.reference.building_blocks import SessionRow, begin_immediate_transaction, write_row_in_txn
from store.meerkat.reference.errors import SessionStoreError
from store.meerkat.schema import S06_STATEMENTS
from store.meerkat.system import Meerkat
from store.meerkat.writer import MANIFEST_NAME, close_database, create_database
from store.syncing import sync
from store.values.copied import MAX_REFUSALS, Copied, Remark
from store.values.session import SortOrder

PAGE_SESSIONS: Final = 200
_INSERT_SNAPSHOT: Final = "INSERT INTO runtime_session_snapshots (runtime_id, session_snapshot) VALUES (?, ?)"
_INSERT_STATE: Final = "INSERT INTO runtime_states (runtime_id, runtime_state_json) VALUES (?, ?)"
_BESIDE: Final = ("", "-wal", "-shm", "-journal")
_RESERVED_ENDINGS: Final = ("-wal", "-shm", "-journal", ".mfence")


def copy_sessions(
    backend: Backend,
    session_ids: Sequence[str] | None,
    target: Path,
    scratch: Path,
    token: CancelToken,
    *,
    is_for_work: bool = False,
) -> Copied:
    """Copy sessions of an open store into a new file.

    Args:
        session_ids: which; None for all of the store.
        target: the new file.
        scratch: folder of ours, for reading the copy again.
        is_for_work: make them ready to be gone on with, which is more than a copy without any change (`workable`).

    Returns:
        What was copied; or the refusals, and then there is no file.

    Raises:
        CopyRefused: there is something at `target`, it lies in a realm, or the copy is not equal to its source.
        PathMissing, PermissionDenied, OpenError: the file cannot be made there.
        Cancelled: nothing was left behind.
    """
    may_wait("copy sessions")
    refuse_place(target)
    ids = list(session_ids) if session_ids is not None else list(all_ids(backend, token))
    with _unfinished(target) as path:
        made = _fill(path, backend, ids, is_for_work, token)
        if made.refused_count:
            return Copied((), tuple(made.refusals), made.refused_count)
        _compare(path, made.contents, scratch, token)
        token.check()
        _give_name(path, target)
    return Copied(tuple(made.contents), warnings=tuple(made.warnings))


def refuse_place(target: Path) -> None:
    """Raise where a copy cannot be made. See `copy_sessions`."""
    if os.path.lexists(target):
        raise CopyRefused(f"There is already something at “{target}”.", "Choose a name that is not taken.")
    if target.name.endswith(_RESERVED_ENDINGS):
        raise CopyRefused(f"“{target.name}” is a name that SQLite or Meerkat use beside a database.", "Choose another.")
    folder = target.parent
    if not folder.is_dir():
        raise PathMissing(f"There is no folder “{folder}”.", "Make it first, or choose another place.")
    for place in (folder.absolute(), *folder.absolute().parents):
        if (place / MANIFEST_NAME).exists():
            raise CopyRefused(
                f"“{place}” is a realm of Meerkat; nobody else puts files there.", "Choose another place."
            )


def all_ids(backend: Backend, token: CancelToken) -> Iterator[str]:
    """The ids of all sessions of a store, in the order of its list."""
    handles = backend.ids(SortOrder(), token).handles
    for begin in range(0, len(handles), PAGE_SESSIONS):
        token.check()
        for row in backend.summaries(handles[begin : begin + PAGE_SESSIONS], token):
            yield row.key.session_id


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A free name beside the target for a file that is being made; whatever lies under it is gone after the block."""
    path = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    try:
        yield path
    finally:
        for ending in _BESIDE:
            with suppress(FileNotFoundError):
                path.with_name(path.name + ending).unlink()


class _Made:
    """What was put into the new file.

    Attributes:
        contents: the digest of each session's messages and metadata, by id.
    """

    def __init__(self) -> None:
        self.contents: dict[str, str] = {}
        self.refusals: list[Remark] = []
        self.refused_count = 0
        self.warnings: list[Remark] = []

    def refuse(self, session_id: str, sentence: str) -> None:
        """Note that a session cannot be copied."""
        self.refused_count += 1
        if len(self.refusals) < MAX_REFUSALS:
            self.refusals.append(Remark(session_id, sentence))


def _fill(path: Path, backend: Backend, session_ids: Sequence[str], is_for_work: bool, token: CancelToken) -> _Made:
    """Make the file with all sessions; where one is refused the others are only looked at."""
    made = _Made()
    connection = _create(path)
    try:
        with begin_immediate_transaction(connection):
            for number, session_id in enumerate(session_ids):
                token.check()
                token.report(number, len(session_ids), "Copying", "sessions")
                fitted = _fitted(backend, session_id, made, is_for_work, token)
                if fitted is not None and not made.refused_count:
                    _insert(connection, fitted)
        close_database(connection)
    except (sqlite3.Error, SessionStoreError) as error:
        raise _not_written(path, error) from error
    finally:
        connection.close()
    return made


def _create(path: Path) -> sqlite3.Connection:
    try:
        return create_database(path, S06_STATEMENTS)
    except PermissionError:
        raise PermissionDenied(
            f"No file can be made in “{path.parent}”.", "Choose a folder that you may write to."
        ) from None
    except OSError as error:
        raise OpenError(f"No file can be made in “{path.parent}”: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: Exception) -> OpenError:
    return OpenError(f"The copy could not be written in “{path.parent}”: {error}.", "Nothing was left there.")


def _fitted(backend: Backend, session_id: str, made: _Made, is_for_work: bool, token: CancelToken) -> Fitted | None:
    """One session made ready; None where it is refused."""
    try:
        fitted = fitted_session(backend, session_id, token, is_for_work=is_for_work)
    except DoesNotFit as reason:
        made.refuse(session_id, str(reason))
        return None
    if fitted.session_id in made.contents:
        made.refuse(session_id, "The store holds two sessions of this id.")
        return None
    made.contents[fitted.session_id] = fitted.content
    made.warnings.extend(Remark(fitted.session_id, warning) for warning in fitted.warnings)
    return fitted


def fitted_session(backend: Backend, session_id: str, token: CancelToken, *, is_for_work: bool) -> Fitted:
    """Read a session and make it ready.

    Args:
        is_for_work: see `copy_sessions`.

    Raises:
        DoesNotFit: it cannot be held, or not be read; the text says why.
    """
    try:
        whole = backend.whole_session(session_id, token)
    except SessionError as error:
        raise DoesNotFit(error.sentence) from None
    if not is_for_work:
        return fit(whole, token)
    ready = workable(whole)
    fitted = fit(ready.whole, token)
    return replace(fitted, warnings=(*ready.remarks, *fitted.warnings))


def _insert(connection: sqlite3.Connection, fitted: Fitted) -> None:
    """Both rows of a session, and its state: a session that is put away stays so, and any other is at rest."""
    runtime_id = f"rt:session:{fitted.session_id}"
    row = SessionRow(
        fitted.session_id,
        fitted.created_at_ms,
        fitted.updated_at_ms,
        fitted.message_count,
        fitted.total_tokens,
        fitted.metadata_json.decode(),
        fitted.document,
    )
    write_row_in_txn(connection, row)
    connection.execute(_INSERT_SNAPSHOT, (runtime_id, fitted.document))
    state = "retired" if fitted.is_archived else "idle"
    connection.execute(_INSERT_STATE, (runtime_id, orjson.dumps(state)))


def _compare(path: Path, contents: dict[str, str], scratch: Path, token: CancelToken) -> None:
    """Read the new file as any store is read, and compare. Raises CopyRefused."""
    opened = Meerkat().open(path, scratch, token)
    try:
        found = list(all_ids(opened, token))
        if sorted(found) != sorted(contents):
            raise CopyRefused("The copy does not list the sessions that were put into it.", "Nothing was kept of it.")
        for number, session_id in enumerate(found):
            token.report(number, len(found), "Reading the copy again", "sessions")
            try:
                content = content_of(opened.whole_session(session_id, token))
            except (DoesNotFit, SessionError) as reason:
                raise CopyRefused(f"The copy of {session_id} cannot be read: {reason}", "It was not kept.") from None
            if content != contents[session_id]:
                raise CopyRefused(f"The copy of {session_id} is not equal to its source.", "It was not kept.")
    finally:
        opened.close()


def _give_name(path: Path, target: Path) -> None:
    """Give the finished file its name if that is still free. Raises CopyRefused."""
    try:
        if sys.platform == "win32":
            path.rename(target)  # fails there where the name is taken
            return
        try:
            target.hardlink_to(path)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS):
                raise
            # A file system without second names: the name is taken first, and then it is ours to replace.
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            path.replace(target)
        else:
            # A second name must not stay: Meerkat 0.8.52 and later refuse a database that has one (§0 fact 12).
            path.unlink()
        sync(target.parent)
    except FileExistsError:
        raise CopyRefused(f"Something appeared at “{target}” meanwhile.", "It was not touched.") from None
    except OSError as error:
        raise OpenError(f"The copy could not be given its name: {error.strerror}.", "Nothing was left.") from error
