"""Integrity and sizes in Info: checked in the background when it is looked at, kept for each state (3.3, 3.4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from app.context import Context
from app.controllers.info_checks import CANCELLED, CHECKING
from app.controllers.page_controller import PageController
from app.controllers.transcript_controller import TranscriptController
from app.views.fault_band import FaultBand
from app.views.head_parts import Badge
from app.views.size_section import SizeSection
from app.views.whole_text_window import WholeTextWindow
from store import CancelToken
from store.values.checks import Outcome
from store.values.session import SessionSummary, SortOrder
from store.values.store import StoreFacts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RICH = "meerkat/realm-0.6.24-rich/atlas"
OpenStore = Callable[[Path], StoreFacts]


@pytest.fixture
def controller(context: Context, qtbot: Any) -> PageController:
    """The page on the screen, without a session."""
    controller = PageController(context, TranscriptController(context))
    qtbot.addWidget(controller.widget)
    controller.widget.resize(660, 800)
    with qtbot.waitExposed(controller.widget):
        controller.widget.show()
    return controller


@pytest.fixture
def rows(context: Context, in_worker: Any) -> Callable[[StoreFacts], tuple[SessionSummary, ...]]:
    """Read all rows of a store."""

    def read(facts: StoreFacts) -> tuple[SessionSummary, ...]:
        def work() -> tuple[SessionSummary, ...]:
            backend = context.library.backend(facts.key)
            return backend.summaries(backend.ids(SortOrder(), CancelToken()).handles, CancelToken())

        found: tuple[SessionSummary, ...] = in_worker(work)
        return found

    return read


@pytest.fixture
def names_of_jobs(context: Context, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of all jobs that are started from now on."""
    names: list[str] = []
    run = context.jobs.run

    def note(query: Any, *answers: Any) -> Any:
        names.append(query.name)
        return run(query, *answers)

    monkeypatch.setattr(context.jobs, "run", note)
    return names


def is_checked(controller: PageController) -> bool:
    return controller.page.info.integrity.note.startswith("checked ")


def with_wrong_count(realm: Path, in_worker: Any) -> None:
    """Let every row count one message too many."""

    def work() -> None:
        with closing(sqlite3.connect(realm / "sessions.sqlite3")) as plain, plain:
            plain.execute("UPDATE sessions SET message_count = message_count + 1")

    in_worker(work)


def test_3_3_nothing_is_checked_before_info_is_looked_at_and_then_every_check_has_its_row(
    controller: PageController,
    open_store: OpenStore,
    rows: Any,
    copy_sample: Any,
    settled: Any,
    names_of_jobs: list[str],
    qtbot: Any,
) -> None:
    controller.show_session(rows(open_store(copy_sample(RICH)))[0])
    settled()
    assert not {"Checking the session", "Measuring the session", "Measuring the store"} & set(names_of_jobs)
    controller.show_info()
    qtbot.waitUntil(lambda: is_checked(controller))
    lines = controller.page.info.integrity.lines
    assert [line.name for line in lines[:3]] == ["Document", "Row counts", "Revision digest"]
    assert {line.outcome for line in lines} <= {"passed", "not applicable"}
    assert all(line.short for line in lines)


def test_3_4_sizes_of_session_and_store_stand_in_info(
    controller: PageController, open_store: OpenStore, rows: Any, copy_sample: Any, qtbot: Any
) -> None:
    facts = open_store(copy_sample(RICH))
    summary = rows(facts)[0]
    controller.show_session(summary)
    controller.show_info()
    size, of_store = controller.page.info.findChildren(SizeSection)
    qtbot.waitUntil(lambda: size.text is not None and of_store.text is not None)
    assert size.text.parts[0].name == "Current messages"
    assert size.text.parts[0].count == f"{summary.message_count} messages"
    assert of_store.text.total.endswith(f"in {facts.name}")
    assert sum(part.share for part in of_store.text.parts) == pytest.approx(1)


def test_3_3_what_was_found_is_kept_as_long_as_the_session_is_the_same(
    controller: PageController,
    open_store: OpenStore,
    rows: Any,
    copy_sample: Any,
    settled: Any,
    names_of_jobs: list[str],
    qtbot: Any,
) -> None:
    first, second, *_ = rows(open_store(copy_sample(RICH)))
    controller.show_info()
    for number, summary in enumerate((first, second), 1):
        controller.show_session(summary)
        qtbot.waitUntil(lambda number=number: names_of_jobs.count("Checking the session") == number)
        qtbot.waitUntil(lambda: is_checked(controller))
        settled()
    assert names_of_jobs.count("Checking the session") == 2
    assert names_of_jobs.count("Measuring the store") == 1
    controller.show_session(first)
    settled()
    assert is_checked(controller)
    assert names_of_jobs.count("Checking the session") == 2


def test_3_3_a_session_is_checked_anew_when_its_store_moved_and_when_it_is_read_again(
    controller: PageController,
    open_store: OpenStore,
    rows: Any,
    copy_sample: Any,
    settled: Any,
    names_of_jobs: list[str],
    qtbot: Any,
) -> None:
    facts = open_store(copy_sample(RICH))
    summary = rows(facts)[0]
    controller.show_info()
    controller.show_session(summary)
    qtbot.waitUntil(lambda: is_checked(controller))
    settled()
    controller.note_moved(facts)
    qtbot.waitUntil(lambda: names_of_jobs.count("Checking the session") == 2, timeout=10_000)
    assert controller.page.info.integrity.lines, "what was found before stays until it is checked again"
    settled()
    controller.show_session(summary)
    qtbot.waitUntil(lambda: names_of_jobs.count("Checking the session") == 3)
    settled()
    controller.follow(replace(summary, message_count=(summary.message_count or 0) + 1))
    qtbot.waitUntil(lambda: names_of_jobs.count("Checking the session") == 4, timeout=10_000)


def test_3_3_a_failed_check_is_open_counted_in_the_head_and_said_above_the_transcript(
    controller: PageController, open_store: OpenStore, rows: Any, copy_sample: Any, in_worker: Any, qtbot: Any
) -> None:
    realm = copy_sample(RICH)
    with_wrong_count(realm, in_worker)
    controller.show_session(rows(open_store(realm))[0])
    controller.show_info()
    qtbot.waitUntil(lambda: is_checked(controller))
    (failed,) = [line for line in controller.page.info.integrity.lines if line.is_failed]
    assert (failed.name, failed.sign.icon) == ("Row counts", "circle-x")
    assert failed.expected != failed.found
    badges = [badge for badge in controller.page.findChildren(Badge) if "fault" in badge.accessibleName()]
    assert len(badges) == 1
    band = controller.page.findChild(FaultBand)
    assert band.text.count(failed.detail) == 1
    controller.show_transcript()
    band.findChild(QPushButton).click()
    assert controller.page.is_info_shown


def test_3_3_what_a_damaged_session_failed_in_is_said_and_nothing_crashes(
    controller: PageController, open_store: OpenStore, rows: Any, copy_sample: Any, in_worker: Any, qtbot: Any
) -> None:
    realm = copy_sample(RICH)

    def work() -> None:
        with closing(sqlite3.connect(realm / "sessions.sqlite3")) as plain, plain:
            plain.execute("UPDATE sessions SET session_json = x'7b22'")
            plain.execute("DELETE FROM runtime_session_snapshots")

    in_worker(work)
    controller.show_session(rows(open_store(realm))[0])
    controller.show_info()
    qtbot.waitUntil(lambda: is_checked(controller))
    assert any(line.is_failed for line in controller.page.info.integrity.lines)


def test_3_3_the_check_can_be_cancelled_and_made_again(
    controller: PageController,
    context: Context,
    open_store: OpenStore,
    rows: Any,
    copy_sample: Any,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: Any,
) -> None:
    run, integrity = context.jobs.run, controller.page.info.integrity

    def give_up(query: Any, *answers: Any) -> Any:
        handle = run(query, *answers)
        if query.name == CHECKING:
            handle.cancel()
        return handle

    monkeypatch.setattr(context.jobs, "run", give_up)
    controller.show_info()
    controller.show_session(rows(open_store(copy_sample(RICH)))[0])
    qtbot.waitUntil(lambda: integrity.note == CANCELLED)
    monkeypatch.undo()
    integrity.again_asked.emit()
    qtbot.waitUntil(lambda: is_checked(controller))


def test_3_3_both_long_values_open_in_a_window_of_their_own(
    controller: PageController, open_store: OpenStore, rows: Any, copy_sample: Any, qtbot: Any
) -> None:
    controller.show_session(rows(open_store(copy_sample(RICH)))[0])
    controller.checks.both_asked.emit("Document, expected and found", "Expected\nA\n\nFound\nB\n")
    qtbot.waitUntil(lambda: controller.page.window().findChild(WholeTextWindow) is not None)
    window = controller.page.window().findChild(WholeTextWindow)
    assert window.windowTitle() == "Document, expected and found"
    window.close()


@pytest.mark.parametrize(
    "name",
    ["meerkat/realm-0.7.5", "meerkat/realm-0.8.10", "meerkat/realm-0.9.8-rkat"],
)
def test_3_3_sessions_of_other_generations_are_checked_alike(
    controller: PageController,
    context: Context,
    rows: Any,
    copy_sample: Any,
    in_worker: Any,
    qtbot: Any,
    name: str,
) -> None:
    stores = in_worker(lambda: context.library.open(copy_sample(name), CancelToken()))
    facts = next(facts for facts in stores if facts.is_open and facts.session_count)
    controller.show_info()
    controller.show_session(rows(facts)[0])
    qtbot.waitUntil(lambda: is_checked(controller), timeout=10_000)
    outcomes = {line.outcome for line in controller.page.info.integrity.lines}
    assert Outcome.PASSED.value in outcomes
    assert not any(line.is_failed for line in controller.page.info.integrity.lines)


def test_3_2_info_says_which_version_wrote_the_document_and_what_was_read_in_its_newer_form(
    controller: PageController, open_store: OpenStore, rows: Any, copy_sample: Any, settled: Any
) -> None:
    controller.show_info()
    controller.show_session(rows(open_store(copy_sample(RICH)))[0])
    settled()
    words = [label.text() for label in controller.page.info.findChildren(QLabel)]
    assert any(", written by Meerkat 0.6" in word for word in words)
