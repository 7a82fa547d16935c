"""The checks of sessions of a database, a few at a time, each on one consistent state of the file."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from store.cancel import CancelToken
from store.errors import SessionError
from store.meerkat.checks.blob_files import BlobFiles
from store.meerkat.checks.checked import Checked, unreadable
from store.meerkat.checks.documents import check_document
from store.meerkat.checks.heads import check_head
from store.meerkat.checks.rows import stored_document
from store.meerkat.findings.tables import Read
from store.meerkat.generation import Layout
from store.meerkat.places import Copy, find_place
from store.meerkat.realm import is_store_running
from store.meerkat.writable import writability
from store.values.checks import SessionCheck

BATCH_S = 0.25
"""After so long a batch ends: a store in use could not be read in longer ones. One session is never cut in two."""

RUNNING = "A program works on this store now."


def check_sessions(
    read: Read, layout: Layout, main: Path, session_ids: Sequence[str], token: CancelToken
) -> tuple[SessionCheck, ...]:
    """Prove what a store promises of sessions, one answer an id, in their order.

    Args:
        main: the store's file; its realm lies around it.
    """
    blobs = BlobFiles(main.parent)
    is_writable, write_reason = writability(main, layout)
    if is_writable and is_store_running(main):
        is_writable, write_reason = False, RUNNING
    answers: list[SessionCheck] = []
    while len(answers) < len(session_ids):
        page = session_ids[len(answers) :]
        for checked in read(_batch(layout, page, token)):
            answers.append(checked.answer(blobs, is_writable, write_reason, token))
    return tuple(answers)


def _batch(
    layout: Layout, session_ids: Sequence[str], token: CancelToken
) -> Callable[[sqlite3.Connection], list[Checked]]:
    def batch(connection: sqlite3.Connection) -> list[Checked]:
        done: list[Checked] = []
        end_s = time.monotonic() + BATCH_S
        for session_id in session_ids:
            token.check()
            done.append(_check(connection, layout, session_id, token))
            if time.monotonic() >= end_s:
                break
        return done

    return batch


def _check(connection: sqlite3.Connection, layout: Layout, session_id: str, token: CancelToken) -> Checked:
    """Check one session; what keeps it from being read is the answer."""
    try:
        place = find_place(connection, layout, session_id)
        if place.copy is Copy.HEAD:
            return check_head(connection, layout, place, session_id, token)
        with stored_document(connection, layout, place, session_id, token) as stored:
            return check_document(stored, token)
    except SessionError as error:
        return unreadable(session_id, error.sentence)
    except UnicodeEncodeError:
        return unreadable(session_id, "The id of this session is no text, so that its rows cannot be asked for.")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        return unreadable(session_id, "The part of the file that holds this session is damaged.")
