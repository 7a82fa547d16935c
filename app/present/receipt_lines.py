"""A receipt in full: its sessions on one side, the proof and the way back on the other. Pure, any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import PurePath

from app.present.one_line import one_line
from app.present.receipt_words import entry_title, labels_text, revision_text, undecided_count, written_count
from app.present.sizes import ABSENT, counted, exact_size, short_size
from app.present.times import duration_text, list_time, local_text, time_tip
from app.present.undo_words import possible_until, refusal_text
from store.values.changes import Entry, EntryState, LabelEdit, Receipt, Refusal, RefusalCode, Scope, UndoState


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line: a name and a value.

    Attributes:
        icon, icon_role: before the value; "" for none.
        tip: all of it, where the line says less.
        session_id: the session that the line is about; "" for none.
    """

    name: str
    value: str
    is_mono: bool = False
    icon: str = ""
    icon_role: str = "text_2"
    tip: str = ""
    session_id: str = ""

    @property
    def text(self) -> str:
        """The line as it is copied and spoken."""
        return f"{self.name}: {self.tip or self.value}" if self.name else self.tip or self.value


def session_lines(receipt: Receipt) -> tuple[ReceiptLine, ...]:
    """What was done to each session, in their order."""
    edit, lines = receipt.request.edit, []
    if isinstance(edit, LabelEdit) and (labels := labels_text(edit)):
        lines.append(ReceiptLine("Labels", labels))
    only = len(receipt.entries) == 1
    for number, entry in enumerate(receipt.entries, 1):
        lines += _entry_lines(entry, "Session" if only else f"Session {number:,}")
    return tuple(lines)


def _entry_lines(entry: Entry, name: str) -> list[ReceiptLine]:
    title = entry_title(entry)
    tip = title if title == entry.session_id else f"{title}\n{one_line(entry.session_id)}"
    lines = [ReceiptLine(name, title, not entry.title, tip=tip, session_id=entry.session_id)]
    if entry.state is EntryState.NOT_DONE:
        lines.append(_not_done(entry))
        return lines
    if entry.state is EntryState.UNKNOWN:
        sentence = "It is neither as before nor as planned." if entry.is_settled else "It is not known yet."
        said = refusal_text(entry.refusal) if entry.refusal is not None else sentence
        lines.append(ReceiptLine("State", said, icon="triangle-alert", icon_role="warn", session_id=entry.session_id))
    if revision := revision_text(entry):
        tip = f"{entry.revision_before} → {entry.revision_after}"
        lines.append(ReceiptLine("Revision", revision, True, tip=one_line(tip), session_id=entry.session_id))
    if entry.row_count or entry.file_count:
        name = "Planned" if entry.state is EntryState.UNKNOWN else "Written"
        lines.append(ReceiptLine(name, _written(entry), session_id=entry.session_id))
    if entry.made_id:
        lines.append(ReceiptLine("Made", one_line(entry.made_id), True, session_id=entry.made_id))
    if entry.state is EntryState.UNDONE:
        lines.append(ReceiptLine("State", "taken back since", icon="undo-2", session_id=entry.session_id))
    return lines


def _not_done(entry: Entry) -> ReceiptLine:
    if entry.refusal is not None:
        said = refusal_text(entry.refusal)
        return ReceiptLine("Refused", said, icon="ban", tip=said, session_id=entry.session_id)
    said = "cut off, and nothing was written" if entry.is_settled else "not begun, nothing was written"
    return ReceiptLine("State", said, icon="ban", session_id=entry.session_id)


def _written(entry: Entry) -> str:
    parts = [counted(entry.row_count, "row")] if entry.row_count else []
    parts += [counted(entry.file_count, "file")] if entry.file_count else []
    return f"{', '.join(parts)}: {entry.before_bytes:,} → {entry.after_bytes:,} bytes"


def proof_lines(
    receipt: Receipt, found: Refusal | None, now_ms: int, zone: tzinfo | None = None
) -> tuple[ReceiptLine, ...]:
    """Kept how, proved how, until when it can be taken back; when and where.

    Args:
        found: why it cannot, as its store said.
    """
    lines = [
        *_backup(receipt, now_ms, zone),
        *_read_back(receipt),
        *([ReceiptLine("Took", took_text(receipt.took_ms))] if receipt.took_ms else []),
        _undo(receipt, found, now_ms, zone),
        ReceiptLine("When", local_text(receipt.at_ms, zone), tip=time_tip(receipt.at_ms, zone)),
        ReceiptLine("Store", one_line(receipt.store_name), tip=one_line(receipt.store.path, 2000)),
    ]
    if receipt.undoes:
        lines.append(ReceiptLine("Took back", one_line(receipt.undoes), True))
    if receipt.undone_by:
        lines.append(ReceiptLine("Taken back by", one_line(receipt.undone_by), True))
    lines.append(ReceiptLine("Receipt", one_line(receipt.receipt_id), True))
    return tuple(lines)


def took_text(took_ms: int) -> str:
    """How long a change took: "184 ms", "12 s"."""
    return f"{took_ms:,} ms" if 0 <= took_ms < 1000 else duration_text(took_ms)


def _backup(receipt: Receipt, now_ms: int, zone: tzinfo | None) -> list[ReceiptLine]:
    lines = []
    if receipt.image_bytes:
        until = receipt.undoable_until_ms
        day = "" if until is None else f" · until {list_time(until, now_ms, zone)}"
        what = "what was there before, " if receipt.scope is Scope.STORE else "our notes of before, "
        value = f"{what}{short_size(receipt.image_bytes)}{day}"
        lines.append(ReceiptLine("Backup", value, tip=f"{what}{exact_size(receipt.image_bytes)}{day}"))
    elif written_count(receipt):
        lines.append(ReceiptLine("Backup", "cleaned up" if receipt.undo is UndoState.REFUSED else ABSENT))
    if receipt.store_backup:
        name = one_line(PurePath(receipt.store_backup).name)
        lines.append(ReceiptLine("Whole store", name, True, tip=one_line(receipt.store_backup, 2000)))
    return lines


def _read_back(receipt: Receipt) -> list[ReceiptLine]:
    written, lines = written_count(receipt), []
    failed = sum(
        entry.refusal is not None and entry.refusal.code is RefusalCode.VERIFY_FAILED for entry in receipt.entries
    )
    if written:
        said = f"equal to the plan in {written:,} of {counted(written + failed, 'session')}"
        lines.append(ReceiptLine("Read back", said, icon="check", icon_role="ok"))
    if failed:
        said = f"not equal to the plan in {counted(failed, 'session')}"
        lines.append(ReceiptLine("Read back", said, icon="triangle-alert", icon_role="warn"))
    if any(entry.is_settled for entry in receipt.entries):
        said = "decided at a later start, by comparing the store with before and after"
        lines.append(ReceiptLine("Cut off", said, icon="history", tip=said))
    if undecided := undecided_count(receipt):
        said = f"{counted(undecided, 'session')} to be compared at a start that can read the store"
        lines.append(ReceiptLine("Cut off", said, icon="triangle-alert", icon_role="warn", tip=said))
    return lines


def _undo(receipt: Receipt, found: Refusal | None, now_ms: int, zone: tzinfo | None) -> ReceiptLine:
    refusal = receipt.undo_refusal if receipt.undo is UndoState.REFUSED else found
    if receipt.undo is UndoState.NOTHING:
        return ReceiptLine("Undo possible", "nothing to undo")
    if receipt.undo is UndoState.UNDONE:
        return ReceiptLine("Undo possible", "it was undone")
    if refusal is not None:
        said = refusal_text(refusal)
        return ReceiptLine("Undo possible", said, icon="ban", tip=said)
    if receipt.undo is UndoState.REFUSED:
        return ReceiptLine("Undo possible", "no")
    return ReceiptLine("Undo possible", possible_until(receipt, now_ms, zone))


def receipt_report(title: str, sessions: tuple[ReceiptLine, ...], proof: tuple[ReceiptLine, ...]) -> str:
    """The whole receipt as text, for the clipboard."""
    return "\n".join((title, *(line.text.replace("\n", ", ") for line in (*sessions, *proof)))) + "\n"
