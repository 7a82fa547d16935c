"""The rules of a revision graph, in Meerkat's order and with its words (formats/meerkat.md §3.4). Pure.

Digests are asked for again and again over the same spans: a list of messages remembers those that it was asked for.
Worker threads only.
"""

from __future__ import annotations

from collections.abc import Sequence

from store.blocking import may_wait
from store.meerkat.reference.errors import DecodeError, HistoryStateMalformed, InvalidRewriteRange, NoOpRewrite
from store.meerkat.reference.history import Body, Commit, History
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.session import Session
from store.meerkat.shapes.digests import DigestFormat


def validate_session_history(session: Session) -> None:
    """Ask all rules of a session's graph; nothing is asked where there is none.

    Raises:
        TranscriptEditError: the first rule that it breaks.
    """
    try:
        history = session.history()
    except DecodeError as problem:
        raise HistoryStateMalformed(str(problem)) from None
    if history is not None:
        validate_history(history, session.form)


def validate_history(history: History, form: DigestFormat = DigestFormat.F1) -> None:
    """Ask all rules of a graph.

    Raises:
        HistoryStateMalformed, NoOpRewrite, InvalidRewriteRange: the first rule that it breaks.
    """
    may_wait("hash a transcript")
    if history.body(history.head) is None:
        raise HistoryStateMalformed(f"missing transcript head body {history.head}")
    for body in history.bodies:
        digest = body.messages.digest(form)
        if digest != body.revision:
            raise HistoryStateMalformed(f"transcript revision body {body.revision} has digest {digest}")
    for commit in history.commits:
        validate_record(commit, _parent_of(history, commit), _made_by(history, commit), form)
    _ask_order(history, form)


def _parent_of(history: History, commit: Commit) -> Body:
    body = history.body(commit.parent_revision)
    if body is None:
        raise HistoryStateMalformed(f"missing parent transcript body {commit.parent_revision}")
    return body


def _made_by(history: History, commit: Commit) -> Body:
    body = history.body(commit.revision)
    if body is None:
        raise HistoryStateMalformed(f"missing transcript revision body {commit.revision}")
    return body


def _ask_order(history: History, form: DigestFormat) -> None:
    """Each commit goes on from the one before, or from what was appended to it; so does the head from the last."""
    if not history.commits:
        return
    expected = history.commits[0].parent_revision
    for commit in history.commits:
        parent = _parent_of(history, commit)
        if commit.parent_revision != expected and not extends(parent, history.bodies, expected, form):
            raise HistoryStateMalformed(
                f"rewrite commit parent {commit.parent_revision} does not extend transcript head {expected}"
            )
        expected = commit.revision
    at = history.head
    seen: set[str] = set()
    while at != expected and at not in seen:
        seen.add(at)
        body = history.body(at)
        if body is None or body.parent is None:
            break
        at = body.parent
    if at != expected:
        # Meerkat never ends where parents go round in a ring; here that is no descent.
        raise HistoryStateMalformed(f"transcript head {history.head} does not extend the rewrite chain")


def extends(candidate: Body, bodies: Sequence[Body], head: str, form: DigestFormat = DigestFormat.F1) -> bool:
    """Whether a body goes on from the body of `head`: it says so, or begins with its messages."""
    if candidate.parent == head:
        return True
    base = next((body for body in bodies if body.revision == head), None)
    if base is None or len(candidate.messages) < len(base.messages):
        return False
    return candidate.messages.digest(form, 0, len(base.messages)) == head


def validate_record(commit: Commit, parent: Body, made: Body, form: DigestFormat = DigestFormat.F1) -> None:
    """Compare a commit with the bodies before and after it.

    Raises:
        HistoryStateMalformed, NoOpRewrite, InvalidRewriteRange: the first thing that does not agree.
    """
    if parent.revision != commit.parent_revision:
        raise HistoryStateMalformed(
            f"parent body revision {parent.revision} does not match commit parent {commit.parent_revision}"
        )
    if made.revision != commit.revision:
        raise HistoryStateMalformed(f"revision body {made.revision} does not match commit revision {commit.revision}")
    if commit.parent_revision == commit.revision:
        raise NoOpRewrite(commit.revision)
    digest = parent.messages.digest(form)
    if digest != commit.parent_revision:
        raise HistoryStateMalformed(
            f"parent body digest {digest} does not match commit parent {commit.parent_revision}"
        )
    digest = made.messages.digest(form)
    if digest != commit.revision:
        raise HistoryStateMalformed(f"revision body digest {digest} does not match commit revision {commit.revision}")
    _ask_spans(commit, parent.messages, made.messages, form)


def _ask_spans(commit: Commit, parent: MessageList, made: MessageList, form: DigestFormat) -> None:
    """The second half of a record's rules: range, counts, and the three spans."""
    begin, end = commit.begin, commit.end
    before, after = len(parent), len(made)
    if begin > end or end > before:
        raise InvalidRewriteRange(begin, end, before)
    if (commit.messages_before, commit.messages_after) != (before, after):
        raise HistoryStateMalformed(
            f"commit message counts {commit.messages_before} -> {commit.messages_after}"
            f" do not match revision bodies {before} -> {after}"
        )
    digest = parent.digest(form, begin, end)
    if digest != commit.original_span_digest:
        raise HistoryStateMalformed(
            f"original span digest {digest} does not match commit digest {commit.original_span_digest}"
        )
    replaced = after - (before - (end - begin))
    if replaced < 0:
        raise HistoryStateMalformed("commit message counts cannot describe a replacement span")
    stop = begin + replaced
    if parent.digest(form, 0, begin) != made.digest(form, 0, begin):
        raise HistoryStateMalformed("rewrite revision changed messages before the selected span")
    if parent.digest(form, end, before) != made.digest(form, stop, after):
        raise HistoryStateMalformed("rewrite revision changed messages after the selected span")
    digest = made.digest(form, begin, stop)
    if digest != commit.replacement_digest:
        raise HistoryStateMalformed(
            f"replacement span digest {digest} does not match commit digest {commit.replacement_digest}"
        )
