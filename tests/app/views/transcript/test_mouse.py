"""Selecting with the mouse goes on beyond what is seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.views.transcript.places import Place
from app.views.transcript.view import TranscriptView
from store.values.message import Message, MessageKind

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def talk(message: Callable[..., Message], text: Callable) -> list[Message]:
    """60 prompts of some lines each."""
    return [message(index, MessageKind.PROMPT, text(f"Question {index}. " * 40)) for index in range(60)]


def press(qtbot: QtBot, view: TranscriptView, place: Place) -> QPoint:
    caret = view.selector.caret(place)
    assert caret is not None
    point = QPoint(round(caret.x()), round(caret.center().y()))
    qtbot.mousePress(view.viewport(), LEFT, pos=point)
    return point


def drag_to(view: TranscriptView, point: QPoint) -> None:
    """A move with the button held; QTest sends none with a button."""
    at = QPointF(point)
    seen = QPointF(view.viewport().mapToGlobal(point))
    event = QMouseEvent(QEvent.Type.MouseMove, at, seen, Qt.MouseButton.NoButton, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view.viewport(), event)


def test_2_7_a_drag_that_is_held_below_the_edge_scrolls_on_and_selects_what_comes(
    qtbot: QtBot, show: Callable, talk: list
) -> None:
    view = show(talk)
    last_seen = view.stage.rows()[-1].index
    below = press(qtbot, view, Place(0, 0, 9)) + QPoint(0, view.viewport().height())
    drag_to(view, below)
    qtbot.waitUntil(lambda: view.selector.selection.cursor.message > last_seen + 5)
    qtbot.mouseRelease(view.viewport(), LEFT, pos=below)
    assert view.selector.selection.anchor == Place(0, 0, 9)
    scrolled = view.verticalScrollBar().value()
    assert scrolled > 0
    qtbot.wait(100)
    assert view.verticalScrollBar().value() == scrolled


def test_2_7_a_drag_that_is_held_above_the_edge_scrolls_back_to_the_beginning(
    qtbot: QtBot, show: Callable, talk: list
) -> None:
    view = show(talk)
    view.go_to_message(20)
    press(qtbot, view, Place(20, 0, 3))
    drag_to(view, QPoint(40, -200))
    qtbot.waitUntil(lambda: view.selector.selection.cursor == Place(0, 0, 0) or view.verticalScrollBar().value() == 0)
    qtbot.mouseRelease(view.viewport(), LEFT, pos=QPoint(40, -200))
    assert view.selector.selection.anchor == Place(20, 0, 3)
    assert view.selector.selection.cursor.message == 0


def test_2_7_coming_back_inside_ends_the_scrolling_and_not_the_selecting(
    qtbot: QtBot, show: Callable, talk: list
) -> None:
    view = show(talk)
    inside = press(qtbot, view, Place(0, 0, 9))
    drag_to(view, inside + QPoint(0, view.viewport().height()))
    qtbot.waitUntil(lambda: view.verticalScrollBar().value() > 0)
    drag_to(view, inside)
    scrolled = view.verticalScrollBar().value()
    qtbot.wait(100)
    assert view.verticalScrollBar().value() == scrolled
    drag_to(view, inside + QPoint(60, 0))
    assert view.selector.selection.cursor != view.selector.selection.anchor
    qtbot.mouseRelease(view.viewport(), LEFT, pos=inside)
