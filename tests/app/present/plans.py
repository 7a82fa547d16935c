"""Plans as a store would make them, for tests of their words."""

from __future__ import annotations

from store.values.changes import (
    Action,
    Entry,
    EntryState,
    FilePlan,
    Plan,
    Receipt,
    Refusal,
    RefusalCode,
    Request,
    RowPlan,
    Scope,
    SessionPlan,
    UndoState,
)
from store.values.store import StoreKey

LEASE = Refusal(
    RefusalCode.LEASE_ALIVE,
    "An agent is using orchard: its lease was renewed 4 s ago (process 48,113).",
    "Stop the agent, then plan again.",
)
TURN = Refusal(RefusalCode.TURN_IN_PROGRESS, "A turn of this session is running.", "Let the agent finish its turn.")
SEALED = Refusal(RefusalCode.GENERATION, "Meerkat 0.8.51 and later seals its stores; they are read only.")


def session(
    number: int, refusal: Refusal | None = None, *, goes: bool = False, state: str = "as planned"
) -> SessionPlan:
    name, before = f"0199a3ee-{number:04}", 909_689 + number
    after = None if goes else before + 12
    rows = (RowPlan("sessions", name, before, after), RowPlan("runtime_states", name, None, None if goes else 9))
    files = (FilePlan(f".rkat/events/{name}.jsonl", 20_000, None),) if goes else ()
    if refusal is not None:
        return SessionPlan(name, f"Session {number}", state=state, refusal=refusal)
    return SessionPlan(name, f"Session {number}", rows[: 1 if goes else 2], files, state=state)


def plan(
    *sessions: SessionPlan, action: Action = Action.ARCHIVE, store: str = "orchard", scope: Scope = Scope.STORE
) -> Plan:
    return Plan(
        Request(action),
        StoreKey(f"/{store}/sessions.sqlite3"),
        store,
        scope,
        "Meerkat 0.6" if scope is Scope.STORE else "",
        "No mark of a later release is in the file.",
        1_786_960_051_000,
        sessions,
        ("Its agent lists them no more.",),
        (),
        1_819_402,
    )


def entry(number: int, state: EntryState, refusal: Refusal | None = None) -> Entry:
    return Entry(f"0199a3ee-{number:04}", f"Session {number}", state, refusal)


def receipt(*entries: Entry, is_cancelled: bool = False, undo: UndoState = UndoState.POSSIBLE) -> Receipt:
    return Receipt(
        "0199c1", 0, Request(Action.ARCHIVE), Scope.STORE, StoreKey("/orchard/sessions.sqlite3"), "orchard", entries,
        undo, is_cancelled=is_cancelled, took_ms=2_311,
    )  # fmt: skip
