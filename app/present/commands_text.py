"""Actions as people read and find them: menu path, name, why one is not possible now. Pure text, any thread.

What is found: every word that was typed is in the name or the path of an action. Names that begin with it come first,
then names with a word that begins with it, then the rest; between equals, what was used last, then the menus' order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.commands import ACTIONS, ActionId, Need
from app.menus import MENUS, Menu

BETWEEN = " › "
"""Between a menu and the menu in it."""

REASONS = {
    Need.NOTHING: "",
    Need.STORE: "No store is chosen",
    Need.PLACE: "No store is chosen",
    Need.SESSION: "No session is chosen",
    Need.PANES: "Nothing is open",
    Need.LIST: "No list of sessions is shown",
    Need.BUSY: "Nothing is being read",
    Need.SMALLER_ZOOM: "Zoom is at its largest",
    Need.LARGER_ZOOM: "Zoom is at its smallest",
}
"""Why an action is not possible now, by what it needs."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class CommandText:
    """One action in words.

    Attributes:
        action: which.
        path: the menus that lead to it, "View › Sort by"; empty for one that is in no menu.
        name: as in the menu, without mnemonic and dots.
        reason: why it would not be possible, when it is not.
    """

    action: ActionId
    path: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """A command that fits what was typed.

    Attributes:
        command: which.
        hits: half-open ranges of characters in its name that were typed, in order.
    """

    command: CommandText
    hits: tuple[tuple[int, int], ...] = ()


def plain_text(text: str) -> str:
    """A menu's text without mnemonic and without the dots that announce a question."""
    return text.replace("&", "").removesuffix("…")


def impossible_tip(name: str, reason: str) -> tuple[str, str]:
    """Title and text of the tool tip of an action that is not possible now.

    Args:
        name: of the action as in the menu, without mnemonic and dots.
    """
    return f"{name} is not possible now", reason if reason.endswith(".") else f"{reason}."


@cache
def command_texts() -> tuple[CommandText, ...]:
    """Every action, in the order of the menus; those that are in no menu last."""
    found = _texts_of(MENUS, "")
    known = {text.action for text in found}
    found += [_text_of(action, "") for action in ActionId if action not in known]
    return tuple(found)


def _texts_of(menus: Sequence[Menu], above: str) -> list[CommandText]:
    found = []
    for menu in menus:
        path = above + plain_text(menu.title)
        for entry in menu.entries:
            if isinstance(entry, ActionId):
                found.append(_text_of(entry, path))
            elif isinstance(entry, Menu):
                found += _texts_of((entry,), path + BETWEEN)
    return found


def _text_of(action: ActionId, path: str) -> CommandText:
    spec = ACTIONS[action]
    return CommandText(action, path, plain_text(spec.text), REASONS[spec.need])


def find_commands(typed: str, commands: Sequence[CommandText], recent: Sequence[ActionId] = ()) -> tuple[Found, ...]:
    """The commands that fit, best first.

    Args:
        recent: actions that were used before, newest first.
    """
    words = [word.lower() for word in _WORD.findall(typed)]
    age = {action: number for number, action in enumerate(recent)}
    ranked = []
    for order, command in enumerate(commands):
        hits: list[tuple[int, int]] = []
        ranks = [_rank(word, command, hits) for word in words]
        if all(rank < _MISSED for rank in ranks):
            key = (sum(ranks), age.get(command.action, len(age)), order)
            ranked.append((key, Found(command, _joined(hits))))
    ranked.sort(key=lambda pair: pair[0])
    return tuple(found for _key, found in ranked)


_MISSED = 100


def _rank(word: str, command: CommandText, hits: list[tuple[int, int]]) -> int:
    """How well a word fits, 0 best; adds where it stands in the name."""
    name = command.name.lower()
    if len(name) != len(command.name):  # a letter that grows in lower case would shift the marks
        name = command.name
    if name.startswith(word):
        hits.append((0, len(word)))
        return 0
    for match in _WORD.finditer(name):
        if match[0].startswith(word):
            hits.append((match.start(), match.start() + len(word)))
            return 1
    if (at := name.find(word)) >= 0:
        hits.append((at, at + len(word)))
        return 2
    if any(part.startswith(word) for part in _WORD.findall(command.path.lower())):
        return 3
    letters = _initials(word, name)
    if letters:
        hits.extend(letters)
        return 4
    return _MISSED


def _initials(word: str, name: str) -> list[tuple[int, int]]:
    """Where the letters of a word begin words of the name, as "nm" does in "Next Message"; empty if they do not."""
    starts = [match.start() for match in _WORD.finditer(name)]
    found: list[tuple[int, int]] = []
    for letter in word:
        at = next((start for start in starts if (not found or start > found[-1][0]) and name[start] == letter), -1)
        if at < 0:
            return []
        found.append((at, at + 1))
    return found if len(found) > 1 else []


def _joined(hits: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges in order, those that touch or overlap made one."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(hits):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)
