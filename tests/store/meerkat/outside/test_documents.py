"""Documents in which only metadata changes, compared with what a load and a save would give."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.outside.documents import changed_metadata, metadata_value, opened, steady_time
from store.meerkat.reference.session import Session
from tests.store.meerkat.conftest import document, dump, session_id, user

NAME = session_id(1)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def ordered(value: Any) -> Any:
    """A value as metadata holds it: keys in order at every depth."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    return [ordered(one) for one in value] if isinstance(value, list) else value


@given(st.dictionaries(TEXT, VALUES, max_size=4), TEXT, st.integers(0, 1 << 60))
def test_l6_a_spliced_document_is_what_a_load_and_a_save_give(metadata: dict[str, Any], text: str, at_ns: int) -> None:
    stored = Session.load(document(NAME, [user(text)], ordered(metadata))).encode()
    cut = opened(stored, NAME, None)
    assert cut is not None
    changed = changed_metadata(cut.metadata, {"session_archived": True, "session_labels": None})
    assert changed is not None
    session = Session.load(stored)
    session.set_metadata("session_archived", True)
    session.remove_metadata("session_labels")
    session.updated_at_ns = at_ns
    assert cut.with_metadata(changed, at_ns) == session.encode()


@given(st.binary(max_size=300))
def test_l6_bytes_that_are_no_document_are_not_cut(data: bytes) -> None:
    assert opened(data, NAME, None) is None


def test_l6_metadata_that_looks_like_the_end_of_a_document_is_not_mistaken_for_it() -> None:
    inner = json.loads(document(session_id(2), [user("x")]))
    stored = document(NAME, [user('],"created_at":{"secs_since_epoch":1')], {"aa": inner, "zz": 1})
    cut = opened(stored, NAME, dump({"aa": inner, "zz": 1}))
    assert cut is not None
    assert json.loads(cut.metadata) == {"aa": inner, "zz": 1}
    alone = opened(stored, NAME, None)
    assert alone is None or changed_metadata(alone.metadata, {"b": 1}) is None


@pytest.mark.parametrize(
    "spelt",
    [
        lambda data: data.replace(b'"version":2', b'"version": 2'),
        lambda data: data.replace(b'"version":2', b'"version":3'),
        lambda data: data + b"\n",
        lambda data: data.replace(b',"usage":{', b',"more":1,"usage":{'),
        lambda data: data[:-1] + b',"more":1}',
        lambda data: data.replace(NAME.encode(), session_id(2).encode()),
    ],
)
def test_l6_a_document_in_another_spelling_or_with_more_in_it_is_not_cut(spelt: Any) -> None:
    data = spelt(document(NAME, [user("x")], {"a": 1}))
    cut = opened(data, NAME, b'{"a":1}')
    assert cut is None or changed_metadata(cut.metadata, {"b": 1}) is None


@pytest.mark.parametrize("metadata", [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":2}', b"[]", b'{"a":1.50}', b"{"])
@pytest.mark.parametrize("padding", [0, 70_000])
def test_l6_metadata_in_another_spelling_is_not_spliced(metadata: bytes, padding: int) -> None:
    if padding and metadata.startswith(b"{") and metadata.endswith(b"}") and b"1.5" not in metadata:
        metadata = metadata[:-1] + b',"zz":"%s"}' % (b"x" * padding)
    elif padding:
        return
    assert changed_metadata(metadata, {"k": True}) is None


def test_l6_large_metadata_is_changed_without_decoding_its_large_values() -> None:
    large = dump({"a": 1, "session_transcript_history_state_v1": ["x" * 100_000]})
    changed = changed_metadata(large, {"session_archived": True, "a": None})
    assert changed == dump({"session_archived": True, "session_transcript_history_state_v1": ["x" * 100_000]})
    assert metadata_value(large, "a") == 1
    assert metadata_value(large, "b") is None


@given(st.integers(0, 1 << 62))
def test_4_1_every_time_that_is_written_takes_equally_many_digits(now_ns: int) -> None:
    made = steady_time(now_ns)
    assert len(str(made % 1_000_000_000)) == 9
    assert 0 <= made - now_ns <= 100_000_000
