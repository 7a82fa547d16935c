"""Receipts as tests need them: one of each kind."""

from __future__ import annotations

from typing import Any

from store.values.changes import (
    Action,
    Entry,
    EntryState,
    LabelEdit,
    Receipt,
    Refusal,
    RefusalCode,
    Request,
    Scope,
    UndoState,
)
from store.values.store import StoreKey

NOW_MS = 1_786_960_384_240
"""Mon 17 Aug 2026, 09:53:04 UTC."""

HOUR_MS = 3_600_000
STORE = StoreKey("/realms/orchard/sessions.sqlite3")
LEASE = Refusal(
    RefusalCode.LEASE_ALIVE, "An agent is using orchard: its lease was renewed 4 s ago.", "Stop the agent, then undo."
)
MOVED_ON = Refusal(RefusalCode.MOVED_ON, "The session was changed after that.", "It stays as it is.")


def entry(number: int = 1, state: EntryState = EntryState.DONE, **facts: Any) -> Entry:
    """A session of a change; two rows were written unless it says other."""
    facts = {"row_count": 2, "before_bytes": 1_000, "after_bytes": 1_024} | facts
    return Entry(f"01a1fd45-0000-7000-8000-{number:012}", facts.pop("title", f"Session {number}"), state, **facts)


def receipt(
    entries: list[Entry] | None = None, action: Action = Action.ARCHIVE, edit: LabelEdit | None = None, **facts: Any
) -> Receipt:
    """A receipt of one hour ago that can be undone unless it says other."""
    facts = {
        "receipt_id": "0199c1aa-0000-7000-8000-000000000001",
        "at_ms": NOW_MS - HOUR_MS,
        "scope": Scope.STORE,
        "undo": UndoState.POSSIBLE,
        "undoable_until_ms": NOW_MS + 30 * 24 * HOUR_MS,
        "image_bytes": 1_800_000,
        "took_ms": 184,
    } | facts
    return Receipt(
        facts.pop("receipt_id"),
        facts.pop("at_ms"),
        Request(action, edit),
        facts.pop("scope"),
        STORE,
        facts.pop("store_name", "orchard"),
        tuple([entry()] if entries is None else entries),
        facts.pop("undo"),
        **facts,
    )
