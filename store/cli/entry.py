"""The entry of the command line: understands it, runs the command, turns errors into sentences and exit codes."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from functools import partial
from typing import TextIO, assert_never

from store.cancel import CancelToken
from store.cli.action_arguments import ActionArguments, ChangeCommand, ChangesArguments, UndoArguments
from store.cli.arguments import (
    Arguments,
    CopyArguments,
    DoctorArguments,
    HelpArguments,
    ListArguments,
    PathsArguments,
    ShowArguments,
    VersionArguments,
    parse,
)
from store.cli.copy_command import copy_to_file
from store.cli.doctor_command import check_stores
from store.cli.exit_code import ExitCode
from store.cli.list_command import list_sessions
from store.cli.noting import read_notes
from store.cli.running import Output, run_interruptibly
from store.cli.show_command import show_session
from store.cli.terminal import Surface, surface_of
from store.cli.visible import visible_line
from store.discovery import Surroundings, usual_places
from store.errors import (
    AmbiguousSession,
    BurrowError,
    Cancelled,
    OpenError,
    RevisionMissing,
    SessionMissing,
    UsageError,
)
from store.library import Library
from store.opening import remove_leftovers
from store.own import Annotations
from store.paths import OwnPaths
from store.version import VERSION

USAGE = (UsageError, OpenError, SessionMissing, AmbiguousSession, RevisionMissing)
USAGE_CODES = frozenset({"receipt-missing", "receipt-ambiguous"})
"""Errors of what is loaded only when something is changed, by their codes."""


def main(argv: Sequence[str], stdout: TextIO, stderr: TextIO, stdin: TextIO | None = None) -> int:
    """Run one command.

    Args:
        argv: the command line without the program's name.
        stdin: where a person answers a question; None if nobody can be asked.

    Returns:
        The exit code, as the contract of the command line has it.
    """
    for stream in (stdout, stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Whatever the locale says: programs rely on UTF-8. A lone surrogate is written as its escape.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    surface = surface_of(stdout)
    try:
        return run_interruptibly(partial(_run, argv, surface), stdout, stderr, stdin)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _run(argv: Sequence[str], surface: Surface, token: CancelToken, output: Output) -> int:
    try:
        return _run_command(parse(argv), surface, token, output)
    except Cancelled:
        raise
    except BurrowError as error:
        output.complain(f"burrow: {visible_line(str(error))}")
        return ExitCode.UNUSABLE if isinstance(error, USAGE) or error.code in USAGE_CODES else ExitCode.FAULTS


def _run_command(arguments: Arguments, surface: Surface, token: CancelToken, output: Output) -> int:
    own = OwnPaths.default() if arguments.data_dir is None else OwnPaths.under(arguments.data_dir)
    match arguments.command:
        case HelpArguments(text):
            output.say(text)
        case VersionArguments():
            output.say(f"burrow {VERSION}\n")
        case PathsArguments(is_json):
            output.say(_own_paths(own, is_json))
        case ListArguments() | ShowArguments() | DoctorArguments() | CopyArguments() as command:
            return _with_library(command, own, surface, token, output)
        case ActionArguments() | UndoArguments() | ChangesArguments() as change:
            return _change(change, own, surface, token, output)
        case _:
            assert_never(arguments.command)
    return ExitCode.WELL


def _with_library(
    command: ListArguments | ShowArguments | DoctorArguments | CopyArguments,
    own: OwnPaths,
    surface: Surface,
    token: CancelToken,
    output: Output,
) -> int:
    """Run a command that reads stores; its snapshots are gone when it ends, and those of dead processes too."""
    remove_leftovers(own.scratch)
    library = Library(own)
    try:
        if isinstance(command, ShowArguments):
            notes = read_notes(Annotations(own), token, output)
            return show_session(command, library, surface, token, output, notes)
        if isinstance(command, CopyArguments):
            return copy_to_file(command, library, own, token, output)
        places = () if command.paths else usual_places(Surroundings.of_process(is_command=True))
        if isinstance(command, DoctorArguments):
            return check_stores(command, places, library, surface, token, output)
        notes = read_notes(Annotations(own), token, output)
        return list_sessions(command, places, library, surface, token, output, notes)
    finally:
        library.close_all()


def _change(command: ChangeCommand, own: OwnPaths, surface: Surface, token: CancelToken, output: Output) -> int:
    """Run a command that changes stores, or says what was changed."""
    # What changes stores is loaded when something is to be changed.
    from store.cli.action_commands import Changing, change_sessions, undo_change
    from store.cli.changes_command import list_changes
    from store.guarded import Guarded

    remove_leftovers(own.scratch)
    library = Library(own)
    try:
        with_ = Changing(Guarded(library, Annotations(own), own), library, surface, token, output)
        if isinstance(command, ActionArguments):
            return change_sessions(command, with_)
        return undo_change(command, with_) if isinstance(command, UndoArguments) else list_changes(command, with_)
    finally:
        library.close_all()


def _own_paths(own: OwnPaths, is_json: bool) -> str:
    places = {
        "settings": own.settings_file,
        "annotations": own.annotations_file,
        "changes": own.changes_file,
        "backups": own.backups,
        "demo": own.demo,
        "catalogue": own.catalogue_file,
        "snapshots": own.scratch,
        "log": own.log_file,
    }
    if is_json:
        return json.dumps({name: str(path) for name, path in places.items()}) + "\n"
    return "".join(f"{name:<13}{visible_line(str(path))}\n" for name, path in places.items())
