"""What changing sessions asks of worker threads: plain functions from frozen values to frozen values; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from app.controllers.chosen import Chosen
from app.controllers.list_jobs import selected_work
from app.jobs import Changed
from app.present.plan_report import changed_words, plan_report
from app.present.plan_words import PlanText, plan_text
from app.present.refusal_words import RefusalText, refusal_text
from app.present.result_words import ResultText, result_text
from store.errors import BurrowError, SessionMissing
from store.values.changes import Plan, Receipt, Request
from store.values.store import SessionKey

if TYPE_CHECKING:
    from app.guarding import GuardedSource
    from store import Library
    from store.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class Planned:
    """Plans of one request.

    Attributes:
        keys: of the sessions, in the order in which they were chosen.
        plans: one for each store; at least one.
        text: what they say; it is of thousands of rows, and made here.
        refusal: in its place, where nothing is possible for one reason.
    """

    keys: tuple[SessionKey, ...]
    plans: tuple[Plan, ...]
    text: PlanText
    refusal: RefusalText | None


def chosen_keys(library: Library, chosen: Chosen, token: CancelToken) -> tuple[SessionKey, ...]:
    """Ids of all that were chosen, in their order. Raises SessionMissing where none is left."""
    read = selected_work(library, chosen.listed, chosen.spans)(token)
    keys = tuple(dict.fromkeys((*(summary.key for summary in read), *chosen.keys)))
    if not keys:
        raise SessionMissing("The sessions that were chosen are not there any more.", "Choose others in the list.")
    return keys


def plan_work(
    guarded: GuardedSource, library: Library, request: Request, chosen: Chosen
) -> Callable[[CancelToken], Planned]:
    """Work that plans a request for what was chosen."""

    def work(token: CancelToken) -> Planned:
        keys = chosen_keys(library, chosen, token)
        token.report(0, len(keys), "Planning", "sessions")
        plans = guarded.get().plan(request, keys, token)
        token.check()
        return Planned(keys, plans, plan_text(plans), refusal_text(plans))

    return work


def compare_work(
    guarded: GuardedSource, request: Request, keys: Sequence[SessionKey], plans: Sequence[Plan]
) -> Callable[[CancelToken], str]:
    """Work that plans a request again for the same sessions; what is to be said of it, "" if all is as it was."""

    def work(token: CancelToken) -> str:
        return changed_words(plans, guarded.get().plan(request, keys, token))

    return work


def result_work(changed: Changed) -> Callable[[CancelToken], ResultText]:
    """Work that says what came of a change."""

    def work(_token: CancelToken) -> ResultText:
        return result_text(changed.receipts, str(changed.error) if changed.error is not None else "")

    return work


def apply_work(guarded: GuardedSource, plans: Sequence[Plan]) -> Callable[[CancelToken, CancelToken], Changed]:
    """Work that applies plans one after the other; the second token stops it between two sessions.

    A plan of which nothing is possible is not applied where others are. What was done before an error has its receipts.
    """
    possible = [plan for plan in plans if plan.possible]

    def work(token: CancelToken, stop: CancelToken) -> Changed:
        receipts: list[Receipt] = []
        for plan in possible:
            try:
                receipts.append(guarded.get().apply(plan, token, stop))
            except BurrowError as error:
                if not receipts:
                    raise
                return Changed(tuple(receipts), error)
        return Changed(tuple(receipts))

    return work


def report_work(plans: Sequence[Plan], zone: tzinfo | None) -> Callable[[CancelToken], str]:
    """Work that writes a plan as text."""

    def work(_token: CancelToken) -> str:
        return plan_report(plans, zone)

    return work
