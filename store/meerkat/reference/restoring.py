"""Bringing a retained revision back (formats/meerkat.md §3.8)."""

from __future__ import annotations

from typing import Final

from store.meerkat.reference.errors import DecodeError, HistoryStateMalformed
from store.meerkat.reference.history import Commit, Reason
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from store.meerkat.shapes.digests import DigestFormat

RESTORE: Final = "restore"
"""The kind of reason that such commits have."""


class RevisionNotRetained(Exception):
    """The session's graph has no body of that name; the text is what Meerkat says."""

    def __init__(self, session_id: str, revision: str) -> None:
        super().__init__(f"transcript revision {revision} not found for session {session_id}")
        self.revision = revision


def restore_revision(
    session: Session,
    revision: str,
    actor: str | None = None,
    expected_parent: str | None = None,
    form: DigestFormat | None = None,
) -> Commit:
    """Put the messages of a retained revision in the place of all messages, by a commit.

    The session is at exactly that revision then: its name comes back, and its body is not kept twice.

    Args:
        expected_parent: the revision that the session is thought to be at.
        form: in which the revisions of its graph are named; None for that of the session.

    Raises:
        RevisionNotRetained: there is no such revision.
        TranscriptEditError: as `commit_transcript_rewrite` says; NoOpRewrite where the session is at it already.
    """
    try:
        history = session.history()
    except DecodeError as error:
        raise HistoryStateMalformed(str(error)) from None
    body = history.body(revision) if history is not None else None
    if body is None:
        raise RevisionNotRetained(session.id, revision)
    count = len(session.messages)
    return commit_transcript_rewrite(session, 0, count, body.messages, Reason(RESTORE), actor, expected_parent, form)
