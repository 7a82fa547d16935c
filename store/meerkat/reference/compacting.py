"""Compacting a session: a summary is asked for, and put in by a commit (formats/meerkat.md §4.4, C-10, C-11).

Whoever summarises is a callable; nothing here talks to a model. Where anything fails the transcript stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from store.blocking import may_wait
from store.meerkat.codec.strict_json import Json
from store.meerkat.messages.times import message_time
from store.meerkat.reference.compaction import (
    DEFAULT_CONFIG,
    Cadence,
    CompactionConfig,
    Rebuilt,
    rebuild,
    should_compact,
    summariser_input,
)
from store.meerkat.reference.errors import TranscriptEditError
from store.meerkat.reference.estimates import estimate_tokens
from store.meerkat.reference.history import Commit, Reason
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from store.meerkat.reference.stored_messages import ASSISTANT, LEGACY_ASSISTANT, role_of
from store.meerkat.shapes.structs import Fields

CADENCE_KEY: Final = "session_compaction_cadence"
REASON: Final = "compaction"
ACTOR: Final = "meerkat-core"
"""Who commits by itself, in every release."""

_BOUNDARY: Final = "session_boundary_index"
_LAST: Final = "last_compaction_boundary_index"


class CompactionFailed(Exception):
    """Nothing was compacted; the text is what Meerkat says.

    Attributes:
        has_summary: there was a summary, and what came after it failed.
    """

    def __init__(self, text: str, *, has_summary: bool = False) -> None:
        super().__init__(text)
        self.has_summary = has_summary


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model made of a transcript.

    Attributes:
        usage: the tokens that it took, as an answer reports them.
    """

    text: str
    usage: Fields


@dataclass(frozen=True, slots=True)
class CompactionStarted:
    """A summary is about to be asked for."""

    input_tokens: int
    estimated_history_tokens: int
    message_count: int


@dataclass(frozen=True, slots=True)
class CompactionCompleted:
    """The transcript is compacted."""

    summary_tokens: int
    messages_before: int
    messages_after: int


@dataclass(frozen=True, slots=True)
class CompactionAborted:
    """It is not; `error` says why."""

    error: str


CompactionEvent: TypeAlias = CompactionStarted | CompactionCompleted | CompactionAborted
Summarise: TypeAlias = Callable[[Sequence[bytes], int], Summary]
"""Is given the transcript in words (`summariser_input`) and the most tokens that its answer may have.

Raises CompactionFailed where it has none.
"""

Observe: TypeAlias = Callable[[CompactionEvent], None]
Index: TypeAlias = Callable[[Sequence[bytes]], None]
"""Takes what goes out of the transcript into a memory. Raises CompactionFailed where it cannot: nothing goes then."""


def cadence_of(session: Session) -> Cadence:
    """How often the model was asked; counted from the answers where the session does not say."""
    stored = session.metadata.get(CADENCE_KEY)
    boundary = stored.get(_BOUNDARY) if isinstance(stored, dict) else None
    if type(boundary) is int and boundary >= 0:
        last = cast("dict[str, Json]", stored).get(_LAST)
        if last is None or (type(last) is int and last >= 0):
            return Cadence(boundary, last)
    return Cadence(sum(role_of(data) in (ASSISTANT, LEGACY_ASSISTANT) for data in session.messages))


def store_cadence(session: Session, cadence: Cadence) -> None:
    """Note in the session how often the model was asked."""
    value: dict[str, Json] = {_BOUNDARY: cadence.boundary}
    if cadence.last_compacted is not None:
        value[_LAST] = cadence.last_compacted
    session.set_metadata(CADENCE_KEY, value)


def pass_boundary(
    session: Session,
    summarise: Summarise,
    last_input_tokens: int = 0,
    config: CompactionConfig = DEFAULT_CONFIG,
    observe: Observe | None = None,
    index: Index | None = None,
) -> Commit | None:
    """Do what is done before each call of the model: compact if it is time, and count the call.

    Args:
        last_input_tokens: what the last call reported; 0 where none did.

    Returns:
        The commit of a compaction; None where there was none, or it failed.
    """
    may_wait("compact a session")
    cadence = cadence_of(session)
    commit = None
    if should_compact(cadence, last_input_tokens, estimate_tokens(session.messages), config):
        try:
            commit = compact(session, summarise, last_input_tokens, config, observe, index)
        except CompactionFailed as problem:
            if problem.has_summary:
                return None  # The reference does not count this call either.
        cadence = cadence_of(session) if commit is not None else cadence
    store_cadence(session, Cadence(cadence.boundary + 1, cadence.last_compacted))
    return commit


def compact(
    session: Session,
    summarise: Summarise,
    last_input_tokens: int = 0,
    config: CompactionConfig = DEFAULT_CONFIG,
    observe: Observe | None = None,
    index: Index | None = None,
) -> Commit:
    """Put a summary in the place of all but the last turns, whether it is time or not.

    Args:
        last_input_tokens: only told to `observe`.

    Returns:
        The commit: of the whole range, of the kind `compaction`.

    Raises:
        CompactionFailed: there is no summary, what goes could not be indexed, or the result is no transcript; the
            session stays as it was.
    """
    may_wait("compact a session")
    tell = observe if observe is not None else _nobody
    cadence, messages = cadence_of(session), list(session.messages)
    tell(CompactionStarted(last_input_tokens, estimate_tokens(messages), len(messages)))
    try:
        summary = _summary_of(messages, summarise, config)
        made = rebuild(messages, summary.text, message_time(session.clock()), config)
        if index is not None:
            index(made.discarded)
        commit = _commit(session, made)
    except CompactionFailed as problem:
        tell(CompactionAborted(str(problem)))
        raise
    session.record_usage(summary.usage)
    store_cadence(session, Cadence(cadence.boundary, cadence.boundary))
    tell(CompactionCompleted(_output_tokens(summary), len(messages), len(made.messages)))
    return commit


def _commit(session: Session, made: Rebuilt) -> Commit:
    replacement = MessageList.of(made.messages)
    try:
        return commit_transcript_rewrite(session, 0, len(session.messages), replacement, Reason(REASON), ACTOR)
    except TranscriptEditError as problem:
        text = f"failed to commit compaction transcript rewrite: {problem}"
        raise CompactionFailed(text, has_summary=True) from problem


def _nobody(event: CompactionEvent) -> None:
    """Tell nobody."""


def _summary_of(messages: Sequence[bytes], summarise: Summarise, config: CompactionConfig) -> Summary:
    summary = summarise(list(summariser_input(messages)), config.max_summary_tokens)
    if not summary.text:
        raise CompactionFailed("LLM returned empty summary")
    return summary


def _output_tokens(summary: Summary) -> int:
    tokens = summary.usage.get("output_tokens")
    return tokens if type(tokens) is int else 0
