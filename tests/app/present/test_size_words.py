"""Sizes in words: names, counts, shares that add up, and what a screen reader says (3.4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.present.size_words import PART_NAMES, percents, session_size_text, store_size_text
from store.values.checks import PartSize, SizeBreakdown, SizePart

SIZES = SizeBreakdown(
    (
        PartSize(SizePart.MESSAGES, 351_000, 232),
        PartSize(SizePart.REVISIONS, 920_000, 3),
        PartSize(SizePart.METADATA, 101_000, 17),
        PartSize(SizePart.REST, 38_000),
    )
)


def test_3_4_every_part_of_a_size_has_a_name_of_its_own() -> None:
    assert set(PART_NAMES) == set(SizePart)
    assert len(set(PART_NAMES.values())) == len(SizePart)


def test_3_4_a_size_says_its_total_and_of_each_part_name_bytes_share_and_count() -> None:
    text = session_size_text(SIZES)
    assert text.total == "1.41 MB in the store"
    assert [(part.name, part.size, part.count) for part in text.parts] == [
        ("Current messages", "351 KB · 25 %", "232 messages"),
        ("Retained revisions", "920 KB · 65 %", "3 older revisions"),
        ("Metadata", "101 KB · 7 %", "17 keys"),
        ("Index and rest", "38 KB · 3 %", "metadata column, envelope"),
    ]
    assert text.parts[0].tip == "Current messages: 351,000 bytes, 25 %\n232 messages"


def test_3_4_a_screen_reader_says_the_whole_bar() -> None:
    assert session_size_text(SIZES).spoken == (
        "Size: current messages 351 KB, 25 %, 232 messages; retained revisions 920 KB, 65 %, 3 older revisions;"
        " metadata 101 KB, 7 %, 17 keys; index and rest 38 KB, 3 %, metadata column, envelope"
    )


def test_3_4_the_size_of_a_store_names_it_and_counts_in_its_own_words() -> None:
    parts = (PartSize(SizePart.METADATA, 10, 66), PartSize(SizePart.EVENTS, 30, 1))
    text = store_size_text(SizeBreakdown(parts, is_estimate=True), "orchard")
    assert text.total == "about 40 bytes in orchard"
    assert [part.count for part in text.parts] == ["66 sessions", "1 log"]


def test_3_4_what_is_there_and_rounds_to_nothing_is_not_said_to_be_nothing() -> None:
    text = session_size_text(SizeBreakdown((PartSize(SizePart.MESSAGES, 1_000_000), PartSize(SizePart.BLOBS, 1))))
    assert text.parts[1].size == "1 byte · <1 %"


def test_3_4_an_empty_size_has_no_parts_and_still_says_its_total() -> None:
    text = session_size_text(SizeBreakdown(()))
    assert (text.total, text.parts, text.spoken) == ("0 bytes in the store", (), "Size: 0 bytes in the store")


@given(st.lists(st.integers(0, 10**15), max_size=7))
def test_3_4_shares_add_up_to_a_hundred(sizes: list[int]) -> None:
    found = percents(tuple(sizes))
    assert len(found) == len(sizes)
    assert sum(found) == (100 if any(sizes) else 0)
    assert all(abs(share - size * 100 / sum(sizes)) < 1 for share, size in zip(found, sizes, strict=True) if any(sizes))


@pytest.mark.parametrize(("sizes", "found"), [((), ()), ((0, 0), (0, 0)), ((1, 1, 1), (34, 33, 33))])
def test_3_4_shares_of_odd_sizes(sizes: tuple[int, ...], found: tuple[int, ...]) -> None:
    assert percents(sizes) == found
