"""Labels take the room that their text needs, and no more (1.7)."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import Theme, TypeUse
from app.views.labels import TextLabel


def test_1_7_wrapped_text_leaves_no_blank_at_the_end_of_a_page(qtbot) -> None:
    area, page = QScrollArea(), QWidget()
    qtbot.addWidget(area)
    column = QVBoxLayout(page)
    for _ in range(20):
        label = TextLabel(Look(Theme.LIGHT), TypeUse.BODY, "text", page)
        label.wrap()
        label.setText("words that break into several lines where there is little room " * 4)
        column.addWidget(label)
    area.setWidgetResizable(True)
    area.setWidget(page)
    area.resize(600, 300)
    with qtbot.waitExposed(area):
        area.show()
    needed_px = column.heightForWidth(page.width())
    assert page.height() == max(needed_px, area.viewport().height())
    assert needed_px < 20 * 6 * label.fontMetrics().lineSpacing()
