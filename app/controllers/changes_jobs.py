"""What the window of changes asks of a worker thread: plain functions from frozen values to frozen values, without Qt.

Asking for the guarded store is part of the work: it is loaded and made when it is asked for first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from app.jobs import Changed
from app.present.receipt_lines import ReceiptLine, proof_lines, session_lines
from app.present.receipt_words import ReceiptRow, heading_note, is_redo, receipt_row
from store.values.changes import BackupFacts, Receipt, Refusal, UndoState

if TYPE_CHECKING:
    from app.guarding import GuardedSource
    from store.cancel import CancelToken


def now_ms() -> int:
    """Now, milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Made:
    """All changes that were made.

    Attributes:
        rows: newest first.
        note: how many there are, in words.
        backups: what is kept to undo them.
    """

    rows: tuple[ReceiptRow, ...]
    note: str
    backups: BackupFacts


def read_work(
    source: GuardedSource, found: Mapping[str, Refusal | None], zone: tzinfo | None
) -> Callable[[CancelToken], Made]:
    """Work that reads all receipts.

    Args:
        found: what stores said before of undoing them.
    """

    def work(token: CancelToken) -> Made:
        guarded, at_ms = source.get(), now_ms()
        receipts = guarded.changes(token)
        by_id, rows = {receipt.receipt_id: receipt for receipt in receipts}, []
        for receipt in receipts:
            token.take_turn()
            refusal = found.get(receipt.receipt_id)
            rows.append(receipt_row(receipt, at_ms, zone, refusal, is_redo=is_redo(receipt, by_id.get)))
        note = heading_note(tuple(receipt.at_ms for receipt in receipts), at_ms)
        return Made(tuple(rows), note, guarded.backups(token))

    return work


def refusals_work(
    source: GuardedSource, receipt_ids: Sequence[str]
) -> Callable[[CancelToken], dict[str, Refusal | None]]:
    """Work that asks stores why these changes cannot be taken back; None where nothing is in the way."""

    def work(token: CancelToken) -> dict[str, Refusal | None]:
        guarded, found = source.get(), {}
        for receipt_id in receipt_ids:
            token.take_turn()
            found[receipt_id] = guarded.undo_refusal(receipt_id, token)
        return found

    return work


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that is to be taken back.

    Attributes:
        refusal: why it cannot be; None where it can.
        is_redo: it took back an undo itself.
    """

    receipt: Receipt
    refusal: Refusal | None
    is_redo: bool


def ask_work(source: GuardedSource, receipt_id: str) -> Callable[[CancelToken], Asked]:
    """Work that reads a receipt again, and asks its store whether it can be taken back."""

    def work(token: CancelToken) -> Asked:
        guarded = source.get()
        receipt = guarded.receipt(receipt_id, token)
        took_back_undo = is_redo(receipt, lambda undone_id: guarded.receipt(undone_id, token))
        if receipt.undo is not UndoState.POSSIBLE:
            return Asked(receipt, receipt.undo_refusal, took_back_undo)
        return Asked(receipt, guarded.undo_refusal(receipt_id, token), took_back_undo)

    return work


def undo_work(source: GuardedSource, receipt_id: str) -> Callable[[CancelToken, CancelToken], Changed]:
    """Work that takes a change back."""

    def work(token: CancelToken, stop: CancelToken) -> Changed:
        return Changed((source.get().undo(receipt_id, token, stop),))

    return work


@dataclass(frozen=True, slots=True)
class CleanedUp:
    """What was kept before and after a clean-up."""

    before: BackupFacts
    after: BackupFacts


def backups_work(source: GuardedSource) -> Callable[[CancelToken], BackupFacts]:
    """Work that measures what is kept."""
    return lambda token: source.get().backups(token)


def clean_up_work(source: GuardedSource) -> Callable[[CancelToken], CleanedUp]:
    """Work that removes what is not needed any more."""

    def work(token: CancelToken) -> CleanedUp:
        guarded = source.get()
        before = guarded.backups(token)
        return CleanedUp(before, guarded.clean_up(token))

    return work


@dataclass(frozen=True, slots=True)
class Lines:
    """A receipt in full."""

    receipt_id: str
    sessions: tuple[ReceiptLine, ...]
    proof: tuple[ReceiptLine, ...]


def receipt_lines(receipt: Receipt, found: Refusal | None, zone: tzinfo | None) -> Lines:
    """A receipt in full; takes a while where it has many sessions."""
    return Lines(receipt.receipt_id, session_lines(receipt), proof_lines(receipt, found, now_ms(), zone))


def lines_work(receipt: Receipt, found: Refusal | None, zone: tzinfo | None) -> Callable[[CancelToken], Lines]:
    """Work that says a receipt in full."""
    return lambda _token: receipt_lines(receipt, found, zone)
