"""Tab goes through the things in the focused message, Enter does what one is for (1.6, B4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.views.transcript.accessible import install
from app.views.transcript.ops import Act
from app.views.transcript.stops import stops_of
from app.views.transcript.view import TranscriptView
from store.values.message import Message, MessageKind

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
"""Without a window manager nobody takes the size hints; Qt says so for each window."""

LONG_LINK = "[two words **of a** link](http://evil.example/x)"


@pytest.fixture
def pair(message: Callable[..., Message], text: Callable, call: Callable) -> list[Message]:
    """A prompt, and an answer with a link and two cards."""
    return [
        message(0, MessageKind.PROMPT, text("Go")),
        message(
            1,
            MessageKind.ASSISTANT,
            text(f"See {LONG_LINK}."),
            call("bash", '{"command":"make"}', "ok\n", 1),
            call("read", '{"path":"a.py"}', "x\n" * 80, 1),
        ),
    ]


@pytest.fixture
def framed(qtbot: QtBot) -> Iterator[Callable[[TranscriptView], tuple[QLineEdit, QLineEdit]]]:
    """Put a view into a window between two fields, and give it the focus."""
    windows: list[tuple[QWidget, TranscriptView]] = []

    def make(view: TranscriptView) -> tuple[QLineEdit, QLineEdit]:
        window = QWidget()
        windows.append((window, view))
        layout = QVBoxLayout(window)
        first, last = QLineEdit(), QLineEdit()
        for widget in (first, view, last):
            layout.addWidget(widget)
        window.resize(640, 640)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: window.isActiveWindow())
        view.setFocus()
        return first, last

    yield make
    for window, view in windows:
        view.setParent(None)  # qtbot closes it
        window.close()


def names(view: TranscriptView) -> list[Any]:
    stop = view.focus.stop()
    return [] if stop is None else [stop.name[0], stop.name[1]]


def test_1_6_tab_and_enter_open_one_card_of_several(
    qtbot: QtBot, show: Callable, framed: Callable, pair: list[Message]
) -> None:
    view = show(pair)
    framed(view)
    view.focus_message(1)
    seen = []
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Tab)
        seen.append(names(view))
    assert seen == [["link", 0], ["FOLD", 1], ["FOLD", 2]]
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert {part.key for part in view.stage.layout(1).parts} == {0, 4, 8, 9, 10}
    assert names(view) == ["FOLD", 2]
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert names(view)[0] == "OPEN_TEXT"
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert names(view)[0] == "COPY_TEXT"
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert names(view) == []
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert {part.key for part in view.stage.layout(1).parts} == {0, 4, 5, 6, 8, 9, 10}


def test_1_6_the_focus_leaves_the_message_at_its_ends(
    qtbot: QtBot, show: Callable, framed: Callable, pair: list[Message]
) -> None:
    view = show(pair)
    first, last = framed(view)
    view.focus_message(1)
    for _ in range(4):
        qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert last.hasFocus()
    view.setFocus(Qt.FocusReason.BacktabFocusReason)
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    qtbot.keyClick(view, Qt.Key.Key_Backtab)
    assert (names(view), view.hasFocus()) == ([], True)
    qtbot.keyClick(view, Qt.Key.Key_Backtab)
    assert first.hasFocus()
    view.focus.clear()
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert last.hasFocus()


def test_1_case_7_enter_on_a_link_only_reports_it(
    qtbot: QtBot, show: Callable, framed: Callable, pair: list[Message]
) -> None:
    """(1-case-7) By keyboard as by mouse."""
    view = show(pair)
    framed(view)
    view.focus_message(1)
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    with qtbot.waitSignal(view.link_activated) as asked:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert asked.args == ["http://evil.example/x"]


def test_1_6_a_thing_beyond_the_edge_is_brought_into_view(
    qtbot: QtBot, show: Callable, framed: Callable, pair: list[Message]
) -> None:
    view = show(pair)
    framed(view)
    view.focus_message(1)
    view.folding.toggle_all(1)
    count = len(view.focus.stops())
    assert count > 5
    for _ in range(count):
        qtbot.keyClick(view, Qt.Key.Key_Tab)
        stop, top = view.focus.stop(), view.stage.top_of(1)
        assert top + stop.rects[0].top() >= 0
        assert top + stop.rects[-1].bottom() <= view.viewport().height()


def test_B4_a_screen_reader_is_told_what_has_the_focus(
    qtbot: QtBot, show: Callable, framed: Callable, pair: list[Message]
) -> None:
    install()
    view = show(pair)
    framed(view)
    view.focus_message(1)
    tree = QAccessible.queryAccessibleInterface(view)
    told = []
    for _ in range(2):
        qtbot.keyClick(view, Qt.Key.Key_Tab)
        told.append(tree.child(1).text(QAccessible.Text.Name))
    assert told == ["Link two words of a link, in message 2", "Open bash call: bash make · 2 bytes, in message 2"]


def test_1_6_stops_are_in_the_order_in_which_they_are_seen(show: Callable, pair: list[Message]) -> None:
    view = show(pair)
    view.folding.toggle_all(1)
    stops = stops_of(view.stage.layout(1))
    places = [(stop.rects[0].top(), stop.rects[0].left()) for stop in stops]
    assert places == sorted(places)
    assert len({stop.name for stop in stops}) == len(stops)
    assert {stop.spot.act for stop in stops if stop.spot} == {Act.FOLD, Act.COPY_TEXT, Act.OPEN_TEXT, Act.UNROLL}


def test_2_12_a_card_that_enter_opens_at_the_bottom_edge_is_brought_into_view(
    qtbot: QtBot, show: Callable, message: Callable[..., Message], text: Callable, call: Callable
) -> None:
    talk = [
        message(0, MessageKind.PROMPT, text("Go\n\n" * 8)),
        message(1, MessageKind.ASSISTANT, text("words\n\n" * 8), call("bash", '{"command":"make"}', "out\n" * 12, 1)),
        message(2, MessageKind.PROMPT, text("And now?\n\n" * 30)),
    ]
    view = show(talk)
    view.focus_message(1)
    view.focus.step(1)
    head = view.focus.stop().rects[0]
    view.scroll_by(view.stage.top_of(1) + head.bottom() + 30 - view.stage.height_px)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    layout, top = view.stage.layout(1), view.stage.top_of(1)
    assert top + layout.box.bottom() < view.stage.height_px
    assert top + view.focus.stop().rects[0].top() > 0
