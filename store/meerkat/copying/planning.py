"""What copying sessions would do, found out by reading them as a copy reads them, without making any file.

Threads that may wait.
"""

from __future__ import annotations

from collections.abc import Sequence

from store.backend import Backend
from store.blocking import may_wait
from store.cancel import CancelToken
from store.meerkat.copying.copying import all_ids, fitted_session
from store.meerkat.copying.fitting import DoesNotFit
from store.values.copied import CopyPlan, SessionCopyPlan


def plan_copies(
    backend: Backend, session_ids: Sequence[str] | None, token: CancelToken, *, is_for_work: bool
) -> CopyPlan:
    """Say of each session what a new file would hold of it.

    Args:
        session_ids: which; None for all of the store.
        is_for_work: see `copy_sessions`.
    """
    may_wait("plan a copy")
    ids = list(session_ids) if session_ids is not None else list(all_ids(backend, token))
    plans: list[SessionCopyPlan] = []
    taken: set[str] = set()
    for number, session_id in enumerate(ids):
        token.check()
        token.report(number, len(ids), "Reading", "sessions")
        try:
            fitted = fitted_session(backend, session_id, token, is_for_work=is_for_work)
        except DoesNotFit as reason:
            plans.append(SessionCopyPlan(session_id, refusal=str(reason)))
            continue
        if fitted.session_id in taken:
            plans.append(SessionCopyPlan(session_id, refusal="The store holds two sessions of this id."))
            continue
        taken.add(fitted.session_id)
        plans.append(SessionCopyPlan(session_id, fitted.size_bytes, fitted.warnings))
    return CopyPlan(tuple(plans))
