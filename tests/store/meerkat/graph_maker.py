"""Making revision graphs by the rules of rewriting (formats/meerkat.md §3.8), with the digests of a given format."""

from __future__ import annotations

import copy
from typing import Any

from store.meerkat.codec.codec import decode, encode
from store.meerkat.shapes.digests import DigestFormat
from tests.store.meerkat.digesting import digest_of

KEY = "session_transcript_history_state_v1"
SECONDS = 1_780_000_000


def told(text: str, second: int = 0) -> dict[str, Any]:
    """A message of a person; each second is another time."""
    return {"role": "user", "content": text, "created_at": f"2026-05-28T20:26:{second % 60:02d}Z"}


def at(second: int) -> dict[str, int]:
    """A stored time."""
    return {"secs_since_epoch": SECONDS + second, "nanos_since_epoch": 0}


def stored(message: Any) -> Any:
    """A message as metadata holds it: keys in alphabetical order at every depth."""
    if isinstance(message, dict):
        return {key: stored(message[key]) for key in sorted(message)}
    return [stored(each) for each in message] if isinstance(message, list) else message


class GraphMaker:
    """A session that is appended to and rewritten."""

    def __init__(self, messages: list[Any], form: DigestFormat = DigestFormat.F1) -> None:
        self.form = form
        self.messages = list(messages)
        self.bodies: list[dict[str, Any]] = []
        self.commits: list[dict[str, Any]] = []
        self.head = self.name()
        self.second = 0

    def name(self, messages: list[Any] | None = None) -> str:
        """The digest of messages, of the transcript by default."""
        return digest_of(self.messages if messages is None else messages, self.form)

    def append(self, *messages: Any) -> None:
        """Append to the transcript; once there is a graph, its head moves."""
        self.messages.extend(messages)
        if self.commits and messages:
            parent, self.head = self.head, self.name()
            self._keep(self.head, parent)

    def rewrite(self, begin: int, end: int, replacement: list[Any], kind: str = "redaction") -> bool:
        """Put other messages in the place of [begin, end); False where that would change nothing."""
        made = [*self.messages[:begin], *replacement, *self.messages[end:]]
        parent, revision = self.name(), self.name(made)
        if parent == revision:
            return False
        self._keep(parent, None)
        self.second += 1
        commit = {
            "parent_revision": parent,
            "revision": revision,
            "selection": {"type": "message_range", "start": begin, "end": end},
            "original_span_digest": self.name(self.messages[begin:end]),
            "replacement_digest": self.name(replacement),
            "messages_before": len(self.messages),
            "messages_after": len(made),
            "reason": {"kind": kind},
            "actor": "test",
            "committed_at": at(self.second),
        }
        self.messages, self.head = made, revision
        self._keep(revision, parent)
        self.commits.append(commit)
        return True

    def restore(self, number: int) -> bool:
        """Bring back a retained revision."""
        body = self.bodies[number % len(self.bodies)] if self.bodies else None
        return body is not None and self.rewrite(0, len(self.messages), copy.deepcopy(body["messages"]), "restore")

    def _keep(self, name: str, parent: str | None) -> None:
        if all(body["revision"] != name for body in self.bodies):
            more = {} if parent is None else {"parent_revision": parent}
            body = {"revision": name, **more, "messages": list(self.messages), "created_at": at(self.second)}
            self.bodies.append(body)

    def graph(self) -> dict[str, Any]:
        """The graph as it is stored."""
        return {"commits": self.commits, "head": self.head, "revisions": stored(self.bodies)}

    def document(self, **more: Any) -> bytes:
        """The whole session document."""
        return document_of(self.messages, self.graph(), **more)


def document_of(messages: list[Any], graph: Any, **more: Any) -> bytes:
    """A session document around a graph."""
    fields = {
        "version": 2,
        "id": "019e85a1-4b2f-717a-950a-000000000001",
        "messages": messages,
        "created_at": at(0),
        "updated_at": at(60),
        "metadata": {"session_metadata": {"model": "m-1", "provider": "anthropic"}, KEY: graph},
        "usage": {"input_tokens": 7, "output_tokens": 3, "cache_creation_tokens": None, "cache_read_tokens": None},
    }
    return encode(fields | more)


def copied(graph: Any) -> Any:
    """A deep copy of a graph, to be tampered with."""
    return decode(encode(graph))
