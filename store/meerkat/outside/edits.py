"""What an edit makes of one loaded session (formats/meerkat.md §3.8, §3.10 rules 3, 4 and 7). Pure.

Where the session has no revision graph its messages are replaced without a commit: the one form that 0.6.24, 0.6.34 and
0.7.24 all accept. A session of a realm never gets its first graph from us. Where a graph exists a commit goes into it,
in the digest format in which its head is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from store.errors import ChangeRefused
from store.meerkat.outside.refusals import PLAN_AGAIN, refuse
from store.meerkat.reference.errors import (
    InvalidRewriteRange,
    InvalidTranscriptShape,
    NoOpRewrite,
    RevisionConflict,
    Serialization,
    SessionStoreError,
    TranscriptEditError,
)
from store.meerkat.reference.graph_rules import validate_session_history
from store.meerkat.reference.guards import append_only_save_guard, transcript_rewrite_save_guard
from store.meerkat.reference.history import Commit, Reason
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.replay_order import replay_problem
from store.meerkat.reference.restoring import RevisionNotRetained, restore_revision
from store.meerkat.reference.rewrite_records import LoggedRecord
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from store.meerkat.reference.shape_rule import check_shape
from store.meerkat.reference.stored_messages import TOOL_RESULTS, role_of
from store.meerkat.shapes.digests import DigestFormat
from store.values.changes import AppendEdit, RefusalCode, RevisionEdit, RewriteEdit

WITHOUT_COMMIT: Final = (
    "The session has no history of its own, and gets none: what is replaced is kept in Burrow's backup alone, and every"
    " Meerkat that works on such a store accepts it."
)
STAYS_IN_HISTORY: Final = "What is replaced stays in the session's history, where Meerkat can bring it back."
MAY_STOP_0634: Final = (
    "Meerkat 0.6.34 stops a session that has a history at its next turn, whoever made the history; 0.6.24 goes on with"
    " it."
)
LAST_REWRITE: Final = (
    "After this Meerkat 0.6.24 cannot take a further rewrite of this session once messages were added, not even a"
    " compaction of its own: it would refuse to list its whole realm then."
)
LOG_KNOWS_MORE: Final = (
    "Its event log tells of rewrites that the session itself has no history of; Meerkat might take one of those for the"
    " newest."
)
_PROBE: Final = b'{"role":"user","content":"","created_at":"1970-01-01T00:00:00Z"}'
"""Stands for whatever is added next; it is never written."""

_REVISION_NAMES: Final = (DigestFormat.F1, DigestFormat.F2, DigestFormat.F3)


@dataclass(frozen=True, slots=True)
class Edited:
    """A session as an edit leaves it.

    Attributes:
        commit: what was recorded in its graph; None where nothing was.
        remarks: what a person must know of it, complete sentences.
    """

    session: Session
    revision_before: str
    revision_after: str
    commit: Commit | None = None
    remarks: tuple[str, ...] = ()


def make_edit(
    session: Session,
    edit: AppendEdit | RewriteEdit | RevisionEdit,
    log_records: Sequence[LoggedRecord],
    *,
    is_07: bool,
) -> Edited:
    """Edit a session; the given one stays as it is.

    Args:
        session: with the digest format of its graph, where it has one (`graph_form`), and a graph that is valid.
        log_records: the rewrites that its event log tells of.
        is_07: the store is one of releases 0.7.0 to 0.7.24.

    Raises:
        ChangeRefused: ALREADY_SO, CHANGED_SINCE_PLAN, GUARD, or HISTORY: Meerkat could not read it back.
    """
    made = session.copy()
    before = session.transcript_revision()
    try:
        if isinstance(edit, AppendEdit):
            commit, remarks = None, _append(made, edit)
        elif isinstance(edit, RevisionEdit):
            commit, remarks = restore_revision(made, edit.revision, edit.actor), _remarks_of_commit(is_07)
        elif session.has_history:
            commit, remarks = _commit(made, edit), _remarks_of_commit(is_07)
        else:
            _refuse_logged(log_records)
            commit, remarks = None, _replace(made, edit)
        _guard(made, session, edit, commit)
    except ChangeRefused:
        raise
    except (TranscriptEditError, RevisionNotRetained, SessionStoreError) as problem:
        raise _in_our_words(problem) from problem
    if commit is not None:
        _refuse_unreadable(made, log_records)
        if not is_07 and _is_last(made, log_records):
            remarks = (*remarks, LAST_REWRITE)
    return Edited(made, before, made.transcript_revision(), commit, remarks)


def _append(made: Session, edit: AppendEdit) -> tuple[str, ...]:
    """Add messages; with a graph its head moves along, as at Meerkat's own appends."""
    old_count = len(made.messages)
    added = made.canonical(edit.messages)
    if not len(added):
        raise refuse(RefusalCode.ALREADY_SO, "There is nothing to be added.")
    last = made.messages.slice(max(old_count - 1, 0))
    context = MessageList() if any(role_of(data) == TOOL_RESULTS for data in last) else last
    check_shape(context.plus(added))
    made.push_batch(added)
    return ()


def _commit(made: Session, edit: RewriteEdit) -> Commit:
    replacement = made.canonical(edit.replacement)
    return commit_transcript_rewrite(
        made, edit.begin, edit.end, replacement, Reason(edit.reason), edit.actor or None, edit.revision
    )


def _replace(made: Session, edit: RewriteEdit) -> tuple[str, ...]:
    """Replace messages without a word in the session about it; the rules of a rewrite are asked all the same."""
    count = len(made.messages)
    wanted = edit.revision
    if wanted is not None and all(made.messages.digest(form) != wanted for form in _REVISION_NAMES):
        raise RevisionConflict(wanted, made.message_digest())
    if not 0 <= edit.begin <= edit.end <= count:
        raise InvalidRewriteRange(edit.begin, edit.end, count)
    changed = made.messages.with_replaced(edit.begin, edit.end, made.canonical(edit.replacement))
    check_shape(changed)
    if changed == made.messages:
        raise NoOpRewrite(made.message_digest())
    made.replace_messages(changed)
    made.note_change()
    return (WITHOUT_COMMIT,)


def _remarks_of_commit(is_07: bool) -> tuple[str, ...]:
    return (STAYS_IN_HISTORY,) if is_07 else (STAYS_IN_HISTORY, MAY_STOP_0634)


def _guard(
    made: Session, before: Session, edit: AppendEdit | RewriteEdit | RevisionEdit, commit: Commit | None
) -> None:
    """Ask the guards that Meerkat's own saves pass, where it has one for this change."""
    if commit is not None:
        transcript_rewrite_save_guard(made, before, commit)
    elif isinstance(edit, AppendEdit):
        append_only_save_guard(made, before)
    validate_session_history(made)


def _refuse_logged(log_records: Sequence[LoggedRecord]) -> None:
    if log_records:
        raise refuse(RefusalCode.HISTORY, LOG_KNOWS_MORE, "Resume the session with its agent once, then plan again.")


def _refuse_unreadable(made: Session, log_records: Sequence[LoggedRecord]) -> None:
    history = made.history()
    assert history is not None  # a commit was added to it
    problem = replay_problem(history, log_records, made.form)
    if problem:
        raise refuse(RefusalCode.HISTORY, problem, "Fork the session and change the fork.")


def _is_last(made: Session, log_records: Sequence[LoggedRecord]) -> bool:
    """Whether the next rewrite behind an append could not be read back."""
    probe = made.copy()
    probe.push(_PROBE)
    count = len(probe.messages)
    commit_transcript_rewrite(probe, 0, count, probe.canonical((_PROBE,)), Reason("probe"))
    history = probe.history()
    return history is not None and bool(replay_problem(history, log_records, probe.form))


def _in_our_words(problem: Exception) -> ChangeRefused:
    """A refusal of the reference as one of ours; no text of a message is in it."""
    if isinstance(problem, NoOpRewrite):
        return refuse(RefusalCode.ALREADY_SO, "The messages are so already.")
    if isinstance(problem, RevisionConflict):
        return refuse(
            RefusalCode.CHANGED_SINCE_PLAN,
            "The transcript is at another revision than the one to be edited.",
            PLAN_AGAIN,
        )
    if isinstance(problem, RevisionNotRetained):
        return refuse(RefusalCode.GUARD, "The session does not keep the messages of this revision.")
    if isinstance(problem, InvalidRewriteRange):
        fields = problem.fields
        return refuse(
            RefusalCode.GUARD,
            f"There are no messages {fields['start']:,} to {fields['end']:,} in a transcript of"
            f" {fields['message_count']:,}.",
        )
    if isinstance(problem, InvalidTranscriptShape):
        return refuse(
            RefusalCode.GUARD,
            f"A call of a tool would stand without its result, or a result without its call: {problem.fields['text']}.",
        )
    if isinstance(problem, Serialization):
        # Its text may quote a message, and no text of one goes into a refusal.
        return refuse(RefusalCode.GUARD, "One of the messages is none that Meerkat reads.")
    return refuse(RefusalCode.GUARD, "Meerkat's own rules do not let this change through; nothing was changed.")
