"""At start: what became of changes that were cut off is found out from their stores."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TypeAlias

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Changing
from store.errors import ChangeRefused, OpenError
from store.guarded.applying import decide
from store.guarded.claims import Claims
from store.guarded.journal import Decided, Journal
from store.guarded.journal_tables import Stage
from store.guarded.receipts import Numbered, read_one, read_open
from store.values.changes import Refusal, RefusalCode, Scope
from store.values.store import StoreKey

ChangingOf: TypeAlias = Callable[[StoreKey, Scope, CancelToken], AbstractContextManager[Changing]]
"""Gives how a store, or what is noted of it, is changed. Raises OpenError."""

MOVED_ON = Refusal(
    RefusalCode.MOVED_ON,
    "The change was cut off, and since then the session has moved on: it is neither as before nor as planned.",
    "Look at the session; its old state is kept.",
)


def settle_all(journal: Journal, claims: Claims, changing_of: ChangingOf, token: CancelToken) -> list[str]:
    """Settle every change that nobody works on.

    Returns:
        The ids of the receipts that were looked at, oldest first.
    """
    may_wait("settle changes")
    found = journal.read(lambda connection: read_open(connection, token), token)
    settled: list[str] = []
    for left in found:
        token.check()
        receipt_id = left.receipt.receipt_id
        with claims.held(receipt_id) as is_ours:
            if not is_ours:
                continue
            if _settle(journal, changing_of, receipt_id, token):
                settled.append(receipt_id)
    return settled


def _settle(journal: Journal, changing_of: ChangingOf, receipt_id: str, token: CancelToken) -> bool:
    """Settle one change that is claimed; False if whoever held the claim before has closed it."""
    left = journal.read(lambda connection: read_one(connection, receipt_id, token), token)
    if not journal.is_open(left.number, token):
        return False
    decided = _decide_all(journal, changing_of, left, token)
    journal.close(left.number, decided, left.receipt.is_cancelled, left.receipt.took_ms)
    return True


def _decide_all(journal: Journal, changing_of: ChangingOf, left: Numbered, token: CancelToken) -> list[Decided]:
    """What became of each session that was begun."""
    positions = [at for at, stage in enumerate(left.stages) if stage is Stage.INTENDED]
    if not positions:
        return []
    try:
        with changing_of(left.receipt.store, left.receipt.scope, token) as changing:
            return [_decide(journal, changing, left, at, token) for at in positions]
    except (OpenError, ChangeRefused) as error:
        refusal = (
            error.refusal
            if isinstance(error, ChangeRefused)
            else Refusal(RefusalCode.MISSING, error.sentence, error.advice)
        )
        return [Decided(at, Stage.INTENDED, refusal) for at in positions]


def _decide(journal: Journal, changing: Changing, left: Numbered, at: int, token: CancelToken) -> Decided:
    token.check()
    image = journal.image(left.number, at, token)
    if image is None:
        return Decided(at, Stage.UNKNOWN, MOVED_ON, is_settled=True)
    decided = decide(changing, at, image, None, MOVED_ON)
    return replace(decided, is_settled=decided.stage is not Stage.INTENDED)
