"""The guards that every save of Meerkat's session store passes (formats/meerkat.md §3.5–§3.7).

They compare digests, as Meerkat does; where that can only have one outcome, bytes are compared instead, which is
quicker. Worker threads only.
"""

from __future__ import annotations

from typing import Final, cast

from store.blocking import may_wait
from store.meerkat.reference.errors import (
    DecodeError,
    InvalidTranscriptRewrite,
    MonotonicityViolation,
    SessionStoreError,
    TranscriptContinuityViolation,
    TranscriptEditError,
    TranscriptRevisionConflict,
)
from store.meerkat.reference.graph_rules import validate_session_history
from store.meerkat.reference.history import Commit, History
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.rewrite_rules import validate_commit_bodies
from store.meerkat.reference.session import Session
from store.meerkat.shapes.structs import Fields

SYSTEM_CONTEXT_SEPARATOR: Final = "\n\n---\n\n"
"""Between the system text and what the runtime adds to it."""

_RUNTIME_MARK: Final = "[Runtime System Context]"
_NO_CONTINUATION: Final = (
    "incoming transcript neither preserves the persisted prefix nor records a graph edge from the persisted head"
)


# ------------------------------------------------------------------------------------------------------- appends


def append_only_save_guard(incoming: Session, previous: Session | None) -> None:
    """Let a save pass that adds messages to what is stored, or changes none.

    Args:
        previous: what is stored; None accepts everything.

    Raises:
        InvalidTranscriptRewrite, MonotonicityViolation, TranscriptContinuityViolation.
    """
    may_wait("hash a transcript")
    if previous is None:
        return
    try:
        validate_session_history(incoming)
    except TranscriptEditError as problem:
        raise _malformed(incoming, "incoming", problem) from None
    had_history = _history(incoming, previous, "previous") is not None
    if had_history and not incoming.has_history:
        raise InvalidTranscriptRewrite(incoming.id, "incoming save would erase retained transcript history state")
    if not _goes_on(incoming, previous):
        _refuse(incoming, previous)


def _goes_on(incoming: Session, previous: Session) -> bool:
    """Whether the stored messages stand at the beginning, or one of the exceptions holds."""
    old, new = previous.messages, incoming.messages
    if len(new) >= len(old) and _begins_with(new, old, incoming):
        return True
    return _only_system_context_differs(new, old, incoming) or _only_transient_notices_left(new, old, incoming)


def _refuse(incoming: Session, previous: Session) -> None:
    prev_len, new_len = len(previous.messages), len(incoming.messages)
    if new_len < prev_len:
        raise MonotonicityViolation(incoming.id, prev_len, new_len)
    raise TranscriptContinuityViolation(
        incoming.id,
        previous.messages.digest(incoming.form),
        incoming.messages.digest(incoming.form),
        _NO_CONTINUATION,
    )


def _begins_with(messages: MessageList, prefix: MessageList, session: Session) -> bool:
    """Whether the first messages are those of `prefix`, by the digest; there are as many."""
    if messages.equal_prefix(prefix) == len(prefix):
        return True
    if session.hashes_whole_messages:
        return False  # Digests over the same bytes differ where the bytes do.
    return messages.digest(session.form, 0, len(prefix)) == prefix.digest(session.form)


def _only_system_context_differs(new: MessageList, old: MessageList, session: Session) -> bool:
    """Whether the runtime only added to the leading system text, or said it at another time."""
    added, tail = _leading_system(new)
    before, old_tail = _leading_system(old)
    if added is None or not _adds_context(before, added) or len(tail) < len(old_tail):
        return False
    return _begins_with(tail, old_tail, session)


def _leading_system(messages: MessageList) -> tuple[str | None, MessageList]:
    if len(messages):
        first = messages.decoded(0)
        if first["role"] == "system":
            return cast(str, first["content"]), messages.slice(1)
    return None, messages


def _adds_context(before: str | None, now: str) -> bool:
    if before is None:
        return now.startswith(_RUNTIME_MARK)
    return now == before or now.startswith(f"{before}{SYSTEM_CONTEXT_SEPARATOR}{_RUNTIME_MARK}")


def _only_transient_notices_left(new: MessageList, old: MessageList, session: Session) -> bool:
    """Whether the stored messages stand at the beginning but for notices that are not meant to last."""
    kept = [data for data in old if not _is_transient(data)]
    if len(kept) == len(old) or len(new) < len(kept):
        return False
    return _begins_with(new, MessageList.of(kept), session)


def _is_transient(data: bytes) -> bool:
    """A notice of a tool server that is being connected, none of whose blocks is meant to last."""
    if not data.startswith(b'{"role":"system_notice","kind":"mcp_pending"'):
        return False
    notice = MessageList.of((data,)).decoded(0)
    blocks = cast("list[Fields]", notice.get("blocks") or [])
    return all(block["type"] == "mcp" and block.get("persisted") is False for block in blocks)


# ------------------------------------------------------------------------------------------------------ rewrites


def transcript_rewrite_save_guard(incoming: Session, previous: Session | None, commit: Commit) -> None:
    """Let a save pass that is the result of one commit on what is stored.

    Raises:
        TranscriptRevisionConflict: the commit comes from another revision.
        InvalidTranscriptRewrite: anything else.
    """
    may_wait("hash a transcript")
    if previous is None:
        raise InvalidTranscriptRewrite(incoming.id, "rewrite target has no previously persisted session")
    if incoming.id != previous.id:
        raise InvalidTranscriptRewrite(
            incoming.id, f"incoming session id {incoming.id} differs from previous session id {previous.id}"
        )
    revision = _revision(incoming, previous, "previous")
    if revision != commit.parent_revision:
        raise TranscriptRevisionConflict(incoming.id, commit.parent_revision, revision)
    digest = previous.messages.digest(incoming.form)
    if digest != commit.parent_revision:
        raise InvalidTranscriptRewrite(
            incoming.id,
            f"previous current transcript digest {digest} does not match commit parent {commit.parent_revision}",
        )
    revision = _revision(incoming, incoming, "incoming")
    if revision != commit.revision:
        raise InvalidTranscriptRewrite(
            incoming.id,
            f"incoming transcript revision {revision} does not match commit revision {commit.revision}",
        )
    digest = incoming.message_digest()
    if digest != commit.revision:
        raise InvalidTranscriptRewrite(
            incoming.id,
            f"incoming current transcript digest {digest} does not match commit revision {commit.revision}",
        )
    history = _history(incoming, incoming, "incoming")
    if history is None:
        raise InvalidTranscriptRewrite(incoming.id, "incoming rewrite did not persist a transcript revision graph")
    validate_commit_bodies(incoming.id, commit, history, incoming.form)


def run_boundary_snapshot_save_guard(incoming: Session, previous: Session | None) -> None:
    """Let a save at the end of a run pass: an append, or rewrites whose commits lead from what is stored to what comes.

    Raises:
        SessionStoreError: of the append, where no commit leads there; of the rewrite, where it is not sound.
    """
    may_wait("hash a transcript")
    try:
        append_only_save_guard(incoming, previous)
    except SessionStoreError as problem:
        assert previous is not None
        before = previous.messages.digest(incoming.form)
        after = incoming.message_digest()
        history = _history(incoming, incoming, "incoming")
        chain = commit_chain(history, before, after) if history is not None else None
        if history is None or not chain:
            raise problem from None
        _ask_bridge(incoming, chain[0], history, after)
        for commit in chain[1:]:
            validate_commit_bodies(incoming.id, commit, history, incoming.form)


def _ask_bridge(incoming: Session, commit: Commit, history: History, digest: str) -> None:
    validate_commit_bodies(incoming.id, commit, history, incoming.form)
    if history.head != digest:
        raise InvalidTranscriptRewrite(
            incoming.id,
            f"incoming transcript graph head {history.head} does not match current message digest {digest}",
        )
    if not descends(history, digest, commit.revision):
        raise InvalidTranscriptRewrite(
            incoming.id, f"incoming transcript head {digest} does not extend rewrite revision {commit.revision}"
        )


def commit_chain(history: History, before: str, after: str) -> list[Commit] | None:
    """The commits that lead from one revision to another, with appends between them and behind.

    Returns:
        None where none do; an empty list where `after` only goes on from `before`.
    """
    chain: list[Commit] = []
    at = before
    seen: set[str] = set()
    while at != after:
        if at in seen:
            return None
        seen.add(at)
        commit = next(
            (
                each
                for each in history.commits
                if descends(history, each.parent_revision, at) and descends(history, after, each.revision)
            ),
            None,
        )
        if commit is None:
            return chain if descends(history, after, at) else None
        chain.append(commit)
        at = commit.revision
    return chain


def descends(history: History, revision: str, ancestor: str) -> bool:
    """Whether a revision is another one, or comes from it by the parents of bodies."""
    seen: set[str] = set()
    at: str | None = revision
    while at is not None and at not in seen:
        if at == ancestor:
            return True
        seen.add(at)
        body = history.body(at)
        at = body.parent if body is not None else None
    return False


def _history(incoming: Session, session: Session, which: str) -> History | None:
    try:
        return session.history()
    except DecodeError as problem:
        raise _malformed(incoming, which, problem) from None


def _malformed(incoming: Session, which: str, problem: Exception) -> InvalidTranscriptRewrite:
    return InvalidTranscriptRewrite(incoming.id, f"{which} transcript history state is malformed: {problem}")


def _revision(incoming: Session, session: Session, which: str) -> str:
    try:
        return session.transcript_revision()
    except DecodeError as problem:
        raise InvalidTranscriptRewrite(incoming.id, f"{which} transcript revision is malformed: {problem}") from None
