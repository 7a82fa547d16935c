"""What each action is called: as a thing done, as a thing to do, and its icon. Pure, any thread."""

from __future__ import annotations

from dataclasses import dataclass

from store.values.changes import Action


@dataclass(frozen=True, slots=True)
class ActionWords:
    """One action in words; `{}` stands for what it is done to: "14 sessions".

    Attributes:
        done: with a capital: "Archived {}".
        asked: without: "archive {}".
        icon: name in resources/icons.
    """

    done: str
    asked: str
    icon: str


ACTION_WORDS: dict[Action, ActionWords] = {
    Action.ARCHIVE: ActionWords("Archived {}", "archive {}", "archive"),
    Action.RESTORE: ActionWords("Restored {}", "restore {}", "package-open"),
    Action.DELETE: ActionWords("Deleted {}", "delete {}", "circle-x"),
    Action.LABEL: ActionWords("Labelled {}", "label {}", "tag"),
    Action.HIDE: ActionWords("Hid {}", "hide {}", "eye-off"),
    Action.UNHIDE: ActionWords("Showed {} again", "show {} again", "eye"),
    Action.APPEND: ActionWords("Added messages to {}", "add messages to {}", "plus"),
    Action.REWRITE: ActionWords("Rewrote {}", "rewrite {}", "file-pen"),
    Action.RESTORE_REVISION: ActionWords("Brought back a revision of {}", "bring back a revision of {}", "history"),
    Action.FORK: ActionWords("Forked {}", "fork {}", "git-fork"),
}
