"""The revision graph of a demo session: rewrites that Meerkat 0.6.24 would accept (formats/meerkat.md §3.4, §3.8)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from store.meerkat.writer import digest_text, encode_message, system_time

Message = dict[str, Any]

GRAPH_KEY: Final = "session_transcript_history_state_v1"


class Transcript:
    """The messages of a session as they come in, and the graph of their revisions once something was rewritten.

    Attributes:
        messages: the current ones, in struct order.
        encoded: the same, encoded.
    """

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.encoded: list[bytes] = []
        self._commits: list[dict[str, Any]] = []
        self._bodies: list[dict[str, Any]] = []
        self._head = ""
        self._hash = hashlib.sha256(b"[")

    def digest(self) -> str:
        """The revision of the current messages; costs the same however many there are."""
        copy = self._hash.copy()
        copy.update(b"]")
        return "sha256:" + copy.hexdigest()

    @property
    def graph(self) -> dict[str, Any] | None:
        """The value of the metadata key, None without rewrites."""
        if not self._commits:
            return None
        return {"head": self._head, "commits": self._commits, "revisions": self._bodies}

    def append(self, message: Message, time_ns: int) -> None:
        """Add a message; a session with a graph keeps one more body for it, as Meerkat does."""
        encoded = encode_message(message)
        self._hash.update(b"," + encoded if self.messages else encoded)
        self.messages.append(message)
        self.encoded.append(encoded)
        if self._commits:
            self._keep(self.digest(), self._head, time_ns)

    def rewrite(
        self, start: int, end: int, replacement: Sequence[Message], reason: dict[str, str], actor: str, time_ns: int
    ) -> None:
        """Replace messages [start, end) by a commit."""
        parent = self.digest()
        encoded = [encode_message(message) for message in replacement]
        before, span = len(self.messages), self.encoded[start:end]
        if not self._commits:
            self._keep(parent, None, time_ns - 1_000_000)
        self.messages = [*self.messages[:start], *replacement, *self.messages[end:]]
        self.encoded = [*self.encoded[:start], *encoded, *self.encoded[end:]]
        self._hash = hashlib.sha256(b"[" + b",".join(self.encoded))
        revision = self.digest()
        self._commits.append(
            {
                "parent_revision": parent,
                "revision": revision,
                "selection": {"type": "message_range", "start": start, "end": end},
                "original_span_digest": digest_text(span),
                "replacement_digest": digest_text(encoded),
                "messages_before": before,
                "messages_after": len(self.messages),
                "reason": reason,
                "actor": actor,
                "committed_at": system_time(time_ns),
            }
        )
        self._keep(revision, parent, time_ns)

    def _keep(self, revision: str, parent: str | None, time_ns: int) -> None:
        body: dict[str, Any] = {"revision": revision}
        if parent is not None:
            body["parent_revision"] = parent
        self._bodies.append({**body, "messages": list(self.messages), "created_at": system_time(time_ns)})
        self._head = revision
