"""What a change means for the agent and for Burrow, in complete sentences. Pure text."""

from __future__ import annotations

from store.values.changes import Action, Request

_EFFECTS = {
    Action.ARCHIVE: (
        "Meerkat no longer lists the sessions and refuses to resume them; “session show” still prints them.",
        "Burrow shows them in the Archived view, from which they can be restored.",
    ),
    Action.RESTORE: (
        "Meerkat lists the sessions again and can resume them.",
        "Burrow shows them with the active ones.",
    ),
    Action.DELETE: (
        "Meerkat does not know the sessions any more: it neither lists nor shows nor resumes them.",
        "Every row and file of them goes, as listed; pictures go with the last session that refers to them.",
    ),
    Action.LABEL: ("Meerkat and Burrow show the sessions with these labels and find them by them.",),
}
_OWN_EFFECTS = {
    Action.LABEL: ("Burrow shows the labels and finds the sessions by them; Meerkat does not see them.",),
    Action.HIDE: ("Burrow shows the sessions in its Archived view alone, as hidden; Meerkat lists them as before.",),
    Action.UNHIDE: ("Burrow shows the sessions where they belong again.",),
}


def effects_of(request: Request) -> tuple[str, ...]:
    """What the agent and Burrow will show after a change of the store."""
    return _EFFECTS.get(request.action, ())


def own_effects(request: Request) -> tuple[str, ...]:
    """What Burrow will show after a change of our own annotations."""
    return _OWN_EFFECTS.get(request.action, ())


def warnings_of(request: Request) -> tuple[str, ...]:
    """What a person must know before a change of the store."""
    if request.action is Action.DELETE:
        return ("What is deleted can be brought back only while its backup is kept.",)
    if request.action is Action.LABEL:
        return ("Meerkat 0.6.34 and later drop the labels of a session at its next turn; 0.6.24 keeps them.",)
    return ()
