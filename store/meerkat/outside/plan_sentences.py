"""What a change means for the agent and for Burrow, in complete sentences. Pure text."""

from __future__ import annotations

from store.values.changes import Action, Request

_EFFECTS = {
    Action.ARCHIVE: (
        "Meerkat no longer lists {0} and refuses to resume {1}; “session show” still prints {1}.",
        "Burrow shows {1} in the Archived view, from which {2} can be restored.",
    ),
    Action.RESTORE: (
        "Meerkat lists {0} again and can resume {1}.",
        "Burrow shows {1} among the active sessions.",
    ),
    Action.DELETE: (
        "Meerkat does not know {0} any more: it neither lists nor shows nor resumes {1}.",
        "Every row and file of {1} goes, as listed; a picture goes with the last session that refers to it.",
    ),
    Action.LABEL: ("Meerkat and Burrow show these labels of {0}, and can list by them.",),
    Action.APPEND: ("Meerkat goes on from the added messages when {0} is resumed.",),
    Action.REWRITE: ("Meerkat shows the new messages, and sends them to the model when {0} is resumed.",),
    Action.RESTORE_REVISION: ("Meerkat goes on from the older transcript when {0} is resumed.",),
    Action.FORK: ("Meerkat lists the new session and can resume it; {0} stays as it is.",),
}
_OWN_EFFECTS = {
    Action.LABEL: ("Burrow shows these labels of {0}, and can list by them; Meerkat does not see them.",),
    Action.HIDE: ("Burrow shows {0} in its Archived view alone, as hidden; Meerkat lists {1} as before.",),
    Action.UNHIDE: ("Burrow shows {0} in its usual place again.",),
}
_ONE = ("the session", "it", "it")
_MANY = ("the sessions", "them", "they")


def effects_of(request: Request, count: int) -> tuple[str, ...]:
    """What the agent and Burrow will show after a change of the store.

    Args:
        count: of sessions that something would happen to.
    """
    return _counted(_EFFECTS.get(request.action, ()), count)


def own_effects(request: Request, count: int) -> tuple[str, ...]:
    """What Burrow will show after a change of our own annotations. See `effects_of`."""
    return _counted(_OWN_EFFECTS.get(request.action, ()), count)


def _counted(sentences: tuple[str, ...], count: int) -> tuple[str, ...]:
    words = _ONE if count == 1 else _MANY
    return tuple(sentence.format(*words) for sentence in sentences)


def warnings_of(request: Request) -> tuple[str, ...]:
    """What a person must know before a change of the store."""
    if request.action is Action.DELETE:
        return ("What is deleted can be brought back only while its backup is kept.",)
    if request.action is Action.LABEL:
        return ("Meerkat 0.6.34 and later drop the labels of a session at its next turn; 0.6.24 keeps them.",)
    return ()
