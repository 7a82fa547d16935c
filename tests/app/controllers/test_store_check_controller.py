"""The check of a whole store has a window of its own, with progress, findings, and a report to take along (3.5)."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.commands import ActionId
from app.controllers.one_store_check import BEGINNING
from app.settings import Settings
from app.views.check_window import FINDINGS_TAB, SUMMARY_TAB, CheckWindow
from store.cli import main
from store.values.checks import Severity
from store.values.store import StoreKey

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RICH, SMALL = "meerkat/realm-0.6.24-rich", "meerkat/realm-0.6.24-rkat"
Show = Callable[..., Program]
Copy = Callable[[str], Path]


def key_of(program: Program, number: int = 0) -> StoreKey:
    return program.controller.library.model.stores()[number].key


def ask(program: Program, number: int = 0) -> CheckWindow:
    """Have the chosen store checked."""
    program.controller.window.actions_of.by_id[ActionId.CHECK_STORE].trigger()
    window = program.controller.checks.window_of(key_of(program, number))
    assert window is not None
    return window


def over(qtbot: QtBot, window: CheckWindow) -> None:
    qtbot.waitUntil(lambda: not window.is_running, timeout=20_000)


def button(window: CheckWindow, words: str) -> QPushButton:
    return next(button for button in window.findChildren(QPushButton) if button.text().startswith(words))


@pytest.fixture
def faulty(copy_sample: Copy, in_worker: Any) -> Path:
    """A realm in which the row of one session counts one message too many."""
    realm = copy_sample(SMALL)
    (database,) = realm.rglob("sessions.sqlite3")

    def work() -> None:
        with closing(sqlite3.connect(database)) as plain, plain:
            plain.execute("UPDATE sessions SET message_count = message_count + 1 WHERE rowid = 1")

    in_worker(work)
    return realm


def test_3_5_a_store_is_checked_in_a_window_that_says_verdict_tallies_and_sizes(
    qtbot: QtBot, show_program: Show, copy_sample: Copy
) -> None:
    program = show_program(copy_sample(RICH))
    window = ask(program)
    over(qtbot, window)
    count = program.controller.library.model.stores()[0].session_count
    assert window.words[0].endswith(f"in {count} sessions")
    assert window.words[1].startswith("checked ")
    tallies = window.summary.tallies.model()
    assert tallies.index(0, 0).data() == "Document"
    assert tallies.index(0, 1).data() == f"{count:,}"
    assert window.windowTitle().startswith("Check of ")
    window.close()


def test_3_5_the_window_comes_to_the_front_when_the_same_store_is_asked_for_again(
    qtbot: QtBot, show_program: Show, copy_sample: Copy
) -> None:
    program = show_program(copy_sample(SMALL))
    window = ask(program)
    over(qtbot, window)
    assert ask(program) is window
    window.close()
    qtbot.waitUntil(lambda: program.controller.checks.window_of(key_of(program)) is None)


def test_3_5_each_store_has_a_window_of_its_own(qtbot: QtBot, show_program: Show, copy_sample: Copy) -> None:
    program = show_program(copy_sample(SMALL), copy_sample("meerkat/realm-0.7.5"))
    library = program.controller.library
    windows = []
    for number, facts in enumerate(library.model.stores()):
        library.choose(facts.key)
        qtbot.waitUntil(lambda facts=facts: library.current == facts)
        windows.append(ask(program, number))
    assert len(set(windows)) == len(windows) >= 2
    for window in windows:
        over(qtbot, window)
        window.close()


def test_3_5_a_finding_leads_to_its_session(qtbot: QtBot, show_program: Show, faulty: Path) -> None:
    program = show_program(faulty)
    window = ask(program)
    over(qtbot, window)
    view = window.findings.view
    view.setFocus(Qt.FocusReason.TabFocusReason)
    view.selectRow(0)
    row = view.current()
    assert row is not None
    assert row.finding.severity is Severity.ERROR
    qtbot.keyClick(view, Qt.Key.Key_Return)
    page = program.controller.page
    qtbot.waitUntil(lambda: page.shown is not None and page.shown.key.session_id == row.finding.session_id)
    window.close()


def test_3_5_findings_are_narrowed_by_chip_and_by_words_and_copied(
    qtbot: QtBot, show_program: Show, faulty: Path
) -> None:
    program = show_program(faulty)
    window = ask(program)
    over(qtbot, window)
    findings = window.findings
    findings.chip(Severity.ERROR).click()
    assert findings.severity is Severity.ERROR
    errors = findings.model.rowCount()
    assert errors >= 1
    assert findings.chip(Severity.ERROR).count == f"{errors}"
    qtbot.keyClicks(findings.field, "no finding has this")
    assert findings.model.rowCount() == 0
    qtbot.keyClick(findings.field, Qt.Key.Key_Escape)
    assert (findings.field.text(), findings.model.rowCount(), window.isVisible()) == ("", errors, True)
    findings.view.setFocus()
    findings.view.selectRow(0)
    qtbot.keyClick(findings.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    row = findings.view.current()
    assert row is not None
    assert QGuiApplication.clipboard().text() == f"{row.text}\n"
    window.close()


def test_3_5_esc_cancels_the_check_then_closes_the_window(qtbot: QtBot, show_program: Show, copy_sample: Copy) -> None:
    program = show_program(copy_sample(RICH))
    window = ask(program)
    assert window.is_running
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.is_running
    assert window.words[0].startswith("Cancelled")
    assert window.isVisible()
    button(window, "Check again").click()
    over(qtbot, window)
    assert window.words[1].startswith("checked ")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert program.controller.checks.window_of(key_of(program)) is None


def test_3_5_closing_the_window_ends_the_check(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = show_program(copy_sample(RICH))
    jobs, started = program.context.jobs, []
    run = jobs.run

    def note(query: Any, *answers: Any) -> Any:
        started.append(run(query, *answers))
        return started[-1]

    monkeypatch.setattr(jobs, "run", note)
    ask(program).close()
    (check,) = [handle for handle in started if handle.name == BEGINNING]
    assert check.is_cancelled
    qtbot.waitUntil(lambda: check.is_over)
    assert program.controller.checks.window_of(key_of(program)) is None


def test_3_5_the_report_is_copied_as_text_and_saved_as_the_json_of_the_command_line_only_where_a_person_says(
    qtbot: QtBot,
    show_program: Show,
    faulty: Path,
    tmp_path: Path,
    in_worker: Any,
    untouched: Any,
) -> None:
    program = show_program(faulty)
    with untouched(faulty):
        window = ask(program)
        over(qtbot, window)
        button(window, "Copy report").click()
        qtbot.waitUntil(lambda: QGuiApplication.clipboard().text().startswith("Check of "))
        button(window, "Save as JSON").click()
        qtbot.waitUntil(lambda: window.findChild(QFileDialog) is not None)
        target = tmp_path / "report.json"
        window.findChild(QFileDialog).fileSelected.emit(str(target))
        qtbot.waitUntil(target.exists)
        qtbot.waitUntil(lambda: program.context.jobs.idle())
    window.findChild(QFileDialog).close()
    window.close()
    saved = json.loads(in_worker(target.read_text))
    out = io.StringIO()
    in_worker(lambda: main(["doctor", str(faulty), "--json", "--data-dir", str(tmp_path / "cli")], out, io.StringIO()))
    assert saved == json.loads(out.getvalue())


def test_3_5_the_window_remembers_its_size(qtbot: QtBot, show_program: Show, copy_sample: Copy) -> None:
    program = show_program(copy_sample(SMALL), settings=Settings(check_width_px=620, check_height_px=500))
    window = ask(program)
    over(qtbot, window)
    assert (window.width(), window.height()) == (620, 500)
    window.resize(640, 520)
    window.close()
    settings = program.context.settings.current
    assert (settings.check_width_px, settings.check_height_px) == (640, 520)


def test_3_5_in_a_narrow_window_tabs_lead_to_findings_or_to_tallies_and_sizes(
    qtbot: QtBot, show_program: Show, copy_sample: Copy
) -> None:
    program = show_program(copy_sample(SMALL))
    window = ask(program)
    over(qtbot, window)
    window.resize(640, 520)
    for tab, (has_summary, has_findings) in ((SUMMARY_TAB, (True, False)), (FINDINGS_TAB, (False, True))):
        window.show_tab(tab)
        assert (window.summary.isVisible(), window.findings.isVisible()) == (has_summary, has_findings)
    window.resize(1040, 520)
    assert (window.summary.isVisible(), window.findings.isVisible()) == (True, True)
    window.close()


def test_3_5_a_store_that_cannot_be_read_is_not_checked_and_that_is_said(
    qtbot: QtBot, show_program: Show, tmp_path: Path
) -> None:
    broken = tmp_path / "sessions.sqlite3"
    broken.write_bytes(b"no database at all")
    program = show_program(broken)
    program.controller.window.actions_of.by_id[ActionId.CHECK_STORE].trigger()
    assert program.controller.checks.window_of(key_of(program)) is None
    assert "cannot be checked" in program.controller.window.band.text()


def test_3_5_a_store_that_vanishes_under_the_check_is_an_error_in_the_window(
    qtbot: QtBot, show_program: Show, copy_sample: Copy, in_worker: Any
) -> None:
    program = show_program(copy_sample(SMALL))
    key = key_of(program)
    in_worker(lambda: program.context.library.close(key))
    window = ask(program)
    over(qtbot, window)
    assert not window.words[0].startswith("Nothing is wrong")
    assert not button(window, "Copy report").isEnabled()
    window.close()


def test_3_5_a_finding_of_a_store_that_was_closed_since_opens_it_again_and_what_was_found_stays(
    qtbot: QtBot, show_program: Show, faulty: Path
) -> None:
    program = show_program(faulty)
    window = ask(program)
    over(qtbot, window)
    (verdict, note), listed = window.words, window.findings.model.total
    program.controller.window.actions_of.by_id[ActionId.CLOSE_STORE].trigger()
    qtbot.waitUntil(lambda: not program.controller.library.model.stores())
    button(window, "Check again").click()
    over(qtbot, window)
    assert window.words[0] != verdict
    assert window.words[1] == f"listed as {note}"
    assert window.findings.model.total == listed
    assert button(window, "Copy report").isEnabled()
    window.findings.view.selectRow(0)
    row = window.findings.view.current()
    assert row is not None
    button(window, "Show session").click()
    page = program.controller.page
    qtbot.waitUntil(lambda: page.shown is not None and page.shown.key.session_id == row.finding.session_id)
    window.close()
