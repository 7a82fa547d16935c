"""Disabled entries say why beside the menu in which they were reached (4.5)."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMenu, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.views.menu_reasons import MenuReasons

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_4_5_a_reason_is_shown_beside_the_open_menu_and_not_for_a_closed_one_with_the_same_entry(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    opened, closed = QMenu("Session", window), QMenu("Actions", window)
    action = opened.addAction("Restore")
    closed.addAction(action)
    action.setEnabled(False)
    reasons = MenuReasons(window, lambda _action: ("Restore is not possible now", "It is not archived."))
    for menu in (opened, closed):
        reasons.serve(menu)
    closed.hovered.emit(action)
    assert not QToolTip.isVisible()
    opened.popup(window.pos())
    opened.hovered.emit(action)
    assert "It is not archived." in QToolTip.text()
    opened.close()
