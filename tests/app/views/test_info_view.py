"""Info keeps its widgets from session to session, each as high as its texts (3.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.models.metadata_model import MetadataModel
from app.present.check_words import check_lines, open_lines, open_rows
from app.present.info import InfoRow, InfoSection, OpenedText
from app.present.summary import Sign
from app.views.info_parts import ValueRow
from app.views.info_view import InfoView
from app.views.labels import TextLabel
from store.values.checks import CheckName, CheckResult, Outcome, SessionCheck

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

OPENED = OpenedText(
    Sign("file-text", "Opened as an unchanged file", ""), "", "No program has commits waiting in a log."
)
ONE = InfoSection("Identity", (InfoRow("Id", "a", is_mono=True), InfoRow("Title", "One")))
OTHER = replace(ONE, rows=(ONE.rows[0], InfoRow("Title", "Another " * 40)))
GROWN = replace(ONE, rows=(*ONE.rows, InfoRow("State", "Active")))
FAILED = SessionCheck(
    "a",
    tuple(CheckResult(name, Outcome.FAILED, "They differ. " * 9, "x" * 90, "y" * 90) for name in CheckName),
)


@pytest.fixture
def view(qtbot: QtBot) -> InfoView:
    add_bundled_fonts()
    made = InfoView(Look(Theme.LIGHT, 100), MetadataModel())
    qtbot.addWidget(made)
    made.resize(640, 600)
    made.show_info(OPENED, (ONE,), "no keys")
    with qtbot.waitExposed(made):
        made.show()
    return made


def texts(view: InfoView) -> list[str]:
    return [label.text() for label in view.findChildren(TextLabel) if label.isVisible()]


def test_3_3_another_session_with_the_same_rows_is_shown_in_the_same_widgets(view: InfoView) -> None:
    rows = view.findChildren(ValueRow)
    view.show_info(OPENED, (OTHER,), "2 keys")
    assert view.findChildren(ValueRow) == rows
    assert {"Another " * 40, "2 keys"} <= set(texts(view))
    assert "One" not in texts(view)


def test_3_3_a_session_with_other_rows_has_other_widgets(view: InfoView) -> None:
    view.show_info(OPENED, (GROWN,), "no keys")
    assert {"One", "State", "Active"} <= set(texts(view))


def test_3_3_what_another_session_said_is_covered_until_this_one_is_read(view: InfoView, qtbot: QtBot) -> None:
    view.say_reading("Reading…")
    qtbot.wait(1)
    assert view.childAt(view.viewport().rect().center()).text() == "Reading…"
    view.show_info(OPENED, (OTHER,), "no keys")
    assert "Reading…" not in texts(view)


def test_3_3_every_part_is_as_high_as_its_texts_whatever_was_shown_before(view: InfoView, qtbot: QtBot) -> None:
    integrity = view.integrity
    lines = check_lines(FAILED)
    for section, shown in ((ONE, lines), (OTHER, open_lines()), (GROWN, lines), (ONE, open_lines())):
        view.show_info(OPENED, (section,), "no keys")
        integrity.say_checked("checked", shown, open_rows())

        def fits(part: QWidget = integrity) -> bool:
            return part.height() == part.heightForWidth(part.width())

        qtbot.waitUntil(fits)


def test_3_3_a_check_that_arrives_moves_nothing_where_it_says_no_more_than_a_line(view: InfoView, qtbot: QtBot) -> None:
    integrity = view.integrity
    integrity.say_nothing(open_lines(), open_rows())
    qtbot.waitUntil(lambda: integrity.height() == integrity.heightForWidth(integrity.width()))
    before = integrity.height()
    passed = SessionCheck("a", tuple(CheckResult(name, Outcome.PASSED, "It is so.") for name in CheckName))
    integrity.say_checked("checked", check_lines(passed), open_rows())
    assert integrity.heightForWidth(integrity.width()) == before
