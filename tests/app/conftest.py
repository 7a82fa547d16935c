"""The whole program in this process: real window, real stores, own folders."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.bootstrap import Program, build
from app.options import Options
from app.settings import Settings


@dataclass
class Started:
    """Programs that a test built, and what nobody caught in them."""

    programs: list[Program] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    are_errors_wanted: bool = False


@pytest.fixture(autouse=True)
def collecting_in_the_gui_thread() -> Iterator[None]:
    """Garbage in cycles is collected here only, as in the program: on a worker thread it takes timers with it."""
    gc.disable()
    yield
    gc.collect(1)
    gc.enable()


@pytest.fixture
def started(qapp: QApplication) -> Iterator[Started]:
    """Programs of this test; each is shut down, and none may have had an uncaught error unless the test wants it."""
    before = (qapp.styleSheet(), qapp.palette(), qapp.font())
    found = Started()
    yield found
    for program in found.programs:
        program.shutdown()
    # What is garbage in cycles now would else be collected by the next thread that a test starts, timers included.
    gc.collect()
    qapp.setStyleSheet(before[0])
    qapp.setPalette(before[1])
    qapp.setFont(before[2])
    assert all(program.is_clean for program in found.programs)
    assert found.are_errors_wanted or found.errors == []


@pytest.fixture
def build_program(
    qapp: QApplication, started: Started, own_paths: Any, in_worker: Callable[..., Any]
) -> Callable[..., Program]:
    """Build the program with these options and settings; it is not started yet."""

    def make(options: Options, settings: Settings | None = None, library: Any = None) -> Program:
        program = build(qapp, options, own_paths, settings or Settings(), library)
        program.uncaught.happened.connect(started.errors.append)
        started.programs.append(program)
        return program

    return make


@pytest.fixture
def show_program(build_program: Callable[..., Program], qtbot: Any) -> Callable[..., Program]:
    """Start the program on these paths and wait until its window is active and nothing runs any more."""

    def show(*paths: Path, settings: Settings | None = None, library: Any = None, **options: Any) -> Program:
        program = build_program(Options(paths=tuple(map(str, paths)), **options), settings, library)
        with qtbot.waitSignal(program.controller.settled, timeout=10_000), qtbot.waitActive(program.controller.window):
            program.controller.start()
        qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
        return program

    return show


@pytest.fixture
def program(qtbot: Any, show_program: Callable[..., Program], copy_sample: Callable[[str], Path]) -> Program:
    """The program with a session shown, and the facets of its store."""
    program = show_program(copy_sample("meerkat/realm-0.6.24-rich"))
    facets = program.controller.library.view.facets
    qtbot.waitUntil(lambda: program.controller.page.shown is not None, timeout=10_000)
    qtbot.waitUntil(lambda: all(section.isVisible() for section in facets.values()), timeout=10_000)
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
    return program
