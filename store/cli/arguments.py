"""What the command line understands, turned into frozen values; no file is looked at here."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import partial
from pathlib import Path
from typing import NoReturn

from store.cli.action_arguments import (
    CHANGE_WORDS,
    ChangeCommand,
    add_change_commands,
    change_command,
    with_options_last,
)
from store.errors import UsageError
from store.values.session import SortKey

COMMANDS = ("list", "show", "doctor", "copy", *CHANGE_WORDS, "paths")
"""The first words that mean a command; whatever else comes first is a path for the window."""


class DerivedKey(StrEnum):
    """Fields of a session that no file can sort by: rows are read, and their order is made here."""

    PATH = "path"
    KIND = "kind"
    TITLE = "title"
    TITLE_FROM = "title_from"
    STATE = "state"
    RUNNING = "running"
    MODEL = "model"
    PROVIDER = "provider"
    INPUT_TOKENS = "input_tokens"
    OUTPUT_TOKENS = "output_tokens"
    HIDDEN = "hidden"
    HAS_NOTE = "has_note"


class ListForm(Enum):
    """How a list is written."""

    PEOPLE = auto()
    JSON = auto()
    JSON_LINES = auto()


@dataclass(frozen=True, slots=True)
class ListOrder:
    """The order of a list over all stores; ties are broken by id, ascending."""

    key: SortKey | DerivedKey = SortKey.UPDATED
    is_descending: bool = True


@dataclass(frozen=True, slots=True)
class ListArguments:
    """`burrow list`.

    Attributes:
        paths: empty for the usual places.
        limit: None for all.
    """

    paths: tuple[Path, ...]
    order: ListOrder
    offset: int
    limit: int | None
    form: ListForm


@dataclass(frozen=True, slots=True)
class ShowArguments:
    """`burrow show`; `session` is an id or a beginning of one.

    Attributes:
        revision: a name of a revision, a beginning of one, or a word for the current one; None for the transcript as
            it is.
    """

    path: Path
    session: str
    is_raw: bool
    is_json: bool
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class DoctorArguments:
    """`burrow doctor`; `paths` is empty for the usual places."""

    paths: tuple[Path, ...]
    is_json: bool


@dataclass(frozen=True, slots=True)
class CopyArguments:
    """`burrow copy`.

    Attributes:
        session: an id or a beginning of one; None for all sessions of the store.
        target: the new file.
    """

    path: Path
    session: str | None
    target: Path
    is_json: bool


@dataclass(frozen=True, slots=True)
class PathsArguments:
    """`burrow paths`."""

    is_json: bool


@dataclass(frozen=True, slots=True)
class VersionArguments:
    """`burrow --version`."""


@dataclass(frozen=True, slots=True)
class HelpArguments:
    """`burrow --help`, `burrow COMMAND --help`."""

    text: str


Command = (
    ListArguments
    | ShowArguments
    | DoctorArguments
    | CopyArguments
    | ChangeCommand
    | PathsArguments
    | VersionArguments
    | HelpArguments
)


@dataclass(frozen=True, slots=True)
class Arguments:
    """The whole line.

    Attributes:
        data_dir: where all of Burrow's own files are kept, if not at the usual places.
    """

    command: Command
    data_dir: Path | None


class _Parser(argparse.ArgumentParser):
    """A parser that raises instead of writing and leaving."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")


def parse(argv: Sequence[str]) -> Arguments:
    """Understand a command line without the program's name.

    Raises:
        UsageError: it is not understood; the sentence says what is wrong.
    """
    parser, commands = _parsers()
    found = parser.parse_args(_with_flags_last(_with_joined_sort(argv)))
    data_dir = Path(found.data_dir) if found.data_dir is not None else None
    if found.data_dir == "":
        raise UsageError("--data-dir needs a folder.", "See burrow --help.")
    return Arguments(_command(found, parser, commands), data_dir)


def _command(found: argparse.Namespace, parser: _Parser, commands: dict[str, argparse.ArgumentParser]) -> Command:
    name: str | None = found.command
    if found.help:
        return HelpArguments(commands[name].format_help() if name else parser.format_help())
    if found.version:
        return VersionArguments()
    if name == "list":
        return _list_arguments(found)
    if name == "show":
        return _show_arguments(found)
    if name == "doctor":
        return DoctorArguments(_paths(found, "burrow doctor PATH"), found.json)
    if name == "copy":
        return _copy_arguments(found)
    if name == "paths":
        return PathsArguments(found.json)
    change = change_command(found) if name is not None else None
    if change is None:
        raise UsageError(f"A command is needed: {', '.join(COMMANDS[:-1])} or {COMMANDS[-1]}.", "See burrow --help.")
    return change


def _list_arguments(found: argparse.Namespace) -> ListArguments:
    form = ListForm.JSON_LINES if found.json_lines else ListForm.JSON if found.json else ListForm.PEOPLE
    return ListArguments(_paths(found, "burrow list PATH"), found.sort, found.offset, found.limit, form)


def _paths(found: argparse.Namespace, usage: str) -> tuple[Path, ...]:
    if "" in found.path:
        raise UsageError(
            "A path is empty; it is a database file, a session file, a realm, or a folder to search.",
            f"Write: {usage}",
        )
    return tuple(Path(path) for path in found.path)


def _show_arguments(found: argparse.Namespace) -> ShowArguments:
    if not found.path or not found.session:
        raise UsageError(
            "burrow show needs a path and a session: its id or the beginning of it.",
            "Write: burrow show PATH SESSION; burrow list PATH prints the ids.",
        )
    if found.revision == "":
        raise UsageError(
            "--revision needs a name, or the beginning of one.",
            "Write: burrow show PATH SESSION --revision REV, with “current” or the digits of a name.",
        )
    return ShowArguments(Path(found.path), found.session, found.raw, found.json, found.revision)


def _copy_arguments(found: argparse.Namespace) -> CopyArguments:
    places: list[str] = found.place
    if len(places) != (2 if found.all else 3) or "" in places:
        raise UsageError(
            "burrow copy needs a path, a session or --all, and the new file.",
            "Write: burrow copy PATH SESSION OUT.sqlite3, or burrow copy PATH --all OUT.sqlite3.",
        )
    session = None if found.all else places[1]
    return CopyArguments(Path(places[0]), session, Path(places[-1]), found.json)


def _with_joined_sort(argv: Sequence[str]) -> list[str]:
    """Join `--sort -KEY` to one word, since an argument that begins with a dash would be taken for an option."""
    joined: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            return [*joined, word, *words]
        if word == "--sort" and (key := next(words, None)) is not None:
            word = f"--sort={key}"
        joined.append(word)
    return joined


def _with_flags_last(argv: Sequence[str]) -> list[str]:
    """Move `--all` of `copy` behind its places, between which it is written; argparse wants them to stand together."""
    end = argv.index("--") if "--" in argv else len(argv)
    command = _command_word(argv[:end])
    if command in CHANGE_WORDS:
        return with_options_last(argv)
    if command != "copy":
        return list(argv)
    flags = [word for word in argv[:end] if word in ("--all", "--json")]
    return [*(word for word in argv[:end] if word not in flags), *flags, *argv[end:]]


def _command_word(argv: Sequence[str]) -> str:
    """The first word that is no option, nor the value of one that may stand before a command."""
    words = iter(argv)
    for word in words:
        if word == "--data-dir":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


def _order(text: str) -> ListOrder:
    name = text.removeprefix("-")
    keys: dict[str, SortKey | DerivedKey] = {key.value: key for key in (*SortKey, *DerivedKey)}
    if name not in keys:
        raise argparse.ArgumentTypeError(f"{name!r} is not a field to sort by; these are: {', '.join(keys)}")
    return ListOrder(keys[name], text.startswith("-"))


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a count")
    return int(text[:18])


def _parsers() -> tuple[_Parser, dict[str, argparse.ArgumentParser]]:
    """The parser of the whole line, and those of the commands by name."""
    parser = _Parser(
        prog="burrow",
        usage="burrow COMMAND … [--data-dir DIR]\n       burrow --version",
        description="Read stored sessions of AI agents, and change them with an undo. Looking never changes a store.",
        epilog="burrow [PATH …] without a command opens the window, where Qt is installed.",
        add_help=False,
        allow_abbrev=False,
    )
    parser.set_defaults(command=None)
    _add_common(parser, is_command=False)
    parser.add_argument("--version", action="store_true", help="print the version")
    under = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    commands: dict[str, argparse.ArgumentParser] = {
        "list": _add_list(under),
        "show": _add_show(under),
        "doctor": _add_doctor(under),
        "copy": _add_copy(under),
        **add_change_commands(partial(_add_command, under), _natural),
        "paths": _add_paths(under),
    }
    for command in commands.values():
        _add_common(command, is_command=True)
    return parser, commands


def _add_common(parser: argparse.ArgumentParser, is_command: bool) -> None:
    """What may stand before the command and after it; after it nothing is said when nothing was given."""
    parser.add_argument(
        "--data-dir",
        metavar="DIR",
        default=argparse.SUPPRESS if is_command else None,
        help="keep all of Burrow's own files in DIR",
    )
    parser.add_argument(
        "-h",
        "--help",
        action="store_true",
        default=argparse.SUPPRESS if is_command else False,
        help="print this help",
    )


def _add_command(
    under: argparse._SubParsersAction[_Parser], name: str, *, usage: str, summary: str, description: str | None = None
) -> _Parser:
    """Add a command; `--help` and `--data-dir` come with those of all."""
    return under.add_parser(
        name,
        prog=f"burrow {name}",
        usage=usage,
        help=summary,
        description=description,
        add_help=False,
        allow_abbrev=False,
    )


def _add_list(under: argparse._SubParsersAction[_Parser]) -> _Parser:
    parser = _add_command(
        under,
        "list",
        usage="burrow list [PATH …] [--sort KEY] [--limit N] [--offset N] [--json | --json-lines]",
        summary="list the sessions of stores",
    )
    _add_store_paths(parser)
    parser.add_argument(
        "--sort",
        metavar="KEY",
        type=_order,
        default=ListOrder(),
        help="a field name of the JSON form, -KEY for descending; newest first without it",
    )
    parser.add_argument("--limit", metavar="N", type=_natural, default=None, help="print at most N sessions")
    parser.add_argument("--offset", metavar="N", type=_natural, default=0, help="leave out the first N sessions")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON document")
    form.add_argument("--json-lines", action="store_true", help="print one JSON document a line for each session")
    return parser


def _add_store_paths(parser: _Parser) -> None:
    parser.add_argument(
        "path",
        metavar="PATH",
        nargs="*",
        help="a database, a session file, a realm, a folder; without one, where Meerkat keeps its realms, and the"
        " project that the working folder lies in, but no folder that was added in the window",
    )


def _add_doctor(under: argparse._SubParsersAction[_Parser]) -> _Parser:
    parser = _add_command(
        under,
        "doctor",
        usage="burrow doctor [PATH …] [--json]",
        summary="prove the sessions of stores, and name what is lost or left over",
    )
    _add_store_paths(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _add_copy(under: argparse._SubParsersAction[_Parser]) -> _Parser:
    parser = _add_command(
        under,
        "copy",
        usage="burrow copy PATH SESSION OUT.sqlite3 [--json]\n       burrow copy PATH --all OUT.sqlite3 [--json]",
        summary="copy sessions into a new database, without loss or not at all",
        description="OUT must not exist. It becomes a database that Meerkat 0.6.24 opens; what could not be copied"
        " without loss is refused with the reason, and then there is no file.",
    )
    parser.add_argument("place", metavar="PATH SESSION OUT", nargs="*", help="a store, a session of it, the new file")
    parser.add_argument("--all", action="store_true", help="copy all sessions of the store")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _add_show(under: argparse._SubParsersAction[_Parser]) -> _Parser:
    parser = _add_command(
        under,
        "show",
        usage="burrow show PATH SESSION [--revision REV] [--raw] [--json]",
        summary="print one session",
    )
    parser.add_argument("path", metavar="PATH", nargs="?", help="a database, a session file, a realm, a folder")
    parser.add_argument("session", metavar="SESSION", nargs="?", help="an id or a unique beginning of one")
    parser.add_argument(
        "--revision",
        metavar="REV",
        default=None,
        help="print a retained revision: its name, a unique beginning of its digits, or “current”",
    )
    parser.add_argument("--raw", action="store_true", help="print the stored JSON of each message")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _add_paths(under: argparse._SubParsersAction[_Parser]) -> _Parser:
    parser = _add_command(
        under,
        "paths",
        usage="burrow paths [--json]",
        summary="print where Burrow keeps its own files",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser
