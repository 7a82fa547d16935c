"""Rule 5 at run time: on a thread that draws, everything that would wait refuses before it does anything."""

from __future__ import annotations

import inspect
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store import Backend, CancelToken, Library, Lists, OwnPaths, make_demo
from store.blocking import must_not_wait
from store.changing import Image
from store.errors import WouldBlock
from store.values.changes import Action, Request
from store.values.listing import ListWant
from store.values.message import ImageRef, Outline, WholePart, WholeRef
from store.values.session import SortOrder
from store.values.store import SessionKey

WITHOUT_WAITING = {"close", "changing"}
"""What gives something back, or only says how a store would be changed, may be called from anywhere."""

OF_A_DOCUMENT = WITHOUT_WAITING | {
    "facts", "ids", "matching_ids", "outline", "beginning", "raw", "running_ids", "is_running", "follow",
    "store_findings",
}  # fmt: skip
"""A document is read once, when it is opened or refreshed; these hand on what is in memory since then."""

SAMPLES = {
    "meerkat/realm-0.6.24-rich/atlas/sessions.sqlite3": WITHOUT_WAITING,
    "meerkat/realm-0.7.28-rkat/realm/sessions.sqlite3": WITHOUT_WAITING,
    "meerkat/v0_8_8_slim_session.json": OF_A_DOCUMENT,
}
DATABASE = next(iter(SAMPLES))

NOTHING_YET = Outline(0, b"", b"", array("I"), array("I"))

ARGUMENTS: dict[str, Any] = {
    "after_handle": None,
    "words": ("review",),
    "numbers": (0,),
    "since": NOTHING_YET,
    "order": SortOrder(),
    "handles": (1,),
    "beginning": "0",
    "session_id": "01a00000-0000-7000-8000-000000000000",
    "session_ids": ("01a00000-0000-7000-8000-000000000000",),
    "revision": "sha256:0",
    "path": ("model",),
    "begin": 0,
    "end": 1,
    "message": 0,
    "limit": 1,
}


@pytest.fixture
def library(own_paths: OwnPaths) -> Any:
    library = Library(own_paths)
    yield library
    library.close_all()


def _arguments(method: Callable[..., object], name: str) -> list[object]:
    values = ARGUMENTS | {
        "token": CancelToken(),
        "ref": WholeRef(0, 0, -1, WholePart.TEXT) if name.endswith("whole") else _image_ref(),
    }
    return [values[parameter] for parameter in inspect.signature(method).parameters]


def _image_ref() -> ImageRef:
    fields = inspect.signature(ImageRef).parameters
    return ImageRef(**dict.fromkeys(fields, 0))


@pytest.mark.parametrize("sample", SAMPLES)
def test_rule_5_no_question_to_a_backend_is_answered_on_the_thread_that_draws(
    sample: str, library: Library, copy_sample: Callable[[str], Path]
) -> None:
    (facts,) = library.open(copy_sample(sample), CancelToken())
    backend = library.backend(facts.key)
    questions = [name for name in vars(Backend) if not name.startswith("_") and name not in SAMPLES[sample]]
    assert len(questions) >= 6
    for name in questions:
        method = getattr(backend, name)
        with must_not_wait(), pytest.raises(WouldBlock):
            method(*_arguments(method, name))


def test_rule_5_no_change_of_a_store_is_planned_made_or_looked_at_on_the_thread_that_draws(
    library: Library, copy_sample: Callable[[str], Path]
) -> None:
    token = CancelToken()
    (facts,) = library.open(copy_sample(DATABASE), token)
    changing = library.backend(facts.key).changing()
    request, session_id = Request(Action.ARCHIVE), ARGUMENTS["session_id"]
    for ask in (
        lambda: changing.plan(request, (session_id,), token),
        lambda: changing.undo_refusal(session_id, request, Image(()), token),
        lambda: changing.writing(token).__enter__(),
        lambda: changing.compare(Image(()), token),
        lambda: changing.finish(Image(()), token),
    ):
        with must_not_wait(), pytest.raises(WouldBlock):
            ask()


def test_rule_5_no_store_is_opened_reloaded_or_looked_at_on_the_thread_that_draws(
    library: Library, copy_sample: Callable[[str], Path]
) -> None:
    path, token = copy_sample(DATABASE), CancelToken()
    (facts,) = library.open(path, token)
    for ask in (
        lambda: library.open(path, token),
        lambda: library.reload(facts.key, token),
        lambda: library.refresh(facts.key, token),
        lambda: library.changed([facts.key]),
        lambda: library.close(facts.key),
    ):
        with must_not_wait(), pytest.raises(WouldBlock):
            ask()


def test_rule_5_no_question_about_lists_is_answered_on_the_thread_that_draws(
    library: Library, own_paths: OwnPaths, copy_sample: Callable[[str], Path]
) -> None:
    (facts,) = library.open(copy_sample(DATABASE), CancelToken())
    lists = Lists(library, own_paths)
    session = SessionKey(facts.key, ARGUMENTS["session_id"])
    values = ARGUMENTS | {
        "want": ListWant((facts.key,)), "key": facts.key, "session_ids": (session.session_id,), "keys": (session,),
        "summaries": (), "is_pinned": True, "token": CancelToken(), "limit_s": 0.2,
    }  # fmt: skip
    questions = [name for name, what in vars(Lists).items() if inspect.isfunction(what) and not name.startswith("_")]
    questions = [name for name in questions if name not in WITHOUT_WAITING]
    assert len(questions) >= 8
    for name in questions:
        method = getattr(lists, name)
        given = values | ({"key": session} if name == "handle_of" else {})
        with must_not_wait(), pytest.raises(WouldBlock):
            method(*(given[parameter] for parameter in inspect.signature(method).parameters))
    assert not any(own_paths.cache.rglob("*.sqlite3"))


def test_rule_5_the_demo_is_not_made_on_the_thread_that_draws(tmp_path: Path) -> None:
    with must_not_wait(), pytest.raises(WouldBlock):
        make_demo(tmp_path / "demo", CancelToken())
    assert not (tmp_path / "demo").exists()


def test_rule_5_what_is_known_already_is_told_on_any_thread(
    library: Library, copy_sample: Callable[[str], Path]
) -> None:
    (facts,) = library.open(copy_sample(DATABASE), CancelToken())
    with must_not_wait():
        assert library.facts() == (facts,)
        assert library.backend(facts.key) is not None
