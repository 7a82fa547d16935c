"""A receipt as a row of the list of changes: what was done, to what, when, and whether it can be taken back.

Pure, any thread. Titles are stored text and come out on one line; no text of a message stands in a receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo

from app.present.action_words import ACTION_WORDS
from app.present.one_line import one_line
from app.present.sizes import counted
from app.present.times import clock_text, list_time, moment, time_tip
from app.present.undo_words import UndoText, undo_text
from store.values.changes import Action, Entry, EntryState, LabelEdit, Receipt, Refusal, Scope, UndoState

REVISION_CHARS = 8
"""So much of the digest that names a revision is shown."""

ID_CHARS = 6
"""So much of an id must be typed before it is looked for among ids, which hold all digits."""

DAY_MS = 86_400_000
RECENT_DAYS = 30

_WRITTEN = (EntryState.DONE, EntryState.UNDONE)
_MOVES: dict[Action, tuple[str, str]] = {
    Action.ARCHIVE: ("active", "archived"),
    Action.RESTORE: ("archived", "active"),
    Action.DELETE: ("archived", "deleted"),
    Action.HIDE: ("shown", "hidden"),
    Action.UNHIDE: ("hidden", "shown"),
}
"""What a session was and is, where an action is about that."""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One row of the list.

    Attributes:
        is_redo: it took back an undo, so that the change holds again.
        icon, icon_role: what was done, or that nothing was.
        title: "Archived 14 sessions".
        note: what is special about it, then whose it is; may be empty.
        change: before and after: "active → archived".
        time, time_tip: in the column, and exact.
        undo: as far as is known.
        folded, ids: all of its texts, and the ids of receipt and sessions, for the field that narrows.
    """

    receipt: Receipt
    is_redo: bool
    icon: str
    icon_role: str
    title: str
    note: str
    store: str
    change: str
    time: str
    time_tip: str
    undo: UndoText
    folded: str
    ids: str

    def has(self, word: str) -> bool:
        """Whether a word that was typed, in small letters, stands in it; in its ids only if it is long enough."""
        return word in self.folded or (len(word) >= ID_CHARS and word in self.ids)

    @property
    def can_be_asked(self) -> bool:
        """Whether its store is to be asked if it can be taken back."""
        return self.receipt.undo is UndoState.POSSIBLE

    @property
    def spoken(self) -> str:
        """The row for screen readers."""
        undo = f"{self.undo.words} is possible" if self.undo.is_possible else self.undo.words
        return ", ".join(part for part in (self.title, self.note, self.store, self.change, self.time, undo) if part)


def receipt_row(
    receipt: Receipt,
    now_ms: int,
    zone: tzinfo | None = None,
    found: Refusal | None = None,
    *,
    is_redo: bool = False,
) -> ReceiptRow:
    """The row of a receipt.

    Args:
        found: why it cannot be taken back, as its store said.
    """
    icon, role = receipt_icon(receipt)
    title, note, store = receipt_title(receipt, is_redo=is_redo), receipt_note(receipt), one_line(receipt.store_name)
    change = change_text(receipt, is_redo=is_redo)
    time = when_text(receipt.at_ms, now_ms, zone)
    words = [title, note, store, change, time, *(entry.title for entry in receipt.entries)]
    ids = (receipt.receipt_id, *(entry.session_id for entry in receipt.entries))
    return ReceiptRow(
        receipt,
        is_redo,
        icon,
        role,
        title,
        note,
        store,
        change,
        time,
        time_tip(receipt.at_ms, zone),
        undo_text(receipt, found, now_ms, zone, is_redo=is_redo),
        "\n".join(words).lower(),
        "\n".join(ids).lower(),
    )


def with_refusals(row: ReceiptRow, found: Mapping[str, Refusal | None], now_ms: int, zone: tzinfo | None) -> ReceiptRow:
    """The row with what its store said of taking it back; the same row if nothing is other."""
    receipt = row.receipt
    if receipt.receipt_id not in found:
        return row
    undo = undo_text(receipt, found[receipt.receipt_id], now_ms, zone, is_redo=row.is_redo)
    return row if undo == row.undo else replace(row, undo=undo)


def when_text(at_ms: int, now_ms: int, zone: tzinfo | None = None) -> str:
    """When, in the column: "11:48:02" today, then as in all lists; it grows wrong at midnight."""
    at, now = moment(at_ms, zone), moment(now_ms, zone)
    is_today = at is not None and now is not None and at.date() == now.date()
    return clock_text(at_ms, zone) if is_today else list_time(at_ms, now_ms, zone)


# What was done


def written_count(receipt: Receipt) -> int:
    """Sessions that were changed, also those that were taken back since."""
    return sum(receipt.counted(state) for state in _WRITTEN)


def undecided_count(receipt: Receipt) -> int:
    """Sessions of which it is not known yet whether they were changed: their store was not there to be asked."""
    return sum(entry.state is EntryState.UNKNOWN and not entry.is_settled for entry in receipt.entries)


def lost_count(receipt: Receipt) -> int:
    """Sessions that are neither as before nor as planned."""
    return sum(entry.state is EntryState.UNKNOWN and entry.is_settled for entry in receipt.entries)


def settled_count(receipt: Receipt) -> int:
    """Sessions of which a later start decided what had become of them."""
    return sum(entry.is_settled for entry in receipt.entries)


def cut_off_count(receipt: Receipt) -> int:
    """Sessions that were not come to, or not finished, though nobody cancelled and nothing refused them."""
    if receipt.is_cancelled:
        return 0
    return sum(entry.state is EntryState.NOT_DONE and entry.refusal is None for entry in receipt.entries)


def is_redo(receipt: Receipt, find: Callable[[str], Receipt | None]) -> bool:
    """Whether it took back an undo, so that the change which that undid holds again."""
    steps, at = 0, receipt
    while at.undoes and (undone := find(at.undoes)) is not None:
        steps, at = steps + 1, undone
    return steps > 0 and steps % 2 == 0


def receipt_title(receipt: Receipt, *, is_redo: bool = False) -> str:
    """What was done: "Archived 14 sessions", "Undid: archived 1 session", "Refused: delete 2 sessions"."""
    words, total, written = ACTION_WORDS[receipt.request.action], len(receipt.entries), written_count(receipt)
    sessions = counted(total, "session")
    if written:
        done = words.done.format(sessions if written == total else f"{written:,} of {sessions}")
        return f"{'Redid' if is_redo else 'Undid'}: {done[0].lower()}{done[1:]}" if receipt.undoes else done
    asked = words.asked.format(sessions)
    asked = f"{'redo' if is_redo else 'undo'}: {asked}" if receipt.undoes else asked
    if undecided_count(receipt):
        return f"Not finished: {asked}"
    if lost_count(receipt):
        return f"Cut off: {asked}"
    if receipt.is_cancelled:
        return f"Cancelled: {asked}"
    if cut_off_count(receipt):
        return f"Did not happen: {asked}"
    return f"Refused: {asked}"


def receipt_icon(receipt: Receipt) -> tuple[str, str]:
    """Icon and colour role for what was done."""
    if receipt.counted(EntryState.UNKNOWN):
        return "triangle-alert", "warn"
    if not written_count(receipt):
        return ("ban" if receipt.is_cancelled or cut_off_count(receipt) else "shield"), "text_2"
    return ("undo-2" if receipt.undoes else ACTION_WORDS[receipt.request.action].icon), "text_2"


def receipt_note(receipt: Receipt) -> str:
    """What is special about a change, then the labels or the sessions that it is about."""
    return " · ".join((*_special(receipt), *_whose(receipt)))


def _special(receipt: Receipt) -> list[str]:
    said, total, written = [], len(receipt.entries), written_count(receipt)
    if undecided := undecided_count(receipt):
        said.append(f"{counted(undecided, 'session')} not decided yet")
    if lost := lost_count(receipt):
        said.append(f"{counted(lost, 'session')} neither as before nor as planned")
    if written and (receipt.is_cancelled or cut_off_count(receipt)):
        said.append(f"{'cancelled' if receipt.is_cancelled else 'cut off'} at {written:,} of {total:,}")
    undone = receipt.counted(EntryState.UNDONE)
    if undone and undone < written:
        said.append(f"{undone:,} taken back since")
    refused = [entry for entry in receipt.entries if entry.state is EntryState.NOT_DONE and entry.refusal is not None]
    if refused and written:
        said.append(f"{len(refused):,} refused")
    elif refused and not receipt.is_cancelled and (reason := refused[0].refusal) is not None:
        said.append(one_line(reason.sentence))
    if settled_count(receipt):
        said.append("settled after a crash")
    return said


def _whose(receipt: Receipt) -> list[str]:
    edit, entries = receipt.request.edit, receipt.entries
    labels = labels_text(edit) if isinstance(edit, LabelEdit) else ""
    if labels:
        return [labels]
    if not entries:
        return []
    title = entry_title(entries[0])
    return [title if len(entries) == 1 else f"{title} and {len(entries) - 1:,} more"]


def labels_text(edit: LabelEdit) -> str:
    """Labels that were set and taken away: "team=storage, −draft"."""
    put = [f"{name}={value}" for name, value in edit.put]
    return one_line(", ".join((*put, *(f"−{name}" for name in edit.removed))))


def entry_title(entry: Entry) -> str:
    """What a session is called; its id where it has no title."""
    return one_line(entry.title) or one_line(entry.session_id)


# Before and after


def change_text(receipt: Receipt, *, is_redo: bool = False) -> str:
    """Before and after: "active → archived", "77d0b1fe → c41d90be", "2 rows as before"."""
    entries = [entry for entry in receipt.entries if entry.state in _WRITTEN]
    if not entries:
        return "not known" if receipt.counted(EntryState.UNKNOWN) else "nothing written"
    action, is_back = receipt.request.action, bool(receipt.undoes) and not is_redo
    if action in _MOVES:
        before, after = _MOVES[action][:: -1 if is_back else 1]
        return f"{before} → {after}"
    if receipt.scope is Scope.OWN:
        return "own notes only"
    if len(entries) == 1 and (revision := revision_text(entries[0])):
        return revision
    if is_back:
        return f"{counted(sum(entry.row_count for entry in entries), 'row')} as before"
    before_bytes, after_bytes = (sum(getattr(e, name) for e in entries) for name in ("before_bytes", "after_bytes"))
    return f"{before_bytes:,} → {after_bytes:,} bytes"


def revision_text(entry: Entry) -> str:
    """Names of the transcript before and after: "77d0b1fe → c41d90be"; "" if it has none, or kept it."""
    before, after = short_revision(entry.revision_before), short_revision(entry.revision_after)
    return f"{before} → {after}" if before and after and entry.revision_before != entry.revision_after else ""


def short_revision(name: str | None) -> str:
    """The beginning of a digest, without the word for how it was made; "" if there is none."""
    return one_line((name or "").rpartition(":")[2])[:REVISION_CHARS]


def heading_note(receipts_at_ms: tuple[int, ...], now_ms: int) -> str:
    """How many changes there are: "6 in the last 30 days", "6 in the last 30 days, 10,000 in all"."""
    total = len(receipts_at_ms)
    if not total:
        return ""
    recent = sum(now_ms - at_ms < RECENT_DAYS * DAY_MS for at_ms in receipts_at_ms)
    words = f"{recent:,} in the last {RECENT_DAYS} days"
    return words if recent == total else f"{words}, {total:,} in all"
