"""Plans name sessions as a person knows them: by their own titles, where they have one."""

from __future__ import annotations

from dataclasses import replace

from store.cancel import CancelToken
from store.own import Annotations, AnnotationsUnusable
from store.values.changes import Plan
from store.values.store import SessionKey


def with_own_titles(plan: Plan, annotations: Annotations, token: CancelToken) -> Plan:
    """The same plan; as it is while our notes cannot be read: a title decides nothing."""
    keys = [SessionKey(plan.store, one.session_id) for one in plan.sessions]
    try:
        notes = annotations.noted(keys, token)
    except AnnotationsUnusable:
        return plan
    titles = {key.session_id: noted.title for key, noted in notes.items() if noted.title is not None}
    if not titles:
        return plan
    return replace(
        plan, sessions=tuple(replace(one, title=titles.get(one.session_id, one.title)) for one in plan.sessions)
    )
