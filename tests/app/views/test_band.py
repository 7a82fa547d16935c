"""The band gives its sentence room: beside the button where there is enough, else above it (3.1)."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.views.band import Band
from app.views.labels import TextLabel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SENTENCE = "The store has schema 6, which is newer than every Meerkat known to Burrow; it is never written."


@pytest.mark.parametrize(
    ("width_px", "zoom_percent", "is_below"), [(640, 100, False), (280, 100, True), (400, 200, True)]
)
def test_3_1_the_whole_sentence_is_seen_whatever_the_width(
    qtbot: QtBot, width_px: int, zoom_percent: int, is_below: bool
) -> None:
    add_bundled_fonts()
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    band = Band(Look(Theme.LIGHT, zoom_percent), holder)
    column.addWidget(band)
    column.addStretch(1)
    holder.resize(width_px, 700)
    band.say(SENTENCE, "Check store…", "triangle-alert")
    with qtbot.waitExposed(holder):
        holder.show()
    text, button = band.findChild(TextLabel), band.findChild(QPushButton)
    assert (button.geometry().top() > text.geometry().bottom()) is is_below
    assert text.height() >= text.heightForWidth(text.width())
    assert band.rect().contains(button.geometry())
