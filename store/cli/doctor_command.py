"""`burrow doctor`: stores proved session by session, with what is lost or left over; for people or as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from store.cancel import CancelToken
from store.cli import figures
from store.cli.arguments import DoctorArguments
from store.cli.check_shapes import check_shape
from store.cli.exit_code import ExitCode
from store.cli.json_shapes import encoded
from store.cli.list_command import store_lines
from store.cli.opened import complain_of, nothing_at, open_asked
from store.cli.running import Output
from store.cli.table import Cell, Column, Table
from store.cli.terminal import Ink, Surface
from store.cli.visible import visible_line
from store.discovery import SearchPlace
from store.doctor import examine, failed_check
from store.errors import OpenError
from store.library import Library
from store.values.amounts import COUNTED_IN_STORE, counted
from store.values.checks import Severity, SizeBreakdown, SizePart, StoreCheck
from store.values.store import StoreFacts

_HEADINGS = {
    Severity.ERROR: ("Errors", Ink.FAILED),
    Severity.WARNING: ("Warnings", Ink.STRONG),
    Severity.INFO: ("Notes", Ink.QUIET),
}
_PARTS = {
    SizePart.MESSAGES: "Current messages",
    SizePart.REVISIONS: "Retained revisions",
    SizePart.METADATA: "Metadata",
    SizePart.SNAPSHOT: "Snapshot copies",
    SizePart.BLOBS: "Blobs",
    SizePart.EVENTS: "Events",
    SizePart.REST: "Everything else",
}
_INDENT = "  "
SHOWN_SESSIONS = 20
"""Sessions that are named of one finding; for programs all are."""

_LEAST_WIDTH = 40
"""A sentence is not set in a column narrower than this, however narrow the terminal."""


def check_stores(
    arguments: DoctorArguments,
    places: Sequence[SearchPlace],
    library: Library,
    surface: Surface,
    token: CancelToken,
    output: Output,
) -> int:
    """Check stores, one after the other, and write what was found of each as soon as it is known.

    Args:
        places: where stores are looked for when the arguments name no path.

    Returns:
        0, also when nothing lies at these places; 1 when there is an error or a path could not be opened; 2 when none
        could.
    """
    stores = open_asked(library, arguments.paths, places, token)
    complain_of((facts for facts in stores if not facts.is_open), output)
    if not stores:
        output.complain(f"burrow: {visible_line(nothing_at(places, 'doctor'))}")
    has_errors = _write_json(stores, library, token, output) if arguments.is_json else False
    if not arguments.is_json:
        for check in _checks(stores, library, token):
            has_errors = has_errors or check.has_errors
            output.say("".join(f"{line}\n" for line in _lines(check, surface)))
    if stores and not any(facts.is_open for facts in stores):
        return ExitCode.UNUSABLE
    return ExitCode.FAULTS if has_errors or not all(facts.is_open for facts in stores) else ExitCode.WELL


def _checks(stores: Sequence[StoreFacts], library: Library, token: CancelToken) -> Iterator[StoreCheck]:
    """The accounts of the stores that could be opened; one that is lost on the way has an error that says so."""
    for facts in stores:
        if not facts.is_open:
            continue
        try:
            yield examine(library, facts.key, token)
        except OpenError as error:
            yield failed_check(facts, error)


def _write_json(stores: Sequence[StoreFacts], library: Library, token: CancelToken, output: Output) -> bool:
    """Write the document once all of it is known: half of one is of no use. Returns whether a store has errors."""
    has_errors = False
    shapes: list[str] = []
    checked = _checks(stores, library, token)
    for facts in stores:
        check = next(checked) if facts.is_open else None
        has_errors = has_errors or (check is not None and check.has_errors)
        shapes.append(encoded(check_shape(facts if check is None else check.facts, check)))
    output.say('{"stores": [')
    for number, shape in enumerate(shapes):
        output.say((",\n" if number else "\n") + shape)
    output.say("]}\n")
    return has_errors


def _lines(check: StoreCheck, surface: Surface) -> list[str]:
    """One store for people: what it is, its checks, its findings, its sizes."""
    lines = [*store_lines(check.facts, surface), visible_line(_summary(check)), ""]
    lines.extend(_tally_lines(check, surface))
    for severity in Severity:
        lines.extend(_finding_lines(check, severity, surface))
    if check.sizes is not None:
        lines.extend(_size_lines(check.sizes, surface))
    return [*lines, ""]


def _summary(check: StoreCheck) -> str:
    """One line that tells whether all is well."""
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    told = [counted(number, word) for severity, word in words.items() if (number := check.counts.get(severity, 0))]
    sessions = counted(check.checked, "session")
    return f"{sessions} checked: {', '.join(told) or 'nothing to report'}."


def _tally_lines(check: StoreCheck, surface: Surface) -> list[str]:
    columns = [
        Column("Check", least=18, most=18),
        Column("Passed", least=6, most=19, is_number=True),
        Column("Failed", least=6, most=19, is_number=True),
        Column("Not applicable", least=14, most=19, is_number=True),
    ]
    rows = [
        [
            Cell(tally.name.value),
            Cell(figures.count(tally.passed)),
            Cell(figures.count(tally.failed), (Ink.FAILED,) if tally.failed else ()),
            Cell(figures.count(tally.not_applicable), (Ink.QUIET,)),
        ]
        for tally in check.tallies
        if tally.passed or tally.failed or tally.not_applicable
    ]
    return Table(columns, surface).lines(rows) if rows else []


def _finding_lines(check: StoreCheck, severity: Severity, surface: Surface) -> list[str]:
    """All findings of one severity; what is said of several sessions in the same words is said once."""
    count = check.counts.get(severity, 0)
    if not count:
        return []
    heading, ink = _HEADINGS[severity]
    groups: dict[tuple[str, str], list[str | None]] = {}
    for finding in check.findings:
        if finding.severity is severity:
            groups.setdefault((finding.code, finding.sentence), []).append(finding.session_id)
    shown = sum(map(len, groups.values()))
    lines = ["", surface.inked(f"{heading} ({figures.count(count)})", ink)]
    for (code, sentence), sessions in sorted(groups.items(), key=lambda group: group[0][0]):
        lines.append(f"{_INDENT}{surface.inked(visible_line(code), Ink.STRONG)}")
        lines.extend(f"{_INDENT * 2}{line}" for line in _set(visible_line(sentence), surface))
        lines.extend(f"{_INDENT * 2}{line}" for line in _session_lines(sessions, surface))
    if count > shown:
        lines.append(f"{_INDENT}and {figures.count(count - shown)} more findings")
    return lines


def _session_lines(sessions: Sequence[str | None], surface: Surface) -> list[str]:
    """The sessions that something was found of; None stands for the store itself, or a session without a name."""
    ids = [one for one in sessions if one is not None]
    lines = [surface.inked(visible_line(one), Ink.QUIET) for one in ids[:SHOWN_SESSIONS]]
    if len(ids) > SHOWN_SESSIONS:
        lines.append(f"and {figures.count(len(ids) - SHOWN_SESSIONS)} more; --json names all")
    if (nameless := len(sessions) - len(ids)) > 1:
        lines.append(f"{figures.count(nameless)} times")
    return lines


def _set(sentence: str, surface: Surface) -> list[str]:
    """A sentence broken to the width of a terminal."""
    if surface.columns is None:
        return [sentence]
    return textwrap.wrap(sentence, max(_LEAST_WIDTH, surface.columns - len(_INDENT) * 2), break_long_words=False)


def _size_lines(sizes: SizeBreakdown, surface: Surface) -> list[str]:
    about = "about " if sizes.is_estimate else ""
    head = f"Sizes, {about}{figures.size(sizes.total_bytes)} in all"
    columns = [
        Column("Part", least=18, most=18),
        Column("Size", least=8, most=12, is_number=True),
        Column("In", least=18, most=36),
    ]
    rows = [
        [
            Cell(_PARTS[part.part]),
            Cell(figures.size(part.size_bytes)),
            Cell(figures.count(None) if part.count is None else counted(part.count, *COUNTED_IN_STORE[part.part])),
        ]
        for part in sizes.parts
    ]
    return ["", surface.inked(head, Ink.STRONG), *Table(columns, surface).lines(rows)]
