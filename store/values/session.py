"""What a list and a page head show of one session."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from enum import StrEnum

from store.values.fault import Fault
from store.values.store import SessionKey


class SessionState(StrEnum):
    """State of a session as its store tells it; the value is the word of the command line."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    ENDED = "ended"
    DAMAGED = "damaged"


class TitleSource(StrEnum):
    """Where a title came from; Meerkat stores none (formats/meerkat.md §2.6, last paragraph)."""

    OWN = "own"
    LABEL = "label"
    NAME = "name"
    FIRST_PROMPT = "first-prompt"
    ID = "id"


class SortKey(StrEnum):
    """What the file itself can sort by; the value is the field of the command line."""

    UPDATED = "updated_at"
    CREATED = "created_at"
    MESSAGES = "message_count"
    TOKENS = "total_tokens"
    ID = "id"
    SIZE = "size_bytes"


@dataclass(frozen=True, slots=True)
class SortOrder:
    """A sort order; ties are always broken by id, ascending."""

    key: SortKey = SortKey.UPDATED
    is_descending: bool = True


@dataclass(frozen=True, slots=True)
class SessionIds:
    """The rows of a list in display order.

    Attributes:
        handles: one signed 64-bit handle a row, opaque outside its backend, valid for the store as it was opened.
        order: the order they are in.
    """

    handles: array[int]
    order: SortOrder


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One row of the list. What is not recorded is None, never 0.

    Attributes:
        key: identity.
        handle: the row's handle (see SessionIds).
        title: at most 500 characters, one line, control characters mapped; never empty.
        title_from: where it came from.
        state: as the store tells it.
        is_running: README, "Words": running: its store runs and it works or worked within 30 s.
        has_no_answer: README, "Words": never run: no assistant message; None when not known yet.
        message_count … total_tokens: the store's own columns.
        created_at_ms, updated_at_ms: milliseconds since 1970, UTC.
        size_bytes: stored bytes of the session's own rows.
        labels: pairs in the store's order.
        is_rewritten: it has retained revisions or rewrites.
        faults: why it is damaged, or what does not agree.
        is_hidden: taken out of the list here only, by our own annotation.
        has_note: a person wrote a note on it here.
    """

    key: SessionKey
    handle: int
    title: str
    title_from: TitleSource
    state: SessionState
    is_running: bool = False
    has_no_answer: bool | None = None
    model: str | None = None
    provider: str | None = None
    message_count: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    created_at_ms: int | None = None
    updated_at_ms: int | None = None
    size_bytes: int | None = None
    labels: tuple[tuple[str, str], ...] = ()
    is_rewritten: bool = False
    faults: tuple[Fault, ...] = ()
    is_hidden: bool = False
    has_note: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as stored; None where the store has none."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_tokens: int | None = None
    cache_read_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class MetadataNode:
    """One key of the metadata tree, secrets already masked.

    Attributes:
        name: the key, or "[3]" in a list.
        path: keys from the root, to ask for what is masked.
        text: the value for people; of a container a count ("41 entries"); of a masked value what it is.
        value: the scalar itself, None for containers and masked values.
        is_container: whether it is an object or a list.
        is_list: whether it is a list.
        is_masked: whether the value was withheld (formats/meerkat.md §0 fact 10).
        is_cut: whether children or text were left out for their size.
        children: in stored order.
    """

    name: str
    path: tuple[str | int, ...]
    text: str
    value: str | int | float | bool | None = None
    is_container: bool = False
    is_list: bool = False
    is_masked: bool = False
    is_cut: bool = False
    children: tuple[MetadataNode, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionDetail:
    """What the Info tab shows of one session.

    Attributes:
        summary: the row, with everything the document adds to it (title, tokens, faults).
        usage: of the whole session.
        document_version: envelope or head version, None if absent.
        written_by: which releases write such a session, as far as it tells: "Meerkat 0.6.0 to 0.6.34"; "" if unknown.
        migrated: what was read in its newer form to be shown, one sentence each (formats/meerkat.md §2.7).
        authority: one sentence: which of several stored copies is shown (formats/meerkat.md §0 fact 3).
        metadata: the tree, secrets masked.
        facts: further lines for people, (name, value), in order.
        family: which releases the store is written for, and a sentence that says how that is known; "" where it is not
            written at all.
    """

    summary: SessionSummary
    usage: Usage
    document_version: int | None
    authority: str
    metadata: tuple[MetadataNode, ...]
    facts: tuple[tuple[str, str], ...] = ()
    written_by: str = ""
    migrated: tuple[str, ...] = ()
    family: str = ""
