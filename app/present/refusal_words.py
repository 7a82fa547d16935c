"""Why an action is refused, in words: before the click, and in the dialog with what can be done. Pure, any thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.present.action_words import ACTION_WORDS
from app.present.one_line import one_line
from app.present.plan_words import joined_names, sessions
from store.values.changes import Action, Plan, Refusal, RefusalCode

NOTHING_WRITTEN = "Nothing was written."

_BECAUSE = {
    RefusalCode.LEASE_ALIVE: "an agent is using {store}",
    RefusalCode.TURN_IN_PROGRESS: "a turn is in progress",
    RefusalCode.ROWS_DIFFER: "its stored copies differ",
    RefusalCode.GENERATION: "{store} is read only",
    RefusalCode.TOO_OLD: "{store} is too old",
    RefusalCode.DAMAGED: "it is damaged",
    RefusalCode.FENCE_HELD: "{store} is being maintained",
    RefusalCode.READ_ONLY: "{store} is read only",
    RefusalCode.EVENT_LOG_UNREADABLE: "its event log cannot be read",
    RefusalCode.CHANGED_SINCE_PLAN: "{store} changed since the plan",
    RefusalCode.MOVED_ON: "it has moved on",
    RefusalCode.MISSING: "it is not there any more",
    RefusalCode.NOT_ARCHIVED: "it is not archived",
    RefusalCode.ALREADY_SO: "there is nothing to change",
    RefusalCode.GUARD: "the guard of the store forbids it",
    RefusalCode.HISTORY: "its agent could not read the history back",
    RefusalCode.LOCKED: "another program is writing to {store}",
    RefusalCode.NO_SPACE: "there is no room on the disk",
    RefusalCode.NO_BACKUP: "no backup could be made",
    RefusalCode.CANNOT_WRITE: "{store} cannot be written",
    RefusalCode.VERIFY_FAILED: "it did not read back as planned",
}
"""The reason in half a sentence; `{store}` stands for the name of the store."""

_PASSING = {
    RefusalCode.LEASE_ALIVE,
    RefusalCode.TURN_IN_PROGRESS,
    RefusalCode.FENCE_HELD,
    RefusalCode.CHANGED_SINCE_PLAN,
    RefusalCode.LOCKED,
    RefusalCode.NO_SPACE,
    RefusalCode.CANNOT_WRITE,
}
"""What may be otherwise a moment later, so that it is worth planning again."""

LASTING = {RefusalCode.GENERATION, RefusalCode.TOO_OLD, RefusalCode.READ_ONLY}
"""What holds for the whole store and stays so: it can be hidden here, and copied to a store that can be written."""

HIDEABLE = LASTING | {RefusalCode.DAMAGED}
"""What stays so of a session, whatever its store: it can be hidden here."""

OF_STORE = LASTING | {RefusalCode.LEASE_ALIVE, RefusalCode.FENCE_HELD, RefusalCode.LOCKED, RefusalCode.CANNOT_WRITE}
"""What holds for every session of a store alike."""

_NEEDS_NO_COPY = {RefusalCode.ALREADY_SO, RefusalCode.NOT_ARCHIVED, RefusalCode.MISSING, RefusalCode.NO_SPACE}

_ICONS = {
    RefusalCode.DAMAGED: "triangle-alert",
    RefusalCode.VERIFY_FAILED: "triangle-alert",
    RefusalCode.NO_SPACE: "hard-drive",
    RefusalCode.ALREADY_SO: "circle-check",
    RefusalCode.NOT_ARCHIVED: "archive",
    RefusalCode.MISSING: "circle-help",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that a person can do."""

    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class RefusalText:
    """Why nothing of a plan is possible, and what can be done.

    Attributes:
        icon: file name in resources/icons.
        title: "Not archived: an agent is using orchard".
        sentence: what was found.
        advices: what can be done, in order.
        can_plan_again, can_copy, can_hide: which buttons help.
    """

    icon: str
    title: str
    sentence: str
    advices: tuple[Advice, ...]
    can_plan_again: bool
    can_copy: bool
    can_hide: bool

    @property
    def report(self) -> str:
        """All of it as text, to copy."""
        lines = [self.title, "", self.sentence, NOTHING_WRITTEN]
        lines += ["", "What you can do", *(f"- {advice.words}" for advice in self.advices)] if self.advices else []
        return "\n".join(lines) + "\n"


def refusal_text(plans: Sequence[Plan]) -> RefusalText | None:
    """The words when every session is refused for one reason; None where something is possible, or reasons differ."""
    refusals = [session.refusal for plan in plans for session in plan.sessions]
    found = [refusal for refusal in refusals if refusal is not None]
    if not found or len(found) < len(refusals) or len({refusal.code for refusal in found}) > 1:
        return None
    first, action = found[0], plans[0].request.action
    names = joined_names([one_line(plan.store_name, 60) for plan in plans])
    others = len({refusal.sentence for refusal in found}) - 1
    sentence = one_line(first.sentence) + (f" So it is with {sessions(len(found))}." if others > 0 else "")
    can_copy = first.code not in _NEEDS_NO_COPY
    can_hide = action is Action.ARCHIVE and first.code in HIDEABLE
    return RefusalText(
        icon=_ICONS.get(first.code, "lock"),
        title=f"{ACTION_WORDS[action].refused}: {_BECAUSE[first.code].format(store=names)}",
        sentence=sentence,
        advices=_advices(first, action, can_copy, can_hide),
        can_plan_again=first.code in _PASSING,
        can_copy=can_copy,
        can_hide=can_hide,
    )


def _advices(refusal: Refusal, action: Action, can_copy: bool, can_hide: bool) -> tuple[Advice, ...]:
    said = one_line(refusal.advice)
    found = [Advice("clock" if refusal.code in _PASSING else "info", said)] if said else []
    if can_hide and "hide" not in said.lower():
        found.append(
            Advice("eye-off", "Hide it here: only Burrow leaves it out of its lists, the store stays as it is.")
        )
    if can_copy and "working store" not in said.lower():
        verb = ACTION_WORDS[action].asked.format("it")
        found.append(Advice("copy", f"Copy the session to a working store and {verb} there."))
    return tuple(found)


def error_text(action: Action, sentence: str, advice: str) -> RefusalText:
    """The words when nothing could be planned or begun at all."""
    advices = (Advice("info", one_line(advice)),) if advice else ()
    title = f"{ACTION_WORDS[action].refused}: it could not be begun"
    return RefusalText("triangle-alert", title, one_line(sentence), advices, True, False, False)


def copy_refusal(sentence: str, advice: str) -> RefusalText:
    """The words when nothing was copied to a working store."""
    advices = (Advice("info", one_line(advice)),) if advice else ()
    return RefusalText("triangle-alert", "Not copied", one_line(sentence), advices, True, False, False)
