"""What each action is called: as a thing to do, while it is done, and as a thing done; its icon. Pure, any thread."""

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
        doing: while it is done: "Archiving {}".
        refused: before a colon and the reason: "Not archived".
        title: of the dialog in which it is planned, where that says more than `asked`.
    """

    done: str
    asked: str
    icon: str
    doing: str
    refused: str
    title: str = ""

    @property
    def button(self) -> str:
        """As on a button: "Archive {}"."""
        return _capital(self.asked)

    @property
    def heading(self) -> str:
        """As the title of a dialog: "Archive {}", "Delete {} for good"."""
        return self.title or _capital(self.asked)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


ACTION_WORDS: dict[Action, ActionWords] = {
    Action.ARCHIVE: ActionWords("Archived {}", "archive {}", "archive", "Archiving {}", "Not archived"),
    Action.RESTORE: ActionWords("Restored {}", "restore {}", "package-open", "Restoring {}", "Not restored"),
    Action.DELETE: ActionWords(
        "Deleted {}", "delete {}", "circle-x", "Deleting {}", "Not deleted", "Delete {} for good"
    ),
    Action.LABEL: ActionWords(
        "Labelled {}", "label {}", "tag", "Labelling {}", "Labels not changed", "Change labels of {}"
    ),
    Action.HIDE: ActionWords("Hid {}", "hide {}", "eye-off", "Hiding {}", "Not hidden", "Hide {} here"),
    Action.UNHIDE: ActionWords("Showed {} again", "show {} again", "eye", "Showing {} again", "Not shown again"),
    Action.APPEND: ActionWords(
        "Added messages to {}", "add messages to {}", "plus", "Adding messages to {}", "No messages added"
    ),
    Action.REWRITE: ActionWords("Rewrote {}", "rewrite {}", "file-pen", "Rewriting {}", "Not rewritten"),
    Action.RESTORE_REVISION: ActionWords(
        "Brought back a revision of {}",
        "bring back a revision of {}",
        "history",
        "Bringing back a revision of {}",
        "Revision not brought back",
    ),
    Action.FORK: ActionWords("Forked {}", "fork {}", "git-fork", "Forking {}", "Not forked"),
}
