"""What the window of changes asks of a worker thread: plain functions from frozen values to frozen values, without Qt.

Asking for the guarded store is part of the work: it is loaded and made when it is asked for first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from app.jobs import Changed
from app.present.receipt_lines import ReceiptLine, proof_lines, session_lines
from app.present.receipt_words import ReceiptRow, heading_note, is_redo, receipt_row
from store.blocking import may_wait
from store.errors import BurrowError
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
        backups: what is kept to undo them; None in the first part.
        stamp: of the record of changes before it was read.
    """

    rows: tuple[ReceiptRow, ...]
    note: str
    backups: BackupFacts | None
    stamp: Stamp


Stamp: TypeAlias = tuple[tuple[int, int], ...]
"""Size and time of the record of changes and of its log."""

FIRST_COUNT = 200
"""So many of the newest changes are shown before the others are read."""


def stamp_of(changes_file: Path) -> Stamp:
    """What tells whether anything was recorded since."""
    may_wait("look at the record of changes")
    found = []
    for path in (changes_file, changes_file.with_name(f"{changes_file.name}-wal")):
        with suppress(OSError):
            facts = path.stat()
            found.append((facts.st_size, facts.st_mtime_ns))
    return tuple(found)


def first_work(source: GuardedSource, zone: tzinfo | None) -> Callable[[CancelToken], Made]:
    """Work that reads the newest receipts."""
    return lambda token: Made(_rows(source, FIRST_COUNT, {}, zone, token), "", None, ())


def read_work(
    source: GuardedSource, changes_file: Path, found: Mapping[str, Refusal | None], zone: tzinfo | None, known: Stamp
) -> Callable[[CancelToken], Made | None]:
    """Work that reads all receipts; None if nothing was recorded since.

    Args:
        found: what stores said before of undoing them.
        known: the stamp of what is shown; () to read in any case.
    """

    def work(token: CancelToken) -> Made | None:
        stamp = stamp_of(changes_file)
        if known and stamp == known:
            return None
        rows = _rows(source, None, found, zone, token)
        note = heading_note(tuple(row.receipt.at_ms for row in rows), now_ms())
        return Made(rows, note, source.get().backups(token), stamp)

    return work


def _rows(
    source: GuardedSource,
    limit: int | None,
    found: Mapping[str, Refusal | None],
    zone: tzinfo | None,
    token: CancelToken,
) -> tuple[ReceiptRow, ...]:
    at_ms, receipts = now_ms(), source.get().changes(token, limit)
    by_id, rows = {receipt.receipt_id: receipt for receipt in receipts}, []
    for receipt in receipts:
        token.take_turn()
        refusal = found.get(receipt.receipt_id)
        rows.append(receipt_row(receipt, at_ms, zone, refusal, is_redo=is_redo(receipt, by_id.get)))
    return tuple(rows)


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

    @property
    def is_possible(self) -> bool:
        """Whether it can be taken back."""
        return self.receipt.undo is UndoState.POSSIBLE and self.refusal is None


def ask_work(source: GuardedSource, receipt_ids: Sequence[str]) -> Callable[[CancelToken], tuple[Asked, ...]]:
    """Work that reads receipts again, and asks their stores whether they can be taken back."""

    def ask(receipt_id: str, token: CancelToken) -> Asked:
        guarded = source.get()
        receipt = guarded.receipt(receipt_id, token)
        took_back_undo = is_redo(receipt, lambda undone_id: guarded.receipt(undone_id, token))
        if receipt.undo is not UndoState.POSSIBLE:
            return Asked(receipt, receipt.undo_refusal, took_back_undo)
        return Asked(receipt, guarded.undo_refusal(receipt_id, token), took_back_undo)

    return lambda token: tuple(ask(receipt_id, token) for receipt_id in receipt_ids)


def undo_work(source: GuardedSource, receipt_ids: Sequence[str]) -> Callable[[CancelToken, CancelToken], Changed]:
    """Work that takes changes back, one after the other; what was done before one fails is told."""

    def work(token: CancelToken, stop: CancelToken) -> Changed:
        guarded, receipts = source.get(), []
        for receipt_id in receipt_ids:
            if stop.is_cancelled:
                break
            try:
                receipts.append(guarded.undo(receipt_id, token, stop))
            except BurrowError as error:
                return Changed(tuple(receipts), error)
        return Changed(tuple(receipts))

    return work


@dataclass(frozen=True, slots=True)
class CleanedUp:
    """What was kept before and after a clean-up."""

    before: BackupFacts
    after: BackupFacts


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
