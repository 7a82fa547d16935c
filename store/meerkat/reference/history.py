"""A revision graph as values (formats/meerkat.md §3.4): commits, and the retained bodies as lists of messages. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from store.meerkat.codec.codec import encode
from store.meerkat.codec.strict_json import Json
from store.meerkat.reference.canonical import with_sorted_keys
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.times import system_time
from store.meerkat.shapes.structs import Fields

HISTORY_KEY = "session_transcript_history_state_v1"
"""The key of the graph among the metadata."""

Piece = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rewrite was made; `kind` is free text, `note` None where there is none."""

    kind: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """One rewrite. Two are equal when all their fields are.

    Attributes:
        begin, end: the messages of the parent that it replaced, [begin, end); as stored, they may be no range at all.
        actor: None where nobody is named.
    """

    parent_revision: str
    revision: str
    begin: int
    end: int
    original_span_digest: str
    replacement_digest: str
    messages_before: int
    messages_after: int
    reason: Reason
    actor: str | None
    committed_at_ns: int

    def fields(self) -> Fields:
        """Its stored form, in Meerkat's order."""
        reason: Fields = {"kind": self.reason.kind}
        if self.reason.note is not None:
            reason["note"] = self.reason.note
        made: Fields = {
            "parent_revision": self.parent_revision,
            "revision": self.revision,
            "selection": {"type": "message_range", "start": self.begin, "end": self.end},
            "original_span_digest": self.original_span_digest,
            "replacement_digest": self.replacement_digest,
            "messages_before": self.messages_before,
            "messages_after": self.messages_after,
            "reason": reason,
        }
        if self.actor is not None:
            made["actor"] = self.actor
        made["committed_at"] = system_time(self.committed_at_ns)
        return made


class Body:
    """The retained messages of one revision. Frozen but for what it remembers of its own spelling.

    Attributes:
        parent: the revision that it came from; None where none is named.
        messages: in canonical bytes.
        created_at_ns: nanoseconds since 1970.
    """

    __slots__ = ("_stored", "created_at_ns", "messages", "parent", "revision")

    def __init__(
        self,
        revision: str,
        parent: str | None,
        messages: MessageList,
        created_at_ns: int,
        stored: MessageList | None = None,
    ) -> None:
        self.revision = revision
        self.parent = parent
        self.messages = messages
        self.created_at_ns = created_at_ns
        self._stored = stored

    def stored(self, before: Body | None) -> MessageList:
        """Its messages as they stand in metadata, with sorted keys.

        Args:
            before: a body with mostly the same messages, of which those need not be spelled again.
        """
        if self._stored is None:
            if before is None:
                self._stored = self.messages.respelled(with_sorted_keys)
            else:
                self._stored = respelled(self.messages, before.messages, before.stored(None))
        return self._stored


def respelled(messages: MessageList, known: MessageList, known_spelling: MessageList) -> MessageList:
    """The messages with sorted keys; what they share with a known list is taken from its spelling."""
    leading = messages.equal_prefix(known)
    count = len(messages)
    following = messages.equal_suffix(known, min(count, len(known)) - leading)
    middle = messages.slice(leading, count - following).respelled(with_sorted_keys)
    last = known_spelling.slice(len(known) - following) if following else MessageList()
    return known_spelling.slice(0, leading).plus(middle).plus(last)


@dataclass(frozen=True, slots=True)
class History:
    """A revision graph. Nothing of it is proved; `graph_rules` does that.

    Attributes:
        head: the revision that it ends in.
        digest_format: the graph's own number of its digest format; None where none is written (0.6).
    """

    head: str
    commits: tuple[Commit, ...] = ()
    bodies: tuple[Body, ...] = ()
    digest_format: int | None = None

    def body(self, revision: str) -> Body | None:
        """The first body of that name, as Meerkat finds it."""
        return next((body for body in self.bodies if body.revision == revision), None)

    def with_body(self, body: Body) -> History:
        """With another body, unless there is one of that name."""
        return self if self.body(body.revision) is not None else replace(self, bodies=(*self.bodies, body))

    def with_commit(self, commit: Commit) -> History:
        """With another commit, whose revision becomes the head."""
        return replace(self, commits=(*self.commits, commit), head=commit.revision)

    def with_head(self, head: str) -> History:
        """Ending in another revision."""
        return replace(self, head=head)

    def pieces(self) -> Iterator[Piece]:
        """Its JSON as it stands in metadata: all keys sorted; empty lists are left out."""
        parts: list[str] = []
        if self.commits:
            parts.append(f'"commits":{_text([_sorted(commit.fields()) for commit in self.commits])}')
        if self.digest_format is not None:
            parts.append(f'"digest_format":{self.digest_format}')
        parts.append(f'"head":{_text(self.head)}')
        yield ("{" + ",".join(parts)).encode()
        if self.bodies:
            yield b',"revisions":['
            before: Body | None = None
            for number, body in enumerate(self.bodies):
                yield b"," if number else b""
                yield from _body_pieces(body, before)
                before = body
            yield b"]"
        yield b"}"


def _body_pieces(body: Body, before: Body | None) -> Iterator[Piece]:
    yield f'{{"created_at":{_text(_sorted(system_time(body.created_at_ns)))},"messages":['.encode()
    yield from body.stored(before).views()
    parent = f'"parent_revision":{_text(body.parent)},' if body.parent is not None else ""
    yield f'],{parent}"revision":{_text(body.revision)}}}'.encode()


def _sorted(value: Fields) -> Fields:
    """An object with its keys sorted at every depth."""
    return {key: _sorted(member) if isinstance(member := value[key], dict) else member for key in sorted(value)}


def _text(value: Json | list[Fields]) -> str:
    return encode(value).decode()  # type: ignore[arg-type]  # a list of objects is JSON
