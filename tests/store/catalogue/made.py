"""Stores of made-up sessions, for tests of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from store.values.listing import CatalogueFacts, CensusRow
from store.values.store import StoreKey

HOUR_MS = 3_600_000
BEGIN_MS = 1_780_000_000_000

A, B, C = StoreKey("/a/sessions.sqlite3"), StoreKey("/b/sessions.sqlite3"), StoreKey("/c/sessions.sqlite3")


def facts_of(session_id: str, title: str = "A title", **more: Any) -> CatalogueFacts:
    fields: dict[str, Any] = {
        "session_id": session_id,
        "title": title,
        "title_from": "first-prompt",
        "model": "m-1",
        "provider": "anthropic",
        "labels": (),
        "first_prompt": title,
        "duration_ms": 1_000,
        "input_tokens": 7,
        "output_tokens": 3,
        "is_archived": False,
        "has_no_answer": False,
        "is_rewritten": False,
        "is_damaged": False,
        "is_forked": None,
    }
    return CatalogueFacts(**(fields | more))


def row(handle: int, session_id: str | None = None, **more: Any) -> CensusRow:
    """One session; the higher its handle, the newer it is."""
    fields: dict[str, Any] = {
        "handle": handle,
        "session_id": session_id or f"s-{handle:04}",
        "updated_at_ms": BEGIN_MS + handle * HOUR_MS,
        "created_at_ms": BEGIN_MS,
        "message_count": handle % 7,
        "total_tokens": handle % 5,
        "size_bytes": 600,
        "mark": 0,
        "is_archived": 0,
    }
    return CensusRow(**(fields | more))


@dataclass
class MadeStore:
    """A store of made-up sessions.

    Attributes:
        rows: its sessions, by rising handle.
        facts: of their documents, by handle.
        read: handles whose documents were read, in that order.
    """

    key: StoreKey
    rows: list[CensusRow] = field(default_factory=list)
    facts: dict[int, CatalogueFacts] = field(default_factory=dict)
    read: list[int] = field(default_factory=list)
    file_mark: str = "file 1"

    def page(self, after: int | None, limit: int) -> Sequence[CensusRow]:
        return [one for one in self.rows if after is None or one.handle > after][:limit]

    def documents(self, handles: Sequence[int]) -> list[CatalogueFacts]:
        self.read.extend(handles)
        ids = {one.handle: one.session_id for one in self.rows}
        return [self.facts.get(handle) or facts_of(ids.get(handle, "")) for handle in handles]
