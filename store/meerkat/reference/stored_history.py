"""A revision graph as it stands in metadata (formats/meerkat.md §3.3, §3.4), before anybody asks what it says.

Meerkat keeps it as free JSON: an odd graph is carried along, and only refused by what decodes it. Bodies are lists of
messages that share their bytes with the document; most messages of one body stand in the next one too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.codec import encode
from store.meerkat.codec.strict_json import Json, NotStrict
from store.meerkat.codec.walker import Broken, Member, Undecodable, Walker
from store.meerkat.messages.times import message_time
from store.meerkat.reference.canonical import (
    Shapes,
    decode_value,
    read_message,
    refuse_depth,
    sorted_value,
)
from store.meerkat.reference.errors import DecodeError
from store.meerkat.reference.history import Body, Commit, History, Piece, Reason
from store.meerkat.reference.list_reading import NoList, read_list
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.times import Clock, system_time_ns
from store.meerkat.reference.usual_spelling import usual_sorted_end
from store.meerkat.shapes.structs import (
    U64,
    Fields,
    NotTyped,
    fields_of,
    free,
    list_of,
    optional,
    required,
    struct,
    tagged,
    take,
    text,
)

MAX_KNOWN_BYTES = 16 * 1024 * 1024
"""Of the messages that were looked at, so much is remembered, since most of them stand in the next body too."""

AROUND_GRAPH: Final = 2
"""Lists and objects around a graph: the document and its metadata."""

AROUND_MESSAGE: Final = 6
"""And around a message of a body: the graph, its bodies, the body, its messages."""

_MESSAGES, _REVISIONS = "messages", "revisions"

_COMMIT: Final = (
    required("parent_revision", text),
    required("revision", text),
    required(
        "selection", tagged("selection", "type", {"message_range": (required("start", U64), required("end", U64))})
    ),
    required("original_span_digest", text),
    required("replacement_digest", text),
    required("messages_before", U64),
    required("messages_after", U64),
    required("reason", struct("reason", required("kind", text), optional("note", text))),
    optional("actor", text),
)


@dataclass(frozen=True, slots=True)
class StoredBody:
    """One body: its messages with sorted keys, and everything else that stands beside them."""

    fields: Fields
    messages: MessageList


@dataclass(frozen=True, slots=True)
class StoredGraph:
    """A graph in its stored form.

    Attributes:
        fields: all but the bodies, values sorted.
        bodies: None where there is no list of them.
        odd: the whole value where it has another form; `fields` and `bodies` are empty then.
    """

    fields: Fields
    bodies: tuple[StoredBody, ...] | None = None
    odd: Json = None
    is_odd: bool = False

    def pieces(self) -> Iterator[Piece]:
        """Its JSON, with all keys sorted."""
        if self.is_odd:
            yield encode(self.odd)
            return
        keys = sorted([*self.fields, _REVISIONS] if self.bodies is not None else self.fields)
        for number, key in enumerate(keys):
            yield ("{" if number == 0 else ",").encode()
            if key != _REVISIONS or self.bodies is None:
                yield _member_bytes(key, self.fields[key])
                continue
            yield b'"revisions":['
            for place, body in enumerate(self.bodies):
                yield b"," if place else b""
                yield from _body_pieces(body)
            yield b"]"
        yield b"}" if keys else b"{}"

    def decoded(self, shapes: Shapes, clock: Clock) -> History:
        """What the graph says. Raises DecodeError with Meerkat's text where it cannot be decoded."""
        if not self.is_odd:
            try:
                return self._history(shapes, clock)
            except (NotStrict, NotTyped):
                pass  # Which of several faults Meerkat names first is found out below.
        from store.meerkat.reference.decoding import history_problem

        raise DecodeError(history_problem(decode_value(b"".join(self.pieces()))))

    def _history(self, shapes: Shapes, clock: Clock) -> History:
        head = self.fields.get("head")
        if not isinstance(head, str):
            raise NotTyped("it has no head")
        commits = list_of(_commit_value)(self.fields.get("commits", []))
        stored_format = self.fields.get("digest_format")
        return History(
            head,
            tuple(commit_of(cast(Fields, commit)) for commit in cast("list[Json]", commits)),
            tuple(self._decoded_bodies(shapes, clock)),
            stored_format if type(stored_format) is int else None,
        )

    def _decoded_bodies(self, shapes: Shapes, clock: Clock) -> Iterator[Body]:
        before: Body | None = None
        before_stored = MessageList()
        for body in self.bodies or ():
            revision, parent = body.fields.get("revision"), body.fields.get("parent_revision")
            if not isinstance(revision, str) or not (parent is None or isinstance(parent, str)):
                raise NotTyped("a body has no name")
            created_at_ns = system_time_ns(body.fields.get("created_at"))
            known = before.messages if before is not None else MessageList()
            messages = _in_canonical_bytes(body.messages, before_stored, known, shapes, clock)
            before = Body(revision, parent, messages, created_at_ns, body.messages)
            before_stored = body.messages
            yield before


def _in_canonical_bytes(
    stored: MessageList, before: MessageList, known: MessageList, shapes: Shapes, clock: Clock
) -> MessageList:
    """Stored messages in canonical bytes; what they share with the body before is not read again."""
    count = len(stored)
    leading = stored.equal_prefix(before)
    following = stored.equal_suffix(before, min(count, len(before)) - leading)
    read = [
        read_message(data, shapes, lambda: message_time(clock())) for data in stored.slice(leading, count - following)
    ]
    made = known.slice(0, leading).plus(MessageList.of(read))
    return made.plus(known.slice(len(known) - following)) if following else made


def _body_pieces(body: StoredBody) -> Iterator[Piece]:
    for number, key in enumerate(sorted([*body.fields, _MESSAGES])):
        yield ("{" if number == 0 else ",").encode()
        if key != _MESSAGES:
            yield _member_bytes(key, body.fields[key])
            continue
        yield b'"messages":['
        yield from body.messages.views()
        yield b"]"
    yield b"}"


def _member_bytes(key: str, value: Json) -> bytes:
    return encode(key) + b":" + encode(value)


def _commit_value(value: Json) -> Json:
    """A commit's fields, with its time in nanoseconds."""
    found = fields_of(value, "commit")
    made: Fields = {}
    take(made, found, _COMMIT)
    made["committed_at_ns"] = system_time_ns(found.get("committed_at"))
    return cast(Json, made)


def commit_of(value: Json) -> Commit:
    """A commit of its stored form, or of what `_commit_value` made of that. Raises NotTyped."""
    found = cast(
        "dict[str, object]", value if isinstance(value, dict) and "committed_at_ns" in value else _commit_value(value)
    )
    selection, reason = cast("dict[str, int]", found["selection"]), cast("dict[str, str]", found["reason"])
    return Commit(
        parent_revision=cast(str, found["parent_revision"]),
        revision=cast(str, found["revision"]),
        begin=selection["start"],
        end=selection["end"],
        original_span_digest=cast(str, found["original_span_digest"]),
        replacement_digest=cast(str, found["replacement_digest"]),
        messages_before=cast(int, found["messages_before"]),
        messages_after=cast(int, found["messages_after"]),
        reason=Reason(reason["kind"], reason.get("note")),
        actor=cast("str | None", found.get("actor")),
        committed_at_ns=cast(int, found["committed_at_ns"]),
    )


# -------------------------------------------------------------------------------------------------------- reading


class _Odd(ValueError):
    """The graph has another form than the usual one."""


def read_stored_graph(data: bytes, begin: int, token: CancelToken) -> tuple[StoredGraph, int]:
    """Read the graph that begins at `begin` of a document.

    Returns:
        It, and the offset after it.

    Raises:
        Broken: it has no end.
        NotStrict: it is no JSON that Meerkat reads.
    """
    try:
        return _GraphReader(data, token).graph(begin)
    except (_Odd, Broken, Undecodable, NotTyped):
        end = Walker(MemorySource(data), token).skip(begin)
        return graph_of_value(decode_value(data[begin:end], AROUND_GRAPH)), end


def graph_of_value(value: Json) -> StoredGraph:
    """The stored form of a graph that is at hand as a value. Raises NotTyped where it is nested too deeply."""
    plain = free(value)
    if not isinstance(plain, dict):
        return StoredGraph({}, odd=plain, is_odd=True)
    if _REVISIONS not in plain:
        return StoredGraph(plain)
    bodies = plain[_REVISIONS]
    if not isinstance(bodies, list) or not all(map(_is_body, bodies)):
        return StoredGraph({}, odd=plain, is_odd=True)
    del plain[_REVISIONS]
    return StoredGraph(plain, tuple(_body_of(cast(Fields, body)) for body in bodies))


def _is_body(value: Json) -> bool:
    return isinstance(value, dict) and isinstance(value.get(_MESSAGES), list)


def _body_of(value: Fields) -> StoredBody:
    messages = cast("list[Json]", value[_MESSAGES])
    fields = {key: member for key, member in value.items() if key != _MESSAGES}
    return StoredBody(fields, MessageList.of(map(encode, messages)))


class _GraphReader:
    """One walk over one graph of a document."""

    def __init__(self, data: bytes, token: CancelToken) -> None:
        self._data, self._token = data, token
        self._walker = Walker(MemorySource(data), token)
        self._known: dict[bytes, bytes] = {}
        self._known_bytes = 0

    def graph(self, begin: int) -> tuple[StoredGraph, int]:
        fields: Fields = {}
        bodies: list[StoredBody] | None = None
        for member in self._members_of(begin):
            if member.name == _REVISIONS:
                bodies = list(self._stored_bodies(member))
            else:
                fields[member.name] = self._value_of(member)
        return StoredGraph(fields, tuple(bodies) if bodies is not None else None), self._walker.end_of_object

    def _members_of(self, begin: int) -> Iterator[Member]:
        if self._walker.char(begin)[0] != "{":
            raise _Odd
        yield from self._walker.members(begin)

    def _value_of(self, member: Member) -> Json:
        member.end = self._walker.skip(member.begin)
        return free(decode_value(self._data[member.begin : member.end], AROUND_MESSAGE))

    def _stored_bodies(self, member: Member) -> Iterator[StoredBody]:
        mark, at = self._walker.char(member.begin)
        if mark != "[":
            raise _Odd
        mark, at = self._walker.char(at + 1)
        while mark != "]":
            body = self._stored_body(at)
            mark, at = self._walker.char(self._walker.end_of_object)
            if mark == ",":
                mark, at = self._walker.char(at + 1)
                if mark == "]":
                    raise Broken(at)
            elif mark != "]":
                raise Broken(at)
            yield body
        member.end = at + 1

    def _stored_body(self, at: int) -> StoredBody:
        fields: Fields = {}
        messages: MessageList | None = None
        for member in self._members_of(at):
            if member.name == _MESSAGES:
                messages = self._stored_messages(member)
            else:
                fields[member.name] = self._value_of(member)
        if messages is None:
            raise _Odd
        return StoredBody(fields, messages)

    def _stored_messages(self, member: Member) -> MessageList:
        try:
            made, member.end = read_list(
                self._walker, self._data, member.begin, usual_sorted_end, self._sorted_message, self._token
            )
        except NoList:
            raise _Odd from None
        return made

    def _sorted_message(self, data: bytes) -> bytes:
        found = self._known.get(data)
        if found is None:
            refuse_depth(data, AROUND_MESSAGE)
            found = sorted_value(data)
            self._known_bytes += len(data)
            if self._known_bytes <= MAX_KNOWN_BYTES:
                self._known[data] = found
        return found
