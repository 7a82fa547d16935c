"""UUIDs are read in every spelling that Meerkat reads, and what is none is named in its words."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.reference.uuid_text import NotUuid, uuid_of

USUAL = "019e85a1-4b2f-717a-950a-00000000ab01"


@pytest.mark.parametrize(
    "text",
    [USUAL, USUAL.upper(), USUAL.replace("-", ""), f"{{{USUAL}}}", f"urn:uuid:{USUAL}", f"URN:UUID:{USUAL.upper()}"],
)
def test_every_spelling_is_read(text: str) -> None:
    assert uuid_of(text) == USUAL


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "invalid length: found 0"),
        ("a" * 46, "invalid length: found 46"),
        ("abc", "invalid length: found 3"),
        ("019e85a14b2f717a950a00000000ab0", "invalid length: found 31"),
        ("xyz", "invalid character: found `x` at 0"),
        ("ü", "invalid character: found `ü` at 0"),
        ("aü", "invalid character: found `ü` at 1"),
        ("{", "invalid character: found `{` at 0"),
        ("{abc}", "invalid group count: expected 5, found 1"),
        ("{abx}", "invalid character: found `x` at 3"),
        ("urn:uuid:x", "invalid character: found `x` at 9"),
        (f"{{{USUAL.replace('-', '')}}}", "invalid group count: expected 5, found 1"),
        ("a" * 36, "invalid group count: expected 5, found 1"),
        (f"{USUAL[:-1]}g", "invalid character: found `g` at 35"),
        (f"{{{USUAL[:-1]}g}}", "invalid character: found `g` at 35"),
        ("01-02-03-04-05", "invalid group length in group 0: expected 8, found 2"),
        ("019e85a1-4b2f-717a-950-00000000ab012", "invalid group length in group 3: expected 4, found 3"),
        (f"{USUAL}0", "invalid group length in group 4: expected 12, found 13"),
    ],
)
def test_what_is_none_is_named_in_the_references_words(text: str, reason: str) -> None:
    with pytest.raises(NotUuid) as caught:
        uuid_of(text)
    assert str(caught.value) == reason


@given(st.uuids())
def test_any_uuid_comes_back_from_each_of_its_spellings(value: uuid.UUID) -> None:
    spellings = (str(value), value.hex, value.urn, f"{{{value}}}")
    assert {uuid_of(text) for text in spellings} == {str(value)}


@given(st.text(max_size=50))
def test_any_text_is_a_uuid_or_refused_with_a_reason(text: str) -> None:
    try:
        answer = f"invalid {uuid.UUID(uuid_of(text))}"
    except NotUuid as reason:
        answer = str(reason)
    assert answer.startswith("invalid ")
