"""Rows of the Info tab where there is little room (2-case-6)."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.present.info import InfoRow
from app.views.info_parts import NAME_WIDTH, ValueRow
from app.views.labels import TextLabel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ID = "019ee463-b818-7f0e-b50b-d8d5bcf50be6"


@pytest.mark.parametrize(("zoom_percent", "width_px"), [(200, 500), (100, 380), (80, 1200)])
def test_2_case_6_an_id_has_room_in_info_beside_its_name(qtbot: QtBot, zoom_percent: int, width_px: int) -> None:
    """(2-case-6)"""
    add_bundled_fonts()
    look = Look(Theme.LIGHT, zoom_percent)
    row = ValueRow(look, InfoRow("Id", ID, is_mono=True))
    qtbot.addWidget(row)
    row.resize(width_px, row.heightForWidth(width_px))
    with qtbot.waitExposed(row):
        row.show()
    name, value = row.findChildren(TextLabel)
    assert name.width() <= look.px(NAME_WIDTH)
    longest = max(value.fontMetrics().horizontalAdvance(part) for part in f"{ID}".replace("-", "- ").split())
    assert value.width() >= longest
    assert value.geometry().right() < row.width()
