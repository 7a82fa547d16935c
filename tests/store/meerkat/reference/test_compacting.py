"""A compaction is committed, counted and told of, or nothing happens at all (P2, list I, C-10 and C-11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from store.meerkat.reference.compacting import (
    Cadence,
    CompactionAborted,
    CompactionCompleted,
    CompactionEvent,
    CompactionFailed,
    CompactionStarted,
    Summary,
    cadence_of,
    compact,
    pass_boundary,
    store_cadence,
)
from store.meerkat.reference.compaction import SUMMARY_MARKER, CompactionConfig
from store.meerkat.reference.estimates import estimate_tokens
from store.meerkat.reference.graph_rules import validate_session_history
from store.meerkat.reference.session import Session
from tests.store.meerkat.conftest import TIME, assistant, call, document, dump, results, said, session_id, user

SMALL = CompactionConfig(auto_compact_threshold=1, recent_turn_budget=1)
SYSTEM = {"role": "system", "content": "system", "created_at": TIME}
USAGE: dict[str, Any] = {"input_tokens": 40, "output_tokens": 7}


def session_of(*messages: Any, **metadata: Any) -> Session:
    return Session.load(document(session_id(1), list(messages), metadata))


def talk() -> Session:
    return session_of(SYSTEM, user("a"), assistant(said("b")), user("c"), assistant(said("d")))


class Model:
    """Writes a summary, and notes what it was given."""

    def __init__(self, text: str = "SUM") -> None:
        self.text = text
        self.given: list[tuple[list[bytes], int]] = []

    def __call__(self, messages: Sequence[bytes], max_tokens: int) -> Summary:
        self.given.append((list(messages), max_tokens))
        if self.text == "fail":
            raise CompactionFailed("compaction LLM call failed: no network")
        return Summary(self.text, USAGE)


def test_p2_i_c10_the_whole_range_is_rewritten_as_a_compaction_by_meerkat_itself() -> None:
    session = talk()

    commit = compact(session, Model(), config=SMALL)

    assert (commit.begin, commit.end, commit.messages_after) == (0, 5, 4)
    assert (commit.reason.kind, commit.reason.note, commit.actor) == ("compaction", None, "meerkat-core")
    assert session.messages.decoded(1)["content"] == f"{SUMMARY_MARKER}SUM"
    assert list(session.messages)[2:] == [dump(user("c")), dump(assistant(said("d")))]
    validate_session_history(session)


def test_p2_i_c10_the_tokens_of_the_summary_are_added() -> None:
    session = talk()
    before = session.total_tokens

    compact(session, Model(), config=SMALL)

    assert session.total_tokens == before + 47


def test_p2_i_c10_the_boundary_of_the_compaction_is_stored() -> None:
    session = talk()
    store_cadence(session, Cadence(9))

    compact(session, Model(), config=SMALL)

    assert session.metadata["session_compaction_cadence"] == {
        "last_compaction_boundary_index": 9,
        "session_boundary_index": 9,
    }


def test_p2_i_c10_begin_and_end_are_told() -> None:
    session, told = talk(), list[CompactionEvent]()
    estimated = estimate_tokens(session.messages)

    compact(session, Model(), 123, SMALL, told.append)

    assert told == [CompactionStarted(123, estimated, 5), CompactionCompleted(7, 5, 4)]


@pytest.mark.parametrize(
    ("text", "error"), [("", "LLM returned empty summary"), ("fail", "compaction LLM call failed: no network")]
)
def test_p2_i_c10_without_a_summary_nothing_happens(text: str, error: str) -> None:
    session, told = talk(), list[CompactionEvent]()
    before = session.encode()

    with pytest.raises(CompactionFailed, match=error):
        compact(session, Model(text), config=SMALL, observe=told.append)

    assert session.encode() == before
    assert told[1:] == [CompactionAborted(error)]


def test_p2_i_c10_what_cannot_be_indexed_stays_in_the_transcript() -> None:
    session = talk()
    before = session.encode()

    def refuse(discarded: Sequence[bytes]) -> None:
        assert list(discarded) == [dump(user("a")), dump(assistant(said("b")))]
        raise CompactionFailed("memory indexing failed", has_summary=True)

    with pytest.raises(CompactionFailed):
        compact(session, Model(), config=SMALL, index=refuse)

    assert session.encode() == before


def test_p2_i_c11_a_result_that_is_no_transcript_is_not_committed() -> None:
    session = session_of(user("a"), assistant(said("b")), user("c"), assistant(call("t1")))
    before = session.encode()

    with pytest.raises(CompactionFailed) as caught:
        compact(session, Model(), config=SMALL)

    assert str(caught.value) == (
        "failed to commit compaction transcript rewrite: invalid transcript shape after rewrite:"
        " assistant tool-use message 2 has no following tool_results"
    )
    assert session.encode() == before


def test_p2_i_c9_the_model_is_given_words_and_its_limit() -> None:
    thought = {"block_type": "reasoning", "data": {"text": "hm"}}
    session, model = session_of(user("a"), assistant(thought), user("c")), Model()

    compact(session, model, config=SMALL)

    assert model.given == [([dump(user("a")), dump(user("c"))], 4_096)]


# ------------------------------------------------------------------------------------------------------ boundaries


def test_p2_i_c1_at_the_first_call_nothing_is_compacted_and_the_call_is_counted() -> None:
    session = session_of(user("a" * 100))

    assert pass_boundary(session, Model(), config=SMALL) is None
    assert cadence_of(session) == Cadence(1)


def test_p2_i_c2_the_next_compaction_comes_three_calls_later() -> None:
    session = talk()
    made = []
    for number in range(8):
        session.push_batch([dump(user(f"q{number}")), dump(assistant(said("a")))])
        made.append(pass_boundary(session, Model(), config=SMALL) is not None)

    assert made == [True, False, False, True, False, False, True, False]


def test_p2_i_a_session_without_a_count_is_counted_by_its_answers() -> None:
    assert cadence_of(talk()) == Cadence(2)


@pytest.mark.parametrize("value", ["x", {}, {"session_boundary_index": -1}, {"session_boundary_index": True}])
def test_p2_i_a_count_that_cannot_be_read_is_counted_anew(value: Any) -> None:
    assert cadence_of(session_of(assistant(said("a")), session_compaction_cadence=value)) == Cadence(1)


def test_p2_i_a_call_is_counted_where_the_model_gave_no_summary_but_not_where_the_commit_failed() -> None:
    silent, broken = talk(), session_of(user("a"), assistant(said("b")), user("c"), assistant(call("t1")))

    for session, model in ((silent, Model("")), (broken, Model())):
        assert pass_boundary(session, model, config=SMALL) is None

    assert (cadence_of(silent), "session_compaction_cadence" in broken.metadata) == (Cadence(3), False)


def test_p2_i_a_tool_turn_that_is_kept_keeps_call_and_result_together() -> None:
    session = session_of(user("a"), user("b"), assistant(call("t1")), results(("t1", "r")), assistant(said("c")))

    compact(session, Model(), config=SMALL)

    assert len(session.messages) == 5
