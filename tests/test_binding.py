"""The binding of Qt keeps the interpreter alive: no call that answers "nothing" takes a reference to None away.

PySide6 6.12.0 on CPython before 3.12 loses one reference to None with each empty variant that C++ gives back; after
some thousand calls the interpreter aborts. From 3.12 on None is immortal and nothing can be lost.
"""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QStandardItemModel

CALLS = 1_000


def _references_lost(call: object) -> int:
    assert callable(call)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        call()
    return before - sys.getrefcount(None)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
@pytest.mark.parametrize("what", ["data", "header"])
def test_an_empty_answer_of_qt_takes_no_reference_to_none(what: str) -> None:
    model = QStandardItemModel(1, 1)
    # Taken from the model as a view does; an item that was never set has no value for this role.
    index = model.index(0, 0, QModelIndex())
    calls = {
        "data": lambda: index.data(Qt.ItemDataRole.UserRole),
        "header": lambda: model.headerData(7, Qt.Orientation.Vertical, Qt.ItemDataRole.ToolTipRole),
    }
    assert calls[what]() is None
    # Some slack for what the interpreter itself does meanwhile; the defect loses one with each call.
    assert abs(_references_lost(calls[what])) < CALLS // 10
