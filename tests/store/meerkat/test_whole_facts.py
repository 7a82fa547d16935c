"""What the catalogue is told comes from whole documents, however long they are, and agrees with the rows of a list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.meerkat.whole_facts import WHOLE_BYTES
from store.values.listing import CatalogueFacts
from store.values.session import SessionState

OpenStore = Callable[[Path], Backend]
SIZES = pytest.mark.parametrize("size", [100, 128 * 1024, WHOLE_BYTES * 2], ids=["small", "middle", "walked"])


def facts_in(backend: Backend) -> list[CatalogueFacts]:
    handles = [one.handle for one in backend.census(None, 1_000, CancelToken())]
    return list(backend.catalogue_facts(handles, CancelToken()))


def timed(message: dict[str, Any], time: str) -> dict[str, Any]:
    return message | {"created_at": time}


@pytest.mark.parametrize(
    "name", ["realm-0.6.24-rich", "realm-0.7.28-rkat", "realm-0.7.28", "realm-0.8.10", "realm-0.7.5"]
)
def test_what_a_row_shows_is_what_the_whole_document_says(
    copy_sample: Callable[[str], Path], open_store: OpenStore, list_rows: Any, name: str
) -> None:
    backend = open_store(next(copy_sample(f"meerkat/{name}").rglob("sessions.sqlite3")))
    rows = {one.key.session_id: one for one in list_rows(backend)}
    for facts in facts_in(backend):
        one = rows[facts.session_id]
        assert (facts.title, facts.title_from, facts.labels) == (one.title, one.title_from, one.labels)
        assert (facts.model, facts.provider, facts.is_rewritten) == (one.model, one.provider, one.is_rewritten)
        if one.state is not SessionState.DAMAGED:
            assert facts.is_archived == (one.state is SessionState.ARCHIVED)
            assert one.has_no_answer is None or facts.has_no_answer == one.has_no_answer


@SIZES
def test_duration_is_the_time_between_the_first_and_the_last_message(
    made: Any, make: Any, open_store: OpenStore, size: int
) -> None:
    messages = [
        {"role": "system", "content": "no time"},
        timed(make.user("x" * size), "2026-05-28T20:26:40Z"),
        timed(make.assistant(make.said("done")), "2026-05-28T20:27:41.5Z"),
        {"role": "user", "content": "no time"},
    ]
    made.add(1, messages)
    (facts,) = facts_in(open_store(made.done()))
    assert facts.duration_ms == 61_500


@SIZES
def test_what_is_not_recorded_is_none(made: Any, make: Any, open_store: OpenStore, size: int) -> None:
    document = make.document(make.session_id(1), [{"role": "user", "content": "y" * size}], metadata={}, usage=None)
    made.add(1, document)
    (facts,) = facts_in(open_store(made.done()))
    assert (facts.duration_ms, facts.model, facts.input_tokens, facts.is_forked) == (None, None, None, None)


@SIZES
def test_the_first_prompt_and_an_answer_are_found_wherever_they_stand(
    made: Any, make: Any, open_store: OpenStore, size: int
) -> None:
    notices = [{"role": "system_notice", "kind": "generic", "body": "z" * (size // 100)} for _ in range(100)]
    made.add(1, [*notices, make.user("Fix the page"), *notices, make.assistant(make.said("done"))])
    made.add(2, [*notices, make.user("Nobody answers")])
    first, second = facts_in(open_store(made.done()))
    assert (first.first_prompt, first.has_no_answer) == ("Fix the page", False)
    assert (second.title, second.has_no_answer) == ("Nobody answers", True)


@SIZES
def test_a_damaged_document_says_so_at_any_length(made: Any, make: Any, open_store: OpenStore, size: int) -> None:
    name = make.session_id(1)
    sound = make.document(name, [make.user("a" * size), make.user("b")])
    made.add(1, sound[:-40], snapshot=sound[:-40])
    made.add(2, [make.user("fine" * size)])
    damaged, fine = facts_in(open_store(made.done()))
    assert (damaged.is_damaged, damaged.faults[0][0]) == (True, "bad-json")
    assert (fine.is_damaged, fine.faults) == (False, ())


@SIZES
def test_a_message_that_is_none_damages_its_session_at_any_length(
    made: Any, make: Any, open_store: OpenStore, size: int
) -> None:
    made.add(1, [make.user("a" * size), 17])
    (facts,) = facts_in(open_store(made.done()))
    assert (facts.is_damaged, facts.faults[0][0]) == (True, "bad-message")


@SIZES
def test_a_wrong_count_is_found_at_any_length(made: Any, make: Any, open_store: OpenStore, size: int) -> None:
    made.add(1, [make.user("a" * size)], message_count=5)
    (facts,) = facts_in(open_store(made.done()))
    assert (facts.is_damaged, facts.faults[0][0]) == (True, "wrong-count")


@SIZES
def test_a_fork_is_told_by_the_notice_that_names_this_very_session(
    made: Any, make: Any, open_store: OpenStore, size: int
) -> None:
    def notice(child: str) -> dict[str, Any]:
        block = {"type": "fork_boundary", "fork": "transcript", "child_session_id": child, "summary": "forked"}
        return {"role": "system_notice", "kind": "generic", "blocks": [block]}

    one, other = make.session_id(1), make.session_id(2)
    made.add(1, [make.user("a" * size), notice(one)])
    made.add(2, [make.user("a" * size), notice(one)])
    assert [(facts.session_id, facts.is_forked) for facts in facts_in(open_store(made.done()))] == [
        (one, True),
        (other, None),
    ]


def test_a_strand_is_read_to_its_end(made_strands: Any, make: Any, open_store: OpenStore) -> None:
    messages = [timed(make.user(f"prompt {number}"), f"2026-05-28T20:{number:02}:00Z") for number in range(60)]
    made_strands.add_head(1, [*messages, timed(make.assistant(make.said("done")), "2026-05-28T21:30:00Z")])
    made_strands.add_head(2, [make.user("fine"), b"{no json"])
    made_strands.add_head(3, [make.user("fine"), None, make.user("after a gap")])
    long, damaged, gap = facts_in(open_store(made_strands.done()))
    assert (long.first_prompt, long.duration_ms, long.has_no_answer) == ("prompt 0", 90 * 60_000, False)
    assert (damaged.is_damaged, damaged.faults[0][0]) == (True, "bad-message")
    assert (gap.is_damaged, gap.faults[0][0]) == (True, "missing-messages")


def test_2_case_5_five_hundred_labels_and_a_long_title_come_whole_and_short(
    made: Any, make: Any, open_store: OpenStore
) -> None:
    labels = {f"key-{number:03}": "v" for number in range(500)} | {"title": "t" * 10_000}
    made.add(1, make.document(make.session_id(1), [], metadata={"session_labels": labels}))
    (facts,) = facts_in(open_store(made.done()))
    assert (len(facts.labels), len(facts.title)) == (501, 500)


def test_a_handle_that_leads_nowhere_has_no_id(made: Any, make: Any, open_store: OpenStore) -> None:
    made.add(1, [])
    backend = open_store(made.done())
    assert [facts.session_id for facts in backend.catalogue_facts([4 << 2, 1 << 2], CancelToken())] == [
        "",
        make.session_id(1),
    ]


def test_a_document_of_its_own_is_catalogued_too(
    copy_sample: Callable[[str], Path], open_store: OpenStore, list_rows: Any
) -> None:
    backend = open_store(copy_sample("meerkat/v0_8_8_slim_session.json"))
    (facts,) = facts_in(backend)
    (one,) = list_rows(backend)
    assert (facts.session_id, facts.title, facts.model) == (one.key.session_id, one.title, one.model)
    assert backend.running_ids(CancelToken()) == frozenset()
