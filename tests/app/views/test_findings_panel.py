"""Thousands of findings are listed, narrowed and said to be cut; the chosen one is shown in full (3.5)."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.present.store_check import finding_row
from app.views.findings_panel import NONE_FITS, NOT_YET, NOTHING, FindingDetail, FindingsPanel
from app.views.labels import TextLabel
from store.values.checks import MAX_FINDINGS, Finding, Severity

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

MANY = tuple(
    finding_row(Finding(Severity.ERROR, f"0199a3f2-{number:012x}", "row-counts-failed", f"Row {number} differs."), {})
    for number in range(MAX_FINDINGS)
)
OF_STORE = finding_row(Finding(Severity.INFO, None, "leftover-wal", "A log is left over."), {})


@pytest.fixture
def panel(qtbot: QtBot) -> FindingsPanel:
    """An empty panel on the screen."""
    add_bundled_fonts()
    panel = FindingsPanel(Look(Theme.LIGHT))
    qtbot.addWidget(panel)
    panel.resize(680, 560)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def words(panel: FindingsPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(TextLabel) if label.isVisible()]


def test_3_5_ten_thousand_findings_are_listed_and_it_is_said_that_there_are_more(panel: FindingsPanel) -> None:
    panel.say(MANY, {Severity.ERROR: 24_311}, "10,000 of 24,311 are listed", is_over=True)
    assert panel.model.rowCount() == MAX_FINDINGS
    assert panel.chip(Severity.ERROR).count == "24,311"
    assert "10,000 of 24,311 are listed" in words(panel)
    panel.field.setText("0270f")
    assert [row.sentence for row in (panel.model.row_at(0),) if row is not None] == ["Row 9999 differs."]


def test_3_5_place_and_choice_stay_while_more_is_found(panel: FindingsPanel) -> None:
    panel.say(MANY[:500], {Severity.ERROR: 500}, "", is_over=False)
    panel.view.selectRow(300)
    panel.view.scrollTo(panel.model.index(300, 0))
    before = panel.view.verticalScrollBar().value()
    panel.say(MANY[:900], {Severity.ERROR: 900}, "", is_over=False)
    current = panel.view.current()
    assert current is not None
    assert current.finding == MANY[300].finding
    assert panel.view.verticalScrollBar().value() == before


def test_3_5_where_there_is_nothing_it_is_said_why(panel: FindingsPanel) -> None:
    assert NOT_YET in words(panel)
    panel.say((), dict.fromkeys(Severity, 0), "", is_over=True)
    assert NOTHING in words(panel)
    panel.say((OF_STORE,), {Severity.INFO: 1}, "", is_over=True)
    panel.field.setText("nowhere")
    assert NONE_FITS in words(panel)


def test_3_5_a_finding_of_the_whole_store_leads_to_no_session(panel: FindingsPanel, qtbot: QtBot) -> None:
    panel.say((OF_STORE,), {Severity.INFO: 1}, "", is_over=True)
    panel.view.selectRow(0)
    detail = panel.findChild(FindingDetail)
    assert detail.isVisible()
    show = next(button for button in detail.findChildren(QPushButton) if button.text() == "Show session")
    assert not show.isEnabled()
    with qtbot.assertNotEmitted(panel.show_asked):
        panel.view.entered.emit(OF_STORE)


def test_3_5_rows_are_said_by_severity_session_and_sentence(panel: FindingsPanel) -> None:
    panel.say(MANY[:2], {Severity.ERROR: 2}, "", is_over=True)
    table = QAccessible.queryAccessibleInterface(panel.view)
    assert (table.role(), table.text(QAccessible.Text.Name)) == (QAccessible.Role.Table, "Findings")
    cells = [panel.model.index(0, column).data() for column in range(3)]
    assert cells == ["Error", "0199a3f2-000000000000", "Row 0 differs."]
    assert panel.chip(Severity.ERROR).accessibleName() == "Errors, 2 findings"
