"""`burrow copy`: sessions of any readable store put into a new file, without loss or not at all."""

from __future__ import annotations

from pathlib import Path

from store.cancel import CancelToken
from store.cli import figures
from store.cli.arguments import CopyArguments
from store.cli.exit_code import ExitCode
from store.cli.json_shapes import Shape, encoded
from store.cli.opened import complain_of, open_paths, the_open
from store.cli.running import Output
from store.cli.session_choice import the_session
from store.cli.visible import visible_line
from store.copying import copy_to_new_file
from store.errors import CopyRefused, UsageError
from store.library import Library
from store.paths import OwnPaths
from store.values.amounts import counted
from store.values.copied import Copied, Remark

SHOWN_SESSIONS = 20
"""Sessions that are named of one sentence; for programs all are."""


def copy_to_file(arguments: CopyArguments, library: Library, own: OwnPaths, token: CancelToken, output: Output) -> int:
    """Copy one session, or all of a store, and say what came of it.

    Returns:
        0; 2 when the path cannot be opened; 3 when something was refused, and then there is no file.

    Raises:
        SessionMissing, AmbiguousSession: the beginning fits none, or several.
        UsageError: several stores lie at the path.
    """
    stores = open_paths(library, (arguments.path,), token)
    complain_of(stores, output)
    opened = the_open(library, stores)
    if not opened:
        return ExitCode.UNUSABLE
    if arguments.session is not None:
        store, session_id = the_session(opened, arguments.session, token)
        wanted: tuple[str, ...] | None = (session_id,)
    elif len(opened) > 1:
        raise UsageError(
            f"{len(opened):,} stores lie at this path, and a copy is made of one.", "Write the path of one store."
        )
    else:
        store, wanted = opened[0], None
    try:
        copied = copy_to_new_file(library, store.facts.key, wanted, arguments.target, own, token)
    except CopyRefused as refused:
        output.complain(f"burrow: {visible_line(str(refused))}")
        if arguments.is_json:
            output.say(encoded(_shape(Copied(()), None, refused)) + "\n")
        return ExitCode.REFUSED
    if arguments.is_json:
        output.say(encoded(_shape(copied, None if copied.refused_count else arguments.target)) + "\n")
    else:
        _say(copied, arguments.target, output)
    return ExitCode.REFUSED if copied.refused_count else ExitCode.WELL


def _shape(copied: Copied, target: Path | None, refused: CopyRefused | None = None) -> Shape:
    """The outcome for programs.

    Args:
        target: the new file, None if there is none.
        refused: why nothing at all could be copied to that place.
    """
    refusals: list[Shape] = [
        {"session": remark.session_id, "code": "not-lossless", "sentence": remark.sentence}
        for remark in copied.refusals
    ]
    if refused is not None:
        refusals.append({"session": None, "code": refused.code, "sentence": refused.sentence})
    return {
        "copied": len(copied.session_ids),
        "path": None if target is None else str(target.absolute()),
        "sessions": list(copied.session_ids),
        "warnings": [{"session": remark.session_id, "sentence": remark.sentence} for remark in copied.warnings],
        "refused": refusals,
    }


def _say(copied: Copied, target: Path, output: Output) -> None:
    """The outcome in words: what was copied on standard output, all else on standard error."""
    for line in _lines(copied.refusals or copied.warnings):
        output.complain(f"burrow: {visible_line(line)}")
    if copied.refused_count:
        what = counted(copied.refused_count, "session")
        output.complain(f"burrow: Nothing was copied: {what} could not be copied without loss.")
        return
    count = len(copied.session_ids)
    what = counted(count, "session")
    output.say(f"Copied {what} to {visible_line(str(target))}.\n")


def _lines(remarks: tuple[Remark, ...]) -> list[str]:
    """One line for each sentence, with the sessions that it is of."""
    of: dict[str, list[str]] = {}
    for remark in remarks:
        of.setdefault(remark.sentence, []).append(remark.session_id)
    lines = []
    for sentence, sessions in of.items():
        named = ", ".join(sessions[:SHOWN_SESSIONS])
        more = f" and {figures.count(len(sessions) - SHOWN_SESSIONS)} more" if len(sessions) > SHOWN_SESSIONS else ""
        lines.append(f"{named}{more}: {sentence}")
    return lines
