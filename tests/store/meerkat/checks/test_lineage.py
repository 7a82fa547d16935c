"""Chained digests over rows and rewrites."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.checks.lineage import PREFIX, RowLineage, rewrite_prefix
from store.meerkat.checks.tokens import EMPTY_REWRITE_DIGEST

ROWS = st.lists(st.binary(max_size=40), max_size=12)


def digest_of(rows: list[bytes]) -> str:
    lineage = RowLineage()
    for row in rows:
        lineage.add(row)
    return lineage.digest


@given(rows=ROWS, at=st.integers(0, 12))
def test_a_lineage_goes_on_from_a_stored_digest_as_if_never_interrupted(rows: list[bytes], at: int) -> None:
    at = min(at, len(rows))
    lineage = RowLineage.from_digest(digest_of(rows[:at]), at)
    for row in rows[at:]:
        lineage.add(row)
    assert lineage.digest == digest_of(rows)
    assert lineage.count == len(rows)


@given(rows=ROWS.filter(bool), number=st.integers(0), bit=st.integers(0, 7))
def test_one_flipped_bit_in_one_row_changes_the_lineage(rows: list[bytes], number: int, bit: int) -> None:
    at = number % len(rows)
    row = bytearray(rows[at] or b"\0")
    row[number % len(row)] ^= 1 << bit
    assert digest_of([*rows[:at], bytes(row), *rows[at + 1 :]]) != digest_of(rows)


@given(rows=st.lists(st.binary(min_size=1, max_size=10), min_size=2, max_size=2, unique=True))
def test_the_order_of_rows_counts(rows: list[bytes]) -> None:
    assert digest_of(rows) != digest_of(rows[::-1])


def test_two_rows_are_not_one_row_of_both() -> None:
    assert digest_of([b"a", b"b"]) != digest_of([b"ab"])


@pytest.mark.parametrize("digest", ["", "sha256:00", PREFIX + "zz" * 32, PREFIX + "00" * 31])
def test_what_is_no_lineage_digest_cannot_be_gone_on_from(digest: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is of no use to anybody
        RowLineage.from_digest(digest, 1)


@given(commits=ROWS, at=st.integers(0, 12))
def test_the_chain_of_rewrites_goes_on_from_that_of_the_retired_ones(commits: list[bytes], at: int) -> None:
    at = min(at, len(commits))
    assert rewrite_prefix(commits[at:], rewrite_prefix(commits[:at])) == rewrite_prefix(commits)


def test_no_rewrites_have_the_digest_that_every_chain_begins_with() -> None:
    assert rewrite_prefix([]) == EMPTY_REWRITE_DIGEST
