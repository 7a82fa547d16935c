"""Rewriting a transcript by a commit that keeps what was there (formats/meerkat.md §3.8)."""

from __future__ import annotations

from collections.abc import Iterable

from store.meerkat.reference.errors import (
    DecodeError,
    HistoryStateMalformed,
    InvalidRewriteRange,
    NoOpRewrite,
    RevisionConflict,
)
from store.meerkat.reference.history import Body, Commit, History, Reason
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.session import Session
from store.meerkat.reference.shape_rule import check_shape
from store.meerkat.shapes.digests import DigestFormat


def commit_transcript_rewrite(
    session: Session,
    begin: int,
    end: int,
    replacement: MessageList | Iterable[bytes],
    reason: Reason,
    actor: str | None = None,
    expected_parent: str | None = None,
    form: DigestFormat | None = None,
) -> Commit:
    """Put messages in the place of [begin, end), and record it in the session's revision graph.

    An empty range inserts, an empty replacement deletes. A session without a graph gets one. Nothing is changed where
    it fails.

    Args:
        replacement: canonical messages.
        expected_parent: the revision that the range is of; None for whichever the session is at.
        form: in which revisions are named; None for that of the session.

    Raises:
        RevisionConflict: the session is at another revision.
        InvalidRewriteRange: the range is none of the transcript.
        InvalidTranscriptShape: the result has calls without results, or results without calls.
        NoOpRewrite: the result is what was there.
        HistoryStateMalformed: the session's graph cannot be read.
    """
    form = session.form if form is None else form
    try:
        history = session.history()
    except DecodeError as error:
        raise HistoryStateMalformed(str(error)) from None
    parent = history.head if history is not None else session.messages.digest(form)
    if expected_parent is not None and expected_parent != parent:
        raise RevisionConflict(expected_parent, parent)
    count = len(session.messages)
    if not 0 <= begin <= end <= count:
        raise InvalidRewriteRange(begin, end, count)
    inserted = replacement if isinstance(replacement, MessageList) else MessageList.of(replacement)
    made = session.messages.with_replaced(begin, end, inserted)
    check_shape(made)
    revision = made.digest(form)
    if revision == parent:
        raise NoOpRewrite(revision)
    commit = Commit(
        parent_revision=parent,
        revision=revision,
        begin=begin,
        end=end,
        original_span_digest=session.messages.digest(form, begin, end),
        replacement_digest=inserted.digest(form),
        messages_before=count,
        messages_after=len(made),
        reason=reason,
        actor=actor,
        committed_at_ns=session.clock(),
    )
    session.replace_history(_with_rewrite(history, commit, session, made))
    session.note_change()  # as every change of metadata does in the reference, which reads its clock here and below
    session.replace_messages(made)
    session.note_change()
    return commit


def _with_rewrite(history: History | None, commit: Commit, session: Session, made: MessageList) -> History:
    """The graph with both bodies of a commit and the commit; a revision that comes back has its body already."""
    before = Body(commit.parent_revision, None, session.messages, session.updated_at_ns)
    after = Body(commit.revision, commit.parent_revision, made, commit.committed_at_ns)
    graph = history if history is not None else History(commit.parent_revision)
    return graph.with_body(before).with_body(after).with_commit(commit)
