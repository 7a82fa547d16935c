"""Labels while they are edited: rows come and go, and only what may be edited can be (4.3)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.models.labels_model import LabelColumn, LabelsModel
from app.present.label_words import label_edit, label_rows
from store.values.changes import LabelEdit

EDIT = Qt.ItemDataRole.EditRole


def test_4_3_rows_are_edited_added_and_taken_away(qtbot: QtBot) -> None:
    model = LabelsModel(label_rows(((("env", "live"), ("team", "blue")), (("team", "red"),)), 2), 2)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    name, value = model.index(0, LabelColumn.NAME), model.index(1, LabelColumn.VALUE)
    assert not model.setData(name, "other", EDIT)
    assert value.data(EDIT) == ""
    assert model.setData(value, "", EDIT)
    assert label_edit(model.rows) == LabelEdit()
    assert model.setData(value, "green", EDIT)
    model.turn_removed(0)
    assert not model.index(0, LabelColumn.VALUE).flags() & Qt.ItemFlag.ItemIsEditable
    added = model.add()
    assert model.setData(model.index(added, LabelColumn.NAME), "topic", EDIT)
    assert model.setData(model.index(added, LabelColumn.VALUE), "parser", EDIT)
    assert label_edit(model.rows) == LabelEdit((("team", "green"), ("topic", "parser")), ("env",))
    assert model.index(0, LabelColumn.WHERE).data() == "removed, was on 1 of 2"
    model.turn_removed(added)
    model.turn_removed(0)
    assert label_edit(model.rows) == LabelEdit((("team", "green"),))
    tester.deleteLater()
