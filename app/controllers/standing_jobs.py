"""What menus ask of a worker thread: how the chosen sessions stand, so that they can say what is possible. No Qt.

Looked at are the first of them only. What forbids a change is asked of the code that would make it: the plan of an
archive for a few sessions. The plan in the dialog is what decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.controllers.chosen import Chosen
from app.controllers.list_jobs import selected_work
from app.present.possible_words import Standing
from app.present.refusal_words import OF_STORE
from store.values.changes import Action, LabelEdit, Plan, Refusal, RefusalCode, Request
from store.values.listing import View
from store.values.session import SessionState
from store.values.store import SessionKey, StoreFacts

if TYPE_CHECKING:
    from app.guarding import GuardedSource
    from store import Library, Lists
    from store.cancel import CancelToken

LOOKED_AT = 20
"""So many of the chosen sessions are looked at."""

LARGE_BYTES = 8_000_000
"""A session of more stored bytes is planned only when a person asks for it."""

_PASSED = (RefusalCode.ALREADY_SO, RefusalCode.NOT_ARCHIVED)


@dataclass(frozen=True, slots=True)
class Looked:
    """One session that was looked at."""

    key: SessionKey
    is_archived: bool
    is_hidden: bool
    size_bytes: int


def standing_work(
    library: Library, lists: Lists, guarded: GuardedSource | None, chosen: Chosen, view: View
) -> Callable[[CancelToken], Standing]:
    """Work that looks how the chosen sessions stand.

    Args:
        guarded: asked for the plan of a few of them; None for a quick look at what is known without one.
    """

    def work(token: CancelToken) -> Standing:
        looked = _looked(library, lists, chosen.first(LOOKED_AT), token)
        stores = _stores(library, looked)
        is_all = len(looked) == chosen.count
        are_stores_known = is_all or len(chosen.listed.stores) == 1
        closed = next((facts for facts in stores if not facts.is_writable), None)
        archive, label = _refusals(guarded, looked, stores, is_all, token)
        return Standing(
            count=chosen.count,
            is_all_looked_at=is_all,
            active=sum(not one.is_archived for one in looked),
            archived=sum(one.is_archived for one in looked),
            hidden=sum(one.is_hidden for one in looked),
            is_archived_view=view is View.ARCHIVED,
            can_write=not are_stores_known or any(facts.is_writable for facts in stores),
            only_writable=are_stores_known and closed is None,
            store_reason="" if closed is None else closed.write_reason,
            refusal=archive,
            label_refusal=label,
            store_count=len(stores),
        )

    return work


def _looked(library: Library, lists: Lists, chosen: Chosen, token: CancelToken) -> list[Looked]:
    summaries = list(selected_work(library, chosen.listed, chosen.spans, lists)(token))
    for key in chosen.keys:
        handle = lists.handle_of(key, token)
        if handle is not None:
            summaries.extend(one for one in lists.summaries(key.store, (handle,), token) if one.key == key)
    known: dict[SessionKey, bool] = {}
    for store in {one.key.store for one in summaries}:
        ids = [one.key.session_id for one in summaries if one.key.store == store]
        known |= {SessionKey(store, name): facts.is_archived for name, facts in lists.facts(store, ids, token).items()}
    return [
        Looked(one.key, known.get(one.key, one.state is SessionState.ARCHIVED), one.is_hidden, one.size_bytes or 0)
        for one in summaries
    ]


def _stores(library: Library, looked: Sequence[Looked]) -> list[StoreFacts]:
    wanted = {one.key.store for one in looked}
    return [facts for facts in library.facts() if facts.key in wanted]


def _refusals(
    guarded: GuardedSource | None,
    looked: Sequence[Looked],
    stores: Sequence[StoreFacts],
    is_all: bool,
    token: CancelToken,
) -> tuple[Refusal | None, Refusal | None]:
    """Why nothing could be written to any of them, and why no label; None where it could, or that is not known."""
    writable = {facts.key for facts in stores if facts.is_writable}
    asked = [one.key for one in looked if one.key.store in writable and one.size_bytes <= LARGE_BYTES]
    if guarded is None or not asked or len(asked) < len(looked):
        return None, None
    door = guarded.get()
    found = []
    for request in (Request(Action.ARCHIVE), Request(Action.LABEL, LabelEdit())):
        token.check()
        found.append(_common(door.plan(request, asked, token), is_all))
    return found[0], found[1]


def _common(plans: Sequence[Plan], is_all: bool) -> Refusal | None:
    """What refuses every session alike; what another one would not say of the rest is left out."""
    refusals = [session.refusal for plan in plans for session in plan.sessions]
    if not refusals or any(refusal is None or refusal.code in _PASSED for refusal in refusals):
        return None
    first = refusals[0]
    return first if first is not None and (is_all or (len(plans) == 1 and first.code in OF_STORE)) else None
