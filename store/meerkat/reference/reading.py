"""Reading a stored session document as Meerkat 0.6.24 does (formats/meerkat.md §2.1, §2.7, §3.3).

Message by message: a document of 46 MB never becomes values as a whole, and its messages stay where they are.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final, cast

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.strict_json import Json, NotStrict
from store.meerkat.codec.walker import Broken, Member, Undecodable, Walker
from store.meerkat.messages.times import message_time
from store.meerkat.reference.canonical import Shapes, decode_value, read_message, usage_reader
from store.meerkat.reference.history import HISTORY_KEY
from store.meerkat.reference.list_reading import NoList, read_list
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.stored_history import StoredGraph, read_stored_graph
from store.meerkat.reference.times import Clock, system_time_ns
from store.meerkat.reference.usual_spelling import usual_end
from store.meerkat.shapes.migration import SESSION_METADATA, migrate_session_metadata
from store.meerkat.shapes.structs import Fields, NotTyped, free, uuid
from store.meerkat.shapes.typed_document import NO_USAGE

CHECKED_BYTES: Final = 1024 * 1024
"""Checked at once for being UTF-8."""

_KNOWN: Final = frozenset({"id", "messages", "created_at", "updated_at", "metadata", "usage", "version"})


@dataclass(slots=True)
class Envelope:
    """A document that was read. `graph` is None where there is no revision graph, and never among the metadata."""

    id: str
    messages: MessageList
    created_at_ns: int
    updated_at_ns: int
    metadata: Fields
    graph: StoredGraph | None
    usage: Fields


def read_document(data: bytes, shapes: Shapes, clock: Clock, token: CancelToken) -> Envelope:
    """Read a document.

    Raises:
        NotStrict: it is no JSON that Meerkat reads.
        NotTyped: Meerkat refuses what it says.
    """
    try:
        return _DocumentReader(data, shapes, clock, token).envelope()
    except (Broken, Undecodable):
        raise NotStrict("it is no JSON") from None


class _DocumentReader:
    """One walk over one document."""

    def __init__(self, data: bytes, shapes: Shapes, clock: Clock, token: CancelToken) -> None:
        self._data, self._shapes, self._token = data, shapes, token
        self._walker = Walker(MemorySource(data), token)
        self._missing_time = lambda: message_time(clock())

    def envelope(self) -> Envelope:
        self._refuse_other_bytes()
        if self._walker.char(0)[0] != "{":
            decode_value(self._data)
            raise NotTyped("the document is no JSON object")
        values: Fields = {}
        messages: MessageList | None = None
        metadata: Fields = {}
        graph: StoredGraph | None = None
        for member in self._walker.members(0):
            if member.name == "messages":
                messages = self._read_messages(member)
            elif member.name == "metadata":
                metadata, graph = self._read_metadata(member)
            else:
                values[member.name] = self._top_value(member)
        if self._walker.char(self._walker.end_of_object)[0]:
            raise NotStrict("something follows its end")
        if messages is None:
            raise NotTyped("it has no “messages”")
        return Envelope(
            id=uuid(values.get("id")),
            messages=messages,
            created_at_ns=system_time_ns(values.get("created_at")),
            updated_at_ns=system_time_ns(values.get("updated_at")),
            metadata=metadata,
            graph=graph,
            usage=cast(Fields, usage_reader(self._shapes)(values["usage"])) if "usage" in values else dict(NO_USAGE),
        )

    def _refuse_other_bytes(self) -> None:
        """Refuse bytes that are no UTF-8; the walk does not look at all of them."""
        view = memoryview(self._data)
        decode = codecs.getincrementaldecoder("utf-8")().decode
        try:
            for at in range(0, len(view), CHECKED_BYTES):
                piece = bytes(view[at : at + CHECKED_BYTES])
                if not piece.isascii():
                    decode(piece)
                self._token.take_turn()
            decode(b"", final=True)
        except UnicodeDecodeError:
            raise NotStrict("it is not UTF-8") from None

    def _top_value(self, member: Member) -> Json:
        member.end = self._walker.skip(member.begin)
        value = decode_value(self._data[member.begin : member.end], around=1)
        return value if member.name in _KNOWN else None

    def _read_metadata(self, member: Member) -> tuple[Fields, StoredGraph | None]:
        if self._walker.char(member.begin)[0] != "{":
            self._top_value(member)
            raise NotTyped("its metadata is no object")
        found: Fields = {}
        graph: StoredGraph | None = None
        for inner in self._walker.members(member.begin):
            if inner.name == HISTORY_KEY:
                graph, inner.end = read_stored_graph(self._data, inner.begin, self._token)
            else:
                inner.end = self._walker.skip(inner.begin)
                value = decode_value(self._data[inner.begin : inner.end], around=2)
                if inner.name == SESSION_METADATA and isinstance(value, dict):
                    value = migrate_session_metadata(value).document
                found[inner.name] = free(value)
        member.end = self._walker.end_of_object
        return {key: found[key] for key in sorted(found)}, graph

    def _read_messages(self, member: Member) -> MessageList:
        try:
            made, member.end = read_list(
                self._walker, self._data, member.begin, usual_end, self._print_message, self._token
            )
        except NoList:
            self._top_value(member)
            raise NotTyped("its messages are no list") from None
        return made

    def _print_message(self, data: bytes) -> bytes:
        return read_message(data, self._shapes, self._missing_time)
