"""Linked strands resolved to runs of rows: equal to reading each message along its links, one by one (S3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.errors import SessionDamaged
from store.meerkat.heads.strands import (
    Link,
    Links,
    Run,
    overlay,
    read_links,
    read_strand,
    resolve_strand,
)

Copy = Callable[[str], Path]
TOKEN = CancelToken()
SESSION = b"s"


def followed(links: Links, strand: bytes, number: int) -> tuple[bytes, int] | None:
    """Where one message stands, as the rule for links has it; None where they lead in a circle."""
    for _ in range(len(links) + 1):
        link = links.get(strand)
        if link is None or link.begin <= number < link.end or number >= link.length:
            return strand, number
        number = number if number < link.begin else link.successor_end + number - link.end
        strand = link.successor
    return None


@st.composite
def chains(draw: st.DrawFn) -> Links:
    """Links from each strand to the next; the last one has none."""
    links: Links = {}
    for position in range(draw(st.integers(1, 6))):
        begin, own, more = draw(st.integers(0, 5)), draw(st.integers(0, 5)), draw(st.integers(0, 6))
        successor_end = begin + draw(st.integers(0, 6))
        links[b"%d" % position] = Link(
            b"%d" % (position + 1), begin + own + more, begin, begin + own, successor_end, True
        )
    return links


@given(links=chains(), length=st.integers(0, 40))
def test_s3_runs_say_for_every_message_what_its_links_say(links: Links, length: int) -> None:
    strand = overlay(SESSION, b"0", length, links, TOKEN)
    told = [(run.strand, run.first + at) for run in strand.runs for at in range(run.end - run.begin)]
    assert told == [followed(links, b"0", number) for number in range(length)]
    assert [number for run in strand.runs for number in range(run.begin, run.end)] == list(range(length))
    assert (strand.missing, strand.faults) == (0, ())


@given(links=chains(), back=st.integers(0, 5), length=st.integers(0, 40))
def test_3_case_4_a_circle_of_links_ends_and_tells_what_it_hides(links: Links, back: int, length: int) -> None:
    """(3-case-4) Messages that do not pass through the circle are told all the same."""
    last = b"%d" % len(links)
    links[last] = Link(b"%d" % min(back, len(links)), 1000, 0, 0, 0, True)
    strand = overlay(SESSION, b"0", length, links, TOKEN)
    told = sum(run.end - run.begin for run in strand.runs)
    assert told + strand.missing == length
    assert [fault.code for fault in strand.faults] == (["link-cycle"] if strand.missing else [])
    for run in strand.runs:
        for number in range(run.begin, run.end):
            assert followed(links, b"0", number) == (run.strand, run.first + number - run.begin)


def test_s3_runs_of_one_strand_that_follow_each_other_are_one() -> None:
    links = {b"0": Link(b"1", 10, 0, 0, 0, True)}
    assert overlay(SESSION, b"0", 10, links, TOKEN).runs == (Run(0, 10, b"1", 0),)


@pytest.mark.parametrize("numbers", [(10, 4, 3, 9), (2, 0, 3, 9), (10, 4, 5, 3), (10, -1, 5, 3)])
def test_s3_a_link_against_the_rules_is_not_followed(numbers: tuple[int, int, int, int]) -> None:
    connection = made([])
    connection.execute(LINKS)
    connection.execute("INSERT INTO session_strand_links VALUES ('s', '0', '1', ?, ?, ?, ?, 0)", numbers)
    strand = overlay(SESSION, b"0", 10, read_links(connection, SESSION), TOKEN)
    assert ([fault.code for fault in strand.faults], strand.missing) == (["bad-link"], 10)


LINKS = (
    "CREATE TABLE session_strand_links (session_id TEXT, strand TEXT, successor TEXT, strand_len INTEGER,"
    " splice_start INTEGER, splice_end INTEGER, successor_end INTEGER, created_at_ms INTEGER,"
    " PRIMARY KEY (session_id, strand))"
)


def made(rows: list[tuple[object, object]]) -> sqlite3.Connection:
    """A database in memory with rows of one session: strand and number of each."""
    connection = sqlite3.connect(":memory:")
    connection.text_factory = bytes
    connection.execute(
        "CREATE TABLE session_strand_messages (session_id TEXT, strand TEXT, seq INTEGER, message_json BLOB,"
        " created_at_ms INTEGER, PRIMARY KEY (session_id, strand, seq))"
    )
    connection.executemany(
        "INSERT INTO session_strand_messages VALUES ('s', CAST(? AS TEXT), ?, CAST(? || ':' || ? AS BLOB), 0)",
        [(strand, seq, strand, seq) for strand, seq in rows],
    )
    return connection


@pytest.mark.parametrize("name", [b"\xff\x00x", b"root\0", b"'; --", b""])
def test_s3_a_strand_is_found_whatever_bytes_its_name_has(name: bytes) -> None:
    connection = made([(name, 0), (name, 1)])
    strand = resolve_strand(connection, SESSION, name, 2, TOKEN)
    assert [number for number, _ in read_strand(connection, strand, 0, 2, TOKEN)] == [0, 1]
    assert (strand.missing, strand.faults) == (0, ())


def test_s3_numbers_of_rows_that_are_none_are_no_messages() -> None:
    connection = made([("r", 0), ("r", 1.5), ("r", "2"), ("r", b"3"), ("r", None), ("r", -1)])
    strand = resolve_strand(connection, SESSION, b"r", 4, TOKEN)
    assert [number for number, _ in read_strand(connection, strand, 0, 4, TOKEN)] == [0, 2]
    assert strand.missing == 2
    assert strand.faults[0].sentence.startswith("2 of the 4 messages")


def test_s3_a_strand_without_any_row_is_an_error() -> None:
    with pytest.raises(SessionDamaged, match="3 of the 3 messages"):
        resolve_strand(made([]), SESSION, b"r", 3, TOKEN)


def test_s3_a_number_of_messages_that_no_table_can_hold_asks_nothing_impossible() -> None:
    strand = resolve_strand(made([("r", 0)]), SESSION, b"r", 1 << 63, TOKEN)
    assert strand.missing == (1 << 63) - 1


def test_s3_every_body_of_a_store_rotated_32_times_is_whole(copy_sample: Copy) -> None:
    """Bodies of 33 rewrites, parents and results, through 32 links."""
    connection = sqlite3.connect(copy_sample("meerkat/store-0.8.50-rotated") / "sessions.sqlite3")
    connection.text_factory = bytes
    rewrites = connection.execute(
        "SELECT session_id, parent_strand, parent_len, strand, strand_len FROM session_rewrites"
    ).fetchall()
    links = read_links(connection, rewrites[0][0])
    assert (len(rewrites), len(links)) == (33, 32)
    for session_id, parent, parent_length, name, length in rewrites:
        for strand, count in ((parent, parent_length), (name, length)):
            found = resolve_strand(connection, session_id, strand, count, TOKEN, links)
            assert (found.missing, found.faults) == (0, ())
            numbers = [number for number, _ in read_strand(connection, found, 0, count, TOKEN)]
            assert numbers == list(range(count))
    connection.close()
