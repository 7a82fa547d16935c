"""The rail: marks where the messages stand, the gravest first, a click that jumps, and nothing over the text (2.5)."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.present.reading import Reading, ReadKind
from app.views.transcript.rail_marks import MarkKind, RailMark, marks_of
from app.views.transcript.view import TranscriptView
from store.values.message import Message, MessageKind

ROWS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3)), max_size=300)


@pytest.fixture
def talk(message: Callable[..., Message], text: Callable, call: Callable) -> list[Message]:
    """40 turns; two calls failed, and after 20 turns a compaction left its summary."""
    found: list[Message] = []
    for turn in range(40):
        index = 2 * turn
        if turn == 20:
            summary = message(index, MessageKind.INJECTED, text("What was said before"))
            found.append(Message(**{name: getattr(summary, name) for name in summary.__slots__} | {"is_rewrite": True}))
        else:
            found.append(message(index, MessageKind.PROMPT, text(f"Question {turn} <b>bold</b>"), created_at_ms=0))
        answer = [text("Answer " * 90)]
        found.append(
            message(index + 1, MessageKind.ASSISTANT, *answer, call("make", "{}", "x", index + 1, turn in (5, 30)))
        )
    return found


def marks(view: TranscriptView, kind: MarkKind) -> list[int]:
    return [mark.row for mark in view.rail.marks if mark.kind is kind]


def test_2_5_prompts_errors_and_rewrites_have_marks_at_the_height_where_they_stand(show: Callable, talk: list) -> None:
    view = show(talk)
    assert marks(view, MarkKind.PROMPT) == [2 * turn for turn in range(40) if turn != 20]
    assert marks(view, MarkKind.ERROR) == [11, 61]
    assert marks(view, MarkKind.REWRITE) == [40]
    stage = view.stage
    for mark in view.rail.marks:
        top = stage.heights.top(mark.row) + stage.pad_px
        assert mark.y == top * view.rail.height() // (stage.heights.total + 2 * stage.pad_px)


def test_2_5_hits_have_marks_of_their_own_and_go_when_the_search_ends(show: Callable, talk: list) -> None:
    view = show(talk)
    view.rail.set_hits((3, 11, 70))
    assert marks(view, MarkKind.HIT) == [3, 11, 70]
    assert marks(view, MarkKind.ERROR) == [11, 61]
    view.rail.set_hits(())
    assert marks(view, MarkKind.HIT) == []


def test_2_5_only_what_is_shown_has_marks(show: Callable, talk: list) -> None:
    view = show(talk)
    view.rail.set_hits((3, 11))
    view.set_reading(Reading(ReadKind.ERRORS))
    assert [(mark.kind, mark.row) for mark in view.rail.marks] == [
        (MarkKind.ERROR, 11),
        (MarkKind.ERROR, 61),
        (MarkKind.HIT, 11),
    ]


def test_2_5_a_click_on_a_mark_brings_its_message_to_the_top(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    mark = next(mark for mark in view.rail.marks if mark.row == 61)
    qtbot.mouseClick(view.rail, Qt.MouseButton.LeftButton, pos=QPoint(8, mark.y))
    assert view.focus_row == 61
    assert next(row.top for row in view.stage.rows() if row.index == 61) == 12


def test_2_5_a_click_beside_the_marks_pages_as_a_scroll_bar_does(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    free = next(
        y
        for y in range(view.rail.height() - 1, 0, -1)
        if view.rail.mark_at(y) is None and not view.rail.handle_rect().contains(8, y)
    )
    before = view.rail.value()
    qtbot.mouseClick(view.rail, Qt.MouseButton.LeftButton, pos=QPoint(8, free))
    assert view.focus_row is None
    assert view.rail.value() > before


def test_2_5_the_handle_is_dragged_also_where_marks_are_on_it(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    mark = next(mark for mark in view.rail.marks if view.rail.handle_rect().contains(8, mark.y))
    qtbot.mousePress(view.rail, Qt.MouseButton.LeftButton, pos=QPoint(8, mark.y))
    qtbot.mouseMove(view.rail, QPoint(8, mark.y + 200))
    qtbot.mouseRelease(view.rail, Qt.MouseButton.LeftButton, pos=QPoint(8, mark.y + 200))
    assert view.focus_row is None
    assert view.rail.value() > 0


def test_2_5_a_mark_on_the_handle_is_clicked_like_any_other(qtbot: QtBot, show: Callable, talk: list) -> None:
    view = show(talk)
    rail = view.rail
    mark = next(mark for mark in rail.marks if mark.row > 0 and rail.handle_rect().contains(8, mark.y))
    qtbot.mouseClick(rail, Qt.MouseButton.LeftButton, pos=QPoint(8, mark.y))
    assert view.focus_row == mark.row
    assert not rail.isSliderDown()


def test_2_5_hovering_tells_which_message_it_is_and_its_first_words_as_text(show: Callable, talk: list) -> None:
    view = show(talk)
    told = {mark.row: view._mark_words(mark) for mark in view.rail.marks}
    assert told[0].startswith("Prompt #1 · ")
    assert told[0].endswith(" · Question 0 <b>bold</b>")
    assert told[11] == "Error #12 · make failed"
    assert told[40] == "Context compacted #41 · What was said before"
    assert view._mark_words(RailMark(3, MarkKind.PROMPT, 99, 4)) == "Prompt #100\nand 3 more here"


def test_2_5_the_rail_stands_beside_the_text_and_says_what_it_marks(show: Callable, talk: list) -> None:
    view = show(talk)
    assert view.viewport().geometry().right() < view.rail.parentWidget().geometry().left() + 1
    assert view.rail.width() == 16
    assert view.rail.accessibleDescription() == "39 prompts, 2 errors, 1 rewrites"


@given(ROWS, st.integers(1, 300))
def test_2_5_marks_stand_apart_and_errors_win(rows: list[tuple[int, int]], rail_px: int) -> None:
    heights = [height for height, _ in rows]
    tops = [sum(heights[:row]) for row in range(len(rows))]
    masks = {
        MarkKind.PROMPT: bytes(bool(marked & 1) for _, marked in rows),
        MarkKind.ERROR: bytes(bool(marked & 2) for _, marked in rows),
    }
    found = marks_of(tops, sum(heights), rail_px, masks, 3)
    places = [mark.y for mark in found]
    assert all(after - before >= 3 for before, after in itertools.pairwise(places))
    assert sum(mark.count for mark in found) == sum(mask.count(1) for mask in masks.values())
    errors = [row for row, (_, marked) in enumerate(rows) if marked & 2]
    for row in errors:
        y = tops[row] * rail_px // max(sum(heights), 1)
        assert any(mark.kind is MarkKind.ERROR and abs(mark.y - y) <= 3 for mark in found)


@given(ROWS)
def test_2_5_marks_of_errors_do_not_lie_over_each_other(rows: list[tuple[int, int]]) -> None:
    """A session with hundreds of errors has a rail with triangles, and not a red strip."""
    rows = sorted(rows)
    masks = {kind: bytes(int(number == kind) for _y, number in rows) for kind in list(MarkKind)[:3]}
    found = marks_of([y for y, _number in rows], 400, 400, masks, 3, 11)
    errors = [mark.y for mark in found if mark.kind is MarkKind.ERROR]
    assert all(after - before > 11 - 3 for before, after in itertools.pairwise(errors))
    assert sum(mark.count for mark in found) == sum(mask.count(1) for mask in masks.values())
    assert [mark.y for mark in found] == sorted(mark.y for mark in found)
