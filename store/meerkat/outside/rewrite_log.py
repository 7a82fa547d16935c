"""The rewrites that a session's event log tells of, read as far as they matter to who adds another one.

Source:
    formats/meerkat.md §3.10 "Audit events", §6.2, §6.3: one `transcript_rewrite_committed` a rewrite, with both bodies.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.strict_json import Json, NotStrict
from store.meerkat.codec.walker import Broken, Member, Undecodable, Walker
from store.meerkat.findings.files import pieces
from store.meerkat.reference.canonical import Shapes, decode_value, read_message
from store.meerkat.reference.errors import DecodeError
from store.meerkat.reference.history import Body
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.rewrite_records import LoggedRecord, RewriteRecord
from store.meerkat.reference.stored_history import commit_of
from store.meerkat.reference.times import system_time_ns
from store.meerkat.revisions.graph_values import GraphProblem
from store.meerkat.revisions.message_list import Recent, stored_messages
from store.meerkat.shapes.structs import Fields, NotTyped

REWRITTEN: Final = "transcript_rewrite_committed"
MAX_LINE_BYTES: Final = 512 * 1024 * 1024
"""A longer event cannot be one that a program wrote."""


def read_rewrite_log(path: Path, session_id: str, shapes: Shapes, token: CancelToken) -> tuple[LoggedRecord, ...]:
    """Read the rewrites of a session from its event log, in the order in which they stand there.

    Args:
        path: `.rkat/events/<id>.jsonl`; nothing is read where there is none.
        shapes: which fields of messages are known.

    Raises:
        DecodeError: a rewrite cannot be read as Meerkat reads it.
    """
    found: list[LoggedRecord] = []
    for line in _lines(path, token):
        if REWRITTEN.encode() not in line:
            continue
        try:
            logged = _Event(line, shapes, token).record(session_id)
        except (Broken, Undecodable, GraphProblem, NotStrict, NotTyped) as problem:
            raise DecodeError(str(problem)) from None
        if logged is not None:
            found.append(logged)
    return tuple(found)


def _lines(path: Path, token: CancelToken) -> Iterator[bytes]:
    held: list[bytes] = []
    for piece in pieces(path):
        token.take_turn()
        first, *others = piece.split(b"\n")
        held.append(first)
        for begun in others:
            yield b"".join(held)
            held = [begun]
        if sum(map(len, held)) > MAX_LINE_BYTES:
            raise DecodeError("an event of the log is too long")
    if held:
        yield b"".join(held)


class _Event:
    """One line of the log, walked so that a long one is never decoded at once."""

    def __init__(self, line: bytes, shapes: Shapes, token: CancelToken) -> None:
        self._line, self._shapes, self._token = line, shapes, token
        self._source = MemorySource(line)
        self._walker = Walker(self._source, token)
        self._recent = Recent()
        self._known: dict[bytes, bytes] = {}

    def record(self, session_id: str) -> LoggedRecord | None:
        """The rewrite that the event tells of; None where it tells of none of this session."""
        seq: Json = None
        event: dict[str, Json | RewriteRecord] = {}
        for member in self._walker.members(0):
            if member.name == "event":
                event = self._event(member)
            elif member.name == "seq":
                seq = self._value(member)
        record = event.get("record")
        if event.get("type") != REWRITTEN or event.get("session_id") != session_id:
            return None
        if type(seq) is not int or not isinstance(record, RewriteRecord):
            raise NotTyped("it has no number or no record")
        return LoggedRecord(seq, record)

    def _event(self, owner: Member) -> dict[str, Json | RewriteRecord]:
        found: dict[str, Json | RewriteRecord] = {}
        for member in self._inner(owner):
            if member.name == "record":
                found["record"] = self._record(member)
            else:
                found[member.name] = self._value(member)
        return found

    def _record(self, owner: Member) -> RewriteRecord:
        values: Fields = {}
        bodies: dict[str, Body] = {}
        for member in self._inner(owner):
            if member.name in ("parent_body", "revision_body"):
                bodies[member.name] = self._body(member)
            else:
                values[member.name] = self._value(member)
        if len(bodies) != 2:
            raise NotTyped("a rewrite lacks one of its versions")
        return RewriteRecord(commit_of(values.get("commit")), bodies["parent_body"], bodies["revision_body"])

    def _body(self, owner: Member) -> Body:
        fields: Fields = {}
        messages: MessageList | None = None
        for member in self._inner(owner):
            if member.name == "messages":
                stored = stored_messages(self._walker, self._source, member, self._recent)
                messages = MessageList.of([self._typed(data) for _, data in stored])
            else:
                fields[member.name] = self._value(member)
        revision, parent = fields.get("revision"), fields.get("parent_revision")
        if messages is None or not isinstance(revision, str) or not (parent is None or isinstance(parent, str)):
            raise NotTyped("a version has no name or no messages")
        return Body(revision, parent, messages, system_time_ns(fields.get("created_at")))

    def _typed(self, data: bytes) -> bytes:
        self._token.take_turn()
        found = self._known.get(data)
        if found is None:
            found = self._known[data] = read_message(data, self._shapes)
        return found

    def _inner(self, owner: Member) -> Iterator[Member]:
        """The members of an object inside another one; afterwards its end is known."""
        if self._walker.char(owner.begin)[0] != "{":
            owner.end = self._walker.skip(owner.begin)
            return
        yield from self._walker.members(owner.begin)
        owner.end = self._walker.end_of_object

    def _value(self, member: Member) -> Json:
        member.end = self._walker.skip(member.begin)
        return decode_value(self._line[member.begin : member.end])
