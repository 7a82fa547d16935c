"""How a store is changed that may not be: its plans say why, and nothing else can be asked of it.

One class for every store that Burrow reads only, whatever its system.
"""

# ruff: noqa: ARG002 - every question of the protocol has the same answer

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from store.cancel import CancelToken
from store.changing import Image, ImageState, Writing
from store.errors import ChangeRefused
from store.values.changes import Action, Plan, Refusal, RefusalCode, Request, Scope, SessionPlan
from store.values.store import StoreKey

HIDE_ADVICE = "Copy it to a working store to change the copy, or “Hide here”."


class ClosedChanging:
    """The changing of a store that is read only. Thread-safe."""

    def __init__(
        self, store: StoreKey, store_name: str, reason: str, code: RefusalCode = RefusalCode.GENERATION
    ) -> None:
        """Say why.

        Args:
            store_name: what people call it.
            reason: one sentence.
        """
        self._store = store
        self._store_name = store_name
        self._refusal = Refusal(code, reason, HIDE_ADVICE)

    def plan(self, request: Request, session_ids: Sequence[str], token: CancelToken) -> Plan:
        """Refuse every session; what Burrow can keep itself is planned as that."""
        is_own = request.scope is Scope.OWN or request.action in (Action.HIDE, Action.UNHIDE, Action.LABEL)
        refusal = None if is_own else self._refusal
        return Plan(
            request=request,
            store=self._store,
            store_name=self._store_name,
            scope=Scope.OWN if is_own else Scope.STORE,
            family="",
            family_reason=self._refusal.sentence,
            planned_at_ms=time.time_ns() // 1_000_000,
            sessions=tuple(SessionPlan(one, one, refusal=refusal) for one in session_ids),
        )

    @contextmanager
    def writing(self, token: CancelToken) -> Iterator[Writing]:
        """Refuse."""
        raise ChangeRefused(self._refusal)
        yield

    def compare(self, image: Image, token: CancelToken) -> ImageState:
        """Nothing of ours was ever written to it."""
        return ImageState.NEITHER

    def undo_refusal(self, session_id: str, request: Request, image: Image, token: CancelToken) -> Refusal | None:
        """The reason."""
        return self._refusal

    def finish(self, image: Image, token: CancelToken) -> None:
        """Refuse."""
        raise ChangeRefused(self._refusal)
