"""A change is never cut off inside a session: it is asked to stop, its answer arrives, everybody hears of it (4.1)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.jobs import Change, Changed, Jobs, StoreChanged
from store.cancel import CancelToken
from store.errors import BurrowError
from store.values.changes import Action, Receipt, Request, Scope, UndoState
from store.values.store import StoreKey

STORE = StoreKey("/orchard/sessions.sqlite3")


def receipt(is_cancelled: bool = False) -> Receipt:
    return Receipt(
        "0199",
        0,
        Request(Action.ARCHIVE),
        Scope.STORE,
        STORE,
        "orchard",
        (),
        UndoState.NOTHING,
        is_cancelled=is_cancelled,
    )


@pytest.fixture
def jobs(qapp: object) -> Iterator[Jobs]:
    uncaught: list[BaseException] = []
    made = Jobs(uncaught.append)
    yield made
    assert made.shutdown()
    assert uncaught == []


def stoppable(begun: threading.Event) -> Change:
    """Work of sessions without end, which only ends when it is asked to."""

    def work(token: CancelToken, stop: CancelToken) -> Changed:
        begun.set()
        while not stop.is_cancelled:
            token.pause(0.002)
        return Changed((receipt(is_cancelled=True),))

    return Change("Archiving sessions", work)


def test_4_1_a_change_that_is_cancelled_ends_between_two_sessions_and_its_receipts_arrive(
    qtbot: QtBot, jobs: Jobs
) -> None:
    begun, answers = threading.Event(), list[Changed]()
    handle = jobs.change(stoppable(begun), answers.append, pytest.fail)
    assert begun.wait(5)
    handle.cancel()
    assert (handle.is_stopping, handle.is_cancelled) == (True, False)
    qtbot.waitUntil(lambda: handle.is_over)
    assert [answer.receipts[0].is_cancelled for answer in answers] == [True]


def test_4_1_everybody_hears_of_the_receipts_before_the_one_who_asked(qtbot: QtBot, jobs: Jobs) -> None:
    heard: list[Any] = []
    jobs.activity.store_changed.connect(heard.append)
    work = Change("Archiving", lambda _token, _stop: Changed((receipt(),)))
    handle = jobs.change(work, heard.append, pytest.fail)
    qtbot.waitUntil(lambda: handle.is_over)
    assert heard == [StoreChanged((receipt(),)), Changed((receipt(),))]
    assert heard[0].stores == {STORE}


def test_4_1_a_change_that_could_not_begin_says_why_and_announces_nothing(qtbot: QtBot, jobs: Jobs) -> None:
    heard, errors = list[Any](), list[BurrowError]()
    jobs.activity.store_changed.connect(heard.append)

    def work(_token: CancelToken, _stop: CancelToken) -> Changed:
        raise BurrowError("The receipts are those of a newer Burrow.")

    handle = jobs.change(Change("Archiving", work), pytest.fail, errors.append)
    qtbot.waitUntil(lambda: handle.is_over)
    assert (heard, [error.sentence for error in errors]) == ([], ["The receipts are those of a newer Burrow."])


def test_4_1_two_changes_never_write_at_once(qtbot: QtBot, jobs: Jobs) -> None:
    begun, second = threading.Event(), threading.Event()
    first = jobs.change(stoppable(begun), lambda _answer: None, pytest.fail)
    assert begun.wait(5)
    later = jobs.change(stoppable(second), lambda _answer: None, pytest.fail)
    assert not second.wait(0.05)
    first.cancel()
    assert second.wait(5)
    later.cancel()
    qtbot.waitUntil(lambda: first.is_over and later.is_over)


def test_4_1_the_end_of_the_program_stops_a_change_between_two_sessions_and_waits_for_its_receipts(
    qapp: object,
) -> None:
    begun, answers = threading.Event(), list[Changed]()
    ending = Jobs(pytest.fail)
    ending.change(stoppable(begun), answers.append, pytest.fail)
    assert begun.wait(5)
    assert ending.shutdown()
    assert [answer.receipts[0].is_cancelled for answer in answers] == [True]
