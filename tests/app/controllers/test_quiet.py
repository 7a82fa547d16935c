"""Work that nobody asked for begins in the pauses of what a person does."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject

from app.controllers.quiet import WhenQuiet
from app.jobs import Lane, Query


def run(context, event: threading.Event, lane: Lane = Lane.USER) -> None:
    work = Query("Held", lambda _token: event.wait(20), lane)
    context.jobs.run(work, lambda _done: None, lambda _error: None)


def test_it_is_said_once_after_each_asking(qtbot, context) -> None:
    owner = QObject()
    quiet = WhenQuiet(context.jobs, 10, owner)
    with qtbot.assertNotEmitted(quiet.quiet, wait=50):
        pass
    with qtbot.waitSignal(quiet.quiet, timeout=5000):
        quiet.ask()
    assert not quiet.is_asked
    with qtbot.assertNotEmitted(quiet.quiet, wait=50):
        pass


def test_it_waits_for_what_a_person_waits_for_and_not_for_the_background(qtbot, context) -> None:
    owner, theirs, other = QObject(), threading.Event(), threading.Event()
    quiet = WhenQuiet(context.jobs, 10, owner)
    run(context, theirs)
    run(context, other, Lane.BACKGROUND)
    with qtbot.assertNotEmitted(quiet.quiet, wait=100):
        quiet.ask()
    with qtbot.waitSignal(quiet.quiet, timeout=5000):
        theirs.set()
    other.set()


def test_what_is_given_up_is_not_said(qtbot, context) -> None:
    owner = QObject()
    quiet = WhenQuiet(context.jobs, 10, owner)
    with qtbot.assertNotEmitted(quiet.quiet, wait=60):
        quiet.ask()
        quiet.give_up()
