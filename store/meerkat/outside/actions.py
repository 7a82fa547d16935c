"""From an action to what makes it: one function an action."""

from __future__ import annotations

from store.meerkat.outside.archiving import archive, restore
from store.meerkat.outside.refusals import refuse
from store.meerkat.outside.rows import StoredSession
from store.meerkat.outside.session_change import Circumstances, Made
from store.values.changes import Action, AppendEdit, ForkEdit, RefusalCode, Request, RevisionEdit, RewriteEdit


def make(stored: StoredSession, request: Request, circumstances: Circumstances, made: Made) -> None:
    """Put together what a request makes of a session that no rule protects. Raises ChangeRefused."""
    match request.action:
        case Action.ARCHIVE:
            archive(stored, circumstances, made)
        case Action.RESTORE:
            restore(stored, circumstances, made)
        case Action.APPEND | Action.REWRITE | Action.RESTORE_REVISION | Action.FORK:
            _edit(stored, request, circumstances, made)
        case _:
            raise refuse(RefusalCode.GUARD, f"“{request.action.value}” changes nothing in a store.")


def _edit(stored: StoredSession, request: Request, circumstances: Circumstances, made: Made) -> None:
    """Edit a transcript, or make a new session of its beginning. Raises ChangeRefused."""
    if isinstance(request.edit, ForkEdit):
        from store.meerkat.outside.forks import fork

        fork(stored, request.edit, circumstances, made)
    elif isinstance(request.edit, AppendEdit | RewriteEdit | RevisionEdit):
        from store.meerkat.outside.rewrites import edit_transcript

        edit_transcript(stored, request.edit, circumstances, made)
    else:
        raise refuse(RefusalCode.GUARD, f"“{request.action.value}” needs an edit, and there is none.")
