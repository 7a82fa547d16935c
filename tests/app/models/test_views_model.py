"""The saved views: always the same six rows, in one order, with counts when they are known (2.2)."""

from __future__ import annotations

from PySide6.QtTest import QAbstractItemModelTester

from app.models.roles import ACCESSIBLE_TEXT, ROW
from app.models.views_model import ViewsModel
from store.values.listing import View


def test_2_2_the_views_stand_in_the_order_of_the_product_with_their_counts(qapp, qtbot) -> None:
    model = ViewsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    rows = [model.index(number).data(ROW) for number in range(model.rowCount())]
    assert [row.text for row in rows] == ["All", "Active", "Running", "Pinned", "Archived", "Faults"]
    assert {row.count_text for row in rows} == {"…"}
    with qtbot.waitSignal(model.dataChanged):
        model.show({View.ALL: 3360, View.RUNNING: 0})
    assert model.index_of(View.ALL).data(ROW).count_text == "3,360"
    assert model.index_of(View.RUNNING).data(ROW).count_text == "0"
    assert model.index_of(View.PINNED).data(ROW).count_text == "…"
    assert model.index_of(View.ALL).data(ACCESSIBLE_TEXT) == "All, 3,360 sessions"
    assert model.view_at(3) is View.PINNED
    with qtbot.assertNotEmitted(model.dataChanged):
        model.show({View.ALL: 3360, View.RUNNING: 0})
    del tester
