"""Two copies of one session compared part by part, however large their revision graphs are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from store.cancel import CancelToken
from store.meerkat.agreement import COMPARED_AT_ONCE_BYTES, documents_agree
from store.meerkat.codec.byte_source import MemorySource

GRAPH_KEY = "session_transcript_history_state_v1"


def graph(bodies: list[list[Any]]) -> dict[str, Any]:
    revisions = [{"messages": body, "revision": f"sha256:{at}"} for at, body in enumerate(bodies)]
    return {"commits": [], "head": "sha256:0", "revisions": revisions}


def agree(one: bytes, other: bytes) -> bool:
    return documents_agree(MemorySource(one), MemorySource(other), CancelToken())


@pytest.fixture
def bodies(make: Any) -> list[list[Any]]:
    """Two retained bodies, each longer than what is compared at once."""
    call = make.assistant(make.call("c1", args={"a": 1, "b": 0.1}))
    text = "x" * 1_000
    return [[*(make.user(f"{number} {text}") for number in range(400)), call] for _ in range(2)]


def stored(make: Any, bodies: list[list[Any]]) -> bytes:
    return make.document(make.session_id(1), [make.user("one")], {GRAPH_KEY: graph(bodies)})  # type: ignore[no-any-return]


def test_large_graphs_in_two_spellings_agree(make: Any, bodies: list[list[Any]]) -> None:
    one = stored(make, bodies)
    other = json.dumps(json.loads(one), ensure_ascii=True, sort_keys=True, indent=1).encode()
    assert len(one) > 2 * COMPARED_AT_ONCE_BYTES
    assert agree(one, other)


@pytest.mark.parametrize("number", [0, 200, 399])
def test_one_other_message_in_a_large_graph_is_a_difference(make: Any, bodies: list[list[Any]], number: int) -> None:
    one = stored(make, bodies)
    bodies[1][number] = make.user("another")
    assert not agree(one, stored(make, bodies))


def test_a_body_that_one_graph_lacks_is_a_difference(make: Any, bodies: list[list[Any]]) -> None:
    assert not agree(stored(make, bodies), stored(make, bodies[:1]))
    assert not agree(stored(make, bodies[:1]), stored(make, bodies))


def test_a_key_that_one_large_graph_lacks_is_a_difference(make: Any, bodies: list[list[Any]]) -> None:
    one = json.loads(stored(make, bodies))
    other = json.loads(stored(make, bodies))
    del other["metadata"][GRAPH_KEY]["commits"]
    assert not agree(json.dumps(one).encode(), json.dumps(other).encode())
