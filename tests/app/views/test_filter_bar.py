"""The filter box keeps what is typed in sight, says its hits, and is left by the keys that leave boxes (2.3, 2.12)."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.views.filter_bar import FilterBar

# The offscreen platform says so whenever a tool tip or a window of fixed size appears.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def bar(qtbot: Any) -> FilterBar:
    """The bar as wide as the list at 1280."""
    add_bundled_fonts()
    bar = FilterBar(Look(Theme.LIGHT))
    qtbot.addWidget(bar)
    bar.resize(416, 40)
    with qtbot.waitExposed(bar):
        bar.show()
    return bar


def test_2_3_the_hits_stand_in_the_box_and_for_screen_readers(bar: FilterBar) -> None:
    before = bar.grab().toImage()
    bar.field.say_hits("12 of 284")
    assert bar.field.accessibleDescription() == "12 of 284"
    assert bar.grab().toImage() != before


@pytest.mark.parametrize(("width_px", "zoom_percent"), [(416, 80), (416, 100), (300, 100), (416, 200)])
def test_what_is_typed_is_never_covered_by_the_hits(bar: FilterBar, width_px: int, zoom_percent: int) -> None:
    """(2-case-6) in a narrow box the number gives way."""
    bar.set_look(Look(Theme.DARK, zoom_percent))
    bar.resize(width_px, 40)
    bar.field.setText("checkpoint")
    bar.field.say_hits("1,912 of 100,000")
    margins = bar.field.textMargins()
    assert bar.field.width() - margins.left() - margins.right() >= 60


def test_2_3_escape_clears_first_and_leaves_then(bar: FilterBar, qtbot: Any) -> None:
    bar.field.setText("a")
    with qtbot.assertNotEmitted(bar.field.left):
        QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert bar.field.text() == ""
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return):
        with qtbot.waitSignal(bar.field.left):
            QTest.keyClick(bar.field, key)


def test_2_3_a_button_appears_with_the_text_and_clears_it(bar: FilterBar) -> None:
    (button,) = (b for b in bar.field.findChildren(QToolButton))
    assert not button.isVisible()
    bar.field.setText("a")
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bar.field.text() == ""
