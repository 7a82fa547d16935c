"""A single session document as a backend: a JSON file that holds one session, as exports and the JSONL backend have it.

The file is read once, whole, and kept; a document is one session and seldom large. `burrow` opens it again to see
changes.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import NotAStore, SessionMissing
from store.meerkat.blobs import read_blob
from store.meerkat.byte_source import MemorySource
from store.meerkat.details import read_envelope
from store.meerkat.document_walk import DocumentWalk, read_from, walk_document
from store.meerkat.generation import Generation
from store.meerkat.places import Copy
from store.meerkat.reading import Reading
from store.meerkat.realm import realm_id
from store.meerkat.row_facts import RowFacts, check_id
from store.meerkat.session_detail import value_text
from store.meerkat.strict_json import Json, NotStrict, parse
from store.meerkat.times import system_time_ms
from store.meerkat.titles import prompt_text
from store.meerkat.walker import Broken
from store.opening import read_plain
from store.values.message import ImageRef, Message, MessageKind, Outline, WholeRef
from store.values.session import SessionDetail, SessionIds, SessionSummary, SortOrder
from store.values.store import Access, StoreFacts, StoreKey, StoreKind

MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
MAX_TITLE_MESSAGES = 200
WHY = "A document is read whole, once; nothing is written."
READ_ONLY = "Documents are shown as they are; a change belongs into the store that they came from."


def looks_like_document(beginning: bytes) -> bool:
    """Whether a file begins like a JSON object."""
    return beginning.lstrip(b" \t\r\n").startswith(b"{")


def open_document(path: Path, token: CancelToken) -> DocumentFile:
    """Open a session document.

    Raises:
        NotAStore: it is JSON, and no session document.
        OpenError: it cannot be read.
    """
    may_wait("open a document")
    moved = _moves(path)
    data = read_plain(path, token, MAX_DOCUMENT_BYTES)
    try:
        walk = walk_document(MemorySource(data), token, whole=True)
    except Broken:
        walk = None
    if walk is None or "messages" not in walk.spans or not ({"id", "created_at", "version"} & walk.spans.keys()):
        raise NotAStore(
            f"“{path.name}” is text that begins like JSON, but it is no session document.",
            "Open a session database, a session document, or a folder that holds one.",
        )
    return DocumentFile(path, data, walk, moved)


class DocumentFile:
    """One opened session document; everything that is asked for is in memory."""

    def __init__(self, path: Path, data: bytes, walk: DocumentWalk, moves: tuple[int, ...]) -> None:
        self._path = path
        self._key = StoreKey(str(path))
        self._source = MemorySource(data)
        self._walk = walk
        self._moves = moves
        self._envelope = read_envelope(self._source, walk.spans, CancelToken())
        self._id = self._text_of("id") or path.stem

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
            size_bytes=self._source.size_bytes,
            is_running=False,
            realm=realm_id(self._path.parent.parent),
        )

    def ids(self, order: SortOrder, token: CancelToken) -> SessionIds:  # noqa: ARG002 - the protocol's
        """The one handle."""
        return SessionIds(array("q", [0]), order)

    def summaries(self, handles: Sequence[int], token: CancelToken) -> tuple[SessionSummary, ...]:
        """The one row."""
        may_wait("read a document")
        return tuple(self._summary(handle, token) for handle in handles)

    def matching_ids(self, beginning: str, token: CancelToken) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's
        """The one id, if it begins so."""
        return (self._id,) if self._id.startswith(beginning) else ()

    def detail(self, session_id: str, token: CancelToken) -> SessionDetail:
        """Read what the Info tab shows."""
        may_wait("read a document")
        self._check(session_id)
        return SessionDetail(
            summary=self._summary(0, token),
            usage=self._envelope.usage,
            document_version=self._envelope.version,
            authority=Copy.FILE.value,
            metadata=self._envelope.metadata,
            facts=(("Stored as", "document file"), ("Document shown", f"{self._source.size_bytes:,} bytes")),
        )

    def unmasked(self, session_id: str, path: tuple[str | int, ...], token: CancelToken) -> str:
        """The stored JSON text of one masked metadata value."""
        may_wait("read a document")
        self._check(session_id)
        span = self._walk.spans.get("metadata", (0, 0))
        return value_text(self._source, span[0], path, token)

    def outline(self, session_id: str, token: CancelToken) -> Outline:  # noqa: ARG002 - the protocol's
        """The index that was made when the document was opened."""
        self._check(session_id)
        return self._walk.index.outline()

    def beginning(
        self,
        session_id: str,
        limit: int,  # noqa: ARG002 - the protocol's
        token: CancelToken,  # noqa: ARG002 - the protocol's
    ) -> tuple[Outline, tuple[Message, ...]] | None:
        """None: the index was made when the document was opened."""
        self._check(session_id)
        return None

    def messages(self, session_id: str, begin: int, end: int, token: CancelToken) -> tuple[Message, ...]:
        """Decode messages [begin, end)."""
        may_wait("read a document")
        return self._reading(session_id, token).messages(begin, end)

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
        self._check(session_id)
        if ref.blob is None:
            return self._reading(session_id, token).image(ref)
        folder = self._path.parent
        return read_blob(folder.parent if folder.name == "sessions_jsonl" else folder, ref.blob)

    def has_changed(self) -> bool:
        """Whether the file moved since it was read."""
        may_wait("look at a file")
        return _moves(self._path) != self._moves

    def close(self) -> None:
        """Nothing is held but memory."""

    def _check(self, session_id: str) -> None:
        if session_id != self._id:
            raise SessionMissing("There is no session with this id in the document.")

    def _reading(self, session_id: str, token: CancelToken) -> Reading:
        self._check(session_id)
        index = self._walk.index
        return Reading(index, lambda wanted: read_from(self._source, index, sorted(set(wanted)), token))

    def _text_of(self, key: str) -> str:
        value = self._value_of(key)
        return value if isinstance(value, str) else ""

    def _value_of(self, key: str) -> Json:
        span = self._walk.spans.get(key)
        if span is None:
            return None
        try:
            return parse(self._source.read(span[0], span[1] - span[0]))[1]
        except NotStrict:
            return None

    def _summary(self, handle: int, token: CancelToken) -> SessionSummary:
        index = self._walk.index
        facts = RowFacts(self._id, handle, metadata=self._envelope.small, message_count=index.count)
        facts.size_bytes = self._source.size_bytes
        facts.created_at_ms = system_time_ms(self._value_of("created_at"))
        facts.updated_at_ms = system_time_ms(self._value_of("updated_at"))
        facts.usage = self._value_of("usage")
        usage = self._envelope.usage
        if usage.input_tokens is not None and usage.output_tokens is not None:
            facts.total_tokens = usage.input_tokens + usage.output_tokens
        facts.prompt = self._first_prompt(token)
        facts.has_answer = index.kinds.find(bytes((MessageKind.ASSISTANT,))) >= 0
        check_id(facts)
        for fault in (*index.faults, *self._envelope.faults):
            facts.damage(fault.code, fault.sentence)
        return facts.summary(self._key)

    def _first_prompt(self, token: CancelToken) -> str:
        """The first text of a person, for the title."""
        index = self._walk.index
        begin = 0
        for _ in range(MAX_TITLE_MESSAGES):
            number = index.kinds.find(bytes((MessageKind.PROMPT,)), begin)
            if number < 0:
                break
            try:
                _, value = parse(read_from(self._source, index, [number], token)[number])
            except NotStrict:
                value = None
            text = prompt_text(value) if isinstance(value, dict) else ""
            if text:
                return text
            begin = number + 1
        return ""


def _moves(path: Path) -> tuple[int, ...]:
    """What tells that a file is another one, or another state of it."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
