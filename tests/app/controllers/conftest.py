"""A real context: jobs, library, settings and look, as the program makes them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.context import Context
from app.controllers.transcript_controller import TranscriptController
from app.guarding import GuardedSource
from app.jobs import Jobs, Lane
from app.look.look import add_bundled_fonts
from app.look.look_source import LookSource
from app.look.tokens import Theme
from app.settings import Settings, SettingsStore
from store import CancelToken, Library, Lists
from store.values.store import StoreFacts


@pytest.fixture
def context(qapp: object, own_paths: Any, in_worker: Callable[..., Any]) -> Iterator[Context]:
    """A context with nothing opened; an exception that nobody expected fails the test."""
    uncaught: list[BaseException] = []
    add_bundled_fonts()
    jobs = Jobs(uncaught.append)
    library = Library(own_paths)
    settings = SettingsStore(own_paths.settings_file, Settings(), jobs, is_saving=False)
    lists = Lists(library, own_paths)
    guarded = GuardedSource(library, lists, own_paths)
    context = Context(jobs, library, lists, settings, own_paths, LookSource(Theme.LIGHT, 100), guarded)
    yield context
    jobs.shutdown()
    # What the test made is garbage in cycles now; a later collection on a worker thread would delete timers there.
    gc.collect()
    in_worker(lists.close)
    in_worker(library.close_all)
    assert uncaught == []


@pytest.fixture
def open_store(context: Context, in_worker: Callable[..., Any]) -> Callable[[Path], StoreFacts]:
    """Open the one store at a path."""

    def open_one(path: Path) -> StoreFacts:
        facts: tuple[StoreFacts, ...] = in_worker(lambda: context.library.open(path, CancelToken()))
        assert len(facts) == 1
        return facts[0]

    return open_one


@pytest.fixture
def transcript(context: Context, qtbot: QtBot) -> Iterator[TranscriptController]:
    """A controller whose widget is on the screen, 700 × 900."""
    controller = TranscriptController(context)
    qtbot.addWidget(controller.widget)
    controller.widget.resize(700, 900)
    with qtbot.waitExposed(controller.widget):
        controller.widget.show()
    yield controller
    controller.show_nothing()


@pytest.fixture
def settled(context: Context, qtbot: QtBot) -> Callable[[], None]:
    """Wait until nothing is read any more."""

    def wait() -> None:
        for _ in range(3):
            qtbot.waitUntil(lambda: context.jobs.idle() and context.jobs.idle(Lane.BACKGROUND))
            QGuiApplication.processEvents()

    return wait
