"""Revision graphs rebuilt from the records of rewrites that event logs keep (formats/meerkat.md §3.8, §3.10). Pure.

A record holds a commit and both of its bodies, so that a log alone tells every version of a transcript that a rewrite
led from or to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store.blocking import may_wait
from store.meerkat.reference.errors import HistoryStateMalformed
from store.meerkat.reference.graph_rules import extends, validate_history, validate_record
from store.meerkat.reference.history import Body, Commit, History
from store.meerkat.reference.session import Session
from store.meerkat.shapes.digests import DigestFormat


@dataclass(frozen=True, slots=True)
class RewriteRecord:
    """One rewrite, complete in itself.

    Attributes:
        parent_body, revision_body: the messages before and after it.
    """

    commit: Commit
    parent_body: Body
    revision_body: Body


@dataclass(frozen=True, slots=True)
class LoggedRecord:
    """A record as it stands in an event log.

    Attributes:
        seq: the number of its event.
    """

    seq: int
    record: RewriteRecord


def record_of(history: History, commit: Commit) -> RewriteRecord | None:
    """The record that Meerkat makes of a commit of a graph; None where one of its bodies is not kept."""
    parent, made = history.body(commit.parent_revision), history.body(commit.revision)
    return RewriteRecord(commit, parent, made) if parent is not None and made is not None else None


def history_from_rewrite_records(
    records: Iterable[RewriteRecord], form: DigestFormat = DigestFormat.F1
) -> History | None:
    """Rebuild the graph that records tell of, in their order.

    Between two rewrites messages may have been appended: a record may come from the head or from what goes on from it.

    Returns:
        None where there are no records.

    Raises:
        HistoryStateMalformed, NoOpRewrite, InvalidRewriteRange: a record does not hold, or comes from elsewhere.
    """
    history: History | None = None
    for record in records:
        commit = record.commit
        validate_record(commit, record.parent_body, record.revision_body, form)
        if history is None:
            history = History(commit.parent_revision)
        head = history.head
        if commit.parent_revision != head and not extends(record.parent_body, history.bodies, head, form):
            raise HistoryStateMalformed(
                f"rewrite record parent {commit.parent_revision} does not extend transcript head {head}"
            )
        history = history.with_body(record.parent_body).with_body(record.revision_body).with_commit(commit)
    return history


def apply_transcript_history_state(session: Session, history: History, form: DigestFormat | None = None) -> None:
    """Take a graph for a session's own, and its messages from the head of it.

    The session was last changed at the latest commit then, or when the body of the head was made if that is later.

    Args:
        form: in which the revisions of the graph are named; None for that of the session.

    Raises:
        TranscriptEditError: the graph breaks a rule; nothing was changed.
    """
    may_wait("hash a transcript")
    validate_history(history, session.form if form is None else form)
    head = history.body(history.head)
    assert head is not None  # it is a rule
    session.replace_history(history)
    session.replace_messages(head.messages)
    session.updated_at_ns = max((head.created_at_ns, *(commit.committed_at_ns for commit in history.commits)))
