"""While another process writes, list and open transcript go on; what is read stays where it is (2.10, 2-case-2)."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from app.bootstrap import Program
from app.controllers import following_controller
from app.jobs import Lane
from app.views.transcript.places import Place, Selection
from store.errors import BurrowError, SessionDamaged
from store.values.store import Access, SessionKey
from tests.app.controllers.agents import LONG_AGO_S, SESSION, Agents, answered, called, delete_session, make_store, user

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PATIENCE_MS = 10_000


@pytest.fixture
def agents() -> Iterator[Agents]:
    found = Agents()
    yield found
    found.end()


class Followed:
    """The program on one store of the test, with the first session open, which it opens by itself."""

    def __init__(self, program: Program, path: Path, qtbot: Any) -> None:
        self.program, self.path, self._qtbot = program, path, qtbot
        self.controller = program.controller
        self._wait_for(0)

    @property
    def view(self) -> Any:
        return self.controller.transcript.view

    @property
    def stage(self) -> Any:
        return self.view.stage

    def until(self, condition: Callable[[], Any]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)

    def open(self, number: int) -> None:
        self.controller.display.show_session(self.key(number))
        self._wait_for(number)

    def reload(self) -> None:
        """Read all anew, as F5 does, and wait until it is there."""
        before = self.stage.outline
        self.controller.display.reload()
        self.until(lambda: self.stage.outline is not before and not self.controller.transcript.is_reading)

    def key(self, number: int) -> SessionKey:
        """The key of a session of the store."""
        (facts,) = self.controller.library.model.stores()
        return SessionKey(facts.key, SESSION.format(number))

    def _wait_for(self, number: int) -> None:
        page, key, transcript = self.controller.page, self.key(number), self.controller.transcript
        self.until(lambda: page.shown is not None and page.shown.key == key == transcript.key)
        self.until(lambda: transcript.shown() is not None and self.program.context.jobs.idle())

    def text(self, row: int) -> str:
        """What a loaded message says."""
        message = self.stage.message(row)
        return "" if message is None else str(message.stored.blocks[0].text)

    def row_of(self, number: int) -> Any:
        """What the list knows of a session."""
        model = self.controller.sessions.model
        rows = (model.row_at(line) for line in range(model.rowCount()))
        found = (row.summary for row in rows if row is not None)
        return next((s for s in found if s.key.session_id == SESSION.format(number)), None)

    def facts(self) -> Any:
        (facts,) = self.controller.library.model.stores()
        return facts


@pytest.fixture
def follow(show_program: Any, tmp_path: Path, in_worker: Any, qtbot: Any) -> Callable[..., Followed]:
    """Start the program on a store with these sessions, and open the first one."""

    def start(*sessions: list[dict[str, Any]]) -> Followed:
        path = in_worker(lambda: make_store(tmp_path / "realm", list(sessions)))
        return Followed(show_program(path), path, qtbot)

    return start


MANY = [user(f"question {number} " + "with many words " * 30) for number in range(60)]


def test_2_7_a_copy_of_a_session_that_moved_on_under_it_is_made_again(
    follow: Callable[..., Followed], agents: Agents
) -> None:
    """(2-case-4) What was asked for comes, or a sentence; it is never nothing."""
    shown = follow(MANY)
    shown.controller.following.watch(False)
    shown.view.selector.select_all()
    QGuiApplication.clipboard().setText("before")
    agents.save(shown.path, 0, [user("goes on")])
    shown.controller.transcript.copy_as_markdown()
    shown.until(lambda: QGuiApplication.clipboard().text() != "before")
    assert shown.stage.count == len(MANY) + 1
    copied = QGuiApplication.clipboard().text()
    assert copied.count("with many words") == len(MANY) * 30
    assert "goes on" not in copied  # it was not there when all was selected


def test_2_7_a_copy_is_made_though_all_is_read_anew_meanwhile(follow: Callable[..., Followed]) -> None:
    shown = follow(MANY)
    shown.view.selector.select_all()
    QGuiApplication.clipboard().setText("before")
    shown.controller.transcript.copy_as_markdown()
    shown.controller.transcript.reload_keeping_place()
    shown.until(lambda: QGuiApplication.clipboard().text() != "before")
    assert QGuiApplication.clipboard().text().count("with many words") == len(MANY) * 30


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_2_10_table_and_transcript_go_on_while_another_process_appends(
    follow: Callable[..., Followed], agents: Agents, mode: str
) -> None:
    shown = follow([user("begins")], [user("another")])
    agents.save(shown.path, 0, [user("goes on")], mode=mode)
    shown.until(lambda: shown.stage.count == 2 and shown.text(1) == "goes on")
    shown.until(lambda: shown.row_of(0) is not None and shown.row_of(0).message_count == 2)
    shown.until(lambda: shown.controller.page.shown.message_count == 2)
    assert shown.facts().access is (Access.SNAPSHOT if mode == "wal" else Access.UNCHANGED_FILE)
    assert shown.controller.sessions.chosen().key.session_id == SESSION.format(0)
    assert not shown.controller.window.band.isVisible()


def test_2_10_at_the_end_the_view_stays_at_the_end(follow: Callable[..., Followed], agents: Agents) -> None:
    shown = follow(MANY)
    shown.view.go_to_end()
    for number in range(3):
        agents.save(shown.path, 0, [user(f"new {number} " + "word " * 300)])
        shown.until(lambda number=number: shown.stage.count == 61 + number)
        last = shown.stage.rows()[-1]
        assert last.index == 60 + number
        assert last.layout is not None
        assert last.top + last.height <= shown.stage.height_px


def test_2_10_at_the_end_of_what_is_read_anew_the_view_stays_at_the_end(
    follow: Callable[..., Followed], agents: Agents
) -> None:
    shown = follow(MANY)
    shown.controller.following.watch(False)
    shown.view.go_to_end()
    agents.save(shown.path, 0, [user("new " + "word " * 300)])
    shown.reload()
    assert shown.stage.rows()[-1].index == 60
    assert shown.stage.is_at_end


def test_2_10_elsewhere_place_selection_folds_and_focus_stay(follow: Callable[..., Followed], agents: Agents) -> None:
    shown = follow([called("a"), *MANY])
    stage = shown.stage
    stage.folds = stage.folds.with_toggled(20, 0)
    shown.view.focus_message(21)
    stage.go_to(20, 40)
    selection = Selection(Place(20, 0, 2), Place(21, 0, 5))
    shown.view.set_selection(selection)
    shown.view.content_changed()
    shown.until(lambda: stage.message(20) is not None)
    agents.save(shown.path, 0, [user("at the end")])
    shown.until(lambda: stage.count == 62)
    assert stage.held() == (20, 40)
    assert shown.view.selector.selection == selection
    assert shown.view.focus_row == 21
    assert stage.folds.toggled == {(20, 0)}


def test_2_10_a_result_that_comes_later_appears_in_its_card(follow: Callable[..., Followed], agents: Agents) -> None:
    shown = follow([user("look"), called("a")])
    shown.until(lambda: shown.stage.message(1) is not None)
    assert shown.stage.message(1).stored.blocks[0].result is None
    agents.save(shown.path, 0, [answered("a", "here it is")])
    shown.until(lambda: shown.stage.count == 3)
    shown.until(lambda: shown.stage.message(1) is not None)
    assert shown.stage.message(1).stored.blocks[0].result.blocks[0].text == "here it is"
    assert shown.stage.is_hidden(2)


def test_2_10_a_rewrite_that_shrank_the_transcript_lands_near_and_says_so(
    follow: Callable[..., Followed], agents: Agents
) -> None:
    shown = follow(MANY)
    shown.stage.go_to(40, 40)
    shown.view.content_changed()
    noted: list[str] = []
    shown.controller._session_following.noted.connect(noted.append)
    agents.save(shown.path, 0, [user("a summary"), *MANY[35:]], keep=5)
    shown.until(lambda: shown.stage.count == 31)
    assert shown.stage.held() == (11, 40)
    shown.until(lambda: shown.text(11).startswith("question 40 "))
    assert noted == ["The transcript became shorter: 60 → 31 messages"]


def test_2_10_what_is_read_anew_and_became_shorter_is_shown_from_the_same_message(
    follow: Callable[..., Followed], agents: Agents
) -> None:
    shown = follow(MANY)
    shown.controller.following.watch(False)
    shown.stage.go_to(40, 40)
    shown.stage.folds = shown.stage.folds.with_toggled(40, 0)
    shown.view.set_selection(Selection(Place(40, 0, 2), Place(41, 0, 5)))
    shown.view.content_changed()
    agents.save(shown.path, 0, [user("a summary"), *MANY[35:]], keep=5)
    shown.reload()
    assert shown.stage.held() == (11, 40)
    assert shown.stage.folds.toggled == {(11, 0)}
    assert shown.view.selector.selection == Selection(Place(11, 0, 2), Place(12, 0, 5))
    shown.until(lambda: shown.text(11).startswith("question 40 "))


def test_2_10_a_redacted_message_is_read_again_in_its_place(follow: Callable[..., Followed], agents: Agents) -> None:
    shown = follow([user("one"), user("a secret"), user("three")])
    agents.save(shown.path, 0, [user("redacted"), user("three")], keep=1)
    shown.until(lambda: shown.text(1) == "redacted")
    assert (shown.stage.count, shown.text(0), shown.text(2)) == (3, "one", "three")


def test_2_10_a_session_that_is_deleted_keeps_its_last_state_with_a_sentence(
    follow: Callable[..., Followed], in_worker: Any
) -> None:
    shown = follow([user("stays readable")], [user("another")])
    in_worker(lambda: delete_session(shown.path, 0))
    band = shown.controller.window.band
    shown.until(band.isVisible)
    assert "not in its store any more" in band.text()
    shown.until(lambda: shown.controller.sessions.model.session_count == 1)
    assert shown.controller.page.shown.key.session_id == SESSION.format(0)
    assert shown.text(0) == "stays readable"
    shown.open(1)
    shown.until(lambda: not band.isVisible())


def test_2_10_that_a_session_went_is_said_once_and_not_again_by_info(
    follow: Callable[..., Followed], in_worker: Any
) -> None:
    shown = follow([user("one")])
    shown.controller.following.watch(False)
    said: list[Any] = []
    shown.controller.page.failed.connect(said.append)
    in_worker(lambda: delete_session(shown.path, 0))
    shown.controller.page.follow(shown.controller.page.shown)
    shown.controller.page.show_info()
    info = shown.controller.page.page.info
    shown.until(lambda: any("no session with this id" in label.text() for label in info.findChildren(QLabel)))
    assert not said


def test_2_10_another_session_that_moves_leaves_the_open_one_alone(
    follow: Callable[..., Followed], agents: Agents
) -> None:
    shown = follow([user("stays")], [user("moves")])
    outline = shown.stage.outline
    agents.save(shown.path, 1, [user("on")])
    shown.until(lambda: shown.row_of(1) is not None and shown.row_of(1).message_count == 2)
    shown.until(lambda: shown.program.context.jobs.idle())
    assert shown.stage.outline is outline


def test_2_10_running_is_shown_and_goes_away_without_another_change(
    follow: Callable[..., Followed], agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = follow([user("one")])
    assert not shown.facts().is_running
    monkeypatch.setattr(following_controller, "RUNNING_S", 0.5)
    agents.save(shown.path, 0, [user("two")])
    shown.until(lambda: shown.facts().is_running and shown.row_of(0) is not None and shown.row_of(0).is_running)
    # As if half a minute had passed: the clock of the file is set back, which is no movement of its content.
    connection_ms = time.time_ns() // 1_000_000 - LONG_AGO_S * 1000
    connection = sqlite3.connect(shown.path)
    connection.execute("UPDATE sessions SET updated_at_ms = ?", (connection_ms,))
    connection.commit()
    connection.close()
    then_s = time.time() - LONG_AGO_S
    os.utime(shown.path, (then_s, then_s))
    shown.until(lambda: not shown.facts().is_running)
    shown.until(lambda: shown.row_of(0) is not None and not shown.row_of(0).is_running)


def test_2_case_2_a_store_that_is_taken_away_keeps_its_last_state_and_comes_back(
    follow: Callable[..., Followed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_controller, "FAILED_S", (0.2,))
    shown = follow([user("stays readable")])
    band = shown.controller.window.band
    away = shown.path.with_name("away")
    shown.path.rename(away)
    shown.until(lambda: shown.facts().advice and "is not there any more" in band.text())
    assert shown.facts().is_open
    assert (shown.text(0), shown.controller.sessions.model.session_count) == ("stays readable", 1)
    away.rename(shown.path)
    shown.until(lambda: not band.isVisible())
    assert shown.facts().faults == ()


def test_2_case_2_of_a_lost_store_the_band_says_that_and_nothing_else_that_fails_for_it(
    follow: Callable[..., Followed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """(2-case-2) A page that cannot be read fails for the same reason; what else fails gives the band back."""
    monkeypatch.setattr(following_controller, "FAILED_S", (60.0,))
    shown = follow([user("stays readable")])
    band = shown.controller.window.band
    shown.path.rename(shown.path.with_name("away"))
    shown.until(lambda: shown.facts().advice and "is not there any more" in band.text())
    assert not shown.facts().is_running
    shown.controller.transcript.failed.emit(SessionDamaged("A page of it is not there."))
    assert "is not there any more" in band.text()
    shown.controller.help.failed.emit(BurrowError("The folder cannot be shown."))
    assert "The folder cannot be shown." in band.text()
    band.action_asked.emit()
    assert "is not there any more" in band.text()


def test_2_case_2_another_file_in_the_place_of_a_store_is_not_taken_for_it(
    follow: Callable[..., Followed], in_worker: Any, tmp_path: Path
) -> None:
    shown = follow([user("of the first store")])
    other = in_worker(lambda: make_store(tmp_path / "other", [[user("of the other")], [user("second")]]))
    other.replace(shown.path)
    band = shown.controller.window.band
    shown.until(lambda: shown.facts().advice and band.isVisible())
    assert shown.text(0) == "of the first store"
    band.action_asked.emit()
    shown.until(lambda: shown.controller.sessions.model.session_count == 2)
    shown.until(lambda: shown.text(0) == "of the other")
    shown.until(lambda: not band.isVisible())


def test_2_10_nothing_is_looked_at_while_nobody_sees_the_window(
    follow: Callable[..., Followed], agents: Agents, qtbot: Any
) -> None:
    shown = follow([user("one")])
    following = shown.controller.following
    assert following.is_watching
    following.watch(False)
    agents.save(shown.path, 0, [user("two")])
    qtbot.wait(600)
    assert shown.stage.count == 1
    following.watch(True)
    shown.until(lambda: shown.stage.count == 2)


def test_2_10_an_unchanged_store_starts_no_work(follow: Callable[..., Followed], qtbot: Any) -> None:
    shown = follow([user("one")], [user("two")])
    jobs = shown.program.context.jobs
    shown.until(lambda: jobs.idle(Lane.BACKGROUND))
    qtbot.wait(1_200)  # what was chosen is remembered in between
    started: list[int] = []
    jobs.activity.started.connect(lambda: started.append(1))
    qtbot.wait(1_000)
    assert len(started) <= 1


def test_2_10_a_store_whose_files_do_not_answer_does_not_stop_the_others(
    show_program: Any, tmp_path: Path, in_worker: Any, qtbot: Any, agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from store.meerkat.store_file import StoreFile

    paths = [in_worker(lambda n=n: make_store(tmp_path / n, [[user(n)]])) for n in ("dead", "alive")]
    program = show_program(*paths)
    library = program.controller.library
    qtbot.waitUntil(lambda: len(library.model.stores()) == 2, timeout=PATIENCE_MS)
    answers, looked = threading.Event(), StoreFile.has_changed

    def hanging(backend: StoreFile) -> bool:
        if "dead" in str(backend._looking.path):
            answers.wait(30)
        return looked(backend)

    monkeypatch.setattr(StoreFile, "has_changed", hanging)
    try:
        qtbot.waitUntil(lambda: bool(program.context.library.silent(0.5)), timeout=PATIENCE_MS)
        agents.save(paths[1], 0, [user("goes on")])
        alive = next(facts.key for facts in library.model.stores() if "alive" in facts.key.path)
        qtbot.waitUntil(lambda: library.model.facts_of(alive).is_running, timeout=PATIENCE_MS)
    finally:
        answers.set()
