"""What the commands that change sessions understand, turned into frozen values; no file is looked at here."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.errors import UsageError
from store.values.changes import Action, Edit, LabelEdit

ACTION_WORDS = tuple(action.value for action in (Action.ARCHIVE, Action.RESTORE, Action.DELETE, Action.LABEL))
"""Commands that change sessions of a store."""

CHANGE_WORDS = (*ACTION_WORDS, "undo", "changes")

FLAGS = frozenset({"--dry-run", "--yes", "--json"})
VALUED = frozenset({"--set", "--remove", "--limit"})
"""Options of these commands; those with a value may be written in two words."""

_SUMMARIES = {
    Action.ARCHIVE: "take sessions out of their store's list, restorably",
    Action.RESTORE: "put archived sessions back into their store's list",
    Action.DELETE: "delete archived sessions with everything that belongs to them",
    Action.LABEL: "set and take away labels of sessions",
}

AddCommand = Callable[..., argparse.ArgumentParser]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a change is made, and how what it did is said.

    Attributes:
        is_dry_run: say what would happen, and change nothing.
        is_confirmed: do not ask.
    """

    is_dry_run: bool = False
    is_confirmed: bool = False
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class ActionArguments:
    """`burrow archive`, `restore`, `delete`, `label`.

    Attributes:
        sessions: ids or beginnings of ids.
        edit: of `label`; None of the others.
    """

    action: Action
    path: Path
    sessions: tuple[str, ...]
    edit: Edit | None
    manner: Manner


@dataclass(frozen=True, slots=True)
class UndoArguments:
    """`burrow undo`; `receipt` is an id or a beginning of one."""

    receipt: str
    manner: Manner


@dataclass(frozen=True, slots=True)
class ChangesArguments:
    """`burrow changes`; `limit` is None for all."""

    limit: int | None
    is_json: bool


ChangeCommand = ActionArguments | UndoArguments | ChangesArguments


def change_command(found: argparse.Namespace) -> ChangeCommand | None:
    """The command that was parsed; None if it is none of these. Raises UsageError."""
    name: str = found.command
    if name == "changes":
        return ChangesArguments(found.limit, found.json)
    if name == "undo":
        return _undo(found)
    return _action(Action(name), found) if name in ACTION_WORDS else None


def _action(action: Action, found: argparse.Namespace) -> ActionArguments:
    places: list[str] = found.place
    if len(places) < 2 or "" in places:
        raise UsageError(
            f"burrow {action.value} needs a path and one session at least: its id or the beginning of it.",
            f"Write: {_usage(action)}; burrow list PATH prints the ids.",
        )
    edit = _label_edit(found) if action is Action.LABEL else None
    return ActionArguments(action, Path(places[0]), tuple(places[1:]), edit, _manner(found))


def _undo(found: argparse.Namespace) -> UndoArguments:
    receipts: list[str] = found.receipt
    if len(receipts) != 1 or not receipts[0]:
        raise UsageError(
            "burrow undo needs one receipt: its id or the beginning of it.",
            "Write: burrow undo RECEIPT; burrow changes prints the receipts.",
        )
    return UndoArguments(receipts[0], _manner(found))


def _manner(found: argparse.Namespace) -> Manner:
    return Manner(found.dry_run, found.yes, found.json)


def _label_edit(found: argparse.Namespace) -> LabelEdit:
    """The labels that are set and taken away. Raises UsageError."""
    put: list[tuple[str, str]] = []
    for text in found.set or ():
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise UsageError(f"{text!r} is no label.", f"Write: {_usage(Action.LABEL)}, with K=V such as area=storage.")
        put.append((name, value))
    removed = tuple(found.remove or ())
    if not put and not removed:
        raise UsageError("burrow label needs labels to set or to remove.", f"Write: {_usage(Action.LABEL)}")
    if "" in removed or any(not _is_text(text) for pair in put for text in pair) or not all(map(_is_text, removed)):
        raise UsageError("A label has a name, and is text.", f"Write: {_usage(Action.LABEL)}")
    return LabelEdit(tuple(dict(put).items()), removed)


def _is_text(text: str) -> bool:
    """Whether UTF-8 can hold it; what the terminal sent otherwise comes as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def with_options_last(argv: Sequence[str]) -> list[str]:
    """Move options behind the places between which they may be written; argparse wants places to stand together."""
    end = argv.index("--") if "--" in argv else len(argv)
    places: list[str] = []
    options: list[str] = []
    words = iter(argv[:end])
    for word in words:
        if word in FLAGS:
            options.append(word)
        elif word in VALUED and (value := next(words, None)) is not None:
            # Joined, since a value that begins with a dash would be taken for an option.
            options.append(f"{word}={value}")
        elif word.startswith(tuple(f"{name}=" for name in VALUED)):
            options.append(word)
        else:
            places.append(word)
    return [*places, *options, *argv[end:]]


def add_change_commands(add: AddCommand, natural: Callable[[str], int]) -> dict[str, argparse.ArgumentParser]:
    """Add the parsers of these commands.

    Args:
        add: makes a command's parser of its name, usage, summary and description.
        natural: reads a count.
    """
    parsers = {action.value: _add_action(add, action) for action in map(Action, ACTION_WORDS)}
    undo = add(
        "undo",
        usage="burrow undo RECEIPT [--dry-run] [--yes] [--json]",
        summary="take a change back",
        description="An undo is a change of its own: it is refused where the session has moved on, and can be undone.",
    )
    undo.add_argument("receipt", metavar="RECEIPT", nargs="*", help="a receipt's id, or a unique beginning of it")
    _add_manner(undo)
    changes = add(
        "changes",
        usage="burrow changes [--limit N] [--json]",
        summary="list what was changed, newest first, and whether it can be undone",
    )
    changes.add_argument("--limit", metavar="N", type=natural, default=None, help="print at most N changes")
    changes.add_argument("--json", action="store_true", help="print one JSON document")
    return {**parsers, "undo": undo, "changes": changes}


def _add_action(add: AddCommand, action: Action) -> argparse.ArgumentParser:
    parser = add(action.value, usage=_usage(action), summary=_SUMMARIES[action])
    parser.add_argument("place", metavar="PATH SESSION", nargs="*", help="a store, and sessions of it")
    if action is Action.LABEL:
        parser.add_argument("--set", metavar="K=V", action="append", help="set a label; may be written several times")
        parser.add_argument("--remove", metavar="K", action="append", help="take a label away; may be repeated")
    _add_manner(parser)
    return parser


def _add_manner(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def _usage(action: Action) -> str:
    labels = " [--set K=V] [--remove K]" if action is Action.LABEL else ""
    return f"burrow {action.value} PATH SESSION…{labels} [--dry-run] [--yes] [--json]"
