"""Strands: where each message of a transcript stands when messages are rows (formats/meerkat.md §1.5, rules 3, 6–8).

A strand without a link owns all of its rows. One with a link owns a part in its middle and what was appended later; the
rest is read from another strand, which may be linked itself. Resolved, a strand is a few runs of rows, one after the
other. Ids and names are the stored bytes: whatever a file calls text is compared as such and never decoded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from store.cancel import CancelToken
from store.errors import SessionDamaged
from store.meerkat.messages.titles import one_line
from store.values.fault import Fault

IN_RUN = (
    "m.session_id = CAST(? AS TEXT) AND m.strand = CAST(? AS TEXT) AND typeof(m.seq) = 'integer'"
    " AND m.seq >= ? AND m.seq < ?"
)
"""Rows of a run; parameters as `Strand.range_of` gives them."""

LINKS_TABLE = "session_strand_links"
FIRST_ROWS = 50
FETCHED_ROWS = 500
FETCHED_BYTES = 4 * 1024 * 1024
"""Rows are fetched a few at first, later so many at once."""

MAX_LINKS = 20_000
MAX_STEPS = 2_000_000
"""Pieces looked at on the way along the links; only a file made to be slow has more."""

MAX_ROW = (1 << 63) - 1
"""The highest row number that SQLite can hold."""

MAX_NAME_BYTES = 100
"""Of a strand's name in a sentence."""

MAX_READ_BYTES = 64 * 1024 * 1024
"""Of a longer row only the beginning is ever read."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a strand takes from another one (rule 8).

    Attributes:
        successor: the other strand.
        length: messages that the link speaks of; own rows from there on are appended ones.
        begin, end: the rows that the strand owns itself, [begin, end).
        successor_end: the successor's message that follows the own rows.
        is_sound: whether it keeps the rules that Meerkat checks.
    """

    successor: bytes
    length: int
    begin: int
    end: int
    successor_end: int
    is_sound: bool


Links = dict[bytes, Link]
"""Links of one session, by strand."""


@dataclass(frozen=True, slots=True)
class Run:
    """Messages that stand in rows of one strand, one after the other.

    Attributes:
        begin, end: their numbers in the transcript, [begin, end).
        strand: the strand that owns the rows.
        first: row number (`seq`) of the first one.
    """

    begin: int
    end: int
    strand: bytes
    first: int


@dataclass(frozen=True, slots=True)
class Strand:
    """A strand with its links overlaid.

    Attributes:
        session_id, name: as stored.
        length: messages asked for.
        runs: where they stand, rising and without overlap; what no run covers cannot be told.
        missing: how many of them are not stored, or not to be found.
        faults: why.
        is_linked: whether a link was followed.
    """

    session_id: bytes
    name: bytes
    length: int
    runs: tuple[Run, ...]
    missing: int = 0
    faults: tuple[Fault, ...] = ()
    is_linked: bool = False

    def within(self, begin: int, end: int) -> Iterator[Run]:
        """The runs of messages [begin, end), cut to them."""
        for run in self.runs:
            first, last = max(run.begin, begin), min(run.end, end)
            if first < last:
                yield Run(first, last, run.strand, run.first + first - run.begin)

    def range_of(self, run: Run) -> tuple[bytes, bytes, int, int]:
        """Parameters of `IN_RUN`."""
        return self.session_id, run.strand, min(run.first, MAX_ROW), min(run.first + run.end - run.begin, MAX_ROW)

    def has_same_rows(self, other: Strand, count: int) -> bool:
        """Whether the first messages stand in the same rows in both."""
        return tuple(self.within(0, count)) == tuple(other.within(0, count))


def read_links(connection: sqlite3.Connection, session_id: bytes) -> Links:
    """Read the links of a session; none where the table is missing or another one."""
    try:
        rows = connection.execute(
            "SELECT CAST(strand AS BLOB), CAST(successor AS BLOB), strand_len, splice_start, splice_end, successor_end"
            f" FROM {LINKS_TABLE} WHERE session_id = CAST(? AS TEXT) LIMIT ?",
            (session_id, MAX_LINKS),
        ).fetchall()
    except sqlite3.OperationalError as error:
        if not str(error).startswith("no such"):
            raise
        return {}
    return {strand or b"": _link(successor, numbers) for strand, successor, *numbers in rows}


def _link(successor: bytes | None, numbers: list[object]) -> Link:
    whole = [number if isinstance(number, int) else -1 for number in numbers]
    length, begin, end, successor_end = whole
    is_sound = successor is not None and 0 <= begin <= end <= length and begin <= successor_end
    return Link(successor or b"", length, begin, end, successor_end, is_sound)


def overlay(session_id: bytes, name: bytes, length: int, links: Links, token: CancelToken) -> Strand:
    """Overlay the links of a session; looks at no rows, so that `missing` counts only what no row number is known of.

    Args:
        length: messages wanted, 0 or more.
    """
    runs: list[Run] = []
    faults: list[Fault] = []
    pending = [(0, length, 0)] if length > 0 else []  # message begin, end, and the number of the first in `strand`
    strand, seen, steps = name, {name}, 0
    while pending:
        token.check()
        link = links.get(strand)
        if link is None:
            runs.extend(Run(begin, end, strand, first) for begin, end, first in pending)
            pending = []
            break
        if not link.is_sound:
            faults.append(Fault("bad-link", f"The link of strand {_named(strand)} breaks the rules of links."))
            break
        steps += len(pending)
        pending = _follow(strand, link, pending, runs)
        strand = link.successor
        if pending and (strand in seen or steps > MAX_STEPS):
            what = f"lead in a circle at {_named(strand)}" if strand in seen else "are too many to be followed"
            faults.append(Fault("link-cycle", f"The linked strands of this session {what}."))
            break
        seen.add(strand)
    missing = sum(end - begin for begin, end, _ in pending)
    runs.sort(key=lambda run: run.begin)
    return Strand(session_id, name, length, _joined(runs), missing, tuple(faults), name in links)


def _follow(
    strand: bytes, link: Link, pending: list[tuple[int, int, int]], runs: list[Run]
) -> list[tuple[int, int, int]]:
    """Take a strand's own rows of the pieces; what is left is its successor's, in the successor's numbers."""
    left: list[tuple[int, int, int]] = []
    # From, to, and how far off the successor's own number is; None for the strand's own rows.
    shift = link.successor_end - link.end
    own, tail = (link.begin, link.end, None), (link.length, None, None)
    parts = ((0, link.begin, 0), own, (link.end, link.length, shift), tail)
    for begin, end, first in pending:
        last = first + end - begin
        for low, high, moved in parts:
            start, stop = max(first, low), last if high is None else min(last, high)
            if start >= stop:
                continue
            at = begin + start - first
            if moved is None:
                runs.append(Run(at, at + stop - start, strand, start))
            else:
                left.append((at, at + stop - start, start + moved))
    return left


def _joined(runs: list[Run]) -> tuple[Run, ...]:
    """Runs that follow each other in the same strand as one."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if (
            last is not None
            and (last.end, last.strand) == (run.begin, run.strand)
            and last.first + last.end - last.begin == run.first
        ):
            joined[-1] = Run(last.begin, run.end, run.strand, last.first)
        else:
            joined.append(run)
    return tuple(joined)


def resolve_strand(
    connection: sqlite3.Connection,
    session_id: bytes,
    strand: bytes,
    length: int,
    token: CancelToken,
    links: Links | None = None,
) -> Strand:
    """Find the rows of a strand's messages and count them.

    Args:
        session_id, strand: stored bytes.
        length: messages wanted: of a head its `message_count`, of a body its `strand_len` or `parent_len`.
        links: of the session, where they are known already.

    Raises:
        SessionDamaged: there should be messages, and not one can be found.
    """
    known = read_links(connection, session_id) if links is None else links
    found = overlay(session_id, strand, length, known, token)
    stored = 0
    for run in found.runs:
        token.check()
        stored += count_rows(connection, found, run)
    missing = length - stored
    if length and not stored:
        raise nothing_stored(found)
    if not missing:
        return found
    fault = Fault("missing-messages", missing_messages(missing, length))
    return Strand(session_id, strand, length, found.runs, missing, (*found.faults, fault), found.is_linked)


def count_rows(connection: sqlite3.Connection, strand: Strand, run: Run) -> int:
    """How many rows of a run are stored."""
    row = connection.execute(
        f"SELECT count(*) FROM session_strand_messages m WHERE {IN_RUN}", strand.range_of(run)
    ).fetchone()
    return int(row[0])


def nothing_stored(strand: Strand) -> SessionDamaged:
    """The error of a transcript of which not one message is to be found."""
    reason = strand.faults[0].sentence if strand.faults else missing_messages(strand.length, strand.length)
    return SessionDamaged(reason, "The other sessions are unaffected.")


def missing_messages(missing: int | None, count: int) -> str:
    """The sentence about rows of a strand that are not there; None for an unknown number of them."""
    lost = "Some" if missing is None else f"{missing:,}"
    verb = "is" if missing == 1 else "are"
    return f"{lost} of the {count:,} messages that the head of this session counts {verb} not stored."


def read_strand(
    connection: sqlite3.Connection, strand: Strand, begin: int, end: int, token: CancelToken
) -> Iterator[tuple[int, bytes]]:
    """Read messages [begin, end): number and stored bytes of each that is there, rising.

    Of a row over 64 MB only the beginning is read. A row that holds NULL gives no bytes.
    """
    for run in strand.within(begin, end):
        cursor = connection.execute(
            "SELECT m.seq, coalesce(substr(CAST(m.message_json AS BLOB), 1, ?), x'') FROM session_strand_messages m"
            f" WHERE {IN_RUN} ORDER BY m.seq",
            (MAX_READ_BYTES, *strand.range_of(run)),
        )
        shift = run.begin - run.first
        last = -1
        for rows in batches(cursor, token):
            for seq, data in rows:
                if seq > last:  # a table without its key could hold a number twice
                    last = seq
                    yield seq + shift, data


def batches(cursor: sqlite3.Cursor, token: CancelToken) -> Iterator[list[Any]]:
    """Rows whose last column holds bytes, some at a time, so many that they are a few megabytes at most."""
    count = FIRST_ROWS
    while rows := cursor.fetchmany(count):
        token.check()
        yield rows
        size = sum(len(row[-1] or b"") for row in rows)
        count = max(1, min(FETCHED_ROWS, FETCHED_BYTES * len(rows) // max(1, size)))


def _named(strand: bytes) -> str:
    return f"“{one_line(strand[:MAX_NAME_BYTES].decode('utf-8', 'backslashreplace'))}”"
