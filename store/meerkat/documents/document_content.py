"""One state of a session document in memory: its bytes, its index, and everything that is asked of them.

Shared by the two ways in which documents are read: a single file, and a realm that keeps each session in a file of its
own (formats/meerkat.md §1.6, `sessions_jsonl`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import NotAStore
from store.meerkat.candidates import document_candidates
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.codec.walker import Broken
from store.meerkat.details import Envelope, read_envelope
from store.meerkat.documents.small_files import look_at
from store.meerkat.messages.document_walk import DocumentWalk, read_from, walk_document
from store.meerkat.messages.plain_texts import read_plain_texts
from store.meerkat.messages.prefix import Prefix, prefix_of
from store.meerkat.messages.times import system_time_ms
from store.meerkat.messages.titles import prompt_text
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.meerkat.reading import Reading
from store.meerkat.row_facts import RowFacts, check_id
from store.meerkat.session_detail import value_text
from store.meerkat.whole_facts import Walked, answer_of
from store.opening import read_plain
from store.values.fault import Fault
from store.values.following import Followed
from store.values.listing import CatalogueFacts
from store.values.message import MessageKind, Outline
from store.values.texts import PlainMessage

MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
MAX_TITLE_MESSAGES = 200
NEWEST_VERSION = 4
"""The last version of a document that is known (formats/meerkat.md §1.3)."""


BAD_ID = "The id of this session is no UUID; Meerkat does not take it for a session."
WRONG_ID = "The session's document names another session than its file."


def newer_version(version: int | None) -> Fault | None:
    """The fault of a document whose version no known Meerkat writes; None where it is a known one."""
    if version is None or version <= NEWEST_VERSION:
        return None
    return Fault(
        "newer-version",
        f"This document has version {version:,}, which is newer than every Meerkat known to Burrow; what is understood"
        " of it is shown, and it is never written.",
    )


@dataclass(frozen=True, slots=True)
class Content:
    """One state of a document, in memory.

    Attributes:
        source: its bytes.
        walk: what one walk found in them.
        moves: size and times of the file when it was read.
        prefix: by which its messages are known again; None if it has none.
        envelope: what stands around the messages.
        id: of the session, as it is listed.
        stored_id: the id in the document; None where there is none.
        older: the index before this one, of which `walk.kept` messages stand here too; None for the first state.
    """

    source: MemorySource
    walk: DocumentWalk
    moves: tuple[int, ...]
    prefix: Prefix | None
    envelope: Envelope
    id: str
    stored_id: str | None = None
    older: TranscriptIndex | None = None

    @property
    def index(self) -> TranscriptIndex:
        """Of its messages."""
        return self.walk.index

    @property
    def size_bytes(self) -> int:
        """What it takes in memory."""
        return self.source.size_bytes + self.index.size_bytes

    def value_of(self, key: str) -> Json:
        """A top-level value; None if it is missing or no strict JSON."""
        return _value_in(self.source, self.walk, key)

    def fetch(self, wanted: Iterable[int], token: CancelToken) -> dict[int, bytes]:
        """The stored bytes of messages."""
        return read_from(self.source, self.index, sorted(set(wanted)), token)

    def reading(self, token: CancelToken) -> Reading:
        """For decoding messages."""
        return Reading(self.index, lambda wanted: self.fetch(wanted, token))

    def candidates(self, words: Sequence[str], begin: int, end: int, token: CancelToken) -> array[int]:
        """Messages of [begin, end) that could hold all the words."""
        return document_candidates(
            self.source, self.index, words, begin, end, lambda wanted: self.fetch(wanted, token), token
        )

    def plain_texts(self, numbers: Sequence[int], token: CancelToken) -> tuple[PlainMessage | None, ...]:
        """The texts of single messages; None for each that must be decoded."""
        return read_plain_texts(self.index, numbers, lambda wanted: self.fetch(wanted, token), token)

    def unmasked(self, path: tuple[str | int, ...], token: CancelToken) -> str:
        """The stored JSON text of one masked metadata value."""
        return value_text(self.source, self.walk.spans.get("metadata", (0, 0))[0], path, token)

    def follow(self, since: Outline) -> Followed:
        """Compare this state with an outline of an older one, or of itself."""
        index, older, kept = self.index, self.older, self.walk.kept
        if index.is_of(since):
            return Followed(since, since.count)
        if older is None or not kept or not older.is_of(since):
            return Followed(index.outline(), 0)
        return Followed(index.outline(), kept, index.join.calls_joined_since(older.join.count, kept))

    def row_facts(self, handle: int, token: CancelToken) -> RowFacts:
        """Everything that a row of the list says of it."""
        index = self.index
        facts = RowFacts(self.id, handle, metadata=self.envelope.small, message_count=index.count)
        facts.size_bytes = self.source.size_bytes
        facts.created_at_ms = system_time_ms(self.value_of("created_at"))
        facts.updated_at_ms = system_time_ms(self.value_of("updated_at"))
        facts.usage = self.value_of("usage")
        usage = self.envelope.usage
        if usage.input_tokens is not None and usage.output_tokens is not None:
            facts.total_tokens = usage.input_tokens + usage.output_tokens
        facts.prompt = self._first_prompt(token)
        facts.has_answer = index.kinds.find(bytes((MessageKind.ASSISTANT,))) >= 0
        check_id(facts, BAD_ID)
        if self.stored_id is not None and self.stored_id.lower() != self.id.lower():
            facts.damage("wrong-id", WRONG_ID)
        for fault in (*index.faults, *self.envelope.faults):
            facts.damage(fault.code, fault.sentence)
        newer = newer_version(self.envelope.version)
        if newer is not None:
            facts.note(newer.code, newer.sentence)
        return facts

    def catalogue_facts(self, facts: RowFacts, token: CancelToken) -> CatalogueFacts:
        """What the whole document says.

        Args:
            facts: from `row_facts`.
        """
        walked = Walked(self.index, lambda number: self.fetch([number], token)[number])
        return answer_of(facts, walked.times(), walked.tells_fork(self.id))

    def _first_prompt(self, token: CancelToken) -> str:
        """The first text of a person, for the title."""
        begin = 0
        for _ in range(MAX_TITLE_MESSAGES):
            number = self.index.kinds.find(bytes((MessageKind.PROMPT,)), begin)
            if number < 0:
                break
            try:
                _, value = parse(self.fetch([number], token)[number])
            except NotStrict:
                value = None
            text = prompt_text(value) if isinstance(value, dict) else ""
            if text:
                return text
            begin = number + 1
        return ""


def read_content(
    path: Path, token: CancelToken, older: Content | None = None, session_id: str | None = None
) -> Content:
    """Read a session document.

    Args:
        older: an older state of it; messages that stand there as before are not indexed again.
        session_id: under which it is listed; without one, its own id, or the file's name where none is stored.

    Raises:
        NotAStore: it is JSON, and no session document.
        OpenError: it cannot be read.
    """
    may_wait("open a document")
    moved = look_at(path)
    source = MemorySource(read_plain(path, token, MAX_DOCUMENT_BYTES))
    known = older.prefix if older is not None else None
    try:
        walk = walk_document(source, token, whole=True, known=known)
    except Broken:
        walk = None
    if walk is None or "messages" not in walk.spans or not ({"id", "created_at", "version"} & walk.spans.keys()):
        raise NotAStore(
            f"“{path.name}” is text that begins like JSON, but it is no session document.",
            "Open a session database, a session document, or a folder that holds one.",
        )
    envelope = read_envelope(source, walk.spans, token)
    value = _value_in(source, walk, "id")
    stored_id = value if isinstance(value, str) and value else None
    name = session_id or stored_id or path.stem
    prefix = prefix_of(source, walk.index, token, known if walk.kept else None)
    return Content(
        source, walk, moved, prefix, envelope, name, stored_id, older.walk.index if older is not None else None
    )


def _value_in(source: MemorySource, walk: DocumentWalk, key: str) -> Json:
    span = walk.spans.get(key)
    if span is None:
        return None
    try:
        return parse(source.read(span[0], span[1] - span[0]))[1]
    except NotStrict:
        return None
