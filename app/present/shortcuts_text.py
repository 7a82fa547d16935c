"""The shortcuts page as lines: actions by menu with their keys, then what parts of the window understand. Pure text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.commands import ACTIONS
from app.keys import KEY_GROUPS
from app.present.commands_text import BETWEEN, command_texts

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class ShortcutLine:
    """A heading, or something and its keys.

    Attributes:
        words: of the heading or of what happens.
        keys: as this system writes them; empty for a heading and for an action without keys.
        is_heading: begins a group.
    """

    words: str
    keys: tuple[str, ...] = ()
    is_heading: bool = False


def shortcut_lines(native: Callable[[str], str], typed: str = "") -> tuple[ShortcutLine, ...]:
    """All lines in their groups; with words typed, only those that have every word, and the headings of these.

    Args:
        native: turns a portable key sequence into what this system writes.
    """
    groups: dict[str, list[ShortcutLine]] = {}
    for command in command_texts():
        top, _, inner = command.path.partition(BETWEEN)
        words = f"{inner}{BETWEEN}{command.name}" if inner else command.name
        keys = tuple(native(key) for key in ACTIONS[command.action].shortcuts)
        groups.setdefault(top or "While something is read", []).append(ShortcutLine(words, keys))
    for group in KEY_GROUPS:
        own = (ShortcutLine(line.words, tuple(native(key) for key in line.keys)) for line in group.lines)
        groups.setdefault(group.title, []).extend(own)
    wanted = [word.lower() for word in _WORD.findall(typed)]
    found: list[ShortcutLine] = []
    for title, lines in groups.items():
        fitting = [line for line in lines if _fits(wanted, f"{title} {line.words} {' '.join(line.keys)}".lower())]
        if fitting:
            found += [ShortcutLine(title, is_heading=True), *fitting]
    return tuple(found)


def _fits(wanted: Sequence[str], text: str) -> bool:
    return all(word in text for word in wanted)


def as_text(lines: Sequence[ShortcutLine]) -> str:
    """The lines as text to copy or print: keys in one column, an empty line before each heading."""
    shown = [(", ".join(line.keys), line) for line in lines]
    wide = max((len(keys) for keys, _line in shown), default=0)
    made = [f"\n{line.words}" if line.is_heading else f"  {keys:<{wide}}  {line.words}" for keys, line in shown]
    return "\n".join(made).strip("\n") + "\n"
