"""A page says what its session is, what is wrong with it, and shows Info under its own tab (1.5, 1.7, B5)."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.models.metadata_model import NAME, VALUE, MetadataModel
from app.present.info import InfoRow, InfoSection, OpenedText
from app.present.page_facts import HeadFact, HeadText
from app.present.summary import Sign
from app.views.head_parts import Badge, IdButton
from app.views.info_view import InfoView
from app.views.metadata_view import MetadataView
from app.views.session_page import INFO_TAB, SessionPage
from store.values.session import MetadataNode

# The offscreen platform says so whenever a tool tip or a window of fixed size appears.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HEAD = HeadText(
    title="<b>Find</b> the lost messages",
    state=Sign("activity", "Running", "ok"),
    first=(HeadFact("", "gpt-5.2"), HeadFact("", "Tue 18 Aug 2026, 08:12 – 11:53")),
    second=(HeadFact("232", "messages"), HeadFact("94.2k", "tokens")),
    session_id="0199a3f2-41bd-7a08-b1c4-6de04cc87c41",
    short_id="0199a3f2…7c41",
    is_rewritten=True,
    fault_count=2,
    fault_tip="One.\nTwo.",
)
SECRET = MetadataNode("shell_env", ("build", "shell_env"), "41 variables, hidden", is_masked=True)
BUILD = MetadataNode("build", ("build",), "1 entry", is_container=True, children=(SECRET,))
SECTIONS = (InfoSection("Identity", (InfoRow("Id", "0199a3f2", is_mono=True), InfoRow("Title", "<b>x</b>"))),)


@pytest.fixture
def metadata(qapp: object) -> MetadataModel:
    return MetadataModel()


@pytest.fixture
def page(qtbot: Any, metadata: MetadataModel) -> SessionPage:
    """A page with a session and Info, on the screen."""
    add_bundled_fonts()
    look = Look(Theme.LIGHT)
    page = SessionPage(look, QWidget(), InfoView(look, metadata))
    qtbot.addWidget(page)
    page.resize(660, 700)
    page.say_head(HEAD, "232")
    metadata.set_nodes((BUILD,))
    page.info.show_info(OpenedText(Sign("camera", "Opened as a private snapshot", "ok"), "", "Why."), SECTIONS, "1 key")
    with qtbot.waitExposed(page):
        page.show()
    return page


def labels(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


def test_1_5_the_id_copies_itself_with_mouse_and_keyboard(page: SessionPage) -> None:
    button = page.findChild(IdButton)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == HEAD.session_id
    QGuiApplication.clipboard().clear()
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == HEAD.session_id


def test_1_5_badges_have_a_word_and_a_sentence(page: SessionPage) -> None:
    badges = [(b.accessibleName(), b.accessibleDescription()) for b in page.findChildren(Badge) if b.isVisible()]
    assert badges[1] == ("2 faults", "One.\nTwo.")
    assert badges[0][0] == "Rewritten"


def test_b5_faults_are_read_above_the_transcript_and_the_rest_is_counted(page: SessionPage) -> None:
    page.say_faults(("One.", "Two.", "Three.", "Four.", "Five."))
    assert page.band_text.splitlines() == ["One.", "Two.", "Three.", "2 more in Info."]
    page.say_faults(())
    assert page.band_text == ""


def test_1_7_info_shows_stored_text_as_text(page: SessionPage) -> None:
    """(1-case-7) a title that looks like HTML is not rendered."""
    page.show_tab(INFO_TAB)
    assert "<b>x</b>" in labels(page.info)
    assert {label.textFormat() for label in page.info.findChildren(QLabel) if label.text()} == {Qt.TextFormat.PlainText}


def test_1_7_values_can_be_selected_for_copying(page: SessionPage) -> None:
    page.show_tab(INFO_TAB)
    value = next(label for label in page.info.findChildren(QLabel) if label.text() == "0199a3f2")
    assert value.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert value.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard


def open_secret(page: SessionPage, metadata: MetadataModel) -> MetadataView:
    page.show_tab(INFO_TAB)
    tree = page.findChild(MetadataView)
    assert tree is not None
    tree.expand(metadata.index(0, NAME))
    return tree


def test_1_7_show_is_a_click_on_the_masked_value(page: SessionPage, metadata: MetadataModel, qtbot: Any) -> None:
    tree = open_secret(page, metadata)
    cell = tree.visualRect(metadata.index(0, VALUE, metadata.index(0, NAME)))
    row = metadata.row_at(metadata.index(0, VALUE, metadata.index(0, NAME)))
    assert row is not None
    button = tree.itemDelegate().button_rect(cell, row)  # type: ignore[attr-defined]
    with qtbot.waitSignal(page.info.unmask_asked) as asked:
        QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=button.center())
    assert asked.args == [SECRET.path]
    with qtbot.assertNotEmitted(page.info.unmask_asked):
        QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=cell.topLeft() + QPoint(5, 5))


def test_1_7_show_is_enter_on_the_masked_row(page: SessionPage, metadata: MetadataModel, qtbot: Any) -> None:
    tree = open_secret(page, metadata)
    tree.setCurrentIndex(metadata.index(0, NAME, metadata.index(0, NAME)))
    with qtbot.waitSignal(page.info.unmask_asked) as asked:
        QTest.keyClick(tree, Qt.Key.Key_Return)
    assert asked.args == [SECRET.path]


def test_1_7_the_tree_is_as_high_as_its_open_rows(page: SessionPage, metadata: MetadataModel) -> None:
    tree = page.findChild(MetadataView)
    assert tree is not None
    assert tree.height() == 26
    open_secret(page, metadata)
    assert tree.height() == 52


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("zoom_percent", [80, 150, 200])
def test_1_8_the_page_is_painted_in_every_look(page: SessionPage, theme: Theme, zoom_percent: int) -> None:
    page.say_faults(("One.",))
    page.set_look(Look(theme, zoom_percent))
    page.resize(420, 700)
    assert not page.grab().isNull()
    page.show_tab(INFO_TAB)
    assert not page.grab().isNull()


def test_1_3_a_page_without_a_session_says_what_to_do(page: SessionPage) -> None:
    page.say_nothing()
    assert labels(page) == ["No session chosen", "Choose one in the list to read it."]
