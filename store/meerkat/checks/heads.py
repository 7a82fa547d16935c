"""The checks of a session that is a head and a strand of rows (formats/meerkat.md §1.5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing

from store.cancel import CancelToken
from store.errors import SessionDamaged
from store.meerkat.checks.alongside import Alongside
from store.meerkat.checks.checked import Checked
from store.meerkat.checks.graph_words import graph_result
from store.meerkat.checks.head_cells import judge_cells
from store.meerkat.checks.head_counts import HeadRows, judge_counts
from store.meerkat.checks.head_lineage import Lineages, find_lineages
from store.meerkat.checks.head_seals import judge_authority, judge_head_token
from store.meerkat.checks.message_pass import TOO_LONG, Passed, Wanted, pass_over
from store.meerkat.checks.receipts import Receipt, judge_receipts, read_receipts
from store.meerkat.checks.releases import FIRST_SEALED_LEDGER, Releases, format_words, releases_of_head
from store.meerkat.checks.results import failed, not_applicable, passed, short
from store.meerkat.checks.rows import NO_RECEIPTS, find_obstacle, read_stored_receipts
from store.meerkat.codec.byte_source import BlobSource
from store.meerkat.codec.strict_json import NotStrict, parse
from store.meerkat.generation import Layout
from store.meerkat.heads.cells import Cells, read_cells
from store.meerkat.heads.heads import read_boundary, read_head, unfinished
from store.meerkat.heads.strands import read_strand, resolve_strand
from store.meerkat.listing import RUNTIME_PREFIX
from store.meerkat.places import Place
from store.meerkat.revisions.graph_rewrites import judge_rewrites
from store.meerkat.revisions.rewrites import read_rewrites
from store.meerkat.shapes.digests import ALL_FORMATS
from store.values.amounts import counted
from store.values.checks import CheckName, CheckResult, Finding, Severity

MAX_PARSED_BYTES = 256 * 1024
SEALED = "Sessions with heads and strands are read only: their writers guard them with seals of their own."
NEWER = "newer-version"
"""Code of the fault of a head in a format that is not known: nobody can say what its Meerkat refuses."""

_NOTHING_READ = "The messages of this session cannot be found."


def check_head(
    connection: sqlite3.Connection, layout: Layout, place: Place, session_id: str, token: CancelToken
) -> Checked:
    """Prove what can be proved of a session with a head, but for its blobs. Raises SessionDamaged."""
    rows = _read_rows(connection, layout, place, token)
    head = rows.head
    checked = Checked(session_id, obstacle=find_obstacle(connection, layout, session_id) or SEALED)
    releases = releases_of_head(layout, head.json.version)
    receipts, unreadable_count = read_receipts(read_stored_receipts(connection, layout, session_id) or ())
    lineages = find_lineages(connection, head, rows.rewrites, rows.strand, token)
    with ExitStack() as opened:
        alongside = _snapshot(connection, layout, session_id, opened, token)
        found = _pass(connection, rows, alongside, receipts, lineages, releases, token)
    checked.blob_ids, checked.inline_count = found.blob_ids, found.inline_count
    checked.take(_judge_reading(rows, found))
    checked.take(judge_counts(connection, rows, found, token))
    checked.take(_judge_revision(checked, releases, rows, found))
    checked.take(graph_result(judge_rewrites(connection, layout, head, token, releases.formats)))
    checked.take(judge_head_token(connection, head, token))
    checked.take(judge_authority(layout, head, rows.boundary, found))
    checked.take(lineages.judge())
    checked.take(judge_cells(head, rows.cells))
    checked.take(_judge_copies(layout, alongside, found))
    if not layout.has("runtime_boundary_receipts"):
        checked.leave_out(NO_RECEIPTS, CheckName.BOUNDARY_RECEIPTS)
    elif receipts and not found.is_named:
        checked.leave_out(found.why_unnamed, CheckName.BOUNDARY_RECEIPTS)
    else:
        kept = rows.rewrites.kept
        rewritten_at_ms = kept[-1].commit.committed_at_ms if kept else None
        checked.take(judge_receipts(receipts, unreadable_count, found, rewritten_at_ms, bool(head.rewrite_count)))
    _note_unfinished(checked, rows)
    return checked


def _read_rows(connection: sqlite3.Connection, layout: Layout, place: Place, token: CancelToken) -> HeadRows:
    head = read_head(connection, place.head_rowid or 0, token)
    if head is None:
        raise SessionDamaged("The head of this session is not there any more.")
    cells = None
    if head.json.has_cells:
        cells = read_cells(connection, layout, head.session_id, head.json.fields.get("metadata_identity"))
    boundary = read_boundary(connection, layout, head.session_id)
    rewrites = read_rewrites(connection, layout, head, token)
    strand, why = None, _NOTHING_READ
    if head.message_count is None:
        why = "The head of this session does not say how many messages it has."
    else:
        try:
            length = head.message_count
            strand = resolve_strand(connection, head.session_id, head.strand, length, token, rewrites.links)
        except SessionDamaged as error:
            why = error.sentence
    return HeadRows(head, boundary, cells, rewrites, strand, why)


def _snapshot(
    connection: sqlite3.Connection, layout: Layout, session_id: str, opened: ExitStack, token: CancelToken
) -> Alongside | None:
    """The runtime's snapshot where Meerkat may still read it: before heads were sealed."""
    if (layout.ledger or 0) >= FIRST_SEALED_LEDGER or not layout.has("runtime_session_snapshots"):
        return None
    row = connection.execute(
        "SELECT rowid FROM runtime_session_snapshots WHERE runtime_id = ?", (RUNTIME_PREFIX + session_id,)
    ).fetchone()
    if row is None:
        return None
    try:
        source = BlobSource(connection, "runtime_session_snapshots", "session_snapshot", row[0])
    except sqlite3.OperationalError:
        return None
    opened.enter_context(closing(source))
    return Alongside(source, token)


def _pass(
    connection: sqlite3.Connection,
    rows: HeadRows,
    alongside: Alongside | None,
    receipts: Sequence[Receipt],
    lineages: Lineages,
    releases: Releases,
    token: CancelToken,
) -> Passed:
    """Pass over the messages, which the snapshot is compared with, in the formats that are likely.

    A second time in all formats where none of those fits.
    """
    counts = {receipt.count for receipt in receipts}
    promised = [receipt.name for receipt in receipts]
    own = rows.head.json.head_revision
    for head in (rows.head.json, *([rows.boundary.head] if rows.boundary is not None else [])):
        counts |= {head.message_count} if head.message_count is not None else set()
        promised += [head.head_revision] if head.head_revision is not None else []
    formats = releases.formats | {receipt.form for receipt in receipts if receipt.form is not None}
    wanted = Wanted(formats, counts, tuple(lineages.goals), releases.is_legacy_refused)
    strand = rows.strand
    if strand is None:
        return pass_over((), wanted, token)
    messages: Iterator[bytes] = (data for _, data in read_strand(connection, strand, 0, strand.length, token))
    found = pass_over(messages if alongside is None else alongside.watch(messages), wanted, token, strand.length)
    is_told = own is None or own in found.names(releases.formats)
    if found.is_named and not (is_told and found.names().issuperset(promised)):
        wanted.formats, wanted.goals = ALL_FORMATS, ()
        again = (data for _, data in read_strand(connection, strand, 0, strand.length, token))
        found = pass_over(again, wanted, token, strand.length)
    return found


def _judge_reading(rows: HeadRows, found: Passed) -> CheckResult:
    """Whether Meerkat reads head, metadata and messages."""
    name, head = CheckName.DOCUMENT, rows.head
    broken = next((fault.sentence for fault in head.json.faults if fault.code != NEWER), "")
    problem = broken or (rows.why if rows.strand is None else found.problem) or _cell_problem(rows.cells)
    newer = next((fault.sentence for fault in head.json.faults if fault.code == NEWER), "")
    if newer and rows.strand is not None:
        return not_applicable(name, newer)
    if problem:
        return failed(name, f"Meerkat refuses this session. {problem}")
    own_id = head.json.session_id
    if own_id is None or own_id.lower().encode("utf-8", "surrogatepass") != head.session_id.lower():
        expected = head.session_id.decode("utf-8", "backslashreplace")
        return failed(name, "The head names another session than its row.", expected, own_id or "")
    if found.unread_count:
        return not_applicable(name, TOO_LONG)
    return passed(name, f"read as Meerkat reads it: {counted(found.count, 'message')}")


def _cell_problem(cells: Cells | None) -> str:
    for cell in cells.cells if cells is not None else ():
        if cell.value is None or len(cell.value) > MAX_PARSED_BYTES:
            continue
        try:
            parse(cell.value)
        except NotStrict as reason:
            return f"The metadata value “{cell.name[:100]}” cannot be read: {reason}."
    return ""


def _judge_revision(checked: Checked, releases: Releases, rows: HeadRows, found: Passed) -> CheckResult:
    """The head's name for the transcript against its messages, in the right one of the five formats."""
    name, stored = CheckName.REVISION_DIGEST, rows.head.json.head_revision
    if stored is None:
        return failed(name, "The head of this session names no revision.")
    checked.revision = stored  # what Meerkat calls it, also where it is not that
    if rows.strand is None:
        return not_applicable(name, "There is no digest of messages that cannot be found.")
    if found.lost_times:
        return failed(name, found.lost_times, stored)
    if not found.is_named:
        return not_applicable(name, found.why_unnamed)
    names = found.revision
    messages = counted(found.count, "message")
    fitting = frozenset(form for form, digest in names.items() if digest == stored)
    if not fitting:
        sentence = f"Head {short(stored)} is the digest of its {messages} in none of the five formats."
        return failed(name, sentence, stored, names[min(releases.formats)])
    checked.name(stored, releases.one_of(fitting))
    return passed(name, f"head {short(stored)} equals its {messages} ({format_words(fitting, releases)})")


def _judge_copies(layout: Layout, alongside: Alongside | None, found: Passed) -> CheckResult:
    name = CheckName.COPIES
    if (layout.ledger or 0) >= FIRST_SEALED_LEDGER:
        return not_applicable(name, "The head alone counts; a snapshot beside it is frozen and may be older.")
    if alongside is None:
        return not_applicable(name, "There is no second copy: the session has no runtime row.")
    if alongside.is_broken:
        return failed(name, "The runtime's snapshot is no document.", "a document", "something else")
    if alongside.differs:
        at = alongside.count + 1
        sentence = f"The runtime's snapshot differs from the head in message {at:,}."
        return failed(name, sentence, "equal messages", "other ones")
    if alongside.is_longer:
        sentence = f"The runtime's snapshot holds more than the {counted(found.count, 'message')} of the head."
        return failed(name, sentence, found.count, f"more than {found.count:,}")
    if alongside.count < found.count:
        behind = counted(found.count - alongside.count, "message")
        return not_applicable(name, f"The runtime's snapshot is an older state: it lacks the last {behind}.")
    return passed(name, "runtime row and head tell the same messages")


def _note_unfinished(checked: Checked, rows: HeadRows) -> None:
    boundary = rows.boundary
    if boundary is None:
        return
    is_same = boundary.head.raw == rows.head.json.raw
    fault = unfinished(rows.head.message_count, boundary.head.message_count, is_same, boundary.tail)
    if fault is not None:
        checked.findings.append(Finding(Severity.WARNING, checked.session_id, fault.code, fault.sentence))
