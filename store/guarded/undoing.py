"""What of a change can be taken back, before it is tried.

An undo is a change like any other: `Guarded.undo` applies it. It can be undone itself, where the session is still what
the undo made of it; that does the first change again.
"""

from __future__ import annotations

from collections.abc import Sequence

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Changing
from store.errors import ChangeRefused
from store.guarded.journal import Journal
from store.guarded.journal_tables import Stage
from store.guarded.receipts import CLEANED_UP, NOT_DECIDED, Numbered
from store.values.changes import Refusal, RefusalCode

NOTHING_WRITTEN = Refusal(RefusalCode.ALREADY_SO, "The change wrote nothing to this session, so nothing is taken back.")
UNDONE_ALREADY = Refusal(RefusalCode.ALREADY_SO, "The change of this session was taken back already.")
NOT_KNOWN = Refusal(
    RefusalCode.MOVED_ON,
    "The change of this session was cut off, and since then it is neither as before nor as planned.",
    "Look at the session.",
)
NOT_IN_RECEIPT = Refusal(RefusalCode.MISSING, "The receipt does not name this session.")

_REFUSALS = {
    Stage.ASKED: NOTHING_WRITTEN,
    Stage.NOT_DONE: NOTHING_WRITTEN,
    Stage.INTENDED: NOT_DECIDED,
    Stage.UNDONE: UNDONE_ALREADY,
    Stage.UNKNOWN: NOT_KNOWN,
}


def sessions_to_undo(undone: Numbered, session_ids: Sequence[str] | None) -> list[tuple[int, Refusal | None]]:
    """Positions of the entries of a receipt that an undo is about, and why one of them is refused already.

    Args:
        session_ids: None for all that it changed; ids that it does not name are refused as a whole.

    Raises:
        ChangeRefused: nothing of it can be taken back.
    """
    places = {entry.session_id: at for at, entry in enumerate(undone.receipt.entries)}
    if session_ids is None:
        wanted = [at for at, stage in enumerate(undone.stages) if stage is Stage.DONE]
    else:
        if any(one not in places for one in session_ids):
            raise ChangeRefused(NOT_IN_RECEIPT)
        wanted = [places[one] for one in dict.fromkeys(session_ids)]
    found = [(at, _refusal(undone, at)) for at in wanted]
    if all(refusal is not None for _at, refusal in found):
        raise ChangeRefused(next((refusal for _at, refusal in found if refusal is not None), _of_all(undone)))
    return found


def refusal_of_undo(undone: Numbered, journal: Journal, changing: Changing, token: CancelToken) -> Refusal | None:
    """Why nothing of a change can be taken back now; None as soon as one of its sessions can.

    Raises:
        ChangeRefused: its receipt says so already.
        OpenError: the store cannot be read.
    """
    may_wait("read a store")
    first: Refusal | None = None
    for at, refusal in sessions_to_undo(undone, None):
        token.check()
        found = refusal
        if found is None:
            image = journal.image(undone.number, at, token)
            entry = undone.receipt.entries[at]
            found = (
                CLEANED_UP
                if image is None
                else changing.undo_refusal(entry.session_id, undone.receipt.request, image, token)
            )
        if found is None:
            return None
        first = first or found
    return first


def _refusal(undone: Numbered, at: int) -> Refusal | None:
    stage = undone.stages[at]
    if stage is Stage.DONE:
        return None if undone.has_image[at] else CLEANED_UP
    return _REFUSALS[stage]


def _of_all(undone: Numbered) -> Refusal:
    """Why nothing of a change that did nothing can be taken back."""
    stages = set(undone.stages)
    for stage in (Stage.INTENDED, Stage.UNKNOWN, Stage.UNDONE):
        if stage in stages:
            return _REFUSALS[stage]
    return NOTHING_WRITTEN
