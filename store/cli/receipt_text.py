"""Receipts as text for people: what a change did, what was refused, and how it is taken back. Pure text."""

from __future__ import annotations

from collections.abc import Sequence

from store.cli import change_words, figures
from store.cli.plan_text import refusal_line
from store.cli.table import Cell, Column, Table
from store.cli.terminal import Ink, Surface
from store.cli.visible import visible_line
from store.values.amounts import counted
from store.values.changes import EntryState, Receipt, UndoState


def receipt_text(receipt: Receipt, surface: Surface) -> str:
    """What one change did."""
    lines = [surface.inked(f"{change_words.done(receipt)}.", Ink.STRONG)]
    if receipt.is_cancelled:
        lines.append("It was stopped on the way; what is not named as done was not touched.")
    for entry in receipt.entries:
        if entry.state is not EntryState.DONE:
            why = refusal_line(entry.refusal) if entry.refusal is not None else ""
            lines.append(visible_line(f"{change_words.STATES[entry.state]}: {entry.session_id}  {entry.title}"))
            lines.extend([surface.inked(f"  {why}", Ink.FAILED)] if why else [])
        if entry.made_id:
            lines.append(visible_line(f"made: {entry.made_id}"))
    if receipt.store_backup:
        lines.append(visible_line(f"Copy of the whole store: {receipt.store_backup}"))
    took = f", {receipt.took_ms:,} ms" if receipt.took_ms else ""
    lines.append(f"Receipt {receipt.receipt_id}{took}.")
    if receipt.undo is UndoState.POSSIBLE:
        lines.append(f"To take it back: burrow undo {receipt.receipt_id}")
    elif receipt.undo is UndoState.REFUSED and receipt.undo_refusal is not None:
        lines.append(f"It cannot be taken back: {refusal_line(receipt.undo_refusal)}")
    return "\n".join(lines) + "\n"


def receipts_text(receipts: Sequence[Receipt], surface: Surface) -> str:
    """A table of changes, newest first."""
    if not receipts:
        return "Nothing was changed yet.\n"
    table = Table(
        (
            Column("When", least=16, most=16),
            Column("Receipt", least=18, most=36, is_id=True),
            Column("Change", least=20, most=48),
            Column("Store", least=8, most=20, leaves_at=2),
            Column("Not done", least=8, most=9, is_number=True, leaves_at=1),
            Column("Undo", least=16, most=60),
        ),
        surface,
    )
    return "\n".join(table.lines([_cells(receipt) for receipt in receipts])) + "\n"


def _cells(receipt: Receipt) -> list[Cell]:
    not_known = receipt.counted(EntryState.UNKNOWN)
    change = change_words.done(receipt)
    if not_known:
        change += f", {counted(not_known, 'session')} not known"
    is_quiet = receipt.undo is not UndoState.POSSIBLE
    return [
        Cell(figures.local_time(receipt.at_ms)),
        Cell(visible_line(receipt.receipt_id), (Ink.QUIET,)),
        Cell(visible_line(change), (Ink.FAILED,) if not_known else ()),
        Cell(visible_line(receipt.store_name)),
        Cell(figures.count(receipt.counted(EntryState.NOT_DONE))),
        Cell(visible_line(change_words.undo_words(receipt)), (Ink.QUIET,) if is_quiet else ()),
    ]
