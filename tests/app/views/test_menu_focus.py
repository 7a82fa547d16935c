"""The keyboard comes back from a menu to where it was, also after a dialog that an entry opened (4.1)."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.views.menu_focus import MenuFocus

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_4_1_after_a_dialog_that_a_menu_opened_the_keyboard_is_where_it_was_before_the_menu(
    qtbot: QtBot, qapp: QApplication
) -> None:
    window, middle = QMainWindow(), QWidget()
    first, second = QLineEdit(middle), QLineEdit(middle)
    column = QVBoxLayout(middle)
    column.addWidget(first)
    column.addWidget(second)
    window.setCentralWidget(middle)
    bar = window.menuBar()
    bar.addMenu("Session").addAction("Archive")
    watch = MenuFocus(qapp, bar)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    second.setFocus()
    qtbot.waitUntil(second.hasFocus)
    bar.setFocus()
    qapp.focusChanged.emit(None, bar)
    assert watch.parent() is bar
    assert second.hasFocus()
