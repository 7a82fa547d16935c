"""A session as Meerkat 0.6.24 holds it, and the bytes in which it prints it (formats/meerkat.md §2.1, §3.3, §3.8).

Worker threads only: loading and encoding decode, hash and copy megabytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, cast

from store.blocking import may_wait
from store.cancel import CancelToken
from store.meerkat.codec.codec import encode
from store.meerkat.codec.strict_json import Json, NotStrict
from store.meerkat.messages.times import message_time
from store.meerkat.reference.canonical import Shapes, read_message
from store.meerkat.reference.errors import DecodeError, Internal, Serialization
from store.meerkat.reference.history import HISTORY_KEY, Body, History, Piece
from store.meerkat.reference.ids import new_session_id
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.reading import read_document
from store.meerkat.reference.stored_history import AROUND_MESSAGE, StoredGraph, graph_of_value
from store.meerkat.reference.times import NS_PER_S, SYSTEM_CLOCK, Clock, system_time
from store.meerkat.shapes.digests import DigestFormat
from store.meerkat.shapes.structs import Fields, NotTyped, free
from store.meerkat.shapes.typed_document import NO_USAGE

VERSION: Final = 2
NS_PER_MS: Final = NS_PER_S // 1000

_TOKENS: Final = ("input_tokens", "output_tokens")
_CACHED_TOKENS: Final = ("cache_creation_tokens", "cache_read_tokens", "reasoning_tokens")


class Session:
    """One session. Not thread-safe; a copy costs nothing.

    Attributes:
        id: UUID, hyphenated and in small letters.
        version: of its document; always 2 after a load.
        created_at_ns, updated_at_ns: nanoseconds since 1970.
        usage: token counts, in Meerkat's order.
        shapes: which fields of messages are known.
        form: the digest format of its revisions.
    """

    def __init__(self, session_id: str, created_at_ns: int, clock: Clock = SYSTEM_CLOCK) -> None:
        self.id = session_id
        self.version = VERSION
        self.created_at_ns = created_at_ns
        self.updated_at_ns = created_at_ns
        self.usage: Fields = dict(NO_USAGE)
        self.shapes = Shapes.REFERENCE
        self.form = DigestFormat.F1
        self._clock = clock
        self._messages = MessageList()
        self._metadata: Fields = {}
        self._graph: StoredGraph | None = None
        self._history: History | None = None

    @classmethod
    def new(cls, clock: Clock = SYSTEM_CLOCK) -> Session:
        """An empty session with a new id."""
        now_ns = clock()
        return cls(new_session_id(now_ns // NS_PER_MS), now_ns, clock)

    @classmethod
    def load(
        cls,
        data: bytes,
        token: CancelToken | None = None,
        *,
        clock: Clock = SYSTEM_CLOCK,
        shapes: Shapes = Shapes.REFERENCE,
    ) -> Session:
        """Read a stored document of any version that 0.6.24 reads; what is older is brought into its form.

        Args:
            clock: also of messages that have no time of their own, which Meerkat gives the time of the load.
            shapes: ALL keeps what later releases write.

        Raises:
            Internal: with Meerkat's text.
        """
        may_wait("decode a document")
        try:
            found = read_document(data, shapes, clock, token or CancelToken())
        except (NotStrict, NotTyped):
            # Which of several faults Meerkat names first is found out only now.
            from store.meerkat.reference.decoding import document_problem

            raise Internal(document_problem(data)) from None
        made = cls(found.id, found.created_at_ns, clock)
        made.updated_at_ns = found.updated_at_ns
        made.usage = found.usage
        made.shapes = shapes
        made._messages = found.messages
        made._metadata = found.metadata
        made._graph = found.graph
        return made

    def copy(self) -> Session:
        """A session that may be changed without changing this one."""
        made = Session(self.id, self.created_at_ns, self._clock)
        made.updated_at_ns = self.updated_at_ns
        made.usage = dict(self.usage)
        made.shapes, made.form = self.shapes, self.form
        made._messages, made._metadata = self._messages, dict(self._metadata)
        made._graph, made._history = self._graph, self._history
        return made

    @property
    def clock(self) -> Clock:
        """What it asks for the time."""
        return self._clock

    # ------------------------------------------------------------------------------------------------- messages

    @property
    def messages(self) -> MessageList:
        """Its messages."""
        return self._messages

    def push(self, message: Fields | bytes) -> None:
        """Add a message; with a graph, its head moves along. Raises Serialization."""
        self.push_batch((message,))

    def push_batch(self, messages: Iterable[Fields | bytes]) -> None:
        """Add messages at once, as one revision; nothing happens where there are none.

        Args:
            messages: each as its fields or its JSON, keys in any order; a time of its own is given to one without.

        Raises:
            Serialization: Meerkat would refuse one of them; none is added then.
        """
        made = self.canonical(messages)
        if not len(made):
            return
        self._messages = self._messages.plus(made)
        self.note_change()
        self._move_head()

    def canonical(self, messages: Iterable[Fields | bytes]) -> MessageList:
        """Messages in the form in which they would be stored. Raises Serialization."""
        may_wait("decode a message")
        return MessageList.of([self._canonical(message) for message in messages])

    def _canonical(self, message: Fields | bytes) -> bytes:
        def now() -> str:
            return message_time(self._clock())

        try:
            data = message if isinstance(message, bytes) else encode(message)
            # No deeper than a body of the graph may hold, where it may come to stand later.
            return read_message(data, self.shapes, now, AROUND_MESSAGE)
        except (NotStrict, NotTyped) as problem:
            raise Serialization(str(problem)) from None

    def _move_head(self) -> None:
        """Name the messages as a revision of the graph, if there is one; a malformed graph is left as it is."""
        if not self.has_history:
            return
        try:
            history = self.history()
        except DecodeError:
            return
        assert history is not None
        head = self.message_digest()
        if history.body(head) is None:
            history = history.with_body(Body(head, history.head, self._messages, self._clock()))
        self._keep_history(history.with_head(head))

    def replace_messages(self, messages: MessageList) -> None:
        """Put other messages in the place of all; no guard is asked, and no time or head moves."""
        self._messages = messages

    def last_assistant_text(self) -> str | None:
        """The last text that the assistant wrote or spoke; None if there is none."""
        may_wait("decode a message")
        for number in range(len(self._messages) - 1, -1, -1):
            message = self._messages.decoded(number)
            found = ""
            if message["role"] == "assistant":
                found = cast(str, message["content"])
            elif message["role"] == "block_assistant":
                blocks = cast("list[Fields]", message["blocks"])
                found = "".join(
                    cast(str, cast(Fields, block["data"])["text"])
                    for block in blocks
                    if block["block_type"] in ("text", "transcript")
                )
            if found:
                return found
        return None

    def message_digest(self) -> str:
        """The name of the revision that its messages make."""
        may_wait("hash a transcript")
        return self._messages.digest(self.form)

    @property
    def hashes_whole_messages(self) -> bool:
        """Whether its digests are over all bytes of a message, so that they differ where any byte does."""
        return self.form is DigestFormat.F1

    def transcript_revision(self) -> str:
        """The revision that it is at: the head of the graph, or else of its messages. Raises DecodeError."""
        history = self.history()
        return history.head if history is not None else self.message_digest()

    # ------------------------------------------------------------------------------------------------- metadata

    @property
    def metadata(self) -> Mapping[str, Json]:
        """Its metadata as values, keys sorted at every depth, without the revision graph; to be read only."""
        return MappingProxyType(self._metadata)

    def set_metadata(self, key: str, value: Json) -> None:
        """Set one value. Raises Serialization where Meerkat could not hold it."""
        try:
            if key == HISTORY_KEY:
                self._graph, self._history = graph_of_value(value), None
            else:
                self._metadata[key] = free(value)
        except NotTyped as problem:
            raise Serialization(str(problem)) from None
        self.note_change()

    def remove_metadata(self, key: str) -> None:
        """Take one value away, if it is there."""
        if key == HISTORY_KEY:
            self._graph = self._history = None
        self._metadata.pop(key, None)
        self.note_change()

    @property
    def has_history(self) -> bool:
        """Whether there is a revision graph, sound or not."""
        return self._graph is not None or self._history is not None

    def history(self) -> History | None:
        """The revision graph; nothing of it is proved.

        Raises:
            DecodeError: it is malformed; with Meerkat's text.
        """
        if self._history is None and self._graph is not None:
            may_wait("decode a revision graph")
            self._history = self._graph.decoded(self.shapes, self._clock)
        return self._history

    def replace_history(self, history: History | None) -> None:
        """Put another graph in the place of this one, or none; no time moves."""
        self._graph, self._history = None, history

    def _keep_history(self, history: History) -> None:
        self.replace_history(history)
        self.note_change()

    def touch(self) -> None:
        """Note that it was changed now, after changes that do not do so themselves."""
        self.note_change()

    def note_change(self) -> None:
        """Take the time of now for that of the last change."""
        self.updated_at_ns = self._clock()

    def record_usage(self, usage: Fields) -> None:
        """Add the token counts of one answer."""
        for key in _TOKENS:
            self.usage[key] = cast(int, self.usage[key]) + cast(int, usage[key])
        for key in _CACHED_TOKENS:
            if usage.get(key) is not None:
                self.usage[key] = cast(int, self.usage.get(key) or 0) + cast(int, usage[key])
        self.note_change()

    @property
    def total_tokens(self) -> int:
        """Tokens of input and output together."""
        return sum(cast(int, self.usage[key]) for key in _TOKENS)

    # ------------------------------------------------------------------------------------------------- encoding

    def encode(self) -> bytes:
        """The document as Meerkat stores it."""
        may_wait("encode a document")
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[Piece]:
        """The document, cut into pieces; those of the messages are not copied."""
        yield f'{{"version":{self.version},"id":"{self.id}","messages":['.encode()
        yield from self._messages.views()
        yield b'],"created_at":' + encode(cast(Json, system_time(self.created_at_ns)))
        yield b',"updated_at":' + encode(cast(Json, system_time(self.updated_at_ns))) + b',"metadata":'
        yield from self.metadata_pieces()
        yield b',"usage":' + encode(cast(Json, self.usage)) + b"}"

    def metadata_pieces(self) -> Iterator[Piece]:
        """The metadata with the revision graph, as they stand in the document and in a row's own column."""
        keys = sorted([*self._metadata, HISTORY_KEY] if self.has_history else self._metadata)
        yield b"" if keys else b"{"
        for number, key in enumerate(keys):
            yield (b"," if number else b"{") + encode(key) + b":"
            if key == HISTORY_KEY:
                yield from (self._history if self._graph is None else self._graph).pieces()  # type: ignore[union-attr]
            else:
                yield encode(self._metadata[key])
        yield b"}"
