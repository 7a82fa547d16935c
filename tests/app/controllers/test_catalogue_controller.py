"""The catalogue is filled in the background: it waits for the person, can be stopped, goes on at the next start."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from PySide6.QtWidgets import QToolButton

from app.commands import ActionId
from app.jobs import Query
from app.models.roles import ROW
from store import Library, Lists
from store.cancel import CancelToken
from store.values.listing import ListWant

RICH = "meerkat/realm-0.6.24-rich"


def wait_until_complete(qtbot, program) -> None:
    catalogue = program.controller.catalogue
    qtbot.waitUntil(lambda: not catalogue.is_working and catalogue.counts[1] > 0, timeout=15_000)


@pytest.fixture
def held(show_program, copy_sample, qtbot):
    """The program on a store, with a person's job in the way of the catalogue; `release` ends it."""
    program = show_program()
    release = threading.Event()
    program.context.jobs.run(Query("Held", lambda _token: release.wait(20)), lambda _done: None, lambda _error: None)
    program.held_realm = copy_sample(RICH)
    program.release = release
    program.controller.open_paths((str(program.held_realm),))
    qtbot.waitUntil(lambda: program.controller.sessions.model.session_count > 0, timeout=10_000)
    yield program
    release.set()
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)


def test_all_sessions_of_an_opened_store_are_catalogued_and_then_nothing_is_said(
    qtbot, show_program, copy_sample, untouched
) -> None:
    realm = copy_sample(RICH)
    with untouched(realm):
        program = show_program(realm)
        wait_until_complete(qtbot, program)
    (facts,) = program.controller.library.model.stores()
    assert program.controller.catalogue.counts == (facts.session_count, facts.session_count)
    qtbot.waitUntil(lambda: program.controller.window.status.catalogue.text() == "", timeout=5000)


def test_cataloguing_waits_while_a_person_waits(qtbot, held) -> None:
    assert held.controller.catalogue.is_working
    qtbot.wait(600)
    assert held.controller.catalogue.counts[0] == 0
    bar = held.controller.window.status.catalogue
    held.release.set()
    wait_until_complete(qtbot, held)
    qtbot.waitUntil(lambda: bar.text() == "", timeout=5000)


def test_what_is_stopped_says_how_far_it_is_and_f5_goes_on(qtbot, held) -> None:
    controller = held.controller
    bar = controller.window.status.catalogue
    controller.catalogue.stop()
    assert bar.text() == "Catalogue incomplete: 0 of 66"
    held.release.set()
    qtbot.waitUntil(lambda: held.context.jobs.idle(), timeout=10_000)
    qtbot.wait(400)
    assert controller.catalogue.counts == (0, 66)
    controller.window.actions_of.by_id[ActionId.RELOAD].trigger()
    wait_until_complete(qtbot, held)
    assert controller.catalogue.counts == (66, 66)
    qtbot.waitUntil(lambda: bar.text() == "", timeout=5000)


def test_how_far_it_is_is_shown_with_a_button_that_stops_it(
    qtbot, show_program, load_packaging, tmp_path, in_worker
) -> None:
    in_worker(lambda: load_packaging("benchdata").make_m1(tmp_path / "many", 20_000))
    program = show_program(tmp_path / "many")
    bar = program.controller.window.status.catalogue
    qtbot.waitUntil(lambda: bar.text().startswith("Catalogued ") and bar.text().endswith(" of 20,000"), timeout=20_000)
    stop = bar.findChild(QToolButton)
    assert stop.accessibleName() == "Stop cataloguing"
    stop.click()
    assert bar.text().startswith("Catalogue incomplete: ")
    assert program.controller.catalogue.counts[0] < 20_000


def test_the_next_start_knows_what_the_last_one_catalogued(
    qtbot, show_program, copy_sample, own_paths, in_worker
) -> None:
    realm = copy_sample(RICH)
    program = show_program(realm)
    wait_until_complete(qtbot, program)
    program.shutdown()

    def known_at_the_next_start() -> tuple[int, int]:
        library = Library(own_paths)
        lists = Lists(library, own_paths)
        (facts,) = library.open(realm, CancelToken())
        counts = lists.counts(ListWant((facts.key,)), CancelToken())
        lists.close()
        library.close_all()
        return counts.known, counts.total

    assert in_worker(known_at_the_next_start) == (66, 66)


def test_a_store_that_is_closed_is_not_catalogued_any_more(qtbot, held) -> None:
    controller = held.controller
    (facts,) = controller.library.model.stores()
    controller.library.remove((facts.key,))
    assert controller.catalogue.counts == (0, 0)
    held.release.set()
    qtbot.waitUntil(lambda: not controller.catalogue.is_working, timeout=5000)


def test_new_sessions_in_a_store_that_is_followed_are_catalogued_and_counted(qtbot, show_program, copy_sample) -> None:
    realm = copy_sample(RICH)
    program = show_program(realm)
    wait_until_complete(qtbot, program)
    (main,) = realm.rglob("sessions.sqlite3")
    connection = sqlite3.connect(main)
    connection.execute(
        "INSERT INTO sessions SELECT 'another', created_at_ms, updated_at_ms + 5, message_count, total_tokens,"
        " metadata_json, session_json FROM sessions LIMIT 1"
    )
    connection.commit()
    connection.close()
    views = program.controller.library.view.views.model()
    qtbot.waitUntil(lambda: program.controller.catalogue.counts == (67, 67), timeout=10_000)
    qtbot.waitUntil(lambda: views.index(0).data(ROW).count_text == "67", timeout=10_000)
