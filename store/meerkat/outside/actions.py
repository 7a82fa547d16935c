"""From an action to what makes it: one function an action."""

from __future__ import annotations

from store.meerkat.outside.archiving import archive, restore
from store.meerkat.outside.refusals import refuse
from store.meerkat.outside.rows import StoredSession
from store.meerkat.outside.session_change import Circumstances, Made
from store.values.changes import (
    Action,
    AppendEdit,
    ForkEdit,
    LabelEdit,
    RefusalCode,
    Request,
    RevisionEdit,
    RewriteEdit,
)


def make(stored: StoredSession, request: Request, circumstances: Circumstances, made: Made) -> None:
    """Put together what a request makes of a session that no rule protects. Raises ChangeRefused."""
    # What the rarer actions need is loaded with them: an archive waits for no compaction.
    match request.action, request.edit:
        case Action.ARCHIVE, None:
            archive(stored, circumstances, made)
        case Action.RESTORE, None:
            restore(stored, circumstances, made)
        case Action.DELETE, None:
            from store.meerkat.outside.deleting import delete

            delete(stored, circumstances, made)
        case Action.LABEL, LabelEdit() as edit:
            from store.meerkat.outside.labelling import label

            label(stored, edit, circumstances, made)
        case (
            (Action.APPEND, AppendEdit() as edit)
            | (Action.REWRITE, RewriteEdit() as edit)
            | (Action.RESTORE_REVISION, RevisionEdit() as edit)
        ):
            from store.meerkat.outside.rewrites import edit_transcript

            edit_transcript(stored, edit, circumstances, made)
        case Action.FORK, ForkEdit() as edit:
            from store.meerkat.outside.forks import fork

            fork(stored, edit, circumstances, made)
        case _:
            raise refuse(RefusalCode.GUARD, f"“{request.action.value}” is not asked of a store in this way.")
