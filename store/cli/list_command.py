"""`burrow list`: the sessions of stores, as a table for people or as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from store.cancel import CancelToken
from store.cli import figures
from store.cli.arguments import ListArguments, ListForm
from store.cli.exit_code import ExitCode
from store.cli.json_shapes import encoded, session_shape, store_shape
from store.cli.noting import Notes
from store.cli.opened import complain_of, nothing_at, open_asked, the_open
from store.cli.ordering import PAGE_ROWS, Listed, Listing, OpenStore
from store.cli.running import Output
from store.cli.table import Cell, Column, Table
from store.cli.terminal import Ink, Surface
from store.cli.visible import visible_line
from store.discovery import SearchPlace
from store.library import Library
from store.values.amounts import counted
from store.values.fault import Fault
from store.values.session import SessionState, SessionSummary
from store.values.store import Access, StoreFacts, StoreKind

_ACCESS_WORDS = {
    Access.UNCHANGED_FILE: "the unchanged file",
    Access.SNAPSHOT: "a snapshot",
    Access.IN_PLACE: "in place",
    Access.PLAIN_FILE: "a plain file",
}


def list_sessions(
    arguments: ListArguments,
    places: Sequence[SearchPlace],
    library: Library,
    surface: Surface,
    token: CancelToken,
    output: Output,
    notes: Notes,
) -> int:
    """Write the list.

    Args:
        places: where stores are looked for when the arguments name no path.
        notes: what is noted of sessions; a hidden one is listed too, and says so.

    Returns:
        0, also when nothing lies at these places; 1 when a store or a listed session has a fault; 2 when no path could
        be opened.
    """
    stores = open_asked(library, arguments.paths, places, token)
    opened = the_open(library, stores)
    listing = Listing(opened, arguments.order, token, notes)
    end = None if arguments.limit is None else arguments.offset + arguments.limit
    rows = listing.rows(arguments.offset, end)
    complain_of(stores, output)
    if not stores:
        output.complain(f"burrow: {visible_line(nothing_at(places, 'list'))}")
    match arguments.form:
        case ListForm.JSON:
            _write_json(stores, listing, rows, output)
        case ListForm.JSON_LINES:
            for row in rows:
                output.say(encoded(session_shape(row.summary, row.store.facts.kind)) + "\n")
        case ListForm.PEOPLE:
            _write_table(opened, rows, surface, output)
    for key, error in listing.lost.items():
        output.complain(f"burrow: {visible_line(f'{key.path}: {error}')}")
    if stores and not opened:
        return ExitCode.UNUSABLE
    has_faults = listing.fault_counts or listing.lost or any(facts.faults for facts in stores)
    return ExitCode.FAULTS if has_faults else ExitCode.WELL


def _write_json(stores: Sequence[StoreFacts], listing: Listing, rows: Iterator[Listed], output: Output) -> None:
    """Write the document row by row; the stores come last, when it is known how many faults their rows had."""
    output.say('{"sessions": [')
    lead = "\n"
    for row in rows:
        output.say(lead + encoded(session_shape(row.summary, row.store.facts.kind)))
        lead = ",\n"
    shapes = [encoded(store_shape(_as_left(facts, listing), listing.fault_counts[facts.key])) for facts in stores]
    output.say('],\n"stores": [\n' + ",\n".join(shapes) + "]}\n")


def _as_left(facts: StoreFacts, listing: Listing) -> StoreFacts:
    """Facts of a store with the fault that ended its rows early, if one did."""
    error = listing.lost.get(facts.key)
    return facts if error is None else replace(facts, faults=(*facts.faults, Fault(error.code, error.sentence)))


def _write_table(stores: Sequence[OpenStore], rows: Iterator[Listed], surface: Surface, output: Output) -> None:
    for store in stores:
        output.say("\n".join(store_lines(store.facts, surface)) + "\n")
    has_store = len(stores) > 1
    table = Table(_columns(has_store), surface)
    lead = "\n"
    while page := list(islice(rows, PAGE_ROWS)):
        lines = table.lines([_cells(row, has_store) for row in page])
        output.say(lead + "\n".join(lines) + "\n")
        lead = ""


def store_lines(facts: StoreFacts, surface: Surface) -> list[str]:
    """Two lines that say what a store is and how it is being read."""
    kind = "" if facts.kind is StoreKind.UNKNOWN else f"{facts.kind.value.capitalize()} "
    access = f"read from {_ACCESS_WORDS[facts.access]}" if facts.access is not None else ""
    number = facts.session_count
    sessions = f"{figures.ABSENT} sessions" if number is None else counted(number, "session")
    running = ["running"] if facts.is_running else []
    about = ", ".join([f"{kind}{facts.generation}", sessions, *running, access])
    head = surface.inked(visible_line(facts.name), Ink.STRONG)
    return [f"{head}  {visible_line(about)}", surface.inked(visible_line(facts.key.path), Ink.QUIET)]


def _columns(has_store: bool) -> list[Column]:
    store = [Column("Store", least=8, most=20, leaves_at=2)] if has_store else []
    return [
        Column("Id", least=18, most=36, is_id=True),
        Column("Title", least=20, most=60),
        *store,
        Column("State", least=9, most=9),
        Column("Model", least=12, most=24, leaves_at=3),
        Column("Messages", least=8, most=19, is_number=True, leaves_at=4),
        Column("Tokens", least=6, most=26, is_number=True, leaves_at=1),
        Column("Size", least=8, most=12, is_number=True, leaves_at=5),
        Column("Updated", least=16, most=16),
    ]


def _cells(row: Listed, has_store: bool) -> list[Cell]:
    summary = row.summary
    store = [Cell(visible_line(row.store.facts.name))] if has_store else []
    word, inks = shown_state(summary)
    is_quiet = summary.state is SessionState.ARCHIVED or summary.is_hidden
    return [
        Cell(visible_line(summary.key.session_id), (Ink.QUIET,)),
        Cell(visible_line(summary.title), (Ink.QUIET,) if is_quiet else ()),
        *store,
        Cell(word, inks),
        Cell(visible_line(summary.model or figures.ABSENT)),
        Cell(figures.count(summary.message_count)),
        Cell(figures.count(summary.total_tokens)),
        Cell(figures.size(summary.size_bytes)),
        Cell(figures.local_time(summary.updated_at_ms)),
    ]


def shown_state(summary: SessionSummary) -> tuple[str, tuple[Ink, ...]]:
    """The state that people see, the first that fits: damaged, running, archived, hidden, ended, never run, active."""
    if summary.state is SessionState.DAMAGED:
        return "damaged", (Ink.FAILED,)
    if summary.is_running:
        return "running", (Ink.RUNNING,)
    if summary.is_hidden and summary.state is not SessionState.ARCHIVED:
        return "hidden", (Ink.QUIET,)
    if summary.state is not SessionState.ACTIVE:
        return summary.state.value, (Ink.QUIET,)
    if summary.has_no_answer:
        return "never run", (Ink.QUIET,)
    return "active", ()
