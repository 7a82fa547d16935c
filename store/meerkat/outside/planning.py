"""Plans of sessions of one store: page by page, then put together with what they mean for the agent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from store.meerkat.generation import Layout
from store.meerkat.outside.blob_users import BlobUsers
from store.meerkat.outside.family import Family
from store.meerkat.outside.plan_sentences import effects_of, own_effects, warnings_of
from store.meerkat.outside.rows import read_stored
from store.meerkat.outside.session_change import Circumstances, change_of
from store.meerkat.realm import realm_id, store_name
from store.values.changes import Action, Plan, Refusal, RefusalCode, Request, Scope, SessionPlan
from store.values.store import StoreKey

_LASTING = frozenset({RefusalCode.GENERATION, RefusalCode.TOO_OLD, RefusalCode.READ_ONLY})
"""Reasons that are there tomorrow too: an agent that is stopped, or maintenance that ends, is none."""


@dataclass(frozen=True, slots=True)
class PlannedOn:
    """The store that plans are made on.

    Attributes:
        layout, family: None where it is not of a kind that is written.
        refusal: why nothing is written to it now; None where it can be.
        at_ms: when, UTC.
    """

    main: Path
    layout: Layout | None
    refusal: Refusal | None
    at_ms: int
    family: Family | None = None

    def own_reason(self, request: Request) -> str:
        """Why a request is one for our own annotations; "" where it is one for the store."""
        if request.action in (Action.HIDE, Action.UNHIDE):
            return "Hidden sessions are Burrow's own; the store stays as it is."
        if request.scope is Scope.OWN:
            return "This is asked of Burrow's own notes; the store stays as it is."
        if request.action is not Action.LABEL:
            return ""
        if self.family is not None and self.family.is_07:
            return "Meerkat 0.7 drops the labels of a session at its next turn, so they are kept as Burrow's own."
        if self.refusal is not None and self.refusal.code in _LASTING:
            return f"{self.refusal.sentence} The labels are kept as Burrow's own."
        return ""


@dataclass(frozen=True, slots=True)
class PlanState:
    """What a plan carries from page to page.

    Attributes:
        decoded_bytes: of so many stored bytes more whole documents are decoded.
        blobs: who refers to the pictures of the realm; planned deletions count as done.
    """

    decoded_bytes: int
    blobs: BlobUsers


def plan_page(
    session_ids: Sequence[str], request: Request, circumstances: Circumstances, state: PlanState
) -> tuple[list[SessionPlan], PlanState]:
    """Plan the sessions of one page, without effects, since a page may have to be read again.

    Returns:
        The plans in the order of the ids, and the state for the next page.
    """
    decoded_bytes, blobs = state.decoded_bytes, state.blobs.copy()
    whole = request.action is Action.DELETE
    found = read_stored(circumstances.connection, circumstances.layout, session_ids, whole=whole)
    plans = []
    for session_id in session_ids:
        circumstances.token.take_turn()
        stored = found.get(session_id)
        is_decoded = False
        if decoded_bytes and stored is not None:
            size = sum(row.size_bytes for row in stored.rows)
            is_decoded = size <= decoded_bytes
            decoded_bytes = max(0, decoded_bytes - size)
        of_session = replace(circumstances, is_decoded=is_decoded, blobs=blobs)
        planned = change_of(session_id, stored, request, of_session).planned
        if whole and planned.refusal is None:
            blobs.gone.add(session_id)
        plans.append(planned)
    return plans, PlanState(decoded_bytes, blobs)


def put_together(on: PlannedOn, request: Request, sessions: Sequence[SessionPlan]) -> Plan:
    """A plan of sessions of one store."""
    own = on.own_reason(request)
    is_written = not own and on.refusal is None and on.family is not None
    reason = own or (on.refusal.sentence if on.refusal is not None else on.family.reason if on.family else "")
    possible = [session for session in sessions if session.refusal is None]
    return Plan(
        request=request,
        store=StoreKey(str(on.main)),
        store_name=store_name(on.main, realm_id(on.main.parent)),
        scope=Scope.OWN if own else Scope.STORE,
        family=on.family.name.value if on.family is not None and is_written else "",
        family_reason=reason,
        planned_at_ms=on.at_ms,
        sessions=tuple(sessions),
        effects=own_effects(request, len(possible)) if own else effects_of(request, len(possible)) if possible else (),
        warnings=warnings_of(request) if possible and not own else (),
        image_bytes=sum(
            sum(row.before_bytes or 0 for row in session.rows) + sum(file.before_bytes or 0 for file in session.files)
            for session in possible
        ),
    )
