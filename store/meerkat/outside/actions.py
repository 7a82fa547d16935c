"""From an action to what makes it: one function an action."""

from __future__ import annotations

from store.meerkat.outside.archiving import archive, restore
from store.meerkat.outside.refusals import refuse
from store.meerkat.outside.rows import StoredSession
from store.meerkat.outside.session_change import Circumstances, Made
from store.values.changes import Action, RefusalCode, Request


def make(stored: StoredSession, request: Request, circumstances: Circumstances, made: Made) -> None:
    """Put together what a request makes of a session that no rule protects. Raises ChangeRefused."""
    match request.action:
        case Action.ARCHIVE:
            archive(stored, circumstances, made)
        case Action.RESTORE:
            restore(stored, circumstances, made)
        case _:
            raise refuse(RefusalCode.GUARD, f"“{request.action.value}” changes nothing in a store.")
