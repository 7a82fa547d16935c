"""From the stored columns and documents of one session to a row of the list. Pure: nothing here reads a file."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field

import orjson

from store.meerkat.codec.strict_json import Json
from store.meerkat.messages.titles import as_object_or_empty, first_prompt, is_answer, one_line, title_of
from store.meerkat.messages.usage import usage_of
from store.values.fault import Fault
from store.values.session import SessionState, SessionSummary, TitleSource
from store.values.store import SessionKey, StoreKey

GRAPH_KEY = "session_transcript_history_state_v1"
_WRITTEN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ENDED_STATES = frozenset({"retired", "destroyed"})
MAX_LABELS = 50
MAX_LABEL_CHARS = 200


@dataclass(slots=True)
class RowFacts:
    """What is known of one session while its row is put together.

    Attributes:
        metadata: of the session; may be incomplete where the document is large.
        messages: the first messages, or all of a small document.
        are_all_messages: whether `messages` is the whole transcript.
        are_whole: whether each of `messages` is what is stored, and not only what its beginning tells.
        has_answer: whether the assistant spoke, where it is known without `messages`.
        prompt: a person's text that follows `messages`.
        is_state_alone: whether a state row alone decides about archived (see `is_archived`).
        runtime_state: of the product's own state row, None if there is none.
        is_ended: whether the runtime's catalogue says that the session is archived.
        faults: what is wrong; `is_damaged` says that it is more than a difference between copies.
    """

    session_id: str
    handle: int
    metadata: dict[str, Json] = field(default_factory=dict)
    messages: list[Json] = field(default_factory=list)
    are_all_messages: bool = False
    are_whole: bool = True
    has_answer: bool | None = None
    prompt: str = ""
    usage: Json = None
    runtime_state: str | None = None
    is_ended: bool = False
    is_state_alone: bool = True
    message_count: int | None = None
    total_tokens: int | None = None
    created_at_ms: int | None = None
    updated_at_ms: int | None = None
    size_bytes: int | None = None
    is_rewritten: bool = False
    is_running: bool = False
    is_damaged: bool = False
    faults: list[Fault] = field(default_factory=list)

    def damage(self, code: str, sentence: str) -> None:
        """Add a fault that makes the row a damaged one."""
        self.is_damaged = True
        self.note(code, sentence)

    def note(self, code: str, sentence: str) -> None:
        """Add a fault that leaves the session what it is."""
        if all(fault.code != code for fault in self.faults):
            self.faults.append(Fault(code, sentence))

    def summary(self, store: StoreKey) -> SessionSummary:
        """The finished row."""
        prompt = first_prompt(self.messages) or self.prompt
        title, title_from = title_of(self.session_id, self.metadata, prompt)
        if self.is_damaged and title_from is TitleSource.ID:
            title = one_line(self.session_id) or "unreadable session"
        about = as_object_or_empty(self.metadata.get("session_metadata"))
        usage = usage_of(self.usage)
        return SessionSummary(
            key=SessionKey(store, self.session_id),
            handle=self.handle,
            title=title,
            title_from=title_from,
            state=self._state(),
            is_running=self.is_running and not self.is_damaged,
            has_no_answer=self.has_no_answer(),
            model=name_of(about.get("model")),
            provider=provider_name(about.get("provider")),
            message_count=self.message_count,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            total_tokens=self.total_tokens,
            created_at_ms=self.created_at_ms,
            updated_at_ms=self.updated_at_ms,
            size_bytes=self.size_bytes,
            labels=labels_of(self.metadata),
            is_rewritten=self.is_rewritten or has_history(self.metadata),
            faults=tuple(self.faults),
        )

    def has_no_answer(self) -> bool | None:
        """Whether the assistant never spoke; None when that is not known."""
        if self.has_answer is not None:
            return not self.has_answer
        if any(is_answer(message) for message in self.messages):
            return False
        if self.are_all_messages or self.message_count == 0:
            return True
        return None

    def _state(self) -> SessionState:
        if self.is_damaged:
            return SessionState.DAMAGED
        return SessionState.ARCHIVED if self.is_archived() else SessionState.ACTIVE

    def is_archived(self) -> bool:
        """Whether the session is archived (formats/meerkat.md §0 fact 9, §3.10).

        Whole documents (S-0.6): where the product keeps a state row, that row alone decides, as its programs do; the
        flag and the lifecycle key count only where there is none. Heads: the key or the row, either suffices.
        """
        has_ended = self.runtime_state in ENDED_STATES
        if self.runtime_state is not None and self.is_state_alone:
            return has_ended
        is_flagged = self.metadata.get("session_archived") is True
        return has_ended or self.is_ended or is_flagged or self.metadata.get("session_lifecycle_terminal") == "archived"


REFUSED_ID = "The id of this session is no UUID; Meerkat refuses to list its whole store for that."


def check_id(facts: RowFacts, sentence: str = REFUSED_ID) -> None:
    """Add a fault where the id is none that Meerkat would accept.

    Args:
        sentence: what it says then.
    """
    if _WRITTEN_ID.fullmatch(facts.session_id):
        return  # as all products write it; any other spelling that is read is rare
    try:
        uuid.UUID(facts.session_id)
    except ValueError:
        facts.damage("bad-id", sentence)


def counter(facts: RowFacts, value: object, what: str) -> int | None:
    """A counter column; a negative or foreign value is a fault and not recorded."""
    if isinstance(value, int) and value >= 0:
        return value
    facts.damage("bad-counter", f"The stored number of {what} is {'negative' if _is_negative(value) else 'no number'}.")
    return None


def moment(facts: RowFacts, value: object, what: str) -> int | None:
    """A time column in milliseconds; a negative one reads as 1970, as the reference version has it."""
    if isinstance(value, int):
        return max(0, value)
    facts.damage("bad-time", f"The stored time of {what} is no number.")
    return None


def take_columns(facts: RowFacts, created: object, updated: object, count: object, tokens: object) -> None:
    """Take the columns that every kind of row has, as they are stored; what is no time or count is a fault."""
    facts.created_at_ms = moment(facts, created, "creation")
    facts.updated_at_ms = moment(facts, updated, "the last change")
    facts.message_count = counter(facts, count, "messages")
    facts.total_tokens = counter(facts, tokens, "tokens")


def _is_negative(value: object) -> bool:
    return isinstance(value, (int, float)) and value < 0


def runtime_state_of(value: bytes | None) -> str | None:
    """The runtime state of a state row: a bare string up to 0.6.34, later an object (formats/meerkat.md §1.2)."""
    if value is None:
        return None
    try:
        state = orjson.loads(value)
    except ValueError:
        return "unreadable"
    if isinstance(state, dict):
        state = state.get("runtime_state")
    return state if isinstance(state, str) else "unreadable"


def provider_name(value: Json) -> str | None:
    """A provider as the products print it: `open_a_i` is what old releases stored for OpenAI."""
    name = name_of(value)
    return "openai" if name in ("open_a_i", "open_ai") else name


def name_of(value: Json) -> str | None:
    """A name as one line; None if there is none."""
    return one_line(value) or None if isinstance(value, str) else None


def labels_of(metadata: dict[str, Json], limit: int = MAX_LABELS) -> tuple[tuple[str, str], ...]:
    """The first labels, in stored order, each short enough for a list."""
    labels = as_object_or_empty(metadata.get("session_labels"))
    pairs = [(key, value) for key, value in labels.items() if isinstance(value, str)]
    return tuple((key[:MAX_LABEL_CHARS], value[:MAX_LABEL_CHARS]) for key, value in pairs[:limit])


def has_history(metadata: dict[str, Json]) -> bool:
    """Whether the metadata holds a revision graph with anything in it."""
    graph = as_object_or_empty(metadata.get(GRAPH_KEY))
    return bool(graph.get("commits") or graph.get("revisions") or graph.get("edges") or graph.get("is_large"))
