"""Checks in Info: a failed one is open, its values can be copied, progress has a Cancel (3.3)."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.present.check_words import check_lines, further_rows
from app.views.check_row import CheckRow, CheckSummary
from app.views.integrity_view import IntegrityView
from app.views.plain_text import PlainText
from app.views.roles import install_roles
from store.values.checks import CheckName, CheckResult, Finding, Outcome, SessionCheck, Severity

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DIGESTS = ("9f3c02e1" * 8, "b7702d5c" * 8)
CHECK = SessionCheck(
    "a",
    (
        CheckResult(CheckName.DOCUMENT, Outcome.PASSED, "read as Meerkat reads it: 232 messages"),
        CheckResult(CheckName.BOUNDARY_RECEIPTS, Outcome.FAILED, "Receipt 14 differs.", *DIGESTS, 21, 22),
        CheckResult(CheckName.ROW_COUNTS, Outcome.FAILED, "They differ.", "x" * 900, "y" * 900),
        CheckResult(CheckName.BLOBS, Outcome.NOT_APPLICABLE, f"No message names a blob, {'and so on ' * 20}."),
    ),
    (Finding(Severity.WARNING, "a", "beyond", "2 rows lie beyond the head."),),
    2,
    "c41d90be" * 8,
    False,
    "It is damaged.",
)


def shown(qtbot: QtBot, width_px: int = 640, zoom_percent: int = 100) -> IntegrityView:
    add_bundled_fonts()
    install_roles()
    view = IntegrityView(Look(Theme.LIGHT, zoom_percent))
    qtbot.addWidget(view)
    view.say_checked("checked 11:53:22 in 84 ms", check_lines(CHECK), further_rows(CHECK))
    view.resize(width_px, 1600 * zoom_percent // 100)
    with qtbot.waitExposed(view):
        view.show()
    return view


def test_3_3_a_failed_check_is_open_and_says_expected_and_found_in_text_that_can_be_selected(qtbot: QtBot) -> None:
    view = shown(qtbot)
    row = next(row for row in view.findChildren(CheckRow) if row.line.name == "Boundary receipts")
    texts = {text.accessibleName(): text for text in row.findChildren(PlainText)}
    assert texts["Boundary receipts, expected"].toPlainText() == DIGESTS[0]
    assert texts["Boundary receipts, found"].toPlainText() == DIGESTS[1]
    for text in texts.values():
        assert text.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard
        assert text.document().size().height() <= text.height() + 1


def test_3_3_checks_that_passed_or_do_not_apply_stay_one_line_with_their_reason(qtbot: QtBot) -> None:
    view = shown(qtbot)
    closed = [row for row in view.findChildren(CheckRow) if not row.line.is_failed]
    assert len(closed) == 2
    assert all(not row.findChildren(PlainText) for row in closed)


def test_3_3_long_values_are_cut_in_the_row_and_asked_for_whole(qtbot: QtBot) -> None:
    view = shown(qtbot)
    button = next(button for button in view.findChildren(QPushButton) if button.text() == "Show both")
    with qtbot.waitSignal(view.both_asked) as asked:
        button.click()
    assert asked.args[0].expected == "x" * 900
    assert all(len(text.toPlainText()) < 500 for text in view.findChildren(PlainText))


def test_3_3_every_check_is_said_in_full_to_screen_readers(qtbot: QtBot) -> None:
    view = shown(qtbot)
    rows = view.findChildren(CheckSummary)
    assert [row.accessibleName() for row in rows] == [line.spoken for line in view.lines]
    interface = QAccessible.queryAccessibleInterface(rows[0])
    assert interface.role() is QAccessible.Role.StaticText


def test_3_3_while_it_is_checked_the_rows_stay_and_there_is_a_cancel(qtbot: QtBot) -> None:
    view = shown(qtbot)
    button, bar = view.findChild(QToolButton), view.findChild(QProgressBar)
    view.say_checking("checking… 61,200 of 100,000 messages", 612)
    assert (bar.isVisible(), bar.value(), len(view.lines)) == (True, 612, 4)
    assert button.accessibleName() == "Cancel the check"
    with qtbot.waitSignal(view.cancel_asked):
        button.click()
    view.say_note("not checked: cancelled")
    assert not bar.isVisible()
    with qtbot.waitSignal(view.again_asked):
        button.click()


@pytest.mark.parametrize(("width_px", "zoom_percent"), [(640, 100), (330, 100), (560, 200), (1400, 80)])
def test_2_case_6_rows_of_checks_are_as_high_as_their_texts_and_do_not_overlap(
    qtbot: QtBot, width_px: int, zoom_percent: int
) -> None:
    view = shown(qtbot, width_px, zoom_percent)
    rows = [on(view, row) for row in view.findChildren(CheckRow)]
    assert all(view.rect().contains(rect) for rect in rows)
    assert all(upper.bottom() < lower.top() for upper, lower in itertools.pairwise(rows))
    for summary in view.findChildren(CheckSummary):
        assert summary.height() >= summary.heightForWidth(summary.width())
    for label in view.findChildren(QLabel):
        assert label.visibleRegion().isEmpty() or view.rect().contains(on(view, label))


def on(view: QWidget, part: QWidget) -> QRect:
    return QRect(part.mapTo(view, QPoint()), part.size())
