"""Jobs: two lanes, answers in the GUI thread, generations, cancel with interrupt, one shutdown order (B3)."""

from __future__ import annotations

import sqlite3
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QThread

from app.jobs import Jobs, Lane, Newest, Query
from app.jobs.workers import Workers
from store.cancel import ASIDE_S, CancelToken
from store.errors import PathMissing, WouldBlock


@dataclass
class Answers:
    """Collects what was delivered, and in which thread."""

    done: list[Any] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    threads: list[Any] = field(default_factory=list)

    def on_done(self, answer):
        self.done.append(answer)
        self.threads.append(QThread.currentThread())

    def on_error(self, error):
        self.errors.append(error)
        self.threads.append(QThread.currentThread())


@pytest.fixture
def uncaught():
    return []


@pytest.fixture
def jobs(qapp, uncaught):
    made = Jobs(uncaught.append)
    yield made
    assert made.shutdown()


def until_told(event: threading.Event, token: CancelToken) -> str:
    """A worker that waits and looks at its token."""
    while not event.wait(0.005):
        token.check()
    return "told"


def test_B3_an_answer_arrives_once_and_in_the_gui_thread(qtbot, jobs):
    answers = Answers()
    worker_names = []
    query = Query("count", lambda _token: worker_names.append(threading.current_thread().name) or 42)
    handle = jobs.run(query, answers.on_done, answers.on_error)
    qtbot.waitUntil(lambda: handle.is_over)
    assert answers.done == [42]
    assert answers.threads == [QThread.currentThread()]
    assert worker_names[0].startswith("burrow-user")


def test_B3_all_of_five_hundred_answers_arrive_in_order_of_their_generation(qtbot, jobs):
    answers = Answers()
    handles = [
        jobs.run(Query("n", lambda _token, n=n: n, Lane.BACKGROUND), answers.on_done, answers.on_error)
        for n in range(500)
    ]
    qtbot.waitUntil(lambda: jobs.idle(Lane.BACKGROUND))
    assert answers.done == list(range(500))
    assert [h.generation for h in handles] == sorted(h.generation for h in handles)


def test_B3_a_typed_error_is_delivered_as_a_value(qtbot, jobs, uncaught):
    answers = Answers()

    def work(token):
        raise PathMissing("There is nothing there.")

    handle = jobs.run(Query("open", work), answers.on_done, answers.on_error)
    qtbot.waitUntil(lambda: handle.is_over)
    assert [type(e) for e in answers.errors] == [PathMissing]
    assert uncaught == []


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), WouldBlock("may not"), sqlite3.OperationalError("odd")])
def test_B3_an_unexpected_exception_goes_to_the_one_place_for_uncaught_errors(qtbot, jobs, uncaught, error):
    answers = Answers()

    def work(token):
        raise error

    handle = jobs.run(Query("fail", work), answers.on_done, answers.on_error)
    qtbot.waitUntil(lambda: handle.is_over)
    assert uncaught == [error]
    assert answers.done == answers.errors == []


def test_B3_a_cancelled_job_delivers_nothing(qtbot, jobs, uncaught):
    answers, event = Answers(), threading.Event()
    handle = jobs.run(Query("wait", lambda token: until_told(event, token)), answers.on_done, answers.on_error)
    handle.cancel()
    qtbot.waitUntil(jobs.idle)
    assert (answers.done, answers.errors, uncaught) == ([], [], [])


def test_B3_an_answer_that_was_computed_before_its_cancellation_is_still_dropped(qtbot, jobs):
    answers, computed = Answers(), threading.Event()

    def work(token):
        computed.set()
        return "late"

    handle = jobs.run(Query("late", work), answers.on_done, answers.on_error)
    assert computed.wait(5)
    handle.cancel()
    qtbot.waitUntil(jobs.idle)
    assert answers.done == []


def test_B3_cancelling_interrupts_a_long_sql_statement(qtbot, jobs, uncaught):
    answers, is_running = Answers(), threading.Event()

    def work(token):
        connection = sqlite3.connect(":memory:")
        try:
            with token.interrupting(connection):
                is_running.set()
                endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
                return connection.execute(endless).fetchone()
        finally:
            connection.close()

    handle = jobs.run(Query("endless", work), answers.on_done, answers.on_error)
    assert is_running.wait(5)
    handle.cancel()
    qtbot.waitUntil(lambda: handle.is_over or _again(handle))
    assert (answers.done, answers.errors, uncaught) == ([], [], [])


def _again(handle) -> bool:
    # An interrupt that comes before the statement has begun stops nothing; asking again is what cancel() allows.
    handle.token.cancel()
    return False


def test_B3_background_work_does_not_hold_up_what_a_person_waits_for(qtbot, jobs):
    answers, slow, event = Answers(), Answers(), threading.Event()
    for _ in range(4):
        jobs.run(Query("slow", lambda t: until_told(event, t), Lane.BACKGROUND), slow.on_done, slow.on_error)
    jobs.run(Query("quick", lambda _token: "quick"), answers.on_done, answers.on_error)
    qtbot.waitUntil(lambda: answers.done == ["quick"])
    assert slow.done == []
    event.set()
    qtbot.waitUntil(lambda: jobs.idle(Lane.BACKGROUND))
    assert slow.done == ["told"] * 4


def test_B3_progress_is_polled_from_the_oldest_job_of_the_user_lane(qtbot, jobs):
    answers, event, reported = Answers(), threading.Event(), threading.Event()

    def work(token):
        token.report(61_200, 100_000, "Reading transcript", "messages")
        reported.set()
        return until_told(event, token)

    handle = jobs.run(Query("Reading transcript", work), answers.on_done, answers.on_error)
    assert reported.wait(5)
    assert (jobs.progress().done, jobs.progress().total) == (61_200, 100_000)
    assert jobs.oldest_running() is handle
    assert jobs.oldest_running(at_least_s=1000) is None
    event.set()
    qtbot.waitUntil(jobs.idle)
    assert jobs.progress() is None


def test_B3_in_a_line_of_newest_only_the_last_question_is_answered(qtbot, jobs):
    answers, event = Answers(), threading.Event()
    line = Newest(jobs)
    first = line.run(Query("1", lambda token: until_told(event, token)), answers.on_done, answers.on_error)
    second = line.run(Query("2", lambda _token: "second"), answers.on_done, answers.on_error)
    assert line.generation == second.generation > first.generation
    assert line.is_busy
    qtbot.waitUntil(jobs.idle)
    assert answers.done == ["second"]
    assert not line.is_busy


def test_B3_shutdown_cancels_waits_delivers_and_refuses_what_comes_later(qtbot, uncaught):
    jobs, answers, event, saved = Jobs(uncaught.append), Answers(), threading.Event(), []
    jobs.run(Query("wait", lambda token: until_told(event, token)), answers.on_done, answers.on_error)
    for _ in range(5):
        jobs.run(Query("queued", lambda t: until_told(event, t), Lane.BACKGROUND), answers.on_done, answers.on_error)
    keep = Query("save", lambda _token: saved.append("saved"), Lane.BACKGROUND, must_finish=True)
    jobs.run(keep, answers.on_done, answers.on_error)
    assert jobs.shutdown()
    assert saved == ["saved"]
    assert answers.done == [None]
    late = jobs.run(Query("late", lambda _token: 1), answers.on_done, answers.on_error)
    assert late.is_over
    assert late.is_cancelled
    assert jobs.shutdown()
    assert not [t for t in threading.enumerate() if t.name.startswith("burrow-")]


def test_B3_shutdown_says_when_a_worker_does_not_end_in_time(qtbot, uncaught):
    jobs, answers, deaf = Jobs(uncaught.append), Answers(), Deaf()
    jobs.run(Query("deaf", deaf.work), answers.on_done, answers.on_error)
    assert deaf.has_begun.wait(5)
    assert not jobs.shutdown(limit_s=0.05)
    assert not jobs.shutdown()
    deaf.may_end.set()


# ------------------------------------------------------------------------------------------------ jobs that hang


class Deaf:
    """Work that looks at no token, as a thread does that waits for a dead disk."""

    def __init__(self):
        self.has_begun, self.may_end = threading.Event(), threading.Event()

    def work(self, _token):
        self.has_begun.set()
        self.may_end.wait(30)
        return "late"


@pytest.fixture
def deaf():
    """Makes such work; all of it ends with the test."""
    made = []
    yield lambda: made.append(Deaf()) or made[-1]
    for work in made:
        work.may_end.set()


def test_2_1_a_cancelled_job_that_does_not_end_is_given_up_and_its_late_answer_dropped(qtbot, uncaught, deaf, caplog):
    jobs, answers, hanging = Jobs(uncaught.append), Answers(), deaf()
    handle = jobs.run(Query("Opening a store", hanging.work), answers.on_done, answers.on_error)
    assert hanging.has_begun.wait(5)
    handle.cancel()
    qtbot.waitUntil(lambda: handle.is_over)
    assert jobs.idle()
    assert "given up, it does not end: Opening a store" in caplog.text
    hanging.may_end.set()
    done = jobs.run(Query("after", lambda _token: "after"), answers.on_done, answers.on_error)
    qtbot.waitUntil(lambda: done.is_over)
    assert answers.done == ["after"]
    assert jobs.shutdown()


@pytest.mark.parametrize(
    "lane",  # changes wait for each other
    [
        pytest.param(Lane.USER, marks=pytest.mark.slow),
        Lane.BACKGROUND,
        pytest.param(Lane.PLACES, marks=pytest.mark.slow),
    ],
)
def test_2_1_jobs_that_hang_do_not_keep_others_of_their_lane_from_running(qtbot, jobs, deaf, lane):
    answers, others = Answers(), Answers()
    hanging = [deaf() for _ in range(5 if lane is Lane.PLACES else 3)]
    handles = [jobs.run(Query("hangs", work.work, lane), answers.on_done, answers.on_error) for work in hanging]
    for n in range(3):
        jobs.run(Query("works", lambda _token, n=n: n, lane), others.on_done, others.on_error)
    qtbot.waitUntil(lambda: sorted(others.done) == [0, 1, 2], timeout=15_000)
    assert not any(handle.is_over for handle in handles)
    for work in hanging:
        work.may_end.set()
    qtbot.waitUntil(lambda: jobs.idle(lane))
    assert answers.done == ["late"] * len(hanging)


def test_2_1_the_end_does_not_wait_for_what_was_given_up(qtbot, uncaught, deaf):
    jobs, answers, hanging = Jobs(uncaught.append), Answers(), deaf()
    handle = jobs.run(Query("hangs", hanging.work, Lane.BACKGROUND), answers.on_done, answers.on_error)
    assert hanging.has_begun.wait(5)
    handle.cancel()
    qtbot.waitUntil(lambda: handle.is_over)
    assert not jobs.shutdown(limit_s=1_000_000.0)


def test_a_lane_has_no_more_threads_than_it_may(deaf):
    workers, hanging = Workers("small", 1, 1), [deaf() for _ in range(3)]
    futures = [workers.submit(lambda work=work: work.work(None)) for work in hanging]
    for future, work in zip(futures[:2], hanging[:2], strict=True):
        assert work.has_begun.wait(5)
        workers.write_off(future)
    workers.relieve(0.0)
    assert not futures[2].running()
    hanging[0].may_end.set()
    assert hanging[2].has_begun.wait(5)
    assert not workers.shutdown(0.0)
    for work in hanging:
        work.may_end.set()


def test_what_a_person_waits_for_is_progress_whatever_its_lane(qtbot, jobs, deaf):
    answers, hanging = Answers(), [deaf(), deaf()]
    silent = jobs.run(Query("found", hanging[0].work, Lane.PLACES), answers.on_done, answers.on_error)
    assert jobs.oldest_running() is None
    asked = jobs.run(
        Query("asked for", hanging[1].work, Lane.PLACES, is_awaited=True), answers.on_done, answers.on_error
    )
    assert jobs.oldest_running() is asked
    for work in hanging:
        work.may_end.set()
    qtbot.waitUntil(lambda: silent.is_over and asked.is_over)


def test_a_handle_tells_for_how_long_its_work_has_been_silent(qtbot, jobs, deaf):
    answers, hanging = Answers(), deaf()
    handle = jobs.run(Query("hangs", hanging.work, Lane.PLACES), answers.on_done, answers.on_error)
    qtbot.waitUntil(lambda: handle.silent_s() > 0.05)
    hanging.may_end.set()
    qtbot.waitUntil(lambda: handle.is_over)
    assert handle.silent_s() == 0


def test_a_job_that_gives_way_is_slow_while_a_person_waits_and_at_full_speed_again_soon_after(qtbot, jobs):
    answers, told, ended = Answers(), threading.Event(), threading.Event()
    waits = []

    def steps(token: CancelToken) -> None:
        while not ended.wait(0.006):
            began_s = time.monotonic()
            token.check()
            waits.append(time.monotonic() - began_s >= ASIDE_S)

    jobs.run(Query("Cataloguing", steps, Lane.BACKGROUND, gives_way=True), answers.on_done, answers.on_error)
    jobs.run(Query("Reading", partial(until_told, told)), answers.on_done, answers.on_error)
    qtbot.waitUntil(lambda: any(waits))
    told.set()
    qtbot.waitUntil(lambda: len(waits) > 20 and not any(waits[-20:]))
    ended.set()
    qtbot.waitUntil(lambda: len(answers.done) == 2)
