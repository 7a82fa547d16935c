"""The find bar: where its parts stand (2.6)."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme, tokens
from app.views.choices import TickBox
from app.views.find_bar import FindBar

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.mark.parametrize("zoom_percent", [80, 100, 200])
@pytest.mark.parametrize("width_px", [420, 660, 1100])
def test_2_case_6_what_is_looked_for_stands_in_the_middle_of_its_row(
    qtbot: QtBot, zoom_percent: int, width_px: int
) -> None:
    """(2-case-6)"""
    add_bundled_fonts()
    look = Look(Theme.LIGHT, zoom_percent)
    bar = FindBar(look, "Find")
    qtbot.addWidget(bar)
    bar.resize(width_px, bar.height())
    with qtbot.waitExposed(bar):
        bar.show()
    row_px = look.px(tokens()["height"]["find_bar"])
    assert abs(bar.field.geometry().center().y() - row_px / 2) <= 2
    last = bar.findChildren(TickBox)[-1].geometry().center().y()
    assert abs(last - (bar.height() - row_px / 2)) <= 2
