"""What copying to a working store asks of worker threads: plain functions, no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.controllers.chosen import Chosen
from app.controllers.list_jobs import selected_work
from app.present.one_line import one_line
from store.errors import CopyRefused, SessionMissing
from store.values.copied import Copied, CopyPlan
from store.values.store import StoreKey

if TYPE_CHECKING:
    from store import Library, Lists, OwnPaths
    from store.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class PlannedCopy:
    """What copying would do.

    Attributes:
        key: the one store that is read.
        titles: of the sessions, by id.
    """

    key: StoreKey
    plan: CopyPlan
    titles: Mapping[str, str]


def plan_copy_work(library: Library, lists: Lists, chosen: Chosen) -> Callable[[CancelToken], PlannedCopy]:
    """Work that says what copies of the chosen sessions would not have.

    Raises:
        SessionMissing, OpenError.
        CopyRefused: they lie in several stores.
    """

    def work(token: CancelToken) -> PlannedCopy:
        from store import plan_copy

        summaries = selected_work(library, chosen.listed, chosen.spans, lists)(token)
        keys = (*(one.key for one in summaries), *chosen.keys)
        if not keys:
            raise SessionMissing("The sessions that were chosen are not there any more.", "Choose others in the list.")
        stores = {key.store for key in keys}
        if len(stores) > 1:
            raise CopyRefused("The sessions lie in several stores.", "Choose sessions of one store at a time.")
        (store,) = stores
        titles = {one.key.session_id: one_line(one.title) for one in summaries}
        for key in chosen.keys:
            found = lists.facts(store, [key.session_id], token).get(key.session_id)
            titles[key.session_id] = one_line(found.title) if found is not None else key.session_id
        ids = tuple(dict.fromkeys(key.session_id for key in keys))
        return PlannedCopy(store, plan_copy(library, store, ids, token), titles)

    return work


def copy_work(library: Library, planned: PlannedCopy, target: Path, own: OwnPaths) -> Callable[[CancelToken], Copied]:
    """Work that copies what is possible of a plan to a new file, all or nothing. Raises CopyRefused, OpenError."""

    def work(token: CancelToken) -> Copied:
        from store import copy_to_working_store

        ids = tuple(one.session_id for one in planned.plan.possible)
        return copy_to_working_store(library, planned.key, ids, target, own, token)

    return work
