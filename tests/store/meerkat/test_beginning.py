"""The first messages of a long session are read before the rest is indexed (1.5, 1-N1)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import Cancelled, CancelToken
from store.errors import SessionDamaged, SessionMissing
from store.meerkat.messages.tool_join import ToolJoin
from store.values.message import MessageKind, ToolCallBlock

Open = Callable[[Path], Backend]
FORMS = ("document", "strand")
LIMIT = 40


@pytest.fixture
def long_session(made: Any, made_strands: Any, open_store: Open) -> Callable[..., tuple[Backend, str]]:
    """A session long enough that its beginning is worth reading by itself, in either form."""

    def make_one(form: str, messages: list[Any]) -> tuple[Backend, str]:
        if form == "document":
            name = made.add(1, messages)
            return open_store(made.done()), name
        name = made_strands.add_head(1, messages)
        return open_store(made_strands.done()), name

    return make_one


@pytest.fixture
def turns(make: Any) -> list[Any]:
    """6,000 messages of over 2 MB; the first call is answered at once, the second after 1,100 messages."""
    found = [make.user(f"question {number} " + "x" * 400) for number in range(6_000)]
    found[2] = make.assistant(make.said("look"), make.call("near"))
    found[3] = make.results(("near", "near result"))
    found[5] = make.assistant(make.call("far"), make.call("never"))
    found[1_100] = make.results(("far", "far result"))
    return found


def calls_of(messages: tuple[Any, ...]) -> dict[str, str | None]:
    blocks = [block for message in messages for block in message.blocks if isinstance(block, ToolCallBlock)]
    return {block.call_id: block.result.blocks[0].text if block.result else None for block in blocks}


@pytest.mark.parametrize("form", FORMS)
def test_1_N1_the_beginning_of_a_long_session_equals_the_beginning_of_all_of_it(
    form: str, long_session: Callable[..., tuple[Backend, str]], turns: list[Any], token: CancelToken
) -> None:
    backend, name = long_session(form, turns)
    found = backend.beginning(name, LIMIT, token)
    assert found is not None
    outline, messages = found
    whole = backend.outline(name, token)
    assert (outline.is_complete, whole.is_complete) == (False, True)
    assert (outline.count, len(messages), whole.count) == (LIMIT, LIMIT, len(turns))
    assert outline.flags == whole.flags[: outline.count]
    assert outline.kinds == whole.kinds[:LIMIT]
    assert outline.size_bytes == whole.size_bytes[:LIMIT]
    assert outline.text_chars == whole.text_chars[:LIMIT]
    assert outline.kinds[3] == MessageKind.TOOL_RESULTS_JOINED
    assert messages == backend.messages(name, 0, LIMIT, token)


@pytest.mark.parametrize("form", FORMS)
def test_1_N1_a_call_finds_its_result_beyond_the_beginning(
    form: str, long_session: Callable[..., tuple[Backend, str]], turns: list[Any], token: CancelToken
) -> None:
    backend, name = long_session(form, turns)
    _, messages = backend.beginning(name, LIMIT, token) or (None, ())
    assert calls_of(messages) == {"near": "near result", "far": "far result", "never": None}


@pytest.mark.parametrize("form", FORMS)
def test_1_N1_a_result_further_away_than_is_looked_for_comes_with_the_whole(
    form: str, long_session: Callable[..., tuple[Backend, str]], turns: list[Any], make: Any, token: CancelToken
) -> None:
    turns[1_100] = make.user("no result")
    turns[-1] = make.results(("far", "far result"))
    backend, name = long_session(form, turns)
    _, messages = backend.beginning(name, LIMIT, token) or (None, ())
    assert calls_of(messages)["far"] is None
    backend.outline(name, token)
    assert calls_of(backend.messages(name, 0, LIMIT, token))["far"] == "far result"


@pytest.mark.parametrize("form", FORMS)
def test_1_N1_a_short_session_has_no_beginning_of_its_own(
    form: str, long_session: Callable[..., tuple[Backend, str]], turns: list[Any], token: CancelToken
) -> None:
    backend, name = long_session(form, turns[:200])
    assert backend.beginning(name, LIMIT, token) is None
    with pytest.raises(SessionMissing):
        backend.beginning("019e85a1-0000-7000-8000-000000000000", LIMIT, token)


def test_1_N1_few_messages_of_many_bytes_are_enough(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    name = made.add(1, [make.user("x" * 700_000) for _ in range(20)])
    outline, messages = open_store(made.done()).beginning(name, LIMIT, token) or (None, ())
    assert outline is not None
    assert 3 <= outline.count == len(messages) <= 5


def test_1_case_5_a_document_that_breaks_off_shows_its_beginning_and_one_that_is_none_raises(
    made: Any, turns: list[Any], make: Any, open_store: Open, token: CancelToken
) -> None:
    whole = make.document(make.session_id(1), turns)
    cut = made.add(1, whole[:2_200_000])
    wrong = made.add(2, b"[" + b"1," * 1_100_000 + b"1]")
    backend = open_store(made.done())
    outline, messages = backend.beginning(cut, LIMIT, token) or (None, ())
    assert outline is not None
    assert (outline.count, len(messages)) == (LIMIT, LIMIT)
    with pytest.raises(SessionDamaged):
        backend.beginning(wrong, LIMIT, token)


@pytest.mark.parametrize("form", FORMS)
def test_1_N1_a_cancelled_beginning_ends(
    form: str, long_session: Callable[..., tuple[Backend, str]], turns: list[Any], token: CancelToken
) -> None:
    backend, name = long_session(form, turns)
    token.cancel()
    with pytest.raises(Cancelled):
        backend.beginning(name, LIMIT, token)


def test_1_5_a_join_says_whether_early_calls_still_wait() -> None:
    join = ToolJoin()
    for message, call_id in ((1, "a"), (2, ""), (2, ""), (7, "z")):
        join.add_call(message, 0 if call_id else message, call_id)
    assert join.is_waiting(3)
    join.add_results(3, ["a", ""])
    assert join.is_waiting(3)
    join.add_results(4, [""])
    assert not join.is_waiting(3)
    assert join.is_waiting(8)
