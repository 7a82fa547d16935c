"""Words of changes for people who read them in a terminal. Pure text."""

from __future__ import annotations

from store.values.amounts import counted
from store.values.changes import Action, EntryState, LabelEdit, Receipt, Request, UndoState

VERBS = {
    Action.ARCHIVE: "Archive",
    Action.RESTORE: "Restore",
    Action.DELETE: "Delete",
    Action.LABEL: "Label",
    Action.HIDE: "Hide",
    Action.UNHIDE: "Show again",
    Action.APPEND: "Append to",
    Action.REWRITE: "Rewrite",
    Action.RESTORE_REVISION: "Restore a revision of",
    Action.FORK: "Fork",
}
PAST = {
    Action.ARCHIVE: "Archived",
    Action.RESTORE: "Restored",
    Action.DELETE: "Deleted",
    Action.LABEL: "Labelled",
    Action.HIDE: "Hidden:",
    Action.UNHIDE: "Shown again:",
    Action.APPEND: "Appended to",
    Action.REWRITE: "Rewritten:",
    Action.RESTORE_REVISION: "Restored a revision of",
    Action.FORK: "Forked",
}
STATES = {
    EntryState.DONE: "done",
    EntryState.NOT_DONE: "not done",
    EntryState.UNDONE: "undone",
    EntryState.UNKNOWN: "not known",
}


def asked(request: Request, count: int) -> str:
    """What is asked for: "Archive 3 sessions"."""
    return f"{VERBS[request.action]} {counted(count, 'session')}{_labels(request)}"


def done(receipt: Receipt) -> str:
    """What a change did: "Archived 14 sessions", "Undone: Deleted 2 sessions"."""
    count = receipt.counted(EntryState.DONE) + receipt.counted(EntryState.UNDONE)
    words = f"{PAST[receipt.request.action]} {counted(count, 'session')}{_labels(receipt.request)}"
    return f"Undone: {words}" if receipt.undoes else words


def _labels(request: Request) -> str:
    if not isinstance(request.edit, LabelEdit):
        return ""
    words = [f"{name}={value}" for name, value in request.edit.put]
    words.extend(f"without {name}" for name in request.edit.removed)
    return f" ({', '.join(words)})"


def undo_words(receipt: Receipt) -> str:
    """Whether a change can be taken back, in a word or a sentence."""
    match receipt.undo:
        case UndoState.POSSIBLE:
            return "possible"
        case UndoState.UNDONE:
            return "undone"
        case UndoState.NOTHING:
            return "nothing to undo"
        case UndoState.REFUSED:
            return receipt.undo_refusal.sentence if receipt.undo_refusal is not None else "not possible"
