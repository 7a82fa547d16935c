"""The small parts of the frame: style sheet, focus ring, start page, status bar, error panel and sheet."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import Theme
from app.views.error_panel import ErrorPanel
from app.views.error_sheet import ErrorSheet
from app.views.focus_ring import MARGIN, FocusRing, FocusRings
from app.views.start_page import RecentText, StartPage
from app.views.status_bar import StatusBar
from app.views.style_sheet import style_sheet

# What the platform without a screen says when a window has a least size or is raised; no other platform does.
pytestmark = pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)", r"does not support raise\(\)")


@pytest.fixture
def look(qapp):
    return Look(Theme.LIGHT)


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("zoom_percent", [80, 100, 200])
def test_the_style_sheet_has_no_colour_that_is_not_a_token_and_qt_understands_it(qtbot, theme, zoom_percent) -> None:
    look = Look(theme, zoom_percent)
    text = style_sheet(look)
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setStyleSheet(text)
    widget.ensurePolished()
    tokens = {look.colour(name).name() for name in _colour_names(theme)}
    assert set(re.findall(r"#[0-9a-f]{6}\b", text)) <= tokens
    assert text.count("{") == text.count("}")


def _colour_names(theme):
    from app.look.tokens import tokens

    return tokens()[theme.value]


@pytest.fixture
def window(qtbot, look):
    made = QWidget()
    column = QVBoxLayout(made)
    made.first, made.second, made.field = QPushButton("1", made), QPushButton("2", made), QLineEdit(made)
    made.label = QLabel("x", made)
    made.label.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    for part in (made.first, made.second, made.field, made.label):
        column.addWidget(part)
    made.rings = FocusRings(QApplication.instance(), look)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    made.rings.deleteLater()


def ring_of(window: QWidget) -> FocusRing:
    return window.findChild(FocusRing)


def test_the_ring_stands_around_the_control_with_the_focus_and_moves_with_it(qtbot, window) -> None:
    window.second.setFocus()
    ring = ring_of(window)
    qtbot.waitUntil(ring.isVisible)
    around = window.second.geometry().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
    assert ring.geometry() == around
    window.resize(600, 400)
    qtbot.waitUntil(lambda: window.second.width() > 500)
    assert ring.geometry() == window.second.geometry().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


def test_the_ring_lets_the_mouse_through_and_is_not_drawn_around_what_shows_the_focus_itself(qtbot, window) -> None:
    window.first.setFocus()
    ring = ring_of(window)
    assert window.childAt(window.first.geometry().center()) is window.first
    assert ring.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    window.label.setFocus()
    assert not ring.isVisible()
    window.field.setFocus()
    assert ring.isVisible()


def test_the_ring_survives_the_end_of_its_control(qtbot, window) -> None:
    window.second.setFocus()
    ring = ring_of(window)
    window.second.deleteLater()
    qtbot.waitUntil(lambda: not ring.isVisible() or QApplication.focusWidget() is not None)
    window.first.setFocus()
    assert ring.isVisible()


def test_the_rings_take_another_look_after_a_window_is_gone_that_somebody_still_knows(qtbot, window, look) -> None:
    other = QWidget()
    button = QPushButton("1", other)
    with qtbot.waitActive(other):
        other.show()
    button.setFocus()
    assert ring_of(other) is not None
    other.deleteLater()
    QApplication.sendPostedEvents(other, QEvent.Type.DeferredDelete.value)
    window.rings.set_look(look)


def test_1_2_the_start_page_offers_three_ways_and_the_recent_places(qtbot, look) -> None:
    page = StartPage(look)
    qtbot.addWidget(page)
    page.show_recent((RecentText("orchard", "realms/orchard", "9 Aug", "/realms/orchard"),))
    page.resize(1000, 700)
    with qtbot.waitExposed(page):
        page.show()
    texts = [page.open_button.text(), page.folder_button.text(), page.demo_button.text()]
    assert texts == ["Open…", "Choose a folder…", "Try the demo library"]
    for button, signal in (
        (page.open_button, page.open_asked),
        (page.folder_button, page.open_folder_asked),
        (page.demo_button, page.open_demo_asked),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    (row,) = page.recent_rows()
    with qtbot.waitSignal(page.recent_asked) as asked:
        qtbot.keyClick(row, Qt.Key.Key_Space)
    assert asked.args == ["/realms/orchard"]
    assert "orchard" in row.accessibleName()


def test_progress_shows_a_count_and_a_cancel_that_asks(qtbot, look) -> None:
    bar = StatusBar(look)
    qtbot.addWidget(bar)
    bar.resize(900, 26)
    with qtbot.waitExposed(bar):
        bar.show()
    assert bar.childAt(QPoint(5, 5)) is None or not bar._cancel.isVisible()
    bar.show_progress("Reading transcript · 61,200 of 100,000 messages", 612)
    assert bar._cancel.isVisible()
    with qtbot.waitSignal(bar.cancel_asked):
        qtbot.mouseClick(bar._cancel, Qt.MouseButton.LeftButton)
    bar.show_progress("", None)
    assert not bar._cancel.isVisible()


def test_text_from_a_store_is_never_markup_in_the_error_panel(qtbot, look) -> None:
    panel = ErrorPanel(look)
    qtbot.addWidget(panel)
    panel.show_failure("<b>x</b>", "<img src='http://example.invalid/a.png'>", "", "/a/<i>b</i>")
    assert panel.texts()[0] == "<b>x</b>"
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in panel.findChildren(QLabel) if label.text())


def test_B9_the_sheet_holds_the_text_the_place_of_the_log_and_takes_in_further_errors(qtbot, look) -> None:
    sheet = ErrorSheet(look, "/log/burrow.log")
    qtbot.addWidget(sheet)
    sheet.add("Something unexpected happened.", "Traceback 1")
    sheet.add("Something unexpected happened.", "Traceback 2")
    assert sheet.isVisible()
    assert not sheet.isModal()
    assert sheet.text().splitlines() == ["Traceback 1", "Traceback 2"]
    assert any("/log/burrow.log" in label.text() for label in sheet.findChildren(QLabel))
    sheet.close()
    sheet.add("Again.", "Traceback 3")
    assert sheet.text() == "Traceback 3"
