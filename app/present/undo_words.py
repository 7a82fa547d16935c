"""Whether a change can be taken back, in words for a cell, a tool tip and a button. Pure, any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from app.present.action_words import ACTION_WORDS
from app.present.one_line import one_line
from app.present.sizes import counted
from app.present.times import list_time
from store.values.changes import EntryState, Receipt, Refusal, RefusalCode, Scope, UndoState

SHORT_REASONS: dict[RefusalCode, str] = {
    RefusalCode.LEASE_ALIVE: "An agent uses it",
    RefusalCode.TURN_IN_PROGRESS: "Turn in progress",
    RefusalCode.ROWS_DIFFER: "Rows differ",
    RefusalCode.GENERATION: "Generation not known",
    RefusalCode.TOO_OLD: "Store is too old",
    RefusalCode.DAMAGED: "Damaged",
    RefusalCode.FENCE_HELD: "Maintenance is running",
    RefusalCode.READ_ONLY: "Store is read-only",
    RefusalCode.EVENT_LOG_UNREADABLE: "Event log unreadable",
    RefusalCode.CHANGED_SINCE_PLAN: "Session moved on",
    RefusalCode.MOVED_ON: "Session moved on",
    RefusalCode.MISSING: "Not there any more",
    RefusalCode.NOT_ARCHIVED: "Not archived any more",
    RefusalCode.ALREADY_SO: "Already as before",
    RefusalCode.GUARD: "Refused by its guard",
    RefusalCode.HISTORY: "History not readable",
    RefusalCode.LOCKED: "Store is locked",
    RefusalCode.NO_SPACE: "No space left",
    RefusalCode.NO_BACKUP: "Backup is gone",
    RefusalCode.CANNOT_WRITE: "Cannot be written",
    RefusalCode.VERIFY_FAILED: "Not as planned",
}
"""Why a change cannot be taken back, in the words of a cell; the sentence stands in its tool tip."""

UNDONE, NOTHING = "Undone", "Nothing to undo"


@dataclass(frozen=True, slots=True)
class UndoText:
    """What stands in the column Undo.

    Attributes:
        is_possible: a button stands there; else an icon and words.
        words: of the button, or the reason in short.
        tip: the reason in full, or what the button does and until when.
    """

    is_possible: bool
    words: str
    icon: str
    tip: str


def undo_text(
    receipt: Receipt, found: Refusal | None, now_ms: int, zone: tzinfo | None = None, *, is_redo: bool = False
) -> UndoText:
    """Whether a change can be taken back.

    Args:
        found: why not, as the store said when it was looked at; None if it said nothing or was not asked.
        is_redo: it took back an undo.
    """
    if receipt.undo is UndoState.NOTHING:
        return UndoText(False, NOTHING, "ban", "Nothing was written.")
    if receipt.undo is UndoState.UNDONE:
        return UndoText(False, UNDONE, "check", "It was taken back; that is a change of its own, which stands above.")
    refusal = receipt.undo_refusal if receipt.undo is UndoState.REFUSED else found
    if refusal is not None:
        return UndoText(False, SHORT_REASONS[refusal.code], "ban", refusal_text(refusal))
    if receipt.undo is UndoState.REFUSED:
        return UndoText(False, "Not possible", "ban", "It cannot be taken back.")
    if receipt.undoes and not is_redo:
        icon = ACTION_WORDS[receipt.request.action].icon
        return UndoText(True, "Redo", icon, f"Do it again. {kept_until(receipt, now_ms, zone)}".strip())
    return UndoText(True, "Undo", "undo-2", f"Take it back. {kept_until(receipt, now_ms, zone)}".strip())


def refusal_text(refusal: Refusal) -> str:
    """A refusal with what can be done, on one line."""
    return one_line(" ".join(part for part in (refusal.sentence, refusal.advice) if part))


def kept_until(receipt: Receipt, now_ms: int, zone: tzinfo | None = None) -> str:
    """Until when a change can be taken back, a sentence; "" if that is not known."""
    if receipt.undoable_until_ms is None:
        return ""
    return f"Kept at least until {list_time(receipt.undoable_until_ms, now_ms, zone)}."


def possible_until(receipt: Receipt, now_ms: int, zone: tzinfo | None = None) -> str:
    """Until when a change can be taken back: "until an agent writes to a session, at least until 17 Dec"."""
    day = receipt.undoable_until_ms
    kept = "" if day is None else f"kept at least until {list_time(day, now_ms, zone)}"
    if receipt.scope is Scope.OWN:
        return ", ".join(part for part in ("yes", kept) if part)
    one = "the session" if undoable_count(receipt) == 1 else "one of the sessions"
    return ", ".join(part for part in (f"until an agent writes to {one}", kept) if part)


def undoable_count(receipt: Receipt) -> int:
    """Sessions that would be as before."""
    return receipt.counted(EntryState.DONE)


def undoable_sessions(receipt: Receipt) -> str:
    """The same in words: "14 sessions"."""
    return counted(undoable_count(receipt), "session")
