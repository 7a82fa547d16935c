"""The checks of sessions that are files of a realm, one after the other; no document is kept in memory for them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from store.cancel import CancelToken
from store.errors import SessionError
from store.meerkat.checks.blob_files import BlobFiles
from store.meerkat.checks.checked import unreadable
from store.meerkat.checks.columns import Columns
from store.meerkat.checks.lone_documents import blobs_of, check_lone_document
from store.meerkat.checks.session_sizes import document_sizes
from store.meerkat.documents.folder_index import FolderIndex
from store.meerkat.documents.folder_rows import NO_FILE
from store.meerkat.documents.small_files import FileSource
from store.values.checks import SessionCheck, SizeBreakdown

UNREADABLE = "This session's file cannot be read."


def check_files(
    index: FolderIndex, realm: Path, session_ids: Sequence[str], write_reason: str, token: CancelToken
) -> tuple[SessionCheck, ...]:
    """Prove what can be proved of sessions, one answer an id, in their order.

    Args:
        realm: with the blobs.
        write_reason: why none of them is writable.
    """
    blobs = blobs_of(realm)
    answers = []
    for session_id in session_ids:
        token.check()
        answers.append(_check(index, blobs, session_id, write_reason, token))
    return tuple(answers)


def _check(
    index: FolderIndex, blobs: BlobFiles, session_id: str, write_reason: str, token: CancelToken
) -> SessionCheck:
    """Check one session; what keeps it from being read is the answer."""
    try:
        entry, about = index.known_id(session_id, token)
        if not entry.is_file:
            raise SessionError(NO_FILE)
        columns = None
        if about.is_sidecar:
            times = (about.created_at_ms, about.updated_at_ms)
            columns = Columns(".meta file", about.message_count, about.total_tokens, *times, is_derived=True)
        with closing(FileSource(entry.path)) as source:
            return check_lone_document(source, session_id, write_reason, token, columns, blobs)
    except SessionError as error:
        sentence = error.sentence
    except OSError:
        sentence = UNREADABLE
    return unreadable(session_id, sentence).answer(blobs, False, write_reason, token)


def file_sizes(index: FolderIndex, realm: Path, session_id: str, token: CancelToken) -> SizeBreakdown:
    """Measure one session. Raises SessionMissing, SessionError.

    Args:
        realm: with the blobs and event logs.
    """
    entry = index.entry_of(session_id, token)
    try:
        if not entry.is_file:
            raise SessionError(NO_FILE)
        with closing(FileSource(entry.path)) as source:
            return document_sizes(source, realm, session_id, token)
    except OSError:
        raise SessionError(UNREADABLE) from None
