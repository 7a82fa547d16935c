"""The rows of a session with a head, and what is stored beside the head, against what it counts (§1.5 rules 1 to 4)."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass

from store.cancel import CancelToken
from store.meerkat.checks.columns import metadata_agrees
from store.meerkat.checks.message_pass import Passed
from store.meerkat.checks.results import failed, passed
from store.meerkat.codec.byte_source import BlobSource
from store.meerkat.details import member_span_at
from store.meerkat.heads.cells import Cells
from store.meerkat.heads.heads import Boundary, Head
from store.meerkat.heads.strands import Strand
from store.meerkat.messages.times import system_time_ms
from store.meerkat.revisions.rewrites import Rewrites
from store.values.amounts import counted
from store.values.checks import CheckName, CheckResult


@dataclass(frozen=True, slots=True)
class HeadRows:
    """The rows of a session with a head, as far as they are read before its messages.

    Attributes:
        boundary: the last committed head; None where none is recorded.
        cells: its metadata; None where that stands in the head.
        strand: None where not one message can be found; `why` says so.
        rewrites: that were adopted.
    """

    head: Head
    boundary: Boundary | None
    cells: Cells | None
    rewrites: Rewrites
    strand: Strand | None
    why: str


def judge_counts(connection: sqlite3.Connection, rows: HeadRows, found: Passed, token: CancelToken) -> CheckResult:
    """Rows of the strand, columns beside the head, and rewrites, against what the head says."""
    name, head = CheckName.ROW_COUNTS, rows.head
    promised = head.message_count
    if promised is None or rows.strand is None or rows.strand.missing:
        sentence = rows.why if rows.strand is None else rows.strand.faults[-1].sentence
        return failed(name, sentence, "" if promised is None else promised, found.count)
    differing = next((fault for fault in head.faults if fault.code == "head-differs"), None)
    if differing is not None:
        return failed(name, differing.sentence, *_first_difference(head))
    kept, retired = len(rows.rewrites.kept) + len(rows.rewrites.problems), rows.rewrites.retired_count
    adopted = head.rewrite_count or 0
    if kept + retired != adopted:
        sentence = f"The head counts {counted(adopted, 'rewrite')}; {kept:,} are stored and {retired:,} retired."
        return failed(name, sentence, adopted, kept + retired)
    if not _has_metadata_column(connection, head, token):
        return failed(name, "The metadata beside the head is not that of the head.", "the head's", "another")
    rewrites = f", {counted(adopted, 'rewrite')}" if adopted else ""
    return passed(name, f"{counted(found.count, 'row')} of the strand{rewrites}, as the head counts them")


def _has_metadata_column(connection: sqlite3.Connection, head: Head, token: CancelToken) -> bool:
    """Whether the column beside the head repeats its metadata; where that stands in cells, both are empty objects."""
    with ExitStack() as opened:
        try:
            column = BlobSource(connection, "session_heads", "metadata_json", head.rowid)
            opened.enter_context(closing(column))
            whole = BlobSource(connection, "session_heads", "head_json", head.rowid)
            opened.enter_context(closing(whole))
        except sqlite3.OperationalError:
            return False  # NULL or a number
        return metadata_agrees(column, whole, member_span_at(whole, 0, "metadata", token), token)


def _first_difference(head: Head) -> tuple[object, object]:
    """A counter that head and column differ in; nothing where it is something else."""
    pairs = (
        (head.json.message_count, head.columns.message_count),
        (head.json.rewrite_count, head.columns.rewrite_count),
        (system_time_ms(head.json.fields.get("created_at")), head.columns.created_at_ms),
        (system_time_ms(head.json.fields.get("updated_at")), head.columns.updated_at_ms),
    )
    for said, stored in pairs:
        if said is not None and said != stored:
            return said, stored if type(stored) is int else "no number"
    return "", ""
