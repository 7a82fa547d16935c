"""A single session document as a backend: a JSON file that holds one session, as exports and the JSONL backend have it.

The file is read whole and kept; a document is one session and seldom large. When it moved it is read again.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import NotAStore, SessionMissing
from store.meerkat.blobs import read_blob
from store.meerkat.byte_source import MemorySource
from store.meerkat.candidates import document_candidates
from store.meerkat.details import Envelope, read_envelope
from store.meerkat.document_walk import DocumentWalk, read_from, walk_document
from store.meerkat.generation import Generation
from store.meerkat.places import Copy
from store.meerkat.plain_texts import read_plain_texts
from store.meerkat.prefix import Prefix, prefix_of
from store.meerkat.reading import Reading
from store.meerkat.realm import realm_id
from store.meerkat.row_facts import RowFacts, check_id
from store.meerkat.session_detail import value_text
from store.meerkat.strict_json import Json, NotStrict, parse
from store.meerkat.times import system_time_ms
from store.meerkat.titles import prompt_text
from store.meerkat.transcript_index import TranscriptIndex
from store.meerkat.walker import Broken
from store.meerkat.whole_facts import Walked, answer_of
from store.opening import read_plain
from store.values.following import Followed
from store.values.listing import CatalogueFacts, CensusRow
from store.values.message import ImageRef, Message, MessageKind, Outline, WholeRef
from store.values.session import SessionDetail, SessionIds, SessionSummary, SortOrder
from store.values.store import Access, StoreFacts, StoreKey, StoreKind
from store.values.texts import PlainMessage

MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
MAX_TITLE_MESSAGES = 200
WHY = "A document is read whole; nothing is written."
READ_ONLY = "Documents are shown as they are; a change belongs into the store that they came from."


def looks_like_document(beginning: bytes) -> bool:
    """Whether a file begins like a JSON object."""
    return beginning.lstrip(b" \t\r\n").startswith(b"{")


@dataclass(frozen=True, slots=True)
class Content:
    """One state of a document, in memory.

    Attributes:
        source: its bytes.
        walk: what one walk found in them.
        moves: size and times of the file when it was read.
        prefix: by which its messages are known again; None if it has none.
        envelope: what stands around the messages.
        id: of the session; the file's name where none is stored.
        older: the index before this one, of which `walk.kept` messages stand here too; None for the first state.
    """

    source: MemorySource
    walk: DocumentWalk
    moves: tuple[int, ...]
    prefix: Prefix | None
    envelope: Envelope
    id: str
    older: TranscriptIndex | None = None

    def value_of(self, key: str) -> Json:
        """A top-level value; None if it is missing or no strict JSON."""
        return _value_in(self.source, self.walk, key)


def open_document(path: Path, token: CancelToken) -> DocumentFile:
    """Open a session document.

    Raises:
        NotAStore: it is JSON, and no session document.
        OpenError: it cannot be read.
    """
    return DocumentFile(path, read_content(path, token))


def read_content(path: Path, token: CancelToken, older: Content | None = None) -> Content:
    """Read a session document.

    Args:
        older: an older state of it; messages that stand there as before are not indexed again.

    Raises:
        NotAStore: it is JSON, and no session document.
        OpenError: it cannot be read.
    """
    may_wait("open a document")
    moved = _moves(path)
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
    stored_id = _value_in(source, walk, "id")
    name = stored_id if isinstance(stored_id, str) and stored_id else path.stem
    prefix = prefix_of(source, walk.index, token, known if walk.kept else None)
    return Content(source, walk, moved, prefix, envelope, name, older.walk.index if older is not None else None)


class DocumentFile:
    """One opened session document; everything that is asked for is in memory."""

    def __init__(self, path: Path, content: Content) -> None:
        self._path = path
        self._key = StoreKey(str(path))
        # Replaced as one thing when the file moved; who reads takes hold of it once.
        self._content = content

    def facts(self, token: CancelToken) -> StoreFacts:  # noqa: ARG002 - the protocol's
        """Say what the document is; it holds one session."""
        return StoreFacts(
            key=self._key,
            name=self._path.name,
            file_name=self._path.name,
            kind=StoreKind.MEERKAT,
            generation=Generation.DOCUMENT.value,
            access=Access.PLAIN_FILE,
            why=WHY,
            is_writable=False,
            write_reason=READ_ONLY,
            session_count=1,
            size_bytes=self._content.source.size_bytes,
            is_running=False,
            realm=realm_id(self._path.parent.parent),
        )

    def ids(self, order: SortOrder, token: CancelToken) -> SessionIds:  # noqa: ARG002 - the protocol's
        """The one handle."""
        return SessionIds(array("q", [0]), order)

    def summaries(self, handles: Sequence[int], token: CancelToken) -> tuple[SessionSummary, ...]:
        """The one row."""
        may_wait("read a document")
        content = self._content
        return tuple(self._summary(content, handle, token) for handle in handles)

    def matching_ids(self, beginning: str, token: CancelToken) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's
        """The one id, if it begins so."""
        name = self._content.id
        return (name,) if name.startswith(beginning) else ()

    def census(self, after_handle: int | None, limit: int, token: CancelToken) -> tuple[CensusRow, ...]:
        """The one row, on the first page."""
        may_wait("read a document")
        if after_handle is not None or limit < 1:
            return ()
        content = self._content
        row = self._summary(content, 0, token)
        tokens = row.total_tokens if row.total_tokens is None or row.total_tokens < 1 << 63 else None
        columns = (row.updated_at_ms, row.created_at_ms, row.message_count, tokens, row.size_bytes)
        # A document has no columns: the time of its file is what tells that it is another one.
        return (CensusRow(0, content.id, *columns, content.moves[-1] if content.moves else 0, 0),)

    def catalogue_facts(self, handles: Sequence[int], token: CancelToken) -> tuple[CatalogueFacts, ...]:
        """What the one document says; it was read whole when it was opened."""
        may_wait("read a document")
        content = self._content
        source, index = content.source, content.walk.index
        facts = self._row_facts(content, 0, token)
        walked = Walked(index, lambda number: read_from(source, index, [number], token)[number])
        return (answer_of(facts, walked.times(), walked.tells_fork(content.id)),) * len(handles)

    def running_ids(self, token: CancelToken) -> frozenset[str]:  # noqa: ARG002 - the protocol's
        """None: no program works on a document."""
        return frozenset()

    def detail(self, session_id: str, token: CancelToken) -> SessionDetail:
        """Read what the Info tab shows."""
        may_wait("read a document")
        content = self._of(session_id)
        return SessionDetail(
            summary=self._summary(content, 0, token),
            usage=content.envelope.usage,
            document_version=content.envelope.version,
            authority=Copy.FILE.value,
            metadata=content.envelope.metadata,
            facts=(("Stored as", "document file"), ("Document shown", f"{content.source.size_bytes:,} bytes")),
        )

    def unmasked(self, session_id: str, path: tuple[str | int, ...], token: CancelToken) -> str:
        """The stored JSON text of one masked metadata value."""
        may_wait("read a document")
        content = self._of(session_id)
        span = content.walk.spans.get("metadata", (0, 0))
        return value_text(content.source, span[0], path, token)

    def outline(self, session_id: str, token: CancelToken) -> Outline:  # noqa: ARG002 - the protocol's
        """The index that was made when the document was read."""
        return self._of(session_id).walk.index.outline()

    def beginning(
        self,
        session_id: str,
        limit: int,  # noqa: ARG002 - the protocol's
        token: CancelToken,  # noqa: ARG002 - the protocol's
    ) -> tuple[Outline, tuple[Message, ...]] | None:
        """None: the index was made when the document was read."""
        self._of(session_id)
        return None

    def messages(self, session_id: str, begin: int, end: int, token: CancelToken) -> tuple[Message, ...]:
        """Decode messages [begin, end)."""
        may_wait("read a document")
        return self._reading(session_id, token).messages(begin, end)

    def messages_at(self, session_id: str, numbers: Sequence[int], token: CancelToken) -> tuple[Message, ...]:
        """Decode single messages."""
        may_wait("read a document")
        return self._reading(session_id, token).messages_at(numbers)

    def candidates(self, session_id: str, words: Sequence[str], begin: int, end: int, token: CancelToken) -> array[int]:
        """Messages of [begin, end) that could hold all the words."""
        may_wait("look through a document")
        content = self._of(session_id)
        source, index = content.source, content.walk.index

        def fetch(wanted: Iterable[int]) -> dict[int, bytes]:
            return read_from(source, index, sorted(wanted), token)

        return document_candidates(source, index, words, begin, end, fetch, token)

    def plain_texts(
        self, session_id: str, numbers: Sequence[int], token: CancelToken
    ) -> tuple[PlainMessage | None, ...]:
        """The texts of single messages; None for each that must be decoded."""
        may_wait("look through a document")
        content = self._of(session_id)
        source, index = content.source, content.walk.index

        def fetch(wanted: Iterable[int]) -> dict[int, bytes]:
            return read_from(source, index, sorted(wanted), token)

        return read_plain_texts(index, numbers, fetch, token)

    def raw(self, session_id: str, message: int, token: CancelToken) -> bytes:
        """The exact stored bytes of a message's JSON value."""
        return self._reading(session_id, token).raw(message)

    def whole(self, session_id: str, ref: WholeRef, token: CancelToken) -> str:
        """The uncut text of a block that was cut."""
        may_wait("read a document")
        return self._reading(session_id, token).whole(ref)

    def image(self, session_id: str, ref: ImageRef, token: CancelToken) -> bytes:
        """The encoded bytes of an image; blobs lie in the realm around `sessions_jsonl`, or beside the file."""
        may_wait("read an image")
        self._of(session_id)
        if ref.blob is None:
            return self._reading(session_id, token).image(ref)
        folder = self._path.parent
        return read_blob(folder.parent if folder.name == "sessions_jsonl" else folder, ref.blob)

    def has_changed(self) -> bool:
        """Whether the file moved since it was read."""
        may_wait("look at a file")
        return _moves(self._path) != self._content.moves

    def is_running(self) -> bool:
        """No program works on a document."""
        return False

    def refresh(self, token: CancelToken) -> bool:
        """Read the file again if it moved; the older content stays readable when that fails."""
        if not self.has_changed():
            return False
        self._content = read_content(self._path, token, self._content)
        return True

    def follow(self, session_id: str, since: Outline, token: CancelToken) -> Followed:  # noqa: ARG002 - the protocol's
        """Compare with the index that was made when the file was read last."""
        content = self._of(session_id)
        index, older, kept = content.walk.index, content.older, content.walk.kept
        if index.is_of(since):
            return Followed(since, since.count)
        if older is None or not kept or not older.is_of(since):
            return Followed(index.outline(), 0)
        return Followed(index.outline(), kept, index.join.calls_joined_since(older.join.count, kept))

    def close(self) -> None:
        """Nothing is held but memory."""

    def _of(self, session_id: str) -> Content:
        """The state that is read now, if it is of this session."""
        content = self._content
        if session_id != content.id:
            raise SessionMissing("There is no session with this id in the document.")
        return content

    def _reading(self, session_id: str, token: CancelToken) -> Reading:
        content = self._of(session_id)
        source, index = content.source, content.walk.index
        return Reading(index, lambda wanted: read_from(source, index, sorted(set(wanted)), token))

    def _summary(self, content: Content, handle: int, token: CancelToken) -> SessionSummary:
        return self._row_facts(content, handle, token).summary(self._key)

    def _row_facts(self, content: Content, handle: int, token: CancelToken) -> RowFacts:
        index = content.walk.index
        facts = RowFacts(content.id, handle, metadata=content.envelope.small, message_count=index.count)
        facts.size_bytes = content.source.size_bytes
        facts.created_at_ms = system_time_ms(content.value_of("created_at"))
        facts.updated_at_ms = system_time_ms(content.value_of("updated_at"))
        facts.usage = content.value_of("usage")
        usage = content.envelope.usage
        if usage.input_tokens is not None and usage.output_tokens is not None:
            facts.total_tokens = usage.input_tokens + usage.output_tokens
        facts.prompt = _first_prompt(content, token)
        facts.has_answer = index.kinds.find(bytes((MessageKind.ASSISTANT,))) >= 0
        check_id(facts)
        for fault in (*index.faults, *content.envelope.faults):
            facts.damage(fault.code, fault.sentence)
        return facts


def _first_prompt(content: Content, token: CancelToken) -> str:
    """The first text of a person, for the title."""
    index = content.walk.index
    begin = 0
    for _ in range(MAX_TITLE_MESSAGES):
        number = index.kinds.find(bytes((MessageKind.PROMPT,)), begin)
        if number < 0:
            break
        try:
            _, value = parse(read_from(content.source, index, [number], token)[number])
        except NotStrict:
            value = None
        text = prompt_text(value) if isinstance(value, dict) else ""
        if text:
            return text
        begin = number + 1
    return ""


def _value_in(source: MemorySource, walk: DocumentWalk, key: str) -> Json:
    span = walk.spans.get(key)
    if span is None:
        return None
    try:
        return parse(source.read(span[0], span[1] - span[0]))[1]
    except NotStrict:
        return None


def _moves(path: Path) -> tuple[int, ...]:
    """What tells that a file is another one, or another state of it."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
