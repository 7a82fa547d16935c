"""Editing a transcript in both rows of a session (formats/meerkat.md §3.10, rules 2 to 4 and 7)."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from store.changing import Image, RowImage
from store.errors import ChangeRefused
from store.meerkat.outside.edits import Edited, make_edit
from store.meerkat.outside.event_log_rule import ask_event_log
from store.meerkat.outside.family import family_of_session
from store.meerkat.outside.loading import columns_of, load_session
from store.meerkat.outside.metadata_change import ONLY_SNAPSHOT, SPELT_ANEW, keeps
from store.meerkat.outside.refusals import HIDE_HERE, refuse
from store.meerkat.outside.rewrite_log import read_rewrite_log
from store.meerkat.outside.rows import SESSION_TABLE, SNAPSHOT_TABLE, Row, StoredSession
from store.meerkat.outside.rules import document_of
from store.meerkat.outside.session_change import Circumstances, Made, RowChange
from store.meerkat.outside.session_files import log_of
from store.meerkat.reference.canonical import Shapes
from store.meerkat.reference.errors import DecodeError
from store.meerkat.reference.rewrite_records import LoggedRecord
from store.meerkat.reference.session import Session
from store.values.changes import AppendEdit, RefusalCode, RevisionEdit, RewriteEdit

UNDO_ACTOR: Final = "burrow"
"""Who commits of an undo name."""

_OF_COMMIT: Final = b'"original_span_digest":'


def edit_transcript(
    stored: StoredSession, edit: AppendEdit | RewriteEdit | RevisionEdit, circumstances: Circumstances, made: Made
) -> None:
    """Put together what an edit makes of a session's rows. Raises ChangeRefused.

    Both rows get the same bytes, except where they hold different metadata, as those of 0.7 do: each document is edited
    alike, at the same moment, and keeps the rest.
    """
    family = family_of_session(stored, circumstances.family)
    records = _log_records(stored.session_id, circumstances, made, is_07=family.is_07)
    session, snapshot = document_of(stored.session), document_of(stored.snapshot)
    authority = snapshot if snapshot is not None else session
    assert authority is not None  # a session has a document
    edited = _edited(stored.session_id, authority, edit, records, circumstances, made, is_07=family.is_07)
    of_session = edited
    if session is not None and session != authority:
        of_session = _edited(stored.session_id, session, edit, records, circumstances, made, is_07=family.is_07)
    made.revision_before, made.revision_after = edited.revision_before, edited.revision_after
    made.remarks.extend(edited.remarks)
    if edited.commit is not None:
        ask_event_log(circumstances.folder, stored.session_id, made, circumstances.token)
    _add_rows(stored, of_session, edited, made)


def take_back(stored: StoredSession, image: Image, circumstances: Circumstances, made: Made) -> bool:
    """Take a rewrite back by a further commit, where it was made by one.

    The product's log may know the commit already, so that the graph may never lose it (rule 7).

    Args:
        stored: the session as the change left it.
        image: of the change.

    Returns:
        Whether that was done; where it was not, the rows are to be put back as they were.

    Raises:
        ChangeRefused: the earlier transcript is not kept any more, or Meerkat could not read the history back.
    """
    before, now = _document_before(image), document_of(stored.snapshot) or document_of(stored.session)
    # Only a commit has this key, and no text can look like one, since its quotation marks are escaped.
    if before is None or now is None or now.count(_OF_COMMIT) <= before.count(_OF_COMMIT):
        return False
    revision = load_session(before, circumstances).transcript_revision()
    edit_transcript(stored, RevisionEdit(revision, UNDO_ACTOR), circumstances, made)
    return True


def _document_before(image: Image) -> bytes | None:
    """The document that a change found: that of the snapshot, or else of `sessions`."""
    rows = {row.table: row for row in image.rows}
    return _document_in(rows.get(SNAPSHOT_TABLE.name)) or _document_in(rows.get(SESSION_TABLE.name))


def _document_in(row: RowImage | None) -> bytes | None:
    value = row.before[-1][1] if row is not None and row.before is not None else None
    return value if isinstance(value, bytes) else None


def _edited(
    session_id: str,
    document: bytes,
    edit: AppendEdit | RewriteEdit | RevisionEdit,
    records: tuple[LoggedRecord, ...],
    circumstances: Circumstances,
    made: Made,
    *,
    is_07: bool,
) -> Edited:
    """One document edited. Raises ChangeRefused."""
    session = load_session(document, circumstances)
    if session.id != session_id:
        raise refuse(RefusalCode.DAMAGED, "The document of this session names another session than its row.", HIDE_HERE)
    spelt = session.encode()
    if spelt != document:
        if not keeps(document, spelt, circumstances):
            raise refuse(
                RefusalCode.DAMAGED,
                "The document of this session holds what Meerkat does not know and would drop; it is not rewritten.",
                HIDE_HERE,
            )
        if SPELT_ANEW not in made.remarks:
            made.remarks.append(SPELT_ANEW)
    edited = make_edit(session, edit, records, is_07=is_07)
    _prove(edited.session, circumstances)
    return edited


def _prove(session: Session, circumstances: Circumstances) -> None:
    """Load what is about to be written as Meerkat does, history and all. Raises ChangeRefused."""
    written = session.encode()
    if load_session(written, circumstances).encode() != written:
        raise refuse(RefusalCode.GUARD, "Meerkat would read another session than the one to be written.")


def _log_records(session_id: str, circumstances: Circumstances, made: Made, *, is_07: bool) -> tuple[LoggedRecord, ...]:
    """The rewrites in the session's event log; what was read names the state of the plan."""
    path = circumstances.folder / log_of(session_id)
    shapes = Shapes.ALL if is_07 else Shapes.REFERENCE
    try:
        records = read_rewrite_log(path, session_id, shapes, circumstances.token)
    except DecodeError as problem:
        raise _unreadable_log() from problem
    digest = sha256()
    for logged in records:
        digest.update(f"{logged.seq} {logged.record.commit!r}\n".encode())
    made.state.append(digest.digest())
    return records


def _unreadable_log() -> ChangeRefused:
    return refuse(
        RefusalCode.EVENT_LOG_UNREADABLE,
        "A rewrite in the event log of this session cannot be read, so that Meerkat could not list its realm.",
        "“Check Store…” says which line it is.",
    )


def _add_rows(stored: StoredSession, of_session: Edited, of_snapshot: Edited, made: Made) -> None:
    after = Row(SESSION_TABLE, columns_of(of_session.session))
    if stored.session is None:
        made.remarks.append(ONLY_SNAPSHOT)
    made.rows.append(RowChange(SESSION_TABLE, after.key, stored.session, after))
    if stored.snapshot is not None:
        after = Row(SNAPSHOT_TABLE, (stored.snapshot.values[0], of_snapshot.session.encode()))
        made.rows.append(RowChange(SNAPSHOT_TABLE, after.key, stored.snapshot, after))
