"""Findings are narrowed by severity and words; the model keeps Qt's rules (3.5)."""

from __future__ import annotations

from typing import Any

from app.models.findings_model import FindingColumn, FindingsModel
from app.models.tally_model import TallyModel
from app.present.store_check import finding_row, tally_rows
from store.values.checks import CheckName, Finding, Severity, Tally

ROWS = tuple(
    finding_row(Finding(severity, f"session-{number}", "code", f"Sentence {number}."), {})
    for number, severity in enumerate((Severity.ERROR, Severity.ERROR, Severity.WARNING, Severity.INFO))
)


def shown(model: FindingsModel) -> list[str]:
    return [model.index(row, FindingColumn.SENTENCE).data() for row in range(model.rowCount())]


def test_3_5_findings_keep_the_order_of_the_check(qtmodeltester: Any) -> None:
    model = FindingsModel()
    model.set_rows(ROWS)
    qtmodeltester.check(model)
    assert shown(model) == ["Sentence 0.", "Sentence 1.", "Sentence 2.", "Sentence 3."]


def test_3_5_findings_are_narrowed_by_severity_and_by_every_word() -> None:
    model = FindingsModel()
    model.set_rows(ROWS)
    model.narrow(Severity.ERROR, "")
    assert shown(model) == ["Sentence 0.", "Sentence 1."]
    model.narrow(Severity.ERROR, "SESSION-1 sentence")
    assert shown(model) == ["Sentence 1."]
    model.narrow(None, "nowhere")
    assert (shown(model), model.total) == ([], 4)


def test_3_5_what_narrows_stays_when_more_is_found() -> None:
    model = FindingsModel()
    model.narrow(Severity.WARNING, "")
    model.set_rows(ROWS)
    assert shown(model) == ["Sentence 2."]
    assert model.place_of(ROWS[2]) == 0
    assert model.place_of(ROWS[0]) is None


def test_3_5_numbers_of_a_check_change_without_a_new_table(qtmodeltester: Any, qtbot: Any) -> None:
    model = TallyModel()
    model.set_rows(tally_rows((Tally(CheckName.DOCUMENT, 1), Tally(CheckName.BLOBS, 1))))
    qtmodeltester.check(model)
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.set_rows(tally_rows((Tally(CheckName.DOCUMENT, 2), Tally(CheckName.BLOBS, 1, 1))))
    assert model.index(1, 2).data() == "1"
